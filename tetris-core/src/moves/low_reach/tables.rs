//! What is known of each piece when the code for it is compiled.

use super::RULES;
use crate::moves::{COLUMNS, WIDTH};
use crate::pieces::{Piece, Rotation};

/// The piece with a cell value of `PIECE`.
pub(super) const fn piece<const PIECE: usize>() -> Piece {
    Piece::ALL[PIECE - 1]
}

/// A test of a turn.
pub(super) const fn kick<const PIECE: usize>(from: usize, to: usize, test: usize) -> (i8, i8) {
    if PIECE == Piece::O as usize {
        return (0, 0);
    }
    let (from, to) = (Rotation::ALL[from], Rotation::ALL[to]);
    RULES.kicks(piece::<PIECE>(), from, to)[test]
}

/// How far the pivot of an orientation must move to become that of the one that covers the same
/// cells.
pub(super) const fn shift<const PIECE: usize>(rotation: usize) -> (i8, i8) {
    let piece = piece::<PIECE>();
    if piece.distinct_rotations().len() != 2 {
        return (0, 0);
    }
    let (left, low) = piece.corner(Rotation::ALL[rotation]);
    let (first_left, first_low) = piece.corner(Rotation::ALL[rotation - 2]);
    (left - first_left, low - first_low)
}

/// The pivots that would leave cells outside the walls or under the floor.
pub(super) const fn outside<const PIECE: usize>(rotation: usize) -> [u32; COLUMNS] {
    let cells = piece::<PIECE>().cells(Rotation::ALL[rotation]);
    let mut outside = [0; COLUMNS];
    let mut x = 0;
    while x < COLUMNS {
        let mut i = 0;
        while i < 4 {
            let (dx, dy) = cells[i];
            let column = x as i32 + dx as i32;
            if column < 0 || column >= WIDTH as i32 {
                outside[x] = u32::MAX;
            } else if dy < 0 {
                outside[x] |= (1 << -dy) - 1;
            }
            i += 1;
        }
        x += 1;
    }
    outside
}

/// The least row that a turn moves the pivot by, for each number of columns from -2 to 2 that it
/// can move it by.
pub(super) const fn lowest_kicks<const PIECE: usize>(from: usize, to: usize) -> [Option<i8>; 5] {
    let mut lowest = [None; 5];
    let mut test = 0;
    while test < 5 {
        let (dx, dy) = kick::<PIECE>(from, to, test);
        let column = (dx + 2) as usize;
        lowest[column] = match lowest[column] {
            Some(low) if low <= dy => Some(low),
            _ => Some(dy),
        };
        test += 1;
    }
    lowest
}

/// Whether the tests of two turns to an orientation are the same.
pub(super) const fn same_kicks<const PIECE: usize>(a: usize, b: usize, to: usize) -> bool {
    let mut test = 0;
    while test < 5 {
        let (a, b) = (kick::<PIECE>(a, to, test), kick::<PIECE>(b, to, test));
        if a.0 != b.0 || a.1 != b.1 {
            return false;
        }
        test += 1;
    }
    true
}

/// Orientations to look at: O covers the same cells in all of them.
pub(super) const fn orientations<const PIECE: usize>() -> usize {
    if PIECE == Piece::O as usize { 1 } else { 4 }
}

/// Orientations that cover different cells.
pub(super) const fn distinct<const PIECE: usize>() -> usize {
    piece::<PIECE>().distinct_rotations().len()
}

/// Places to fall straight into: one for each column of each orientation.
pub(super) const fn drops<const PIECE: usize>() -> u32 {
    let (mut drops, mut rotation) = (0, 0);
    while rotation < distinct::<PIECE>() {
        let shape = piece::<PIECE>().shape(Rotation::ALL[rotation]);
        drops += WIDTH + 1 - shape.width();
        rotation += 1;
    }
    drops as u32
}
