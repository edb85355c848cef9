//! Filling the places under overhangs, one set of bits an orientation.

#![allow(
    clippy::needless_range_loop,
    reason = "columns, vectors and orientations go by number, in several arrays at once"
)]

use core::marker::PhantomData;

use super::tables::{
    distinct, drops, kick, lowest_kicks, orientations, outside, piece, same_kicks, shift,
};
use crate::moves::Plane;
use crate::pieces::{Piece, Rotation};
use crate::simd::Vector;

/// What the piece with a cell value of `PIECE` can get to.
pub(super) struct Reached<V, P, const PIECE: usize> {
    free: [P; 4],
    reached: [P; 4],
    /// Free, and not reached yet.
    rest: [P; 4],
    /// Whether it gets anywhere but by falling straight down.
    tucks: bool,
    vector: PhantomData<V>,
}

/// The orientations that a turn might take the piece to.
struct Turns {
    /// North and south.
    flat: bool,
    /// East and west.
    upright: bool,
}

impl Turns {
    const NONE: Self = Self {
        flat: false,
        upright: false,
    };
}

#[inline(always)]
pub(super) fn reach<V: Vector, P: Plane<V>, const PIECE: usize>(
    columns: P,
) -> Reached<V, P, PIECE> {
    let none = P::none();
    let mut all = Reached {
        free: [none; 4],
        reached: [none; 4],
        rest: [none; 4],
        tucks: false,
        vector: PhantomData,
    };
    let below = columns.filled_down();
    all.drop_in::<0>(columns, below);
    if PIECE != Piece::O as usize {
        all.drop_in::<1>(columns, below);
        all.drop_in::<2>(columns, below);
        all.drop_in::<3>(columns, below);
    }
    all.leave_the_air();
    all
}

impl<V: Vector, P: Plane<V>, const PIECE: usize> Reached<V, P, PIECE> {
    /// All that an orientation falls straight into, given the full cells, and those with all
    /// below them.
    #[inline(always)]
    fn drop_in<const R: usize>(&mut self, columns: P, below: P) {
        let outside = P::load(const { &outside::<PIECE>(R) });
        let cells = const { piece::<PIECE>().cells(Rotation::ALL[R]) };
        let blocked = outside.or(taken(columns, cells));
        let below = outside.or(taken(below, cells));
        let all = P::all();
        self.free[R] = all.without(blocked);
        self.reached[R] = all.without(below);
        self.rest[R] = below.without(blocked);
    }

    /// Finds what lies under overhangs, if anything there is to be reached.
    ///
    /// What the piece falls into goes on upwards without end, so of the tests that move it by as
    /// many columns only the one that takes it lowest counts for whether a turn might lead there;
    /// that an earlier test may keep it from that is left out.
    #[inline(always)]
    fn leave_the_air(&mut self) {
        let mut beside = [P::none(); 4];
        for r in 0..orientations::<PIECE>() {
            let both = self.reached[r].left_by::<1>();
            let both = both.or(self.reached[r].left_by::<-1>());
            beside[r] = both.and(self.rest[r]);
        }
        if PIECE == Piece::O as usize {
            self.flood(beside, Turns::NONE);
            return;
        }
        let flat = [
            self.lowest::<3, 0>().or(self.lowest::<1, 0>()),
            self.lowest::<1, 2>().or(self.lowest::<3, 2>()),
        ];
        let flat = flat[0].and(self.rest[0]).or(flat[1].and(self.rest[2]));
        let upright = [
            self.lowest::<0, 1>().or(self.lowest::<2, 1>()),
            self.lowest::<2, 3>().or(self.lowest::<0, 3>()),
        ];
        let upright = upright[0]
            .and(self.rest[1])
            .or(upright[1].and(self.rest[3]));
        let sides = beside[0].or(beside[1]).or(beside[2]).or(beside[3]);
        if sides.or(flat).or(upright).is_empty() {
            return;
        }
        let turns = Turns {
            flat: !flat.is_empty(),
            upright: !upright.is_empty(),
        };
        self.flood(beside, turns);
    }

    /// Where turns might take the piece at the lowest.
    #[inline(always)]
    fn lowest<const FROM: usize, const TO: usize>(&self) -> P {
        let mut found = P::none();
        for column in 0..5 {
            let dx = column as i8 - 2;
            if let Some(dy) = const { lowest_kicks::<PIECE>(FROM, TO) }[column] {
                found = found.or(moved(self.reached[FROM], dx, dy));
            }
        }
        found
    }

    /// Adds `fresh` places, where `turns` take the piece from all it reached before, and whatever
    /// these lead to.
    #[inline(always)]
    fn flood(&mut self, mut fresh: [P; 4], mut turns: Turns) {
        let mut from = self.reached;
        loop {
            if turns.flat {
                self.turn_to::<3, 1, 0>(&from, &mut fresh);
                self.turn_to::<1, 3, 2>(&from, &mut fresh);
            }
            if turns.upright {
                self.turn_to::<0, 2, 1>(&from, &mut fresh);
                self.turn_to::<2, 0, 3>(&from, &mut fresh);
            }
            let [n, e, s, w] = fresh;
            if n.or(s).or(e.or(w)).is_empty() {
                return;
            }
            self.tucks = true;
            self.add(&fresh);
            self.slide(&mut fresh);
            if PIECE == Piece::O as usize {
                return;
            }
            from = fresh;
            fresh = [P::none(); 4];
            let [n, e, s, w] = from;
            turns.flat = !e.or(w).is_empty() & !self.rest[0].or(self.rest[2]).is_empty();
            turns.upright = !n.or(s).is_empty() & !self.rest[1].or(self.rest[3]).is_empty();
        }
    }

