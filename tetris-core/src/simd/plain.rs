//! Vectors in plain Rust.

use super::Vector;

/// Eight lanes in plain Rust.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plain([u32; 8]);

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
    fn zip_halves(self, other: Self, f: impl Fn(u16, u16) -> u16) -> Self {
        self.zip(other, |a, b| {
            let (low, high) = (f(a as u16, b as u16), f((a >> 16) as u16, (b >> 16) as u16));
            u32::from(low) | u32::from(high) << 16
        })
    }

    #[inline(always)]
    fn of_quad(quad: [u64; 4]) -> Self {
        Self(core::array::from_fn(|i| {
            (quad[i / 2] >> (32 * (i % 2))) as u32
        }))
    }

    #[inline(always)]
    fn quad(self) -> [u64; 4] {
        core::array::from_fn(|i| u64::from(self.0[2 * i]) | u64::from(self.0[2 * i + 1]) << 32)
    }

    #[inline(always)]
    fn zip_quads(self, other: Self, f: impl Fn(u64, u64) -> u64) -> Self {
        let (a, b) = (self.quad(), other.quad());
        Self::of_quad(core::array::from_fn(|i| f(a[i], b[i])))
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
    #[inline(always)] fn load16(from: &[u16; 16]) -> Self {
        Self(core::array::from_fn(|i| u32::from(from[2 * i]) | u32::from(from[2 * i + 1]) << 16))
    }
    #[inline(always)] fn store(self) -> [u32; 8] { self.0 }
    #[inline(always)] fn widen16(self) -> [u32; 16] {
        core::array::from_fn(|i| self.0[i / 2] >> (16 * (i % 2)) & 0xffff)
    }
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
    #[inline(always)] fn up16(self, by: u32) -> Self { self.halves(|a| a << by) }
    #[inline(always)] fn every16(self) -> u32 {
        let pairs = self.0.into_iter().fold(u32::MAX, |all, pair| all & pair);
        pairs & pairs >> 16
    }
    #[inline(always)] fn quad16(lanes: u64, at: usize) -> Self {
        let lane = |i: usize| match i.checked_sub(at) {
            Some(from @ 0..4) => (lanes >> (16 * from)) as u32 & 0xffff,
            _ => 0,
        };
        Self(core::array::from_fn(|i| lane(2 * i) | lane(2 * i + 1) << 16))
    }
    #[inline(always)] fn plus16(self, other: Self) -> Self { self.zip_halves(other, u16::wrapping_add) }
    #[inline(always)] fn minus16(self, other: Self) -> Self { self.zip_halves(other, u16::wrapping_sub) }
    #[inline(always)] fn times16(self, other: Self) -> Self { self.zip_halves(other, u16::wrapping_mul) }
    #[inline(always)] fn times16_high(self, other: Self) -> Self {
        self.zip_halves(other, |a, b| ((u32::from(a) * u32::from(b)) >> 16) as u16)
    }
    #[inline(always)] fn max16(self, other: Self) -> Self { self.zip_halves(other, |a, b| (a as i16).max(b as i16) as u16) }
    #[inline(always)] fn equal16(self, other: Self) -> Self { self.zip_halves(other, |a, b| if a == b { u16::MAX } else { 0 }) }
    #[inline(always)] fn less_than16(self, than: u32) -> Self {
        self.halves(|a| if i32::from(a as i16) < than as i32 { u16::MAX } else { 0 })
    }
    #[inline(always)] fn power16(self) -> Self { self.halves(|a| 1u16.unbounded_shl(a.into())) }
    #[inline(always)] fn count16(self) -> Self { self.halves(|a| a.count_ones() as u16) }
    #[inline(always)] fn signs16(self) -> u32 {
        (0..16).fold(0, |all, i| all | (self.0[i / 2] >> (16 * (i % 2) + 15) & 1) << i)
    }
    #[inline(always)] fn sum16(self) -> u32 {
        self.0.into_iter().fold(0, |sum, pair| {
            let (low, high) = (pair as i16, (pair >> 16) as i16);
            sum.wrapping_add_signed(i32::from(low) + i32::from(high))
        })
    }
    #[inline(always)] fn lower16(self) -> Self {
        Self(core::array::from_fn(|i| self.0[i / 2] >> (16 * (i % 2)) & 0xffff))
    }
    #[inline(always)] fn upper16(self) -> Self {
        Self(core::array::from_fn(|i| self.0[4 + i / 2] >> (16 * (i % 2)) & 0xffff))
    }
    #[inline(always)] fn load64(from: &[u64; 4]) -> Self { Self::of_quad(*from) }
    #[inline(always)] fn store64(self) -> [u64; 4] { self.quad() }
    #[inline(always)] fn splat64(value: u64) -> Self { Self::of_quad([value; 4]) }
    #[inline(always)] fn widen8(from: &[u8; 4]) -> Self { Self::of_quad(from.map(u64::from)) }
    #[inline(always)] fn up64(self, by: Self) -> Self { self.zip_quads(by, |lane, by| lane.unbounded_shl(by as u32)) }
    #[inline(always)] fn down64(self, by: Self) -> Self { self.zip_quads(by, |lane, by| lane.unbounded_shr(by as u32)) }
    #[inline(always)] fn minus64(self, other: Self) -> Self { self.zip_quads(other, u64::wrapping_sub) }
    #[inline(always)] fn any64(self) -> Self { Self::splat64(self.quad().into_iter().fold(0, |all, lane| all | lane)) }
    #[inline(always)] fn every64(self) -> Self { Self::splat64(self.quad().into_iter().fold(u64::MAX, |all, lane| all & lane)) }
    #[inline(always)] fn zeros_above64(self) -> Self { Self::splat64(self.first64().leading_zeros().into()) }
    #[inline(always)] fn first64(self) -> u64 { self.quad()[0] }
    #[inline(always)] fn bytes_of_bits(bits: u64) -> [u8; 64] {
        let mut to = [0; 64];
        for (i, four) in to.as_chunks_mut::<4>().0.iter_mut().enumerate() {
            // Four copies of four bits, each moved so that another one is the lowest of its byte.
            let bits = (bits >> (4 * i)) as u32 & 0xf;
            *four = ((bits * 0x0020_4081) & 0x0101_0101).to_le_bytes();
        }
        to
    }
    #[inline(always)] fn numbers_of_bits(bits: u64, number: u32) -> [u32; 64] {
        core::array::from_fn(|i| (bits >> i) as u32 % 2 * number)
    }
    #[inline(always)] fn along16<const LANES: i32>(self) -> Self {
        let half = |i: i32| {
            let lane = i + LANES;
            if (0..16).contains(&lane) { self.0[lane as usize / 2] >> (16 * (lane % 2)) & 0xffff } else { 0 }
        };
        Self(core::array::from_fn(|i| half(2 * i as i32) | half(2 * i as i32 + 1) << 16))
    }
}
