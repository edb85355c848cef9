//! Small pictures of several environments, and which of them is shown large.
//!
//! A picture is drawn by the training thread when one is wanted of its environment, ten times a second at most.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::board::BoardView;
use crate::protocol::{Boards, Frame};

/// Environments of which there are pictures.
const MOST: usize = 64;

/// The pictures of one run.
#[derive(Debug, Default)]
pub(crate) struct Grid {
    /// One bit for each environment whose picture is wanted.
    wanted: AtomicU64,
    followed: AtomicUsize,
    pictures: Mutex<Pictures>,
}

#[derive(Debug, Default)]
struct Pictures {
    /// By environment; empty before the first.
    boards: Vec<Picture>,
    changed: bool,
}

#[derive(Debug, Default, Clone)]
struct Picture {
    width: u8,
    height: u8,
    cells: Vec<u8>,
    lines: u32,
}

impl Grid {
    /// Asks for a new picture of each environment.
    pub(crate) fn want(&self) {
        self.wanted.store(u64::MAX, Ordering::Relaxed);
    }

    /// Whether pictures have been asked for since the last time this was.
    pub(crate) fn take_wanted(&self) -> bool {
        self.wanted.swap(0, Ordering::Relaxed) != 0
    }

    /// The environment that is shown large.
    pub(crate) fn followed(&self) -> usize {
        self.followed.load(Ordering::Relaxed)
    }

    /// Shows another one large; false if there is no such environment.
    pub(crate) fn follow(&self, environment: usize) -> bool {
        let known = environment < self.pictures().boards.len().max(1);
        if known {
            self.followed.store(environment, Ordering::Relaxed);
            self.pictures().changed = true;
        }
        known
    }

    /// Takes a picture of an environment if one is wanted.
    pub(crate) fn see(&self, environment: usize, view: &impl BoardView) {
        if environment >= MOST {
            return;
        }
        let bit = 1 << environment;
        if self.wanted.load(Ordering::Relaxed) & bit == 0 {
            return;
        }
        self.wanted.fetch_and(!bit, Ordering::Relaxed);
        let mut frame = Frame::blank();
        view.draw(&mut frame);
        let mut pictures = self.pictures();
        if pictures.boards.len() <= environment {
            pictures
                .boards
                .resize_with(environment + 1, Picture::default);
        }
        pictures.boards[environment] = Picture {
            width: frame.width,
            height: frame.height,
            cells: frame.cells.into_vec(),
            lines: frame.lines as u32,
        };
        pictures.changed = true;
    }

    /// Takes pictures over that another grid has given. Which environment is shown large stays as it is.
    pub(crate) fn put(&self, boards: Boards) {
        let area = usize::from(boards.width) * usize::from(boards.height);
        let lines = boards.lines.as_chunks().0;
        let mut pictures = self.pictures();
        pictures.boards = (boards.cells.chunks(area).zip(lines))
            .map(|(cells, &lines)| Picture {
                width: boards.width,
                height: boards.height,
                cells: cells.to_vec(),
                lines: u32::from_le_bytes(lines),
            })
            .collect();
        pictures.changed = true;
    }

    /// What is new since the last time; `None` also if there is a single environment.
    pub(crate) fn take(&self) -> Option<Boards> {
        let mut pictures = self.pictures();
        let Pictures { boards, changed } = &mut *pictures;
        if boards.len() < 2 || !std::mem::take(changed) {
            return None;
        }
        // All are of the size of the first, but for those that have not been seen yet.
        let size = (boards[0].width, boards[0].height);
        let area = usize::from(size.0) * usize::from(size.1);
        if area == 0 {
            // What shows itself in words has no pictures.
            return None;
        }
        let mut cells = Vec::with_capacity(area * boards.len());
        for board in boards.iter() {
            if (board.width, board.height) == size {
                cells.extend_from_slice(&board.cells);
            } else {
                cells.resize(cells.len() + area, 0);
            }
        }
        let lines = boards.iter().flat_map(|board| board.lines.to_le_bytes());
        Some(Boards {
            width: size.0,
            height: size.1,
            count: boards.len() as u32,
            followed: self.followed() as u32,
            cells: cells.into(),
            lines: lines.collect::<Vec<_>>().into(),
        })
    }

    /// A picture is put in whole.
    fn pictures(&self) -> MutexGuard<'_, Pictures> {
        self.pictures.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rl_agent::env::Environment;
    use rl_agent::tetris::{Scenario, Tetris, TetrisConfig};

    #[test]
    fn pictures_are_taken_when_wanted_and_told_once() {
        let grid = Grid::default();
        let mut env = Tetris::new(TetrisConfig::default()).unwrap();
        env.reset(1, &Scenario::default()).unwrap();
        grid.see(0, &env);
        grid.want();
        grid.see(0, &env);
        assert_eq!(grid.take(), None, "a single environment needs no grid");
        assert!(!grid.follow(1));
        let action = (0..env.action_count())
            .find(|&action| env.step(action).is_ok())
            .unwrap();
        grid.see(2, &env);
        let boards = grid.take().unwrap();
        assert_eq!((boards.count, boards.followed), (3, 0));
        assert_eq!(
            (boards.width, boards.height, boards.cells.len()),
            (10, 20, 600)
        );
        let full = |board: usize| {
            let cells = &boards.cells[200 * board..200 * (board + 1)];
            cells.iter().filter(|&&cell| cell != 0).count()
        };
        assert_eq!([full(0), full(1), full(2)], [0, 0, 4]);
        assert_eq!(grid.take(), None);
        env.step(action).unwrap();
        grid.see(2, &env);
        assert_eq!(grid.take(), None, "none was wanted");
        assert!(grid.follow(2) && !grid.follow(3));
        assert!(grid.take_wanted() && !grid.take_wanted());
        let other = Grid::default();
        other.put(boards.clone());
        assert_eq!(other.take(), Some(boards));
        assert!(other.follow(1));
        assert_eq!(grid.take().unwrap().followed, 2);
        grid.want();
        grid.see(MOST, &env);
        assert_eq!(grid.take(), None);
    }
}
