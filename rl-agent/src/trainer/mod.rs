//! The loop: environment -> agent -> observers, commanded through [`Control`].

mod actors;
mod clock;
mod config;
mod episodes;
mod folder;
mod pace;
mod progress;
mod reports;
mod run;
mod saved;
mod training;

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::path::{Path, PathBuf};

use thiserror::Error;

pub use self::config::TrainerConfig;
pub use self::folder::numbered_checkpoints;
pub use self::progress::Progress;
pub use self::training::Training;

use crate::agent::{Agent, NonFinite};
use crate::checkpoint::CheckpointError;
use crate::config::{ConfigError, check};
use crate::control::Control;
use crate::env::{Environment, Resumable};
use crate::evaluation::{EvaluateError, Evaluation, EvaluationConfig, evaluate};
use crate::model::ModelError;

/// Name of the greedy policy's file in a run folder: the best by evaluation, or the latest if there never was one.
pub const MODEL_FILE: &str = "model.safetensors";
/// Name of the checkpoint in a run folder.
pub const CHECKPOINT_FILE: &str = "checkpoint.bin";

/// Why training failed.
#[derive(Debug, Error)]
pub enum TrainError {
    /// A number was not finite.
    #[error(transparent)]
    NonFinite(#[from] NonFinite),
    /// The environment refused a scenario, or an action that it had called legal.
    #[error("the environment refused an action or a scenario at step {step}: {source}")]
    Environment {
        /// Steps taken before it.
        step: u64,
        /// What it said.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The environment is not what it was.
    #[error(
        "the environment's observation length and number of actions are {found:?} at step {step} and were {expected:?}; \
         they must stay the same: make room for the longest observation, and mask actions with `legal_actions`"
    )]
    Lengths {
        /// Steps taken before it was noticed.
        step: u64,
        /// Observation length and number of actions now.
        found: (usize, usize),
        /// Those that training began with.
        expected: (usize, usize),
    },
    /// Nothing can be done, and the episode is not over.
    #[error(
        "no action is legal after step {step}, and the episode is not over; terminate or truncate it where nothing can be done"
    )]
    NothingLegal {
        /// Steps taken before it.
        step: u64,
    },
    /// The greedy policy cannot play in the environment that evaluations are for.
    #[error("the environment of the evaluations does not suit the agent: {0}")]
    Evaluation(ConfigError),
    /// A reward was not finite.
    #[error("the environment gave the reward {reward} at step {step}; rewards must be finite")]
    Reward {
        /// The step it was given for.
        step: u64,
        /// The reward.
        reward: f32,
    },
    /// A checkpoint could not be written.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The model could not be written.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// A thread that acts panicked.
    #[error("actor {thread} panicked, and training stopped: {message}")]
    Actor {
        /// Number of the thread, from 0.
        thread: usize,
        /// What it panicked with.
        message: String,
    },
}

type Scenarios<E> = Box<dyn Fn(&Progress) -> <E as Environment>::Scenario + Send>;
type Evaluator<E, A> = Box<dyn Fn(&A, &Control) -> Evaluated<E> + Send>;
type Evaluated<E> = Result<Evaluation, EvaluateError<<E as Environment>::Error>>;
type CheckpointWriter<E, A> = fn(&Trainer<E, A>, &Path) -> Result<(), CheckpointError>;

/// Drives an agent through one or several environments.
///
/// Training is deterministic: the same configuration, seed and commands give the same bytes, whatever observers watch.
/// With several environments, step n belongs to environment n mod their number; with [`TrainerConfig::batched`] one pass
/// of the network decides for all of them. [`Trainer::run_with_actors`] is faster on several cores and gives up that promise.
pub struct Trainer<E: Environment, A: Agent<E>> {
    config: TrainerConfig,
    control: Control,
    environments: Vec<E>,
    agent: A,
    progress: Progress,
    scenarios: Scenarios<E>,
    evaluator: Option<Evaluator<E, A>>,
    /// Why the evaluator's environment does not suit the agent, if it does not.
    unfit: Option<ConfigError>,
    folder: Option<RunFolder<E, A>>,
    measures: Vec<f64>,
    /// Observation length and number of actions of every environment.
    lengths: (usize, usize),
}

