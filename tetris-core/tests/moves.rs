//! The move generator and its key sequences against a naive twin: breadth-first search over a
//! board of bools, state by state.
//!
//! `TETRIS_POSITIONS` sets how many random positions are tried.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use tetris_core::{
    Active, Board, HalfTurns, Input, Move, MoveRules, Piece, Randomizer, RandomizerKind, Rotation,
    RotationRules, RotationSystem, Spin, SpinRule, Turn,
};

/// Small random numbers out of the pieces of the crate.
struct Random(Randomizer);

impl Random {
    fn new(seed: u64) -> Self {
        Self(Randomizer::new(RandomizerKind::Uniform, seed))
    }

    fn below(&mut self, range: usize) -> usize {
        (0..6).fold(0, |number, _| number * 7 + self.0.draw().index()) % range
    }

    fn pick<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())]
    }
}

/// Rows of cells from the floor.
struct Twin {
    rows: Vec<Vec<bool>>,
    rules: MoveRules,
}

type Cells = Vec<(i32, i32)>;

impl Twin {
    fn cells(at: Active) -> Cells {
        let cells = at.piece.cells(at.rotation);
        let mut cells = cells.map(|(x, y)| (i32::from(at.x + x), i32::from(at.y + y)));
        cells.sort_unstable();
        cells.to_vec()
    }

    fn fits(&self, at: Active) -> bool {
        Self::cells(at).into_iter().all(|(x, y)| {
            let inside = x >= 0 && y >= 0;
            inside
                && self
                    .rows
                    .get(y as usize)
                    .and_then(|row| row.get(x as usize))
                    .is_some_and(|full| !full)
        })
    }

    /// Walls and floor are full, the sky is not.
    fn full(&self, x: i32, y: i32) -> bool {
        if x < 0 || y < 0 || x >= self.rows[0].len() as i32 {
            return true;
        }
        self.rows.get(y as usize).is_some_and(|row| row[x as usize])
    }

    /// The spin of a piece that was just turned.
    fn spin(&self, at: Active, far: bool) -> Option<Spin> {
        let (x, y) = (i32::from(at.x), i32::from(at.y));
        if at.piece == Piece::T && self.rules.spins != SpinRule::Off {
            let [ul, ur, dr, dl] = [(-1, 1), (1, 1), (1, -1), (-1, -1)]
                .map(|(dx, dy)| u8::from(self.full(x + dx, y + dy)));
            let front = match at.rotation {
                Rotation::North => ul + ur,
                Rotation::East => ur + dr,
                Rotation::South => dr + dl,
                Rotation::West => dl + ul,
            };
            return match (ul + ur + dr + dl, front) {
                (0..=2, _) => None,
                (_, 2) => Some(Spin::Full),
                _ if far => Some(Spin::Full),
                _ => Some(Spin::Mini),
            };
        }
        let spin = match self.rules.spins {
            SpinRule::AllMini => Spin::Mini,
            SpinRule::All => Spin::Full,
            SpinRule::Off | SpinRule::ThreeCorner => return None,
        };
        // Above the board it may move up, as into the sky.
        let stuck = [(-1, 0), (1, 0), (0, 1)].into_iter().all(|(dx, dy)| {
            let cells = Self::cells(at);
            cells.iter().any(|&(cx, cy)| self.full(cx + dx, cy + dy))
        });
        (at.piece != Piece::O && stuck).then_some(spin)
    }

    /// All states and the fewest keys to them: where it is, and the spin it would have if it
    /// locked there at once.
    fn states(&self, start: Active) -> BTreeMap<(Cells, usize, Option<Spin>), (Active, usize)> {
        let mut all = BTreeMap::new();
        let mut queue = VecDeque::new();
        if self.fits(start) {
            queue.push_back((start, None, 0));
        }
        while let Some((at, spin, keys)) = queue.pop_front() {
            let key = (Self::cells(at), at.rotation.index(), spin);
            if all.contains_key(&key) {
                continue;
            }
            all.insert(key, (at, keys));
            for (dx, dy) in [(-1, 0), (1, 0), (0, -1)] {
                let (x, y) = (at.x + dx, at.y + dy);
                let next = Active { x, y, ..at };
                if self.fits(next) {
                    queue.push_back((next, None, keys + 1));
                }
            }
            for turn in Turn::ALL {
                let rotation = at.rotation.turned(turn);
                let kicks = self.rules.rotation.kicks(at.piece, at.rotation, rotation);
                for &(dx, dy) in kicks {
                    let (x, y) = (at.x + dx, at.y + dy);
                    let piece = at.piece;
                    let next = Active {
                        piece,
                        rotation,
                        x,
                        y,
                    };
                    if self.fits(next) {
                        let far = dx.abs() == 1 && dy.abs() == 2;
                        queue.push_back((next, self.spin(next, far), keys + 1));
                        break;
                    }
                }
            }
        }
        all
    }

    fn lower(at: Active) -> Active {
        Active { y: at.y - 1, ..at }
    }

    /// Where it can lock, with the best spin.
    fn locks(&self, start: Active) -> BTreeMap<Cells, Option<Spin>> {
        let mut locks = BTreeMap::new();
        for ((cells, _, spin), (at, _)) in self.states(start) {
            if !self.fits(Self::lower(at)) {
                let best = locks.entry(cells).or_insert(spin);
                *best = (*best).max(spin);
            }
        }
        locks
    }

