//! Numbers mixed into one.

/// Folds words into one, by the finaliser of SplitMix64 (Steele, Lea and Flood, "Fast splittable
/// pseudorandom number generators", 2014).
pub(crate) struct Mixer(pub(crate) u64);

impl Mixer {
    #[inline]
    pub(crate) const fn add(&mut self, word: u64) {
        self.0 =
            mix(self.0.wrapping_add(0x9e37_79b9_7f4a_7c15)) ^ mix(word ^ 0x6a09_e667_f3bc_c908);
    }

    #[inline]
    pub(crate) const fn finish(&self) -> u64 {
        mix(self.0)
    }
}

/// The finaliser alone: each word to another, and no two to the same.
#[inline]
pub(crate) const fn mix(mut word: u64) -> u64 {
    word = (word ^ word >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    word = (word ^ word >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ word >> 31
}
