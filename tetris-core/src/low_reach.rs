//! Every place that a piece can get to on a usual board with a low pile: the same as
//! [`Reach`](crate::reach::Reach) in a tenth of the time.
//!
//! One vector holds an orientation's pivots, sixteen columns of sixteen rows. Above the pile the
//! piece goes anywhere and turns as it likes, so all that can be dropped into is reached to
//! begin with, and only what lies under overhangs is left to be found by sliding and kicks.

use core::marker::PhantomData;

use crate::board::Board;
use crate::piece::{Piece, Rotation};
use crate::placement::Placement;
use crate::plane::{COLUMNS, Long, Plane, Short};
use crate::rotation::{HalfTurns, RotationRules, RotationSystem};
use crate::simd::{self, Kernel, Level, Vector};

/// The usual width; the columns of a plane past it are never free.
const WIDTH: usize = 10;

/// The highest piles so that everything that can matter happens within sixteen rows, and within
/// thirty-two.
const SHORT_PILE: u32 = 11;
const LONG_PILE: u32 = 26;

/// Rows between the pile and the pivot of an entering piece, and from there to the top of the
/// board, within which the piece turns without touching anything.
const AIR: i32 = 4;

/// The only rules that are compiled this way.
pub(crate) const RULES: RotationRules = RotationRules {
    system: RotationSystem::Srs,
    half_turns: HalfTurns::Off,
};

/// A board of ten columns with a low pile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(align(64))]
pub(crate) struct LowColumns([u32; COLUMNS]);

impl LowColumns {
    /// `None` unless a piece that enters facing north with its pivot at the given column and row
    /// gets everywhere above the pile without touching anything.
    #[inline]
    pub(crate) fn new(board: &Board, piece: Piece, (x, y): (i8, i8)) -> Option<Self> {
        let columns = board.columns();
        if columns.len() != WIDTH || !can() {
            return None;
        }
        let mut low = Self([0; COLUMNS]);
        let mut any = 0;
        for (low, &column) in low.0.iter_mut().zip(columns) {
            *low = column as u32;
            any |= column;
        }
        let fine = any >> LONG_PILE == 0 && low.is_under(piece, (x, y), board.height());
        fine.then_some(low)
    }

    /// Whether the pile is low, and low enough for a piece that enters there.
    #[inline]
    pub(crate) fn is_under(&self, piece: Piece, (x, y): (i8, i8), height: usize) -> bool {
        let (left, _) = piece.corner(Rotation::North);
        let left = i32::from(x) + i32::from(left);
        let room = WIDTH - piece.shape(Rotation::North).width();
        let any = self.0.iter().fold(0, |any, column| any | column);
        let pile = u32::BITS - any.leading_zeros();
        let (y, height) = (i32::from(y), height as i32);
        pile <= LONG_PILE
            && (0..=room as i32).contains(&left)
            && (pile as i32 + AIR..=height - AIR).contains(&y)
    }

    /// With a piece in place, and without the rows that it fills. The pile may be higher.
    #[inline]
    pub(crate) fn after(&self, piece: Piece, placement: Placement) -> Self {
        let mut after = *self;
        let shape = piece.shape(placement.rotation);
        let x = usize::from(placement.column);
        let cells = shape.columns();
        for (column, cells) in after.0[x..x + shape.width()].iter_mut().zip(cells) {
            *column |= u32::from(cells) << placement.row;
        }
        let mut full = after.0[..WIDTH]
            .iter()
            .fold(u32::MAX, |full, column| full & column);
        while full != 0 {
            // From the top, so that the rows still to go keep their places.
            let row = 31 - full.leading_zeros();
            let below = (1 << row) - 1;
            for column in &mut after.0 {
                *column = *column & below | *column >> 1 & !below;
            }
            full ^= 1 << row;
        }
        after
    }

    pub(crate) fn to_board(self, height: usize) -> Board {
        Board::from_columns(&self.0.map(u64::from)[..WIDTH], height)
    }

