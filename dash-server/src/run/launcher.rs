//! Training runs for a session.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::{CONFIG_FILE, Limits, Run, RunError, RunFolder, is_locked, reason};
use crate::archive;
use crate::config::{self, RunConfig, RunConfigError};
use crate::feed::Feed;
use crate::isolation::{self, Assignment, Isolation, Process};
use crate::launch::{Job, JobContext, Kill, LaunchError, Launcher, StartRequest, Work};
use crate::observer::DashObserver;
use crate::protocol::{ConfigMap, FormField};

/// Starts training runs for a session, each in a numbered folder of its own.
#[derive(Debug, Clone)]
pub struct TrainingLauncher {
    /// The folder of all runs.
    pub runs: PathBuf,
    /// What a start without a preset begins with, and its name.
    pub default: (String, ConfigMap),
    /// Where runs train.
    pub isolation: Isolation,
}

impl Assignment {
    /// Trains.
    pub(crate) fn carry_out(
        &self,
        folder: &RunFolder,
        JobContext { control, feed }: JobContext,
    ) -> Result<String, String> {
        let run = match self {
            Self::Begin(tables) => RunConfig::from_tables(tables)
                .map_err(RunError::from)
                .and_then(|config| Run::begin(&config, folder, control)),
            Self::GoOn => {
                let more = Limits {
                    beyond: true,
                    ..Limits::default()
                };
                Run::resume(folder, more, control).inspect(|_| recall(folder, &feed))
            }
        };
        let trained = run.and_then(|mut run| run.train(&mut DashObserver::new(feed)));
        trained
            .map(|end| reason(&end))
            .map_err(|error| error.to_string())
    }
}

/// The curves begin where the run did, and not where it is gone on with. Without them it trains all the same.
fn recall(folder: &RunFolder, feed: &Feed) {
    match archive::reported(folder.path()) {
        Ok(past) => feed.recall(past),
        Err(error) => tracing::warn!(%error, "what the run has reported cannot be read"),
    }
}

impl TrainingLauncher {
    /// The work of an assignment, and what ends it.
    fn work(&self, folder: RunFolder, assignment: Assignment) -> (Work, Option<Kill>) {
        match self.isolation.clone() {
            Isolation::Thread => (
                Box::new(move |context| assignment.carry_out(&folder, context)),
                None,
            ),
            Isolation::Process(worker) => {
                let process = Process::default();
                let doomed = process.clone();
                (
                    Box::new(move |context| {
                        isolation::run(&worker, &folder, &assignment, &process, context)
                    }),
                    Some(Box::new(move || doomed.kill())),
                )
            }
        }
    }

    fn config(&self, request: &StartRequest) -> Result<(String, RunConfig), RunConfigError> {
        let (name, mut tables) = match &request.preset {
            Some(name) if *name != self.default.0 => (name.clone(), config::preset(name)?),
            _ => self.default.clone(),
        };
        if let Some(over) = &request.config {
            config::overlay(&mut tables, over);
        }
        let mut config = RunConfig::from_tables(&tables)?;
        if let Some(seed) = request.seed {
            config.trainer.seed = seed;
        }
        Ok((name, config))
    }
}

impl Launcher for TrainingLauncher {
    fn presets(&self) -> Vec<String> {
        let mut names = vec![self.default.0.clone()];
        names.extend(
            config::preset_names()
                .into_iter()
                .filter(|name| *name != self.default.0)
                .map(str::to_owned),
        );
        names
    }

    fn configs(&self) -> BTreeMap<String, ConfigMap> {
        let whole = |preset: String| {
            let request = StartRequest {
                preset: Some(preset.clone()),
                ..StartRequest::default()
            };
            let (_, config) = self.config(&request).ok()?;
            Some((preset, config.tables()))
        };
        self.presets().into_iter().filter_map(whole).collect()
    }

    fn form(&self) -> Vec<FormField> {
        config::form()
    }

    fn prepare(&self, request: &StartRequest) -> Result<Job, LaunchError> {
        let wrong = |error: RunConfigError| LaunchError::Config {
            message: error.to_string(),
            field: error.field(),
        };
        let (preset, config) = self.config(request).map_err(wrong)?;
        let tables = config.tables();
        let folder = RunFolder::create_numbered(&self.runs, &preset)
            .map_err(|error| LaunchError::Failed(error.to_string()))?;
        let name = folder.name();
        let (work, kill) = self.work(folder, Assignment::Begin(tables.clone()));
        Ok(Job {
            name,
            preset: Some(preset),
            config: tables,
            work,
            kill,
        })
    }

    fn go_on(&self, name: &str) -> Result<Job, LaunchError> {
        let no_run = |message: String| LaunchError::NoRun(message);
        if !archive::is_plain(name) {
            return Err(no_run(format!(
                "there is no run {name:?} in the output folder"
            )));
        }
        let folder =
            RunFolder::open(&self.runs.join(name)).map_err(|error| no_run(error.to_string()))?;
        if is_locked(folder.path()) {
            return Err(no_run(format!("another process trains {name}")));
        }
        let config = config::read(&folder.path().join(CONFIG_FILE))
            .and_then(|tables| RunConfig::from_tables(&tables))
            .map_err(|error| no_run(error.to_string()))?;
        let (work, kill) = self.work(folder, Assignment::GoOn);
        Ok(Job {
            name: name.to_owned(),
            preset: None,
            config: config.tables(),
            work,
            kill,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_start_has_a_folder_of_its_own() {
        let folder = tempfile::tempdir().unwrap();
        let launcher = TrainingLauncher {
            runs: folder.path().join("runs"),
            default: ("quick".to_owned(), config::preset("quick").unwrap()),
            isolation: Isolation::Thread,
        };
        assert_eq!(launcher.presets()[0], "quick");
        let whole = &launcher.configs()["quick"];
        let gamma = &config::preset("quick").unwrap()["agent"]["gamma"];
        assert_eq!(whole["agent"]["gamma"].as_float(), gamma.as_float());
        assert!(whole["evaluation"].as_table().unwrap().contains_key("seed"));
        let request = StartRequest {
            seed: Some(9),
            ..StartRequest::default()
        };
        let jobs = [
            launcher.prepare(&request).unwrap(),
            launcher.prepare(&request).unwrap(),
        ];
        assert_eq!(
            jobs.each_ref().map(|job| job.name.as_str()),
            ["quick-1", "quick-2"]
        );
        assert_eq!(jobs[0].config["trainer"]["seed"].as_integer(), Some(9));

        let wrong = StartRequest {
            config: Some("agent.gamma = 7".parse().unwrap()),
            ..StartRequest::default()
        };
        let error = launcher.prepare(&wrong).unwrap_err();
        assert!(
            matches!(&error, LaunchError::Config { message, field: Some(field) } if message.contains("agent.gamma") && field == "agent.gamma"),
            "{error}"
        );
        let unknown = StartRequest {
            preset: Some("slow".to_owned()),
            ..StartRequest::default()
        };
        assert!(matches!(
            launcher.prepare(&unknown),
            Err(LaunchError::Config { field: None, .. })
        ));
    }
}
