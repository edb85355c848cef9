//! Eight numbers at once, by the instructions of the CPU that runs them.
//!
//! A library for x86-64 is built for CPUs that cannot even count bits in one instruction, and
//! counting bits is what features of boards are. So the hot loops are written once over
//! [`Vector`], compiled for plain Rust, for AVX2 and for AVX-512, and the best that the CPU has is
//! called. No answer depends on which (tested): it is integer arithmetic, and floats in a fixed
//! order.
//!
//! This is the only module with `unsafe`: each vector instruction, and the calls into code
//! that is compiled for them, right after they were detected. What it buys on an AMD EPYC
//! (Zen 4) is told by `cargo bench --bench features`.

use core::fmt::Debug;

/// Eight lanes of 32 bits: whole numbers that wrap around, or floats where a name says so.
pub(crate) trait Vector: Copy + Debug {
    fn splat(value: u32) -> Self;
    fn load(from: &[u32; 8]) -> Self;
    /// The lower halves.
    fn narrow(from: &[u64; 8]) -> Self;
    /// Sixteen lanes of 16 bits: the lower halves.
    fn narrow16(from: &[u32; 16]) -> Self;
    fn store(self) -> [u32; 8];
    /// Eight lanes of this and the next vector in a row, from the given one of 0 to 7 on. The
    /// compiler must be able to know it.
    fn window(self, next: Self, from: usize) -> Self;
    /// The lanes that are named by the other's lanes, 0 to 7.
    fn lookup(self, lanes: Self) -> Self;
    fn plus(self, other: Self) -> Self;
    fn minus(self, other: Self) -> Self;
    fn times(self, other: Self) -> Self;
    fn and(self, other: Self) -> Self;
    fn or(self, other: Self) -> Self;
    fn xor(self, other: Self) -> Self;
    /// The bits of `self` that `other` has not.
    fn without(self, other: Self) -> Self;
    /// By as many bits as the lane of `by` says; by 32 or more gives 0.
    fn up(self, by: Self) -> Self;
    fn down(self, by: Self) -> Self;
    fn up_by<const BITS: i32>(self) -> Self;
    fn down_by<const BITS: i32>(self) -> Self;
    /// Of signed numbers.
    fn max(self, other: Self) -> Self;
    /// Of unsigned numbers.
    fn min(self, other: Self) -> Self;
    /// All bits of the lanes that are equal.
    fn equal(self, other: Self) -> Self;
    /// All bits of the lanes that are greater, as signed numbers.
    fn greater(self, other: Self) -> Self;
    /// Number of set bits of each lane.
    fn count(self) -> Self;
    /// The highest bit of each lane, that of the first lane as bit 0.
    fn signs(self) -> u32;
    fn is_zero(self) -> bool;
    /// Signed numbers to floats.
    fn to_floats(self) -> Self;
    fn float_plus(self, other: Self) -> Self;
    fn float_times(self, other: Self) -> Self;
    fn float_over(self, other: Self) -> Self;

    /// Sixteen lanes of 16 bits: each moved up, and down.
    fn up16_by<const BITS: i32>(self) -> Self;
    fn down16_by<const BITS: i32>(self) -> Self;
    /// Sixteen lanes of 16 bits: each takes the value of the one that many lanes further on, -2
    /// to 2, or 0 where there is none.
    fn along16<const LANES: i32>(self) -> Self;

    #[inline(always)]
    fn float(value: f32) -> Self {
        Self::splat(value.to_bits())
    }

    #[inline(always)]
    fn first(self) -> u32 {
        self.store()[0]
    }

    #[inline(always)]
    fn sum(self) -> u32 {
        self.store().into_iter().fold(0, u32::wrapping_add)
    }

    #[inline(always)]
    fn any(self) -> u32 {
        self.store().into_iter().fold(0, |all, lane| all | lane)
    }
}

/// A computation over vectors. `run` and all that it calls must be `#[inline(always)]`, or it is
/// not compiled for the instructions.
pub(crate) trait Kernel {
    type Output;

    fn run<V: Vector>(self) -> Self::Output;
}

/// Runs a kernel with the best instructions of this CPU.
#[inline(always)]
pub(crate) fn run<K: Kernel>(kernel: K) -> K::Output {
    run_at(Level::best(), kernel)
}

/// Runs a kernel if this CPU has vectors at all: for what is better done in another way without.
#[inline(always)]
pub(crate) fn run_in_vectors<K: Kernel>(kernel: K) -> Option<K::Output> {
    run_in_vectors_at(Level::best(), kernel)
}

/// All sets of vectors that this CPU has.
#[cfg(test)]
pub(crate) fn vector_levels() -> alloc::vec::Vec<Level> {
    let best = Level::best();
    #[cfg(all(target_arch = "x86_64", feature = "std"))]
    return [Level::Avx2, Level::Avx512]
        .into_iter()
        .filter(|&level| level <= best)
        .collect();
    #[cfg(not(all(target_arch = "x86_64", feature = "std")))]
    return alloc::vec::Vec::from_iter((best > Level::Plain).then_some(best));
}

