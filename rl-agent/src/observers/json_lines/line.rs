//! What a line says.

use std::fmt::Display;

use serde::{Serialize, Serializer};

use crate::control::Command;
use crate::observer::UpdateReport;

/// A line: written straight from the report, since an update's costs as much as some steps if it is built as a tree first.
#[derive(Serialize)]
#[serde(tag = "event", rename_all = "lowercase")]
pub(super) enum Line<'a> {
    Start {
        step: u64,
        total_steps: Option<u64>,
        episodes: u64,
        seconds: f64,
        seed: u64,
        measures: &'a [&'static str],
    },
    Episode {
        step: u64,
        episode: u64,
        seconds: f64,
        environment: usize,
        length: u64,
        reward: f64,
        truncated: bool,
        measures: Measures<'a>,
    },
    Update(&'a UpdateReport),
    Metrics {
        step: u64,
        seconds: f64,
        episodes: u64,
        updates: u64,
        epsilon: f64,
        steps_per_second: f64,
        updates_per_second: f64,
        window: usize,
        mean_reward: f64,
        mean_length: f64,
        mean_measures: Measures<'a>,
        last_update: Option<UpdateReport>,
    },
    Evaluation {
        step: u64,
        episodes: u64,
        games: usize,
        mean: f64,
        median: f64,
        ci95_low: f64,
        ci95_high: f64,
        seconds: f64,
        took: f64,
        best: bool,
    },
    Checkpoint {
        step: u64,
        seconds: f64,
        #[serde(serialize_with = "text")]
        path: std::path::Display<'a>,
    },
    Command {
        step: u64,
        seconds: f64,
        command: Command,
    },
    End {
        step: u64,
        episodes: u64,
        updates: u64,
        seconds: f64,
        #[serde(serialize_with = "text")]
        reason: std::fmt::Arguments<'a>,
    },
}

/// An object of names and values.
pub(super) struct Measures<'a> {
    pub(super) names: &'a [&'static str],
    pub(super) values: &'a [f64],
}

impl Serialize for Measures<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.names.iter().zip(self.values))
    }
}

fn text<S: Serializer>(value: &impl Display, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(value)
}
