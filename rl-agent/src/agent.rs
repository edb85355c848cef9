//! What the trainer asks of a learning algorithm, and what a trained one is good for.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::path::Path;

use serde::Serialize;
use serde::de::DeserializeOwned;
use thiserror::Error;

use crate::config::ConfigError;
use crate::env::{Batch, Environment, Step};
use crate::model::ModelError;
use crate::observer::UpdateReport;
use crate::rng::Rng;

/// A chosen action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decision {
    /// The action.
    pub action: usize,
    /// Whether chance chose it.
    pub explored: bool,
}

/// Training met a number that is not one.
#[derive(Debug, Clone, PartialEq, Error)]
#[error(
    "{what} is {value} at step {step}: training stopped; lower the learning rate or check the rewards"
)]
pub struct NonFinite {
    /// What is not finite.
    pub what: &'static str,
    /// Its value.
    pub value: f32,
    /// The step at which that was noticed.
    pub step: u64,
}

/// A stored state that belongs to another configuration.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("the stored state does not fit this configuration: {what} is {found}, expected {expected}")]
pub struct StateMismatch {
    /// What differs.
    pub what: &'static str,
    /// What was stored.
    pub found: String,
    /// What the configuration asks for.
    pub expected: String,
}

impl StateMismatch {
    pub(crate) fn unless_equal<T: PartialEq + Debug>(
        what: &'static str,
        found: &T,
        expected: &T,
    ) -> Result<(), Self> {
        let words = |value: &T| format!("{value:?}");
        Self::unless(found == expected, what, words(found), words(expected))
    }

    pub(crate) fn unless_both(what: &'static str, found: bool, expected: bool) -> Result<(), Self> {
        let words = |on: bool| if on { "on" } else { "off" }.to_owned();
        Self::unless(found == expected, what, words(found), words(expected))
    }

    fn unless(
        alike: bool,
        what: &'static str,
        found: String,
        expected: String,
    ) -> Result<(), Self> {
        if alike {
            return Ok(());
        }
        Err(Self {
            what,
            found,
            expected,
        })
    }
}

/// A learning algorithm, driven by [`Trainer`](crate::trainer::Trainer): `decide`, then the environment steps, then
/// `record`, then `update`.
pub trait Agent<E: Environment> {
    /// How the agent plays when it does not explore.
    type Policy: Policy<E> + Clone + Send;
    /// Everything that changes while it learns.
    type State: Serialize + DeserializeOwned;

    /// Whether it was made for environments like `env`.
    ///
    /// # Errors
    /// If not, with what differs.
    fn fits(&self, env: &E) -> Result<(), ConfigError> {
        let _ = env;
        Ok(())
    }

    /// Is told before anything else how many environments take turns: step n belongs to environment n mod `count`.
    fn environments(&mut self, count: usize) {
        let _ = count;
    }

    /// Is told after `step` steps that all running episodes are given up and new ones begin.
    fn begin_anew(&mut self, step: u64) {
        let _ = step;
    }

    /// Is told, where [`TrainerConfig::batched`](crate::trainer::TrainerConfig::batched), before the first of as many
    /// decisions as there are environments, from that of `step` on: what `decide` will need of each can be computed for
    /// all of them at once. No environment moves before its decision.
    fn foresee(&mut self, environments: &[E], step: u64) {
        let _ = (environments, step);
    }

    /// Chooses an action, exploring as the schedule of `step` says; none if no action is legal.
    fn decide(&mut self, env: &E, step: u64) -> Option<Decision>;

    /// What the last decision looked at: the candidates, if the agent works with afterstates, and their values
    /// (empty if it explored).
    fn considered(&self) -> (Option<&Batch>, &[f32]);

    /// Remembers what the last decision brought; `env` is in the state it led to and not yet reset.
    fn record(&mut self, env: &E, outcome: &Step);

    /// Learns, if it is time to after `step` steps.
    ///
    /// # Errors
    /// If the loss or the gradient is not finite. The parameters are then as before.
    fn update(&mut self, step: u64) -> Result<Option<UpdateReport>, NonFinite>;

    /// Number of updates made.
    fn updates(&self) -> u64;

    /// The exploration rate at `step`.
    fn epsilon(&self, step: u64) -> f64;

    /// Uses this learning rate instead of the schedule's.
    fn set_learning_rate(&mut self, learning_rate: f64);

    /// Uses this epsilon instead of the schedule's.
    fn set_epsilon(&mut self, epsilon: f64);

    /// The greedy policy as of now.
    fn policy(&self) -> Self::Policy;

    /// Writes the greedy policy to a file, with notes for whoever loads it.
    ///
    /// # Errors
    /// If the file cannot be written. What stood there before is then untouched.
    fn save_model(&self, path: &Path, notes: &BTreeMap<String, String>) -> Result<(), ModelError>;

    /// Everything that changes while it learns.
    fn state(&self) -> &Self::State;

    /// The same without what is remembered of `step` steps: small, and enough to go on learning once
    /// `learning_starts` further steps have been seen.
    fn state_without_replay(&self, step: u64) -> Self::State;

    /// Goes on from `state`.
    ///
    /// # Errors
    /// If `state` belongs to another configuration; the agent is then unchanged.
    fn set_state(&mut self, state: Self::State) -> Result<(), StateMismatch>;
}

/// The steps whose decisions were prepared by [`Agent::foresee`].
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Foreseen {
    from: u64,
    environments: u64,
}

impl Foreseen {
    /// One step of each environment, from `from` on.
    pub(crate) fn round(from: u64, environments: usize) -> Self {
        Self {
            from,
            environments: environments as u64,
        }
    }

    /// The environment of `step`, if its decision was prepared.
    pub(crate) fn environment(self, step: u64) -> Option<usize> {
        let steps = self.from..self.from + self.environments;
        steps
            .contains(&step)
            .then(|| (step % self.environments) as usize)
    }
}

/// One of the legal actions, each as likely as the others; none if there is none.
pub(crate) fn random_legal(legal: &[bool], rng: &mut Rng) -> Option<usize> {
    let count = legal.iter().filter(|&&legal| legal).count();
    let mut actions = (0..legal.len()).filter(|&action| legal[action]);
    if count == 0 {
        return None;
    }
    actions.nth(rng.below(count))
}

/// What a policy says of a state in which nothing can be done, although the episode is not over.
pub(crate) const NOTHING_LEGAL: &str =
    "no action is legal: an episode must end where nothing can be done";

/// A way to play. Works on `&mut self` because it may keep working memory; its answers depend on the environment alone.
pub trait Policy<E: Environment> {
    /// The action for the present state.
    ///
    /// # Panics
    /// If no action is legal: an episode must end where nothing can be done.
    fn act(&mut self, env: &E) -> usize;

    /// Appends the action for each of `envs`: the same as [`act`](Self::act) on each, and faster for policies that can
    /// look at all of them at once.
    ///
    /// # Panics
    /// If in one of them no action is legal.
    fn act_all(&mut self, envs: &[E], actions: &mut Vec<usize>) {
        actions.extend(envs.iter().map(|env| self.act(env)));
    }
}

impl<E: Environment, F: FnMut(&E) -> usize> Policy<E> for F {
    fn act(&mut self, env: &E) -> usize {
        self(env)
    }
}
