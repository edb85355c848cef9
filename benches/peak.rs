//! What a core could do at best: chains of fused multiply-adds in registers, with the widest vectors there are.

use std::hint::black_box;
use std::time::Instant;

use pulp::{Arch, Simd, WithSimd};

/// Enough chains to hide the latency of an operation on any CPU of today, few enough for the registers.
const CHAINS: usize = 12;

/// Operations of a chain: a few milliseconds of them all.
const ROUNDS: usize = 500_000;

struct Chains(usize);

impl WithSimd for Chains {
    /// A sum that depends on every operation, and their number.
    type Output = (f32, usize);

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> (f32, usize) {
        let factor = simd.splat_f32s(black_box(0.5));
        let addend = simd.splat_f32s(black_box(0.5));
        let mut sums = [simd.splat_f32s(1.0); CHAINS];
        for _ in 0..self.0 {
            for sum in &mut sums {
                *sum = simd.mul_add_e_f32s(*sum, factor, addend);
            }
        }
        let total = sums.iter().map(|&sum| simd.reduce_sum_f32s(sum)).sum();
        (total, 2 * self.0 * CHAINS * S::F32_LANES)
    }
}

/// Floating-point operations a second, a fused multiply-add counted as two; the best of three tries of some milliseconds.
///
/// # Panics
/// If the arithmetic is wrong.
pub fn flop_per_second() -> f64 {
    let measure = |_| {
        let begun = Instant::now();
        let (sum, operations) = Arch::new().dispatch(Chains(black_box(ROUNDS)));
        let seconds = begun.elapsed().as_secs_f64();
        // Every chain stays at 1, so what is summed is a 1 for each of them.
        let lanes = operations / (2 * ROUNDS * CHAINS);
        assert_eq!(sum, (CHAINS * lanes) as f32);
        operations as f64 / seconds
    };
    (0..3).map(measure).fold(0.0, f64::max)
}
