//! The runs of the output folder, as pages see them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{ConfigMap, TableData};

/// What is known of a run without asking whoever trains it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunState {
    /// Some process trains into its folder now.
    Running,
    /// It came to an end of its own, or was stopped.
    Ended,
    /// Training failed.
    Failed,
    /// Whoever trained it was killed.
    BrokenOff,
}

/// A run of the output folder.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunEntry {
    /// The name of its folder.
    pub name: String,
    /// What it is doing.
    pub state: RunState,
    /// Why it ended, in a word; `None` unless it has.
    pub reason: Option<String>,
    /// Unix time in microseconds when its configuration was written.
    pub created: u64,
    /// The seed it was started with, once it has begun.
    pub seed: Option<u64>,
    /// Steps taken at its last report.
    pub step: u64,
    /// Seconds trained at its last report.
    pub seconds: f64,
    /// Episodes finished at its last report.
    pub episodes: u64,
    /// Mean lines of its last 100 episodes; `None` before the first.
    pub mean_lines: Option<f64>,
    /// Mean lines of its best evaluation; `None` before the first.
    pub best: Option<f64>,
    /// What somebody wrote about it.
    pub note: String,
    /// Its files that can be downloaded, with their sizes in bytes.
    pub files: BTreeMap<String, u64>,
}

/// Runs that are new, have changed or are gone.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct RunChanges {
    /// New ones, and those of which something is new.
    pub changed: Vec<RunEntry>,
    /// Names of those whose folders are gone.
    pub removed: Vec<String>,
}

/// The metrics of a run as they stand in its folder: the answer to `/api/runs/NAME/history`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunHistory {
    /// Where in its events the reading began: 0 also when they were cut back, as they are when a run is gone on with.
    pub from: u64,
    /// Where to read on for what comes after this.
    pub next: u64,
    /// Its configuration; `None` when the reading began further on.
    pub config: Option<ConfigMap>,
    /// Finished episodes.
    pub episodes: TableData,
    /// The last update before each metrics report.
    pub updates: TableData,
    /// Running means every N steps.
    pub summaries: TableData,
    /// Evaluations of the greedy policy.
    pub evaluations: TableData,
}
