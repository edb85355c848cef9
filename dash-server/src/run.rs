//! A training run: its folder, its trainer, and how the session starts one.

mod demo;
mod error;
mod folder;
mod launcher;
mod lesson;
mod lines;

pub use demo::DemoLauncher;
pub use error::RunError;
use error::io_error;
pub use folder::RunFolder;
pub(crate) use folder::is_locked;
pub use launcher::TrainingLauncher;
pub(crate) use lesson::Lesson;
pub use lesson::RunObserver;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufWriter};
use std::path::PathBuf;

use rl_agent::atomic_file;
use rl_agent::control::Control;
use rl_agent::observer::{EndReason, EndReport};
use rl_agent::observers::{CsvLog, JsonLines};
use rl_agent::tetris::Plan;
use rl_agent::trainer::{CHECKPOINT_FILE, MODEL_FILE, TrainerConfig};

use crate::config::{self, RunConfig};
use lines::{cut, is_past_event, is_past_row};

/// Name of the configuration in a run's folder.
pub const CONFIG_FILE: &str = "config.toml";
/// Name of the table of metrics in a run's folder.
pub const METRICS_FILE: &str = "metrics.csv";
/// Name of the reports, one JSON object a line, in a run's folder.
pub const EVENTS_FILE: &str = "events.jsonl";
/// Name of what somebody wrote about a run, in its folder.
pub const NOTE_FILE: &str = "note.txt";

/// What a run leaves in its folder.
const FILES: [&str; 6] = [
    CONFIG_FILE,
    METRICS_FILE,
    EVENTS_FILE,
    MODEL_FILE,
    CHECKPOINT_FILE,
    NOTE_FILE,
];

/// A run that is set up and has not begun.
pub struct Run {
    lesson: Lesson,
    endless: bool,
    csv: CsvLog,
    metrics: PathBuf,
    json: JsonLines<BufWriter<File>>,
    events: PathBuf,
    /// Tells everybody, for as long as it is held, that the run goes on.
    _lock: File,
}

impl std::fmt::Debug for Run {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Run")
            .field("progress", self.lesson.progress())
            .finish_non_exhaustive()
    }
}

impl Run {
    /// A run from the beginning; writes its configuration into the folder. A run that was there, and may be overwritten,
    /// is removed for it.
    ///
    /// # Errors
    /// If the configuration does not hold together or another process trains into the folder, which is then as it was; if
    /// there is a run that may not be overwritten; if the system refuses.
    pub fn begin(
        config: &RunConfig,
        folder: &RunFolder,
        control: Control,
    ) -> Result<Self, RunError> {
        let lock = folder.lock()?;
        // Settings that no agent can be made of leave no run behind, and whatever was there as it was.
        let lesson = lesson(config, folder, control)?;
        let text = toml::to_string(&config.tables()).map_err(|error| RunError::Io {
            path: folder.file(CONFIG_FILE),
            error: io::Error::other(error),
        })?;
        folder.clear()?;
        let path = folder.file(CONFIG_FILE);
        atomic_file::write(&path, text.as_bytes()).map_err(io_error(&path))?;
        let metrics = folder.file(METRICS_FILE);
        let csv = CsvLog::create(&metrics).map_err(io_error(&metrics))?;
        let events = folder.file(EVENTS_FILE);
        let json = JsonLines::create(&events).map_err(io_error(&events))?;
        Ok(Self {
            lesson,
            endless: is_endless(&config.trainer),
            csv,
            metrics,
            json,
            events,
            _lock: lock,
        })
    }

    /// A run from where its checkpoint stands. `more` is how much further it may go from there.
    ///
    /// # Errors
    /// If the checkpoint is damaged or of another configuration, or the system refuses.
    pub fn resume(folder: &RunFolder, more: Limits, control: Control) -> Result<Self, RunError> {
        let lock = folder.lock()?;
        let mut config = RunConfig::from_tables(&config::read(&folder.file(CONFIG_FILE))?)?;
        let checkpoint = folder.file(CHECKPOINT_FILE);
        // Limits do not belong to the state of training: the first reading tells how far it has come.
        let mut reader = lesson(&config, folder, Control::new())?;
        reader.read_checkpoint(&checkpoint)?;
        let progress = reader.progress();
        let configured = config.trainer.total_steps;
        let ahead = configured.filter(|&steps| !more.beyond || steps > progress.step());
        config.trainer.total_steps = more.steps.or(ahead);
        config.trainer.time_limit = more.seconds.map(|seconds| progress.seconds() + seconds);
        let metrics = folder.file(METRICS_FILE);
        cut(&metrics, |line| is_past_row(line, progress)).map_err(io_error(&metrics))?;
        let events = folder.file(EVENTS_FILE);
        cut(&events, |line| is_past_event(line, progress)).map_err(io_error(&events))?;
        let mut lesson = lesson(&config, folder, control)?;
        lesson.read_checkpoint(&checkpoint)?;
        let csv = CsvLog::append(&metrics).map_err(io_error(&metrics))?;
        let json = JsonLines::append(&events).map_err(io_error(&events))?;
        Ok(Self {
            lesson,
            endless: is_endless(&config.trainer),
            csv,
            metrics,
            json,
            events,
            _lock: lock,
        })
    }

