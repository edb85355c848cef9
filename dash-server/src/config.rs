//! The configuration of a run: one TOML file, from a preset or written by hand, with overrides on top.

mod error;
mod form;
mod learner;
mod overlay;

pub use error::RunConfigError;
pub use form::form;
pub use learner::Learner;
pub use overlay::{overlay, parse_override};

use std::path::Path;

use rl_agent::evaluation::EvaluationConfig;
use rl_agent::tetris::Scenario;
use rl_agent::trainer::TrainerConfig;
use serde::{Deserialize, Serialize};

use crate::protocol::ConfigMap;

/// The presets, the default first: name and text.
pub const PRESETS: [(&str, &str); 6] = [
    ("quick", include_str!("../presets/quick.toml")),
    ("minutes", include_str!("../presets/minutes.toml")),
    ("record", include_str!("../presets/record.toml")),
    ("small-board", include_str!("../presets/small-board.toml")),
    ("raw-board", include_str!("../presets/raw-board.toml")),
    ("key-press", include_str!("../presets/key-press.toml")),
];

/// Everything that a run depends on.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RunConfig {
    /// What is played, and who learns it: `game`, `environment` and `agent`.
    pub learner: Learner,
    /// How games begin and end in training; evaluation plays on the whole board.
    pub scenario: TrainingScenario,
    /// Seed, limits and schedules.
    pub trainer: TrainerConfig,
    /// The games of an evaluation.
    pub evaluation: EvaluationConfig,
}

/// How games are played in training.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TrainingScenario {
    /// Rows under which pieces must come to rest; all rows of the board if absent.
    pub ceiling: Option<u8>,
    /// Pieces after which a game is cut; none if absent.
    pub max_pieces: Option<u64>,
    /// Games that are played side by side, a piece in each in turn, 1 to 64; one if absent.
    pub environments: Option<u8>,
}

impl TrainingScenario {
    /// The same for the environment.
    pub fn scenario(&self) -> Scenario {
        Scenario {
            ceiling: self.ceiling,
            max_pieces: self.max_pieces,
            ..Scenario::default()
        }
    }
}

/// Names of the presets, the default first.
pub fn preset_names() -> Vec<&'static str> {
    PRESETS.iter().map(|(name, _)| *name).collect()
}

/// The tables of a preset.
///
/// # Errors
/// If there is no such preset.
pub fn preset(name: &str) -> Result<ConfigMap, RunConfigError> {
    let found = PRESETS.iter().find(|(known, _)| *known == name);
    let (_, text) = found.ok_or_else(|| RunConfigError::NoPreset {
        name: name.to_owned(),
    })?;
    parse(text)
}

/// The tables of a configuration file.
///
/// # Errors
/// If it cannot be read, is not TOML, or holds a key or a kind of value that no setting has. Ranges are not checked: what
/// is laid on top may change them.
pub fn read(path: &Path) -> Result<ConfigMap, RunConfigError> {
    let unreadable = |error| RunConfigError::Unreadable {
        path: path.to_owned(),
        error,
    };
    let text = std::fs::read_to_string(path).map_err(unreadable)?;
    let in_file = |error| RunConfigError::InFile {
        path: path.to_owned(),
        error: Box::new(error),
    };
    let tables = parse(&text).map_err(in_file)?;
    learner::read(tables.clone()).map_err(in_file)?;
    Ok(tables)
}

fn parse(text: &str) -> Result<ConfigMap, RunConfigError> {
    text.parse()
        .map_err(|error: toml::de::Error| RunConfigError::Malformed {
            message: error.to_string(),
        })
}

impl RunConfig {
    /// Reads and checks tables.
    ///
    /// # Errors
    /// If a key is unknown, or a value of the wrong type or outside its range.
    pub fn from_tables(tables: &ConfigMap) -> Result<Self, RunConfigError> {
        let config = learner::read(tables.clone())?;
        config.validate()?;
        Ok(config)
    }

    /// The tables, as they go into `config.toml` and to the page.
    pub fn tables(&self) -> ConfigMap {
        learner::write(self)
    }

