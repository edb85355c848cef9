//! How a piece enters, moves and falls.

use super::Twin;
use tetris_core::{Input, LockDelay, LockReset, Piece, Rotation, Spawn, TopOut};

impl Twin {
    pub(super) fn enter(&mut self, piece: Piece) {
        (self.piece, self.rotation) = (piece, Rotation::North);
        let cells = piece.cells(Rotation::North);
        let left = cells
            .iter()
            .map(|cell| i32::from(cell.0))
            .min()
            .expect("four");
        let right = cells
            .iter()
            .map(|cell| i32::from(cell.0))
            .max()
            .expect("four");
        let top = cells
            .iter()
            .map(|cell| i32::from(cell.1))
            .max()
            .expect("four");
        let (width, height) = (i32::from(self.rules.width), i32::from(self.rules.height));
        let centred = (width - (right - left + 1)) / 2 - left;
        (self.x, self.y) = match self.rules.spawn {
            Spawn::Guideline => (centred, height.min(self.rows.len() as i32 - 1 - top)),
            Spawn::Above => (centred, height + 2),
            Spawn::Box => match piece {
                Piece::I => (width / 2 - 1, height - 2),
                Piece::O => (width / 2 - 1, height - 2),
                _ => (width / 2, height - 2),
            },
        };
        while !self.fits(self.rotation, self.x, self.y) {
            if self.rules.top_out.block_out || self.y > self.rows.len() as i32 {
                self.over = Some(TopOut::BlockOut);
                return;
            }
            self.y += 1;
        }
        if self.rules.spawn == Spawn::Guideline && !self.grounded() {
            self.y -= 1;
        }
        while self.instant() && !self.grounded() {
            self.y -= 1;
        }
        self.turned = None;
        self.lowest = self.lowest_cell();
        self.landed = self.grounded();
        (self.resets, self.lock_ticks, self.progress) = (0, 0, 0);
    }

    fn fall_a_row(&mut self) {
        self.y -= 1;
        self.turned = None;
        self.lock_ticks = 0;
        if self.lowest_cell() < self.lowest {
            self.lowest = self.lowest_cell();
            self.resets = 0;
            self.landed = false;
        }
        if self.grounded() {
            self.landed = true;
            self.progress = 0;
        }
    }

    fn after_move(&mut self) {
        if self.landed
            && let LockDelay::Ticks { reset, .. } = self.rules.lock_delay
        {
            let most = match reset {
                LockReset::Fall => 0,
                LockReset::Moves(most) => most.into(),
                LockReset::EveryMove => u32::MAX,
            };
            if self.resets < most {
                self.resets += u32::from(most != u32::MAX);
                self.lock_ticks = 0;
            }
        }
        if self.grounded() {
            self.landed = true;
        }
        while self.instant() && !self.grounded() {
            self.fall_a_row();
        }
    }

    pub(crate) fn press(&mut self, input: Input) {
        match input {
            Input::Left | Input::Right => {
                let x = self.x + if input == Input::Left { -1 } else { 1 };
                if self.fits(self.rotation, x, self.y) {
                    self.x = x;
                    self.turned = None;
                    self.after_move();
                }
            }
            Input::SoftDrop if !self.grounded() => {
                self.score += u64::from(self.rules.score.soft_drop);
                self.fall_a_row();
            }
            Input::SoftDrop => {
                if self.rules.lock_delay == LockDelay::Instant {
                    self.lock();
                }
            }
            Input::HardDrop => {
                while !self.grounded() {
                    self.score += u64::from(self.rules.score.hard_drop);
                    self.fall_a_row();
                }
                self.lock();
            }
            Input::Hold => {
                if self.rules.hold && !self.hold_used {
                    self.hold_used = true;
                    let next = match self.hold {
                        Some(held) => held,
                        None => self.draw(),
                    };
                    self.hold = Some(self.piece);
                    self.enter(next);
                }
            }
            Input::Clockwise | Input::CounterClockwise | Input::Half => {
                let quarters = match input {
                    Input::Clockwise => 1,
                    Input::Half => 2,
                    _ => 3,
                };
                let to = Rotation::ALL[(self.rotation.index() + quarters) % 4];
                let kicks = self.rules.rotation.kicks(self.piece, self.rotation, to);
                let fitting = kicks.iter().find(|&&(dx, dy)| {
                    self.fits(to, self.x + i32::from(dx), self.y + i32::from(dy))
                });
                if let Some(&(dx, dy)) = fitting {
                    self.rotation = to;
                    self.x += i32::from(dx);
                    self.y += i32::from(dy);
                    self.turned = Some((dx, dy));
                    self.after_move();
                }
            }
        }
    }

    pub(crate) fn tick(&mut self) {
        let (rows, ticks) = self.rate();
        let grounded = self.grounded();
        if !grounded || self.rules.lock_delay == LockDelay::Instant {
            self.progress += rows;
        }
        if !grounded {
            while self.progress >= ticks && !self.grounded() {
                self.progress -= ticks;
                self.fall_a_row();
            }
            return;
        }
        match self.rules.lock_delay {
            LockDelay::Infinite => {}
            LockDelay::Instant => {
                if self.progress >= ticks {
                    self.lock();
                }
            }
            LockDelay::Ticks { ticks, reset } => {
                self.lock_ticks += 1;
                let used_up =
                    matches!(reset, LockReset::Moves(most) if self.resets == u32::from(most));
                if self.lock_ticks >= ticks.into() || used_up {
                    self.lock();
                }
            }
        }
    }
}
