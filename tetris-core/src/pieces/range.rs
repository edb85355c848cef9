//! From random bits to numbers in a range.

use rand::Rng;
use rand::rngs::Xoshiro256PlusPlus;

/// A uniform number below `range` (1 or more), from the upper 32 bits of one or more outputs.
///
/// Lemire's multiplication with rejection (arXiv:1805.10941): exactly uniform, and ours, so that
/// recorded games do not change with a version of `rand`.
#[inline]
pub(crate) fn below(rng: &mut Xoshiro256PlusPlus, range: u32) -> u32 {
    loop {
        let product = (rng.next_u64() >> 32) * u64::from(range);
        // 2^32 mod range low parts are dealt once too often. It is less than the range, which
        // saves most divisions.
        let low = product as u32;
        if low >= range || low >= range.wrapping_neg() % range {
            return (product >> 32) as u32;
        }
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;

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
