//! The occupancy of a board, as one set of bits for each column.

use alloc::boxed::Box;

use crate::board::fall::{Dropped, Fall, FallOnEach};
use crate::error::BoardSizeError;
use crate::pieces::{NARROW, Shape, WINDOW};
use crate::simd;

/// Fewest columns of a board: the I piece lying must fit.
pub const MIN_WIDTH: usize = 4;
/// Most columns of a board.
pub const MAX_WIDTH: usize = 32;
/// Fewest rows of a board: the I piece standing must fit.
pub const MIN_HEIGHT: usize = 4;
/// Most rows of a board: one column is one 64-bit word.
pub const MAX_HEIGHT: usize = 64;

/// Boards up to this width live inside the value, without an allocation.
pub(super) const INLINE_WIDTH: usize = NARROW;

/// Which cells of a board are full.
///
/// A column is a `u64`, bit 0 its floor row, so that heights, gaps and wells are a few
/// instructions each and cost the same on a high board as on a low one. Which piece a cell came
/// from is not kept here; see [`ColourPlane`](crate::ColourPlane). Boards of up to 12 columns
/// are 104 bytes and clone without allocating.
///
/// As text a board is its rows from the top, `X` full and `.` empty, with `/` or a line break
/// between rows; the last row is the floor.
///
/// ```
/// use tetris_core::Board;
///
/// let board = Board::from_rows("XX......../X...XXXXXX/XX.XXXXXXX", 20)?;
/// assert_eq!((board.width(), board.height()), (10, 20));
/// assert_eq!(board.column_height(0), 3);
/// assert!(!board.get(2, 0));
/// # Ok::<(), tetris_core::ParseBoardError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(
    feature = "serde",
    serde(from = "crate::PackedBoard", into = "crate::PackedBoard")
)]
pub struct Board(Columns);

/// Columns past the width are always 0, so equality and hashing can be derived.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Columns {
    Narrow {
        width: u8,
        height: u8,
        columns: [u64; INLINE_WIDTH],
    },
    Wide {
        width: u8,
        height: u8,
        columns: Box<[u64; MAX_WIDTH]>,
    },
}

/// A board that is not wider than 12 columns.
pub(super) struct Narrow<'a> {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) columns: &'a mut [u64; INLINE_WIDTH],
}

impl Board {
    /// Stands in while another is being moved.
    pub(crate) const SMALLEST: Self = Self(Columns::Narrow {
        width: MIN_WIDTH as u8,
        height: MIN_HEIGHT as u8,
        columns: [0; INLINE_WIDTH],
    });

    /// An empty board.
    ///
    /// # Errors
    /// If the width is not 4 to 32 or the height not 4 to 64.
    pub fn new(width: usize, height: usize) -> Result<Self, BoardSizeError> {
        if !(MIN_WIDTH..=MAX_WIDTH).contains(&width) || !(MIN_HEIGHT..=MAX_HEIGHT).contains(&height)
        {
            return Err(BoardSizeError { width, height });
        }
        let (columns_used, height) = (width, height as u8);
        let width = width as u8;
        Ok(Self(if columns_used <= INLINE_WIDTH {
            Columns::Narrow {
                width,
                height,
                columns: [0; INLINE_WIDTH],
            }
        } else {
            Columns::Wide {
                width,
                height,
                columns: Box::new([0; MAX_WIDTH]),
            }
        }))
    }

    /// Number of columns.
    #[must_use]
    #[inline]
    pub const fn width(&self) -> usize {
        match &self.0 {
            Columns::Narrow { width, .. } | Columns::Wide { width, .. } => *width as usize,
        }
    }

    /// Number of rows that exist. A game may end lower: see the ceiling of
    /// [`Scenario`](crate::Scenario).
    #[must_use]
    #[inline]
    pub const fn height(&self) -> usize {
        match &self.0 {
            Columns::Narrow { height, .. } | Columns::Wide { height, .. } => *height as usize,
        }
    }

    /// The columns from the left, bit 0 the floor row; as many as the width.
    #[must_use]
    #[inline]
    pub fn columns(&self) -> &[u64] {
        match &self.0 {
            Columns::Narrow { width, columns, .. } => &columns[..*width as usize],
            Columns::Wide { width, columns, .. } => &columns[..*width as usize],
        }
    }

