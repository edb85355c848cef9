//! Files with a line for each report, brought back to where a checkpoint stands.

use std::path::Path;
use std::{fs, io};

use rl_agent::atomic_file;

/// Takes the lines after `step` out of a file: a run that was killed wrote them after its last checkpoint, and will write
/// them again.
pub(super) fn cut(path: &Path, step_of: fn(&str) -> Option<u64>, step: u64) -> io::Result<()> {
    let text = match fs::read_to_string(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        text => text?,
    };
    // A last line without its end was cut off by the kill.
    let whole = text
        .split_inclusive('\n')
        .filter(|line| line.ends_with('\n'));
    let kept: String = whole
        .filter(|line| step_of(line).is_none_or(|at| at <= step))
        .collect();
    if kept.len() < text.len() {
        atomic_file::write(path, kept.as_bytes())?;
    }
    Ok(())
}

/// The step of a row of the table of metrics; the header has none.
pub(super) fn row_step(line: &str) -> Option<u64> {
    line.split(',').next()?.parse().ok()
}

/// The step of an event.
pub(super) fn event_step(line: &str) -> Option<u64> {
    #[derive(serde::Deserialize)]
    struct Step {
        step: u64,
    }
    serde_json::from_str(line).ok().map(|Step { step }| step)
}
