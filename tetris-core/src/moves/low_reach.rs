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

use core::marker::PhantomData;

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
#[inline]
pub(crate) fn count(low: &LowColumns, piece: Piece) -> u32 {
    let places = None;
    simd::run_in_vectors(Find { low, piece, places }).unwrap_or(0)
}

/// The places, by pivots of the distinct orientations.
#[inline]
pub(crate) fn find(low: &LowColumns, piece: Piece) -> Pivots {
    let mut pivots = Pivots::NONE;
    let places = Some(&mut pivots);
    simd::run_in_vectors(Find { low, piece, places });
    pivots
}

/// The places of a T, where a turn takes it, and where one with a far kick takes it.
#[inline]
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
        let (places, count) = match self.piece {
            Piece::I => reach::<V, P, 1>(columns).places(),
            Piece::O => reach::<V, P, 2>(columns).places(),
            Piece::T => reach::<V, P, 3>(columns).places(),
            Piece::S => reach::<V, P, 4>(columns).places(),
            Piece::Z => reach::<V, P, 5>(columns).places(),
            Piece::J => reach::<V, P, 6>(columns).places(),
            Piece::L => reach::<V, P, 7>(columns).places(),
        };
        if let Some(pivots) = self.places {
            *pivots = Pivots::store(places);
        }
        count.sum()
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
    let none = P::all().without(P::all());
    let (mut turned, mut far) = ([none; 4], [none; 4]);
    all.spin::<0, 1>(&mut turned, &mut far);
    all.spin::<1, 2>(&mut turned, &mut far);
    all.spin::<2, 3>(&mut turned, &mut far);
    all.spin::<3, 0>(&mut turned, &mut far);
    all.spin::<1, 0>(&mut turned, &mut far);
    all.spin::<2, 1>(&mut turned, &mut far);
    all.spin::<3, 2>(&mut turned, &mut far);
    all.spin::<0, 3>(&mut turned, &mut far);
    let places = Pivots::store(all.places().0);
    [places, Pivots::store(turned), Pivots::store(far)]
}

/// What the piece with a cell value of `PIECE` can get to.
struct Reached<V, P, const PIECE: usize> {
    free: [P; 4],
    reached: [P; 4],
    /// Free, and not reached yet.
    rest: [P; 4],
    vector: PhantomData<V>,
}

/// The piece with a cell value of `PIECE`.
const fn piece<const PIECE: usize>() -> Piece {
    Piece::ALL[PIECE - 1]
}

#[inline(always)]
fn reach<V: Vector, P: Plane<V>, const PIECE: usize>(columns: P) -> Reached<V, P, PIECE> {
    let none = P::all().without(P::all());
    let mut all = Reached {
        free: [none; 4],
        reached: [none; 4],
        rest: [none; 4],
        vector: PhantomData,
    };
    all.drop_in::<0>(columns);
    if PIECE == Piece::O as usize {
        // It covers the same cells in every orientation.
        all.slide(0);
        return all;
    }
    all.drop_in::<1>(columns);
    all.drop_in::<2>(columns);
    all.drop_in::<3>(columns);
    let [n, e, s, w] = all.rest;
    if n.or(e).or(s).or(w).is_empty() {
        return all;
    }
    loop {
        all.slide(0);
        all.slide(1);
        all.slide(2);
        all.slide(3);
        let mut new = false;
        new |= all.turn::<0, 1>();
        new |= all.turn::<1, 2>();
        new |= all.turn::<2, 3>();
        new |= all.turn::<3, 0>();
        new |= all.turn::<1, 0>();
        new |= all.turn::<2, 1>();
        new |= all.turn::<3, 2>();
        new |= all.turn::<0, 3>();
        if !new {
            return all;
        }
    }
}

impl<V: Vector, P: Plane<V>, const PIECE: usize> Reached<V, P, PIECE> {
    /// All that an orientation falls straight into.
    #[inline(always)]
    fn drop_in<const R: usize>(&mut self, columns: P) {
        let cells = const { piece::<PIECE>().cells(Rotation::ALL[R]) };
        let blocked = P::load(const { &outside::<PIECE>(R) })
            .or(taken(columns, cells[0]))
            .or(taken(columns, cells[1]))
            .or(taken(columns, cells[2]))
            .or(taken(columns, cells[3]));
        let below = blocked.filled_down();
        let all = P::all();
        self.free[R] = all.without(blocked);
        self.reached[R] = all.without(below);
        self.rest[R] = below.without(blocked);
    }

    /// Goes left, right and down under overhangs.
    #[inline(always)]
    fn slide(&mut self, rotation: usize) {
        if self.rest[rotation].is_empty() {
            return;
        }
        let mut reached = self.reached[rotation];
        loop {
            let beside = reached.left_by::<1>().or(reached.left_by::<-1>());
            let next = beside.or(reached.down_by::<1>());
            let new = next.and(self.rest[rotation]);
            if new.is_empty() {
                break;
            }
            reached = reached.or(new);
            self.rest[rotation] = self.rest[rotation].without(new);
        }
        self.reached[rotation] = reached;
    }

