//! What can go wrong with a run.

use std::io;
use std::path::{Path, PathBuf};

use rl_agent::CheckpointError;
use rl_agent::ConfigError;
use rl_agent::trainer::TrainError;
use thiserror::Error;

use crate::config::RunConfigError;

/// Why a run could not be set up or has failed.
#[derive(Debug, Error)]
pub enum RunError {
    /// There is a run in the folder already.
    #[error("{} holds a run already; go on with it with --resume, replace it with --overwrite, or choose another --out", .0.display())]
    Exists(PathBuf),
    /// Another process trains into the folder.
    #[error("another process trains into {}; stop it first, or choose another --out", .0.display())]
    Busy(PathBuf),
    /// There can be no run in such a place.
    #[error("the folder {} cannot be made: {error}; choose another --out", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// There is no run to go on with.
    #[error("{} holds no run that can be gone on with: there is no {}", folder.display(), missing)]
    NoRun {
        /// The folder.
        folder: PathBuf,
        /// The file that is not there.
        missing: &'static str,
    },
    /// The file system said no.
    #[error("{}: {error}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What it said.
        error: io::Error,
    },
    /// The configuration is wrong.
    #[error(transparent)]
    Config(#[from] RunConfigError),
    /// The configuration is wrong in a way that only the parts together show.
    #[error(transparent)]
    Setting(#[from] ConfigError),
    /// The checkpoint cannot be gone on with.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// Training failed.
    #[error(transparent)]
    Train(#[from] TrainError),
    /// The table of metrics or the events could not be written.
    #[error("{}: {error}", path.display())]
    Metrics {
        /// The file.
        path: PathBuf,
        /// What went wrong.
        error: String,
    },
}

pub(super) fn io_error(path: &Path) -> impl FnOnce(io::Error) -> RunError {
    let path = path.to_owned();
    |error| RunError::Io { path, error }
}
