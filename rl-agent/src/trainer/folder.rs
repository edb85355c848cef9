//! Which checkpoints of a run folder are kept.

use std::io;
use std::path::{Path, PathBuf};

use super::CHECKPOINT_FILE;

/// Gives the latest checkpoint of `folder`, written at `step`, a second name with the step in it, and removes the oldest
/// of those names beyond `keep`. With one to keep there are no second names. Those of later steps are left alone: this
/// training went back before them, and whoever sent it there may want them still.
pub(super) fn rotate(folder: &Path, step: u64, keep: usize) -> io::Result<()> {
    if keep > 1 {
        let second = folder.join(format!("checkpoint-{step:015}.bin"));
        let latest = folder.join(CHECKPOINT_FILE);
        // The checkpoint of the same step may be there already, when training ends where one was due.
        match std::fs::remove_file(&second) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        // Not every file system has links.
        if std::fs::hard_link(&latest, &second).is_err() {
            std::fs::copy(&latest, &second)?;
        }
        let names = numbered_checkpoints(folder)?;
        let own = &names[..names.partition_point(|name| *name <= second)];
        for old in &own[..own.len().saturating_sub(keep)] {
            std::fs::remove_file(old)?;
        }
    }
    Ok(())
}

/// The checkpoints of a run folder with steps in their names, the oldest first.
///
/// # Errors
/// If the folder cannot be read.
pub fn numbered_checkpoints(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut numbered = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_name().to_str().is_some_and(is_numbered) && !entry.file_type()?.is_dir() {
            numbered.push(entry.path());
        }
    }
    numbered.sort();
    Ok(numbered)
}

fn is_numbered(name: &str) -> bool {
    let step = name
        .strip_prefix("checkpoint-")
        .and_then(|name| name.strip_suffix(".bin"));
    step.is_some_and(|step| !step.is_empty() && step.bytes().all(|digit| digit.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_go() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::fs::write(at("checkpoint-notes.bin"), b"mine").unwrap();
        for step in [100, 200, 200, 1_000, 30_000] {
            std::fs::write(at(CHECKPOINT_FILE), format!("{step}")).unwrap();
            rotate(folder.path(), step, 3).unwrap();
            std::fs::remove_file(at(CHECKPOINT_FILE)).unwrap();
        }
        let read = |path: &PathBuf| std::fs::read_to_string(path).unwrap();
        let contents: Vec<String> = numbered_checkpoints(folder.path())
            .unwrap()
            .iter()
            .map(read)
            .collect();
        assert_eq!(contents, ["200", "1000", "30000"]);
        assert!(at("checkpoint-notes.bin").exists());
        // Training goes back to step 200, and on from there.
        for step in [250, 300, 350] {
            std::fs::write(at(CHECKPOINT_FILE), format!("{step}")).unwrap();
            rotate(folder.path(), step, 3).unwrap();
            std::fs::remove_file(at(CHECKPOINT_FILE)).unwrap();
        }
        let contents: Vec<String> = numbered_checkpoints(folder.path())
            .unwrap()
            .iter()
            .map(read)
            .collect();
        assert_eq!(contents, ["250", "300", "350", "1000", "30000"]);
        std::fs::write(at(CHECKPOINT_FILE), b"x").unwrap();
        rotate(folder.path(), 40_000, 1).unwrap();
        assert_eq!(numbered_checkpoints(folder.path()).unwrap().len(), 5);
    }
}
