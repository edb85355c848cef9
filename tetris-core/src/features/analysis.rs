//! Features of every board that one more piece makes of a board.
//!
//! A placement touches at most four columns. So a board is read once, and for each placement
//! only the parts of the sums around the piece are done again; boards that lose rows are rare
//! and are read anew. A piece that falls straight down lands on the columns' tops, which makes
//! most differences a matter of the heights alone. Eight placements of an orientation, on
//! neighbouring columns, are done at once.

#![allow(
    clippy::needless_range_loop,
    reason = "columns, vectors and orientations go by number, in several arrays at once"
)]

use crate::features::{
    Across, Eight, Features, LowBoard, Move, Neighbours, PerColumn, Totals, Values, all_left,
    all_right, counting, eight, load, replaced, steps, store, well_sums,
};
use crate::pieces::{Piece, Shape};
use crate::simd::Vector;

/// The highest pile on which two columns with a piece on them fit into one word.
const HALF_PILE: u32 = 11;

/// A board read once, ready to tell the features after any hard drop.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Analysis<V, const N: usize> {
    board: LowBoard<V, N>,
    ceiling: u32,
    pile: u32,
    totals: Totals,
    per_column: PerColumn<V, N>,
    /// Full/empty changes between a column and the one to its right.
    edges: Across<V, N>,
    /// Rows full in every column to the left of this one.
    full_left: Across<V, N>,
    /// Rows full in this column and every one to its right.
    full_right: Across<V, N>,
    /// Height differences among the columns to the left of this one.
    steps_left: Across<V, N>,
    /// Height differences from this column and its left neighbour on to the right.
    steps_right: Across<V, N>,
}

/// What eight placements of an orientation on neighbouring columns do. Those that are not legal
/// hold nonsense.
struct Group<V> {
    /// Bits of the legal ones.
    legal: u32,
    rows: V,
    full_rows: V,
    /// Floats, in the order of the fields of [`Features`].
    features: [V; Features::LEN],
}

impl<const N: usize> Analysis<Eight, N> {
    #[inline(always)]
    pub(crate) fn load<V: Vector>(&self) -> Analysis<V, N> {
        Analysis {
            board: self.board.load(),
            ceiling: self.ceiling,
            pile: self.pile,
            totals: self.totals,
            per_column: self.per_column.load(),
            edges: load(&self.edges),
            full_left: load(&self.full_left),
            full_right: load(&self.full_right),
            steps_left: load(&self.steps_left),
            steps_right: load(&self.steps_right),
        }
    }
}

impl<V: Vector, const N: usize> Analysis<V, N> {
    #[inline(always)]
    pub(crate) fn store(&self) -> Analysis<Eight, N> {
        Analysis {
            board: self.board.store(),
            ceiling: self.ceiling,
            pile: self.pile,
            totals: self.totals,
            per_column: self.per_column.store(),
            edges: store(&self.edges),
            full_left: store(&self.full_left),
            full_right: store(&self.full_right),
            steps_left: store(&self.steps_left),
            steps_right: store(&self.steps_right),
        }
    }

    /// Without `ALL` it can tell the first six features only.
    #[inline(always)]
    pub(crate) fn new<const ALL: bool>(board: LowBoard<V, N>, ceiling: usize) -> Self {
        let (totals, per_column) = board.totals::<ALL>();
        let zero = V::splat(0);
        let (mut edges, mut own_steps, mut any) = ([zero; N], [zero; N], zero);
        for vector in 0..N - 1 {
            let right = eight(&board.columns, 8 * (vector as isize - 1) + 1);
            edges[vector] = board.columns[vector].xor(right);
        }
        for vector in 1..N - 1 {
            let real = board.real(vector);
            any = any.or(board.columns[vector].and(real));
            if ALL {
                let heights = &per_column.heights;
                let left = eight(heights, 8 * (vector as isize - 1) - 1);
                own_steps[vector] = steps(heights[vector], left).and(real);
            }
        }
        Self {
            board,
            ceiling: ceiling as u32,
            pile: u32::BITS - any.any().leading_zeros(),
            totals,
            per_column,
            edges,
            full_left: all_left::<V, N, false>(board.columns),
            full_right: all_right::<V, N, false>(board.columns),
            steps_left: all_left::<V, N, true>(own_steps),
            steps_right: all_right::<V, N, true>(own_steps),
        }
    }

