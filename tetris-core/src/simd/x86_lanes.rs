//! What a [`Vector`](super::Vector) does in more than one instruction, each for the CPUs it names.

use core::arch::x86_64::*;

#[inline]
#[target_feature(enable = "avx512f")]
pub(super) fn narrow16_at_once(from: &[u32; 16]) -> __m256i {
    // SAFETY: the 64 bytes of the array.
    _mm512_cvtepi32_epi16(unsafe { _mm512_loadu_si512(from.as_ptr().cast()) })
}

#[inline]
#[target_feature(enable = "avx2")]
pub(super) fn narrow16_by_pack(from: &[u32; 16]) -> __m256i {
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
pub(super) fn narrow_at_once(from: &[u64; 8]) -> __m256i {
    // SAFETY: the 64 bytes of the array.
    _mm512_cvtepi64_epi32(unsafe { _mm512_loadu_si512(from.as_ptr().cast()) })
}

#[inline]
#[target_feature(enable = "avx2")]
pub(super) fn narrow_by_shuffle(from: &[u64; 8]) -> __m256i {
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
pub(super) fn window_at_once<const FROM: i32>(low: __m256i, high: __m256i) -> __m256i {
    _mm256_alignr_epi32::<FROM>(high, low)
}

#[inline]
#[target_feature(enable = "avx2")]
pub(super) fn window_by_shuffle<const FROM: i32>(low: __m256i, high: __m256i) -> __m256i {
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
pub(super) fn along16<const LANES: i32>(all: __m256i) -> __m256i {
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
pub(super) fn power16(lanes: __m256i) -> __m256i {
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
pub(super) fn quad16(lanes: u64, at: usize) -> __m256i {
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
pub(super) fn signs16(lanes: __m256i) -> u32 {
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
pub(super) fn every16(all: __m256i) -> u32 {
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
pub(super) fn zeros_of_first(all: __m256i) -> __m256i {
    let first = _mm_cvtsi128_si64(_mm256_castsi256_si128(all));
    _mm256_set1_epi64x(first.leading_zeros().into())
}

#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
pub(super) fn bytes_by_mask(bits: u64) -> [u8; 64] {
    let mut to = [0; 64];
    let lanes = _mm512_maskz_mov_epi8(bits, _mm512_set1_epi8(1));
    // SAFETY: the 64 bytes of the array.
    unsafe { _mm512_storeu_si512(to.as_mut_ptr().cast(), lanes) };
    to
}

#[inline]
#[target_feature(enable = "avx2")]
pub(super) fn bytes_by_shuffle(bits: u64) -> [u8; 64] {
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
pub(super) fn numbers_by_mask(bits: u64, number: u32) -> [u32; 64] {
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
pub(super) fn numbers_by_lookup(bits: u64, number: u32) -> [u32; 64] {
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
pub(super) fn count_nibbles(bits: __m256i) -> __m256i {
    let pairs = _mm256_maddubs_epi16(count_bytes(bits), _mm256_set1_epi8(1));
    _mm256_madd_epi16(pairs, _mm256_set1_epi16(1))
}

/// Bits of each byte: four bits at a time by a table.
#[inline]
#[target_feature(enable = "avx2")]
pub(super) fn count_bytes(bits: __m256i) -> __m256i {
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
