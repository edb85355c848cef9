//! The loop: environment -> agent -> observers, commanded through [`Control`].

mod config;
mod folder;
mod pace;
mod progress;

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::path::{Path, PathBuf};
use std::time::Instant;

use serde::{Deserialize, Serialize};
use thiserror::Error;

pub use self::config::TrainerConfig;
use self::pace::Pace;
pub use self::progress::Progress;
use self::progress::Running;
use crate::agent::{Agent, NonFinite};
use crate::checkpoint::{CHECKPOINT, CheckpointError};
use crate::config::{ConfigError, check};
use crate::control::{Command, Control, LoggedCommand};
use crate::env::{Environment, Resumable};
use crate::evaluation::{EvaluateError, Evaluation, EvaluationConfig, evaluate};
use crate::model::ModelError;
use crate::observer::{
    CheckpointReport, DecisionReport, EndReason, EndReport, EpisodeReport, EpisodeStartReport,
    EvaluationReport, MetricsReport, Observer, StartReport, StepReport,
};
use crate::rng::mix;
use crate::sealed_file::{self, FileError};

/// Separates the seeds of training episodes from other uses of the run's seed.
const EPISODE_SEEDS: u64 = 0x6570_6973_6f64_6573;

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
}

type Scenarios<E> = Box<dyn Fn(&Progress) -> <E as Environment>::Scenario + Send>;
type Evaluator<E, A> = Box<dyn Fn(&A, &Control) -> Evaluated<E> + Send>;
type Evaluated<E> = Result<Evaluation, EvaluateError<<E as Environment>::Error>>;
type CheckpointWriter<E, A> = fn(&Trainer<E, A>, &Path) -> Result<(), CheckpointError>;

/// Drives an agent through one or several environments.
///
/// Training is deterministic: the same configuration, seed and commands give the same bytes, whatever observers watch.
/// With several environments, step n belongs to environment n mod their number.
pub struct Trainer<E: Environment, A: Agent<E>> {
    config: TrainerConfig,
    control: Control,
    environments: Vec<E>,
    agent: A,
    progress: Progress,
    scenarios: Scenarios<E>,
    evaluator: Option<Evaluator<E, A>>,
    folder: Option<RunFolder<E, A>>,
    measures: Vec<f64>,
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

/// A checkpoint as it is written.
#[derive(Serialize)]
struct Saved<'a, S, A> {
    progress: &'a Progress,
    environments: Vec<S>,
    agent: &'a A,
}

/// A checkpoint as it is read.
#[derive(Deserialize)]
struct Restored<S, A> {
    progress: Progress,
    environments: Vec<S>,
    agent: A,
}

/// What a loop iteration ended with, if training is to end.
type Verdict = Option<EndReason>;

