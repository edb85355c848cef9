//! Which piece comes next.

use super::kind::{ONE_OF_EACH, bit};
use crate::pieces::{Odds, Piece, RandomizerKind, Rng};

/// The pieces of one bag of seven.
#[derive(Clone, Copy)]
struct Places {
    count: u32,
    /// Three bits for each, the lowest first.
    pieces: u32,
}

/// By the bits of the bag, so that the nth piece is found without a loop.
static PLACES: [Places; 1 << 7] = {
    let mut all = [Places {
        count: 0,
        pieces: 0,
    }; 1 << 7];
    let mut i = 0;
    while i < 7 << 7 {
        let (bag, piece) = (i / 7, i % 7);
        if bag >> piece & 1 == 1 {
            all[bag].pieces |= (piece as u32) << (3 * all[bag].count);
            all[bag].count += 1;
        }
        i += 1;
    }
    all
};

impl Places {
    #[inline]
    const fn nth(self, nth: u32) -> Piece {
        Piece::ALL[(self.pieces >> (3 * nth) & 7) as usize]
    }
}

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
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Randomizer {
    kind: RandomizerKind,
    rng: Rng,
    /// The pieces still in the bag, as bits: bit `i` is piece `i`, bit `7 + i` its second copy.
    /// An empty bag is full again. For [`RandomizerKind::Nes`] the last piece instead, if any.
    bag: u16,
}

impl Randomizer {
    /// A stream of pieces.
    #[must_use]
    pub fn new(kind: RandomizerKind, seed: u64) -> Self {
        Self {
            kind,
            rng: Rng::new(seed),
            bag: kind.full_bag(),
        }
    }

    /// How the pieces are drawn.
    #[must_use]
    pub const fn kind(&self) -> RandomizerKind {
        self.kind
    }

    /// What the next draw can give.
    #[must_use]
    #[inline]
    pub const fn odds(&self) -> Odds {
        let bags = [self.bag as u8 & ONE_OF_EACH as u8, (self.bag >> 7) as u8];
        match self.kind {
            RandomizerKind::Nes if self.bag == 0 => Odds::EVEN,
            RandomizerKind::Nes => Odds::of_bags(9, -7, bags),
            _ => Odds::of_bags(0, 1, bags),
        }
    }

    /// Draws the next piece.
    #[inline]
    pub fn draw(&mut self) -> Piece {
        if self.kind == RandomizerKind::Nes {
            return self.draw_unlike_the_last();
        }
        let bag = self.bag;
        let (first, second) = (bag & ONE_OF_EACH, bag >> 7);
        let firsts = PLACES[usize::from(first)].count;
        let all = firsts + PLACES[usize::from(second)].count;
        let nth = self.rng.below(all);
        let (piece, shift) = if nth < firsts {
            (PLACES[usize::from(first)].nth(nth), 0)
        } else {
            (PLACES[usize::from(second)].nth(nth - firsts), 7)
        };
        let lowest = bit(piece) << shift;
        let left = match self.kind {
            RandomizerKind::Uniform | RandomizerKind::Nes => bag,
            RandomizerKind::Bag7 | RandomizerKind::Bag14 => bag & !lowest,
            RandomizerKind::Snakes => self.kind.full_bag() & !lowest,
        };
        self.bag = if left == 0 {
            self.kind.full_bag()
        } else {
            left
        };
        piece
    }

    fn draw_unlike_the_last(&mut self) -> Piece {
        let mut throw = self.rng.below(8);
        if throw == 7 || self.bag == 1 << throw {
            throw = self.rng.below(7);
        }
        let piece = Piece::ALL[throw as usize];
        self.bag = bit(piece);
        piece
    }
}

#[cfg(feature = "serde")]
impl<'de> serde::Deserialize<'de> for Randomizer {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        use serde::de::Error;

        #[derive(serde::Deserialize)]
        #[serde(rename = "Randomizer", deny_unknown_fields)]
        struct Unchecked {
            kind: RandomizerKind,
            rng: Rng,
            bag: u16,
        }

