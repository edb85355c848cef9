//! Reports as JSON, one object a line.

mod line;

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use self::line::{Line, Measures};
use crate::control::LoggedCommand;
use crate::env::Environment;
use crate::observer::{
    CheckpointReport, EndReport, EpisodeReport, EvaluationReport, HeldReport, MetricsReport,
    Observer, StartReport, StepReport, UpdateReport,
};
use crate::seldom::Seldom;

/// How long a line may wait for those that come after it before it is flushed.
const FLUSH_EVERY: Duration = Duration::from_secs(1);

/// Writes an object for each report, with the report's name as `event`, the step as `step` and the wall-clock time since
/// training began, pauses left out, as `seconds`: `start`, `episode`, `metrics` (with the last update as `last_update`), `evaluation`, `checkpoint`,
/// `command`, `end`, and on request `update`. Measures are an object of their own. Numbers that are not finite are `null`.
///
/// ```
/// use rl_agent::observers::JsonLines;
///
/// let observer = JsonLines::new(std::io::stdout());
/// # let _ = observer;
/// ```
///
/// Lines are flushed with every report of metrics, evaluations, checkpoints and commands, and by the step that finds one
/// waiting for a second: a killed run keeps all but its last second. After the first write error nothing more is written; [`JsonLines::error`]
/// tells what it was.
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
    /// The line that is being written.
    line: Vec<u8>,
    /// Whether lines have been written since the last flush, and when that was.
    waiting: bool,
    flushed: Instant,
    seldom: Seldom,
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
            line: Vec::new(),
            waiting: false,
            flushed: Instant::now(),
            seldom: Seldom::new(),
            error: None,
        }
    }

    /// Writes every update too. A line takes about a microsecond, which is more than one per cent of training where steps
    /// are short; without it the last update stands in the line of each metrics report.
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

    fn write(&mut self, line: &Line<'_>) {
        if self.error.is_some() {
            return;
        }
        self.line.clear();
        self.error = match serde_json::to_writer(&mut self.line, line) {
            Ok(()) => {
                self.line.push(b'\n');
                self.out.write_all(&self.line).err()
            }
            Err(error) => Some(error.into()),
        };
        self.waiting = true;
    }

    fn flush(&mut self) {
        if self.error.is_none() {
            self.error = self.out.flush().err();
            self.waiting = false;
            self.flushed = Instant::now();
        }
    }

    fn seconds(&self) -> f64 {
        self.before + self.begin.elapsed().as_secs_f64()
    }
}

impl<E: Environment, W: Write> Observer<E> for JsonLines<W> {
    fn on_start(&mut self, report: &StartReport<'_>) {
        (self.begin, self.before) = (Instant::now(), report.seconds);
        self.episodes = report.episodes;
        self.write(&Line::Start {
            step: report.step,
            total_steps: report.total_steps,
            episodes: report.episodes,
            seconds: report.seconds,
            seed: report.seed,
            measures: report.measures,
        });
        self.flush();
    }

    fn on_step(&mut self, _report: &StepReport<'_, E>) {
        if let Some(now) = self.seldom.look()
            && self.waiting
            && now - self.flushed >= FLUSH_EVERY
        {
            self.flush();
        }
    }

    fn on_held(&mut self, report: &HeldReport) {
        self.begin += report.time;
    }

    fn on_episode(&mut self, report: &EpisodeReport<'_>) {
        self.episodes += 1;
        self.write(&Line::Episode {
            step: report.step,
            episode: report.episode,
            seconds: self.seconds(),
            environment: report.env_index,
            length: report.length,
            reward: report.reward,
            truncated: report.truncated,
            measures: Measures {
                names: report.names,
                values: report.measures,
            },
        });
    }

    fn on_update(&mut self, report: &UpdateReport) {
        self.update = Some(*report);
        if self.updates {
            self.write(&Line::Update(report));
        }
    }

    fn on_metrics(&mut self, report: &MetricsReport<'_>) {
        let last_update = self.update.take();
        (self.begin, self.before) = (Instant::now(), report.seconds);
        self.write(&Line::Metrics {
            step: report.step,
            seconds: report.seconds,
            episodes: report.episodes,
            updates: report.updates,
            epsilon: report.epsilon,
            steps_per_second: report.steps_per_second,
            updates_per_second: report.updates_per_second,
            window: report.window,
            mean_reward: report.mean_reward,
            mean_length: report.mean_length,
            mean_measures: Measures {
                names: report.names,
                values: report.mean_measures,
            },
            last_update,
        });
        self.flush();
    }

    fn on_evaluation(&mut self, report: &EvaluationReport<'_>) {
        let evaluation = report.evaluation;
        let (ci95_low, ci95_high) = evaluation.ci95();
        self.write(&Line::Evaluation {
            step: report.step,
            episodes: self.episodes,
            games: evaluation.games.len(),
            mean: evaluation.mean(),
            median: evaluation.median(),
            ci95_low,
            ci95_high,
            seconds: self.seconds(),
            took: evaluation.seconds,
            best: report.best,
        });
        self.flush();
    }

    fn on_checkpoint(&mut self, report: &CheckpointReport<'_>) {
        self.write(&Line::Checkpoint {
            step: report.step,
            seconds: self.seconds(),
            path: report.path.display(),
        });
        self.flush();
    }

    fn on_command(&mut self, report: &LoggedCommand) {
        self.write(&Line::Command {
            step: report.step,
            seconds: self.seconds(),
            command: report.command,
        });
        // After a pause there is no step that would find it waiting.
        self.flush();
    }

    fn on_end(&mut self, report: &EndReport) {
        self.write(&Line::End {
            step: report.step,
            episodes: report.episodes,
            updates: report.updates,
            seconds: report.seconds,
            reason: format_args!("{:?}", report.reason),
        });
        self.flush();
    }
}
