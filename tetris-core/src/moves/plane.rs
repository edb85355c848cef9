//! Sixteen columns of bits, in one vector or in two.

#![allow(
    clippy::needless_range_loop,
    reason = "columns, vectors and orientations go by number, in several arrays at once"
)]

use crate::moves::WIDTH;
use crate::simd::Vector;

/// Columns of a plane.
pub(crate) const COLUMNS: usize = 16;

/// The highest pile so that everything that can matter happens within sixteen rows.
pub(crate) const SHORT_PILE: u32 = 11;

/// The columns past the board.
const WALL: [u16; COLUMNS] = {
    let mut wall = [0; COLUMNS];
    let mut x = WIDTH;
    while x < COLUMNS {
        wall[x] = u16::MAX;
        x += 1;
    }
    wall
};

/// A bit for each cell. What moves out of the plane is gone, and what moves in is 0.
pub(crate) trait Plane<V: Vector>: Copy {
    /// As many rows as there are; higher ones are left out.
    fn load(columns: &[u32; COLUMNS]) -> Self;
    fn store(self) -> [u32; COLUMNS];
    fn all() -> Self;
    fn none() -> Self;
    fn and(self, other: Self) -> Self;
    fn or(self, other: Self) -> Self;
    /// The bits of `self` that `other` has not.
    fn without(self, other: Self) -> Self;
    fn up_by<const ROWS: i32>(self) -> Self;
    fn down_by<const ROWS: i32>(self) -> Self;
    /// To the left, by -2 to 2 columns.
    fn left_by<const COLUMNS: i32>(self) -> Self;
    /// All rows below the bits, and the bits.
    fn filled_down(self) -> Self;
    fn is_empty(self) -> bool;
    /// Numbers of bits, to be added up.
    fn count(self) -> V;
}

/// Sixteen rows.
#[derive(Clone, Copy)]
pub(crate) struct Short<V>(V);

impl<V: Vector> Short<V> {
    /// The lowest rows.
    #[inline(always)]
    pub(crate) fn narrow(columns: &[u32; COLUMNS]) -> Self {
        Self(V::narrow16(columns))
    }

    /// With cells that are raised by some rows.
    #[inline(always)]
    pub(crate) fn with(self, cells: &[u16; COLUMNS], rows: u32) -> Self {
        Self(self.0.or(V::load16(cells).up16(rows)))
    }

    /// The rows in which every column of the board is full, as bits.
    #[inline(always)]
    pub(crate) fn full_rows(self) -> u32 {
        self.0.or(V::load16(&WALL)).every16()
    }

    /// Without some rows; what is above them comes down.
    #[inline(always)]
    pub(crate) fn without_rows(self, mut rows: u32) -> Self {
        let mut columns = self.0;
        while rows != 0 {
            // From the top, so that the rows still to go keep their places.
            let row = 31 - rows.leading_zeros();
            let below = V::splat(((1 << row) - 1) * 0x1_0001);
            columns = columns
                .and(below)
                .or(columns.down16_by::<1>().without(below));
            rows ^= 1 << row;
        }
        Self(columns)
    }

    /// Whether the pile leaves enough rows above it.
    #[inline(always)]
    pub(crate) fn is_low(self) -> bool {
        self.0.down16_by::<{ SHORT_PILE as i32 }>().is_zero()
    }
}

impl<V: Vector> Plane<V> for Short<V> {
    #[inline(always)]
    fn load(columns: &[u32; COLUMNS]) -> Self {
        Self::narrow(columns)
    }

    #[inline(always)]
    fn store(self) -> [u32; COLUMNS] {
        self.0.widen16()
    }

    #[inline(always)]
    fn all() -> Self {
        Self(V::splat(u32::MAX))
    }

    #[inline(always)]
    fn none() -> Self {
        Self(V::splat(0))
    }

    #[inline(always)]
    fn and(self, other: Self) -> Self {
        Self(self.0.and(other.0))
    }

