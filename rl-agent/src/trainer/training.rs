//! A trainer of which nobody needs to know the agent.

use std::path::Path;

use super::{Progress, TrainError, Trainer};
use crate::agent::Agent;
use crate::checkpoint::CheckpointError;
use crate::env::Resumable;
use crate::observer::{EndReport, Observer};

/// A [`Trainer`] of some agent in environments `E`, for programs that choose the agent while they run. It is also what
/// keeps them quick to build: the trainer is compiled where the value is made, and not again where it is used.
pub trait Training<E: Resumable>: Send {
    /// See [`Trainer::run`].
    ///
    /// # Errors
    /// As there.
    fn run(&mut self, observer: &mut dyn Observer<E>) -> Result<EndReport, TrainError>;

    /// See [`Trainer::read_checkpoint`].
    ///
    /// # Errors
    /// As there.
    fn read_checkpoint(&mut self, path: &Path) -> Result<(), CheckpointError>;

    /// How far training has come.
    fn progress(&self) -> &Progress;
}

impl<E: Resumable + Clone + Send, A: Agent<E> + Send> Training<E> for Trainer<E, A> {
    fn run(&mut self, observer: &mut dyn Observer<E>) -> Result<EndReport, TrainError> {
        Self::run(self, observer)
    }

    fn read_checkpoint(&mut self, path: &Path) -> Result<(), CheckpointError> {
        Self::read_checkpoint(self, path)
    }

    fn progress(&self) -> &Progress {
        Self::progress(self)
    }
}
