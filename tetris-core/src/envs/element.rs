//! The numbers of an observation, and bits as numbers.

use crate::simd::{self, Kernel, Vector};

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
    use super::{EIGHT_F32, EIGHT_U8};
    use crate::simd::Vector;

    const ONE: u32 = 1.0f32.to_bits();

    /// The places of thirty-two bits.
    const PLACES: [[u32; 8]; 4] = {
        let mut places = [[0; 8]; 4];
        let mut bit = 0;
        while bit < 32 {
            places[bit / 8][bit % 8] = bit as u32;
            bit += 1;
        }
        places
    };

    pub trait Cells: Copy {
        /// Eight cells, 1 for full, the lowest bit first.
        fn eight(bits: u8) -> &'static [Self; 8];

        /// Thirty-two of them, in a kernel.
        #[expect(
            private_bounds,
            reason = "outside the crate there is nothing to call it with"
        )]
        fn thirty_two<V: Vector>(bits: u32, out: &mut [Self; 32]);
    }

    impl Cells for f32 {
        #[inline]
        fn eight(bits: u8) -> &'static [Self; 8] {
            &EIGHT_F32[usize::from(bits)]
        }

        #[inline(always)]
        fn thirty_two<V: Vector>(bits: u32, out: &mut [Self; 32]) {
            // A lane looks its number up by its bit; the bits above are of no account.
            let numbers = V::load(&[0, ONE, 0, ONE, 0, ONE, 0, ONE]);
            let bits = V::splat(bits);
            let (eights, _) = out.as_chunks_mut::<8>();
            for (eight, places) in eights.iter_mut().zip(&PLACES) {
                let cells = numbers.lookup(bits.down(V::load(places)));
                *eight = cells.store().map(Self::from_bits);
            }
        }
    }

    impl Cells for u8 {
        #[inline]
        fn eight(bits: u8) -> &'static [Self; 8] {
            &EIGHT_U8[usize::from(bits)]
        }

        #[inline(always)]
        fn thirty_two<V: Vector>(bits: u32, out: &mut [Self; 32]) {
            let lanes = V::lanes_of_bits(bits).store();
            for (i, four) in out.as_chunks_mut::<4>().0.iter_mut().enumerate() {
                *four = lanes[i].to_le_bytes();
            }
        }
    }
}

/// Eight numbers for each byte.
macro_rules! eights {
    ($type:ty, $one:expr) => {{
        let mut table = [[$one - $one; 8]; 256];
        let mut at = 0;
        while at < 256 * 8 {
            if at / 8 >> (at % 8) & 1 == 1 {
                table[at / 8][at % 8] = $one;
            }
            at += 1;
        }
        table
    }};
}

static EIGHT_F32: [[f32; 8]; 256] = eights!(f32, 1.0);
static EIGHT_U8: [[u8; 8]; 256] = eights!(u8, 1);

/// Makes a number of each bit.
#[inline]
pub(crate) fn expand<T: Element>(words: &[u64], out: &mut [T]) {
    simd::run(Write { words, out });
}

/// Bits as numbers.
struct Write<'a, T> {
    words: &'a [u64],
    out: &'a mut [T],
}

impl<T: Element> Kernel for Write<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<V: Vector>(self) {
        let Self { words, out } = self;
        let (groups, rest) = out.as_chunks_mut::<64>();
        let (words, last) = words.split_at(groups.len());
        for (group, &word) in groups.iter_mut().zip(words) {
            let halves = group.as_chunks_mut().0;
            T::thirty_two::<V>(word as u32, &mut halves[0]);
            T::thirty_two::<V>((word >> 32) as u32, &mut halves[1]);
        }
        let mut bits = last.first().copied().unwrap_or(0);
        let (halves, rest) = rest.as_chunks_mut();
        for half in halves {
            T::thirty_two::<V>(bits as u32, half);
            bits >>= 32;
        }
        let (eights, rest) = rest.as_chunks_mut();
        for eight in eights {
            *eight = *T::eight(bits as u8);
            bits >>= 8;
        }
        for (number, &value) in rest.iter_mut().zip(T::eight(bits as u8)) {
            *number = value;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::mix;
    use crate::simd::{Level, run_at, vector_levels};

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
