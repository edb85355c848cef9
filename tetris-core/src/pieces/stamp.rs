//! An orientation of a piece held against a few neighbouring columns of a board at once.

/// Columns of a window on a board: as many as the widest piece has.
pub(crate) const WINDOW: usize = 4;

/// Most columns of a board that is asked as a whole.
pub(crate) const NARROW: usize = 12;

/// A window begins up to so many columns, less one, before a piece in it: whatever is asked of its
/// columns is asked with four of these, empty ones among them.
const COLUMNS: usize = 2 * WINDOW - 1;

/// The columns of an orientation with empty ones before and after them.
///
/// A window always has the same number of columns, so that no answer takes a branch on how wide the
/// piece is, which no processor can foresee.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stamp {
    /// The cells as bits, bit 0 the lowest row of the piece.
    cells: [u64; COLUMNS],
    /// The row of the lowest cell.
    bottoms: [u64; COLUMNS],
    /// All bits for columns with cells.
    used: [u64; COLUMNS],
    /// The cells, and the row of the lowest one, between as many empty columns as a narrow board may
    /// have beside them.
    across: [u8; 2 * NARROW - 1],
    bottoms_across: [u8; 2 * NARROW - 1],
}

impl Stamp {
    pub(super) const fn new(columns: [u8; WINDOW]) -> Self {
        let mut stamp = Self {
            cells: [0; COLUMNS],
            bottoms: [0; COLUMNS],
            used: [0; COLUMNS],
            across: [0; 2 * NARROW - 1],
            bottoms_across: [64; 2 * NARROW - 1],
        };
        let mut column = 0;
        while column < WINDOW && columns[column] != 0 {
            let at = COLUMNS - WINDOW + column;
            stamp.cells[at] = columns[column] as u64;
            stamp.bottoms[at] = columns[column].trailing_zeros() as u64;
            stamp.used[at] = u64::MAX;
            stamp.across[NARROW - 1 + column] = columns[column];
            stamp.bottoms_across[NARROW - 1 + column] = columns[column].trailing_zeros() as u8;
            column += 1;
        }
        stamp
    }

    /// Whether it fits over the columns of a window, `at` columns after the first of them and with
    /// its lowest row in row `y`.
    #[inline(always)]
    pub(crate) fn fits(&self, (columns, at): (&[u64; WINDOW], usize), y: u32) -> bool {
        let cells = under(&self.cells, at);
        let mut here = 0;
        for i in 0..WINDOW {
            here |= columns[i] >> y & cells[i];
        }
        here == 0
    }

    /// Whether one of its cells is above a full one or on the floor.
    #[inline(always)]
    pub(crate) fn stands(&self, (columns, at): (&[u64; WINDOW], usize), y: u32) -> bool {
        let cells = under(&self.cells, at);
        let mut below = 0;
        for i in 0..WINDOW {
            // The floor is a full row, and no piece reaches the bit lost.
            below |= (columns[i] << 1 | 1) >> y & cells[i];
        }
        below != 0
    }

    /// Its columns on a narrow board that it lies on: the cells, bit 0 the lowest row of the piece, and
    /// the row of the lowest one, 64 where there is none.
    #[inline(always)]
    pub(crate) fn across(&self, x: usize) -> (&[u8; NARROW], &[u8; NARROW]) {
        let from = (NARROW - 1).saturating_sub(x);
        let cells = self.across[from..].first_chunk();
        let bottoms = self.bottoms_across[from..].first_chunk();
        cells.zip(bottoms).expect("enough columns")
    }

    /// Fills its cells.
    #[inline(always)]
    pub(crate) fn fill(&self, (columns, at): (&mut [u64; WINDOW], usize), y: u32) {
        let cells = under(&self.cells, at);
        for i in 0..WINDOW {
            columns[i] |= cells[i] << y;
        }
    }

    /// The rows for its own lowest one in which the lowest cell of a column would be on a full cell, as
    /// bits: it falls to the row after the highest of them below it.
    #[inline(always)]
    pub(crate) fn stopped(&self, (columns, at): (&[u64; WINDOW], usize)) -> u64 {
        let (bottoms, used) = (under(&self.bottoms, at), under(&self.used, at));
        let mut stopped = 0;
        for i in 0..WINDOW {
            stopped |= columns[i] >> bottoms[i] & used[i];
        }
        stopped
    }
}

/// What is under a window that begins so many columns before the piece, which is fewer than it has.
#[inline(always)]
fn under(all: &[u64; COLUMNS], at: usize) -> &[u64; WINDOW] {
    let from = (WINDOW - 1).wrapping_sub(at) % WINDOW;
    all[from..].first_chunk().expect("enough columns")
}