    /// The fewest keys that lock it there so, the hard drop included.
    fn fewest(&self, start: Active, cells: &Cells, spin: Option<Spin>) -> Option<usize> {
        let states = self.states(start).into_iter();
        let ways = states.filter_map(|((_, _, own), (at, keys))| {
            let mut fallen = at;
            while self.fits(Self::lower(fallen)) {
                fallen = Self::lower(fallen);
            }
            let spun = if fallen == at { own } else { None };
            (Self::cells(fallen) == *cells && spun == spin).then_some(keys + 1)
        });
        ways.min()
    }
}

/// Piles with overhangs: noise, thinned out, with tunnels.
fn board(random: &mut Random) -> Board {
    let width = if random.below(3) > 0 {
        10
    } else {
        4 + random.below(29)
    };
    let height = [20, 24, 40, 64, 4 + random.below(61)][random.below(5)];
    let mut board = Board::new(width, height).expect("a possible size");
    let most = if random.below(4) > 0 { 12 } else { 40 };
    let pile = random
        .below(height.min(most) + 1)
        .saturating_sub(random.below(4));
    let density = 1 + random.below(10);
    for y in 0..pile {
        for x in 0..width {
            board.set(x, y, random.below(10) < density);
        }
    }
    for _ in 0..random.below(4) {
        let (x, y) = (random.below(width), random.below(height));
        for i in 0..random.below(8) {
            let (x, y) = if random.below(2) == 0 {
                (x + i, y)
            } else {
                (x, y + i)
            };
            if x < width && y < height {
                board.set(x, y, false);
            }
        }
    }
    board
}

fn rules(random: &mut Random) -> MoveRules {
    if random.below(2) == 0 {
        return MoveRules::default();
    }
    let system = [
        RotationSystem::NoKicks,
        RotationSystem::Srs,
        RotationSystem::SrsPlus,
    ];
    let half_turns = [HalfTurns::Off, HalfTurns::InPlace, HalfTurns::Kicked];
    let spins = [
        SpinRule::Off,
        SpinRule::ThreeCorner,
        SpinRule::AllMini,
        SpinRule::All,
    ];
    MoveRules {
        rotation: RotationRules {
            system: random.pick(&system),
            half_turns: random.pick(&half_turns),
        },
        spins: random.pick(&spins),
    }
}

fn positions() -> usize {
    match std::env::var("TETRIS_POSITIONS") {
        Ok(text) => text.parse().expect("TETRIS_POSITIONS is a number"),
        Err(_) => 1_500,
    }
}

#[test]
fn moves_and_keys_agree_with_the_twin() {
    let mut random = Random::new(5);
    let (mut spins, mut blocked, mut tucks) = ([0; 3], 0, 0);
    for round in 0..positions() {
        let (board, rules) = (board(&mut random), rules(&mut random));
        let twin = Twin {
            rows: (0..board.height())
                .map(|y| (0..board.width()).map(|x| board.get(x, y)).collect())
                .collect(),
            rules,
        };
        let above = board.pile_height() + random.below(8);
        let start = Active {
            piece: random.pick(&Piece::ALL),
            rotation: match random.below(3) {
                0 => random.pick(&Rotation::ALL),
                _ => Rotation::North,
            },
            x: match random.below(2) {
                0 => board.width() as i8 / 2 - 1,
                _ => random.below(board.width()) as i8,
            },
            y: above.min(board.height()).saturating_sub(2) as i8,
        };
        let expected = twin.locks(start);
        let mut found = BTreeMap::new();
        let mut last = None;
        rules.moves(&board, start, &mut |one: Move| {
            assert!(
                last < Some(one.placement),
                "out of order: {board:?} {start:?}"
            );
            last = Some(one.placement);
            let cells = one.placement.cells(start.piece);
            let cells: BTreeSet<_> = cells.map(|(x, y)| (x as i32, y as i32)).collect();
            found.insert(cells.into_iter().collect::<Cells>(), (one.spin, one));
        });
        let spins_found: BTreeMap<_, _> = found.iter().map(|(c, s)| (c.clone(), s.0)).collect();
        assert_eq!(spins_found, expected, "{board:?} {start:?} {rules:?}");
        assert_eq!(rules.count(&board, start), expected.len() as u64);
        assert_eq!(twin.fits(start), !expected.is_empty());

        blocked += usize::from(expected.is_empty());
        for spin in expected.values() {
            spins[spin.map_or(0, |spin| 1 + spin as usize)] += 1;
        }
        tucks +=
            usize::from(expected.len() > board.hard_drops(start.piece, board.height()).count());

        // Keys are slow to find: one place of every eighth board.
        if round % 8 == 0 && !found.is_empty() {
            let (cells, (spin, target)) = found
                .iter()
                .nth(random.below(found.len()))
                .expect("one of them");
            let keys = rules.inputs(&board, start, *target).expect("it gets there");
            assert_eq!(Some(keys.len()), twin.fewest(start, cells, *spin));
            assert_eq!(keys.last(), Some(&Input::HardDrop));
        }
    }
    assert!(
        spins.iter().all(|&count| count > 0) && blocked > 0 && tucks > 0,
        "not tried: {spins:?} {blocked} {tucks}"
    );
}

/// What is out of reach has no keys.
#[test]
fn no_way_no_keys() {
    let board = Board::from_rows("XXXXXXXXXX/X........X/X........X", 24).expect("well-formed");
    let start = Active {
        piece: Piece::O,
        rotation: Rotation::North,
        x: 4,
        y: 19,
    };
    let rules = MoveRules::default();
    let mut any = None;
    rules.moves(&board, start, &mut |found| any = Some(found));
    let mut target = any.expect("on top");
    assert!(rules.inputs(&board, start, target).is_some());
    target.placement.row = 0;
    assert_eq!(rules.inputs(&board, start, target), None);
    let blocked = Active { y: 2, ..start };
    assert_eq!(rules.inputs(&board, blocked, target), None);
}
