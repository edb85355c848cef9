//! Checkpoints: the whole state of training in one file.

use thiserror::Error;

use crate::agent::StateMismatch;
use crate::sealed_file::{FileError, Kind};

/// The file. Its format changes with everything in the state of trainer, agents and environments.
pub(crate) const CHECKPOINT: Kind = Kind {
    magic: b"RLAGENT\n",
    name: "a checkpoint",
    format: 6,
};

/// A checkpoint that cannot be written or read.
#[derive(Debug, Error)]
pub enum CheckpointError {
    /// The file itself.
    #[error("the checkpoint cannot be used: {0}")]
    File(#[from] FileError),
    /// The content is of another configuration.
    #[error("{path}: {source}")]
    Mismatch {
        /// The file.
        path: String,
        /// What differs.
        source: StateMismatch,
    },
}
