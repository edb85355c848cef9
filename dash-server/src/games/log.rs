//! Moves of a game as they are written down, and the boards between them.

use serde::{Deserialize, Serialize};

use super::STRETCH;

/// Environments of a run.
const MOST_ENVIRONMENTS: usize = 64;

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
    /// Whether there is a move for each of `count` placements, and as many values as are told of.
    fn is_of(&self, count: u64) -> bool {
        let moves = [count, 2 * count].contains(&(self.moves.len() as u64));
        let valued = self.counts.iter().filter(|count| **count > 0).count();
        let values: usize = self.counts.iter().map(|&count| usize::from(count)).sum();
        count <= STRETCH as u64
            && moves
            && self.counts.len() as u64 == count
            && (self.highest.len(), self.below.len()) == (4 * valued, 2 * values)
    }

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
    /// Whether they are moves that a recorder could have written down: whoever keeps them counts on it.
    pub(crate) fn make_sense(&self) -> bool {
        let is_board = |opening: &Opening| {
            opening.cells.len() == usize::from(opening.width) * usize::from(opening.height)
        };
        self.environment < MOST_ENVIRONMENTS
            && self.from < 1 << 62
            && self.opening.as_ref().is_none_or(is_board)
            && self.log.is_of(self.count)
    }

    pub(crate) fn bytes(&self) -> usize {
        let cells = self.opening.as_ref().map(|opening| opening.cells.len());
        size_of::<Self>() + cells.unwrap_or(0) + self.log.bytes()
    }
}