    /// Whether sixteen rows are enough.
    #[inline(always)]
    fn is_short(&self) -> bool {
        self.0.iter().fold(0, |any, column| any | column) >> SHORT_PILE == 0
    }
}

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

/// The placement with its pivot there.
#[inline]
pub(crate) fn placement(piece: Piece, rotation: Rotation, x: usize, y: u32) -> Placement {
    let (left, low) = piece.corner(rotation);
    Placement {
        rotation,
        column: (x as i8 + left) as u8,
        row: (y as i8 + low) as u8,
    }
}

/// Whether this CPU has the vectors for it.
fn can() -> bool {
    Level::best() > Level::Plain
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
mod tests {
    use super::*;
    use crate::game::Active;
    use crate::randomizer::{Randomizer, RandomizerKind};
    use crate::reach::Reach;

    /// Both sets of vectors against the code for any board, on piles of every height.
    #[test]
    fn the_same_as_on_any_board() {
        if !can() {
            return;
        }
        let mut random = Randomizer::new(RandomizerKind::Uniform, 4);
        let mut below =
            |range: usize| (0..4).fold(0, |number, _| number * 7 + random.draw().index()) % range;
        let mut short = 0;
        for _ in 0..2_000 {
            let mut board = Board::new(WIDTH, 40).expect("a possible size");
            let density = 1 + below(9);
            for y in 0..below(LONG_PILE as usize + 1) {
                for x in 0..WIDTH {
                    board.set(x, y, below(10) < density);
                }
            }
            let piece = Piece::ALL[below(7)];
            let (x, y) = (2 + below(6) as i8, board.pile_height() as i8 + AIR as i8);
            let low = LowColumns::new(&board, piece, (x, y)).expect("a low pile");
            short += usize::from(low.is_short());
            assert_eq!(low.to_board(40), board);
            let start = Active {
                piece,
                rotation: Rotation::North,
                x,
                y,
            };
            let reach = Reach::new(&board, &start, RULES);
            for level in simd::vector_levels() {
                let mut places = Pivots::NONE;
                let find = Find {
                    low: &low,
                    piece,
                    places: Some(&mut places),
                };
                let count = simd::run_in_vectors_at(level, find);
                let each = places.0[..piece.distinct_rotations().len()]
                    .iter()
                    .flatten();
                assert_eq!(count, Some(each.map(|rows| rows.count_ones()).sum()));
                places.each(piece, |rotation, x, y| {
                    let first = reach.grounded(rotation, x) >> y & 1 == 1;
                    let (left, low) = piece.corner(rotation);
                    let other = Rotation::ALL[(rotation.index() + 2) % 4];
                    let (other_left, other_low) = piece.corner(other);
                    let x = (x as i8 + left - other_left) as usize;
                    let y = (y as i8 + low - other_low) as u32;
                    let second = piece.distinct_rotations().len() == 2
                        && reach.grounded(other, x) >> y & 1 == 1;
                    assert!(first || second, "{board:?} {piece} {rotation:?}");
                });
                let expected = crate::MoveRules::default().count_anywhere(&board, start);
                assert_eq!(count.map(u64::from), Some(expected));
                if piece == Piece::T {
                    let found = simd::run_in_vectors_at(level, FindSpins(&low));
                    let [_, turned, far] = found.expect("there are vectors");
                    for rotation in Rotation::ALL {
                        for x in 0..WIDTH {
                            let grounded = reach.grounded(rotation, x);
                            for y in (0..32).filter(|y| grounded >> y & 1 == 1) {
                                let has = |all: &[crate::reach::Pivots; 4]| {
                                    all[rotation.index()][x] >> y & 1 == 1
                                };
                                assert_eq!(turned.has(rotation, x, y), has(&reach.turned));
                                assert_eq!(far.has(rotation, x, y), has(&reach.far));
                            }
                        }
                    }
                }
            }
        }
        assert!((100..1_900).contains(&short), "{short}");
    }
}
