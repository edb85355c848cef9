//! Vectors of AVX2 and AVX-512, and running code that is compiled for them.

use core::arch::x86_64::*;
use core::sync::atomic::{AtomicU8, Ordering::Relaxed};

use super::{Kernel, Level, Plain, Vector};

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

#[inline]
#[target_feature(enable = "avx512f")]
fn narrow16_at_once(from: &[u32; 16]) -> __m256i {
    // SAFETY: the 64 bytes of the array.
    _mm512_cvtepi32_epi16(unsafe { _mm512_loadu_si512(from.as_ptr().cast()) })
}

#[inline]
#[target_feature(enable = "avx2")]
fn narrow16_by_pack(from: &[u32; 16]) -> __m256i {
    // SAFETY: the two halves of the array.
    let (low, high) = unsafe {
        (
            _mm256_loadu_si256(from.as_ptr().cast()),
            _mm256_loadu_si256(from[8..].as_ptr().cast()),
        )
    };
    // Packing keeps what fits into 16 bits.
    let lower = _mm256_set1_epi32(0xffff);
    let (low, high) = (_mm256_and_si256(low, lower), _mm256_and_si256(high, lower));
    _mm256_permute4x64_epi64::<0b11_01_10_00>(_mm256_packus_epi32(low, high))
}

#[inline]
#[target_feature(enable = "avx512f")]
fn narrow_at_once(from: &[u64; 8]) -> __m256i {
    // SAFETY: the 64 bytes of the array.
    _mm512_cvtepi64_epi32(unsafe { _mm512_loadu_si512(from.as_ptr().cast()) })
}

#[inline]
#[target_feature(enable = "avx2")]
fn narrow_by_shuffle(from: &[u64; 8]) -> __m256i {
    // SAFETY: the two halves of the array.
    let (low, high) = unsafe {
        (
            _mm256_loadu_ps(from.as_ptr().cast()),
            _mm256_loadu_ps(from[4..].as_ptr().cast()),
        )
    };
    let halves = _mm256_castps_si256(_mm256_shuffle_ps::<0b10_00_10_00>(low, high));
    _mm256_permute4x64_epi64::<0b11_01_10_00>(halves)
}

#[inline]
#[target_feature(enable = "avx512f,avx512vl")]
fn window_at_once<const FROM: i32>(low: __m256i, high: __m256i) -> __m256i {
    _mm256_alignr_epi32::<FROM>(high, low)
}

#[inline]
#[target_feature(enable = "avx2")]
fn window_by_shuffle<const FROM: i32>(low: __m256i, high: __m256i) -> __m256i {
    let middle = _mm256_permute2x128_si256::<0x21>(low, high);
    match FROM {
        1 => _mm256_alignr_epi8::<4>(middle, low),
        2 => _mm256_alignr_epi8::<8>(middle, low),
        3 => _mm256_alignr_epi8::<12>(middle, low),
        4 => middle,
        5 => _mm256_alignr_epi8::<4>(high, middle),
        6 => _mm256_alignr_epi8::<8>(high, middle),
        _ => _mm256_alignr_epi8::<12>(high, middle),
    }
}

#[inline]
#[target_feature(enable = "avx2")]
fn along16<const LANES: i32>(all: __m256i) -> __m256i {
    // One half of the vector and zeros, to be shifted in.
    let upper = _mm256_permute2x128_si256::<0x81>(all, all);
    let lower = _mm256_permute2x128_si256::<0x08>(all, all);
    match LANES {
        -8 => lower,
        -4 => _mm256_alignr_epi8::<8>(all, lower),
        -2 => _mm256_alignr_epi8::<12>(all, lower),
        -1 => _mm256_alignr_epi8::<14>(all, lower),
        0 => all,
        1 => _mm256_alignr_epi8::<2>(upper, all),
        2 => _mm256_alignr_epi8::<4>(upper, all),
        3 => _mm256_alignr_epi8::<6>(upper, all),
        4 => _mm256_alignr_epi8::<8>(upper, all),
        5 => _mm256_alignr_epi8::<10>(upper, all),
        _ => upper,
    }
}

/// Two to the power of each lane: its lower half by a table of the bits 0 to 7, its upper half by the
/// same table 8 later. A byte looks nothing up if it is negative.
#[inline]
#[target_feature(enable = "avx2")]
fn power16(lanes: __m256i) -> __m256i {
    let bits = _mm256_setr_epi8(
        1, 2, 4, 8, 16, 32, 64, -128, 0, 0, 0, 0, 0, 0, 0, 0, //
        1, 2, 4, 8, 16, 32, 64, -128, 0, 0, 0, 0, 0, 0, 0, 0,
    );
    let both = _mm256_or_si256(lanes, _mm256_slli_epi16::<8>(lanes));
    _mm256_shuffle_epi8(bits, _mm256_sub_epi16(both, _mm256_set1_epi16(0x800)))
}

/// Each byte takes the one as far from the start as it is from lane `at`; far bytes take a zero.
#[inline]
#[target_feature(enable = "avx2")]
fn quad16(lanes: u64, at: usize) -> __m256i {
    let bytes = _mm256_setr_epi8(
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, //
        16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31,
    );
    let lanes = _mm256_broadcastsi128_si256(_mm_cvtsi64_si128(lanes as i64));
    let from = _mm256_sub_epi8(bytes, _mm256_set1_epi8(2 * at as i8));
    _mm256_shuffle_epi8(lanes, _mm256_min_epu8(from, _mm256_set1_epi8(15)))
}

