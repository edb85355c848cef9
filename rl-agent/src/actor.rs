//! The acting half of an agent on its own, for threads that only play.

use crate::agent::{Agent, Decision};
use crate::env::{Batch, Environment, Step};

/// Plays by a copy of the learner's network and hands over what there is to remember. Driven like an
/// [`Agent`]: `decide`, then the environment steps, then `remember`.
pub trait Actor<E: Environment>: Send {
    /// What decisions depend on: the network and what goes with it.
    type Mind: Send + Sync;
    /// What the learner remembers of a step.
    type Memory: Send;

    /// Decides by `mind` from now on.
    fn renew(&mut self, mind: &Self::Mind);

    /// Chooses an action, exploring as the schedule of `step` says; none if no action is legal.
    fn decide(&mut self, env: &E, step: u64) -> Option<Decision>;

    /// What the last decision looked at: see [`Agent::considered`].
    fn considered(&self) -> (Option<&Batch>, &[f32]);

    /// What the last decision brought; `env` is in the state it led to and not yet reset.
    fn remember(&mut self, env: &E, outcome: &Step) -> Self::Memory;
}

/// An agent whose acting half can be taken apart, for [`Trainer::run_with_actors`](crate::trainer::Trainer::run_with_actors).
pub trait Distributed<E: Environment>: Agent<E> {
    /// The acting half.
    type Actor: Actor<E>;

    /// The acting half for one of several threads, with random numbers of its own: others than an actor had before.
    fn actor(&mut self, thread: usize) -> Self::Actor;

    /// What actors should decide by as of now.
    fn mind(&self) -> <Self::Actor as Actor<E>>::Mind;

    /// Remembers a step of an environment.
    fn absorb(&mut self, env_index: usize, memory: <Self::Actor as Actor<E>>::Memory);
}