    fn validate(&self) -> Result<(), RunConfigError> {
        self.learner.validate()?;
        let at = |section| move |error| RunConfigError::OutOfRange { section, error };
        self.trainer.validate().map_err(at("trainer"))?;
        let height = self.learner.height();
        let TrainingScenario {
            ceiling,
            max_pieces,
            environments,
        } = self.scenario;
        if let (Some(ceiling), Learner::Keys { .. }) = (ceiling, &self.learner) {
            return Err(RunConfigError::out_of_range(
                "scenario",
                "ceiling",
                ceiling,
                "nothing: the game with keys has no ceiling".to_owned(),
            ));
        }
        if let Some(ceiling) = ceiling.filter(|ceiling| !(4..=height).contains(ceiling)) {
            return Err(RunConfigError::out_of_range(
                "scenario",
                "ceiling",
                ceiling,
                format!("4..={height}, the height of the board"),
            ));
        }
        if max_pieces == Some(0) {
            return Err(RunConfigError::out_of_range(
                "scenario",
                "max_pieces",
                0,
                "at least 1".to_owned(),
            ));
        }
        if let Some(games) = environments.filter(|games| !(1..=64).contains(games)) {
            return Err(RunConfigError::out_of_range(
                "scenario",
                "environments",
                games,
                "1..=64".to_owned(),
            ));
        }
        if !(1..=100_000).contains(&self.evaluation.games) {
            return Err(RunConfigError::out_of_range(
                "evaluation",
                "games",
                self.evaluation.games,
                "1..=100000".to_owned(),
            ));
        }
        if !(1..=1024).contains(&self.evaluation.threads) {
            return Err(RunConfigError::out_of_range(
                "evaluation",
                "threads",
                self.evaluation.threads,
                "1..=1024".to_owned(),
            ));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use rl_agent::afterstate_dqn::AfterstateDqnConfig;
    use rl_agent::tetris::TetrisConfig;

    use super::*;

    fn with(overrides: &[&str]) -> Result<RunConfig, RunConfigError> {
        let mut tables = preset("quick").unwrap();
        for text in overrides {
            overlay(&mut tables, &parse_override(text)?);
        }
        RunConfig::from_tables(&tables)
    }

    #[test]
    fn presets_are_valid_and_survive_their_file() {
        for (name, _) in PRESETS {
            let config = RunConfig::from_tables(&preset(name).unwrap()).unwrap();
            let text = toml::to_string(&config.tables()).unwrap();
            assert_eq!(
                RunConfig::from_tables(&parse(&text).unwrap()).unwrap(),
                config
            );
        }
        assert!(
            preset("quik")
                .unwrap_err()
                .to_string()
                .contains("there are: quick")
        );
    }

    #[test]
    fn the_settings_of_quick_are_those_of_the_library() {
        let config = RunConfig::from_tables(&preset("quick").unwrap()).unwrap();
        let agent = AfterstateDqnConfig {
            threads: 2,
            ..AfterstateDqnConfig::tetris(450_000)
        };
        let learner = Learner::Placements {
            environment: TetrisConfig::default(),
            agent: Box::new(agent),
        };
        assert_eq!(config.learner, learner);
    }

    #[test]
    fn any_field_can_be_overridden() {
        let config = with(&[
            "agent.gamma = 0.9",
            "agent.hidden=[8]",
            "agent.target.hard.every=100",
            "agent.learning_rate.exponential.to=1e-5",
            "agent.epsilon.constant=0.05",
            "environment.pieces=bag7",
            "scenario.max_pieces=500",
            "trainer.seed=7",
            "trainer.time_limit=60.0",
            "evaluation.games=3",
        ])
        .unwrap();
        let Learner::Placements { environment, agent } = &config.learner else {
            panic!("the preset places pieces")
        };
        assert_eq!((agent.gamma, agent.hidden.as_slice()), (0.9, &[8][..]));
        assert_eq!(
            agent.target,
            rl_agent::afterstate_dqn::TargetUpdate::Hard { every: 100 }
        );
        assert_eq!(agent.learning_rate.range(), (1e-5, 2e-3));
        assert_eq!(agent.epsilon, rl_agent::schedule::Schedule::Constant(0.05));
        assert_eq!(environment.pieces.to_string(), "bag7");
        assert_eq!(
            config.scenario,
            TrainingScenario {
                ceiling: None,
                max_pieces: Some(500),
                environments: None,
            }
        );
        assert_eq!(
            (config.trainer.seed, config.trainer.time_limit),
            (7, Some(60.0))
        );
        assert_eq!(config.evaluation.games, 3);
    }

    #[test]
    fn mistakes_are_named() {
        for (text, expected) in [
            (
                "agent.gama=0.9",
                "there is no `gama` in `agent`; did you mean `gamma`?",
            ),
            (
                "gamma=0.9",
                "there is no `gamma`; did you mean `agent.gamma`?",
            ),
            (
                "agent.loss.huber.dleta=1",
                "there is no `dleta` in `agent.loss`; did you mean `delta`?",
            ),
            (
                "agnt.gamma=0.9",
                "there is no `agnt`; did you mean `agent`?",
            ),
            (
                "agent.backup=expcted",
                "there is no `expcted` in `agent.backup`; did you mean `expected`?",
            ),
            (
                "agent.gamma=1.5",
                "agent.gamma = 1.5 makes no sense: expected a number in [0, 1]",
            ),
            (
                "scenario.ceiling=21",
                "scenario.ceiling = 21 makes no sense: expected 4..=20, the height of the board",
            ),
            (
                "environment.width=3",
                "environment.width = 3 makes no sense: expected 4..=32",
            ),
            (
                "evaluation.threads=100000",
                "evaluation.threads = 100000 makes no sense: expected 1..=1024",
            ),
            (
                "evaluation.games=0",
                "evaluation.games = 0 makes no sense: expected 1..=100000",
            ),
            (
                "agent.gamma",
                "`agent.gamma` is not an override; write section.key=value, e.g. agent.gamma=0.99",
            ),
            (
                "agent..gamma=1",
                "`agent..gamma=1` is not an override; write section.key=value, e.g. agent.gamma=0.99",
            ),
        ] {
            assert_eq!(with(&[text]).unwrap_err().to_string(), expected);
        }
        let wrong_type = with(&["agent.gamma=high"]).unwrap_err().to_string();
        assert!(
            wrong_type.contains("invalid type") && wrong_type.contains("gamma"),
            "{wrong_type}"
        );
    }

    #[test]
    fn every_seed_has_a_form_in_toml() {
        for seed in [0, i64::MAX as u64, i64::MAX as u64 + 1, u64::MAX] {
            let mut config = RunConfig::default();
            config.trainer.seed = seed;
            let tables = config.tables();
            assert_eq!(RunConfig::from_tables(&tables).unwrap(), config);
        }
    }

    #[test]
    fn each_game_has_settings_of_its_own() {
        let keys = |text: &str| {
            let mut tables = preset("key-press").unwrap();
            overlay(&mut tables, &parse_override(text).unwrap());
            RunConfig::from_tables(&tables)
        };
        let config = keys("agent.n_step=5").unwrap();
        assert!(matches!(&config.learner, Learner::Keys { agent, .. } if agent.n_step == 5));
        for (text, expected) in [
            ("agent.objective=return", "there is no `objective`"),
            ("environment.hold=true", "there is no `hold`"),
            (
                "game=chess",
                "`game` is \"chess\"; the games are: placements, keys",
            ),
            ("scenario.ceiling=10", "scenario.ceiling = 10"),
            ("environment.height=61", "environment.height = 61"),
        ] {
            let error = keys(text).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
        assert!(with(&["agent.n_step=5"]).is_err());
    }

    #[test]
    fn a_file_that_is_no_configuration_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("mine.toml");
        let error = read(&path).unwrap_err().to_string();
        assert!(error.contains("mine.toml"), "{error}");
        std::fs::write(&path, "[agent\n").unwrap();
        let error = read(&path).unwrap_err().to_string();
        assert!(
            error.contains("mine.toml") && error.contains("line 1"),
            "{error}"
        );
        std::fs::write(&path, "agent.gama = 0.9\n").unwrap();
        let error = read(&path).unwrap_err().to_string();
        assert!(
            error.ends_with("mine.toml: there is no `gama` in `agent`; did you mean `gamma`?"),
            "{error}"
        );
    }
}