    /// Calls `each` for every group of legal hard drops, rotations in turn, columns from the left.
    #[inline(always)]
    pub(crate) fn successors(&self, piece: Piece, each: &mut dyn FnMut(&Neighbours)) {
        for rotation in piece.distinct_rotations() {
            let shape = piece.shape(*rotation);
            let first_action = rotation.index() * self.board.width();
            for group in 0..self.groups(shape) {
                let drops = self.drops::<true>(shape, group);
                let mut found = Neighbours {
                    first_action: first_action + 8 * group,
                    legal: drops.legal,
                    lines: [0; 8],
                    features: [[0; 8]; Features::LEN],
                };
                for feature in 0..Features::LEN {
                    found.features[feature] = drops.features[feature].store();
                }
                let mut cleared = drops.legal & !drops.full_rows.equal(V::splat(0)).signs();
                if cleared != 0 {
                    let (rows, full_rows) = (drops.rows.store(), drops.full_rows.store());
                    while cleared != 0 {
                        let lane = cleared.trailing_zeros() as usize % 8;
                        cleared &= cleared - 1;
                        let full = full_rows[lane];
                        let after = self.cleared::<true>(shape, 8 * group + lane, rows[lane], full);
                        found.lines[lane] = full.count_ones();
                        for (all, one) in found.features.iter_mut().zip(after.to_array()) {
                            all[lane] = one.to_bits();
                        }
                    }
                }
                each(&found);
            }
        }
    }

    /// The action with the greatest weighted sum of features, the first of equals. Only the
    /// first `USED` features are looked at.
    #[inline(always)]
    pub(crate) fn best<const USED: usize, const ALL: bool>(
        &self,
        piece: Piece,
        weights: &[f32; 9],
    ) -> Option<usize> {
        let mut values = Values::<V, N>::new();
        for rotation in piece.distinct_rotations() {
            let shape = piece.shape(*rotation);
            for group in 0..self.groups(shape) {
                let drops = self.drops::<ALL>(shape, group);
                let mut value = V::float(0.0);
                for i in 0..USED {
                    let term = drops.features[i].float_times(V::float(weights[i]));
                    value = value.float_plus(term);
                }
                let mut cleared = drops.legal & !drops.full_rows.equal(V::splat(0)).signs();
                if cleared != 0 {
                    let (rows, full_rows) = (drops.rows.store(), drops.full_rows.store());
                    while cleared != 0 {
                        let lane = cleared.trailing_zeros() as usize % 8;
                        cleared &= cleared - 1;
                        let x = 8 * group + lane;
                        let (row, full) = (rows[lane], full_rows[lane]);
                        let features = self.cleared::<ALL>(shape, x, row, full).to_array();
                        let mut sum = 0.0;
                        for i in 0..USED {
                            sum += features[i] * weights[i];
                        }
                        value = replaced(value, lane, sum);
                    }
                }
                values.put(rotation.index(), group, value, drops.legal);
            }
        }
        values.best(self.board.width())
    }

    /// Groups of eight neighbouring columns on which the shape has placements.
    #[inline(always)]
    fn groups(&self, shape: &Shape) -> usize {
        // As many as there are vectors at most, which the compiler does not see.
        (self.board.width() + 1 - shape.width())
            .div_ceil(8)
            .min(N - 2)
    }

    /// A group of eight placements as if no row were cleared. Without `ALL` only the first six
    /// features are right.
    #[inline(always)]
    fn drops<const ALL: bool>(&self, shape: &Shape, group: usize) -> Group<V> {
        match shape.width() {
            1 => self.drops_of::<1, ALL>(shape, group),
            2 => self.drops_of::<2, ALL>(shape, group),
            3 => self.drops_of::<3, ALL>(shape, group),
            _ => self.drops_of::<4, ALL>(shape, group),
        }
    }

