//! Reports as JSON, one object a line.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::Path;

use serde_json::{Map, Value, json};

use crate::control::LoggedCommand;
use crate::env::Environment;
use crate::observer::{
    CheckpointReport, EndReport, EpisodeReport, EvaluationReport, MetricsReport, Observer,
    StartReport, UpdateReport,
};

/// Writes an object for each report, with the report's name as `event` and the step as `step`: `start`, `episode`,
/// `metrics`, `evaluation`, `checkpoint`, `command`, `end`, and on request `update`. Measures are an object of their own.
/// Numbers that are not finite are `null`.
///
/// ```
/// use rl_agent::observers::JsonLines;
///
/// let observer = JsonLines::new(std::io::stdout());
/// # let _ = observer;
/// ```
///
/// Lines are flushed with every metrics report, so a killed run keeps all but the last few. After the first write error
/// nothing more is written; [`JsonLines::error`] tells what it was.
#[derive(Debug)]
pub struct JsonLines<W> {
    out: W,
    updates: bool,
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
        }
    }

    fn flush(&mut self) {
        if self.error.is_none() {
            self.error = self.out.flush().err();
        }
    }
}

fn measures(names: &[&str], values: &[f64]) -> Map<String, Value> {
    let pairs = names.iter().zip(values);
    pairs
        .map(|(name, value)| ((*name).to_owned(), json!(value)))
        .collect()
}

impl<E: Environment, W: Write> Observer<E> for JsonLines<W> {
    fn on_start(&mut self, report: &StartReport<'_>) {
        self.write(&json!({
            "event": "start",
            "step": report.step,
            "total_steps": report.total_steps,
            "episodes": report.episodes,
            "seed": report.seed,
            "measures": report.measures,
        }));
    }

    fn on_episode(&mut self, report: &EpisodeReport<'_>) {
        self.write(&json!({
            "event": "episode",
            "step": report.step,
            "episode": report.episode,
            "environment": report.env_index,
            "length": report.length,
            "reward": report.reward,
            "truncated": report.truncated,
            "measures": measures(report.names, report.measures),
        }));
    }

    fn on_update(&mut self, report: &UpdateReport) {
        if self.updates {
            self.write(&json!({
                "event": "update",
                "step": report.step,
                "update": report.update,
                "loss": report.loss,
                "td_error": report.td_error,
                "mean_q": report.mean_q,
                "gradient_norm": report.gradient_norm,
                "epsilon": report.epsilon,
                "learning_rate": report.learning_rate,
                "buffer_fill": report.buffer_fill,
            }));
        }
    }

    fn on_metrics(&mut self, report: &MetricsReport<'_>) {
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
        }));
        self.flush();
    }

    fn on_evaluation(&mut self, report: &EvaluationReport<'_>) {
        let evaluation = report.evaluation;
        let (low, high) = evaluation.ci95();
        self.write(&json!({
            "event": "evaluation",
            "step": report.step,
            "games": evaluation.games.len(),
            "mean": evaluation.mean(),
            "median": evaluation.median(),
            "ci95_low": low,
            "ci95_high": high,
            "seconds": evaluation.seconds,
            "best": report.best,
        }));
        self.flush();
    }

    fn on_checkpoint(&mut self, report: &CheckpointReport<'_>) {
        self.write(&json!({
            "event": "checkpoint",
            "step": report.step,
            "path": report.path.display().to_string(),
        }));
    }

    fn on_command(&mut self, report: &LoggedCommand) {
        self.write(&json!({ "event": "command", "step": report.step, "command": report.command }));
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
