//! How pieces turn: the Super Rotation System with its wall kicks, and what modern games add.

use crate::pieces::{Piece, Rotation};

/// A way to turn a piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Turn {
    /// A quarter to the right.
    Clockwise,
    /// A half.
    Half,
    /// A quarter to the left.
    CounterClockwise,
}

impl Turn {
    /// All three.
    pub const ALL: [Self; 3] = [Self::Clockwise, Self::Half, Self::CounterClockwise];
}

impl Rotation {
    /// The orientation after a turn.
    #[must_use]
    #[inline]
    pub const fn turned(self, turn: Turn) -> Self {
        let quarters = match turn {
            Turn::Clockwise => 1,
            Turn::Half => 2,
            Turn::CounterClockwise => 3,
        };
        Self::ALL[(self.index() + quarters) % 4]
    }
}

/// Where a turning piece may go when it does not fit where it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum RotationSystem {
    /// Nowhere: the turn is refused. Orientations are those of the Super Rotation System.
    NoKicks,
    /// The Super Rotation System of the Tetris guideline: five tests a quarter turn, by one
    /// table for J, L, S, T and Z and one for I (Hard Drop and Tetris wikis, "SRS").
    #[default]
    Srs,
    /// The same with the kicks of I made symmetric between left and right, as TETR.IO does.
    SrsPlus,
}

/// Whether a piece can be turned by half a turn at once.
///
/// The Super Rotation System has no such turn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum HalfTurns {
    /// No.
    #[default]
    Off,
    /// Yes, in place only.
    InPlace,
    /// Yes, with the kicks of TETR.IO: five for J, L, S, T and Z, one for I. Without kicks in
    /// the [`RotationSystem`] there are none here either.
    Kicked,
}

/// How pieces turn.
///
/// ```
/// use tetris_core::{Piece, Rotation, RotationRules};
///
/// let srs = RotationRules::default();
/// let tests = srs.kicks(Piece::T, Rotation::North, Rotation::East);
/// assert_eq!(tests, [(0, 0), (-1, 0), (-1, 1), (0, -2), (-1, -2)]);
/// assert!(srs.kicks(Piece::T, Rotation::North, Rotation::South).is_empty());
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields, default))]
pub struct RotationRules {
    /// Where a turning piece may be kicked.
    pub system: RotationSystem,
    /// Whether there are half turns.
    pub half_turns: HalfTurns,
}

impl RotationRules {
    /// The places to try, in order, when a piece turns: how far its pivot moves as `(x, y)`, x
    /// to the right and y upwards, while its cells become [`Piece::cells`] of the orientation
    /// `to`. The piece goes to the first that is free and stays as it is when none is. Empty
    /// when there is no such turn.
    ///
    /// The first is the turn without a kick, which for I moves the pivot too: its cells turn
    /// about the centre of a 4x4 box. The O piece covers the same cells in every orientation and
    /// is never kicked. The last of the five of T, two rows away, is the one that makes every
    /// T-spin a full one by the guideline.
    #[must_use]
    #[inline]
    pub const fn kicks(&self, piece: Piece, from: Rotation, to: Rotation) -> &'static [(i8, i8)] {
        let quarters = (to.index() + 4 - from.index()) % 4;
        let half = quarters == 2;
        if quarters == 0 || half && matches!(self.half_turns, HalfTurns::Off) {
            return &[];
        }
        let table = match (piece, self.system) {
            (Piece::O, _) => return &[(0, 0)],
            (Piece::I, RotationSystem::SrsPlus) => &I_PLUS,
            (Piece::I, _) => &I,
            _ => &JLSTZ,
        };
        let tests = &table[from.index()][to.index()];
        let unkicked = matches!(self.system, RotationSystem::NoKicks)
            || half && matches!(self.half_turns, HalfTurns::InPlace);
        let count = if unkicked { 1 } else { tests.count };
        tests.moves.split_at(count).0
    }
}

/// The most tests of a turn.
const MOST: usize = 6;

