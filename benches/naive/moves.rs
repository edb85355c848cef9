//! A naive, obviously right twin of the move generator: breadth-first search, state by state, over a board of bools.

use std::collections::{BTreeSet, HashSet, VecDeque};

use tetris_core::{Active, Board, Piece, Rotation, RotationRules, Turn};

type Cells = [(i32, i32); 4];

fn cells(at: Active) -> Cells {
    let mut cells = at
        .piece
        .cells(at.rotation)
        .map(|(x, y)| (i32::from(at.x + x), i32::from(at.y + y)));
    cells.sort_unstable();
    cells
}

fn fits(rows: &[Vec<bool>], at: Active) -> bool {
    cells(at).into_iter().all(|(x, y)| {
        let row = usize::try_from(y).ok().and_then(|y| rows.get(y));
        let cell = row.and_then(|row| row.get(usize::try_from(x).ok()?));
        cell == Some(&false)
    })
}

fn locks(rows: &[Vec<bool>], start: Active) -> BTreeSet<Cells> {
    let mut locks = BTreeSet::new();
    let mut seen = HashSet::new();
    let mut queue = VecDeque::from([start]);
    while let Some(at) = queue.pop_front() {
        if !fits(rows, at) || !seen.insert(at) {
            continue;
        }
        let below = Active { y: at.y - 1, ..at };
        if !fits(rows, below) {
            locks.insert(cells(at));
        }
        queue.extend([
            below,
            Active { x: at.x - 1, ..at },
            Active { x: at.x + 1, ..at },
        ]);
        for turn in [Turn::Clockwise, Turn::CounterClockwise] {
            let rotation = at.rotation.turned(turn);
            let kicks = RotationRules::default().kicks(at.piece, at.rotation, rotation);
            let tests = kicks.iter().map(|&(dx, dy)| Active {
                rotation,
                x: at.x + dx,
                y: at.y + dy,
                ..at
            });
            queue.extend(tests.into_iter().find(|&test| fits(rows, test)));
        }
    }
    locks
}

fn rows(board: &Board) -> Vec<Vec<bool>> {
    let row = |y| (0..board.width()).map(|x| board.get(x, y)).collect();
    (0..board.height()).map(row).collect()
}

/// The cells of every place that a piece can lock in.
pub(crate) fn places(board: &Board, start: Active) -> BTreeSet<Cells> {
    locks(&rows(board), start)
}

/// The leaves of the tree of all placements.
pub(crate) fn perft(board: &Board, queue: &[Piece], entry: (i8, i8)) -> u64 {
    leaves(&rows(board), queue, entry)
}

fn leaves(rows: &[Vec<bool>], queue: &[Piece], (x, y): (i8, i8)) -> u64 {
    let [piece, rest @ ..] = queue else {
        return 1;
    };
    let start = Active {
        piece: *piece,
        rotation: Rotation::North,
        x,
        y,
    };
    let after = |cells: Cells| {
        let mut rows = rows.to_vec();
        for (x, y) in cells {
            rows[y as usize][x as usize] = true;
        }
        let (width, height) = (rows[0].len(), rows.len());
        rows.retain(|row| row.contains(&false));
        rows.resize(height, vec![false; width]);
        leaves(&rows, rest, (x, y))
    };
    locks(rows, start).into_iter().map(after).sum()
}
