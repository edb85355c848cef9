//! How the trainer drives the DQN.

use std::collections::BTreeMap;
use std::path::Path;

use super::acting::Sight;
use super::{
    Dqn, DqnActor, DqnMemory, DqnMind, DqnPolicy, DqnState, Experience, Priorities, Shape,
};
use crate::actor::Distributed;
use crate::agent::{Agent, Decision, Foreseen, NonFinite, StateMismatch};
use crate::config::{ConfigError, check};
use crate::env::{Batch, Environment, Step};
use crate::model::ModelError;
use crate::nn::QNetwork;
use crate::observer::UpdateReport;
use crate::rng::Rng;

/// Streams of random numbers from here on belong to actors.
const ACTOR_STREAMS: u64 = 1_000;

impl<E: Environment> Agent<E> for Dqn {
    type Policy = DqnPolicy;
    type State = DqnState;

    fn fits(&self, env: &E) -> Result<(), ConfigError> {
        let shape = self.state.experience.shape();
        for (field, found, expected) in [
            (
                "observation_len",
                env.observation_len(),
                shape.observation_len,
            ),
            ("action_count", env.action_count(), shape.action_count),
        ] {
            let wanted = format!("{expected}, as the agent was made for");
            check(found == expected).or(field, &found, &wanted)?;
        }
        Ok(())
    }

    fn environments(&mut self, count: usize) {
        let shape = *self.state.experience.shape();
        if shape.environments == count {
            return;
        }
        let ring = (self.config.buffer_capacity / count).max(self.config.n_step + 2);
        self.state.experience = Experience::new(Shape {
            environments: count,
            ring,
            ..shape
        });
        self.state.turn = 0;
        if let Some(priorities) = &mut self.state.priorities {
            *priorities = Priorities::new(count * ring);
        }
    }

    fn begin_anew(&mut self, step: u64) {
        let experience = &mut self.state.experience;
        experience.begin_anew();
        self.state.turn = (step % experience.shape().environments as u64) as usize;
    }

    fn foresee(&mut self, environments: &[E], step: u64) {
        let round = step..step + environments.len() as u64;
        let due = round.start.next_multiple_of(self.config.update_every) < round.end;
        self.state.perturb(due);
        let state = &self.state;
        let sight = Sight {
            network: &state.learning.online,
            noise: &state.acting,
            normalizer: state.normalizer.as_ref(),
        };
        let acting = &mut self.acting;
        acting.foresee(environments, step, sight, &self.config);
    }

    fn decide(&mut self, env: &E, step: u64) -> Option<Decision> {
        let epsilon = self.epsilon(step);
        let foreseen = self.acting.foreseen.environment(step).is_some();
        if !foreseen {
            let due = step.is_multiple_of(self.config.update_every);
            self.state.perturb(due);
        }
        let state = &mut self.state;
        let sight = Sight {
            network: &state.learning.online,
            noise: &state.acting,
            normalizer: state.normalizer.as_ref(),
        };
        let (acting, rng) = (&mut self.acting, &mut state.exploration);
        acting.decide(env, step, sight, &self.config, epsilon, rng)
    }

    fn considered(&self) -> (Option<&Batch>, &[f32]) {
        (None, &self.acting.values)
    }

    fn record(&mut self, env: &E, outcome: &Step) {
        let environment = self.state.turn;
        self.state.turn = (environment + 1) % self.state.experience.shape().environments;
        let step = self.acting.remember(env, outcome);
        self.scratch.check(&step);
        self.state.remember(&self.config, environment, step);
    }

    fn update(&mut self, step: u64) -> Result<Option<UpdateReport>, NonFinite> {
        if let Some(value) = self.scratch.invalid {
            let what = "an observation";
            return Err(NonFinite { what, value, step });
        }
        let due = step >= self.state.experience_from + self.config.learning_starts
            && step.is_multiple_of(self.config.update_every)
            && self.state.experience.complete() > 0;
        let mut report = None;
        if due {
            for _ in 0..self.config.updates_per_round {
                report = Some(self.learn(step)?);
            }
        }
        Ok(report)
    }

    fn updates(&self) -> u64 {
        self.state.learning.updates
    }

    fn epsilon(&self, step: u64) -> f64 {
        self.epsilon(step)
    }

    fn set_learning_rate(&mut self, learning_rate: f64) {
        self.state.learning.learning_rate = Some(learning_rate);
    }

    fn set_epsilon(&mut self, epsilon: f64) {
        self.state.learning.epsilon = Some(epsilon);
    }

    fn policy(&self) -> DqnPolicy {
        self.policy()
    }

    fn save_model(&self, path: &Path, notes: &BTreeMap<String, String>) -> Result<(), ModelError> {
        self.policy().save(path, notes)
    }

    fn state(&self) -> &DqnState {
        &self.state
    }

    fn state_without_replay(&self, step: u64) -> DqnState {
        let state = &self.state;
        DqnState {
            learning: state.learning.clone(),
            experience: Experience::new(*state.experience.shape()),
            experience_from: step,
            priorities: (state.priorities.as_ref())
                .map(|priorities| Priorities::new(priorities.slots())),
            normalizer: state.normalizer.clone(),
            acting: state.acting.clone(),
            exploration: state.exploration.clone(),
            sampling: state.sampling.clone(),
            noise: state.noise.clone(),
            ..*state
        }
    }

    fn set_state(&mut self, mut state: DqnState) -> Result<(), StateMismatch> {
        let mine = &self.state;
        let shape = |network: &QNetwork| network.architecture().clone();
        state.learning.fit(&mine.learning, shape)?;
        StateMismatch::unless_equal(
            "the replay buffer",
            state.experience.shape(),
            mine.experience.shape(),
        )?;
        let switches = (state.priorities.is_some(), mine.priorities.is_some());
        StateMismatch::unless_both("prioritised replay", switches.0, switches.1)?;
        let switches = (state.normalizer.is_some(), mine.normalizer.is_some());
        StateMismatch::unless_both("normalisation of observations", switches.0, switches.1)?;
        state.experience.reserve();
        self.state = state;
        self.scratch.invalid = None;
        self.acting.foreseen = Foreseen::default();
        Ok(())
    }
}

impl<E: Environment> Distributed<E> for Dqn {
    type Actor = DqnActor;

    fn actor(&mut self, thread: usize) -> DqnActor {
        let seed = self.state.exploration.bits();
        let rng = Rng::new(seed, ACTOR_STREAMS + thread as u64);
        DqnActor::new(Distributed::<E>::mind(self), self.config.clone(), rng)
    }

    fn mind(&self) -> DqnMind {
        DqnMind {
            network: self.state.learning.online.clone(),
            normalizer: self.state.normalizer.clone(),
            epsilon: self.state.learning.epsilon,
        }
    }

    fn absorb(&mut self, env_index: usize, memory: DqnMemory) {
        let step = memory.step();
        self.scratch.check(&step);
        self.state.remember(&self.config, env_index, step);
    }
}