    /// A board of possible size from its columns.
    pub(crate) fn from_columns(columns: &[u64], height: usize) -> Self {
        let mut board = Self::new(columns.len(), height).expect("the columns of a board");
        board.columns_mut().copy_from_slice(columns);
        board
    }

    /// Neighbouring columns with column `x` among them, and where among them it is; those past
    /// the last one are anything.
    #[inline(always)]
    pub(crate) fn window(&self, x: usize) -> (&[u64; WINDOW], usize) {
        match &self.0 {
            Columns::Narrow { columns, .. } => window_of(columns, x),
            Columns::Wide { columns, .. } => window_of(columns, x),
        }
    }

    /// The same to be filled.
    #[inline(always)]
    pub(crate) fn window_mut(&mut self, x: usize) -> (&mut [u64; WINDOW], usize) {
        match &mut self.0 {
            Columns::Narrow { columns, .. } => window_of_mut(columns, x),
            Columns::Wide { columns, .. } => window_of_mut(columns, x),
        }
    }

    /// Empties every cell.
    pub(crate) fn clear(&mut self) {
        self.columns_mut().fill(0);
    }

    /// Fills the cells of a shape where it is known to fit.
    #[inline]
    pub(crate) fn fill(&mut self, shape: &Shape, x: usize, y: usize) {
        shape.stamp().fill(self.window_mut(x), y as u32);
    }

    #[inline]
    pub(crate) fn columns_mut(&mut self) -> &mut [u64] {
        match &mut self.0 {
            Columns::Narrow { width, columns, .. } => &mut columns[..*width as usize],
            Columns::Wide { width, columns, .. } => &mut columns[..*width as usize],
        }
    }

    /// Whether the cell in column `x` (from the left) and row `y` (from the floor) is full.
    ///
    /// # Panics
    /// If the cell is not on the board.
    #[must_use]
    #[inline]
    pub fn get(&self, x: usize, y: usize) -> bool {
        assert!(y < self.height(), "row {y} is not on the board");
        self.columns()[x] >> y & 1 == 1
    }

    /// Fills or empties one cell.
    ///
    /// # Panics
    /// If the cell is not on the board.
    #[inline]
    pub fn set(&mut self, x: usize, y: usize, full: bool) {
        assert!(y < self.height(), "row {y} is not on the board");
        let column = &mut self.columns_mut()[x];
        *column = *column & !(1 << y) | u64::from(full) << y;
    }

    /// One more than the highest full row of a column; 0 for an empty one.
    ///
    /// # Panics
    /// If there is no such column.
    #[must_use]
    #[inline]
    pub fn column_height(&self, x: usize) -> usize {
        bit_height(self.columns()[x]) as usize
    }

    /// Height of the highest column.
    #[must_use]
    #[inline]
    pub fn pile_height(&self) -> usize {
        bit_height(self.columns().iter().fold(0, |all, column| all | column)) as usize
    }

    /// Whether a shape whose leftmost column is `x` and whose lowest row is `y` lies on the
    /// board, over empty cells only.
    #[must_use]
    #[inline]
    pub fn fits(&self, shape: &Shape, x: usize, y: usize) -> bool {
        // Every shape is smaller than every board.
        x <= self.width() - shape.width()
            && y <= self.height() - shape.height()
            && shape.stamp().fits(self.window(x), y as u32)
    }

    /// The lowest row in which a shape comes to rest when it falls straight down from above the
    /// board with its leftmost column at `x`. It may stick out over the top; see [`Board::fits`].
    ///
    /// # Panics
    /// If the shape sticks out of the side.
    #[must_use]
    #[inline]
    pub fn drop_row(&self, shape: &Shape, x: usize) -> usize {
        self.assert_across(shape, x);
        bit_height(shape.stamp().stopped(self.window(x))) as usize
    }

    #[inline(always)]
    pub(super) fn assert_across(&self, shape: &Shape, x: usize) {
        assert!(
            x <= self.width() - shape.width(),
            "the piece sticks out of the side at column {x}"
        );
    }

    /// Fills the cells of a shape. Full rows stay until [`Board::clear_full_rows`].
    ///
    /// # Panics
    /// If the shape does not fit there: see [`Board::fits`].
    #[inline]
    pub fn lock(&mut self, shape: &Shape, x: usize, y: usize) {
        assert!(
            self.fits(shape, x, y),
            "the piece does not fit at ({x}, {y})"
        );
        self.fill(shape, x, y);
    }