    /// The same for a shape of width `K`.
    #[inline(always)]
    fn drops_of<const K: usize, const ALL: bool>(&self, shape: &Shape, group: usize) -> Group<V> {
        let at = 8 * group as isize;
        let (zero, one) = (V::splat(0), V::splat(1));
        let mut heights = [zero; K];
        let mut bottoms = [zero; K];
        let mut row = zero;
        for i in 0..K {
            heights[i] = eight(&self.per_column.heights, at + i as isize);
            bottoms[i] = V::splat(shape.bottoms()[i].into());
            row = row.max(heights[i].minus(bottoms[i]));
        }
        // The columns from two left of the piece to two right of it, with the piece.
        let mut near = [zero; 8];
        for i in 0..K + 4 {
            near[i] = eight(&self.board.columns, at + i as isize - 2);
        }
        let mut full = self.full_left[group + 1];
        full = full.and(eight(&self.full_right, at + K as isize));
        for i in 0..K {
            let cells = V::splat(shape.columns()[i].into()).up(row);
            near[2 + i] = near[2 + i].or(cells);
            full = full.and(near[2 + i]);
        }

        let height = shape.height() as u32;
        let placements = V::splat((self.board.width() + 1 - K) as u32);
        let inside = placements.greater(counting(8 * group));
        let under = V::splat((self.ceiling + 1).wrapping_sub(height)).greater(row);
        let legal = inside.and(under);

        let before = &self.totals;
        let mut gaps = [zero; K];
        let (mut new_holes, mut covered) = (zero, V::splat(K as u32));
        for i in 0..K {
            gaps[i] = row.plus(bottoms[i]).minus(heights[i]);
            new_holes = new_holes.plus(gaps[i]);
            // Equal lanes are -1.
            covered = covered.plus(gaps[i].equal(zero));
        }
        // At the piece's outline each old change goes and each other place becomes one.
        let mut outline = zero;
        for i in 0..=K {
            let four = V::splat(shape.edges() >> (4 * i) & 0xf);
            let edge = eight(&self.edges, at + i as isize - 1);
            outline = outline.or(edge.down(row).and(four).up(V::splat(4 * i as u32)));
        }
        let changes = V::splat(before.row_transitions + shape.edges().count_ones());
        let row_transitions = changes.minus(outline.count().up_by::<1>());
        // A new run of empty cells has two ends.
        let column_transitions = V::splat(before.column_transitions).plus(covered.up_by::<1>());

        let mut wells = [zero; 6];
        let mut well_sum = V::splat(before.cumulative_wells);
        for i in 0..K + 2 {
            wells[i] = near[i].and(near[i + 2]).without(near[i + 1]);
            let old = eight(&self.per_column.wells, at + i as isize - 1);
            well_sum = well_sum.minus(old);
        }
        let [a, b, c, d, e, f] = wells;
        well_sum = well_sum.plus(if self.pile <= HALF_PILE {
            match K {
                1 => well_sums([pair(a, b), c]),
                2 => well_sums([pair(a, b), pair(c, d)]),
                3 => well_sums([pair(a, b), pair(c, d), e]),
                _ => well_sums([pair(a, b), pair(c, d), pair(e, f)]),
            }
        } else {
            match K {
                1 => well_sums([a, b, c]),
                2 => well_sums([a, b, c, d]),
                3 => well_sums([a, b, c, d, e]),
                _ => well_sums([a, b, c, d, e, f]),
            }
        });

        let mut features = [zero; Features::LEN];
        let twice = row.up_by::<1>().plus(V::splat(height));
        features[0] = twice.to_floats().float_times(V::float(0.5));
        features[2] = row_transitions.to_floats();
        features[3] = column_transitions.to_floats();
        features[4] = V::splat(before.holes).plus(new_holes).to_floats();
        features[5] = well_sum.to_floats();
        if ALL {
            let mut depth = V::splat(before.hole_depth);
            let mut hole_rows = V::splat(before.hole_rows as u32);
            let outside = self.steps_left[group + 1];
            let mut all_steps = outside.or(eight(&self.steps_right, at + K as isize + 1));
            let mut left_height = eight(&self.per_column.heights, at - 1);
            for i in 0..K {
                let (bottom, top) = (shape.bottoms()[i], shape.tops()[i]);
                // The piece deepens the column's old holes and covers the new ones.
                let deeper = gaps[i].plus(eight(&self.per_column.holes, at + i as isize));
                depth = depth.plus(deeper.times(V::splat((top - bottom).into())));
                let low = one.up(gaps[i]).minus(one);
                hole_rows = hole_rows.or(low.up(heights[i]));
                let top = row.plus(V::splat(top.into()));
                all_steps = all_steps.or(steps(top, left_height));
                left_height = top;
            }
            let right_height = eight(&self.per_column.heights, at + K as isize);
            all_steps = all_steps.or(steps(right_height, left_height));
            let diversity = all_steps.and(V::splat(0b1_1111)).count();
            let height_sum = V::splat(before.height_sum + 4).plus(new_holes);
            let width = V::float(self.board.width() as f32);
            features[6] = depth.to_floats();
            features[7] = hole_rows.count().to_floats();
            features[8] = diversity.to_floats();
            features[9] = height_sum.to_floats().float_over(width);
        }
        Group {
            legal: legal.signs(),
            rows: row,
            full_rows: full,
            features,
        }
    }

    /// The features after a piece on column `x` that fills rows, read from the board without
    /// them.
    #[inline(always)]
    fn cleared<const ALL: bool>(&self, shape: &Shape, x: usize, row: u32, full: u32) -> Features {
        let mut cells = [0; 4];
        for (cells, column) in cells.iter_mut().zip(shape.columns()) {
            *cells = u32::from(column) << row;
        }
        let (totals, _) = self.board.filled(x, cells, full).totals::<ALL>();
        let move_ = Move::new(shape, row as usize, full.into());
        totals.features(move_, self.board.width())
    }
}

/// Two columns of less than 16 rows in one word.
#[inline(always)]
fn pair<V: Vector>(low: V, high: V) -> V {
    low.or(high.up_by::<16>())
}
