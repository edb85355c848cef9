//! Event files that TensorBoard reads.

mod event;

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use self::event::Events;
use crate::env::Environment;
use crate::observer::{
    EndReport, EpisodeReport, EvaluationReport, MetricsReport, Observer, StartReport, UpdateReport,
};

/// Writes scalars for TensorBoard: `episode/...` for every episode, `train/...` for the last update before and
/// `metrics/...` for every metrics report, `evaluation/...` for every evaluation.
///
/// ```no_run
/// use std::path::Path;
/// use rl_agent::observers::TensorBoard;
///
/// let observer = TensorBoard::create(Path::new("runs/a"))?;
/// // then: tensorboard --logdir runs
/// # drop(observer);
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// The file is flushed with every metrics report. After the first write error nothing more is written;
/// [`TensorBoard::error`] tells what it was.
#[derive(Debug)]
pub struct TensorBoard {
    out: BufWriter<File>,
    events: Events,
    path: PathBuf,
    update: Option<UpdateReport>,
    error: Option<io::Error>,
}

impl TensorBoard {
    /// A new event file in `folder`, which is created if need be.
    ///
    /// # Errors
    /// If the folder or the file cannot be created.
    pub fn create(folder: &Path) -> io::Result<Self> {
        std::fs::create_dir_all(folder)?;
        // TensorBoard takes what has `tfevents` in its name, in the order of names.
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        let (seconds, rest) = (now.as_secs(), now.subsec_nanos());
        let path = folder.join(format!(
            "events.out.tfevents.{seconds:010}.{rest:09}.rl-agent"
        ));
        let mut this = Self {
            out: BufWriter::new(File::create_new(&path)?),
            events: Events::default(),
            path,
            update: None,
            error: None,
        };
        this.events.version(wall_time(), &mut this.out)?;
        this.out.flush()?;
        Ok(this)
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What went wrong with writing, if anything.
    pub fn error(&self) -> Option<&io::Error> {
        self.error.as_ref()
    }

    /// Adds scalars to the next event: `group/prefix` and the name. What is not known is left out.
    fn scalars<'a>(
        &mut self,
        group: &str,
        prefix: &str,
        scalars: impl IntoIterator<Item = (&'a str, f64)>,
    ) {
        for (name, value) in scalars {
            if !value.is_nan() {
                self.events.scalar(group, [prefix, name], value as f32);
            }
        }
    }

    fn write(&mut self, step: u64) {
        if self.error.is_none() && !self.events.is_empty() {
            self.error = self.events.write(wall_time(), step, &mut self.out).err();
        }
    }

    fn flush(&mut self) {
        if self.error.is_none() {
            self.error = self.out.flush().err();
        }
    }
}

fn wall_time() -> f64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    now.unwrap_or_default().as_secs_f64()
}

fn named<'a>(names: &'a [&'static str], values: &'a [f64]) -> impl Iterator<Item = (&'a str, f64)> {
    names.iter().copied().zip(values.iter().copied())
}

impl<E: Environment> Observer<E> for TensorBoard {
    fn on_start(&mut self, _report: &StartReport<'_>) {
        self.update = None;
    }

    fn on_episode(&mut self, report: &EpisodeReport<'_>) {
        let own = [("reward", report.reward), ("length", report.length as f64)];
        self.scalars("episode", "", own);
        self.scalars("episode", "", named(report.names, report.measures));
        self.write(report.step);
    }

    fn on_update(&mut self, report: &UpdateReport) {
        self.update = Some(*report);
    }

    fn on_metrics(&mut self, report: &MetricsReport<'_>) {
        let own = [
            ("mean_reward", report.mean_reward),
            ("mean_length", report.mean_length),
            ("episodes", report.episodes as f64),
            ("steps_per_second", report.steps_per_second),
        ];
        self.scalars("metrics", "", own);
        self.scalars(
            "metrics",
            "mean_",
            named(report.names, report.mean_measures),
        );
        if let Some(update) = self.update.take() {
            let of_update = [
                ("loss", f64::from(update.loss)),
                ("td_error", f64::from(update.td_error)),
                ("mean_q", f64::from(update.mean_q)),
                ("gradient_norm", f64::from(update.gradient_norm)),
                ("learning_rate", update.learning_rate),
                ("epsilon", update.epsilon),
                ("buffer_fill", f64::from(update.buffer_fill)),
            ];
            self.scalars("train", "", of_update);
        }
        self.write(report.step);
        self.flush();
    }

    fn on_evaluation(&mut self, report: &EvaluationReport<'_>) {
        let (low, high) = report.evaluation.ci95();
        let values = [
            ("mean", report.evaluation.mean()),
            ("median", report.evaluation.median()),
            ("ci95_low", low),
            ("ci95_high", high),
        ];
        self.scalars("evaluation", "", values);
        self.write(report.step);
        self.flush();
    }

    fn on_end(&mut self, _report: &EndReport) {
        self.flush();
    }
}
