//! The visible cells of a board as one run of bits, and bits as numbers.

use crate::board::{Board, MAX_HEIGHT, MAX_WIDTH};
use crate::simd::{self, Kernel, Vector};

/// Words for the largest board.
pub(crate) const MOST_WORDS: usize = MAX_WIDTH * MAX_HEIGHT / 64;

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

    pub trait Cells: Copy {
        /// Eight cells, 1 for full, the lowest bit first.
        fn eight(bits: u8) -> &'static [Self; 8];

        /// The same in a kernel.
        #[expect(
            private_bounds,
            reason = "outside the crate there is nothing to call it with"
        )]
        fn eight_in<V: Vector>(bits: u8) -> [Self; 8];
    }

    impl Cells for f32 {
        #[inline]
        fn eight(bits: u8) -> &'static [Self; 8] {
            &EIGHT_F32[usize::from(bits)]
        }

        #[inline(always)]
        fn eight_in<V: Vector>(bits: u8) -> [Self; 8] {
            let masks = V::load(&[1, 2, 4, 8, 16, 32, 64, 128]);
            let empty = V::splat(bits.into()).and(masks).equal(V::splat(0));
            V::float(1.0).without(empty).store().map(f32::from_bits)
        }
    }

    impl Cells for u8 {
        #[inline]
        fn eight(bits: u8) -> &'static [Self; 8] {
            &EIGHT_U8[usize::from(bits)]
        }

        #[inline(always)]
        fn eight_in<V: Vector>(bits: u8) -> [Self; 8] {
            EIGHT_U8[usize::from(bits)]
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

/// The visible cells of a board, row after row from the top, each from the left: cell `i` is bit
/// `i % 64` of word `i / 64`. It is kept from step to step, because most steps lock nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Plane {
    pub(crate) width: usize,
    /// Visible rows.
    pub(crate) height: usize,
}

impl Plane {
    #[inline]
    pub(crate) const fn cells(self) -> usize {
        self.width * self.height
    }

    #[inline]
    pub(crate) const fn words(self) -> usize {
        self.cells().div_ceil(64)
    }

    /// The index of a cell; `None` if it is above the visible rows.
    #[inline]
    pub(crate) fn index(self, x: usize, y: usize) -> Option<usize> {
        let from_top = self.height.checked_sub(y + 1)?;
        Some(from_top * self.width + x)
    }

    /// Reads a whole board.
    pub(crate) fn read(self, board: &Board, words: &mut [u64]) {
        words.fill(0);
        for from_top in 0..self.height {
            let y = self.height - 1 - from_top;
            for (x, column) in board.columns().iter().enumerate() {
                let index = from_top * self.width + x;
                words[index / 64] |= (column >> y & 1) << (index % 64);
            }
        }
    }

    /// Adds the cells of a piece.
    #[inline]
    pub(crate) fn lock(self, cells: impl Iterator<Item = (usize, usize)>, words: &mut [u64]) {
        for (x, y) in cells {
            if let Some(index) = self.index(x, y) {
                words[index / 64] |= 1 << (index % 64);
            }
        }
    }

    /// Writes each cell as a number.
    #[inline]
    pub(crate) fn write<T: Element>(self, words: &[u64], out: &mut [T]) {
        simd::run(Write { words, out });
    }
}

/// Cells as numbers.
struct Write<'a, T> {
    words: &'a [u64],
    out: &'a mut [T],
}

impl<T: Element> Kernel for Write<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<V: Vector>(self) {
        let (groups, rest) = self.out.as_chunks_mut::<64>();
        let mut words = self.words.iter();
        for (group, &word) in groups.iter_mut().zip(words.by_ref()) {
            for (i, eight) in group.as_chunks_mut().0.iter_mut().enumerate() {
                *eight = T::eight_in::<V>((word >> (8 * i)) as u8);
            }
        }
        let mut bits = words.next().copied().unwrap_or(0);
        let (eights, rest) = rest.as_chunks_mut();
        for eight in eights {
            *eight = T::eight_in::<V>(bits as u8);
            bits >>= 8;
        }
        for cell in rest {
            *cell = T::eight(bits as u8)[0];
            bits >>= 1;
        }
    }
}