    #[inline(always)]
    fn or(self, other: Self) -> Self {
        Self(self.0.or(other.0))
    }

    #[inline(always)]
    fn without(self, other: Self) -> Self {
        Self(self.0.without(other.0))
    }

    #[inline(always)]
    fn up_by<const ROWS: i32>(self) -> Self {
        Self(self.0.up16_by::<ROWS>())
    }

    #[inline(always)]
    fn down_by<const ROWS: i32>(self) -> Self {
        Self(self.0.down16_by::<ROWS>())
    }

    #[inline(always)]
    fn left_by<const COLUMNS: i32>(self) -> Self {
        Self(self.0.along16::<COLUMNS>())
    }

    #[inline(always)]
    fn filled_down(self) -> Self {
        let all = self.or(self.down_by::<1>());
        let all = all.or(all.down_by::<2>());
        let all = all.or(all.down_by::<4>());
        all.or(all.down_by::<8>())
    }

    #[inline(always)]
    fn is_empty(self) -> bool {
        self.0.is_zero()
    }

    #[inline(always)]
    fn count(self) -> V {
        self.0.count()
    }
}

/// Thirty-two rows, the first eight columns apart from the others.
#[derive(Clone, Copy)]
pub(crate) struct Long<V>(V, V);

impl<V: Vector> Plane<V> for Long<V> {
    #[inline(always)]
    fn load(columns: &[u32; COLUMNS]) -> Self {
        let (left, right) = columns.split_at(8);
        let eight = |columns: &[u32]| V::load(columns.first_chunk().expect("eight columns"));
        Self(eight(left), eight(right))
    }

    #[inline(always)]
    fn store(self) -> [u32; COLUMNS] {
        let mut columns = [0; COLUMNS];
        columns[..8].copy_from_slice(&self.0.store());
        columns[8..].copy_from_slice(&self.1.store());
        columns
    }

    #[inline(always)]
    fn all() -> Self {
        Self(V::splat(u32::MAX), V::splat(u32::MAX))
    }

    #[inline(always)]
    fn none() -> Self {
        Self(V::splat(0), V::splat(0))
    }

    #[inline(always)]
    fn and(self, other: Self) -> Self {
        Self(self.0.and(other.0), self.1.and(other.1))
    }

    #[inline(always)]
    fn or(self, other: Self) -> Self {
        Self(self.0.or(other.0), self.1.or(other.1))
    }

    #[inline(always)]
    fn without(self, other: Self) -> Self {
        Self(self.0.without(other.0), self.1.without(other.1))
    }

    #[inline(always)]
    fn up_by<const ROWS: i32>(self) -> Self {
        Self(self.0.up_by::<ROWS>(), self.1.up_by::<ROWS>())
    }

    #[inline(always)]
    fn down_by<const ROWS: i32>(self) -> Self {
        Self(self.0.down_by::<ROWS>(), self.1.down_by::<ROWS>())
    }

    #[inline(always)]
    fn left_by<const COLUMNS: i32>(self) -> Self {
        let nothing = V::splat(0);
        if COLUMNS >= 0 {
            let columns = COLUMNS as usize;
            Self(
                self.0.window(self.1, columns),
                self.1.window(nothing, columns),
            )
        } else {
            let from = (8 + COLUMNS) as usize;
            Self(nothing.window(self.0, from), self.0.window(self.1, from))
        }
    }

    #[inline(always)]
    fn filled_down(self) -> Self {
        let all = self.or(self.down_by::<1>());
        let all = all.or(all.down_by::<2>());
        let all = all.or(all.down_by::<4>());
        let all = all.or(all.down_by::<8>());
        all.or(all.down_by::<16>())
    }

    #[inline(always)]
    fn is_empty(self) -> bool {
        self.0.or(self.1).is_zero()
    }

    #[inline(always)]
    fn count(self) -> V {
        self.0.count().plus(self.1.count())
    }
}
