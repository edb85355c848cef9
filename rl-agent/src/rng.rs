//! Random numbers of the learner: a seeded xoshiro256++ and our own way from its bits to numbers.
//!
//! The step from bits to ranges is written out here, so that a run can be repeated after the `rand` crate changes its
//! own. The golden values in the tests pin it down.

use rand::rngs::Xoshiro256PlusPlus;
use rand::{Rng as _, SeedableRng};
use serde::{Deserialize, Serialize};

/// A seeded, serialisable generator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Words")]
pub struct Rng(Xoshiro256PlusPlus);

impl Rng {
    /// The generator of `seed`; independent generators of one run take different `stream`s.
    pub fn new(seed: u64, stream: u64) -> Self {
        Self(Xoshiro256PlusPlus::seed_from_u64(mix(seed, stream)))
    }

    /// 64 random bits.
    pub fn bits(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// A uniform integer below `bound`, unbiased (Lemire, "Fast random integer generation in an interval", 2019).
    ///
    /// # Panics
    /// If `bound` is 0.
    pub fn below(&mut self, bound: usize) -> usize {
        assert!(bound > 0, "no integer is below 0");
        let bound = bound as u64;
        loop {
            let product = u128::from(self.bits()) * u128::from(bound);
            // The low half falls short of 2^64 mod bound for the few values that would favour small results.
            if product as u64 >= bound.wrapping_neg() % bound {
                return (product >> 64) as usize;
            }
        }
    }

    /// A uniform number in [0, 1) with 53 random bits.
    pub fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 * (1.0 / (1u64 << 53) as f64)
    }

    /// A standard normal number (Box and Muller's transform, the cosine half).
    pub fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.unit()).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.unit()).cos()
    }
}

/// The state of a generator as it was written.
#[derive(Deserialize)]
struct Words {
    s: [u64; 4],
}

impl TryFrom<Words> for Rng {
    type Error = &'static str;

    fn try_from(words: Words) -> Result<Self, Self::Error> {
        // No seed leads to this state. It gives nothing but zeros, which `below` would reject for ever.
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

/// Scrambles two numbers into a seed (two rounds of SplitMix64's finaliser), so that neighbouring seeds and streams
/// have nothing in common.
pub fn mix(seed: u64, stream: u64) -> u64 {
    fn finalise(mut z: u64) -> u64 {
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
    const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;
    finalise(finalise(seed.wrapping_add(GOLDEN)) ^ stream.wrapping_mul(GOLDEN).wrapping_add(GOLDEN))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn golden_values() {
        let mut rng = Rng::new(1, 2);
        let drawn: Vec<usize> = (0..8).map(|_| rng.below(1000)).collect();
        assert_eq!(drawn, [581, 917, 167, 944, 87, 249, 985, 734]);
        assert_eq!(rng.unit(), 0.888_497_598_247_971_8);
    }

    #[test]
    fn what_was_written_goes_on_and_zeros_are_refused() {
        let mut rng = Rng::new(3, 4);
        rng.bits();
        let text = serde_json::to_string(&rng).unwrap();
        let mut again: Rng = serde_json::from_str(&text).unwrap();
        assert_eq!(again, rng);
        assert_eq!(again.bits(), rng.bits());
        // Every draw would be rejected, without end.
        let zeros = r#"{"s":[0,0,0,0]}"#;
        assert!(serde_json::from_str::<Rng>(zeros).is_err());
    }

    #[test]
    fn below_is_uniform() {
        let mut rng = Rng::new(u64::MAX, 0);
        let mut counts = [0u32; 7];
        for _ in 0..70_000 {
            counts[rng.below(7)] += 1;
        }
        let chi_square: f64 = counts
            .iter()
            .map(|&n| (f64::from(n) - 10_000.0).powi(2) / 10_000.0)
            .sum();
        assert!(
            chi_square < 22.5,
            "chi-square {chi_square} with 6 degrees of freedom (p < 0.001)"
        );
    }

    #[test]
    fn normal_has_mean_zero_and_variance_one() {
        let mut rng = Rng::new(0, 0);
        let draws: Vec<f64> = (0..100_000).map(|_| rng.normal()).collect();
        let mean = draws.iter().sum::<f64>() / draws.len() as f64;
        let variance = draws.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / draws.len() as f64;
        assert!(
            mean.abs() < 0.015 && (variance - 1.0).abs() < 0.02,
            "mean {mean}, variance {variance}"
        );
    }

    #[test]
    fn streams_differ() {
        let first: Vec<u64> = (0..100).map(|stream| Rng::new(0, stream).bits()).collect();
        let mut sorted = first.clone();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(sorted.len(), first.len());
    }
}
