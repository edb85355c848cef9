//! Which tetromino each cell of a board came from.

use alloc::boxed::Box;
use alloc::vec;
use core::num::NonZeroU8;

use crate::board::Board;
use crate::pieces::Piece;

/// Value of a full cell that came from no piece: the starting position of a scenario.
pub const GARBAGE: u8 = 8;

/// One byte a cell beside the occupancy of a board: 0 empty, 1..=7 the piece it came from
/// ([`Piece::cell`]), [`GARBAGE`] for cells that were there from the start.
///
/// It is for people to look at; nothing that plays or learns reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct ColourPlane {
    width: NonZeroU8,
    /// Row after row from the floor, each from the left.
    cells: Box<[u8]>,
}

impl ColourPlane {
    /// The plane of a board whose full cells came from no piece.
    #[must_use]
    pub fn of_garbage(board: &Board) -> Self {
        let width = board.width();
        let mut cells = vec![0; width * board.height()].into_boxed_slice();
        for (index, cell) in cells.iter_mut().enumerate() {
            if board.get(index % width, index / width) {
                *cell = GARBAGE;
            }
        }
        Self {
            width: NonZeroU8::new(width as u8).expect("a board has columns"),
            cells,
        }
    }

    /// Number of columns.
    #[must_use]
    pub const fn width(&self) -> usize {
        self.width.get() as usize
    }

    /// Number of rows.
    #[must_use]
    pub const fn height(&self) -> usize {
        self.cells.len() / self.width()
    }

    /// The cell in column `x` (from the left) and row `y` (from the floor).
    ///
    /// # Panics
    /// If the cell is not on the board.
    #[must_use]
    pub fn get(&self, x: usize, y: usize) -> u8 {
        assert!(x < self.width(), "column {x} is not on the board");
        self.cells[y * self.width() + x]
    }

    /// The rows from the floor up, each from the left. Turn it round with `rev()` to draw from
    /// the top.
    pub fn rows(&self) -> impl DoubleEndedIterator<Item = &[u8]> + ExactSizeIterator {
        self.cells.chunks_exact(self.width())
    }

    /// Empties every cell.
    pub(crate) fn clear(&mut self) {
        self.cells.fill(0);
    }

    /// Colours the cells of a piece.
    pub(crate) fn lock(&mut self, piece: Piece, cells: impl Iterator<Item = (usize, usize)>) {
        for (x, y) in cells {
            self.cells[y * self.width() + x] = piece.cell();
        }
    }

    /// Takes rows out (bit 0 the floor row) and lets what is above come down.
    pub(crate) fn remove_rows(&mut self, rows: u64) {
        if rows == 0 {
            return;
        }
        let (width, height) = (self.width(), self.height());
        let mut to = 0;
        for from in (0..height).filter(|from| rows >> from & 1 == 0) {
            self.cells
                .copy_within(from * width..(from + 1) * width, to * width);
            to += 1;
        }
        self.cells[to * width..].fill(0);
    }

    /// Pushes a row of garbage in from below: see [`Board::push_garbage`].
    pub(crate) fn push_garbage(&mut self, hole: usize) {
        let width = self.width();
        let kept = self.cells.len() - width;
        self.cells.copy_within(..kept, width);
        self.cells[..width].fill(GARBAGE);
        self.cells[hole] = 0;
    }

    /// Whether exactly the full cells of a board of the same size are coloured.
    #[cfg(feature = "serde")]
    pub(crate) fn agrees_with(&self, board: &Board) -> bool {
        let coloured = |(index, &cell): (usize, &u8)| {
            board.get(index % self.width(), index / self.width()) == (cell != 0)
        };
        (self.width(), self.height()) == (board.width(), board.height())
            && self.cells.iter().enumerate().all(coloured)
    }
}

#[cfg(feature = "serde")]
impl<'de> serde::Deserialize<'de> for ColourPlane {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        use serde::de::Error;

        #[derive(serde::Deserialize)]
        #[serde(rename = "ColourPlane", deny_unknown_fields)]
        struct Unchecked {
            width: NonZeroU8,
            cells: Box<[u8]>,
        }

        let Unchecked { width, cells } = Unchecked::deserialize(deserializer)?;
        let columns = usize::from(width.get());
        Board::new(columns, cells.len() / columns).map_err(D::Error::custom)?;
        if cells.len() % columns != 0 {
            return Err(D::Error::custom("the last row of colours is not whole"));
        }
        if let Some(unknown) = cells.iter().find(|&&cell| cell > GARBAGE) {
            let error = format_args!("{unknown} is no colour of a cell; they are 0 to {GARBAGE}");
            return Err(D::Error::custom(error));
        }
        Ok(Self { width, cells })
    }
}
