//! Spins, locks, cleared rows and points.

use super::Twin;
use tetris_core::{Clear, Piece, Rotation, Spin, SpinRule, TopOut};

impl Twin {
    pub(crate) fn spin(&self) -> Option<Spin> {
        let kick = self.turned?;
        if self.piece == Piece::T && self.rules.spins != SpinRule::Off {
            let corner = |dx: i32, dy: i32| self.full(self.x + dx, self.y + dy);
            // In front is where the T points.
            let (front, back) = match self.rotation {
                Rotation::North => ([(-1, 1), (1, 1)], [(-1, -1), (1, -1)]),
                Rotation::East => ([(1, 1), (1, -1)], [(-1, 1), (-1, -1)]),
                Rotation::South => ([(-1, -1), (1, -1)], [(-1, 1), (1, 1)]),
                Rotation::West => ([(-1, 1), (-1, -1)], [(1, 1), (1, -1)]),
            };
            let count = |corners: [(i32, i32); 2]| {
                corners.iter().filter(|&&(dx, dy)| corner(dx, dy)).count()
            };
            return match (count(front), count(back)) {
                (2, 1 | 2) => Some(Spin::Full),
                (1, 2) if kick.0.abs() == 1 && kick.1.abs() == 2 => Some(Spin::Full),
                (1, 2) => Some(Spin::Mini),
                _ => None,
            };
        }
        let free = |dx, dy| {
            let cells = self.cells(self.rotation, self.x + dx, self.y + dy);
            cells.iter().all(|&(x, y)| !self.full(x, y))
        };
        let stuck = self.piece != Piece::O && !free(-1, 0) && !free(1, 0) && !free(0, 1);
        match self.rules.spins {
            SpinRule::All if stuck => Some(Spin::Full),
            SpinRule::AllMini if stuck => Some(Spin::Mini),
            _ => None,
        }
    }

    pub(super) fn lock(&mut self) {
        let spin = self.spin();
        let cells = self.cells(self.rotation, self.x, self.y);
        for &(x, y) in &cells {
            self.rows[y as usize][x as usize] = true;
        }
        self.hold_used = false;
        self.pieces += 1;
        let skyline = i32::from(self.rules.height);
        let above = cells.iter().filter(|cell| cell.1 >= skyline).count();
        if above == 4 && self.rules.top_out.lock_out {
            self.over = Some(TopOut::LockOut);
            return;
        }
        if above > 0 && self.rules.top_out.partial_lock_out {
            self.over = Some(TopOut::PartialLockOut);
            return;
        }
        let (width, height) = (self.rules.width, self.rows.len());
        self.rows.retain(|row| !row.iter().all(|&cell| cell));
        let lines = height - self.rows.len();
        self.rows.resize(height, vec![false; width.into()]);
        let mut clear = Clear {
            lines: lines as u8,
            spin,
            ..Clear::default()
        };
        if lines > 0 {
            let difficult = lines == 4 || spin.is_some();
            clear.perfect = self.rows.iter().flatten().all(|&cell| !cell);
            clear.combo = self.combo;
            clear.back_to_back = self.chain && difficult;
            self.combo += 1;
            self.chain = difficult;
        } else {
            self.combo = 0;
        }
        self.lines += lines as u32;
        self.score += u64::from(self.rules.score.points(&clear, self.level));
        if self.rules.lines_per_level > 0 {
            let levels = self.lines / u32::from(self.rules.lines_per_level);
            self.level = self.rules.start_level + levels as u16;
        }
        let next = self.draw();
        self.enter(next);
    }
}
