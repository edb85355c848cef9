//! The numbers of an observation, and bits as numbers.

use crate::simd::Vector;

/// The number type of an observation: `f32`, or `u8` for a quarter of the memory.
///
/// All parts of an observation are numbers that are not negative; as `u8` they are rounded down
/// and 255 at most.
pub trait Element: sealed::Cells + Send + Sync + 'static {
    /// From a number that is not negative.
    fn of(value: f32) -> Self;
}

impl Element for f32 {
    #[inline]
    fn of(value: f32) -> Self {
        value
    }
}

impl Element for u8 {
    #[inline]
    fn of(value: f32) -> Self {
        value as u8
    }
}

#[expect(
    private_bounds,
    reason = "outside the crate there is nothing to call it with"
)]
mod sealed {
    use crate::simd::Vector;

    pub trait Cells: Copy {
        fn whole(number: u8) -> Self;

        /// Sixty-four cells in a kernel, 1 for full, the lowest bit first.
        #[expect(
            private_bounds,
            reason = "outside the crate there is nothing to call it with"
        )]
        fn sixty_four<V: Vector>(bits: u64) -> [Self; 64];
    }

    impl Cells for f32 {
        #[inline(always)]
        fn whole(number: u8) -> Self {
            number.into()
        }

        #[inline(always)]
        fn sixty_four<V: Vector>(bits: u64) -> [Self; 64] {
            V::numbers_of_bits(bits, 1.0f32.to_bits()).map(Self::from_bits)
        }
    }

    impl Cells for u8 {
        #[inline(always)]
        fn whole(number: u8) -> Self {
            number
        }

        #[inline(always)]
        fn sixty_four<V: Vector>(bits: u64) -> [Self; 64] {
            V::bytes_of_bits(bits)
        }
    }
}

/// Makes a number of each bit, in a kernel.
#[inline(always)]
pub(crate) fn expand<V: Vector, T: Element>(words: &[u64], out: &mut [T]) {
    let len = out.len();
    for (group, &word) in out.as_chunks_mut::<64>().0.iter_mut().zip(words) {
        *group = T::sixty_four::<V>(word);
    }
    let (last, rest) = (len / 64, len % 64);
    if rest == 0 {
        return;
    }
    match out.last_chunk_mut::<64>() {
        // Some of these once more, which is less than to do the rest in small pieces.
        Some(group) => {
            let bits = words[last - 1] >> rest | words[last] << (64 - rest);
            *group = T::sixty_four::<V>(bits);
        }
        None => out.copy_from_slice(&T::sixty_four::<V>(words[0])[..len]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::mix;
    use crate::simd::{Kernel, Level, run_at, vector_levels};

    struct Write<'a, T> {
        words: &'a [u64],
        out: &'a mut [T],
    }

    impl<T: Element> Kernel for Write<'_, T> {
        type Output = ();

        #[inline(always)]
        fn run<V: Vector>(self) {
            expand::<V, T>(self.words, self.out);
        }
    }

    /// Every length, so that every end of a plane is met, with all instructions there are.
    #[test]
    fn bits_become_numbers() {
        let words: [u64; 4] = core::array::from_fn(|i| mix(i as u64 + 1));
        for level in core::iter::once(Level::Plain).chain(vector_levels()) {
            for cells in 0..=256_usize {
                let words = &words[..cells.div_ceil(64)];
                let (mut floats, mut bytes) = ([9.0f32; 256], [9u8; 256]);
                let out = &mut floats[..cells];
                run_at(level, Write { words, out });
                let out = &mut bytes[..cells];
                run_at(level, Write { words, out });
                for cell in 0..256 {
                    let expected = match words.get(cell / 64) {
                        Some(word) if cell < cells => (word >> (cell % 64) & 1) as u8,
                        _ => 9,
                    };
                    let found = (floats[cell], bytes[cell]);
                    assert_eq!(found, (expected.into(), expected), "{level:?} {cell}");
                }
            }
        }
    }
}