#[inline]
#[target_feature(enable = "avx2")]
fn signs16(lanes: __m256i) -> u32 {
    let (low, high) = (
        _mm256_castsi256_si128(lanes),
        _mm256_extracti128_si256::<1>(lanes),
    );
    // Packing keeps the signs.
    _mm_movemask_epi8(_mm_packs_epi16(low, high)) as u32
}

/// Halves against each other until one lane is left.
#[inline]
#[target_feature(enable = "avx2")]
fn every16(all: __m256i) -> u32 {
    let eight = _mm_and_si128(
        _mm256_castsi256_si128(all),
        _mm256_extracti128_si256::<1>(all),
    );
    let four = _mm_and_si128(eight, _mm_srli_si128::<8>(eight));
    let four = _mm_cvtsi128_si64(four) as u64;
    let two = four & four >> 32;
    (two & two >> 16) as u32 & 0xffff
}

#[inline]
#[target_feature(enable = "avx2,lzcnt")]
fn zeros_of_first(all: __m256i) -> __m256i {
    let first = _mm_cvtsi128_si64(_mm256_castsi256_si128(all));
    _mm256_set1_epi64x(first.leading_zeros().into())
}

#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn bytes_by_mask(bits: u64) -> [u8; 64] {
    let mut to = [0; 64];
    let lanes = _mm512_maskz_mov_epi8(bits, _mm512_set1_epi8(1));
    // SAFETY: the 64 bytes of the array.
    unsafe { _mm512_storeu_si512(to.as_mut_ptr().cast(), lanes) };
    to
}

#[inline]
#[target_feature(enable = "avx2")]
fn bytes_by_shuffle(bits: u64) -> [u8; 64] {
    // To each lane the byte with its bit, then that bit alone, then whether it is set.
    let byte = _mm256_setr_epi64x(
        0,
        0x0101_0101_0101_0101,
        0x0202_0202_0202_0202,
        0x0303_0303_0303_0303,
    );
    let bit = _mm256_set1_epi64x(0x8040_2010_0804_0201_u64 as i64);
    let mut to = [0; 64];
    for (half, lanes) in to.as_chunks_mut::<32>().0.iter_mut().enumerate() {
        let bits = _mm256_set1_epi32((bits >> (32 * half)) as i32);
        let own = _mm256_and_si256(_mm256_shuffle_epi8(bits, byte), bit);
        let set = _mm256_and_si256(_mm256_cmpeq_epi8(own, bit), _mm256_set1_epi8(1));
        // SAFETY: the 32 bytes of the array.
        unsafe { _mm256_storeu_si256(lanes.as_mut_ptr().cast(), set) };
    }
    to
}

#[inline]
#[target_feature(enable = "avx512f")]
fn numbers_by_mask(bits: u64, number: u32) -> [u32; 64] {
    let all = _mm512_set1_epi32(number as i32);
    let mut to = [0; 64];
    for (quarter, lanes) in to.as_chunks_mut::<16>().0.iter_mut().enumerate() {
        let set = _mm512_maskz_mov_epi32((bits >> (16 * quarter)) as __mmask16, all);
        // SAFETY: the 64 bytes of the array.
        unsafe { _mm512_storeu_si512(lanes.as_mut_ptr().cast(), set) };
    }
    to
}

/// Each lane looks its number up by its bit; the bits above are of no account.
#[inline]
#[target_feature(enable = "avx2")]
fn numbers_by_lookup(bits: u64, number: u32) -> [u32; 64] {
    let number = number as i32;
    let numbers = _mm256_setr_epi32(0, number, 0, number, 0, number, 0, number);
    let places = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    let mut to = [0; 64];
    for (eighth, lanes) in to.as_chunks_mut::<8>().0.iter_mut().enumerate() {
        let half = _mm256_set1_epi32((bits >> (32 * (eighth / 4))) as i32);
        let from = _mm256_set1_epi32(8 * (eighth as i32 % 4));
        let bits = _mm256_srlv_epi32(half, _mm256_add_epi32(places, from));
        let set = _mm256_permutevar8x32_epi32(numbers, bits);
        // SAFETY: the 32 bytes of the array.
        unsafe { _mm256_storeu_si256(lanes.as_mut_ptr().cast(), set) };
    }
    to
}

/// Bits of each 32-bit lane: the four sums of its bytes added up.
#[inline]
#[target_feature(enable = "avx2")]
fn count_nibbles(bits: __m256i) -> __m256i {
    let pairs = _mm256_maddubs_epi16(count_bytes(bits), _mm256_set1_epi8(1));
    _mm256_madd_epi16(pairs, _mm256_set1_epi16(1))
}

/// Bits of each byte: four bits at a time by a table.
#[inline]
#[target_feature(enable = "avx2")]
fn count_bytes(bits: __m256i) -> __m256i {
    let of_four = _mm256_setr_epi8(
        0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4, //
        0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4,
    );
    let four = _mm256_set1_epi8(0xf);
    let low = _mm256_and_si256(bits, four);
    let high = _mm256_and_si256(_mm256_srli_epi16::<4>(bits), four);
    _mm256_add_epi8(
        _mm256_shuffle_epi8(of_four, low),
        _mm256_shuffle_epi8(of_four, high),
    )
}
