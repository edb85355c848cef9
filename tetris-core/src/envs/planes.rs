//! The visible cells of a board as a run of bits.

use crate::board::{Board, bit_height};

/// The visible cells of a board, row after row from the top, each from the left, in a longer run
/// of bits in which they begin at some bit: bit `i` of the run is bit `i % 64` of word `i / 64`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Plane {
    pub(crate) width: usize,
    /// Visible rows.
    pub(crate) height: usize,
}

impl Plane {
    /// The number of a cell; past the end for those of hidden rows.
    #[inline]
    pub(crate) const fn index(self, x: usize, y: usize) -> usize {
        let from_top = (self.height - 1).wrapping_sub(y);
        from_top.wrapping_mul(self.width).wrapping_add(x)
    }

    /// Reads a whole board.
    pub(crate) fn read(self, board: &Board, words: &mut [u64], at: usize) {
        let columns = board.columns();
        let all = columns.iter().fold(0, |all, column| all | column);
        let pile = bit_height(all) as usize;
        for y in 0..self.height {
            let mut row = 0;
            if y < pile {
                for (x, column) in columns.iter().enumerate() {
                    row |= (column >> y & 1) << x;
                }
            }
            put(words, at + self.index(0, y), self.width, row);
        }
    }

    /// Adds the cells of a piece.
    #[inline]
    pub(crate) fn lock(
        self,
        cells: impl Iterator<Item = (usize, usize)>,
        words: &mut [u64],
        at: usize,
    ) {
        for (x, y) in cells {
            if y < self.height {
                let index = at + self.index(x, y);
                words[index / 64] |= 1 << (index % 64);
            }
        }
    }
}

/// Puts some bits, 64 at most, in the place of those that are there.
#[inline]
pub(crate) fn put(words: &mut [u64], at: usize, len: usize, bits: u64) {
    let (word, from) = (at / 64, at % 64);
    let places = u64::MAX >> (64 - len);
    words[word] = words[word] & !(places << from) | bits << from;
    if from + len > 64 {
        let done = 64 - from;
        words[word + 1] = words[word + 1] & !(places >> done) | bits >> done;
    }
}
