//! Features of a board, and of every board that one more piece makes of it.
//!
//! A placement touches at most four columns. So a board is read once, and for each placement
//! only the parts of the sums around the piece are done again; boards that lose rows are rare
//! and are read anew. A piece that falls straight down lands on the columns' tops, which makes
//! most differences a matter of the heights alone.

use crate::board::{bit_height, remove_rows};
use crate::features::Features;
use crate::piece::{Piece, Shape};

/// Columns before the first in a padded array: one for the wall, and one beyond it so that the
/// wall has two neighbours like any other column.
pub(crate) const PAD: usize = 2;

/// Padded size for the usual width of 10, known to the compiler.
pub(crate) const TEN: usize = 10 + 2 * PAD;
/// Padded size for any width.
pub(crate) const ANY: usize = crate::board::MAX_WIDTH + 2 * PAD;

/// A height that is more than two away from that of any column.
const WALL_HEIGHT: i32 = 1_000;

/// The features of a board alone, as whole numbers and sets.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Totals {
    row_transitions: u32,
    column_transitions: u32,
    holes: u32,
    cumulative_wells: u32,
    hole_depth: u32,
    /// The rows with holes, as bits.
    hole_rows: u64,
    /// The height differences that occur, -2 to 2, as bits 0 to 4.
    steps: u8,
    height_sum: u32,
}

impl Totals {
    #[inline]
    pub(crate) fn features(&self, move_: Move, width: usize) -> Features {
        Features {
            landing_height: f32::from(move_.landing_height_x2) * 0.5,
            eroded_cells: f32::from(move_.eroded_cells),
            row_transitions: self.row_transitions as f32,
            column_transitions: self.column_transitions as f32,
            holes: self.holes as f32,
            cumulative_wells: self.cumulative_wells as f32,
            hole_depth: self.hole_depth as f32,
            rows_with_holes: self.hole_rows.count_ones() as f32,
            pattern_diversity: self.steps.count_ones() as f32,
            mean_height: self.height_sum as f32 / width as f32,
        }
    }
}

/// The features of the move that led to a board.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(crate) struct Move {
    /// Twice the landing height.
    pub(crate) landing_height_x2: u8,
    /// Rows cleared times own cells in them, at most 16.
    pub(crate) eroded_cells: u8,
}

impl Move {
    #[inline]
    pub(crate) fn new(shape: &Shape, row: usize, full_rows: u64) -> Self {
        let own: u32 = shape
            .columns()
            .iter()
            .map(|&cells| (u64::from(cells) << row & full_rows).count_ones())
            .sum();
        Self {
            landing_height_x2: (2 * row + shape.height()) as u8,
            eroded_cells: (own * full_rows.count_ones()) as u8,
        }
    }
}

/// The columns of a board with a wall on either side, in an array of `N`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Padded<const N: usize> {
    width: usize,
    columns: [u64; N],
}

impl<const N: usize> Padded<N> {
    /// Takes the columns from `fill`, which is given room for exactly those of the board.
    #[inline(always)]
    pub(crate) fn new(width: usize, height: usize, fill: impl FnOnce(&mut [u64])) -> Self {
        let mut columns = [0; N];
        let wall = u64::MAX >> (64 - height);
        columns[PAD - 1] = wall;
        columns[PAD + width] = wall;
        fill(&mut columns[PAD..PAD + width]);
        Self { width, columns }
    }

    /// The width, which the compiler knows for [`TEN`].
    #[inline(always)]
    const fn width(&self) -> usize {
        if N == TEN { TEN - 2 * PAD } else { self.width }
    }

    /// The padded indices of the board's columns.
    #[inline(always)]
    const fn range(&self) -> core::ops::Range<usize> {
        PAD..PAD + self.width()
    }

    #[inline(always)]
    pub(crate) fn totals(&self) -> Totals {
        let columns = &self.columns;
        let first = columns[PAD - 1] ^ columns[PAD];
        let mut totals = Totals {
            row_transitions: first.count_ones(),
            column_transitions: 0,
            holes: 0,
            cumulative_wells: 0,
            hole_depth: 0,
            hole_rows: 0,
            steps: 0,
            height_sum: 0,
        };
        let mut left_height = WALL_HEIGHT;
        for i in self.range() {
            let (column, right) = (columns[i], columns[i + 1]);
            let height = bit_height(column);
            let holes = holes(column);
            totals.row_transitions += (column ^ right).count_ones();
            totals.column_transitions += column_transitions(column);
            totals.holes += holes.count_ones();
            totals.cumulative_wells += well_sum(columns[i - 1] & right & !column);
            totals.hole_depth += hole_depth(column, holes);
            totals.hole_rows |= holes;
            totals.steps |= step(height as i32 - left_height);
            totals.height_sum += height;
            left_height = height as i32;
        }
        totals
    }
}

