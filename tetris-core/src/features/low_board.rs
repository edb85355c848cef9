//! A board with a low pile, eight columns in a vector.

#![allow(
    clippy::needless_range_loop,
    reason = "columns, vectors and orientations go by number, in several arrays at once"
)]

use crate::features::Totals;
use crate::simd::Vector;

/// The highest pile of a [`LowBoard`]: with a piece on top it still fits into 32 bits.
pub(crate) const LOW_PILE: usize = 28;

/// A height that is more than two away from that of any column.
const WALL_HEIGHT: u32 = 1_000;

/// One number for each column, in `N` vectors of eight: the first is of the columns left of the
/// board, the second begins with column 0, the last is of columns right of the board.
pub(crate) type Across<V, const N: usize> = [V; N];

/// Eight numbers in memory, aligned as a vector.
#[derive(Clone, Copy, Debug)]
#[repr(align(32))]
pub(crate) struct Eight(pub(crate) [u32; 8]);

/// From memory into vectors.
#[inline(always)]
pub(crate) fn load<V: Vector, const N: usize>(all: &Across<Eight, N>) -> Across<V, N> {
    let mut vectors = [V::splat(0); N];
    for i in 0..N {
        vectors[i] = V::load(&all[i].0);
    }
    vectors
}

/// From vectors into memory.
#[inline(always)]
pub(crate) fn store<V: Vector, const N: usize>(all: &Across<V, N>) -> Across<Eight, N> {
    let mut memory = [Eight([0; 8]); N];
    for i in 0..N {
        memory[i] = Eight(all[i].store());
    }
    memory
}

/// Eight entries from a column on, which may be one or two left of the board.
#[inline(always)]
pub(crate) fn eight<V: Vector, const N: usize>(all: &Across<V, N>, column: isize) -> V {
    let lane = (column + 8) as usize;
    let (vector, from) = (lane / 8, lane % 8);
    if from == 0 {
        all[vector]
    } else {
        all[vector].window(all[vector + 1], from)
    }
}

/// For each column what those to the left of it have in common, or with `OR` what any has. What
/// is outside the board must be the same for all columns there.
#[inline(always)]
pub(crate) fn all_left<V: Vector, const N: usize, const OR: bool>(
    mut all: Across<V, N>,
) -> Across<V, N> {
    for distance in [0, 1, 2, 4, 8, 16] {
        let before = all;
        for vector in 1..N - 1 {
            let x = 8 * (vector as isize - 1);
            // Once the column to the left, then twice as many each time.
            let other = eight(&before, (x - distance.max(1)).max(-8));
            all[vector] = match (distance, OR) {
                (0, _) => other,
                (_, true) => all[vector].or(other),
                (_, false) => all[vector].and(other),
            };
        }
    }
    all
}

/// The same for each column and those to the right of it.
#[inline(always)]
pub(crate) fn all_right<V: Vector, const N: usize, const OR: bool>(
    mut all: Across<V, N>,
) -> Across<V, N> {
    for distance in [1, 2, 4, 8, 16] {
        let before = all;
        for vector in 1..N - 1 {
            let x = 8 * (vector as isize - 1);
            let other = eight(&before, (x + distance).min(8 * (N as isize - 2)));
            all[vector] = match OR {
                true => all[vector].or(other),
                false => all[vector].and(other),
            };
        }
    }
    all
}

/// 0, 1, 2 and so on.
#[inline(always)]
pub(crate) fn counting<V: Vector>(from: usize) -> V {
    V::load(&[0, 1, 2, 3, 4, 5, 6, 7]).plus(V::splat(from as u32))
}

/// Bit 0 to 4 for height differences of -2 to 2, a higher one for any other.
#[inline(always)]
pub(crate) fn steps<V: Vector>(right: V, left: V) -> V {
    let bit = right.minus(left).plus(V::splat(2)).min(V::splat(31));
    V::splat(1).up(bit)
}

/// The columns of a board of up to `8 * N - 17` columns, with a wall on either side.
///
/// `N = 4` means a board of 10 columns, which the compiler then knows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LowBoard<V, const N: usize> {
    width: usize,
    height: usize,
    pub(crate) columns: Across<V, N>,
}

