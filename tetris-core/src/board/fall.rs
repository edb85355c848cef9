//! A piece that falls on a narrow board, all columns at once.

use super::Board;
use super::bitboard::{INLINE_WIDTH, Narrow};
use crate::pieces::Shape;
use crate::simd::{Kernel, Vector};

/// What became of a shape that fell: see [`Board::drop_shape`](crate::Board::drop_shape).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dropped {
    /// The row that its lowest cell came to rest in, before full rows were taken out.
    pub row: usize,
    /// Which rows were full, as bits, bit 0 the floor row.
    pub full: u64,
}

/// Vectors of four columns each.
const VECTORS: usize = INLINE_WIDTH / 4;

/// All bits for the columns that a board of each width does not have.
static PAST: [[[u64; 4]; VECTORS]; INLINE_WIDTH + 1] = {
    let mut past = [[[0; 4]; VECTORS]; INLINE_WIDTH + 1];
    let mut at = 0;
    while at < past.len() * INLINE_WIDTH {
        let (width, column) = (at / INLINE_WIDTH, at % INLINE_WIDTH);
        past[width][column / 4][column % 4] = if column < width { 0 } else { u64::MAX };
        at += 1;
    }
    past
};

/// A shape above a narrow board that it is not wider than.
pub(super) struct Fall<'a> {
    pub(super) board: Narrow<'a>,
    pub(super) shape: &'a Shape,
    pub(super) x: usize,
}

impl Kernel for Fall<'_> {
    type Output = Option<Dropped>;

    #[inline(always)]
    fn run<V: Vector>(self) -> Option<Dropped> {
        fall::<V, true>(self.board, self.shape, self.x)
    }
}

/// A shape above each of many boards.
pub(super) struct FallOnEach<'a> {
    pub(super) boards: &'a mut [Board],
    pub(super) drops: &'a [(&'a Shape, usize)],
    pub(super) dropped: &'a mut [Option<Dropped>],
}

impl Kernel for FallOnEach<'_> {
    type Output = ();

    #[inline(always)]
    fn run<V: Vector>(self) {
        let drops = self.boards.iter_mut().zip(self.drops).zip(self.dropped);
        for ((board, &(shape, x)), dropped) in drops {
            board.assert_across(shape, x);
            match board.narrow_mut() {
                Some(board) => *dropped = fall::<V, false>(board, shape, x),
                None => *dropped = board.drop_step_by_step(shape, x),
            }
        }
    }
}

/// Nothing depends on where the shape is and how wide, so that a processor need not guess, and each
/// column is read once.
///
/// Whether a row is full cannot be foreseen either. A board `ALONE` waits for its last piece anyway: there
/// it is guessed, and most pieces fill none. Of many boards some can go on while others wait: there one
/// row is taken out even if there is none.
#[inline(always)]
fn fall<V: Vector, const ALONE: bool>(
    board: Narrow<'_>,
    shape: &Shape,
    x: usize,
) -> Option<Dropped> {
    let (cells, bottoms) = shape.stamp().across(x);
    let (cells, bottoms) = (cells.as_chunks().0, bottoms.as_chunks().0);
    let columns = board.columns.as_chunks_mut().0;
    let mut all: [V; VECTORS] = core::array::from_fn(|i| V::load64(&columns[i]));
    let mut stopped = V::splat(0);
    for i in 0..VECTORS {
        stopped = stopped.or(all[i].down64(V::widen8(&bottoms[i])));
    }
    let up = V::splat64(64).minus64(stopped.any64().zeros_above64());
    let row = up.first64() as usize;
    if row + shape.height() > board.height {
        return None;
    }
    // Less than 64 from here on. Where the compiler knows, it does less, but a board alone waits for it.
    let up = if ALONE { up } else { up.and(V::splat64(63)) };
    let mut full = V::splat(u32::MAX);
    let past = &PAST[board.width];
    for i in 0..VECTORS {
        all[i] = all[i].or(V::widen8(&cells[i]).up64(up));
        full = full.and(all[i].or(V::load64(&past[i])));
    }
    let mut rows = full.every64();
    let full = rows.first64();
    // From the top, so that the rows still to go keep their places.
    let count = full.count_ones().max((!ALONE).into());
    for _ in 0..count {
        let top = V::splat64(1 << 63).down64(rows.zeros_above64());
        let below = top.minus64(V::splat64(1));
        for columns in &mut all {
            let lower = columns.down64(V::splat64(1));
            *columns = columns.and(below).or(lower.without(below));
        }
        rows = rows.without(top);
    }
    for i in 0..VECTORS {
        columns[i] = all[i].store64();
    }
    Some(Dropped { row, full })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::mix;
    use crate::pieces::{Piece, Rotation};
    use crate::simd::{Level, run_at, vector_levels};

    /// Boards of every width with gaps and full rows; all instructions there are, and none.
    #[test]
    fn a_fall_is_a_drop_a_lock_and_a_clear() {
        let mut seed = 0;
        let mut random = || {
            seed += 1;
            mix(seed)
        };
        let mut cleared = 0;
        for level in core::iter::once(Level::Plain).chain(vector_levels()) {
            for round in 0..3_000 {
                let (width, height) = (4 + round % 9, [4, 20, 63, 64][round / 9 % 4]);
                let mut board = Board::new(width, height).expect("a possible size");
                let rows = u64::MAX >> (64 - height);
                let rest = random() & random() & rows;
                for column in board.columns_mut() {
                    *column = (random() | random() | rest) & rows >> (height / 2);
                }
                let piece = Piece::ALL[random() as usize % 7];
                let shape = piece.shape(Rotation::ALL[random() as usize % 4]);
                let x = random() as usize % (width + 1 - shape.width());
                let (mut fallen, mut expected) = (board.clone(), board.clone());
                let board = fallen.narrow_mut().expect("few columns");
                let dropped = run_at(level, Fall { board, shape, x });
                let mut one_of_many = [expected.clone()];
                let mut told = [None];
                run_at(
                    level,
                    FallOnEach {
                        boards: &mut one_of_many,
                        drops: &[(shape, x)],
                        dropped: &mut told,
                    },
                );
                assert_eq!(dropped, expected.drop_step_by_step(shape, x), "{level:?}");
                assert_eq!(fallen, expected, "{level:?}");
                assert_eq!((told, one_of_many), ([dropped], [expected]), "{level:?}");
                cleared += dropped.map_or(0, |dropped| dropped.full.count_ones());
            }
        }
        assert!(cleared > 1_000, "{cleared} rows");
    }
}
