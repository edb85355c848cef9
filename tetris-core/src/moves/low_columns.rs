//! A usual board with a low pile, as the fast code for placements takes it.

use crate::board::Board;
use crate::moves::{COLUMNS, Placement, Plane, SHORT_PILE, Short};
use crate::pieces::{Piece, Rotation};
use crate::simd::{self, Vector};

/// The usual width; the columns of a plane past it are never free.
pub(crate) const WIDTH: usize = 10;

/// The highest pile so that everything that can matter happens within thirty-two rows.
pub(crate) const LONG_PILE: u32 = 26;

/// Rows between the pile and the pivot of an entering piece, and from there to the top of the
/// board, within which the piece turns without touching anything.
pub(crate) const AIR: i32 = 4;

/// A board of ten columns with a low pile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(align(64))]
pub(crate) struct LowColumns(pub(crate) [u32; COLUMNS]);

impl LowColumns {
    /// `None` unless a piece that enters facing north with its pivot at the given column and row
    /// gets everywhere above the pile without touching anything.
    #[inline]
    pub(crate) fn new(board: &Board, piece: Piece, (x, y): (i8, i8)) -> Option<Self> {
        let columns = board.columns();
        if columns.len() != WIDTH || !simd::has_vectors() {
            return None;
        }
        let mut low = Self([0; COLUMNS]);
        let mut any = 0;
        for (low, &column) in low.0.iter_mut().zip(columns) {
            *low = column as u32;
            any |= column;
        }
        let fine = any >> LONG_PILE == 0 && low.is_under(piece, (x, y), board.height());
        fine.then_some(low)
    }

    /// Whether the pile is low, and low enough for a piece that enters there.
    #[inline]
    pub(crate) fn is_under(&self, piece: Piece, (x, y): (i8, i8), height: usize) -> bool {
        let (left, _) = piece.corner(Rotation::North);
        let left = i32::from(x) + i32::from(left);
        let room = WIDTH - piece.shape(Rotation::North).width();
        let any = self.0.iter().fold(0, |any, column| any | column);
        let pile = u32::BITS - any.leading_zeros();
        let (y, height) = (i32::from(y), height as i32);
        pile <= LONG_PILE
            && (0..=room as i32).contains(&left)
            && (pile as i32 + AIR..=height - AIR).contains(&y)
    }

    /// Whether it is short, and stays [under](Self::is_under) the piece whatever other piece comes
    /// before it, which adds four rows at most.
    #[inline]
    pub(crate) fn stays_under(&self, next: Piece, (x, y): (i8, i8), height: usize) -> bool {
        self.is_short() && self.is_under(next, (x, y.saturating_sub(4)), height)
    }

    /// With a piece in place, and without the rows that it fills. The pile may be higher.
    #[inline]
    pub(crate) fn after(&self, piece: Piece, placement: Placement) -> Self {
        let mut after = *self;
        let shape = piece.shape(placement.rotation);
        let x = usize::from(placement.column);
        let cells = shape.columns();
        for (column, cells) in after.0[x..x + shape.width()].iter_mut().zip(cells) {
            *column |= u32::from(cells) << placement.row;
        }
        let mut full = after.0[..WIDTH]
            .iter()
            .fold(u32::MAX, |full, column| full & column);
        while full != 0 {
            // From the top, so that the rows still to go keep their places.
            let row = 31 - full.leading_zeros();
            let below = (1 << row) - 1;
            for column in &mut after.0 {
                *column = *column & below | *column >> 1 & !below;
            }
            full ^= 1 << row;
        }
        after
    }

    pub(crate) fn to_board(self, height: usize) -> Board {
        Board::from_columns(&self.0.map(u64::from)[..WIDTH], height)
    }

    /// Whether sixteen rows are enough.
    #[inline(always)]
    pub(crate) fn is_short(&self) -> bool {
        self.0.iter().fold(0, |any, column| any | column) >> SHORT_PILE == 0
    }
}

impl<V: Vector> From<Short<V>> for LowColumns {
    #[inline(always)]
    fn from(short: Short<V>) -> Self {
        Self(short.store())
    }
}

/// The placement with its pivot there.
#[inline]
pub(crate) fn placement(piece: Piece, rotation: Rotation, x: usize, y: u32) -> Placement {
    let (left, low) = piece.corner(rotation);
    Placement {
        rotation,
        column: (x as i8 + left) as u8,
        row: (y as i8 + low) as u8,
    }
}