/// A board read once, ready to tell the features after any hard drop.
#[derive(Clone, Debug)]
pub(crate) struct Analysis<const N: usize> {
    ceiling: i32,
    board: Padded<N>,
    totals: Totals,
    // All by padded index.
    heights: [i32; N],
    holes: [u32; N],
    /// Full/empty changes between a column and the one to its right.
    edges: [u64; N],
    /// Rows full in every column to the left of this one.
    full_left: [u64; N],
    /// Rows full in this column and every one to its right.
    full_right: [u64; N],
    /// Height differences among the columns to the left of this one.
    steps_left: [u8; N],
    /// Height differences from this column and its left neighbour on to the right.
    steps_right: [u8; N],
    /// Well sums of the columns to the left of this one.
    wells_left: [u32; N],
}

impl<const N: usize> Analysis<N> {
    #[inline(always)]
    pub(crate) fn new(board: Padded<N>, ceiling: usize) -> Self {
        let mut all = Self {
            ceiling: ceiling as i32,
            totals: board.totals(),
            board,
            heights: [WALL_HEIGHT; N],
            holes: [0; N],
            edges: [0; N],
            full_left: [u64::MAX; N],
            full_right: [u64::MAX; N],
            steps_left: [0; N],
            steps_right: [0; N],
            wells_left: [0; N],
        };
        let columns = &board.columns;
        let (first, end) = (PAD, PAD + board.width());
        all.edges[first - 1] = columns[first - 1] ^ columns[first];
        for i in board.range() {
            let column = columns[i];
            all.heights[i] = bit_height(column) as i32;
            all.holes[i] = holes(column).count_ones();
            all.edges[i] = column ^ columns[i + 1];
            all.full_left[i + 1] = all.full_left[i] & column;
            all.steps_left[i + 1] = all.steps_left[i] | step(all.heights[i] - all.heights[i - 1]);
            all.wells_left[i + 1] =
                all.wells_left[i] + well_sum(columns[i - 1] & columns[i + 1] & !column);
        }
        all.wells_left[end + 1] = all.wells_left[end];
        for i in board.range().rev() {
            all.full_right[i] = all.full_right[i + 1] & columns[i];
            all.steps_right[i] = all.steps_right[i + 1] | step(all.heights[i] - all.heights[i - 1]);
        }
        all
    }

    /// Calls `found(action, lines, features)` for every legal hard drop, rotations in turn,
    /// columns from the left.
    #[inline(always)]
    pub(crate) fn successors(&self, piece: Piece, found: &mut impl FnMut(usize, u32, &Features)) {
        for rotation in piece.distinct_rotations() {
            let shape = piece.shape(*rotation);
            let first_action = rotation.index() * self.board.width();
            match shape.width() {
                1 => self.slide::<1>(shape, first_action, found),
                2 => self.slide::<2>(shape, first_action, found),
                3 => self.slide::<3>(shape, first_action, found),
                _ => self.slide::<4>(shape, first_action, found),
            }
        }
    }

    /// One orientation over all columns; `K` is its width.
    #[inline(always)]
    fn slide<const K: usize>(
        &self,
        shape: &Shape,
        first_action: usize,
        found: &mut impl FnMut(usize, u32, &Features),
    ) {
        for x in 0..=self.board.width() - K {
            let mut row = 0;
            for i in 0..K {
                row = row.max(self.heights[PAD + x + i] - i32::from(shape.bottoms()[i]));
            }
            if row + shape.height() as i32 <= self.ceiling {
                let (lines, features) = self.place::<K>(shape, PAD + x, row);
                found(first_action + x, lines, &features);
            }
        }
    }

