//! One orientation of a piece, by itself.

use super::Stamp;

/// The cells of one orientation of a piece, pushed into the lower left corner, column by column.
///
/// Everything a placement needs to know about a piece is read off here once, at compile time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    width: u8,
    height: u8,
    columns: [u8; 4],
    bottoms: [u8; 4],
    tops: [u8; 4],
    edges: u32,
    stamp: Stamp,
}

impl Shape {
    /// Columns that the shape covers, 1 to 4.
    #[must_use]
    #[inline]
    pub const fn width(&self) -> usize {
        self.width as usize
    }

    /// Rows that the shape covers, 1 to 4.
    #[must_use]
    #[inline]
    pub const fn height(&self) -> usize {
        self.height as usize
    }

    /// The cells of each column as bits, bit 0 the lowest row; 0 past the width.
    #[must_use]
    #[inline]
    pub const fn columns(&self) -> [u8; 4] {
        self.columns
    }

    /// Row of the lowest cell of each column; 0 past the width.
    #[must_use]
    #[inline]
    pub const fn bottoms(&self) -> [u8; 4] {
        self.bottoms
    }

    /// One more than the row of the highest cell of each column; 0 past the width.
    ///
    /// Every column of a tetromino is one unbroken run from its bottom to its top.
    #[must_use]
    #[inline]
    pub const fn tops(&self) -> [u8; 4] {
        self.tops
    }

    /// Where the piece changes the full/empty boundary between neighbouring columns: four bits
    /// (rows) for each of the `width + 1` boundaries from the left, the lowest first.
    #[inline]
    pub(crate) const fn edges(&self) -> u32 {
        self.edges
    }

    /// The same to be held against a window on a board.
    #[inline]
    pub(crate) const fn stamp(&self) -> &Stamp {
        &self.stamp
    }

    pub(crate) const fn new(cells: [(i8, i8); 4]) -> Self {
        let (mut left, mut low) = (i8::MAX, i8::MAX);
        let mut i = 0;
        while i < 4 {
            let (x, y) = cells[i];
            left = if x < left { x } else { left };
            low = if y < low { y } else { low };
            i += 1;
        }
        let (mut width, mut height, mut columns) = (0, 0, [0u8; 4]);
        let mut i = 0;
        while i < 4 {
            let (x, y) = ((cells[i].0 - left) as u8, (cells[i].1 - low) as u8);
            columns[x as usize] |= 1 << y;
            width = if x + 1 > width { x + 1 } else { width };
            height = if y + 1 > height { y + 1 } else { height };
            i += 1;
        }
        let (mut bottoms, mut tops) = ([0; 4], [0; 4]);
        let mut edges = columns[0] as u32;
        let mut i = 0;
        while i < width as usize {
            bottoms[i] = columns[i].trailing_zeros() as u8;
            tops[i] = 8 - columns[i].leading_zeros() as u8;
            let right = if i < 3 { columns[i + 1] } else { 0 };
            edges |= ((columns[i] ^ right) as u32) << (4 * (i + 1));
            i += 1;
        }
        Self {
            width,
            height,
            columns,
            bottoms,
            tops,
            edges,
            stamp: Stamp::new(columns),
        }
    }
}