/// What the columns look like.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PerColumn<V, const N: usize> {
    /// Very great outside the board.
    pub(crate) heights: Across<V, N>,
    pub(crate) holes: Across<V, N>,
    /// Well sums.
    pub(crate) wells: Across<V, N>,
}

impl<const N: usize> LowBoard<Eight, N> {
    #[inline(always)]
    pub(crate) fn load<V: Vector>(&self) -> LowBoard<V, N> {
        LowBoard {
            width: self.width,
            height: self.height,
            columns: load(&self.columns),
        }
    }
}

impl<const N: usize> PerColumn<Eight, N> {
    #[inline(always)]
    pub(crate) fn load<V: Vector>(&self) -> PerColumn<V, N> {
        PerColumn {
            heights: load(&self.heights),
            holes: load(&self.holes),
            wells: load(&self.wells),
        }
    }
}

impl<V: Vector, const N: usize> PerColumn<V, N> {
    #[inline(always)]
    pub(crate) fn store(&self) -> PerColumn<Eight, N> {
        PerColumn {
            heights: store(&self.heights),
            holes: store(&self.holes),
            wells: store(&self.wells),
        }
    }
}

impl<V: Vector, const N: usize> LowBoard<V, N> {
    #[inline(always)]
    pub(crate) fn store(&self) -> LowBoard<Eight, N> {
        LowBoard {
            width: self.width,
            height: self.height,
            columns: store(&self.columns),
        }
    }

    #[inline(always)]
    pub(crate) fn new(columns: &[u64], height: usize) -> Self {
        let mut board = Self {
            width: columns.len(),
            height,
            columns: [V::splat(0); N],
        };
        // All columns outside the board are wall.
        let wall = V::splat((u64::MAX >> (64 - height)) as u32);
        board.columns[0] = wall;
        for (vector, columns) in board.columns[1..].iter_mut().zip(columns.chunks(8)) {
            *vector = match columns.try_into() {
                Ok(eight) => V::narrow(eight),
                Err(_) => {
                    let mut eight = [0; 8];
                    eight[..columns.len()].copy_from_slice(columns);
                    V::narrow(&eight)
                }
            };
        }
        for vector in 1..N {
            let outside = wall.without(board.real(vector));
            board.columns[vector] = board.columns[vector].or(outside);
        }
        board
    }

    #[inline(always)]
    pub(crate) const fn width(&self) -> usize {
        if N == 4 { 10 } else { self.width }
    }

    /// All bits in the lanes of the board's columns of a vector.
    #[inline(always)]
    pub(crate) fn real(&self, vector: usize) -> V {
        V::splat(self.width() as u32).greater(counting(8 * (vector - 1)))
    }

    /// Fills cells, column by column from column `x` on, and takes out rows.
    #[inline(always)]
    pub(crate) fn filled(&self, x: usize, cells: [u32; 4], rows: u32) -> Self {
        let mut board = *self;
        let [a, b, c, d] = cells;
        let cells = V::load(&[a, b, c, d, 0, 0, 0, 0]);
        for vector in 1..N - 1 {
            let real = self.real(vector);
            let offset: V = counting(8 * (vector - 1));
            let offset = offset.minus(V::splat(x as u32)).min(V::splat(7));
            let mut column = self.columns[vector].or(cells.lookup(offset));
            let mut rows = rows;
            while rows != 0 {
                // From the top, so that the rows still to go keep their places.
                let row = 31 - rows.leading_zeros();
                let below = V::splat((1 << row) - 1);
                column = column.and(below).or(column.down_by::<1>().without(below));
                rows ^= 1 << row;
            }
            board.columns[vector] = column.and(real).or(self.columns[vector].without(real));
        }
        board
    }

