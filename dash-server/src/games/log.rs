//! Moves of a game as they are written down, and the boards between them.

use serde::{Deserialize, Serialize};

/// The board before a stretch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Opening {
    pub(super) width: u8,
    pub(super) height: u8,
    #[serde(with = "serde_bytes")]
    pub(super) cells: Vec<u8>,
    pub(super) lines: u64,
    pub(super) score: u64,
}

/// How a game ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Ending {
    pub(super) episode: u64,
    pub(super) lines: u64,
    pub(super) score: u64,
}

/// Moves one after the other, and what the agent thought of each; all as it travels.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Log {
    #[serde(with = "serde_bytes")]
    pub(super) moves: Vec<u8>,
    #[serde(with = "serde_bytes")]
    pub(super) counts: Vec<u8>,
    #[serde(with = "serde_bytes")]
    pub(super) highest: Vec<u8>,
    #[serde(with = "serde_bytes")]
    pub(super) below: Vec<u8>,
}

impl Log {
    pub(super) fn bytes(&self) -> usize {
        self.moves.len() + self.counts.len() + self.highest.len() + self.below.len()
    }

    pub(super) fn clear(&mut self) {
        self.moves.clear();
        self.counts.clear();
        self.highest.clear();
        self.below.clear();
    }

    pub(super) fn append(&mut self, more: &mut Self) {
        self.moves.append(&mut more.moves);
        self.counts.append(&mut more.counts);
        self.highest.append(&mut more.highest);
        self.below.append(&mut more.below);
    }

    pub(super) fn forget_values(&mut self) {
        let moves = std::mem::take(&mut self.moves);
        *self = Self {
            moves,
            ..Self::default()
        };
    }
}

/// Moves on their way from the training thread.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Moves {
    pub(super) environment: usize,
    /// Placements before these.
    pub(super) from: u64,
    /// How many there are.
    pub(super) count: u64,
    /// The board before them, if a stretch begins with them.
    pub(super) opening: Option<Opening>,
    pub(super) log: Log,
    pub(super) ending: Option<Ending>,
}

impl Moves {
    pub(crate) fn bytes(&self) -> usize {
        let cells = self.opening.as_ref().map(|opening| opening.cells.len());
        size_of::<Self>() + cells.unwrap_or(0) + self.log.bytes()
    }
}
