//! A trained model that plays, to be watched like a run.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use rl_agent::afterstate_dqn::Objective;
use rl_agent::model::Model;
use rl_agent::tetris::{Inputs, TetrisConfig, placement_demo};
use rl_agent::trainer::MODEL_FILE;
use rl_agent::{AnyModel, models};
use serde::Serialize;

use super::{CONFIG_FILE, reason};
use crate::config::{self, Learner, RunConfig};
use crate::launch::{Job, LaunchError, Launcher, StartRequest};
use crate::observer::DashObserver;
use crate::protocol::ConfigMap;

/// Pieces a second at first: what a person can follow.
const SPEED: f64 = 4.0;

/// Shows games of a trained model instead of training one.
#[derive(Debug, Clone)]
pub struct DemoLauncher {
    model: Model,
    game: TetrisConfig,
    /// Starts so far: there is no folder to tell them apart.
    starts: Arc<AtomicU64>,
}

impl Default for DemoLauncher {
    /// The model that comes with the program, on the board of ten by twenty.
    fn default() -> Self {
        Self::of(models::standard(), TetrisConfig::default())
    }
}

impl DemoLauncher {
    /// The game, seen as the model sees it.
    fn of(model: Model, game: TetrisConfig) -> Self {
        let inputs = Inputs::named(&model.features);
        Self {
            game: TetrisConfig { inputs, ..game },
            model,
            starts: Arc::default(),
        }
    }

    /// The model of a run's folder, in the game that it was trained in; or a model file, on the board of ten by twenty.
    ///
    /// # Errors
    /// If there is no model, or none that places pieces.
    pub fn load(path: &Path) -> Result<Self, String> {
        let (file, game) = if path.is_dir() {
            let tables =
                config::read(&path.join(CONFIG_FILE)).map_err(|error| error.to_string())?;
            let config = RunConfig::from_tables(&tables).map_err(|error| error.to_string())?;
            let game = match config.learner {
                Learner::Placements { environment, .. } => Some(environment),
                Learner::Keys { .. } => None,
            };
            (path.join(MODEL_FILE), game)
        } else {
            (path.to_owned(), Some(TetrisConfig::default()))
        };
        let model = AnyModel::load(&file).map_err(|error| error.to_string())?;
        let (AnyModel::Afterstates(model), Some(game)) = (model, game) else {
            return Err(format!(
                "{} presses keys; a model that places pieces is expected",
                file.display()
            ));
        };
        let demo = Self::of(*model, game);
        // What does not fit together comes to light before anybody waits for a game.
        placement_demo(demo.game, demo.model.clone(), 0, Default::default())
            .map_err(|error| format!("{}: {error}", file.display()))?;
        Ok(demo)
    }
}

#[derive(Serialize)]
struct Shown {
    environment: TetrisConfig,
    agent: Valued,
}

#[derive(Serialize)]
struct Valued {
    objective: Objective,
    gamma: f64,
}

impl Launcher for DemoLauncher {
    fn presets(&self) -> Vec<String> {
        Vec::new()
    }

    fn learns(&self) -> bool {
        false
    }

    fn speed_limit(&self) -> Option<f64> {
        Some(SPEED)
    }

    fn prepare(&self, request: &StartRequest) -> Result<Job, LaunchError> {
        // As much of a configuration as there is: the game, and what the values mean.
        let config = ConfigMap::try_from(Shown {
            environment: self.game,
            agent: Valued {
                objective: self.model.objective,
                gamma: self.model.gamma,
            },
        });
        let config = config.map_err(|error| LaunchError::Failed(error.to_string()))?;
        let number = self.starts.fetch_add(1, Ordering::Relaxed) + 1;
        let (demo, seed) = (self.clone(), request.seed.unwrap_or(0));
        Ok(Job {
            name: format!("demo-{number}"),
            preset: None,
            config,
            work: Box::new(move |context| {
                let games = placement_demo(demo.game, demo.model, seed, context.control);
                let mut games = games.map_err(|error| error.to_string())?;
                let end = games.run(&mut DashObserver::new(context.feed));
                end.map(|end| reason(&end))
                    .map_err(|error| error.to_string())
            }),
            kill: None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feed::Feed;
    use crate::launch::JobContext;
    use rl_agent::control::Control;

    #[test]
    fn the_model_that_comes_along_plays_without_learning() {
        let job = DemoLauncher::default()
            .prepare(&StartRequest::default())
            .unwrap();
        assert_eq!(job.config["environment"]["height"].as_integer(), Some(20));
        let context = JobContext {
            control: Control::new(),
            feed: Arc::new(Feed::new()),
        };
        let (control, feed) = (context.control.clone(), context.feed.clone());
        // It takes two thousand pieces and then the stop that waits behind them.
        control.step(2_000);
        let playing = std::thread::spawn(move || (job.work)(context));
        while feed.step() < 2_000 {
            std::thread::yield_now();
        }
        control.stop();
        let end = playing.join().unwrap().unwrap();
        assert!(
            end.starts_with("stopped by command after 2000 steps and 0 episodes"),
            "it does not die so soon: {end}"
        );
    }

    #[test]
    fn every_start_has_a_name_of_its_own() {
        let demo = DemoLauncher::default();
        let jobs = [(); 2].map(|()| demo.prepare(&StartRequest::default()).unwrap());
        let names = jobs.each_ref().map(|job| job.name.as_str());
        assert_eq!(names, ["demo-1", "demo-2"]);
    }

    #[test]
    fn what_cannot_be_shown_is_said() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("model.safetensors");
        let error = DemoLauncher::load(&file).unwrap_err();
        assert!(error.contains("model.safetensors"), "{error}");
        models::small_board().save(&file).unwrap();
        let shown = DemoLauncher::load(&file);
        assert!(shown.is_ok(), "{shown:?}");
        let error = DemoLauncher::load(folder.path()).unwrap_err();
        assert!(error.contains("config.toml"), "{error}");
    }
}
