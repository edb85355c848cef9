//! What is played, and who learns it: the one place that knows which agents there are.

use rl_agent::ConfigError;
use rl_agent::afterstate_dqn::AfterstateDqnConfig;
use rl_agent::dqn::DqnConfig;
use rl_agent::evaluation::EvaluationConfig;
use rl_agent::tetris::{KeysConfig, Plan, TetrisConfig, key_training, placement_training};
use rl_agent::trainer::TrainerConfig;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::{RunConfig, RunConfigError, TrainingScenario};
use crate::protocol::ConfigMap;
use crate::run::Lesson;

/// The key that says which game is played.
const GAME: &str = "game";
pub(super) const PLACEMENTS: &str = "placements";
pub(super) const KEYS: &str = "keys";

/// A game with the agent that learns it.
#[derive(Debug, Clone, PartialEq)]
pub enum Learner {
    /// One action places a piece; an afterstate DQN. `game = "placements"`, or no such key.
    Placements {
        /// The game.
        environment: TetrisConfig,
        /// The learner.
        agent: Box<AfterstateDqnConfig>,
    },
    /// One action presses a key; a DQN with legal-action masks. `game = "keys"`.
    Keys {
        /// The game.
        environment: KeysConfig,
        /// The learner.
        agent: Box<DqnConfig>,
    },
}

impl Default for Learner {
    fn default() -> Self {
        Self::Placements {
            environment: TetrisConfig::default(),
            agent: Box::default(),
        }
    }
}

impl Learner {
    /// Rows of the board.
    pub(super) fn height(&self) -> u8 {
        match self {
            Self::Placements { environment, .. } => environment.height,
            Self::Keys { environment, .. } => environment.height,
        }
    }

    pub(super) fn validate(&self) -> Result<(), RunConfigError> {
        let (environment, agent) = match self {
            Self::Placements { environment, agent } => {
                (environment.validate(), environment.suits(agent))
            }
            Self::Keys { environment, agent } => (environment.validate(), environment.suits(agent)),
        };
        let at = |section| move |error| RunConfigError::OutOfRange { section, error };
        environment.map_err(at("environment"))?;
        agent.map_err(at("agent"))
    }

    /// Its training by `plan`.
    pub(crate) fn lesson(&self, plan: Plan) -> Result<Lesson, ConfigError> {
        Ok(match self {
            Self::Placements { environment, agent } => {
                Lesson::Placements(placement_training(*environment, (**agent).clone(), plan)?)
            }
            Self::Keys { environment, agent } => {
                Lesson::Keys(key_training(*environment, (**agent).clone(), plan)?)
            }
        })
    }
}

/// A configuration as it is written: one section each.
#[derive(Serialize, Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct Sections<E, A> {
    environment: E,
    scenario: TrainingScenario,
    agent: A,
    trainer: TrainerConfig,
    evaluation: EvaluationConfig,
}

/// Reads tables, and checks no ranges.
pub(super) fn read(mut tables: ConfigMap) -> Result<RunConfig, RunConfigError> {
    match tables.remove(GAME) {
        None => sections(tables, placements),
        Some(game) if game.as_str() == Some(PLACEMENTS) => sections(tables, placements),
        Some(game) if game.as_str() == Some(KEYS) => sections(tables, keys),
        Some(game) => Err(RunConfigError::NoGame {
            game: game.to_string(),
            games: [PLACEMENTS, KEYS],
        }),
    }
}

fn placements(environment: TetrisConfig, agent: AfterstateDqnConfig) -> Learner {
    let agent = Box::new(agent);
    Learner::Placements { environment, agent }
}

fn keys(environment: KeysConfig, agent: DqnConfig) -> Learner {
    let agent = Box::new(agent);
    Learner::Keys { environment, agent }
}

fn sections<E, A>(
    tables: ConfigMap,
    learner: fn(E, A) -> Learner,
) -> Result<RunConfig, RunConfigError>
where
    E: DeserializeOwned + Serialize + Default,
    A: DeserializeOwned + Serialize + Default,
{
    let sections: Sections<E, A> = tables.try_into().map_err(|error: toml::de::Error| {
        let known = ConfigMap::try_from(Sections::<E, A>::default()).unwrap_or_default();
        RunConfigError::of_decoder(&error, |key| whole_name(&known, key))
    })?;
    Ok(RunConfig {
        learner: learner(sections.environment, sections.agent),
        scenario: sections.scenario,
        trainer: sections.trainer,
        evaluation: sections.evaluation,
    })
}

/// `agent.gamma` for `gamma`, if a section has such a key.
fn whole_name(sections: &ConfigMap, key: &str) -> Option<String> {
    let found = sections
        .iter()
        .find(|(_, section)| section.get(key).is_some());
    found.map(|(section, _)| format!("{section}.{key}"))
}

/// The tables that [`read`] reads.
pub(super) fn write(config: &RunConfig) -> ConfigMap {
    let (game, mut tables) = match &config.learner {
        Learner::Placements { environment, agent } => {
            (PLACEMENTS, tables(config, environment, &**agent))
        }
        Learner::Keys { environment, agent } => (KEYS, tables(config, environment, &**agent)),
    };
    tables.insert(GAME.to_owned(), game.into());
    tables
}

fn tables(config: &RunConfig, environment: &impl Serialize, agent: &impl Serialize) -> ConfigMap {
    ConfigMap::try_from(Sections {
        environment,
        scenario: config.scenario,
        agent,
        trainer: config.trainer.clone(),
        evaluation: config.evaluation,
    })
    .expect("every setting has a form in TOML")
}
