//! Every place that a piece can get to on a usual board with a low pile: the same as
//! [`Reach`](crate::moves::Reach) in a tenth of the time.
//!
//! One vector holds an orientation's pivots, sixteen columns of sixteen rows. Above the pile the
//! piece goes anywhere and turns as it likes, so all that can be dropped into is reached to
//! begin with, and only what lies under overhangs is left to be found by sliding and kicks.

#![allow(
    clippy::needless_range_loop,
    reason = "columns, vectors and orientations go by number, in several arrays at once"
)]

mod flood;
mod leaves;
mod tables;

pub(crate) use leaves::leaves;

use flood::reach;

use crate::moves::{COLUMNS, Long, LowColumns, Plane, Short, WIDTH};
use crate::pieces::{HalfTurns, Piece, Rotation, RotationRules, RotationSystem};
use crate::simd::{self, Kernel, Vector};

/// The only rules that are compiled this way.
pub(crate) const RULES: RotationRules = RotationRules {
    system: RotationSystem::Srs,
    half_turns: HalfTurns::Off,
};

/// Pivots of each orientation: columns from the left, bit 0 the floor row.
#[derive(Clone, Copy)]
pub(crate) struct Pivots([[u32; COLUMNS]; 4]);

impl Pivots {
    const NONE: Self = Self([[0; COLUMNS]; 4]);

    #[inline(always)]
    fn store<V: Vector, P: Plane<V>>(all: [P; 4]) -> Self {
        let mut pivots = [[0; COLUMNS]; 4];
        for r in 0..4 {
            pivots[r] = all[r].store();
        }
        Self(pivots)
    }

    #[inline]
    pub(crate) fn has(&self, rotation: Rotation, x: usize, y: u32) -> bool {
        self.0[rotation.index()][x] >> y & 1 == 1
    }

    /// The pivots of two neighbouring columns, the left one in the lower half.
    #[inline(always)]
    fn pair(&self, rotation: Rotation, pair: usize) -> u64 {
        let columns = &self.0[rotation.index()];
        u64::from(columns[2 * pair]) | u64::from(columns[2 * pair + 1]) << 32
    }

    /// Calls `found(rotation, x, y)` for the pivots of the distinct orientations, rotations in
    /// turn, columns from the left, rows from the floor.
    #[inline]
    pub(crate) fn each(&self, piece: Piece, mut found: impl FnMut(Rotation, usize, u32)) {
        for &rotation in piece.distinct_rotations() {
            for (x, &rows) in self.0[rotation.index()][..WIDTH].iter().enumerate() {
                let mut rows = rows;
                while rows != 0 {
                    found(rotation, x, rows.trailing_zeros());
                    rows &= rows - 1;
                }
            }
        }
    }
}

/// How many places there are.
pub(crate) fn count(low: &LowColumns, piece: Piece) -> u32 {
    let places = None;
    simd::run_in_vectors(Find { low, piece, places }).unwrap_or(0)
}

/// The places, by pivots of the distinct orientations.
pub(crate) fn find(low: &LowColumns, piece: Piece) -> Pivots {
    let mut pivots = Pivots::NONE;
    let places = Some(&mut pivots);
    simd::run_in_vectors(Find { low, piece, places });
    pivots
}

/// The places of a T, where a turn takes it, and where one with a far kick takes it.
pub(crate) fn find_t(low: &LowColumns) -> [Pivots; 3] {
    simd::run_in_vectors(FindSpins(low)).unwrap_or([Pivots::NONE; 3])
}

struct Find<'a> {
    low: &'a LowColumns,
    piece: Piece,
    places: Option<&'a mut Pivots>,
}

impl Kernel for Find<'_> {
    type Output = u32;

    #[inline(always)]
    fn run<V: Vector>(self) -> u32 {
        if self.low.is_short() {
            self.run_on::<V, Short<V>>()
        } else {
            self.run_on::<V, Long<V>>()
        }
    }
}

impl Find<'_> {
    #[inline(always)]
    fn run_on<V: Vector, P: Plane<V>>(self) -> u32 {
        let columns = P::load(&self.low.0);
        match self.piece {
            Piece::I => self.of::<V, P, 1>(columns),
            Piece::O => self.of::<V, P, 2>(columns),
            Piece::T => self.of::<V, P, 3>(columns),
            Piece::S => self.of::<V, P, 4>(columns),
            Piece::Z => self.of::<V, P, 5>(columns),
            Piece::J => self.of::<V, P, 6>(columns),
            Piece::L => self.of::<V, P, 7>(columns),
        }
    }

    #[inline(always)]
    fn of<V: Vector, P: Plane<V>, const PIECE: usize>(self, columns: P) -> u32 {
        let all = reach::<V, P, PIECE>(columns);
        if let Some(pivots) = self.places {
            *pivots = Pivots::store(all.places());
        }
        all.count()
    }
}

struct FindSpins<'a>(&'a LowColumns);

impl Kernel for FindSpins<'_> {
    type Output = [Pivots; 3];

    #[inline(always)]
    fn run<V: Vector>(self) -> [Pivots; 3] {
        if self.0.is_short() {
            find_spins::<V, Short<V>>(self.0)
        } else {
            find_spins::<V, Long<V>>(self.0)
        }
    }
}

#[inline(always)]
fn find_spins<V: Vector, P: Plane<V>>(low: &LowColumns) -> [Pivots; 3] {
    let all = reach::<V, P, { Piece::T as usize }>(P::load(&low.0));
    let (mut turned, mut far) = ([P::none(); 4], [P::none(); 4]);
    all.spin::<0, 1>(&mut turned, &mut far);
    all.spin::<1, 2>(&mut turned, &mut far);
    all.spin::<2, 3>(&mut turned, &mut far);
    all.spin::<3, 0>(&mut turned, &mut far);
    all.spin::<1, 0>(&mut turned, &mut far);
    all.spin::<2, 1>(&mut turned, &mut far);
    all.spin::<3, 2>(&mut turned, &mut far);
    all.spin::<0, 3>(&mut turned, &mut far);
    let places = Pivots::store(all.places());
    [places, Pivots::store(turned), Pivots::store(far)]
}

#[cfg(test)]
mod tests;
