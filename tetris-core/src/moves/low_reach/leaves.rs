//! Counting the places of a piece on every board that another one makes, without ever writing
//! those boards down.

use super::flood::reach;
use super::{Pivots, count};
use crate::moves::{COLUMNS, LowColumns, Short, WIDTH};
use crate::pieces::{Piece, Rotation};
use crate::simd::{self, Kernel, Vector};

/// How many places the piece `next` has after each of the places of `piece`, added up. The board
/// must be [short](LowColumns::is_short), and `next` must get everywhere above the pile.
pub(crate) fn leaves(low: &LowColumns, piece: Piece, places: &Pivots, next: Piece) -> u64 {
    let leaves = Leaves {
        low,
        piece,
        places,
        next,
    };
    simd::run_in_vectors(leaves).unwrap_or(0)
}

#[derive(Clone, Copy)]
pub(super) struct Leaves<'a> {
    pub(super) low: &'a LowColumns,
    pub(super) piece: Piece,
    pub(super) places: &'a Pivots,
    pub(super) next: Piece,
}

impl Kernel for Leaves<'_> {
    type Output = u64;

    #[inline(always)]
    fn run<V: Vector>(self) -> u64 {
        match self.next {
            Piece::I => self.of::<V, 1>(),
            Piece::O => self.of::<V, 2>(),
            Piece::T => self.of::<V, 3>(),
            Piece::S => self.of::<V, 4>(),
            Piece::Z => self.of::<V, 5>(),
            Piece::J => self.of::<V, 6>(),
            Piece::L => self.of::<V, 7>(),
        }
    }
}

impl Leaves<'_> {
    #[inline(always)]
    fn of<V: Vector, const NEXT: usize>(self) -> u64 {
        let before = Short::<V>::narrow(&self.low.0);
        let mut leaves = 0;
        for &rotation in self.piece.distinct_rotations() {
            let shapes = &SHAPES[self.piece.index()][rotation.index()];
            let (_, lowest) = self.piece.corner(rotation);
            for pair in 0..WIDTH / 2 {
                let mut rows = self.places.pair(rotation, pair);
                while rows != 0 {
                    let bit = rows.trailing_zeros();
                    rows &= rows - 1;
                    let x = 2 * pair + bit as usize / 32;
                    let y = (bit % 32).wrapping_add_signed(lowest.into());
                    let mut after = before.with(&shapes[x], y);
                    let full = after.full_rows();
                    if full != 0 {
                        after = after.without_rows(full);
                    }
                    let found = if after.is_low() {
                        reach::<V, Short<V>, NEXT>(after).count()
                    } else {
                        count(&LowColumns::from(after), self.next)
                    };
                    leaves += u64::from(found);
                }
            }
        }
        leaves
    }
}

/// The cells of each piece and orientation with the pivot in each column, the lowest cell in row
/// 0.
static SHAPES: [[[[u16; COLUMNS]; WIDTH]; 4]; 7] = {
    let mut shapes = [[[[0; COLUMNS]; WIDTH]; 4]; 7];
    let mut at = 0;
    while at < 7 * 4 * WIDTH {
        let (piece, r, x) = (at / WIDTH / 4, at / WIDTH % 4, at % WIDTH);
        let shape = Piece::ALL[piece].shape(Rotation::ALL[r]);
        let (left, _) = Piece::ALL[piece].corner(Rotation::ALL[r]);
        let left = x as i32 + left as i32;
        if left >= 0 && left as usize + shape.width() <= WIDTH {
            let mut i = 0;
            while i < 4 {
                shapes[piece][r][x][left as usize + i] = shape.columns()[i] as u16;
                i += 1;
            }
        }
        at += 1;
    }
    shapes
};