#[derive(Clone, Copy)]
struct Tests {
    count: usize,
    moves: [(i8, i8); MOST],
}

/// By orientation before and after.
type Table = [[Tests; 4]; 4];

/// The published offsets of each orientation; the tests of a quarter turn are the differences
/// of those before and after it, pair by pair.
type Offsets = [[(i8, i8); 5]; 4];

const JLSTZ_OFFSETS: Offsets = [
    [(0, 0), (0, 0), (0, 0), (0, 0), (0, 0)],
    [(0, 0), (1, 0), (1, -1), (0, 2), (1, 2)],
    [(0, 0), (0, 0), (0, 0), (0, 0), (0, 0)],
    [(0, 0), (-1, 0), (-1, -1), (0, 2), (-1, 2)],
];

const I_OFFSETS: Offsets = [
    [(0, 0), (-1, 0), (2, 0), (-1, 0), (2, 0)],
    [(-1, 0), (0, 0), (0, 0), (0, 1), (0, -2)],
    [(-1, 1), (1, 1), (-2, 1), (1, 0), (-2, 0)],
    [(0, 1), (0, 1), (0, 1), (0, -1), (0, 2)],
];

/// Kicks of a half turn beyond the turn in place, by the orientation before it.
const JLSTZ_HALF: [[(i8, i8); 5]; 4] = [
    [(0, 1), (1, 1), (-1, 1), (1, 0), (-1, 0)],
    [(1, 0), (1, 2), (1, 1), (0, 2), (0, 1)],
    [(0, -1), (-1, -1), (1, -1), (-1, 0), (1, 0)],
    [(-1, 0), (-1, 2), (-1, 1), (0, 2), (0, 1)],
];
const I_HALF: [[(i8, i8); 1]; 4] = [[(0, 1)], [(1, 0)], [(0, -1)], [(-1, 0)]];

/// Kicks of I beyond the turn in place, by the orientation before it: clockwise, then
/// counter-clockwise.
const I_PLUS_QUARTERS: [[[(i8, i8); 4]; 2]; 4] = [
    [
        [(1, 0), (-2, 0), (-2, -1), (1, 2)],
        [(-1, 0), (2, 0), (2, -1), (-1, 2)],
    ],
    [
        [(-1, 0), (2, 0), (-1, 2), (2, -1)],
        [(-1, 0), (2, 0), (-1, -2), (2, 1)],
    ],
    [
        [(2, 0), (-1, 0), (2, 1), (-1, -2)],
        [(-2, 0), (1, 0), (-2, 1), (1, -2)],
    ],
    [
        [(1, 0), (-2, 0), (1, -2), (-2, 1)],
        [(1, 0), (-2, 0), (1, 2), (-2, -1)],
    ],
];

static JLSTZ: Table = table(&JLSTZ_OFFSETS, &JLSTZ_HALF);
static I: Table = table(&I_OFFSETS, &I_HALF);
static I_PLUS: Table = {
    let mut plus = table(&I_OFFSETS, &I_HALF);
    let mut from = 0;
    while from < 4 {
        let [clockwise, counter_clockwise] = &I_PLUS_QUARTERS[from];
        let (right, left) = ((from + 1) % 4, (from + 3) % 4);
        plus[from][right] = kicked(plus[from][right].moves[0], clockwise);
        plus[from][left] = kicked(plus[from][left].moves[0], counter_clockwise);
        from += 1;
    }
    plus
};

const fn table<const N: usize>(offsets: &Offsets, half: &[[(i8, i8); N]; 4]) -> Table {
    let none = Tests {
        count: 0,
        moves: [(0, 0); MOST],
    };
    let mut table = [[none; 4]; 4];
    let mut from = 0;
    while from < 4 {
        let mut to = 0;
        while to < 4 {
            let in_place = difference(offsets[from][0], offsets[to][0]);
            if (from + 2) % 4 == to {
                table[from][to] = kicked(in_place, &half[from]);
            } else if from != to {
                let tests = &mut table[from][to];
                while tests.count < 5 {
                    let (a, b) = (offsets[from][tests.count], offsets[to][tests.count]);
                    tests.moves[tests.count] = difference(a, b);
                    tests.count += 1;
                }
            }
            to += 1;
        }
        from += 1;
    }
    table
}

