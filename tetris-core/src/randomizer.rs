//! Which piece comes next.

use core::fmt;
use core::str::FromStr;

use rand::rngs::Xoshiro256PlusPlus;
use rand::{Rng, SeedableRng};

use crate::error::ParsePiecesError;
use crate::piece::Piece;

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
}

impl fmt::Display for RandomizerKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Uniform => "uniform",
            Self::Bag7 => "bag7",
        })
    }
}

impl FromStr for RandomizerKind {
    type Err = ParsePiecesError;

    /// Reads `uniform` or `bag7`.
    fn from_str(text: &str) -> Result<Self, ParsePiecesError> {
        match text {
            "uniform" => Ok(Self::Uniform),
            "bag7" => Ok(Self::Bag7),
            found => Err(ParsePiecesError {
                found: found.into(),
            }),
        }
    }
}

/// All seven pieces, as bits by [`Piece::index`].
pub(crate) const ALL_PIECES: u8 = 0x7f;

/// An endless stream of pieces: same kind and seed, same pieces, in every version of this crate
/// (golden vectors are tested).
///
/// The bits come from xoshiro256++, seeded by SplitMix64 from the 64-bit seed; every seed is as
/// good as another, 0 included.
///
/// ```
/// use tetris_core::{Randomizer, RandomizerKind};
///
/// let mut pieces = Randomizer::new(RandomizerKind::Bag7, 1);
/// let bag: Vec<_> = (0..7).map(|_| pieces.draw()).collect();
/// assert!((0..7).all(|i| !bag[..i].contains(&bag[i])));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Randomizer {
    kind: RandomizerKind,
    rng: Xoshiro256PlusPlus,
    /// The pieces still in the bag, as bits; all seven for uniform pieces.
    bag: u8,
}

impl Randomizer {
    /// A stream of pieces.
    #[must_use]
    pub fn new(kind: RandomizerKind, seed: u64) -> Self {
        Self {
            kind,
            rng: Xoshiro256PlusPlus::seed_from_u64(seed),
            bag: ALL_PIECES,
        }
    }

    /// How the pieces are drawn.
    #[must_use]
    pub const fn kind(&self) -> RandomizerKind {
        self.kind
    }

    /// The pieces that the next draw can give, as bits by [`Piece::index`], each with the same
    /// chance; never empty.
    #[must_use]
    #[inline]
    pub const fn possible(&self) -> u8 {
        match self.bag & ALL_PIECES {
            0 => ALL_PIECES,
            bag => bag,
        }
    }

    /// Draws the next piece.
    #[inline]
    pub fn draw(&mut self) -> Piece {
        let bag = self.possible();
        let nth = below(&mut self.rng, bag.count_ones());
        let mut rest = bag;
        for _ in 0..nth {
            rest &= rest - 1;
        }
        let piece = Piece::ALL[rest.trailing_zeros() as usize];
        if self.kind == RandomizerKind::Bag7 {
            self.bag = bag & !(1 << piece.index());
        }
        piece
    }
}

/// A uniform number below `range` (1 or more), from the upper 32 bits of one or more outputs.
///
/// Lemire's multiplication with rejection (arXiv:1805.10941): exactly uniform, and ours, so that
/// recorded games do not change with a version of `rand`.
#[inline]
fn below(rng: &mut Xoshiro256PlusPlus, range: u32) -> u32 {
    loop {
        let product = (rng.next_u64() >> 32) * u64::from(range);
        // 2^32 mod range low parts are dealt once too often.
        if product as u32 >= range.wrapping_neg() % range {
            return (product >> 32) as u32;
        }
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::String;

    use super::*;

    fn letters(kind: RandomizerKind, seed: u64, count: usize) -> String {
        let mut pieces = Randomizer::new(kind, seed);
        (0..count).map(|_| pieces.draw().letter()).collect()
    }

    /// Recorded games depend on these: they may never change. They were computed by another
    /// program, from the published definitions of SplitMix64, xoshiro256++ and the rejection.
    #[test]
    fn golden_streams() {
        use RandomizerKind::{Bag7, Uniform};
        let golden = [
            (Uniform, 0, "TTTISILJTITIIIITZITTOIIOSTIZLIOTTLL"),
            (Uniform, 1, "JJIJOZLSIILTITIOSSLZOJOTOZOLZJZZSZL"),
            (Uniform, u64::MAX, "TLLOZTLSZJTZLIOTJOTIOZTJIJOLOTLJTLS"),
            (Bag7, 0, "TSOIJZLJOISTZLISJOTZLIOSZJTLLITSZJO"),
            (Bag7, 1, "JZISOLTSIOLZTJIOZSLJTJISOZTLZJTSOLI"),
            (Bag7, u64::MAX, "TLJOSIZSZLOTJIOTJIZSLZTJILOSOSLJTZI"),
        ];
        for (kind, seed, expected) in golden {
            assert_eq!(letters(kind, seed, 35), expected, "{kind} {seed}");
        }
    }

    #[test]
    fn bags_hold_every_piece_once() {
        let stream = letters(RandomizerKind::Bag7, 42, 7 * 1_000);
        for bag in stream.as_bytes().chunks(7) {
            let mut sorted = bag.to_vec();
            sorted.sort_unstable();
            assert_eq!(sorted, b"IJLOSTZ");
        }
    }

    #[test]
    fn possible_is_what_can_come() {
        let mut pieces = Randomizer::new(RandomizerKind::Bag7, 9);
        for drawn in 0..700 {
            let possible = pieces.possible();
            assert_eq!(possible.count_ones(), 7 - drawn % 7);
            assert_ne!(possible & 1 << pieces.draw().index(), 0);
        }
    }

    #[test]
    fn uniform_pieces_are_even() {
        let mut pieces = Randomizer::new(RandomizerKind::Uniform, 3);
        let mut counts = [0i32; 7];
        for _ in 0..700_000 {
            counts[pieces.draw().index()] += 1;
        }
        // Five standard deviations of a binomial(700_000, 1/7) are 1,464.
        assert!(
            counts.iter().all(|count| (count - 100_000).abs() < 1_464),
            "{counts:?}"
        );
    }

    /// A range that does not divide 2^32 needs the rejection: with half the range above 2^31,
    /// the plain multiplication would hit even multiples twice as often.
    #[test]
    fn below_is_uniform_for_large_ranges() {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(5);
        let range = 3 << 30;
        let thirds = (0..300_000).fold([0i32; 3], |mut counts, _| {
            counts[(below(&mut rng, range) % 3) as usize] += 1;
            counts
        });
        assert!(
            thirds.iter().all(|count| (count - 100_000).abs() < 1_300),
            "{thirds:?}"
        );
    }
}
