//! What the DQN has learnt and remembers.

use serde::{Deserialize, Serialize};

use super::acting::Remembered;
use super::config::DqnConfig;
use crate::experience::Experience;
use crate::learning::Learning;
use crate::nn::{Noise, QNetwork};
use crate::normalizer::Normalizer;
use crate::prioritized::Priorities;
use crate::rng::Rng;

/// Everything that changes while [`Dqn`](super::Dqn) learns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DqnState {
    pub(super) learning: Learning<QNetwork>,
    pub(super) experience: Experience,
    /// Step from which on the experience holds everything, unless it is full: later than 0 after a checkpoint without it.
    pub(super) experience_from: u64,
    pub(super) priorities: Option<Priorities>,
    pub(super) normalizer: Option<Normalizer>,
    /// The noise of the weights that actions are chosen with.
    pub(super) acting: Noise,
    /// The environment whose turn it is.
    pub(super) turn: usize,
    pub(super) seed: u64,
    pub(super) exploration: Rng,
    pub(super) sampling: Rng,
    pub(super) noise: Rng,
}

impl DqnState {
    /// Draws new noise for the weights that actions are chosen with, if that is `due` or there is none yet: threads that
    /// acted had noise of their own.
    pub(super) fn perturb(&mut self, due: bool) {
        if due || !self.acting.is_drawn() {
            let online = &self.learning.online;
            online.perturb(&mut self.noise, &mut self.acting);
        }
    }

    /// Remembers a step of an environment.
    pub(super) fn remember(
        &mut self,
        config: &DqnConfig,
        environment: usize,
        step: Remembered<'_>,
    ) {
        let reward = match config.reward_clip {
            Some(limit) => step.reward.clamp(-limit, limit),
            None => step.reward,
        };
        if let Some(normalizer) = &mut self.normalizer {
            normalizer.see(step.observation);
        }
        let priorities = &mut self.priorities;
        let mut changed = |slot: usize, usable: bool| {
            if let Some(priorities) = priorities {
                priorities.changed(slot, usable);
            }
        };
        self.experience.push(
            environment,
            step.observation,
            step.legal,
            step.action,
            reward,
            step.end,
            &mut changed,
        );
    }
}
