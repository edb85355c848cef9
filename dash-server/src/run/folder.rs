//! The folder of a run: made for it alone, and never overwritten by chance.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use rl_agent::trainer::{CHECKPOINT_FILE, numbered_checkpoints};

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

/// The files of a run that are in a folder. A link is there too, wherever it leads.
fn left_in(folder: &Path) -> Vec<PathBuf> {
    let files = FILES.map(|name| folder.join(name));
    files
        .into_iter()
        .filter(|file| file.symlink_metadata().is_ok())
        .collect()
}

fn no_folder(path: &Path) -> Result<(), RunError> {
    if path.symlink_metadata().is_ok_and(|file| file.is_dir()) {
        return Err(io_error(path)(io::ErrorKind::IsADirectory.into()));
    }
    Ok(())
}

/// The folder of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunFolder {
    path: PathBuf,
    /// Whether a run that begins takes the place of one that is there.
    overwrite: bool,
}

impl RunFolder {
    /// A folder for a new run, made if needed. With `overwrite` the run that is in it stays until
    /// [`Run::begin`](super::Run::begin) replaces it, which it does once nothing can refuse the new one any more.
    ///
    /// # Errors
    /// If there is a run in it and `overwrite` is false, or the system refuses.
    pub fn create(path: &Path, overwrite: bool) -> Result<Self, RunError> {
        make(path)?;
        let folder = Self {
            path: path.to_owned(),
            overwrite,
        };
        folder.check_free()?;
        Ok(folder)
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
                Ok(()) => return Ok(Self::existing(path)),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => number += 1,
                Err(error) => return Err(RunError::Folder { path, error }),
            }
        }
    }

    /// A folder that was made before, by whoever says so.
    pub fn existing(path: PathBuf) -> Self {
        Self {
            path,
            overwrite: false,
        }
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
            None => Ok(Self::existing(path.to_owned())),
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

    fn check_free(&self) -> Result<(), RunError> {
        if !self.overwrite && !left_in(&self.path).is_empty() {
            return Err(RunError::Exists(self.path.clone()));
        }
        Ok(())
    }

    /// Makes room for a run that begins. Whoever calls this holds the lock, so that nobody's training loses its files.
    pub(super) fn clear(&self) -> Result<(), RunError> {
        // Another process may have trained here since the folder was looked at.
        self.check_free()?;
        let old = left_in(&self.path);
        // What cannot be removed is found before anything is.
        old.iter().try_for_each(|file| no_folder(file))?;
        // The configuration is written over in one go, so that whoever lists runs never misses this one.
        let config = self.file(CONFIG_FILE);
        // Later checkpoints of the old run would pass for such that the new one went back before, and stay for ever.
        let numbered = numbered_checkpoints(&self.path).map_err(io_error(&self.path))?;
        let old = old.into_iter().filter(|file| *file != config);
        for file in old.chain(numbered) {
            fs::remove_file(&file).map_err(io_error(&file))?;
        }
        Ok(())
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
    use std::collections::BTreeMap;

    use rl_agent::control::Control;

    use super::*;
    use crate::config::{self, RunConfig};
    use crate::run::tests::small;
    use crate::run::{NOTE_FILE, Run};

    fn train(config: &RunConfig, folder: &RunFolder) -> Result<(), RunError> {
        Run::begin(config, folder, Control::new())?.train(&mut ())?;
        Ok(())
    }

    /// All plain files by name.
    fn contents(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
        let files = fs::read_dir(folder)
            .unwrap()
            .map(|file| file.unwrap().path());
        let plain = files.filter(|path| path.is_file());
        plain
            .map(|path| (path.clone(), fs::read(path).unwrap()))
            .collect()
    }

    #[test]
    fn a_start_that_is_refused_leaves_the_old_run_as_it_was() {
        let place = tempfile::tempdir().unwrap();
        let old = RunFolder::create(&place.path().join("run"), false).unwrap();
        train(&small(), &old).unwrap();
        let before = contents(old.path());

        let new = RunFolder::create(old.path(), true).unwrap();
        let mut settings = config::preset("key-press").unwrap();
        let huge = "agent.buffer_capacity = 1_000_000_000_000";
        config::overlay(&mut settings, &huge.parse().unwrap());
        let unfit = RunConfig::from_tables(&settings).unwrap();
        let error = train(&unfit, &new).unwrap_err();
        assert!(matches!(error, RunError::Setting(_)), "{error}");
        assert!(before == contents(old.path()));

        let busy = old.lock().unwrap();
        let error = train(&small(), &new).unwrap_err();
        assert!(matches!(error, RunError::Busy(_)), "{error}");
        assert!(before == contents(old.path()));
        drop(busy);

        fs::create_dir(old.file(NOTE_FILE)).unwrap();
        let error = train(&small(), &new).unwrap_err();
        assert!(error.to_string().contains(NOTE_FILE), "{error}");
        assert!(before == contents(old.path()));
        fs::remove_dir(old.file(NOTE_FILE)).unwrap();

        fs::write(old.file(NOTE_FILE), "on the old run").unwrap();
        let mut other = small();
        other.trainer.seed = 7;
        train(&other, &new).unwrap();
        let after = contents(old.path());
        assert!(after.keys().eq(before.keys()), "{:?}", after.keys());
        assert!(after[&old.file(CONFIG_FILE)] != before[&old.file(CONFIG_FILE)]);
    }

    #[test]
    fn a_run_that_came_into_the_folder_meanwhile_is_not_overwritten_by_chance() {
        let place = tempfile::tempdir().unwrap();
        let [first, second] = [(); 2].map(|()| RunFolder::create(place.path(), false).unwrap());
        train(&small(), &first).unwrap();
        let before = contents(place.path());
        let error = train(&small(), &second).unwrap_err();
        assert!(matches!(error, RunError::Exists(_)), "{error}");
        assert!(before == contents(place.path()));
    }

    #[test]
    fn numbered_checkpoints_of_the_old_run_go_with_it_and_nothing_else() {
        let place = tempfile::tempdir().unwrap();
        let mut config = small();
        config.trainer.checkpoint_every = 100;
        config.trainer.keep_checkpoints = 2;
        train(&config, &RunFolder::create(place.path(), false).unwrap()).unwrap();
        let own = [
            "cost.json",
            "checkpoint-mine.bin",
            "checkpoint-.bin",
            "checkpoint-+1.bin",
            "checkpoint-1.bin.old",
        ];
        for name in own {
            fs::write(place.path().join(name), "mine").unwrap();
        }
        fs::create_dir(place.path().join("checkpoint-7.bin")).unwrap();

        config.trainer.total_steps = Some(200);
        train(&config, &RunFolder::create(place.path(), true).unwrap()).unwrap();
        let names = |paths: Vec<PathBuf>| -> Vec<String> {
            let name = |path: &PathBuf| path.file_name().unwrap().to_str().unwrap().to_owned();
            paths.iter().map(name).collect()
        };
        assert_eq!(
            names(numbered_checkpoints(place.path()).unwrap()),
            [
                "checkpoint-000000000000100.bin",
                "checkpoint-000000000000200.bin"
            ]
        );
        for name in own {
            let content = fs::read_to_string(place.path().join(name));
            assert_eq!(content.unwrap(), "mine", "{name}");
        }
        assert!(place.path().join("checkpoint-7.bin").is_dir());
    }

    #[cfg(unix)]
    #[test]
    fn overwriting_follows_no_link() {
        let place = tempfile::tempdir().unwrap();
        let outside = place.path().join("outside");
        let run = place.path().join("run");
        fs::create_dir(&run).unwrap();
        // It leads to nothing yet: whoever wrote through it would make a file elsewhere.
        std::os::unix::fs::symlink(&outside, run.join("events.jsonl")).unwrap();
        let error = RunFolder::create(&run, false).unwrap_err();
        assert!(matches!(error, RunError::Exists(_)), "{error}");
        fs::write(&outside, "kept").unwrap();
        let numbered = run.join("checkpoint-9.bin");
        std::os::unix::fs::symlink(&outside, &numbered).unwrap();
        train(&small(), &RunFolder::create(&run, true).unwrap()).unwrap();
        assert_eq!(fs::read_to_string(&outside).unwrap(), "kept");
        assert!(RunFolder::open(&run).is_ok());
        assert!(numbered.symlink_metadata().is_err());
    }

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
