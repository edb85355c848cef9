//! The naive twin: breadth-first search over a board of bools, state by state.

use std::collections::{BTreeMap, VecDeque};

use tetris_core::{Active, Board, MoveRules, Piece, Rotation, Spin, SpinRule, Turn};

/// Rows of cells from the floor.
pub(crate) struct Twin {
    rows: Vec<Vec<bool>>,
    rules: MoveRules,
}

/// In order.
pub(crate) type Cells = Vec<(i32, i32)>;

/// By cells, orientation and the spin it would have if it locked there at once: where that is,
/// and the fewest keys that lead there.
pub(crate) type States = BTreeMap<(Cells, usize, Option<Spin>), (Active, usize)>;

impl Twin {
    pub(crate) fn new(board: &Board, rules: MoveRules) -> Self {
        let row = |y| (0..board.width()).map(|x| board.get(x, y)).collect();
        Self {
            rows: (0..board.height()).map(row).collect(),
            rules,
        }
    }

    fn cells(at: Active) -> Cells {
        let cells = at.piece.cells(at.rotation);
        let mut cells = cells.map(|(x, y)| (i32::from(at.x + x), i32::from(at.y + y)));
        cells.sort_unstable();
        cells.to_vec()
    }

    pub(crate) fn fits(&self, at: Active) -> bool {
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

    /// All states and the fewest keys to them.
    pub(crate) fn states(&self, start: Active) -> States {
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
    pub(crate) fn locks(&self, states: &States) -> BTreeMap<Cells, Option<Spin>> {
        let mut locks = BTreeMap::new();
        for ((cells, _, spin), (at, _)) in states {
            if !self.fits(Self::lower(*at)) {
                let best = locks.entry(cells.clone()).or_insert(*spin);
                *best = (*best).max(*spin);
            }
        }
        locks
    }

    /// The fewest keys that lock it in each place with each spin, the hard drop included.
    pub(crate) fn fewest(&self, states: &States) -> BTreeMap<(Cells, Option<Spin>), usize> {
        let mut fewest = BTreeMap::new();
        for ((_, _, spin), (at, keys)) in states {
            let mut fallen = *at;
            while self.fits(Self::lower(fallen)) {
                fallen = Self::lower(fallen);
            }
            let spin = if fallen == *at { *spin } else { None };
            let least = fewest
                .entry((Self::cells(fallen), spin))
                .or_insert(*keys + 1);
            *least = (*least).min(*keys + 1);
        }
        fewest
    }
}
