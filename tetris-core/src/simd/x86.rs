//! Vectors of AVX2 and AVX-512, and running code that is compiled for them.

use core::arch::x86_64::*;
use core::sync::atomic::{AtomicU8, Ordering::Relaxed};

use super::{Kernel, Level, Plain, Vector};
use lanes::{
    along16, bytes_by_mask, bytes_by_shuffle, count_bytes, count_nibbles, every16, narrow_at_once,
    narrow_by_shuffle, narrow16_at_once, narrow16_by_pack, numbers_by_lookup, numbers_by_mask,
    power16, quad16, signs16, window_at_once, window_by_shuffle, zeros_of_first,
};

/// What takes more than one instruction.
#[path = "x86_lanes.rs"]
mod lanes;

impl Level {
    /// The best that this CPU has.
    #[inline(always)]
    pub(crate) fn best() -> Self {
        // A fact of the CPU, found once: not a state.
        static FOUND: AtomicU8 = AtomicU8::new(0);
        match FOUND.load(Relaxed) {
            0 => {
                let level = Self::detect();
                FOUND.store(level as u8 + 1, Relaxed);
                level
            }
            1 => Self::Plain,
            2 => Self::Avx2,
            _ => Self::Avx512,
        }
    }

    /// Runs a kernel with these instructions, which `best` must have found: a level comes from
    /// there, or is less than one that does.
    #[inline(always)]
    pub(super) fn run<K: Kernel>(self, kernel: K) -> K::Output {
        match self {
            Self::Plain => plain(kernel),
            // SAFETY: the CPU has the instructions, by `best`.
            Self::Avx2 => unsafe { avx2(kernel) },
            // SAFETY: the same.
            Self::Avx512 => unsafe { avx512(kernel) },
        }
    }

    #[inline(always)]
    pub(super) fn run_in_vectors<K: Kernel>(self, kernel: K) -> Option<K::Output> {
        match self {
            Self::Plain => None,
            // SAFETY: the CPU has the instructions, by `best`.
            Self::Avx2 => Some(unsafe { avx2(kernel) }),
            // SAFETY: the same.
            Self::Avx512 => Some(unsafe { avx512(kernel) }),
        }
    }

    #[inline(always)]
    pub(super) fn run_large<K: Kernel>(self, kernel: K) -> Option<K::Output> {
        self.run_in_vectors(kernel)
    }

    #[cold]
    fn detect() -> Self {
        use std::arch::is_x86_feature_detected as has;
        let bits = has!("bmi1") && has!("bmi2") && has!("lzcnt") && has!("popcnt");
        let avx512 =
            has!("avx512f") && has!("avx512bw") && has!("avx512vl") && has!("avx512vpopcntdq");
        match (bits && has!("avx2"), avx512) {
            (true, true) => Self::Avx512,
            (true, false) => Self::Avx2,
            (false, _) => Self::Plain,
        }
    }
}

/// Out of the way of the others.
#[cold]
#[inline(never)]
fn plain<K: Kernel>(kernel: K) -> K::Output {
    kernel.run::<Plain>()
}

#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
fn avx2<K: Kernel>(kernel: K) -> K::Output {
    kernel.run::<Avx2>()
}

#[target_feature(
    enable = "avx2,bmi1,bmi2,lzcnt,popcnt,avx512f,avx512bw,avx512cd,avx512vl,avx512vpopcntdq"
)]
fn avx512<K: Kernel>(kernel: K) -> K::Output {
    kernel.run::<Avx512>()
}

