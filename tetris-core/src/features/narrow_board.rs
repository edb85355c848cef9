//! Greedy play with six features on the usual board: ten columns, side by side in one vector of
//! sixteen lanes.
//!
//! What is kept is which cells are empty. The lanes past the tenth, and what is shifted in at
//! the ends of the vector, have none, which makes them walls. All placements of an orientation
//! are done at once.

#![allow(
    clippy::needless_range_loop,
    reason = "columns go by number, in several arrays at once"
)]

use crate::features::{Move, Values, replaced};
use crate::pieces::{Piece, Shape};
use crate::simd::Vector;

/// The features that are looked at: the first six, which are Dellacherie's.
const USED: usize = 6;

const WIDTH: usize = 10;

/// With a piece on top of it, a pile as high as this still ends below the highest bit of a lane.
const HIGHEST_PILE: usize = 11;

/// All rows of a lane are on the board.
const LEAST_HEIGHT: usize = 16;

/// Whether the board is one for [`NarrowBoard`].
#[inline]
pub(crate) fn is_narrow(columns: &[u64], height: usize) -> bool {
    let all = columns.iter().fold(0, |all, column| all | column);
    columns.len() == WIDTH && height >= LEAST_HEIGHT && all >> HIGHEST_PILE == 0
}

/// A board of ten columns with a low pile.
#[derive(Clone, Copy)]
pub(crate) struct NarrowBoard<V> {
    height: u32,
    /// The empty cells of each column.
    empty: V,
}

/// What the whole board adds up to.
struct Sums {
    row_transitions: u32,
    column_transitions: u32,
    holes: u32,
    wells: u32,
}

/// A board that was read once, ready for every orientation of a piece.
struct Reading<V> {
    sums: Sums,
    /// The empty cells of the column two to the left, of the next one, and so on.
    empty: [V; 8],
    /// The height of the column itself, and of the next three.
    heights: [V; 4],
    /// The well sums of the columns from one to the left on, for a piece one column wide, and so on.
    wells: [V; 4],
    /// Rows with an empty cell somewhere to the left.
    empty_left: V,
    /// Rows with an empty cell to the right of a piece one column wide, and so on.
    empty_right: [V; 4],
}

/// All placements of an orientation. Those that are not legal hold nonsense.
struct Drops<V> {
    legal: u32,
    rows: V,
    full_rows: V,
    /// Whole numbers in sixteen lanes: twice the landing height, no eroded cells, and the rest as
    /// in [`Features`](crate::features::Features).
    features: [V; USED],
}

impl<V: Vector> NarrowBoard<V> {
    #[inline(always)]
    pub(crate) fn new(columns: &[u64], height: usize) -> Self {
        let mut words = [0; 16];
        for (word, column) in words.iter_mut().zip(columns) {
            *word = *column as u32;
        }
        Self {
            height: height as u32,
            empty: real::<V>().without(V::narrow16(&words)),
        }
    }

    /// The action with the greatest weighted sum of the six features, the first of equals.
    #[inline(always)]
    pub(crate) fn best(&self, piece: Piece, ceiling: usize, weights: &[f32; 9]) -> Option<usize> {
        let reading = self.read();
        let mut values = Values::<V, 2>::new();
        for rotation in piece.distinct_rotations() {
            let shape = piece.shape(*rotation);
            let (drops, halves) = match shape.width() {
                1 => (reading.drops::<1>(shape, ceiling), 2),
                2 => (reading.drops::<2>(shape, ceiling), 2),
                3 => (reading.drops::<3>(shape, ceiling), 1),
                _ => (reading.drops::<4>(shape, ceiling), 1),
            };
            let full = drops.legal & !drops.full_rows.equal16(V::splat(0)).signs16();
            for half in 0..halves {
                let mut value = drops.value(half, weights);
                let mut cleared = full >> (8 * half) & 0xff;
                while cleared != 0 {
                    let lane = cleared.trailing_zeros() as usize % 8;
                    cleared &= cleared - 1;
                    let x = 8 * half + lane;
                    let rows = drops.full_rows.lane16(x);
                    let one = self.value_after(shape, x, drops.rows.lane16(x), rows, weights);
                    value = replaced(value, lane, one);
                }
                let legal = drops.legal >> (8 * half) & 0xff;
                values.put(rotation.index(), half, value, legal);
            }
        }
        values.best(WIDTH)
    }

