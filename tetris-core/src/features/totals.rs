//! The features of a board alone.

use crate::board::bit_height;
use crate::features::Features;
use crate::pieces::Shape;

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
    #[inline(always)]
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

/// The features of a board alone, as whole numbers and sets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Totals {
    pub(crate) row_transitions: u32,
    pub(crate) column_transitions: u32,
    pub(crate) holes: u32,
    pub(crate) cumulative_wells: u32,
    pub(crate) hole_depth: u32,
    /// The rows with holes, as bits.
    pub(crate) hole_rows: u64,
    /// The height differences that occur, -2 to 2, as bits 0 to 4.
    pub(crate) steps: u32,
    pub(crate) height_sum: u32,
}

impl Totals {
    /// Of a board of any size. Boards with low piles have a faster way: see
    /// [`LowBoard`](crate::features::LowBoard).
    pub(crate) fn of(columns: &[u64], height: usize) -> Self {
        let wall = u64::MAX >> (64 - height);
        let mut totals = Self {
            row_transitions: (wall ^ columns[0]).count_ones(),
            ..Self::default()
        };
        let mut left = wall;
        for (x, &column) in columns.iter().enumerate() {
            let right = *columns.get(x + 1).unwrap_or(&wall);
            let height = bit_height(column);
            let mut holes = u64::MAX.unbounded_shr(64 - height) & !column;
            totals.row_transitions += (column ^ right).count_ones();
            // The last term is the change at the top of a column that is full up to row 63.
            totals.column_transitions += (column ^ (column << 1 | 1)).count_ones();
            totals.column_transitions += (column >> 63) as u32;
            totals.holes += holes.count_ones();
            totals.hole_rows |= holes;
            totals.height_sum += height;
            // Each turn shortens every run of well cells by one.
            let mut wells = left & right & !column;
            while wells != 0 {
                totals.cumulative_wells += wells.count_ones();
                wells &= wells >> 1;
            }
            // Each turn takes the lowest hole.
            while holes != 0 {
                totals.hole_depth += (column >> holes.trailing_zeros()).count_ones();
                holes &= holes - 1;
            }
            if x > 0 {
                totals.steps |= 1 << (height + 2).wrapping_sub(bit_height(left)).min(31);
            }
            left = column;
        }
        totals.steps &= 0b1_1111;
        totals
    }

    #[inline(always)]
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
