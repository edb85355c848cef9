//! The folder of a run: made for it alone, and never overwritten by chance.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use rl_agent::trainer::CHECKPOINT_FILE;

use super::{CONFIG_FILE, FILES, RunError, io_error};

/// The folder of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunFolder {
    path: PathBuf,
}

impl RunFolder {
    /// A folder for a new run, made if needed.
    ///
    /// # Errors
    /// If there is a run in it and `overwrite` is false, or the system refuses.
    pub fn create(path: &Path, overwrite: bool) -> Result<Self, RunError> {
        fs::create_dir_all(path).map_err(io_error(path))?;
        for file in FILES.map(|name| path.join(name)) {
            if file.exists() {
                if !overwrite {
                    return Err(RunError::Exists(path.to_owned()));
                }
                fs::remove_file(&file).map_err(io_error(&file))?;
            }
        }
        Ok(Self {
            path: path.to_owned(),
        })
    }

    /// A folder for a new run below `runs`: `name-1`, or the next number that is free.
    ///
    /// # Errors
    /// If the system refuses.
    pub fn create_numbered(runs: &Path, name: &str) -> Result<Self, RunError> {
        fs::create_dir_all(runs).map_err(io_error(runs))?;
        let mut number = 1u64;
        loop {
            let path = runs.join(format!("{name}-{number}"));
            match fs::create_dir(&path) {
                Ok(()) => return Ok(Self { path }),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => number += 1,
                Err(error) => return Err(RunError::Io { path, error }),
            }
        }
    }

    /// The folder of a run that can be gone on with.
    ///
    /// # Errors
    /// If it has no configuration or no checkpoint.
    pub fn open(path: &Path) -> Result<Self, RunError> {
        let missing = [CONFIG_FILE, CHECKPOINT_FILE]
            .into_iter()
            .find(|name| !path.join(name).is_file());
        match missing {
            Some(missing) => Err(RunError::NoRun {
                folder: path.to_owned(),
                missing,
            }),
            None => Ok(Self {
                path: path.to_owned(),
            }),
        }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Its last part, which is the name of the run.
    pub fn name(&self) -> String {
        self.path.file_name().map_or_else(
            || "run".to_owned(),
            |name| name.to_string_lossy().into_owned(),
        )
    }

    pub(super) fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }
}