    /// Rows in which every cell is full, as bits, bit 0 the floor row.
    #[must_use]
    #[inline]
    pub fn full_rows(&self) -> u64 {
        self.columns()
            .iter()
            .fold(u64::MAX, |all, column| all & column)
    }

    /// Lets a shape fall straight down from above the board with its leftmost column at `x`, fills its
    /// cells and takes out full rows: [`Board::drop_row`], [`Board::lock`] and
    /// [`Board::clear_full_rows`] in one. `None`, and nothing is changed, if it would stick out over
    /// the top.
    ///
    /// ```
    /// use tetris_core::{Board, Dropped, Piece, Rotation};
    ///
    /// let mut board = Board::from_rows(".XXX/XXX.", 4)?;
    /// let standing = Piece::J.shape(Rotation::East);
    /// assert_eq!(board.drop_shape(standing, 2), None);
    /// let lying = Piece::I.shape(Rotation::North);
    /// assert_eq!(board.drop_shape(lying, 0), Some(Dropped { row: 2, full: 0b100 }));
    /// # Ok::<(), tetris_core::ParseBoardError>(())
    /// ```
    ///
    /// # Panics
    /// If the shape sticks out of the side.
    #[inline]
    pub fn drop_shape(&mut self, shape: &Shape, x: usize) -> Option<Dropped> {
        self.assert_across(shape, x);
        match self.narrow_mut() {
            Some(board) => simd::run(Fall { board, shape, x }),
            None => self.drop_step_by_step(shape, x),
        }
    }

    /// Lets a shape fall on each of many boards, with its leftmost column there, as
    /// [`Board::drop_shape`] does, and tells what became of each.
    ///
    /// # Panics
    /// If the slices differ in length, or a shape sticks out of the side: the boards before it have
    /// theirs then.
    pub fn drop_shapes(
        boards: &mut [Self],
        drops: &[(&Shape, usize)],
        dropped: &mut [Option<Dropped>],
    ) {
        assert_eq!(drops.len(), boards.len(), "a shape for each board");
        assert_eq!(dropped.len(), boards.len(), "a place for each board");
        simd::run(FallOnEach {
            boards,
            drops,
            dropped,
        });
    }

    #[inline(always)]
    pub(super) const fn narrow_mut(&mut self) -> Option<Narrow<'_>> {
        match &mut self.0 {
            Columns::Narrow {
                width,
                height,
                columns,
            } => Some(Narrow {
                width: *width as usize,
                height: *height as usize,
                columns,
            }),
            Columns::Wide { .. } => None,
        }
    }

    #[inline(never)]
    pub(super) fn drop_step_by_step(&mut self, shape: &Shape, x: usize) -> Option<Dropped> {
        let row = self.drop_row(shape, x);
        if row + shape.height() > self.height() {
            return None;
        }
        self.fill(shape, x, row);
        let full = self.clear_full_rows();
        Some(Dropped { row, full })
    }

    /// Takes out the full rows and lets what is above them come down. Returns which rows were
    /// full, as bits, bit 0 the floor row.
    #[inline]
    pub fn clear_full_rows(&mut self) -> u64 {
        let full = self.full_rows();
        remove_rows(self.columns_mut(), full);
        full
    }
}

#[inline(always)]
fn window_of<const N: usize>(columns: &[u64; N], x: usize) -> (&[u64; WINDOW], usize) {
    let first = x.min(N - WINDOW);
    let window = columns[first..].first_chunk();
    (window.expect("the first of a window"), x - first)
}

#[inline(always)]
fn window_of_mut<const N: usize>(columns: &mut [u64; N], x: usize) -> (&mut [u64; WINDOW], usize) {
    let first = x.min(N - WINDOW);
    let window = columns[first..].first_chunk_mut();
    (window.expect("the first of a window"), x - first)
}

/// One more than the position of the highest bit; 0 when none is set.
#[inline]
pub(crate) const fn bit_height(column: u64) -> u32 {
    u64::BITS - column.leading_zeros()
}

/// Takes the given rows out of every column and closes the gaps from above.
#[inline]
pub(crate) fn remove_rows(columns: &mut [u64], mut rows: u64) {
    while rows != 0 {
        // From the top, so that the rows still to go keep their places.
        let row = bit_height(rows) - 1;
        let below = (1 << row) - 1;
        for column in &mut *columns {
            *column = *column & below | *column >> 1 & !below;
        }
        rows &= below;
    }
}
