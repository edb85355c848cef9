//! Episodes: how they begin, step by step, how they end.

use super::progress::{Progress, Running};
use super::{Scenarios, TrainError, Trainer};
use crate::agent::Agent;
use crate::env::Environment;
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

impl<E: Environment, A: Agent<E>> Trainer<E, A> {
    /// One step of the environment whose turn it is.
    pub(super) fn step(&mut self, observer: &mut impl Observer<E>) -> Result<(), TrainError> {
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
        let Opening {
            episode,
            seed,
            scenario,
        } = next_opening::<E>(&self.scenarios, &mut self.progress);
        self.environments[env_index]
            .reset(seed, &scenario)
            .map_err(|error| self.refused(error))?;
        self.progress.running[env_index] = Running {
            episode,
            ..Running::default()
        };
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

    pub(super) fn refused(&self, error: E::Error) -> TrainError {
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
}
