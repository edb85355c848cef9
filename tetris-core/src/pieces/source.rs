//! Where a game's pieces come from: a randomizer, or a list.

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;
use core::str::FromStr;

use crate::error::ParseSequenceError;
use crate::pieces::{Odds, Piece, Randomizer, RandomizerKind};

/// Up to [`PieceSequence::MOST`] pieces in a fixed order, again and again.
///
/// As text it is the letters of the pieces. Clones share the list.
///
/// ```
/// use tetris_core::PieceSequence;
///
/// let pieces: PieceSequence = "IOLJSZT".parse()?;
/// assert_eq!(pieces.pieces().len(), 7);
/// # Ok::<(), tetris_core::ParseSequenceError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PieceSequence(Arc<[Piece]>);

impl PieceSequence {
    /// The most pieces of a sequence.
    pub const MOST: usize = 1 << 20;

    /// The pieces in order. `None` if there are none, or too many.
    #[must_use]
    pub fn new(pieces: &[Piece]) -> Option<Self> {
        (1..=Self::MOST)
            .contains(&pieces.len())
            .then(|| Self(pieces.into()))
    }

    /// The pieces, at least one.
    #[must_use]
    pub fn pieces(&self) -> &[Piece] {
        &self.0
    }
}

impl fmt::Display for PieceSequence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|piece| piece.fmt(f))
    }
}

impl FromStr for PieceSequence {
    type Err = ParseSequenceError;

    fn from_str(text: &str) -> Result<Self, ParseSequenceError> {
        let read = |(at, letter): (usize, char)| {
            let error = ParseSequenceError::Letter {
                place: at + 1,
                found: letter,
            };
            Piece::try_from(letter).map_err(|_| error)
        };
        let pieces: Vec<_> = text
            .chars()
            .enumerate()
            .map(read)
            .collect::<Result<_, _>>()?;
        Self::new(&pieces).ok_or(match pieces.len() {
            0 => ParseSequenceError::Empty,
            found => ParseSequenceError::TooLong { found },
        })
    }
}

/// Which pieces come in a game.
///
/// As text, and when serialised, it is the name of a randomizer or the letters of a sequence.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum PieceSource {
    /// Drawn, from the seed of the game.
    Random(RandomizerKind),
    /// A fixed order; the seed does not matter.
    Sequence(PieceSequence),
}

impl From<RandomizerKind> for PieceSource {
    fn from(kind: RandomizerKind) -> Self {
        Self::Random(kind)
    }
}

impl fmt::Display for PieceSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Random(kind) => kind.fmt(f),
            Self::Sequence(sequence) => sequence.fmt(f),
        }
    }
}

impl FromStr for PieceSource {
    type Err = ParseSequenceError;

    fn from_str(text: &str) -> Result<Self, ParseSequenceError> {
        match text.parse() {
            Ok(kind) => Ok(Self::Random(kind)),
            Err(_) => text.parse().map(Self::Sequence),
        }
    }
}

/// The pieces of one game, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(crate) enum Feed {
    Random(Randomizer),
    Sequence { pieces: PieceSequence, next: u32 },
}

impl Feed {
    pub(crate) fn new(source: &PieceSource, seed: u64) -> Self {
        match source {
            PieceSource::Random(kind) => Self::Random(Randomizer::new(*kind, seed)),
            PieceSource::Sequence(pieces) => Self::Sequence {
                pieces: pieces.clone(),
                next: 0,
            },
        }
    }

    /// Whether it is one of a source.
    #[cfg(feature = "serde")]
    pub(crate) fn is_of(&self, source: &PieceSource) -> bool {
        match (self, source) {
            (Self::Random(randomizer), PieceSource::Random(kind)) => randomizer.kind() == *kind,
            (Self::Sequence { pieces, next }, PieceSource::Sequence(of)) => {
                pieces == of && (*next as usize) < pieces.0.len()
            }
            _ => false,
        }
    }

    #[inline]
    pub(crate) fn draw(&mut self) -> Piece {
        match self {
            Self::Random(randomizer) => randomizer.draw(),
            Self::Sequence { pieces, next } => {
                let piece = pieces.0[*next as usize];
                *next = (*next + 1) % pieces.0.len() as u32;
                piece
            }
        }
    }

    /// What the next draw can give.
    pub(crate) fn odds(&self) -> Odds {
        match self {
            Self::Random(randomizer) => randomizer.odds(),
            Self::Sequence { pieces, next } => Odds::certain(pieces.0[*next as usize]),
        }
    }
}

#[cfg(feature = "serde")]
mod wire {
    use alloc::string::String;

    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::{PieceSequence, PieceSource};

    impl Serialize for PieceSequence {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.collect_str(self)
        }
    }

    impl<'de> Deserialize<'de> for PieceSequence {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            let text = String::deserialize(deserializer)?;
            text.parse().map_err(D::Error::custom)
        }
    }

    impl Serialize for PieceSource {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.collect_str(self)
        }
    }

    impl<'de> Deserialize<'de> for PieceSource {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            let text = String::deserialize(deserializer)?;
            text.parse().map_err(D::Error::custom)
        }
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::*;

    #[test]
    fn sources_are_read_back() {
        for text in ["uniform", "bag14", "nes", "snakes", "IOLJSZT", "S"] {
            let source: PieceSource = text.parse().expect("well-formed");
            assert_eq!(source.to_string(), text);
        }
        assert_eq!("".parse::<PieceSource>(), Err(ParseSequenceError::Empty));
        let error = ParseSequenceError::Letter {
            place: 3,
            found: 'X',
        };
        assert_eq!("IOX".parse::<PieceSource>(), Err(error));
    }

    #[test]
    fn sequences_go_round() {
        let source = "TSZ".parse().expect("well-formed");
        let mut feed = Feed::new(&source, 5);
        for letter in "TSZTSZT".chars() {
            assert_eq!(
                feed.odds(),
                Odds::certain(letter.try_into().expect("a piece"))
            );
            assert_eq!(feed.draw().letter(), letter);
        }
    }
}