    /// Steps taken before this run begins.
    pub fn step(&self) -> u64 {
        self.lesson.progress().step()
    }

    /// Whether nothing but a command ends it.
    pub fn is_endless(&self) -> bool {
        self.endless
    }

    /// Trains to the end.
    ///
    /// # Errors
    /// If training fails or the metrics could not be written.
    pub fn train(&mut self, observer: &mut dyn RunObserver) -> Result<EndReport, RunError> {
        let mut observers = (observer, &mut self.csv, &mut self.json);
        let report = self.lesson.run(&mut observers)?;
        let csv = self
            .csv
            .error()
            .map(|error| (&self.metrics, error.to_string()));
        let json = self
            .json
            .error()
            .map(|error| (&self.events, error.to_string()));
        match csv.or(json) {
            None => Ok(report),
            Some((path, error)) => Err(RunError::Metrics {
                path: path.clone(),
                error,
            }),
        }
    }
}

/// When a run that is gone on with ends.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Limits {
    /// Steps of the whole run; as configured if absent.
    pub steps: Option<u64>,
    /// Whether a run that has taken as many steps as configured goes on without an end.
    pub beyond: bool,
    /// Seconds from now; no limit if absent.
    pub seconds: Option<f64>,
}

fn lesson(config: &RunConfig, folder: &RunFolder, control: Control) -> Result<Lesson, RunError> {
    let plan = Plan {
        environments: usize::from(config.scenario.environments.unwrap_or(1)),
        scenario: config.scenario.scenario(),
        trainer: config.trainer.clone(),
        evaluation: config.evaluation,
        folder: folder.path().to_owned(),
        notes: BTreeMap::from([
            ("run".to_owned(), folder.name()),
            ("seed".to_owned(), config.trainer.seed.to_string()),
        ]),
        control,
    };
    Ok(config.learner.lesson(plan)?)
}

fn is_endless(limits: &TrainerConfig) -> bool {
    limits.total_steps.is_none() && limits.time_limit.is_none()
}

