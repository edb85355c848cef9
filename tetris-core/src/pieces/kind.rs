//! The ways to draw pieces.

use core::fmt;
use core::str::FromStr;

use crate::error::ParsePiecesError;
use crate::pieces::Piece;

/// How pieces are drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "lowercase"))]
pub enum RandomizerKind {
    /// Each of the seven with the same chance, whatever came before. The research literature
    /// plays this.
    #[default]
    Uniform,
    /// All seven in random order, then again: the "Random Generator" of the Tetris guideline.
    Bag7,
    /// Two of each of the seven in random order, then again.
    Bag14,
    /// The one before is avoided: an eight-sided die whose eighth side, like the last piece
    /// again, means one more throw of a seven-sided one, which stands. So a repetition has 2
    /// chances in 56 and any other piece 9 (NES Tetris, Tetris wiki; the small bias of the
    /// console's own generator is left out).
    Nes,
    /// S and Z in turn, the seed choosing the first: enough of them end every game (Burgiel,
    /// "How to lose at Tetris", 1997).
    Snakes,
}

impl RandomizerKind {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Uniform,
        Self::Bag7,
        Self::Bag14,
        Self::Nes,
        Self::Snakes,
    ];

    /// Their names, in the same order.
    pub const NAMES: [&'static str; Self::ALL.len()] = {
        let mut names = [""; Self::ALL.len()];
        let mut i = 0;
        while i < names.len() {
            names[i] = Self::ALL[i].name();
            i += 1;
        }
        names
    };

    const fn name(self) -> &'static str {
        match self {
            Self::Uniform => "uniform",
            Self::Bag7 => "bag7",
            Self::Bag14 => "bag14",
            Self::Nes => "nes",
            Self::Snakes => "snakes",
        }
    }

    /// The bag before the first draw: see [`Randomizer`](crate::Randomizer).
    pub(super) const fn full_bag(self) -> u16 {
        match self {
            Self::Uniform | Self::Bag7 => ONE_OF_EACH,
            Self::Bag14 => ONE_OF_EACH | ONE_OF_EACH << 7,
            Self::Nes => 0,
            Self::Snakes => bit(Piece::S) | bit(Piece::Z),
        }
    }
}

impl fmt::Display for RandomizerKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for RandomizerKind {
    type Err = ParsePiecesError;

    /// Reads one of the [`NAMES`](Self::NAMES).
    fn from_str(text: &str) -> Result<Self, ParsePiecesError> {
        let found = Self::ALL.into_iter().find(|kind| kind.name() == text);
        found.ok_or_else(|| ParsePiecesError { found: text.into() })
    }
}

pub(super) const ONE_OF_EACH: u16 = 0x7f;

pub(super) const fn bit(piece: Piece) -> u16 {
    1 << piece.index()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back() {
        for kind in RandomizerKind::ALL {
            assert_eq!(kind.name().parse(), Ok(kind));
        }
    }
}