        let Unchecked { kind, rng, bag } = Unchecked::deserialize(deserializer)?;
        let fine = match kind {
            RandomizerKind::Uniform => bag == kind.full_bag(),
            RandomizerKind::Nes => bag & !ONE_OF_EACH == 0 && bag.count_ones() <= 1,
            _ => bag != 0 && bag & !kind.full_bag() == 0,
        };
        if fine {
            Ok(Self { kind, rng, bag })
        } else {
            Err(D::Error::custom("this bag of pieces cannot be"))
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
        use RandomizerKind::{Bag7, Bag14, Nes, Uniform};
        let golden = [
            (Uniform, 0, "TTTISILJTITIIIITZITTOIIOSTIZLIOTTLL"),
            (Uniform, 1, "JJIJOZLSIILTITIOSSLZOJOTOZOLZJZZSZL"),
            (Uniform, u64::MAX, "TLLOZTLSZJTZLIOTJOTIOZTJIJOLOTLJTLS"),
            (Bag7, 0, "TSOIJZLJOISTZLISJOTZLIOSZJTLLITSZJO"),
            (Bag7, 1, "JZISOLTSIOLZTJIOZSLJTJISOZTLZJTSOLI"),
            (Bag7, u64::MAX, "TLJOSIZSZLOTJIOTJIZSLZTJILOSOSLJTZI"),
            (Bag14, 0, "ZJLIOOJZSTTISLILTTJIZOSSZJOLJIZLJZS"),
            (Bag14, 1, "ZTOSTILJISJLZOOSOILTZZILTSJJOSITJLL"),
            (Nes, 0, "TSTISILTITIITJITSTOITSIJITSTLOZOJOZ"),
            (Nes, u64::MAX, "TLTJSSJLTJITJOTIOZSLIJOOSJSLZOSZOZI"),
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
    fn odds_are_what_can_come() {
        let mut pieces = Randomizer::new(RandomizerKind::Bag7, 9);
        for drawn in 0..700 {
            let odds = pieces.odds();
            assert_eq!(odds.total(), 7 - drawn % 7);
            assert_eq!(odds.weight(pieces.draw()), 1);
        }
        let mut pieces = Randomizer::new(RandomizerKind::Bag14, 9);
        for drawn in 0..1_400 {
            let odds = pieces.odds();
            assert_eq!(odds.total(), 14 - drawn % 14);
            assert_ne!(odds.weight(pieces.draw()), 0);
        }
    }

    #[test]
    fn fourteen_hold_every_piece_twice() {
        let stream = letters(RandomizerKind::Bag14, 42, 14 * 1_000);
        let mut repeats = 0;
        for bag in stream.as_bytes().chunks(14) {
            repeats += usize::from(bag[0] == bag[1]);
            let mut sorted = bag.to_vec();
            sorted.sort_unstable();
            assert_eq!(sorted, b"IIJJLLOOSSTTZZ");
        }
        // One in 13; the standard deviation of a thousand is 8.4.
        assert!((77 - 42..77 + 42).contains(&repeats), "{repeats}");
    }

    #[test]
    fn the_last_piece_is_rare() {
        let mut pieces = Randomizer::new(RandomizerKind::Nes, 8);
        assert_eq!(pieces.odds(), Odds::EVEN);
        let mut last = pieces.draw();
        let mut counts = [0i32; 7];
        for _ in 0..560_000 {
            let odds = pieces.odds();
            assert_eq!((odds.weight(last), odds.total()), (2, 56));
            let piece = pieces.draw();
            // By how far the new one is from the last, so that 0 is a repetition.
            counts[(piece.index() + 7 - last.index()) % 7] += 1;
            last = piece;
        }
        // Five standard deviations: 695 and 1,375.
        assert!((counts[0] - 20_000).abs() < 695, "{counts:?}");
        assert!(
            counts[1..]
                .iter()
                .all(|count| (count - 90_000).abs() < 1_375),
            "{counts:?}"
        );
    }

    #[test]
    fn snakes_alternate() {
        let first = |seed| letters(RandomizerKind::Snakes, seed, 4);
        let (mut s, mut z) = (0, 0);
        for seed in 0..100 {
            match first(seed).as_str() {
                "SZSZ" => s += 1,
                "ZSZS" => z += 1,
                other => panic!("{other}"),
            }
        }
        assert!(s > 25 && z > 25, "{s} {z}");
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
}