/// Observation length and number of actions.
fn lengths_of<E: Environment>(env: &E) -> (usize, usize) {
    (env.observation_len(), env.action_count())
}

/// Where models and checkpoints go.
struct RunFolder<E: Environment, A: Agent<E>> {
    path: PathBuf,
    notes: BTreeMap<String, String>,
    write_checkpoint: CheckpointWriter<E, A>,
}

impl<E: Environment, A: Agent<E>> Debug for Trainer<E, A> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Trainer")
            .field("config", &self.config)
            .field("progress", &self.progress)
            .finish_non_exhaustive()
    }
}

impl<E: Environment, A: Agent<E>> Trainer<E, A> {
    /// A trainer over `environments`, which it resets.
    ///
    /// # Errors
    /// If the configuration makes no sense, there is no environment, or the agent was made for others.
    pub fn new(
        environments: Vec<E>,
        mut agent: A,
        config: TrainerConfig,
    ) -> Result<Self, ConfigError> {
        config.validate()?;
        check(!environments.is_empty()).or("environments", &0, "at least one environment")?;
        let first = lengths_of(&environments[0]);
        for env in &environments {
            check(lengths_of(env) == first).or(
                "environments",
                &format!("{:?}", lengths_of(env)),
                &format!("{first:?} (observation length, actions), as the first has"),
            )?;
            agent.fits(env)?;
        }
        agent.environments(environments.len());
        Ok(Self {
            measures: vec![0.0; environments[0].measures().len()],
            lengths: first,
            progress: Progress::new(config.seed),
            control: Control::new(),
            scenarios: Box::new(|_| E::Scenario::default()),
            evaluator: None,
            unfit: None,
            folder: None,
            environments,
            agent,
            config,
        })
    }

    /// Begins every episode with the scenario that `of` gives for the progress so far. It must answer the same for the
    /// same progress; `Progress::seconds` differs from run to run and must not be looked at.
    pub fn scenarios(mut self, of: impl Fn(&Progress) -> E::Scenario + Send + 'static) -> Self {
        self.scenarios = Box::new(of);
        self
    }

    /// Evaluates the greedy policy on copies of `env` every [`TrainerConfig::evaluate_every`] steps. The episodes are
    /// others than those that [`evaluate`](fn@evaluate) plays with the same `config`, so that models are not judged by what they
    /// were chosen by.
    pub fn evaluate(mut self, env: E, scenario: E::Scenario, config: EvaluationConfig) -> Self
    where
        E: Clone + Send + 'static,
    {
        let config = config.for_choice();
        self.unfit = self.agent.fits(&env).err();
        self.evaluator = Some(Box::new(move |agent, control| {
            evaluate(&env, &scenario, &agent.policy(), &config, || {
                control.stop_requested()
            })
        }));
        self
    }

    /// Keeps the best model and checkpoints in `folder`, which must exist. `notes` go into the model file.
    pub fn save_to(mut self, folder: &Path, notes: BTreeMap<String, String>) -> Self
    where
        E: Resumable,
    {
        self.folder = Some(RunFolder {
            path: folder.to_owned(),
            notes,
            write_checkpoint: Self::write_checkpoint,
        });
        self
    }

    /// The handle that commands this trainer.
    pub fn control(&self) -> Control {
        self.control.clone()
    }

    /// Listens to `control` from now on.
    pub fn controlled_by(mut self, control: Control) -> Self {
        self.control = control;
        self
    }

    /// The agent.
    pub fn agent(&self) -> &A {
        &self.agent
    }

    /// How far training has come.
    pub fn progress(&self) -> &Progress {
        &self.progress
    }
}