    #[inline(always)]
    fn add(&mut self, new: &[P; 4]) {
        for r in 0..orientations::<PIECE>() {
            self.reached[r] = self.reached[r].or(new[r]);
            self.rest[r] = self.rest[r].without(new[r]);
        }
    }

    /// Goes left, right and down under overhangs from new places, and adds what it finds to
    /// them.
    #[inline(always)]
    fn slide(&mut self, fresh: &mut [P; 4]) {
        let mut last = *fresh;
        loop {
            let mut any = P::none();
            for r in 0..orientations::<PIECE>() {
                let beside = last[r].left_by::<1>().or(last[r].left_by::<-1>());
                last[r] = beside.or(last[r].down_by::<1>()).and(self.rest[r]);
                any = any.or(last[r]);
            }
            if any.is_empty() {
                return;
            }
            for r in 0..orientations::<PIECE>() {
                fresh[r] = fresh[r].or(last[r]);
            }
            self.add(&last);
        }
    }

    /// Turns the piece to an orientation from both beside it.
    #[inline(always)]
    fn turn_to<const A: usize, const B: usize, const TO: usize>(
        &self,
        from: &[P; 4],
        fresh: &mut [P; 4],
    ) {
        let mut turned = P::none();
        if const { same_kicks::<PIECE>(A, B, TO) } {
            self.turn::<A, TO>(from[A].or(from[B]), &mut turned);
        } else {
            self.turn::<A, TO>(from[A], &mut turned);
            self.turn::<B, TO>(from[B], &mut turned);
        }
        fresh[TO] = fresh[TO].or(turned.and(self.rest[TO]));
    }

    /// Adds where a turn takes the piece from some places.
    #[inline(always)]
    fn turn<const FROM: usize, const TO: usize>(&self, mut left: P, turned: &mut P) {
        self.test::<FROM, TO, 0>(&mut left, turned);
        self.test::<FROM, TO, 1>(&mut left, turned);
        self.test::<FROM, TO, 2>(&mut left, turned);
        self.test::<FROM, TO, 3>(&mut left, turned);
        self.test::<FROM, TO, 4>(&mut left, turned);
    }

    /// One of the tests of a turn, for the pivots that passed none before.
    #[inline(always)]
    fn test<const FROM: usize, const TO: usize, const TEST: usize>(
        &self,
        left: &mut P,
        turned: &mut P,
    ) {
        let (dx, dy) = const { kick::<PIECE>(FROM, TO, TEST) };
        *turned = turned.or(moved(*left, dx, dy).and(self.free[TO]));
        *left = left.without(moved(self.free[TO], -dx, -dy));
    }

    /// Where the piece lies on something.
    #[inline(always)]
    fn grounded(&self, rotation: usize) -> P {
        self.reached[rotation].without(self.free[rotation].up_by::<1>())
    }

    /// Where it can lock, once for each set of cells.
    #[inline(always)]
    pub(super) fn places(&self) -> [P; 4] {
        let mut places = self.free;
        for r in 0..4 {
            places[r] = self.grounded(r);
        }
        if const { distinct::<PIECE>() } == 2 {
            // South is north with another pivot, west is east.
            let (south, west) = const { (shift::<PIECE>(2), shift::<PIECE>(3)) };
            places[0] = places[0].or(moved(places[2], south.0, south.1));
            places[1] = places[1].or(moved(places[3], west.0, west.1));
        }
        places
    }

    /// How many places there are.
    #[inline(always)]
    pub(super) fn count(&self) -> u32 {
        if !self.tucks {
            return const { drops::<PIECE>() };
        }
        let places = self.places();
        let mut count = V::splat(0);
        for r in 0..const { distinct::<PIECE>() } {
            count = count.plus(places[r].count());
        }
        count.sum()
    }

    /// Where turns take the piece, once it is known where it gets.
    #[inline(always)]
    pub(super) fn spin<const FROM: usize, const TO: usize>(
        &self,
        turned: &mut [P; 4],
        far: &mut [P; 4],
    ) {
        let mut left = self.reached[FROM];
        self.test::<FROM, TO, 0>(&mut left, &mut turned[TO]);
        self.test::<FROM, TO, 1>(&mut left, &mut turned[TO]);
        self.test::<FROM, TO, 2>(&mut left, &mut turned[TO]);
        self.test::<FROM, TO, 3>(&mut left, &mut turned[TO]);
        self.test::<FROM, TO, 4>(&mut left, &mut far[TO]);
        turned[TO] = turned[TO].or(far[TO]);
    }
}

/// The pivots that have a full cell at any of the given places.
#[inline(always)]
fn taken<V: Vector, P: Plane<V>>(columns: P, cells: [(i8, i8); 4]) -> P {
    let [a, b, c, d] = cells;
    let two = moved(columns, -a.0, -a.1).or(moved(columns, -b.0, -b.1));
    two.or(moved(columns, -c.0, -c.1))
        .or(moved(columns, -d.0, -d.1))
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