/// Why training ended, in words.
pub fn reason(end: &EndReport) -> String {
    let why = match end.reason {
        EndReason::Finished => "finished",
        EndReason::TimeLimit => "time limit reached",
        EndReason::Stopped => "stopped by command",
        EndReason::Failed => "failed",
    };
    format!(
        "{why} after {} steps and {} episodes in {:.1} s",
        end.step, end.episodes, end.seconds
    )
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    pub(super) fn small() -> RunConfig {
        let text = "scenario.ceiling = 8\nagent.learning_starts = 64\nagent.buffer_capacity = 1000";
        let mut config = RunConfig::from_tables(&text.parse().unwrap()).unwrap();
        config.trainer.metrics_every = 50;
        config.trainer.evaluate_every = 10_000;
        config.trainer.total_steps = Some(400);
        config.evaluation.games = 1;
        config.evaluation.max_steps = Some(20);
        config
    }

    #[test]
    fn a_run_leaves_its_files_and_is_not_overwritten_by_chance() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep").join("a");
        let place = RunFolder::create(&path, false).unwrap();
        let end = Run::begin(&small(), &place, Control::new())
            .unwrap()
            .train(&mut ())
            .unwrap();
        assert_eq!(
            reason(&end).split(" steps").next(),
            Some("finished after 400")
        );
        for file in FILES.iter().filter(|file| **file != NOTE_FILE) {
            assert!(path.join(file).is_file(), "{file}");
        }
        let busy = place.lock().unwrap();
        assert!(matches!(place.lock(), Err(RunError::Busy(_))));
        drop(busy);
        assert!(matches!(
            RunFolder::create(&path, false),
            Err(RunError::Exists(_))
        ));
        for file in FILES.iter().filter(|file| **file != NOTE_FILE) {
            fs::remove_file(path.join(file)).unwrap();
        }
        assert!(matches!(
            RunFolder::open(&path),
            Err(RunError::NoRun {
                missing: CONFIG_FILE,
                ..
            })
        ));
    }

    /// Whichever game and agent: train, save, go on, and the same as without a break.
    #[test]
    fn every_preset_trains_and_goes_on() {
        let folder = tempfile::tempdir().unwrap();
        for name in config::preset_names() {
            let mut tables = config::preset(name).unwrap();
            let short = "agent.learning_starts = 64\nagent.buffer_capacity = 500\ntrainer.total_steps = 200\n\
                trainer.metrics_every = 50\nevaluation.games = 2\nevaluation.max_steps = 20";
            config::overlay(&mut tables, &short.parse().unwrap());
            let begin = |steps: u64| {
                let mut config = RunConfig::from_tables(&tables).unwrap();
                config.trainer.total_steps = Some(steps);
                let place = folder.path().join(format!("{name}-{steps}"));
                let place = RunFolder::create(&place, false).unwrap();
                let mut run = Run::begin(&config, &place, Control::new()).unwrap();
                assert_eq!(run.train(&mut ()).unwrap().step, steps, "{name}");
                place
            };
            let (whole, cut) = (begin(200), begin(120));
            let more = Limits {
                steps: Some(200),
                ..Limits::default()
            };
            let mut resumed = Run::resume(&cut, more, Control::new()).unwrap();
            assert_eq!(resumed.step(), 120);
            let end = resumed.train(&mut ()).unwrap();
            assert!(end.updates > 0, "{name}");
            // The notes have the name of the run; the weights come after it.
            let weights = |place: &RunFolder| {
                let file = fs::read(place.file(MODEL_FILE)).unwrap();
                let name = place.name().into_bytes();
                let at = file.windows(name.len()).position(|part| part == name);
                file[at.expect("the name") + name.len()..].to_owned()
            };
            assert!(weights(&whole).len() > 1_000, "{name}");
            assert!(weights(&whole) == weights(&cut), "{name}");
        }
    }

    #[test]
    fn a_resumed_run_ends_as_if_it_had_never_been_cut() {
        let folder = tempfile::tempdir().unwrap();
        let whole = RunFolder::create(&folder.path().join("whole"), false).unwrap();
        Run::begin(&small(), &whole, Control::new())
            .unwrap()
            .train(&mut ())
            .unwrap();

        let mut config = small();
        config.trainer.total_steps = Some(230);
        let cut = RunFolder::create(&folder.path().join("cut"), false).unwrap();
        Run::begin(&config, &cut, Control::new())
            .unwrap()
            .train(&mut ())
            .unwrap();
        // As if it had been killed later, in the middle of a line.
        let metrics = cut.file(METRICS_FILE);
        let mut text = fs::read_to_string(&metrics).unwrap();
        text += "250,9,9,9\n300,9";
        fs::write(&metrics, text).unwrap();
        let events = cut.file(EVENTS_FILE);
        let lost = fs::read_to_string(&events).unwrap()
            + "{\"event\":\"metrics\",\"step\":250}\n{\"event\":\"epi";
        fs::write(&events, lost).unwrap();

        let more = Limits {
            steps: Some(400),
            ..Limits::default()
        };
        let mut resumed =
            Run::resume(&RunFolder::open(cut.path()).unwrap(), more, Control::new()).unwrap();
        assert_eq!(resumed.step(), 230);
        assert_eq!(resumed.train(&mut ()).unwrap().step, 400);

        // Seconds and speed are of the clock; everything else is of the seed.
        let rows = |place: &RunFolder| -> Vec<String> {
            let text = fs::read_to_string(place.file(METRICS_FILE)).unwrap();
            let timeless = |line: &str| {
                let cells = line
                    .split(',')
                    .enumerate()
                    .filter(|(index, _)| ![1, 4].contains(index));
                cells.map(|(_, cell)| cell.to_owned() + ",").collect()
            };
            text.lines().map(timeless).collect()
        };
        assert_eq!(rows(&cut), rows(&whole));
        assert_eq!(rows(&cut).len(), 1 + 8);
        let metrics = |place: &RunFolder| {
            let text = fs::read_to_string(place.file(EVENTS_FILE)).unwrap();
            text.matches("\"event\":\"metrics\"").count()
        };
        assert_eq!((metrics(&cut), metrics(&whole)), (8, 8));
    }
}
