//! Episodes: how they begin, step by step, how they end.

use super::progress::{Progress, Running};
use super::{Scenarios, TrainError, Trainer, lengths_of};
use crate::agent::{Agent, Decision};
use crate::env::{Batch, Environment, Step};
use crate::observer::{DecisionReport, EpisodeReport, EpisodeStartReport, Observer, StepReport};
use crate::rng::mix;

/// Separates the seeds of training episodes from other uses of the run's seed.
const EPISODE_SEEDS: u64 = 0x6570_6973_6f64_6573;

/// How an episode begins.
pub(super) struct Opening<S> {
    pub(super) episode: u64,
    pub(super) seed: u64,
    pub(super) scenario: S,
}

/// The next episode, which counts as begun.
pub(super) fn next_opening<E: Environment>(
    scenarios: &Scenarios<E>,
    progress: &mut Progress,
) -> Opening<E::Scenario> {
    let episode = progress.started_episodes;
    let scenario = scenarios(progress);
    progress.started_episodes += 1;
    Opening {
        episode,
        seed: mix(mix(progress.seed, EPISODE_SEEDS), episode),
        scenario,
    }
}

/// Whose turn it is: an environment, and the steps that were taken before this one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Turn {
    pub(super) env_index: usize,
    pub(super) before: u64,
}

impl Turn {
    /// Begins an episode.
    pub(super) fn begin<E: Environment>(
        self,
        env: &mut E,
        opening: Opening<E::Scenario>,
        observer: &mut impl Observer<E>,
    ) -> Result<Running, TrainError> {
        let Opening {
            episode,
            seed,
            scenario,
        } = opening;
        env.reset(seed, &scenario)
            .map_err(|error| self.refused(error))?;
        observer.on_episode_start(&EpisodeStartReport {
            step: self.before,
            env_index: self.env_index,
            episode,
            seed,
            scenario: &scenario,
            env,
        });
        Ok(Running {
            episode,
            ..Running::default()
        })
    }

    /// Refuses to go on in an environment that has changed its lengths: what was learnt of it does not fit any more.
    pub(super) fn check<E: Environment>(
        self,
        env: &E,
        expected: (usize, usize),
    ) -> Result<(), TrainError> {
        match lengths_of(env) {
            found if found == expected => Ok(()),
            found => Err(TrainError::Lengths {
                step: self.before,
                found,
                expected,
            }),
        }
    }

    /// What the agent chose, if it could.
    pub(super) fn decided(self, decision: Option<Decision>) -> Result<Decision, TrainError> {
        decision.ok_or(TrainError::NothingLegal { step: self.before })
    }

    /// Tells of a decision, with what it looked at, and carries it out.
    pub(super) fn carry_out<E: Environment>(
        self,
        env: &mut E,
        decision: Decision,
        (candidates, values): (Option<&Batch>, &[f32]),
        observer: &mut impl Observer<E>,
    ) -> Result<Step, TrainError> {
        let Decision { action, explored } = decision;
        observer.on_decision(&DecisionReport {
            step: self.before,
            env_index: self.env_index,
            env,
            action,
            explored,
            candidates,
            values,
        });
        let outcome = env.step(action).map_err(|error| self.refused(error))?;
        if !outcome.reward.is_finite() {
            return Err(TrainError::Reward {
                step: self.before + 1,
                reward: outcome.reward,
            });
        }
        Ok(outcome)
    }

    /// Tells of the step that was taken.
    pub(super) fn stepped<E: Environment>(
        self,
        env: &E,
        action: usize,
        outcome: Step,
        running: &mut Running,
        observer: &mut impl Observer<E>,
    ) {
        running.length += 1;
        running.reward += f64::from(outcome.reward);
        observer.on_step(&StepReport {
            step: self.before + 1,
            env_index: self.env_index,
            episode: running.episode,
            env,
            action,
            outcome,
        });
    }

    /// Tells of the episode that the step ended.
    pub(super) fn ended<E: Environment>(
        self,
        env: &E,
        outcome: Step,
        running: &Running,
        measures: &mut [f64],
        observer: &mut impl Observer<E>,
    ) {
        env.measure(measures);
        observer.on_episode(&EpisodeReport {
            step: self.before + 1,
            episode: running.episode,
            env_index: self.env_index,
            length: running.length,
            reward: running.reward,
            truncated: outcome.truncated && !outcome.terminated,
            names: env.measures(),
            measures,
        });
    }

    fn refused(self, error: impl std::error::Error + Send + Sync + 'static) -> TrainError {
        TrainError::Environment {
            step: self.before,
            source: Box::new(error),
        }
    }
}

impl<E: Environment, A: Agent<E>> Trainer<E, A> {
    /// One step of the environment whose turn it is.
    pub(super) fn step(&mut self, observer: &mut impl Observer<E>) -> Result<(), TrainError> {
        let before = self.progress.step;
        let env_index = (before % self.environments.len() as u64) as usize;
        let turn = Turn { env_index, before };
        let env = &mut self.environments[env_index];
        turn.check(env, self.lengths)?;
        let decision = turn.decided(self.agent.decide(env, before))?;
        let outcome = turn.carry_out(env, decision, self.agent.considered(), observer)?;
        turn.check(env, self.lengths)?;
        self.agent.record(env, &outcome);
        self.progress.step += 1;
        let running = &mut self.progress.running[env_index];
        turn.stepped(env, decision.action, outcome, running, observer);
        if outcome.done() {
            turn.ended(env, outcome, running, &mut self.measures, observer);
            let (reward, length) = (running.reward, running.length);
            self.progress.window.push(reward, length, &self.measures);
            self.progress.episodes += 1;
            self.begin_episode(env_index, observer)?;
        }
        Ok(())
    }

    /// The first episode of every environment, unless training is resumed in the middle of them.
    pub(super) fn begin_episodes(
        &mut self,
        observer: &mut impl Observer<E>,
    ) -> Result<(), TrainError> {
        if self.progress.running.is_empty() {
            self.agent.begin_anew(self.progress.step);
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
        let turn = Turn {
            env_index,
            before: self.progress.step,
        };
        let opening = next_opening::<E>(&self.scenarios, &mut self.progress);
        let env = &mut self.environments[env_index];
        self.progress.running[env_index] = turn.begin(env, opening, observer)?;
        Ok(())
    }

    pub(super) fn refused(&self, error: E::Error) -> TrainError {
        TrainError::Environment {
            step: self.progress.step,
            source: Box::new(error),
        }
    }
}