/// Instructions, from the least to the most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Level {
    Plain,
    #[cfg(all(target_arch = "x86_64", feature = "std"))]
    Avx2,
    #[cfg(all(target_arch = "x86_64", feature = "std"))]
    Avx512,
}

/// Eight lanes in plain Rust.
#[derive(Clone, Copy, Debug)]
struct Plain([u32; 8]);

impl Plain {
    #[inline(always)]
    fn map(self, f: impl Fn(u32) -> u32) -> Self {
        Self(core::array::from_fn(|i| f(self.0[i])))
    }

    #[inline(always)]
    fn zip(self, other: Self, f: impl Fn(u32, u32) -> u32) -> Self {
        Self(core::array::from_fn(|i| f(self.0[i], other.0[i])))
    }

    #[inline(always)]
    fn halves(self, f: impl Fn(u16) -> u16) -> Self {
        self.map(|a| u32::from(f(a as u16)) | u32::from(f((a >> 16) as u16)) << 16)
    }

    #[inline(always)]
    fn floats(self, other: Self, f: impl Fn(f32, f32) -> f32) -> Self {
        self.zip(other, |a, b| {
            f(f32::from_bits(a), f32::from_bits(b)).to_bits()
        })
    }
}

#[rustfmt::skip]
impl Vector for Plain {
    #[inline(always)] fn splat(value: u32) -> Self { Self([value; 8]) }
    #[inline(always)] fn load(from: &[u32; 8]) -> Self { Self(*from) }
    #[inline(always)] fn narrow(from: &[u64; 8]) -> Self { Self(from.map(|a| a as u32)) }
    #[inline(always)] fn narrow16(from: &[u32; 16]) -> Self {
        Self(core::array::from_fn(|i| from[2 * i] & 0xffff | from[2 * i + 1] << 16))
    }
    #[inline(always)] fn store(self) -> [u32; 8] { self.0 }
    #[inline(always)] fn window(self, next: Self, from: usize) -> Self {
        Self(core::array::from_fn(|i| if from + i < 8 { self.0[from + i] } else { next.0[from + i - 8] }))
    }
    #[inline(always)] fn lookup(self, lanes: Self) -> Self { lanes.map(|lane| self.0[lane as usize % 8]) }
    #[inline(always)] fn plus(self, other: Self) -> Self { self.zip(other, u32::wrapping_add) }
    #[inline(always)] fn minus(self, other: Self) -> Self { self.zip(other, u32::wrapping_sub) }
    #[inline(always)] fn times(self, other: Self) -> Self { self.zip(other, u32::wrapping_mul) }
    #[inline(always)] fn and(self, other: Self) -> Self { self.zip(other, |a, b| a & b) }
    #[inline(always)] fn or(self, other: Self) -> Self { self.zip(other, |a, b| a | b) }
    #[inline(always)] fn xor(self, other: Self) -> Self { self.zip(other, |a, b| a ^ b) }
    #[inline(always)] fn without(self, other: Self) -> Self { self.zip(other, |a, b| a & !b) }
    #[inline(always)] fn up(self, by: Self) -> Self { self.zip(by, u32::unbounded_shl) }
    #[inline(always)] fn down(self, by: Self) -> Self { self.zip(by, u32::unbounded_shr) }
    #[inline(always)] fn up_by<const BITS: i32>(self) -> Self { self.map(|a| a << BITS) }
    #[inline(always)] fn down_by<const BITS: i32>(self) -> Self { self.map(|a| a >> BITS) }
    #[inline(always)] fn max(self, other: Self) -> Self { self.zip(other, |a, b| (a as i32).max(b as i32) as u32) }
    #[inline(always)] fn min(self, other: Self) -> Self { self.zip(other, u32::min) }
    #[inline(always)] fn equal(self, other: Self) -> Self { self.zip(other, |a, b| if a == b { u32::MAX } else { 0 }) }
    #[inline(always)] fn greater(self, other: Self) -> Self { self.zip(other, |a, b| if a as i32 > b as i32 { u32::MAX } else { 0 }) }
    #[inline(always)] fn count(self) -> Self { self.map(u32::count_ones) }
    #[inline(always)] fn signs(self) -> u32 { (0..8).fold(0, |all, i| all | (self.0[i] >> 31) << i) }
    #[inline(always)] fn is_zero(self) -> bool { self.any() == 0 }
    #[inline(always)] fn to_floats(self) -> Self { self.map(|a| (a as i32 as f32).to_bits()) }
    #[inline(always)] fn float_plus(self, other: Self) -> Self { self.floats(other, |a, b| a + b) }
    #[inline(always)] fn float_times(self, other: Self) -> Self { self.floats(other, |a, b| a * b) }
    #[inline(always)] fn float_over(self, other: Self) -> Self { self.floats(other, |a, b| a / b) }
    #[inline(always)] fn up16_by<const BITS: i32>(self) -> Self { self.halves(|a| a << BITS) }
    #[inline(always)] fn down16_by<const BITS: i32>(self) -> Self { self.halves(|a| a >> BITS) }
    #[inline(always)] fn along16<const LANES: i32>(self) -> Self {
        let half = |i: i32| {
            let lane = i + LANES;
            if (0..16).contains(&lane) { self.0[lane as usize / 2] >> (16 * (lane % 2)) & 0xffff } else { 0 }
        };
        Self(core::array::from_fn(|i| half(2 * i as i32) | half(2 * i as i32 + 1) << 16))
    }
}