    /// The weighted sum of the features after a piece on column `x` that fills rows.
    #[inline(always)]
    fn value_after(&self, shape: &Shape, x: usize, row: u32, full: u32, weights: &[f32; 9]) -> f32 {
        let mut cells = 0;
        for (i, column) in shape.columns().into_iter().enumerate() {
            cells |= u64::from(column) << row << (16 * i);
        }
        let mut empty = self.empty.without(V::quad16(cells, x));
        let top = real::<V>().and(V::splat(0x8000_8000));
        let mut rows = full;
        while rows != 0 {
            // From the top, so that the rows still to go keep their places.
            let row = 31 - rows.leading_zeros();
            let below = V::splat(((1 << row) - 1) * 0x1_0001);
            empty = empty
                .and(below)
                .or(empty.down16_by::<1>().or(top).without(below));
            rows ^= 1 << row;
        }
        let after = Self { empty, ..*self };
        let (sums, _, _) = after.sums();
        let move_ = Move::new(shape, row as usize, full.into());
        let features: [f32; USED] = [
            f32::from(move_.landing_height_x2) * 0.5,
            f32::from(move_.eroded_cells),
            sums.row_transitions as f32,
            sums.column_transitions as f32,
            sums.holes as f32,
            sums.wells as f32,
        ];
        let mut sum = 0.0;
        for i in 0..USED {
            sum += features[i] * weights[i];
        }
        sum
    }

    /// The sums, and for each column its height and its well sum.
    #[inline(always)]
    fn sums(&self) -> (Sums, V, V) {
        let empty = self.empty;
        let (left, right) = (empty.along16::<-1>(), empty.along16::<1>());
        let filled = real::<V>().without(empty);
        let filled = filled.or(filled.down16_by::<1>());
        let filled = filled.or(filled.down16_by::<2>());
        let filled = filled.or(filled.down16_by::<4>());
        let filled = filled.or(filled.down16_by::<8>());
        let sideways = empty.xor(left).count16();
        let upwards = empty.xor(empty.up16_by::<1>()).count16();
        let holes = filled.and(empty).count16();
        let wells = well_sums([empty.without(left.or(right))]);
        // Two sums at once: the first of each is less than 2^8.
        let transitions = sideways.plus16(upwards.up16_by::<8>()).sum16();
        let holes_and_wells = holes.plus16(wells.up16_by::<8>()).sum16();
        let sums = Sums {
            // Rows above the lanes are empty.
            row_transitions: (transitions & 0xff) + 2 * (self.height - LEAST_HEIGHT as u32),
            column_transitions: transitions >> 8,
            holes: holes_and_wells & 0xff,
            wells: holes_and_wells >> 8,
        };
        (sums, filled.count16(), wells)
    }

    #[inline(always)]
    fn read(&self) -> Reading<V> {
        let (sums, height, well) = self.sums();
        let empty = self.empty;
        let left = empty.along16::<-1>();
        let left = left.or(left.along16::<-1>());
        let left = left.or(left.along16::<-2>());
        let left = left.or(left.along16::<-4>());
        let left = left.or(left.along16::<-8>());
        let right = empty.along16::<1>();
        let right = right.or(right.along16::<1>());
        let right = right.or(right.along16::<2>());
        let right = right.or(right.along16::<4>());
        let right = right.or(right.along16::<8>());
        let one = well
            .along16::<-1>()
            .plus16(well)
            .plus16(well.along16::<1>());
        let two = one.plus16(well.along16::<2>());
        let three = two.plus16(well.along16::<3>());
        Reading {
            sums,
            empty: [
                empty.along16::<-2>(),
                empty.along16::<-1>(),
                empty,
                empty.along16::<1>(),
                empty.along16::<2>(),
                empty.along16::<3>(),
                empty.along16::<4>(),
                empty.along16::<5>(),
            ],
            heights: [
                height,
                height.along16::<1>(),
                height.along16::<2>(),
                height.along16::<3>(),
            ],
            wells: [one, two, three, three.plus16(well.along16::<4>())],
            empty_left: left,
            empty_right: [
                right,
                right.along16::<1>(),
                right.along16::<2>(),
                right.along16::<3>(),
            ],
        }
    }
}