// SAFETY, for every block in the two implementations: vectors of these private types come
// into being in `avx2` and `avx512` only, which run on CPUs that have the instructions. None
// of them touches memory but those that load and store, which copy the bytes of the array.
macro_rules! vector {
    ($name:ident, $count:expr, $narrow:expr, $narrow16:expr, $window:ident, $zeros:expr, $bytes:expr, $numbers:expr) => {
        #[derive(Clone, Copy, Debug)]
        struct $name(__m256i);

        impl $name {
            #[inline(always)]
            fn floats(self) -> __m256 {
                unsafe { _mm256_castsi256_ps(self.0) }
            }

            #[inline(always)]
            fn of_floats(floats: __m256) -> Self {
                Self(unsafe { _mm256_castps_si256(floats) })
            }
        }

        #[rustfmt::skip]
        impl Vector for $name {
            #[inline(always)] fn splat(value: u32) -> Self { Self(unsafe { _mm256_set1_epi32(value as i32) }) }
            #[inline(always)] fn load(from: &[u32; 8]) -> Self { Self(unsafe { _mm256_loadu_si256(from.as_ptr().cast()) }) }
            #[inline(always)] fn store(self) -> [u32; 8] {
                let mut to = [0; 8];
                unsafe { _mm256_storeu_si256(to.as_mut_ptr().cast(), self.0) };
                to
            }
            #[inline(always)] fn load16(from: &[u16; 16]) -> Self { Self(unsafe { _mm256_loadu_si256(from.as_ptr().cast()) }) }
            #[inline(always)] fn widen16(self) -> [u32; 16] {
                let mut to = [0; 16];
                unsafe {
                    let upper = _mm256_extracti128_si256::<1>(self.0);
                    let lower = _mm256_cvtepu16_epi32(_mm256_castsi256_si128(self.0));
                    _mm256_storeu_si256(to.as_mut_ptr().cast(), lower);
                    _mm256_storeu_si256(to[8..].as_mut_ptr().cast(), _mm256_cvtepu16_epi32(upper));
                }
                to
            }
            #[inline(always)] fn narrow(from: &[u64; 8]) -> Self { Self(unsafe { $narrow(from) }) }
            #[inline(always)] fn narrow16(from: &[u32; 16]) -> Self { Self(unsafe { $narrow16(from) }) }
            #[inline(always)] fn window(self, next: Self, from: usize) -> Self {
                let (low, high) = (self.0, next.0);
                Self(unsafe {
                    match from {
                        0 => low,
                        1 => $window::<1>(low, high),
                        2 => $window::<2>(low, high),
                        3 => $window::<3>(low, high),
                        4 => $window::<4>(low, high),
                        5 => $window::<5>(low, high),
                        6 => $window::<6>(low, high),
                        _ => $window::<7>(low, high),
                    }
                })
            }
            #[inline(always)] fn lookup(self, lanes: Self) -> Self { Self(unsafe { _mm256_permutevar8x32_epi32(self.0, lanes.0) }) }
            #[inline(always)] fn plus(self, other: Self) -> Self { Self(unsafe { _mm256_add_epi32(self.0, other.0) }) }
            #[inline(always)] fn minus(self, other: Self) -> Self { Self(unsafe { _mm256_sub_epi32(self.0, other.0) }) }
            #[inline(always)] fn times(self, other: Self) -> Self { Self(unsafe { _mm256_mullo_epi32(self.0, other.0) }) }
            #[inline(always)] fn and(self, other: Self) -> Self { Self(unsafe { _mm256_and_si256(self.0, other.0) }) }
            #[inline(always)] fn or(self, other: Self) -> Self { Self(unsafe { _mm256_or_si256(self.0, other.0) }) }
            #[inline(always)] fn xor(self, other: Self) -> Self { Self(unsafe { _mm256_xor_si256(self.0, other.0) }) }
            #[inline(always)] fn without(self, other: Self) -> Self { Self(unsafe { _mm256_andnot_si256(other.0, self.0) }) }
            #[inline(always)] fn up(self, by: Self) -> Self { Self(unsafe { _mm256_sllv_epi32(self.0, by.0) }) }
            #[inline(always)] fn down(self, by: Self) -> Self { Self(unsafe { _mm256_srlv_epi32(self.0, by.0) }) }
            #[inline(always)] fn up_by<const BITS: i32>(self) -> Self { Self(unsafe { _mm256_slli_epi32::<BITS>(self.0) }) }
            #[inline(always)] fn down_by<const BITS: i32>(self) -> Self { Self(unsafe { _mm256_srli_epi32::<BITS>(self.0) }) }
            #[inline(always)] fn max(self, other: Self) -> Self { Self(unsafe { _mm256_max_epi32(self.0, other.0) }) }
            #[inline(always)] fn min(self, other: Self) -> Self { Self(unsafe { _mm256_min_epu32(self.0, other.0) }) }
            #[inline(always)] fn equal(self, other: Self) -> Self { Self(unsafe { _mm256_cmpeq_epi32(self.0, other.0) }) }
            #[inline(always)] fn greater(self, other: Self) -> Self { Self(unsafe { _mm256_cmpgt_epi32(self.0, other.0) }) }
            #[inline(always)] fn count(self) -> Self { Self(unsafe { $count(self.0) }) }
            #[inline(always)] fn signs(self) -> u32 { (unsafe { _mm256_movemask_ps(self.floats()) }) as u32 }
            #[inline(always)] fn is_zero(self) -> bool { unsafe { _mm256_testz_si256(self.0, self.0) == 1 } }
            #[inline(always)] fn to_floats(self) -> Self { Self::of_floats(unsafe { _mm256_cvtepi32_ps(self.0) }) }
            #[inline(always)] fn float_plus(self, other: Self) -> Self { Self::of_floats(unsafe { _mm256_add_ps(self.floats(), other.floats()) }) }
            #[inline(always)] fn float_times(self, other: Self) -> Self { Self::of_floats(unsafe { _mm256_mul_ps(self.floats(), other.floats()) }) }
            #[inline(always)] fn float_over(self, other: Self) -> Self { Self::of_floats(unsafe { _mm256_div_ps(self.floats(), other.floats()) }) }
            #[inline(always)] fn up16_by<const BITS: i32>(self) -> Self { Self(unsafe { _mm256_slli_epi16::<BITS>(self.0) }) }
            #[inline(always)] fn down16_by<const BITS: i32>(self) -> Self { Self(unsafe { _mm256_srli_epi16::<BITS>(self.0) }) }
            #[inline(always)] fn up16(self, by: u32) -> Self { Self(unsafe { _mm256_sll_epi16(self.0, _mm_cvtsi32_si128(by as i32)) }) }
            #[inline(always)] fn every16(self) -> u32 { unsafe { every16(self.0) } }
            #[inline(always)] fn quad16(lanes: u64, at: usize) -> Self { Self(unsafe { quad16(lanes, at) }) }
            #[inline(always)] fn plus16(self, other: Self) -> Self { Self(unsafe { _mm256_add_epi16(self.0, other.0) }) }
            #[inline(always)] fn minus16(self, other: Self) -> Self { Self(unsafe { _mm256_sub_epi16(self.0, other.0) }) }
            #[inline(always)] fn times16(self, other: Self) -> Self { Self(unsafe { _mm256_mullo_epi16(self.0, other.0) }) }
            #[inline(always)] fn times16_high(self, other: Self) -> Self { Self(unsafe { _mm256_mulhi_epu16(self.0, other.0) }) }
            #[inline(always)] fn max16(self, other: Self) -> Self { Self(unsafe { _mm256_max_epi16(self.0, other.0) }) }
            #[inline(always)] fn equal16(self, other: Self) -> Self { Self(unsafe { _mm256_cmpeq_epi16(self.0, other.0) }) }
            #[inline(always)] fn less_than16(self, than: u32) -> Self { Self(unsafe { _mm256_cmpgt_epi16(_mm256_set1_epi16(than as i16), self.0) }) }
            #[inline(always)] fn power16(self) -> Self { Self(unsafe { power16(self.0) }) }
            #[inline(always)] fn count16(self) -> Self { Self(unsafe { _mm256_maddubs_epi16(count_bytes(self.0), _mm256_set1_epi8(1)) }) }
            #[inline(always)] fn signs16(self) -> u32 { unsafe { signs16(self.0) } }
            #[inline(always)] fn sum16(self) -> u32 { Self(unsafe { _mm256_madd_epi16(self.0, _mm256_set1_epi16(1)) }).sum() }
            #[inline(always)] fn lower16(self) -> Self { Self(unsafe { _mm256_cvtepu16_epi32(_mm256_castsi256_si128(self.0)) }) }
            #[inline(always)] fn upper16(self) -> Self { Self(unsafe { _mm256_cvtepu16_epi32(_mm256_extracti128_si256::<1>(self.0)) }) }
            #[inline(always)] fn load64(from: &[u64; 4]) -> Self { Self(unsafe { _mm256_loadu_si256(from.as_ptr().cast()) }) }
            #[inline(always)] fn store64(self) -> [u64; 4] {
                let mut to = [0; 4];
                unsafe { _mm256_storeu_si256(to.as_mut_ptr().cast(), self.0) };
                to
            }
            #[inline(always)] fn splat64(value: u64) -> Self { Self(unsafe { _mm256_set1_epi64x(value as i64) }) }
            #[inline(always)] fn widen8(from: &[u8; 4]) -> Self {
                Self(unsafe { _mm256_cvtepu8_epi64(_mm_cvtsi32_si128(i32::from_le_bytes(*from))) })
            }
            #[inline(always)] fn up64(self, by: Self) -> Self { Self(unsafe { _mm256_sllv_epi64(self.0, by.0) }) }
            #[inline(always)] fn down64(self, by: Self) -> Self { Self(unsafe { _mm256_srlv_epi64(self.0, by.0) }) }
            #[inline(always)] fn minus64(self, other: Self) -> Self { Self(unsafe { _mm256_sub_epi64(self.0, other.0) }) }
            #[inline(always)] fn any64(self) -> Self {
                let two = self.or(Self(unsafe { _mm256_permute4x64_epi64::<0b01_00_11_10>(self.0) }));
                two.or(Self(unsafe { _mm256_shuffle_epi32::<0b01_00_11_10>(two.0) }))
            }
            #[inline(always)] fn every64(self) -> Self {
                let two = self.and(Self(unsafe { _mm256_permute4x64_epi64::<0b01_00_11_10>(self.0) }));
                two.and(Self(unsafe { _mm256_shuffle_epi32::<0b01_00_11_10>(two.0) }))
            }
            #[inline(always)] fn zeros_above64(self) -> Self { Self(unsafe { $zeros(self.0) }) }
            #[inline(always)] fn first64(self) -> u64 { (unsafe { _mm_cvtsi128_si64(_mm256_castsi256_si128(self.0)) }) as u64 }
            #[inline(always)] fn bytes_of_bits(bits: u64) -> [u8; 64] { unsafe { $bytes(bits) } }
            #[inline(always)] fn numbers_of_bits(bits: u64, number: u32) -> [u32; 64] { unsafe { $numbers(bits, number) } }
            #[inline(always)] fn along16<const LANES: i32>(self) -> Self { Self(unsafe { along16::<LANES>(self.0) }) }
        }
    };
}

vector!(
    Avx2,
    count_nibbles,
    narrow_by_shuffle,
    narrow16_by_pack,
    window_by_shuffle,
    zeros_of_first,
    bytes_by_shuffle,
    numbers_by_lookup
);
vector!(
    Avx512,
    _mm256_popcnt_epi32,
    narrow_at_once,
    narrow16_at_once,
    window_at_once,
    _mm256_lzcnt_epi64,
    bytes_by_mask,
    numbers_by_mask
);
