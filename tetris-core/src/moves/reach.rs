//! Every place that a piece can get to, as bits.

use crate::board::{Board, MAX_WIDTH};
use crate::game::Active;
use crate::moves::is_far_kick;
use crate::pieces::{Piece, Rotation, RotationRules, Turn};

/// The pivots of one orientation: a word for each column, bit 0 the floor row.
pub(crate) type Pivots = [u64; MAX_WIDTH];

/// Where the pivot of a piece can be, for each orientation.
#[derive(Clone, Debug)]
pub(crate) struct Reach {
    width: usize,
    /// Where it fits.
    pub(crate) free: [Pivots; 4],
    /// Where it gets to.
    pub(crate) reached: [Pivots; 4],
    /// Where a turn takes it.
    pub(crate) turned: [Pivots; 4],
    /// Where a turn with a far kick takes it.
    pub(crate) far: [Pivots; 4],
}

impl Reach {
    /// From the start by steps to the left, to the right and down, and by turns. Nothing if it
    /// does not fit where it starts.
    pub(crate) fn new(board: &Board, start: &Active, rules: RotationRules) -> Self {
        let nowhere = [[0; MAX_WIDTH]; 4];
        let mut all = Self {
            width: board.width(),
            free: Rotation::ALL.map(|rotation| free(board, start.piece, rotation)),
            reached: nowhere,
            turned: nowhere,
            far: nowhere,
        };
        let (Ok(x), Ok(y)) = (usize::try_from(start.x), u32::try_from(start.y)) else {
            return all;
        };
        if x >= board.width() || y >= u64::BITS {
            return all;
        }
        let at = start.rotation.index();
        all.reached[at][x] = all.free[at][x] & 1 << y;
        let mut to_do = 1u32 << at;
        while to_do != 0 {
            let from = Rotation::ALL[to_do.trailing_zeros() as usize];
            to_do &= to_do - 1;
            all.slide(from);
            // The O piece covers the same cells in every orientation.
            if start.piece != Piece::O {
                for turn in Turn::ALL {
                    let to = from.turned(turn);
                    if all.turn(from, to, rules.kicks(start.piece, from, to)) {
                        to_do |= 1 << to.index();
                    }
                }
            }
        }
        all
    }

    /// Goes left, right and down as far as it goes.
    fn slide(&mut self, rotation: Rotation) {
        let free = &self.free[rotation.index()];
        let reached = &mut self.reached[rotation.index()];
        loop {
            let mut changed = false;
            // To the right, then to the left, taking along what came from the other side.
            for i in 0..2 * self.width {
                let x = if i < self.width {
                    i
                } else {
                    2 * self.width - 1 - i
                };
                let left = if x > 0 { reached[x - 1] } else { 0 };
                let right = *reached.get(x + 1).unwrap_or(&0);
                let fallen = fall(reached[x] | (left | right) & free[x], free[x]);
                changed |= fallen != reached[x];
                reached[x] = fallen;
            }
            if !changed {
                return;
            }
        }
    }

    /// Turns the piece wherever it is. Whether it gets to new places.
    fn turn(&mut self, from: Rotation, to: Rotation, kicks: &[(i8, i8)]) -> bool {
        let mut new = false;
        for x in 0..self.width {
            let mut rest = self.reached[from.index()][x];
            for &(dx, dy) in kicks {
                if rest == 0 {
                    break;
                }
                let Some(column) = x.checked_add_signed(dx.into()) else {
                    continue;
                };
                if column >= self.width {
                    continue;
                }
                let fits = raised(self.free[to.index()][column], -dy);
                let turned = raised(rest & fits, dy);
                rest &= !fits;
                let reached = &mut self.reached[to.index()][column];
                new |= turned & !*reached != 0;
                *reached |= turned;
                self.turned[to.index()][column] |= turned;
                if is_far_kick((dx, dy)) {
                    self.far[to.index()][column] |= turned;
                }
            }
        }
        new
    }

    /// Where the piece lies on something, or on the floor, in an orientation.
    #[inline]
    pub(crate) fn grounded(&self, rotation: Rotation, x: usize) -> u64 {
        let r = rotation.index();
        self.reached[r][x] & !(self.free[r][x] << 1)
    }
}

/// The pivots where a piece fits.
fn free(board: &Board, piece: Piece, rotation: Rotation) -> Pivots {
    let columns = board.columns();
    let above = !(u64::MAX >> (64 - board.height()));
    let mut free = [0; MAX_WIDTH];
    for (x, free) in free.iter_mut().enumerate().take(columns.len()) {
        *free = u64::MAX;
        for (dx, dy) in piece.cells(rotation) {
            let column = x.checked_add_signed(dx.into()).and_then(|x| columns.get(x));
            *free &= raised(column.map_or(0, |column| !(column | above)), -dy);
        }
    }
    free
}

/// Moved up by rows, or down if negative; what leaves the word is gone.
#[inline]
fn raised(column: u64, rows: i8) -> u64 {
    if rows >= 0 {
        column << rows
    } else {
        column >> -rows
    }
}

/// All rows below those reached that can be reached by falling through free ones.
#[inline]
fn fall(mut reached: u64, mut free: u64) -> u64 {
    let mut rows = 1;
    while rows < u64::BITS {
        reached |= reached >> rows & free;
        free &= free >> rows;
        rows *= 2;
    }
    reached
}
