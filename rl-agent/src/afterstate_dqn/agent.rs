//! How the trainer drives the afterstate DQN.

use std::collections::BTreeMap;
use std::path::Path;

use super::{
    AfterstateActor, AfterstateDqn, AfterstateDqnState, AfterstatePolicy, Priorities, ReplayBuffer,
    Rule, Transition,
};
use crate::actor::Distributed;
use crate::agent::{Agent, Decision, Foreseen, NonFinite, StateMismatch};
use crate::config::{ConfigError, check};
use crate::env::{AfterstateEnvironment, AfterstateModel, Batch, Step};
use crate::learning::Learning;
use crate::model::{Model, ModelError};
use crate::nn::Mlp;
use crate::observer::UpdateReport;
use crate::rng::Rng;

/// Streams of random numbers from here on belong to actors.
const ACTOR_STREAMS: u64 = 1_000;

impl<E, M> Agent<E> for AfterstateDqn<M>
where
    E: AfterstateEnvironment<Model = M>,
    M: AfterstateModel,
{
    type Policy = AfterstatePolicy;
    type State = AfterstateDqnState<M::After>;

    fn fits(&self, env: &E) -> Result<(), ConfigError> {
        let (found, expected) = (env.model().feature_len(), self.model.feature_len());
        let wanted = format!("{expected}, as the agent was made for");
        check(found == expected).or("feature_len", &found, &wanted)
    }

    fn foresee(&mut self, environments: &[E], step: u64) {
        let (network, rule) = (&self.state.learning.online, Rule::of(&self.config));
        self.acting.foresee(environments, step, network, rule);
    }

    fn decide(&mut self, env: &E, step: u64) -> Option<Decision> {
        let (rule, epsilon) = (Rule::of(&self.config), self.epsilon(step));
        let AfterstateDqnState {
            learning,
            exploration,
            ..
        } = &mut self.state;
        self.acting
            .decide(env, step, &learning.online, rule, epsilon, exploration)
    }

    fn considered(&self) -> (Option<&Batch>, &[f32]) {
        (Some(&self.acting.candidates), &self.acting.values)
    }

    fn record(&mut self, env: &E, _outcome: &Step) {
        let transition = self.acting.remember(env);
        self.remember(transition);
    }

    fn update(&mut self, step: u64) -> Result<Option<UpdateReport>, NonFinite> {
        if let Some(value) = self.acting.invalid {
            let what = "a reward or a feature of what can be done";
            return Err(NonFinite { what, value, step });
        }
        let begin = self.state.buffer_from + self.config.learning_starts;
        if step < begin || !step.is_multiple_of(self.config.update_every) {
            return Ok(None);
        }
        self.learn(step).map(Some)
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

    fn policy(&self) -> AfterstatePolicy {
        let network = self.state.learning.played(self.config.play_with);
        AfterstatePolicy::new(network.clone(), self.config.objective, self.config.gamma)
    }

    fn save_model(&self, path: &Path, notes: &BTreeMap<String, String>) -> Result<(), ModelError> {
        Model {
            network: Agent::<E>::policy(self).network().clone(),
            objective: self.config.objective,
            gamma: self.config.gamma,
            features: self.model.feature_names(),
            notes: notes.clone(),
        }
        .save(path)
    }

    fn state(&self) -> &Self::State {
        &self.state
    }

    fn state_without_replay(&self, step: u64) -> Self::State {
        let state = &self.state;
        AfterstateDqnState {
            learning: state.learning.clone(),
            buffer: ReplayBuffer::new(self.config.buffer_capacity),
            priorities: (state.priorities.as_ref())
                .map(|priorities| Priorities::new(priorities.slots())),
            buffer_from: step,
            exploration: state.exploration.clone(),
            sampling: state.sampling.clone(),
            ..*state
        }
    }

    fn set_state(&mut self, state: Self::State) -> Result<(), StateMismatch> {
        let mine = &self.state;
        let shape = |network: &Mlp| (network.sizes().to_vec(), network.activation());
        state.learning.fit(&mine.learning, shape)?;
        let patches = |learning: &Learning<Mlp>| learning.online.patches().copied();
        StateMismatch::unless_equal(
            "what the network is over",
            &patches(&state.learning),
            &patches(&mine.learning),
        )?;
        StateMismatch::unless_equal(
            "the capacity of the replay buffer",
            &state.buffer.capacity(),
            &mine.buffer.capacity(),
        )?;
        let switches = (state.priorities.is_some(), mine.priorities.is_some());
        StateMismatch::unless_both("prioritised replay", switches.0, switches.1)?;
        self.state = state;
        self.acting.invalid = None;
        self.acting.foreseen = Foreseen::default();
        Ok(())
    }
}

impl<E, M> Distributed<E> for AfterstateDqn<M>
where
    E: AfterstateEnvironment<Model = M>,
    M: AfterstateModel,
{
    type Actor = AfterstateActor<M::After>;

    fn actor(&mut self, thread: usize) -> Self::Actor {
        let seed = self.state.exploration.bits();
        let rng = Rng::new(seed, ACTOR_STREAMS + thread as u64);
        AfterstateActor::new(Distributed::<E>::mind(self), self.config.clone(), rng)
    }

    fn mind(&self) -> (Mlp, Option<f64>) {
        (
            self.state.learning.online.clone(),
            self.state.learning.epsilon,
        )
    }

    fn absorb(
        &mut self,
        _env_index: usize,
        (transition, invalid): (Transition<M::After>, Option<f32>),
    ) {
        self.acting.invalid = self.acting.invalid.or(invalid);
        self.remember(transition);
    }
}
