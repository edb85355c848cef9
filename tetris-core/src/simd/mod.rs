//! Eight numbers at once, by the instructions of the CPU that runs them.
//!
//! A library for x86-64 is built for CPUs that cannot even count bits in one instruction, and
//! counting bits is what features of boards are. So the hot loops are written once over
//! [`Vector`], compiled for plain Rust, for AVX2 and for AVX-512, and the best that the CPU has is
//! called. The large ones are not compiled for x86-64 CPUs without vectors, for which their
//! callers have a shorter and slower way. No answer depends on which (tested): it is integer
//! arithmetic, and floats in a fixed order.
//!
//! `simd/x86.rs` is the only module with `unsafe`, with `simd/x86_lanes.rs` in it: each vector instruction, and the calls into code
//! that is compiled for them, right after they were detected. Measured on an AMD EPYC (Zen 4)
//! that was busy with other work: greedy Dellacherie play went from 1.2 to 4.0 million pieces/s
//! and an afterstate with all features from 33 to 9 ns, against scalar code for any x86-64.

#[cfg_attr(all(target_arch = "x86_64", feature = "std"), path = "x86.rs")]
#[cfg_attr(
    not(all(target_arch = "x86_64", feature = "std")),
    path = "portable.rs"
)]
#[allow(unsafe_code)]
mod machine;
mod plain;

use core::fmt::Debug;

use plain::Plain;

/// Eight lanes of 32 bits: whole numbers that wrap around, or floats where a name says so.
pub(crate) trait Vector: Copy + Debug {
    fn splat(value: u32) -> Self;
    fn load(from: &[u32; 8]) -> Self;
    /// The lower halves.
    fn narrow(from: &[u64; 8]) -> Self;
    /// Sixteen lanes of 16 bits: the lower halves.
    fn narrow16(from: &[u32; 16]) -> Self;
    /// Sixteen lanes of 16 bits.
    fn load16(from: &[u16; 16]) -> Self;
    fn store(self) -> [u32; 8];
    /// Sixteen lanes of 16 bits, with 0 as the upper halves.
    fn widen16(self) -> [u32; 16];
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
    /// Sixteen lanes of 16 bits: all moved up by as many bits.
    fn up16(self, by: u32) -> Self;
    /// The bits that all sixteen lanes of 16 bits have.
    fn every16(self) -> u32;
    /// Sixteen lanes of 16 bits: each takes the value of the one that many lanes further on (-8,
    /// -4, -2, -1, 0 to 5 or 8), or 0 where there is none.
    fn along16<const LANES: i32>(self) -> Self;

    /// Sixteen lanes of 16 bits, 0 elsewhere: the four of `lanes`, from lane `at` on, 0 to 12.
    fn quad16(lanes: u64, at: usize) -> Self;
    /// Sixteen lanes of 16 bits: sums that wrap around, and so on.
    fn plus16(self, other: Self) -> Self;
    fn minus16(self, other: Self) -> Self;
    /// The lower 16 bits of products.
    fn times16(self, other: Self) -> Self;
    /// The upper 16 bits of products of unsigned numbers.
    fn times16_high(self, other: Self) -> Self;
    /// Of signed numbers.
    fn max16(self, other: Self) -> Self;
    fn equal16(self, other: Self) -> Self;
    /// All bits of the lanes that are less than a number below 2^15, as signed numbers.
    fn less_than16(self, than: u32) -> Self;
    /// Two to the power of each lane, which must be 0 to 15.
    fn power16(self) -> Self;
    /// Number of set bits of each lane.
    fn count16(self) -> Self;
    /// The highest bit of each of the sixteen lanes, that of the first lane as bit 0.
    fn signs16(self) -> u32;
    /// The sum of all sixteen lanes, as signed numbers.
    fn sum16(self) -> u32;
    /// The first eight of the sixteen lanes, with 0 as the upper halves, and the last eight.
    fn lower16(self) -> Self;
    fn upper16(self) -> Self;

    /// Four lanes of 64 bits.
    fn load64(from: &[u64; 4]) -> Self;
    fn store64(self) -> [u64; 4];
    fn splat64(value: u64) -> Self;
    fn widen8(from: &[u8; 4]) -> Self;
    /// By as many bits as the lane of `by` says; by 64 or more gives 0.
    fn up64(self, by: Self) -> Self;
    fn down64(self, by: Self) -> Self;
    fn minus64(self, other: Self) -> Self;
    /// The bits that any, and that every one of the four lanes has, in all of them.
    fn any64(self) -> Self;
    fn every64(self) -> Self;
    /// Zeros above the highest bit; all lanes must be equal.
    fn zeros_above64(self) -> Self;
    fn first64(self) -> u64;

    /// 1 where the bit is set, and else 0.
    fn bytes_of_bits(bits: u64) -> [u8; 64];
    /// This number where the bit is set, and else 0.
    fn numbers_of_bits(bits: u64, number: u32) -> [u32; 64];

    #[inline(always)]
    fn float(value: f32) -> Self {
        Self::splat(value.to_bits())
    }

    #[inline(always)]
    fn first(self) -> u32 {
        self.store()[0]
    }

    /// One of sixteen lanes of 16 bits.
    #[inline(always)]
    fn lane16(self, lane: usize) -> u32 {
        self.store()[lane / 2 % 8] >> (16 * (lane % 2)) & 0xffff
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
    Level::best().run(kernel)
}

/// Runs a kernel if this CPU has vectors at all: for what is better done in another way without.
#[inline(always)]
pub(crate) fn run_in_vectors<K: Kernel>(kernel: K) -> Option<K::Output> {
    Level::best().run_in_vectors(kernel)
}

/// Runs a large kernel if this CPU has vectors, or in plain Rust on a target for which no vectors
/// are known here. A third copy of it for the x86-64 CPUs without any (they are from before 2013)
/// would double the time that the crate takes to compile: what asks must have another way for them.
#[inline(always)]
pub(crate) fn run_large<K: Kernel>(kernel: K) -> Option<K::Output> {
    Level::best().run_large(kernel)
}

/// Runs a kernel with some instructions, or with the best there are if those are less.
#[cfg(test)]
pub(crate) fn run_at<K: Kernel>(level: Level, kernel: K) -> K::Output {
    level.min(Level::best()).run(kernel)
}

/// The same in vectors only.
#[cfg(test)]
pub(crate) fn run_in_vectors_at<K: Kernel>(level: Level, kernel: K) -> Option<K::Output> {
    level.min(Level::best()).run_in_vectors(kernel)
}

/// Whether [`run_in_vectors`] runs anything.
#[inline]
pub(crate) fn has_vectors() -> bool {
    Level::best() > Level::Plain
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