impl<E: Environment, A: Agent<E>> Trainer<E, A> {
    /// A trainer over `environments`, which it resets.
    ///
    /// # Errors
    /// If the configuration makes no sense or there is no environment.
    pub fn new(
        environments: Vec<E>,
        mut agent: A,
        config: TrainerConfig,
    ) -> Result<Self, ConfigError> {
        config.validate()?;
        check(!environments.is_empty()).or("environments", &0, "at least one environment")?;
        let lengths = |env: &E| (env.observation_len(), env.action_count());
        let first = lengths(&environments[0]);
        for env in &environments {
            check(lengths(env) == first).or(
                "environments",
                &format!("{:?}", lengths(env)),
                &format!("{first:?} (observation length, actions), as the first has"),
            )?;
        }
        agent.environments(environments.len());
        Ok(Self {
            measures: vec![0.0; environments[0].measures().len()],
            progress: Progress::new(config.seed),
            control: Control::new(),
            scenarios: Box::new(|_| E::Scenario::default()),
            evaluator: None,
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

    /// Evaluates the greedy policy on copies of `env` every [`TrainerConfig::evaluate_every`] steps.
    pub fn evaluate(mut self, env: E, scenario: E::Scenario, config: EvaluationConfig) -> Self
    where
        E: Clone + Send + 'static,
    {
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

    /// Writes the whole state of training.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn write_checkpoint(&self, path: &Path) -> Result<(), CheckpointError>
    where
        E: Resumable,
    {
        let environments = self.environments.iter().map(Resumable::save).collect();
        sealed_file::save(
            path,
            CHECKPOINT,
            &Saved {
                progress: &self.progress,
                environments,
                agent: self.agent.state(),
            },
            self.config.compress_checkpoints,
        )?;
        Ok(())
    }

    /// Goes back to a checkpoint written by a trainer of the same configuration. Training then goes on as if it had
    /// never ended, bit for bit.
    ///
    /// # Errors
    /// If the file cannot be read, is damaged, or belongs to another configuration. The trainer is then as it was.
    pub fn read_checkpoint(&mut self, path: &Path) -> Result<(), CheckpointError>
    where
        E: Resumable + Clone,
    {
        let content = |reason| FileError::Content {
            path: path.display().to_string(),
            reason,
        };
        let restored: Restored<E::State, A::State> = sealed_file::load(path, CHECKPOINT)?;
        let (found, expected) = (restored.environments.len(), self.environments.len());
        if found != expected {
            let reason = format!("{found} environments, expected {expected}");
            return Err(content(reason).into());
        }
        if restored.progress.seed != self.config.seed {
            let (found, expected) = (restored.progress.seed, self.config.seed);
            return Err(content(format!("seed {found}, expected {expected}")).into());
        }
        let mut environments = self.environments.clone();
        for (environment, state) in environments.iter_mut().zip(restored.environments) {
            environment
                .restore(state)
                .map_err(|error| content(error.to_string()))?;
        }
        self.agent
            .set_state(restored.agent)
            .map_err(|source| CheckpointError::Mismatch {
                path: path.display().to_string(),
                source,
            })?;
        self.environments = environments;
        self.progress = restored.progress;
        Ok(())
    }

    /// Trains until a limit is reached or a stop command comes, telling `observer` what happens.
    ///
    /// # Errors
    /// If a number is not finite, the environment breaks its promises, or a file cannot be written. The last checkpoint
    /// on the disk is then still good.
    pub fn run(&mut self, mut observer: impl Observer<E>) -> Result<EndReport, TrainError> {
        let mut clock = Clock {
            started: Instant::now(),
            before: self.progress.seconds,
            saved: self.progress.seconds,
            mark: None,
        };
        let mut pace = Pace::new();
        observer.on_start(&StartReport {
            step: self.progress.step,
            total_steps: self.config.total_steps,
            episodes: self.progress.episodes,
            seconds: self.progress.seconds,
            seed: self.config.seed,
            measures: self.environments[0].measures(),
        });
        let begun = self.begin_episodes(&mut observer);
        let result = loop {
            if let Err(error) = begun {
                break Err(error);
            }
            match self.turn(&mut observer, &mut pace, &mut clock) {
                Ok(None) => {}
                Ok(Some(reason)) => break self.finish(&mut observer).map(|()| reason),
                Err(error) => break Err(error),
            }
        };
        let report = EndReport {
            step: self.progress.step,
            episodes: self.progress.episodes,
            updates: self.agent.updates(),
            seconds: self.progress.seconds,
            reason: *result.as_ref().unwrap_or(&EndReason::Failed),
        };
        observer.on_end(&report);
        result.map(|_| report)
    }

    /// Commands and limits first, then one step and all that is due after it.
    fn turn(
        &mut self,
        observer: &mut impl Observer<E>,
        pace: &mut Pace,
        clock: &mut Clock,
    ) -> Result<Verdict, TrainError> {
        while let Some(command) = pace.wait(&self.control) {
            self.apply(command, observer, pace)?;
            if command == Command::Stop {
                return Ok(Some(EndReason::Stopped));
            }
        }
        if self
            .config
            .total_steps
            .is_some_and(|total| self.progress.step >= total)
        {
            return Ok(Some(EndReason::Finished));
        }
        if let Some(limit) = self.config.time_limit
            && self.progress.step.is_multiple_of(16)
            && clock.seconds(pace) >= limit
        {
            self.progress.seconds = clock.seconds(pace);
            return Ok(Some(EndReason::TimeLimit));
        }

        self.step(observer)?;
        pace.stepped();
        if let Some(update) = self.agent.update(self.progress.step)? {
            observer.on_update(&update);
        }
        let step = self.progress.step;
        if step.is_multiple_of(self.config.metrics_every) {
            self.progress.seconds = clock.seconds(pace);
            self.report_metrics(observer, clock);
        }
        if step.is_multiple_of(self.config.evaluate_every) {
            self.report_evaluation(observer)?;
        }
        let late = self.config.checkpoint_seconds.is_some_and(|limit| {
            step.is_multiple_of(16) && clock.seconds(pace) - clock.saved >= limit
        });
        if late || step.is_multiple_of(self.config.checkpoint_every) {
            self.progress.seconds = clock.seconds(pace);
            clock.saved = self.progress.seconds;
            self.save(observer)?;
        }
        Ok(None)
    }

    fn apply(
        &mut self,
        command: Command,
        observer: &mut impl Observer<E>,
        pace: &mut Pace,
    ) -> Result<(), TrainError> {
        let logged = LoggedCommand {
            step: self.progress.step,
            command,
        };
        self.progress.log.push(logged);
        pace.apply(command);
        match command {
            Command::LearningRate(rate) => self.agent.set_learning_rate(rate),
            Command::Epsilon(epsilon) => self.agent.set_epsilon(epsilon),
            Command::Save => self.save(observer)?,
            Command::Pause
            | Command::Resume
            | Command::Step(_)
            | Command::SpeedLimit(_)
            | Command::Stop => {}
        }
        observer.on_command(&logged);
        Ok(())
    }

    fn step(&mut self, observer: &mut impl Observer<E>) -> Result<(), TrainError> {
        let before = self.progress.step;
        let env_index = (before % self.environments.len() as u64) as usize;
        let env = &mut self.environments[env_index];
        let decision = self.agent.decide(env, before);
        let (candidates, values) = self.agent.considered();
        let (action, explored) = (decision.action, decision.explored);
        observer.on_decision(&DecisionReport {
            step: before,
            env_index,
            env,
            action,
            explored,
            candidates,
            values,
        });

        let outcome = env.step(action).map_err(|error| TrainError::Environment {
            step: before,
            source: Box::new(error),
        })?;
        if !outcome.reward.is_finite() {
            return Err(TrainError::Reward {
                step: before + 1,
                reward: outcome.reward,
            });
        }
        self.agent.record(env, &outcome);
        self.progress.step += 1;
        let running = &mut self.progress.running[env_index];
        running.length += 1;
        running.reward += f64::from(outcome.reward);
        let (step, episode) = (self.progress.step, running.episode);
        observer.on_step(&StepReport {
            step,
            env_index,
            episode,
            env,
            action,
            outcome,
        });
        if outcome.done() {
            self.end_episode(
                env_index,
                outcome.truncated && !outcome.terminated,
                observer,
            )?;
        }
        Ok(())
    }

    /// The first episode of every environment, unless training is resumed in the middle of them.
    fn begin_episodes(&mut self, observer: &mut impl Observer<E>) -> Result<(), TrainError> {
        if self.progress.running.is_empty() {
            self.progress.running = vec![Running::default(); self.environments.len()];
            (0..self.environments.len())
                .try_for_each(|index| self.begin_episode(index, observer))?;
        }
        Ok(())
    }

    fn begin_episode(
        &mut self,
        env_index: usize,
        observer: &mut impl Observer<E>,
    ) -> Result<(), TrainError> {
        let episode = self.progress.started_episodes;
        let scenario = (self.scenarios)(&self.progress);
        let seed = mix(mix(self.config.seed, EPISODE_SEEDS), episode);
        self.environments[env_index]
            .reset(seed, &scenario)
            .map_err(|error| self.refused(error))?;
        self.progress.running[env_index] = Running {
            episode,
            ..Running::default()
        };
        self.progress.started_episodes += 1;
        observer.on_episode_start(&EpisodeStartReport {
            step: self.progress.step,
            env_index,
            episode,
            seed,
            scenario: &scenario,
            env: &self.environments[env_index],
        });
        Ok(())
    }

    fn refused(&self, error: E::Error) -> TrainError {
        TrainError::Environment {
            step: self.progress.step,
            source: Box::new(error),
        }
    }

    fn end_episode(
        &mut self,
        env_index: usize,
        truncated: bool,
        observer: &mut impl Observer<E>,
    ) -> Result<(), TrainError> {
        let env = &self.environments[env_index];
        let Running {
            episode,
            length,
            reward,
        } = self.progress.running[env_index];
        env.measure(&mut self.measures);
        self.progress.window.push(reward, length, &self.measures);
        self.progress.episodes += 1;
        observer.on_episode(&EpisodeReport {
            step: self.progress.step,
            episode,
            env_index,
            length,
            reward,
            truncated,
            names: env.measures(),
            measures: &self.measures,
        });
        self.begin_episode(env_index, observer)
    }

    fn report_metrics(&mut self, observer: &mut impl Observer<E>, clock: &mut Clock) {
        let (step, updates) = (self.progress.step, self.agent.updates());
        let seconds = self.progress.seconds;
        let (then, step_then, updates_then) =
            clock.mark.replace((seconds, step, updates)).unwrap_or((
                clock.before,
                step.saturating_sub(self.config.metrics_every),
                updates,
            ));
        let elapsed = (seconds - then).max(1e-9);
        let window = &self.progress.window;
        let means: Vec<f64> = (0..self.measures.len())
            .map(|index| window.mean_measure(index))
            .collect();
        observer.on_metrics(&MetricsReport {
            step,
            episodes: self.progress.episodes,
            updates,
            epsilon: self.agent.epsilon(step),
            seconds,
            steps_per_second: (step - step_then) as f64 / elapsed,
            updates_per_second: (updates - updates_then) as f64 / elapsed,
            window: window.len(),
            mean_reward: window.mean_reward(),
            mean_length: window.mean_length(),
            names: self.environments[0].measures(),
            mean_measures: &means,
        });
    }

    /// Evaluates, if that was asked for. A stop command cuts the evaluation short; nothing is then reported.
    fn report_evaluation(&mut self, observer: &mut impl Observer<E>) -> Result<(), TrainError> {
        let Some(evaluator) = &self.evaluator else {
            return Ok(());
        };
        let evaluation = match evaluator(&self.agent, &self.control) {
            Ok(evaluation) => evaluation,
            Err(EvaluateError::Cancelled) => return Ok(()),
            Err(EvaluateError::Environment(error)) => return Err(self.refused(error)),
        };
        let mean = evaluation.mean();
        let best = self.progress.best.is_none_or(|best| mean >= best);
        if best {
            self.progress.best = Some(mean);
            self.save_model()?;
        }
        observer.on_evaluation(&EvaluationReport {
            step: self.progress.step,
            evaluation: &evaluation,
            best,
        });
        Ok(())
    }

    fn save_model(&self) -> Result<(), TrainError> {
        if let Some(RunFolder { path, notes, .. }) = &self.folder {
            self.agent.save_model(&path.join(MODEL_FILE), notes)?;
        }
        Ok(())
    }

    fn save(&self, observer: &mut impl Observer<E>) -> Result<(), TrainError> {
        if let Some(folder) = &self.folder {
            let path = folder.path.join(CHECKPOINT_FILE);
            (folder.write_checkpoint)(self, &path)?;
            folder::rotate(
                &folder.path,
                self.progress.step,
                self.config.keep_checkpoints,
            )
            .map_err(|source| FileError::Io {
                path: folder.path.display().to_string(),
                source,
            })
            .map_err(CheckpointError::from)?;
            observer.on_checkpoint(&CheckpointReport {
                step: self.progress.step,
                path: &path,
            });
        }
        Ok(())
    }

    fn finish(&mut self, observer: &mut impl Observer<E>) -> Result<(), TrainError> {
        if self.progress.best.is_none() {
            self.save_model()?;
        }
        self.save(observer)
    }
}

/// Training time: what it was before this run and what has passed since, pauses left out.
struct Clock {
    started: Instant,
    before: f64,
    /// What it was at the last checkpoint that was due.
    saved: f64,
    /// Seconds, steps and updates at the last report.
    mark: Option<(f64, u64, u64)>,
}

impl Clock {
    fn seconds(&self, pace: &Pace) -> f64 {
        self.before + (self.started.elapsed().saturating_sub(pace.held())).as_secs_f64()
    }
}
