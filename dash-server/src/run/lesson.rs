//! Training of whichever game a run is of.

use std::path::Path;

use rl_agent::CheckpointError;
use rl_agent::observer::{EndReport, Observer};
use rl_agent::tetris::{KeyTetris, Tetris};
use rl_agent::trainer::{Progress, TrainError, Training};

/// Whoever watches a run, whichever game it is of.
pub trait RunObserver: Observer<Tetris> + Observer<KeyTetris> {}

impl<O: Observer<Tetris> + Observer<KeyTetris> + ?Sized> RunObserver for O {}

/// Training of one of the games, ready to begin.
pub(crate) enum Lesson {
    Placements(Box<dyn Training<Tetris>>),
    Keys(Box<dyn Training<KeyTetris>>),
}

impl Lesson {
    pub(super) fn run(&mut self, observer: &mut dyn RunObserver) -> Result<EndReport, TrainError> {
        match self {
            Self::Placements(training) => training.run(observer),
            Self::Keys(training) => training.run(observer),
        }
    }

    pub(super) fn read_checkpoint(&mut self, path: &Path) -> Result<(), CheckpointError> {
        match self {
            Self::Placements(training) => training.read_checkpoint(path),
            Self::Keys(training) => training.read_checkpoint(path),
        }
    }

    pub(super) fn progress(&self) -> &Progress {
        match self {
            Self::Placements(training) => training.progress(),
            Self::Keys(training) => training.progress(),
        }
    }
}