    /// The lines cleared by, and the features after, a piece at rest on padded column `at`.
    #[inline(always)]
    fn place<const K: usize>(&self, shape: &Shape, at: usize, row: i32) -> (u32, Features) {
        let cells = shape.columns().map(|cells| u64::from(cells) << row);
        // The columns from two left of the piece to two right of it, with the piece.
        let mut near = [0; 8];
        near[..K + 4].copy_from_slice(&self.board.columns[at - 2..at + K + 2]);
        let mut full = self.full_left[at] & self.full_right[at + K];
        for i in 0..K {
            near[2 + i] |= cells[i];
            full &= near[2 + i];
        }
        let move_ = Move::new(shape, row as usize, full);
        let totals = if full == 0 {
            self.changed::<K>(shape, at, row, &near)
        } else {
            self.cleared(&near[2..2 + K], at, full)
        };
        let width = self.board.width();
        (full.count_ones(), totals.features(move_, width))
    }

    /// The totals after a piece that fills no row, from those before it.
    #[inline(always)]
    fn changed<const K: usize>(
        &self,
        shape: &Shape,
        at: usize,
        row: i32,
        near: &[u64; 8],
    ) -> Totals {
        let (bottoms, tops) = (shape.bottoms(), shape.tops());
        let mut totals = self.totals;
        let mut steps = self.steps_left[at] | self.steps_right[at + K + 1];
        let mut left_height = self.heights[at - 1];
        for i in 0..K {
            let before = self.heights[at + i];
            let top = row + i32::from(tops[i]);
            let gap = (row + i32::from(bottoms[i]) - before) as u32;
            totals.holes += gap;
            // A new run of empty cells has two ends.
            totals.column_transitions += 2 * u32::from(gap > 0);
            // The piece deepens the column's old holes and covers the new ones.
            totals.hole_depth += u32::from(tops[i] - bottoms[i]) * (self.holes[at + i] + gap);
            totals.hole_rows |= ((1 << gap) - 1) << before;
            totals.height_sum += (top - before) as u32;
            steps |= step(top - left_height);
            left_height = top;
        }
        totals.steps = steps | step(self.heights[at + K] - left_height);

        // At the piece's outline each old change goes and each other place becomes one.
        let mut outline = 0;
        for i in 0..=K {
            outline |= ((self.edges[at - 1 + i] >> row) as u32 & 0xf) << (4 * i);
        }
        let gone = 2 * (shape.edges() & outline).count_ones();
        totals.row_transitions = totals.row_transitions + shape.edges().count_ones() - gone;

        let mut wells = 0;
        for i in 1..K + 3 {
            wells += well_sum(near[i - 1] & near[i + 1] & !near[i]);
        }
        let old_wells = self.wells_left[at + K + 1] - self.wells_left[at - 1];
        totals.cumulative_wells = totals.cumulative_wells - old_wells + wells;
        totals
    }

    /// The totals after a piece that fills rows, read from the board without them.
    #[inline(never)]
    fn cleared(&self, filled: &[u64], at: usize, full: u64) -> Totals {
        let mut board = self.board;
        board.columns[at..at + filled.len()].copy_from_slice(filled);
        let range = board.range();
        remove_rows(&mut board.columns[range], full);
        board.totals()
    }
}

/// Empty cells below the highest full one.
#[inline(always)]
const fn holes(column: u64) -> u64 {
    // All bits up to the highest full one; none for an empty column.
    let below = u64::MAX.unbounded_shr(column.leading_zeros());
    below & !column
}

#[inline(always)]
const fn column_transitions(column: u64) -> u32 {
    // The last term is the change at the top of a column that is full up to row 63.
    (column ^ (column << 1 | 1)).count_ones() + (column >> 63) as u32
}

/// 1 + 2 + ... + length over the runs of set bits: each turn shortens every run by one.
#[inline(always)]
const fn well_sum(mut wells: u64) -> u32 {
    let mut sum = 0;
    while wells != 0 {
        sum += wells.count_ones();
        wells &= wells >> 1;
    }
    sum
}

#[inline(always)]
const fn hole_depth(column: u64, mut holes: u64) -> u32 {
    let mut sum = 0;
    while holes != 0 {
        sum += (column >> holes.trailing_zeros()).count_ones();
        holes &= holes - 1;
    }
    sum
}

/// Bit 0 to 4 for a height difference of -2 to 2, none for a greater one.
#[inline(always)]
const fn step(difference: i32) -> u8 {
    let bit = (difference + 2) as u32;
    ((bit < 5) as u8) << (bit & 7)
}
