//! The folder of a run: made for it alone, and never overwritten by chance.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use rl_agent::trainer::CHECKPOINT_FILE;

use super::error::io_error;
use super::{CONFIG_FILE, FILES, RunError};
use crate::archive;

/// Locked by whoever trains into the folder; the system takes the lock back when that process ends, however it ends.
const LOCK_FILE: &str = "run.lock";

/// Whoever asks whether a run goes on holds the lock for a moment, so a second try is due.
const LOCK_TRIES: u32 = 50;
const LOCK_PAUSE: Duration = Duration::from_millis(10);

/// Whether some process trains into a run's folder.
pub(crate) fn is_locked(folder: &Path) -> bool {
    let shared = archive::open(&folder.join(LOCK_FILE)).map(|file| file.try_lock_shared());
    matches!(shared, Ok(Err(TryLockError::WouldBlock)))
}

fn make(folder: &Path) -> Result<(), RunError> {
    fs::create_dir_all(folder).map_err(|error| RunError::Folder {
        path: folder.to_owned(),
        error,
    })
}

fn plain_if_there(path: &Path) -> Result<(), RunError> {
    if path.symlink_metadata().is_ok_and(|file| !file.is_file()) {
        let error = io::Error::other("it is no plain file; remove it");
        return Err(io_error(path)(error));
    }
    Ok(())
}

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
        make(path)?;
        if overwrite && is_locked(path) {
            return Err(RunError::Busy(path.to_owned()));
        }
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
        make(runs)?;
        let mut number = 1u64;
        loop {
            let path = runs.join(format!("{name}-{number}"));
            match fs::create_dir(&path) {
                Ok(()) => return Ok(Self { path }),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => number += 1,
                Err(error) => return Err(RunError::Folder { path, error }),
            }
        }
    }

    /// A folder that was made before, by whoever says so.
    pub fn existing(path: PathBuf) -> Self {
        Self { path }
    }

    /// The folder of a run that can be gone on with.
    ///
    /// # Errors
    /// If it has no configuration or no checkpoint, or a file of it is a link or a pipe: through that something elsewhere
    /// would be read or written.
    pub fn open(path: &Path) -> Result<Self, RunError> {
        for name in FILES.iter().chain([&LOCK_FILE]) {
            plain_if_there(&path.join(name))?;
        }
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

    /// Takes the folder for this process for as long as the file stays open.
    pub(crate) fn lock(&self) -> Result<File, RunError> {
        let path = self.file(LOCK_FILE);
        plain_if_there(&path)?;
        let mut options = File::options();
        let options = options.write(true).create(true).truncate(false);
        let file = options.open(&path).map_err(io_error(&path))?;
        for _ in 0..LOCK_TRIES {
            match file.try_lock() {
                Ok(()) => return Ok(file),
                Err(TryLockError::WouldBlock) => thread::sleep(LOCK_PAUSE),
                // A file system without locks: then nobody is told that the run goes on.
                Err(TryLockError::Error(error)) => {
                    tracing::warn!(%error, path = %path.display(), "the run's folder cannot be locked");
                    return Ok(file);
                }
            }
        }
        Err(RunError::Busy(self.path.clone()))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn a_lock_is_no_link_to_a_file_elsewhere() {
        let place = tempfile::tempdir().unwrap();
        let folder = RunFolder::create(&place.path().join("run"), false).unwrap();
        let outside = place.path().join("precious");
        fs::write(&outside, "kept").unwrap();
        std::os::unix::fs::symlink(&outside, folder.file(LOCK_FILE)).unwrap();
        let error = folder.lock().unwrap_err();
        assert!(error.to_string().contains("no plain file"), "{error}");
        assert_eq!(fs::read_to_string(&outside).unwrap(), "kept");
        fs::remove_file(folder.file(LOCK_FILE)).unwrap();
        assert!(folder.lock().is_ok());

        for name in [CONFIG_FILE, CHECKPOINT_FILE] {
            fs::write(folder.file(name), "").unwrap();
        }
        assert!(RunFolder::open(folder.path()).is_ok());
        std::os::unix::fs::symlink(&outside, folder.file("events.jsonl")).unwrap();
        let error = RunFolder::open(folder.path()).unwrap_err();
        assert!(error.to_string().contains("no plain file"), "{error}");
    }
}
