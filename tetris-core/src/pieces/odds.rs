//! What is known of a piece that is still to come.

use core::fmt;

use crate::pieces::Piece;

/// Bits of one weight.
const BITS: u32 = 4;

/// The chances of the seven pieces, as small whole weights: a piece's chance is its weight over
/// the [`total`](Self::total).
///
/// ```
/// use tetris_core::{Piece, Randomizer, RandomizerKind};
///
/// let mut pieces = Randomizer::new(RandomizerKind::Bag7, 3);
/// let first = pieces.draw();
/// let odds = pieces.odds();
/// assert_eq!(odds.weight(first), 0);
/// assert_eq!(odds.total(), 6);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Odds(u32);

impl Odds {
    /// Every piece with the same chance.
    pub const EVEN: Self = Self(0x111_1111);

    /// From bags as bits by [`Piece::index`]: each piece's weight is `base`, and `each` more (or
    /// less) for every bag that it is in.
    #[inline]
    pub(crate) const fn of_bags(base: u32, each: i32, bags: [u8; 2]) -> Self {
        let [first, second] = bags;
        let copies = SPREAD[first as usize & 0x7f] + SPREAD[second as usize & 0x7f];
        Self((Self::EVEN.0 * base).wrapping_add_signed(copies as i32 * each))
    }

    /// One piece for certain.
    #[must_use]
    #[inline]
    pub const fn certain(piece: Piece) -> Self {
        Self(1 << (BITS * piece.index() as u32))
    }

    /// One weight, 0 to 15, for each piece in the order of [`Piece::ALL`]. `None` if one is
    /// greater or all are 0.
    #[must_use]
    pub fn from_weights(weights: [u8; 7]) -> Option<Self> {
        let fine = weights.iter().all(|&weight| weight < 1 << BITS);
        let bits = weights
            .iter()
            .rev()
            .fold(0, |bits, &weight| bits << BITS | u32::from(weight));
        (fine && bits != 0).then_some(Self(bits))
    }

    /// A piece's weight.
    #[must_use]
    #[inline]
    pub const fn weight(self, piece: Piece) -> u32 {
        self.0 >> (BITS * piece.index() as u32) & ((1 << BITS) - 1)
    }

    /// The weights, in the order of [`Piece::ALL`].
    #[must_use]
    #[inline]
    pub fn weights(self) -> [u8; 7] {
        Piece::ALL.map(|piece| self.weight(piece) as u8)
    }

    /// All weights added up, at least 1.
    #[must_use]
    #[inline]
    pub fn total(self) -> u32 {
        Piece::ALL.iter().map(|&piece| self.weight(piece)).sum()
    }

    /// The chance of each piece, in the order of [`Piece::ALL`]; they add up to 1.
    #[must_use]
    #[inline]
    pub fn chances(self) -> [f32; 7] {
        let total = self.total() as f32;
        Piece::ALL.map(|piece| self.weight(piece) as f32 / total)
    }
}

/// Seven bits, each in a weight of its own.
static SPREAD: [u32; 128] = {
    let mut spread = [0; 128];
    let mut bits = 0;
    while bits < 128 {
        let mut piece = 0;
        while piece < 7 {
            spread[bits] |= (bits as u32 >> piece & 1) << (BITS * piece);
            piece += 1;
        }
        bits += 1;
    }
    spread
};

impl fmt::Debug for Odds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Odds({:?})", self.weights())
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for Odds {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.weights().serialize(serializer)
    }
}

#[cfg(feature = "serde")]
impl<'de> serde::Deserialize<'de> for Odds {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        use serde::de::Error;

        let weights = <[u8; 7]>::deserialize(deserializer)?;
        let expected = "the weights of the seven pieces must be 0 to 15 and not all 0";
        Self::from_weights(weights).ok_or_else(|| D::Error::custom(expected))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_come_back() {
        let weights = [0, 15, 1, 9, 2, 0, 3];
        let odds = Odds::from_weights(weights).expect("fine weights");
        assert_eq!(odds.weights(), weights);
        assert_eq!(odds.total(), 30);
        assert_eq!(odds.chances()[Piece::O.index()], 0.5);
        assert_eq!(Odds::EVEN.weights(), [1; 7]);
        for piece in Piece::ALL {
            let odds = Odds::certain(piece);
            assert_eq!((odds.weight(piece), odds.total()), (1, 1));
        }
    }

    #[test]
    fn impossible_weights_are_refused() {
        assert_eq!(Odds::from_weights([0; 7]), None);
        assert_eq!(Odds::from_weights([1, 1, 1, 16, 1, 1, 1]), None);
    }
}
