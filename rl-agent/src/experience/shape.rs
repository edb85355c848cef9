//! What is stored, and how small.

use serde::{Deserialize, Serialize};

/// How the numbers of an observation are stored.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Storage {
    /// As they are: 4 bytes each.
    #[default]
    F32,
    /// One byte each: for whole numbers in 0..=255. Others are rounded and cut.
    U8,
    /// One bit each: for numbers that are 0 or 1. Others become 1 from 0.5 on.
    Bits,
}

/// Shape of an [`Experience`](super::Experience).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shape {
    /// Numbers in an observation.
    pub observation_len: usize,
    /// Number of actions.
    pub action_count: usize,
    /// Environments that steps come from.
    pub environments: usize,
    /// Observations that each environment's ring holds; at least `n_step + 2`.
    pub ring: usize,
    /// Rewards summed before a value is asked for.
    pub n_step: usize,
    /// How observations are stored.
    pub storage: Storage,
}

impl Shape {
    pub(super) fn legal_bytes(&self) -> usize {
        self.action_count.div_ceil(8)
    }

    /// Bytes that an observation takes.
    pub fn observation_bytes(&self) -> usize {
        match self.storage {
            Storage::F32 => 4 * self.observation_len,
            Storage::U8 => self.observation_len,
            Storage::Bits => self.observation_len.div_ceil(8),
        }
    }

    /// Bytes that a step takes, all told.
    pub fn step_bytes(&self) -> usize {
        let (flags, action, reward) = (1, 4, 4);
        self.observation_bytes() + self.legal_bytes() + flags + action + reward
    }
}
