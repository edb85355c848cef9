//! The settings of the trainer.

use serde::{Deserialize, Serialize};

use crate::config::{ConfigError, check};

/// When training ends and how often it reports.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TrainerConfig {
    /// Everything random in training follows from it.
    #[serde(with = "crate::seed_format")]
    pub seed: u64,
    /// Whether the environments act together: all their decisions of a round are computed at once, by the network as it is
    /// at the beginning of the round, which is faster the larger the network is. Training then ends, obeys and is saved
    /// between rounds only. It changes no bit where no update falls inside a round and observations are not normalised.
    pub batched: bool,
    /// Steps after which training ends; without it, training goes on until it is stopped.
    pub total_steps: Option<u64>,
    /// Wall-clock seconds after which training ends, pauses left out. It only ends training and drives nothing.
    pub time_limit: Option<f64>,
    /// Steps between two [`MetricsReport`](crate::observer::MetricsReport)s.
    pub metrics_every: u64,
    /// Steps between two evaluations of the greedy policy.
    pub evaluate_every: u64,
    /// Steps between two checkpoints; one is also written at the end and on
    /// [`Command::Save`](crate::control::Command::Save).
    pub checkpoint_every: u64,
    /// A checkpoint is also written when this many wall-clock seconds have passed since the last one.
    pub checkpoint_seconds: Option<f64>,
    /// Checkpoints kept: the latest, and under names with their steps as many before it.
    pub keep_checkpoints: usize,
    /// Whether checkpoints are compressed (LZ4): smaller, most of all with boards in the replay buffer, and slower to
    /// write. Both kinds are read.
    pub compress_checkpoints: bool,
    /// Whether checkpoints hold the replay buffer. Without it they are small, and training that is resumed from one fills
    /// the buffer anew before it learns on: it goes on well, and not bit for bit.
    pub checkpoint_replay: bool,
}

impl Default for TrainerConfig {
    fn default() -> Self {
        Self {
            seed: 0,
            batched: false,
            total_steps: None,
            time_limit: None,
            metrics_every: 1_000,
            evaluate_every: 20_000,
            checkpoint_every: 100_000,
            checkpoint_seconds: None,
            keep_checkpoints: 1,
            compress_checkpoints: false,
            checkpoint_replay: true,
        }
    }
}

impl TrainerConfig {
    /// Whether the settings make sense.
    ///
    /// # Errors
    /// Names the first field that does not, with its allowed range.
    pub fn validate(&self) -> Result<(), ConfigError> {
        for (field, every) in [
            ("metrics_every", self.metrics_every),
            ("evaluate_every", self.evaluate_every),
            ("checkpoint_every", self.checkpoint_every),
        ] {
            check(every >= 1).or(field, &every, "at least 1")?;
        }
        for (field, seconds) in [
            ("time_limit", self.time_limit),
            ("checkpoint_seconds", self.checkpoint_seconds),
        ] {
            if let Some(seconds) = seconds {
                check(seconds > 0.0).or(field, &seconds, "a positive number of seconds")?;
            }
        }
        check(self.keep_checkpoints >= 1).or(
            "keep_checkpoints",
            &self.keep_checkpoints,
            "at least 1",
        )
    }
}