    /// Turns the piece wherever it is. Whether it gets to new places.
    #[inline(always)]
    fn turn<const FROM: usize, const TO: usize>(&mut self) -> bool {
        if self.rest[TO].is_empty() {
            return false;
        }
        let mut left = self.reached[FROM];
        let mut turned = self.rest[TO].without(self.rest[TO]);
        self.test::<FROM, TO, 0>(&mut left, &mut turned);
        self.test::<FROM, TO, 1>(&mut left, &mut turned);
        self.test::<FROM, TO, 2>(&mut left, &mut turned);
        self.test::<FROM, TO, 3>(&mut left, &mut turned);
        self.test::<FROM, TO, 4>(&mut left, &mut turned);
        let new = turned.and(self.rest[TO]);
        self.reached[TO] = self.reached[TO].or(new);
        self.rest[TO] = self.rest[TO].without(new);
        !new.is_empty()
    }

    /// One of the tests of a turn, for the pivots that passed none before.
    #[inline(always)]
    fn test<const FROM: usize, const TO: usize, const TEST: usize>(
        &self,
        left: &mut P,
        turned: &mut P,
    ) {
        let (dx, dy) = const { kick::<PIECE>(FROM, TO, TEST) };
        let fits = moved(self.free[TO], -dx, -dy);
        *turned = turned.or(moved(left.and(fits), dx, dy));
        *left = left.without(fits);
    }

    /// Where the piece lies on something.
    #[inline(always)]
    fn grounded(&self, rotation: usize) -> P {
        self.reached[rotation].without(self.free[rotation].up_by::<1>())
    }

    /// Where it can lock, once for each set of cells, and numbers of places to be added up.
    #[inline(always)]
    fn places(&self) -> ([P; 4], V) {
        let mut places = self.free;
        for r in 0..4 {
            places[r] = self.grounded(r);
        }
        let distinct = const { piece::<PIECE>().distinct_rotations().len() };
        if distinct == 2 {
            // South is north with another pivot, west is east.
            let (south, west) = const { (shift::<PIECE>(2), shift::<PIECE>(3)) };
            places[0] = places[0].or(moved(places[2], south.0, south.1));
            places[1] = places[1].or(moved(places[3], west.0, west.1));
        }
        let mut count = V::splat(0);
        for r in 0..distinct {
            count = count.plus(places[r].count());
        }
        (places, count)
    }

    /// Where turns take the piece, once it is known where it gets.
    #[inline(always)]
    fn spin<const FROM: usize, const TO: usize>(&self, turned: &mut [P; 4], far: &mut [P; 4]) {
        let mut left = self.reached[FROM];
        self.test::<FROM, TO, 0>(&mut left, &mut turned[TO]);
        self.test::<FROM, TO, 1>(&mut left, &mut turned[TO]);
        self.test::<FROM, TO, 2>(&mut left, &mut turned[TO]);
        self.test::<FROM, TO, 3>(&mut left, &mut turned[TO]);
        self.test::<FROM, TO, 4>(&mut left, &mut far[TO]);
        turned[TO] = turned[TO].or(far[TO]);
    }
}

/// The pivots that have a full cell at the given place.
#[inline(always)]
fn taken<V: Vector, P: Plane<V>>(columns: P, cell: (i8, i8)) -> P {
    moved(columns, -cell.0, -cell.1)
}

/// Everything moved by columns to the right and rows up, two at most. The compiler must be able
/// to know them.
#[inline(always)]
fn moved<V: Vector, P: Plane<V>>(all: P, columns: i8, rows: i8) -> P {
    let all = match columns {
        -2 => all.left_by::<2>(),
        -1 => all.left_by::<1>(),
        0 => all,
        1 => all.left_by::<-1>(),
        _ => all.left_by::<-2>(),
    };
    match rows {
        -2 => all.down_by::<2>(),
        -1 => all.down_by::<1>(),
        0 => all,
        1 => all.up_by::<1>(),
        _ => all.up_by::<2>(),
    }
}

const fn kick<const PIECE: usize>(from: usize, to: usize, test: usize) -> (i8, i8) {
    if PIECE == Piece::O as usize {
        return (0, 0);
    }
    let (from, to) = (Rotation::ALL[from], Rotation::ALL[to]);
    RULES.kicks(piece::<PIECE>(), from, to)[test]
}

/// How far the pivot of an orientation must move to become that of the one that covers the same
/// cells.
const fn shift<const PIECE: usize>(rotation: usize) -> (i8, i8) {
    let piece = piece::<PIECE>();
    if piece.distinct_rotations().len() != 2 {
        return (0, 0);
    }
    let (left, low) = piece.corner(Rotation::ALL[rotation]);
    let (first_left, first_low) = piece.corner(Rotation::ALL[rotation - 2]);
    (left - first_left, low - first_low)
}

/// The pivots that would leave cells outside the walls or under the floor.
const fn outside<const PIECE: usize>(rotation: usize) -> [u32; COLUMNS] {
    let cells = piece::<PIECE>().cells(Rotation::ALL[rotation]);
    let mut outside = [0; COLUMNS];
    let mut x = 0;
    while x < COLUMNS {
        let mut i = 0;
        while i < 4 {
            let (dx, dy) = cells[i];
            let column = x as i32 + dx as i32;
            if column < 0 || column >= WIDTH as i32 {
                outside[x] = u32::MAX;
            } else if dy < 0 {
                outside[x] |= (1 << -dy) - 1;
            }
            i += 1;
        }
        x += 1;
    }
    outside
}

#[cfg(test)]
mod tests;
