//! Where a piece can come to rest.

use crate::board::Board;
use crate::pieces::{Piece, Rotation, Shape};

/// A piece at rest: its orientation, the column of its leftmost cell (from the left) and the row
/// of its lowest cell (from the floor).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Placement {
    /// The orientation.
    pub rotation: Rotation,
    /// Column of the leftmost cell, 0 at the left wall.
    pub column: u8,
    /// Row of the lowest cell, 0 at the floor.
    pub row: u8,
}

impl Placement {
    /// The action of the placement environment: rotation index x board width + column.
    #[must_use]
    #[inline]
    pub const fn action(&self, board_width: usize) -> usize {
        self.rotation.index() * board_width + self.column as usize
    }

    /// The four cells as `(column, row)`, columns from the left, each from the bottom.
    pub fn cells(&self, piece: Piece) -> impl Iterator<Item = (usize, usize)> + use<> {
        let (shape, x, y) = (piece.shape(self.rotation), self.column, self.row);
        (0..shape.width()).flat_map(move |i| {
            let (bottom, top) = (shape.bottoms()[i], shape.tops()[i]);
            (bottom..top).map(move |dy| (usize::from(x) + i, usize::from(y) + usize::from(dy)))
        })
    }
}

/// What is wrong with a hard drop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoDrop {
    /// The action is no distinct placement of the piece within the walls.
    NotAPlacement,
    /// The piece would stick out over the ceiling.
    AboveCeiling,
}

/// Where the piece comes to rest for an action, and its shape.
#[inline]
pub(crate) fn drop_action(
    board: &Board,
    piece: Piece,
    ceiling: usize,
    action: usize,
) -> Result<(Placement, &'static Shape), NoDrop> {
    let (index, column) = (action / board.width(), action % board.width());
    let rotation = *piece
        .distinct_rotations()
        .get(index)
        .ok_or(NoDrop::NotAPlacement)?;
    let shape = piece.shape(rotation);
    if column + shape.width() > board.width() {
        return Err(NoDrop::NotAPlacement);
    }
    let row = board.drop_row(shape, column);
    if row + shape.height() > ceiling {
        return Err(NoDrop::AboveCeiling);
    }
    let placement = Placement {
        rotation,
        column: column as u8,
        row: row as u8,
    };
    Ok((placement, shape))
}

/// The hard-drop placements of a piece: see [`Board::hard_drops`].
#[derive(Clone, Debug)]
pub struct HardDrops<'a> {
    board: &'a Board,
    piece: Piece,
    ceiling: usize,
    actions: core::ops::Range<usize>,
}

impl Board {
    /// The distinct placements of a piece that falls straight down from above the board,
    /// rotations in turn from north, columns from the left. Orientations that cover the same
    /// cells count once ([`Piece::distinct_rotations`]).
    ///
    /// A placement counts only if the whole piece comes to rest in the lowest `ceiling` rows,
    /// before full rows are taken out.
    ///
    /// ```
    /// use tetris_core::{Board, Piece};
    ///
    /// let board = Board::new(10, 20)?;
    /// assert_eq!(board.hard_drops(Piece::T, 20).count(), 34);
    /// # Ok::<(), tetris_core::BoardSizeError>(())
    /// ```
    ///
    /// # Panics
    /// If the ceiling is higher than the board.
    #[inline]
    pub fn hard_drops(&self, piece: Piece, ceiling: usize) -> HardDrops<'_> {
        assert!(ceiling <= self.height(), "the ceiling is above the board");
        HardDrops {
            board: self,
            piece,
            ceiling,
            actions: 0..piece.distinct_rotations().len() * self.width(),
        }
    }
}

impl Board {
    /// Whether a piece has any placement under the ceiling.
    #[inline]
    pub(crate) fn has_hard_drop(&self, piece: Piece, ceiling: usize) -> bool {
        self.hard_drops(piece, ceiling).next().is_some()
    }
}

impl Iterator for HardDrops<'_> {
    type Item = Placement;

    #[inline]
    fn next(&mut self) -> Option<Placement> {
        let (board, piece, ceiling) = (self.board, self.piece, self.ceiling);
        self.actions.find_map(|action| {
            let (placement, _) = drop_action(board, piece, ceiling, action).ok()?;
            Some(placement)
        })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (0, Some(self.actions.len()))
    }
}
