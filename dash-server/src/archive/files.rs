//! The files of a run that may be downloaded: these names and no others, and plain files only.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::path::{Component, Path};
use std::time::SystemTime;

use rl_agent::trainer::{CHECKPOINT_FILE, MODEL_FILE};

use crate::run::{CONFIG_FILE, EVENTS_FILE, METRICS_FILE, NOTE_FILE};

/// A file that a run may have.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct RunFile {
    pub(crate) name: &'static str,
    pub(crate) content_type: &'static str,
}

const TEXT: &str = "text/plain; charset=utf-8";
const BYTES: &str = "application/octet-stream";

static FILES: [RunFile; 6] = [
    file(CONFIG_FILE, "application/toml"),
    file(METRICS_FILE, "text/csv; charset=utf-8"),
    file(EVENTS_FILE, "application/x-ndjson"),
    file(MODEL_FILE, BYTES),
    file(CHECKPOINT_FILE, BYTES),
    file(NOTE_FILE, TEXT),
];

const fn file(name: &'static str, content_type: &'static str) -> RunFile {
    RunFile { name, content_type }
}

/// The file of this name.
pub(crate) fn file_of(name: &str) -> Option<&'static RunFile> {
    FILES.iter().find(|file| file.name == name)
}

/// Opens a plain file: a link might lead anywhere, and whoever opens a pipe waits for its other end.
pub(crate) fn open(path: &Path) -> io::Result<File> {
    if path.symlink_metadata()?.is_file() {
        File::open(path)
    } else {
        Err(io::ErrorKind::NotFound.into())
    }
}

/// Sizes and times of the files that are there.
pub(super) fn sizes(folder: &Path) -> BTreeMap<String, (u64, Option<SystemTime>)> {
    let size = |file: &RunFile| {
        // A link might lead anywhere.
        let metadata = fs::symlink_metadata(folder.join(file.name)).ok()?;
        metadata.is_file().then(|| {
            (
                file.name.to_owned(),
                (metadata.len(), metadata.modified().ok()),
            )
        })
    };
    FILES.iter().filter_map(size).collect()
}

/// Whether a name is a single part of a path, here and on any other system.
pub(crate) fn is_plain(name: &str) -> bool {
    let mut parts = Path::new(name).components();
    let single = matches!((parts.next(), parts.next()), (Some(Component::Normal(part)), None) if part == name);
    single && !name.contains(['/', '\\', '\0'])
}