    /// The features of the board; without `ALL` those that Dellacherie's do not need are left 0.
    #[inline(always)]
    pub(crate) fn totals<const ALL: bool>(&self) -> (Totals, PerColumn<V, N>) {
        let columns = &self.columns;
        let zero = V::splat(0);
        let mut per_column = PerColumn {
            heights: [V::splat(WALL_HEIGHT); N],
            holes: [zero; N],
            wells: [zero; N],
        };
        let (mut transitions, mut holes_and_wells, mut heights_and_depth) = (zero, zero, zero);
        let (mut hole_rows, mut all_steps) = (zero, zero);
        for vector in 1..N - 1 {
            let x = 8 * (vector as isize - 1);
            // Columns past the board count for nothing.
            let real = self.real(vector);
            let column = columns[vector];
            let (left, right) = (eight(columns, x - 1), eight(columns, x + 1));

            let own = column.and(real);
            let filled = own.or(own.down_by::<1>());
            let filled = filled.or(filled.down_by::<2>());
            let filled = filled.or(filled.down_by::<4>());
            let filled = filled.or(filled.down_by::<8>());
            let filled = filled.or(filled.down_by::<16>());
            let holes = filled.without(column);
            let (height, hole_count) = (filled.count(), holes.count());
            let sideways = column.xor(right).and(real).count();
            let upwards = column.xor(column.up_by::<1>().or(V::splat(1)));
            let wells = well_sums([left.and(right).without(column).and(real)]);

            per_column.holes[vector] = hole_count;
            per_column.wells[vector] = wells;
            per_column.heights[vector] = height.or(V::splat(WALL_HEIGHT).without(real));
            hole_rows = hole_rows.or(holes);
            // Sums of two things in one word: none reaches 2^16.
            let upwards = upwards.and(real).count().up_by::<16>();
            transitions = transitions.plus(sideways).plus(upwards);
            holes_and_wells = holes_and_wells.plus(hole_count).plus(wells.up_by::<16>());
            heights_and_depth = heights_and_depth.plus(height);
            if ALL {
                let depth = hole_depth(column, holes);
                heights_and_depth = heights_and_depth.plus(depth.up_by::<16>());
            }
        }
        if ALL {
            for vector in 1..N - 1 {
                let heights = &per_column.heights;
                let left = eight(heights, 8 * (vector as isize - 1) - 1);
                let steps = steps(heights[vector], left);
                all_steps = all_steps.or(steps.and(self.real(vector)));
            }
        }
        let (transitions, holes_and_wells) = (transitions.sum(), holes_and_wells.sum());
        let heights_and_depth = heights_and_depth.sum();
        let first = columns[0].xor(columns[1].lookup(zero)).count().first();
        let totals = Totals {
            // Rows above the words are empty.
            row_transitions: (transitions & 0xffff)
                + first
                + 2 * (self.height as u32).saturating_sub(32),
            column_transitions: transitions >> 16,
            holes: holes_and_wells & 0xffff,
            cumulative_wells: holes_and_wells >> 16,
            hole_depth: heights_and_depth >> 16,
            hole_rows: if ALL { hole_rows.any().into() } else { 0 },
            steps: all_steps.any() & 0b1_1111,
            height_sum: heights_and_depth & 0xffff,
        };
        (totals, per_column)
    }
}

/// 1 + 2 + ... + length, added up over the runs of set bits in each lane of all the words: each
/// turn shortens every run by one.
#[inline(always)]
pub(crate) fn well_sums<V: Vector, const C: usize>(mut wells: [V; C]) -> V {
    let mut sum = V::splat(0);
    loop {
        let mut rest = V::splat(0);
        for word in &mut wells {
            sum = sum.plus(word.count());
            *word = word.and(word.down_by::<1>());
            rest = rest.or(*word);
        }
        if rest.is_zero() {
            return sum;
        }
    }
}

/// The number of full cells above each hole, added up: each turn takes the lowest hole.
#[inline(always)]
fn hole_depth<V: Vector>(column: V, mut holes: V) -> V {
    let mut sum = V::splat(0);
    while !holes.is_zero() {
        let less = holes.minus(V::splat(1));
        sum = sum.plus(column.without(less.without(holes)).count());
        holes = holes.and(less);
    }
    sum
}
