//! The keys of a player.

use crate::pieces::Turn;

/// One press of a key.
///
/// The number of a variant is its action in the key-press environment, where the number after
/// the last, [`Input::COUNT`], is to press nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[repr(u8)]
pub enum Input {
    /// One column to the left.
    Left = 0,
    /// One column to the right.
    Right = 1,
    /// One row down.
    SoftDrop = 2,
    /// A quarter turn to the right.
    Clockwise = 3,
    /// A quarter turn to the left.
    CounterClockwise = 4,
    /// A half turn.
    Half = 5,
    /// Straight down and locked.
    HardDrop = 6,
    /// Swapped with the held piece, or put there for the next one.
    Hold = 7,
}

impl Input {
    /// How many there are.
    pub const COUNT: usize = 8;

    /// All of them, in the order of their numbers.
    pub const ALL: [Self; Self::COUNT] = [
        Self::Left,
        Self::Right,
        Self::SoftDrop,
        Self::Clockwise,
        Self::CounterClockwise,
        Self::Half,
        Self::HardDrop,
        Self::Hold,
    ];

    /// The turn, if it is one.
    #[must_use]
    #[inline]
    pub const fn turn(self) -> Option<Turn> {
        match self {
            Self::Clockwise => Some(Turn::Clockwise),
            Self::CounterClockwise => Some(Turn::CounterClockwise),
            Self::Half => Some(Turn::Half),
            _ => None,
        }
    }
}

impl From<Turn> for Input {
    fn from(turn: Turn) -> Self {
        match turn {
            Turn::Clockwise => Self::Clockwise,
            Turn::Half => Self::Half,
            Turn::CounterClockwise => Self::CounterClockwise,
        }
    }
}