#[cfg(not(all(target_arch = "x86_64", feature = "std")))]
mod x86 {
    use super::{Kernel, Level, Plain};

    impl Level {
        pub(crate) const fn best() -> Self {
            Self::Plain
        }
    }

    #[inline(always)]
    pub(crate) fn run_at<K: Kernel>(_: Level, kernel: K) -> K::Output {
        kernel.run::<Plain>()
    }

    #[inline(always)]
    pub(crate) fn run_in_vectors_at<K: Kernel>(_: Level, _: K) -> Option<K::Output> {
        None
    }
}

#[cfg(all(target_arch = "x86_64", feature = "std"))]
#[allow(unsafe_code)]
mod x86 {
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

        #[cold]
        fn detect() -> Self {
            use std::arch::is_x86_feature_detected as has;
            let bits = has!("bmi1") && has!("bmi2") && has!("lzcnt") && has!("popcnt");
            let avx512 = has!("avx512f") && has!("avx512vl") && has!("avx512vpopcntdq");
            match (bits && has!("avx2"), avx512) {
                (true, true) => Self::Avx512,
                (true, false) => Self::Avx2,
                (false, _) => Self::Plain,
            }
        }
    }

    /// Runs a kernel with some instructions, or with the best there are if those are less.
    #[inline(always)]
    pub(crate) fn run_at<K: Kernel>(level: Level, kernel: K) -> K::Output {
        match level.min(Level::best()) {
            Level::Plain => kernel.run::<Plain>(),
            // SAFETY: the CPU has the instructions, by `best`.
            Level::Avx2 => unsafe { avx2(kernel) },
            // SAFETY: the same.
            Level::Avx512 => unsafe { avx512(kernel) },
        }
    }

    #[inline(always)]
    pub(crate) fn run_in_vectors_at<K: Kernel>(level: Level, kernel: K) -> Option<K::Output> {
        match level.min(Level::best()) {
            Level::Plain => None,
            // SAFETY: the CPU has the instructions, by `best`.
            Level::Avx2 => Some(unsafe { avx2(kernel) }),
            // SAFETY: the same.
            Level::Avx512 => Some(unsafe { avx512(kernel) }),
        }
    }

    #[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
    fn avx2<K: Kernel>(kernel: K) -> K::Output {
        kernel.run::<Avx2>()
    }

    #[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt,avx512f,avx512vl,avx512vpopcntdq")]
    fn avx512<K: Kernel>(kernel: K) -> K::Output {
        kernel.run::<Avx512>()
    }

    // SAFETY, for every block in the two implementations: vectors of these private types come
    // into being in `avx2` and `avx512` only, which run on CPUs that have the instructions. None
    // of them touches memory but `load` and `store`, which copy the 32 bytes of the array.
    macro_rules! vector {
        ($name:ident, $count:expr, $narrow:expr, $narrow16:expr, $window:ident) => {
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
                #[inline(always)] fn along16<const LANES: i32>(self) -> Self { Self(unsafe { along16::<LANES>(self.0) }) }
            }
        };
    }

    vector!(
        Avx2,
        count_nibbles,
        narrow_by_shuffle,
        narrow16_by_pack,
        window_by_shuffle
    );
    vector!(
        Avx512,
        _mm256_popcnt_epi32,
        narrow_at_once,
        narrow16_at_once,
        window_at_once
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
            -2 => _mm256_alignr_epi8::<12>(all, lower),
            -1 => _mm256_alignr_epi8::<14>(all, lower),
            0 => all,
            1 => _mm256_alignr_epi8::<2>(upper, all),
            _ => _mm256_alignr_epi8::<4>(upper, all),
        }
    }

    /// Bits of each 32-bit lane: four bits at a time by a table, then the eight sums added up.
    #[inline]
    #[target_feature(enable = "avx2")]
    fn count_nibbles(bits: __m256i) -> __m256i {
        let of_four = _mm256_setr_epi8(
            0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4, //
            0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4,
        );
        let four = _mm256_set1_epi8(0xf);
        let low = _mm256_and_si256(bits, four);
        let high = _mm256_and_si256(_mm256_srli_epi16::<4>(bits), four);
        let bytes = _mm256_add_epi8(
            _mm256_shuffle_epi8(of_four, low),
            _mm256_shuffle_epi8(of_four, high),
        );
        let pairs = _mm256_maddubs_epi16(bytes, _mm256_set1_epi8(1));
        _mm256_madd_epi16(pairs, _mm256_set1_epi16(1))
    }
}

pub(crate) use x86::{run_at, run_in_vectors_at};
