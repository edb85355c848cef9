//! The runs of the output folder, read from their files: no database, and nobody who trains is asked.
//!
//! A folder with a configuration is a run. Whether some process trains into it is told by a lock that the system takes
//! back when that process ends, however it ends. What has been read of a run's events is remembered, so that looking
//! again costs a few calls to the file system for each run.

mod events;
mod files;

pub(crate) use files::{RunFile, file_of, is_plain, open};

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use rl_agent::atomic_file;

use crate::config;
use crate::history::History;
use crate::protocol::{RunEntry, RunHistory, RunState};
use crate::run::{CONFIG_FILE, EVENTS_FILE, NOTE_FILE, is_locked};
use events::Summary;

/// The most runs that are listed, the newest of them.
const MOST_RUNS: usize = 1000;

/// The longest note, in bytes.
pub(crate) const LONGEST_NOTE: usize = 4000;

/// An output folder.
#[derive(Debug)]
pub(crate) struct Archive {
    folder: PathBuf,
    known: Mutex<HashMap<String, Known>>,
}

/// What has been read of a run.
#[derive(Debug, Default)]
struct Known {
    /// When the run was begun; another time is another run in the same folder.
    created: Option<SystemTime>,
    summary: Summary,
    /// Sizes and times of its files at the last look.
    stamp: BTreeMap<String, (u64, Option<SystemTime>)>,
    note: String,
    running: bool,
}

impl Archive {
    pub(crate) fn new(folder: PathBuf) -> Self {
        Self {
            folder,
            known: Mutex::default(),
        }
    }

    /// The folder of a run, if there is one of that name.
    pub(crate) fn run(&self, name: &str) -> Option<PathBuf> {
        if !is_plain(name) {
            return None;
        }
        let folder = self.folder.join(name);
        is_file(&folder.join(CONFIG_FILE)).then_some(folder)
    }

    /// Looks at every run, the newest first.
    ///
    /// # Errors
    /// If the output folder cannot be read; that there is none yet is no error.
    pub(crate) fn list(&self) -> io::Result<Vec<RunEntry>> {
        let folders = match fs::read_dir(&self.folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            folders => folders?,
        };
        let mut runs = Vec::new();
        for folder in folders {
            let folder = folder?.path();
            let name = folder.file_name().and_then(|name| name.to_str());
            let Some(name) = name.filter(|name| is_plain(name)) else {
                continue;
            };
            // A folder that goes away while it is looked at is no run.
            if let Ok(created) = modified(&folder.join(CONFIG_FILE)) {
                runs.push((created, name.to_owned(), folder));
            }
        }
        runs.sort_by(|one, other| other.0.cmp(&one.0).then_with(|| one.1.cmp(&other.1)));
        runs.truncate(MOST_RUNS);
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|name, _| runs.iter().any(|(_, other, _)| other == name));
        let entry = |(created, name, folder): (SystemTime, String, PathBuf)| {
            let run = known.entry(name.clone()).or_default();
            run.look(&folder, created);
            run.entry(name, created)
        };
        Ok(runs.into_iter().map(entry).collect())
    }

    /// The metrics of a run from a position in its events on.
    ///
    /// # Errors
    /// If there is no such run, or its files cannot be read.
    pub(crate) fn history(&self, name: &str, from: u64) -> io::Result<RunHistory> {
        let folder = self.run(name).ok_or(io::ErrorKind::NotFound)?;
        let (history, (begin, next)) = events::history(&folder.join(EVENTS_FILE), from)?;
        let config = match begin {
            0 => Some(config::read(&folder.join(CONFIG_FILE)).map_err(io::Error::other)?),
            _ => None,
        };
        Ok(RunHistory {
            from: begin,
            next,
            config,
            episodes: history.episodes.pack(),
            updates: history.updates.pack(),
            summaries: history.summaries.pack(),
            evaluations: history.evaluations.pack(),
        })
    }

    /// Writes a note about a run; an empty one takes it away.
    ///
    /// # Errors
    /// If there is no such run or the system refuses.
    pub(crate) fn set_note(&self, name: &str, text: &str) -> io::Result<()> {
        let file = self
            .run(name)
            .ok_or(io::ErrorKind::NotFound)?
            .join(NOTE_FILE);
        if !text.is_empty() {
            return atomic_file::write(&file, text.as_bytes());
        }
        match fs::remove_file(&file) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}

impl Known {
    /// Reads what is new in the folder, and everything anew where another run has come into it.
    fn look(&mut self, folder: &Path, created: SystemTime) {
        if self.created != Some(created) {
            *self = Self {
                created: Some(created),
                ..Self::default()
            };
        }
        let stamp = files::sizes(folder);
        let is_new = stamp != self.stamp;
        if is_new || self.running {
            self.running = is_locked(folder);
        }
        if is_new {
            if let Err(error) = self.summary.read_on(&folder.join(EVENTS_FILE)) {
                tracing::debug!(%error, folder = %folder.display(), "no events");
            }
            self.note = read_note(&folder.join(NOTE_FILE)).unwrap_or_default();
            self.stamp = stamp;
        }
    }

    fn entry(&self, name: String, created: SystemTime) -> RunEntry {
        let summary = &self.summary;
        let state = match summary.reason.as_deref() {
            _ if self.running => RunState::Running,
            Some("Failed") => RunState::Failed,
            Some(_) => RunState::Ended,
            None => RunState::BrokenOff,
        };
        let reason = summary.reason.clone().filter(|_| !self.running);
        let created = created.duration_since(UNIX_EPOCH).unwrap_or_default();
        let sizes = self
            .stamp
            .iter()
            .map(|(file, (size, _))| (file.clone(), *size));
        RunEntry {
            name,
            state,
            reason,
            created: created.as_micros() as u64,
            seed: summary.seed,
            step: summary.step,
            seconds: summary.seconds,
            episodes: summary.episodes,
            mean_lines: summary.mean_lines,
            best: summary.best,
            note: self.note.clone(),
            files: sizes.collect(),
        }
    }
}

/// What a run has reported so far, by its events.
///
/// # Errors
/// If they cannot be read.
pub(crate) fn reported(folder: &Path) -> io::Result<History> {
    events::history(&folder.join(EVENTS_FILE), 0).map(|(history, _)| history)
}

/// As much of a note as a note may be long, and as is text: a person may write one with any editor.
fn read_note(path: &Path) -> io::Result<String> {
    let mut bytes = Vec::new();
    open(path)?
        .take(LONGEST_NOTE as u64)
        .read_to_end(&mut bytes)?;
    let text = bytes.utf8_chunks().next();
    Ok(text.map_or_else(String::new, |text| text.valid().to_owned()))
}

/// When a plain file was written last.
fn modified(path: &Path) -> io::Result<SystemTime> {
    let metadata = fs::symlink_metadata(path)?;
    if metadata.is_file() {
        metadata.modified()
    } else {
        Err(io::ErrorKind::NotFound.into())
    }
}

fn is_file(path: &Path) -> bool {
    modified(path).is_ok()
}

#[cfg(test)]
mod tests;
