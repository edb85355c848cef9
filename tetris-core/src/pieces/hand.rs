//! The pieces that a player knows: the one to place, the one on hold and those that come.

use core::fmt;
use core::str::FromStr;

use crate::error::ParseQueueError;
use crate::game::MAX_PREVIEW;
use crate::pieces::Piece;

/// Bits of one piece.
const BITS: u32 = 4;

/// Known pieces in the order in which they come, up to 14 of them, in eight bytes.
///
/// As text, and when serialised, it is the letters of the pieces.
///
/// ```
/// use tetris_core::{Piece, PieceQueue};
///
/// let mut queue: PieceQueue = "TSZ".parse()?;
/// assert_eq!(queue.shift(Piece::I), Piece::T);
/// assert_eq!(queue.to_string(), "SZI");
/// # Ok::<(), tetris_core::ParseQueueError>(())
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct PieceQueue(u64);

impl PieceQueue {
    /// No piece.
    pub const EMPTY: Self = Self(0);

    /// The pieces of a slice. `None` if they are more than 14.
    #[must_use]
    pub fn new(pieces: &[Piece]) -> Option<Self> {
        let bits = |bits: u64, piece: &Piece| bits << BITS | u64::from(piece.cell());
        let fits = pieces.len() <= MAX_PREVIEW;
        fits.then(|| Self(pieces.iter().rev().fold(0, bits)))
    }

    /// Number of pieces.
    #[must_use]
    #[inline]
    pub const fn len(self) -> usize {
        (u64::BITS - self.0.leading_zeros()).div_ceil(BITS) as usize
    }

    /// Whether there is none.
    #[must_use]
    #[inline]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The piece at a place, 0 for the one that comes first; `None` past the last.
    #[must_use]
    #[inline]
    pub fn get(self, place: usize) -> Option<Piece> {
        if place >= MAX_PREVIEW {
            return None;
        }
        let cell = self.0 >> (BITS * place as u32) & ((1 << BITS) - 1);
        (cell as usize)
            .checked_sub(1)
            .map(|index| Piece::ALL[index])
    }

    /// The pieces in order.
    #[inline]
    pub fn iter(self) -> impl Iterator<Item = Piece> {
        (0..self.len()).filter_map(move |place| self.get(place))
    }

    /// Takes out the first piece and puts a new one behind the last; an empty queue gives the
    /// new one back. The length stays the same.
    #[inline]
    pub fn shift(&mut self, new: Piece) -> Piece {
        let Some(first) = self.get(0) else {
            return new;
        };
        let last = BITS * (self.len() as u32 - 1);
        self.0 = self.0 >> BITS | u64::from(new.cell()) << last;
        first
    }
}

impl fmt::Display for PieceQueue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.iter().try_for_each(|piece| piece.fmt(f))
    }
}

impl fmt::Debug for PieceQueue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PieceQueue({self})")
    }
}

impl FromStr for PieceQueue {
    type Err = ParseQueueError;

    fn from_str(text: &str) -> Result<Self, ParseQueueError> {
        let mut bits = 0;
        for (place, letter) in text.chars().enumerate() {
            if place == MAX_PREVIEW {
                let found = text.chars().count();
                return Err(ParseQueueError::TooLong { found });
            }
            let error = ParseQueueError::Letter {
                place: place + 1,
                found: letter,
            };
            let piece = Piece::try_from(letter).map_err(|_| error)?;
            bits |= u64::from(piece.cell()) << (BITS * place as u32);
        }
        Ok(Self(bits))
    }
}

/// What a player can choose from and knows to come.
///
/// One of `current` and `held` is placed. If it is `held`, the pieces change places first, so
/// that the slot holds what was the current one (Tetris guideline, "Hold").
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Hand {
    /// The piece in play.
    pub current: Piece,
    /// The piece on hold; `None` in games without hold.
    pub held: Option<Piece>,
    /// The known pieces after the current one: the preview.
    pub queue: PieceQueue,
}

impl Hand {
    /// The piece that a swap puts into play: the held one, if it is another than the current one.
    #[must_use]
    #[inline]
    pub fn swap(&self) -> Option<Piece> {
        self.held.filter(|&held| held != self.current)
    }

    /// The pieces that can be placed, each with what the number of its actions has more.
    #[inline]
    pub(crate) fn choices(&self, swap_action: usize) -> impl Iterator<Item = (usize, Piece)> {
        let swap = self.swap().map(|held| (swap_action, held));
        core::iter::once((0, self.current)).chain(swap)
    }

    /// What the slot holds after one of the two was placed.
    #[must_use]
    #[inline]
    pub const fn held_after(&self, swapped: bool) -> Option<Piece> {
        if swapped {
            Some(self.current)
        } else {
            self.held
        }
    }
}

#[cfg(feature = "serde")]
mod wire {
    use core::fmt;

    use serde::de::{Error, Visitor};
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::PieceQueue;

    impl Serialize for PieceQueue {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.collect_str(self)
        }
    }

    /// Reads without allocating: replay buffers hold hundreds of thousands.
    struct Letters;

    impl Visitor<'_> for Letters {
        type Value = PieceQueue;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("the letters of at most 14 pieces")
        }

        fn visit_str<E: Error>(self, text: &str) -> Result<PieceQueue, E> {
            text.parse().map_err(E::custom)
        }
    }

    impl<'de> Deserialize<'de> for PieceQueue {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            deserializer.deserialize_str(Letters)
        }
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;
    use alloc::vec::Vec;

    use super::*;

    /// Every length, beside a list of pieces.
    #[test]
    fn a_queue_is_a_list() {
        let stream: Vec<Piece> = (0..60).map(|i| Piece::ALL[i * i % 7]).collect();
        for length in 0..=MAX_PREVIEW {
            let mut list = stream[..length].to_vec();
            let mut queue = PieceQueue::new(&list).expect("not too long");
            assert_eq!(queue.to_string().parse(), Ok(queue));
            for &new in &stream[length..] {
                list.push(new);
                assert_eq!(queue.shift(new), list.remove(0));
                assert_eq!((queue.len(), queue.is_empty()), (length, length == 0));
                assert!(queue.iter().eq(list.iter().copied()));
                for past in [length, MAX_PREVIEW, 16, 1 << 30, usize::MAX] {
                    assert_eq!(queue.get(past), None);
                }
            }
        }
        assert_eq!(PieceQueue::new(&stream[..15]), None);
    }

    #[test]
    fn a_swap_needs_another_piece() {
        let hand = |held| Hand {
            current: Piece::T,
            held,
            queue: PieceQueue::EMPTY,
        };
        assert_eq!(hand(None).swap(), None);
        assert_eq!(hand(Some(Piece::T)).swap(), None);
        let other = hand(Some(Piece::I));
        assert_eq!(other.swap(), Some(Piece::I));
        assert_eq!(other.held_after(true), Some(Piece::T));
        assert_eq!(other.held_after(false), Some(Piece::I));
    }
}