/// A turn in place, then the kicks from there.
const fn kicked<const N: usize>(in_place: (i8, i8), kicks: &[(i8, i8); N]) -> Tests {
    let mut moves = [in_place; MOST];
    let mut i = 0;
    while i < N {
        moves[i + 1] = (in_place.0 + kicks[i].0, in_place.1 + kicks[i].1);
        i += 1;
    }
    Tests {
        count: N + 1,
        moves,
    }
}

const fn difference(a: (i8, i8), b: (i8, i8)) -> (i8, i8) {
    (a.0 - b.0, a.1 - b.1)
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::*;
    use Rotation::{East, North, South, West};

    fn rules(system: RotationSystem, half_turns: HalfTurns) -> RotationRules {
        RotationRules { system, half_turns }
    }

    /// The kicks as the wikis list them, relative to the turn in place.
    fn relative(rules: RotationRules, piece: Piece, from: Rotation, to: Rotation) -> Vec<(i8, i8)> {
        let tests = rules.kicks(piece, from, to);
        tests
            .iter()
            .map(|&test| difference(test, tests[0]))
            .collect()
    }

    /// The tables of the Super Rotation System as the wikis print them, one row a turn.
    #[test]
    fn srs_is_as_published() {
        let srs = RotationRules::default();
        let published = [
            (North, East, [(-1, 0), (-1, 1), (0, -2), (-1, -2)]),
            (East, North, [(1, 0), (1, -1), (0, 2), (1, 2)]),
            (East, South, [(1, 0), (1, -1), (0, 2), (1, 2)]),
            (South, East, [(-1, 0), (-1, 1), (0, -2), (-1, -2)]),
            (South, West, [(1, 0), (1, 1), (0, -2), (1, -2)]),
            (West, South, [(-1, 0), (-1, -1), (0, 2), (-1, 2)]),
            (West, North, [(-1, 0), (-1, -1), (0, 2), (-1, 2)]),
            (North, West, [(1, 0), (1, 1), (0, -2), (1, -2)]),
        ];
        for (from, to, kicks) in published {
            for piece in [Piece::T, Piece::S, Piece::Z, Piece::J, Piece::L] {
                assert_eq!(srs.kicks(piece, from, to)[0], (0, 0));
                assert_eq!(
                    relative(srs, piece, from, to)[1..],
                    kicks,
                    "{from:?} {to:?}"
                );
            }
        }
        let published = [
            (North, East, [(-2, 0), (1, 0), (-2, -1), (1, 2)]),
            (East, North, [(2, 0), (-1, 0), (2, 1), (-1, -2)]),
            (East, South, [(-1, 0), (2, 0), (-1, 2), (2, -1)]),
            (South, East, [(1, 0), (-2, 0), (1, -2), (-2, 1)]),
            (South, West, [(2, 0), (-1, 0), (2, 1), (-1, -2)]),
            (West, South, [(-2, 0), (1, 0), (-2, -1), (1, 2)]),
            (West, North, [(1, 0), (-2, 0), (1, -2), (-2, 1)]),
            (North, West, [(-1, 0), (2, 0), (-1, 2), (2, -1)]),
        ];
        for (from, to, kicks) in published {
            assert_eq!(
                relative(srs, Piece::I, from, to)[1..],
                kicks,
                "{from:?} {to:?}"
            );
        }
    }

    /// Turned in place, I stays in its 4x4 box: the rows and columns of the published pictures.
    #[test]
    fn i_turns_about_the_middle_of_its_box() {
        let rules = rules(RotationSystem::NoKicks, HalfTurns::InPlace);
        for to in [East, South, West] {
            let [(dx, dy)] = *rules.kicks(Piece::I, North, to) else {
                panic!("more than one test without kicks");
            };
            let mut cells = Piece::I.cells(to).map(|(x, y)| (x + dx, y + dy));
            cells.sort_unstable();
            let expected = match to {
                East => [(1, -2), (1, -1), (1, 0), (1, 1)],
                South => [(-1, -1), (0, -1), (1, -1), (2, -1)],
                _ => [(0, -2), (0, -1), (0, 0), (0, 1)],
            };
            assert_eq!(cells, expected, "{to:?}");
        }
    }

    /// A picture and its mirror image turn alike: the very point of SRS+.
    #[test]
    fn srs_plus_is_symmetric() {
        let plus = rules(RotationSystem::SrsPlus, HalfTurns::Kicked);
        let mirror = |rotation| match rotation {
            East => West,
            West => East,
            other => other,
        };
        let mirrored =
            |kicks: Vec<(i8, i8)>| -> Vec<_> { kicks.into_iter().map(|(x, y)| (-x, y)).collect() };
        for from in Rotation::ALL {
            for turn in [Turn::Clockwise, Turn::CounterClockwise] {
                let to = from.turned(turn);
                let kicks = relative(plus, Piece::I, from, to);
                let other = relative(plus, Piece::I, mirror(from), mirror(to));
                assert_eq!(kicks, mirrored(other), "{from:?} {to:?}");
            }
        }
        let srs = RotationRules::default();
        for (piece, same) in [(Piece::T, true), (Piece::I, false)] {
            let kicks = plus.kicks(piece, North, East);
            assert_eq!(kicks == srs.kicks(piece, North, East), same);
        }
    }

    /// The tests of half turns beyond the turn in place: see [`HalfTurns::Kicked`].
    #[test]
    fn half_turns_are_as_documented() {
        let kicked = rules(RotationSystem::Srs, HalfTurns::Kicked);
        let published = [
            (North, [(0, 1), (1, 1), (-1, 1), (1, 0), (-1, 0)], (0, 1)),
            (East, [(1, 0), (1, 2), (1, 1), (0, 2), (0, 1)], (1, 0)),
            (
                South,
                [(0, -1), (-1, -1), (1, -1), (-1, 0), (1, 0)],
                (0, -1),
            ),
            (West, [(-1, 0), (-1, 2), (-1, 1), (0, 2), (0, 1)], (-1, 0)),
        ];
        for (from, kicks, long) in published {
            let to = from.turned(Turn::Half);
            for piece in [Piece::T, Piece::S, Piece::Z, Piece::J, Piece::L] {
                assert_eq!(relative(kicked, piece, from, to)[1..], kicks, "{from:?}");
            }
            assert_eq!(
                relative(kicked, Piece::I, from, to)[1..],
                [long],
                "{from:?}"
            );
        }
    }

    #[test]
    fn half_turns_are_an_option() {
        let counts = [HalfTurns::Off, HalfTurns::InPlace, HalfTurns::Kicked].map(|half_turns| {
            let rules = rules(RotationSystem::Srs, half_turns);
            [Piece::T, Piece::I, Piece::O].map(|piece| rules.kicks(piece, East, West).len())
        });
        assert_eq!(counts, [[0, 0, 0], [1, 1, 1], [6, 2, 1]]);
        let kicked = rules(RotationSystem::Srs, HalfTurns::Kicked);
        let kicks = relative(kicked, Piece::S, North, South);
        assert_eq!(kicks, [(0, 0), (0, 1), (1, 1), (-1, 1), (1, 0), (-1, 0)]);
    }

    #[test]
    fn turns_add_up() {
        for rotation in Rotation::ALL {
            let right = rotation.turned(Turn::Clockwise);
            assert_eq!(right.turned(Turn::CounterClockwise), rotation);
            assert_eq!(right.turned(Turn::Clockwise), rotation.turned(Turn::Half));
            assert!(
                RotationRules::default()
                    .kicks(Piece::T, rotation, rotation)
                    .is_empty()
            );
        }
    }
}
