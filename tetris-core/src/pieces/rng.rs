//! From random bits to numbers in a range.

use rand::rngs::Xoshiro256PlusPlus;
use rand::{Rng as _, SeedableRng};

/// A stream of random numbers: xoshiro256++, seeded by SplitMix64 from a 64-bit seed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "Words"))]
pub(crate) struct Rng(Xoshiro256PlusPlus);

impl Rng {
    pub(crate) fn new(seed: u64) -> Self {
        Self(Xoshiro256PlusPlus::seed_from_u64(seed))
    }

    /// A uniform number below `range` (1 or more), from the upper 32 bits of one or more outputs.
    ///
    /// Lemire's multiplication with rejection (arXiv:1805.10941): exactly uniform, and ours, so
    /// that recorded games do not change with a version of `rand`.
    #[inline]
    pub(crate) fn below(&mut self, range: u32) -> u32 {
        loop {
            let product = (self.0.next_u64() >> 32) * u64::from(range);
            // 2^32 mod range low parts are dealt once too often. It is less than the range, which
            // saves most divisions.
            let low = product as u32;
            if low >= range || low >= range.wrapping_neg() % range {
                return (product >> 32) as u32;
            }
        }
    }
}

/// The state of a generator as it was written.
#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Words {
    s: [u64; 4],
}

#[cfg(feature = "serde")]
impl TryFrom<Words> for Rng {
    type Error = &'static str;

    fn try_from(words: Words) -> Result<Self, Self::Error> {
        // No seed leads to this state. It gives nothing but zeros, which `below` would reject for
        // ever.
        if words.s == [0; 4] {
            return Err("a generator of random numbers is never all zeros");
        }
        let mut bytes = [0; 32];
        for (bytes, word) in bytes.chunks_exact_mut(8).zip(words.s) {
            bytes.copy_from_slice(&word.to_le_bytes());
        }
        Ok(Self(Xoshiro256PlusPlus::from_seed(bytes)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A range that does not divide 2^32 needs the rejection: with half the range above 2^31,
    /// the plain multiplication would hit even multiples twice as often.
    #[test]
    fn below_is_uniform_for_large_ranges() {
        let mut rng = Rng::new(5);
        let range = 3 << 30;
        let thirds = (0..300_000).fold([0i32; 3], |mut counts, _| {
            counts[(rng.below(range) % 3) as usize] += 1;
            counts
        });
        assert!(
            thirds.iter().all(|count| (count - 100_000).abs() < 1_300),
            "{thirds:?}"
        );
    }
}