impl<V: Vector> Reading<V> {
    /// All placements of a shape of width `K`, as if no row were cleared.
    #[inline(always)]
    fn drops<const K: usize>(&self, shape: &Shape, ceiling: usize) -> Drops<V> {
        let zero = V::splat(0);
        let mut row = zero;
        let mut bottoms = [zero; K];
        for i in 0..K {
            bottoms[i] = splat16(shape.bottoms()[i].into());
            row = row.max16(self.heights[i].minus16(bottoms[i]));
        }
        let power = row.power16();
        let mut near = self.empty;
        let mut empty = self.empty_left.or(self.empty_right[K - 1]);
        for i in 0..K {
            let cells = splat16::<V>(shape.columns()[i].into()).times16(power);
            near[2 + i] = near[2 + i].without(cells);
            empty = empty.or(near[2 + i]);
        }

        let height = shape.height() as u32;
        let inside = V::load16(&COLUMNS).less_than16((WIDTH + 1 - K) as u32);
        let legal = inside.and(row.less_than16((ceiling as u32 + 1).saturating_sub(height)));

        let before = &self.sums;
        let (mut new_holes, mut covered) = (zero, splat16::<V>(K as u32));
        for i in 0..K {
            let gap = row.plus16(bottoms[i]).minus16(self.heights[i]);
            new_holes = new_holes.plus16(gap);
            // Equal lanes are -1.
            covered = covered.plus16(gap.equal16(zero));
        }
        // At the piece's outline each old change goes and each other place becomes one. The upper
        // half of a product with 2^(16 - row) is what is left when the rows below are shifted out.
        let shift = splat16::<V>(15).minus16(row).power16();
        let mut outline = zero;
        for i in 0..=K {
            let rows = splat16(shape.edges() >> (4 * i) & 0xf);
            let edge = self.empty[1 + i].xor(self.empty[2 + i]);
            let edge = edge.up16_by::<1>().times16_high(shift).and(rows);
            // A shape of width K has at most 5 - K rows.
            outline = outline.or(edge.times16(splat16(1 << ((5 - K) * i))));
        }
        let changes = splat16::<V>(before.row_transitions + shape.edges().count_ones());
        let row_transitions = changes.minus16(outline.count16().up16_by::<1>());
        // A new run of empty cells has two ends.
        let column_transitions =
            splat16::<V>(before.column_transitions).plus16(covered.up16_by::<1>());

        let mut wells = [zero; 6];
        for i in 0..K + 2 {
            wells[i] = near[i + 1].without(near[i].or(near[i + 2]));
        }
        let [a, b, c, d, e, f] = wells;
        let well_sum = match K {
            1 => well_sums([a, b, c]),
            2 => well_sums([a, b, c, d]),
            3 => well_sums([a, b, c, d, e]),
            _ => well_sums([a, b, c, d, e, f]),
        };
        Drops {
            legal: legal.signs16(),
            rows: row,
            full_rows: V::splat(u32::MAX).without(empty),
            features: [
                row.up16_by::<1>().plus16(splat16(height)),
                zero,
                row_transitions,
                column_transitions,
                splat16::<V>(before.holes).plus16(new_holes),
                splat16::<V>(before.wells)
                    .plus16(well_sum)
                    .minus16(self.wells[K - 1]),
            ],
        }
    }
}

impl<V: Vector> Drops<V> {
    /// The weighted sums of eight of them.
    #[inline(always)]
    fn value(&self, half: usize, weights: &[f32; 9]) -> V {
        let mut value = V::float(0.0);
        for i in 0..USED {
            let mut feature = match half {
                0 => self.features[i].lower16(),
                _ => self.features[i].upper16(),
            };
            feature = feature.to_floats();
            if i == 0 {
                feature = feature.float_times(V::float(0.5));
            }
            value = value.float_plus(feature.float_times(V::float(weights[i])));
        }
        value
    }
}

/// The numbers of the lanes.
const COLUMNS: [u16; 16] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];

/// All bits in the lanes of the board's columns.
#[inline(always)]
fn real<V: Vector>() -> V {
    V::load(&[u32::MAX, u32::MAX, u32::MAX, u32::MAX, u32::MAX, 0, 0, 0])
}

/// A number of 16 bits in all sixteen lanes.
#[inline(always)]
fn splat16<V: Vector>(value: u32) -> V {
    V::splat(value * 0x1_0001)
}

/// 1 + 2 + ... + length, added up over the runs of set bits in each lane of neighbouring
/// columns: each turn shortens every run by one. No cell of a well is beside another, and so two
/// neighbours are counted as one.
#[inline(always)]
fn well_sums<V: Vector, const C: usize>(mut wells: [V; C]) -> V {
    let mut sum = V::splat(0);
    loop {
        let mut rest = V::splat(0);
        for two in wells.chunks_mut(2) {
            let both = two.iter().fold(V::splat(0), |both, &word| both.or(word));
            sum = sum.plus16(both.count16());
            for word in two {
                *word = word.and(word.down16_by::<1>());
                rest = rest.or(*word);
            }
        }
        if rest.is_zero() {
            return sum;
        }
    }
}
