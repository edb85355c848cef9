//! Reports as JSON, one object a line.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};

use crate::control::LoggedCommand;
use crate::env::Environment;
use crate::observer::{
    CheckpointReport, EndReport, EpisodeReport, EvaluationReport, MetricsReport, Observer,
    StartReport, StepReport, UpdateReport,
};

/// How long a line may wait for those that come after it before it is flushed.
const FLUSH_EVERY: Duration = Duration::from_secs(1);

/// Writes an object for each report, with the report's name as `event`, the step as `step` and the wall-clock time since
/// training began as `seconds`: `start`, `episode`, `metrics` (with the last update as `last_update`), `evaluation`, `checkpoint`,
/// `command`, `end`, and on request `update`. Measures are an object of their own. Numbers that are not finite are `null`.
///
/// ```
/// use rl_agent::observers::JsonLines;
///
/// let observer = JsonLines::new(std::io::stdout());
/// # let _ = observer;
/// ```
///
/// Lines are flushed with every metrics report, and by the step that finds one waiting for a second: a killed run keeps
/// all but its last second. After the first write error
/// nothing more is written; [`JsonLines::error`] tells what it was.
#[derive(Debug)]
pub struct JsonLines<W> {
    out: W,
    updates: bool,
    /// The last update, until a metrics report has told of it.
    update: Option<UpdateReport>,
    /// Episodes finished.
    episodes: u64,
    begin: Instant,
    /// Seconds trained before `begin`.
    before: f64,
    /// When the oldest line was written that has not been flushed.
    waiting: Option<Instant>,
    error: Option<io::Error>,
}

impl JsonLines<BufWriter<File>> {
    /// A new file at `path`; what was there is replaced.
    ///
    /// # Errors
    /// If the file cannot be created.
    pub fn create(path: &Path) -> io::Result<Self> {
        Ok(Self::new(BufWriter::new(File::create(path)?)))
    }

    /// Goes on with the file at `path`, or begins one.
    ///
    /// # Errors
    /// If the file cannot be opened.
    pub fn append(path: &Path) -> io::Result<Self> {
        let file = OpenOptions::new().create(true).append(true).open(path)?;
        Ok(Self::new(BufWriter::new(file)))
    }
}

impl<W: Write> JsonLines<W> {
    /// Lines written to `out`.
    pub fn new(out: W) -> Self {
        Self {
            out,
            updates: false,
            update: None,
            episodes: 0,
            begin: Instant::now(),
            before: 0.0,
            waiting: None,
            error: None,
        }
    }

    /// Writes updates too.
    pub fn with_updates(mut self) -> Self {
        self.updates = true;
        self
    }

    /// What went wrong with writing, if anything.
    pub fn error(&self) -> Option<&io::Error> {
        self.error.as_ref()
    }

    /// Back to where it wrote.
    pub fn into_inner(self) -> W {
        self.out
    }

    fn write(&mut self, value: &Value) {
        if self.error.is_none() {
            self.error = writeln!(self.out, "{value}").err();
            self.waiting.get_or_insert_with(Instant::now);
        }
    }

    fn flush(&mut self) {
        if self.error.is_none() {
            self.error = self.out.flush().err();
            self.waiting = None;
        }
    }

    fn seconds(&self) -> f64 {
        self.before + self.begin.elapsed().as_secs_f64()
    }
}

fn update(report: &UpdateReport) -> Value {
    json!({
        "update": report.update,
        "loss": report.loss,
        "td_error": report.td_error,
        "mean_q": report.mean_q,
        "gradient_norm": report.gradient_norm,
        "epsilon": report.epsilon,
        "learning_rate": report.learning_rate,
        "buffer_fill": report.buffer_fill,
    })
}

fn measures(names: &[&str], values: &[f64]) -> Map<String, Value> {
    let pairs = names.iter().zip(values);
    pairs
        .map(|(name, value)| ((*name).to_owned(), json!(value)))
        .collect()
}

impl<E: Environment, W: Write> Observer<E> for JsonLines<W> {
    fn on_start(&mut self, report: &StartReport<'_>) {
        (self.begin, self.before) = (Instant::now(), report.seconds);
        self.episodes = report.episodes;
        self.write(&json!({
            "event": "start",
            "step": report.step,
            "total_steps": report.total_steps,
            "episodes": report.episodes,
            "seconds": report.seconds,
            "seed": report.seed,
            "measures": report.measures,
        }));
    }

    fn on_step(&mut self, _report: &StepReport<'_, E>) {
        if self
            .waiting
            .is_some_and(|since| since.elapsed() >= FLUSH_EVERY)
        {
            self.flush();
        }
    }

    fn on_episode(&mut self, report: &EpisodeReport<'_>) {
        self.episodes += 1;
        self.write(&json!({
            "event": "episode",
            "step": report.step,
            "episode": report.episode,
            "seconds": self.seconds(),
            "environment": report.env_index,
            "length": report.length,
            "reward": report.reward,
            "truncated": report.truncated,
            "measures": measures(report.names, report.measures),
        }));
    }

    fn on_update(&mut self, report: &UpdateReport) {
        self.update = Some(*report);
        if self.updates {
            let mut line = update(report);
            line["event"] = "update".into();
            line["step"] = report.step.into();
            self.write(&line);
        }
    }

    fn on_metrics(&mut self, report: &MetricsReport<'_>) {
        let last = self.update.take();
        // The trainer's clock stands while training holds; ours follows it from report to report.
        (self.begin, self.before) = (Instant::now(), report.seconds);
        self.write(&json!({
            "event": "metrics",
            "step": report.step,
            "seconds": report.seconds,
            "episodes": report.episodes,
            "updates": report.updates,
            "epsilon": report.epsilon,
            "steps_per_second": report.steps_per_second,
            "updates_per_second": report.updates_per_second,
            "window": report.window,
            "mean_reward": report.mean_reward,
            "mean_length": report.mean_length,
            "mean_measures": measures(report.names, report.mean_measures),
            "last_update": last.as_ref().map(update),
        }));
        self.flush();
    }

    fn on_evaluation(&mut self, report: &EvaluationReport<'_>) {
        let evaluation = report.evaluation;
        let (low, high) = evaluation.ci95();
        self.write(&json!({
            "event": "evaluation",
            "step": report.step,
            "episodes": self.episodes,
            "games": evaluation.games.len(),
            "mean": evaluation.mean(),
            "median": evaluation.median(),
            "ci95_low": low,
            "ci95_high": high,
            "seconds": self.seconds(),
            "took": evaluation.seconds,
            "best": report.best,
        }));
        self.flush();
    }

    fn on_checkpoint(&mut self, report: &CheckpointReport<'_>) {
        self.write(&json!({
            "event": "checkpoint",
            "step": report.step,
            "seconds": self.seconds(),
            "path": report.path.display().to_string(),
        }));
    }

    fn on_command(&mut self, report: &LoggedCommand) {
        self.write(&json!({
            "event": "command",
            "step": report.step,
            "seconds": self.seconds(),
            "command": report.command,
        }));
    }

    fn on_end(&mut self, report: &EndReport) {
        self.write(&json!({
            "event": "end",
            "step": report.step,
            "episodes": report.episodes,
            "updates": report.updates,
            "seconds": report.seconds,
            "reason": format!("{:?}", report.reason),
        }));
        self.flush();
    }
}
