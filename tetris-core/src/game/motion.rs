//! Keys and ticks: how the active piece moves.

use super::{Active, Game, LastMove, Locked};
use crate::error::GameOver;
use crate::gravity::{LockDelay, LockReset};
use crate::input::Input;
use crate::rotation::Turn;
use crate::spin::is_far_kick;

/// What a key did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct Pressed {
    /// Whether it did anything.
    pub acted: bool,
    /// What locked, if something did.
    pub locked: Option<Locked>,
}

impl Pressed {
    const fn moved(acted: bool) -> Self {
        Self {
            acted,
            locked: None,
        }
    }
}

impl Game {
    /// Presses a key.
    ///
    /// # Errors
    /// If the game is over.
    #[inline]
    pub fn press(&mut self, input: Input) -> Result<Pressed, GameOver> {
        self.alive()?;
        Ok(match input {
            Input::Left => Pressed::moved(self.shift(-1)),
            Input::Right => Pressed::moved(self.shift(1)),
            Input::SoftDrop => self.soft_drop(),
            Input::Clockwise => Pressed::moved(self.turn(Turn::Clockwise)),
            Input::CounterClockwise => Pressed::moved(self.turn(Turn::CounterClockwise)),
            Input::Half => Pressed::moved(self.turn(Turn::Half)),
            Input::HardDrop => self.hard_drop(),
            Input::Hold => Pressed::moved(self.hold()),
        })
    }

    /// Lets one tick pass: gravity and the lock delay. Returns what locked, if something did.
    ///
    /// # Errors
    /// If the game is over.
    #[inline]
    pub fn tick(&mut self) -> Result<Option<Locked>, GameOver> {
        self.alive()?;
        let rules = &self.setup.rules;
        let state = &mut self.state;
        state.ticks += 1;
        if state.below == 0 {
            let due = match rules.lock_delay {
                LockDelay::Infinite => false,
                LockDelay::Instant => self.rows_due() > 0,
                LockDelay::Ticks { ticks, reset } => {
                    state.lock_ticks = state.lock_ticks.saturating_add(1);
                    state.lock_ticks >= ticks || reset == LockReset::Moves(state.resets)
                }
            };
            return Ok(due.then(|| self.lock()));
        }
        let rows = self.rows_due();
        if rows > 0 {
            let rows = rows.min(self.state.below.into()) as u8;
            if self.state.soft {
                self.state.score += u64::from(rows) * u64::from(self.setup.rules.score.soft_drop);
            }
            self.fall(rows);
        }
        Ok(None)
    }

    #[inline]
    fn alive(&self) -> Result<(), GameOver> {
        match self.state.over {
            None => Ok(()),
            Some(top_out) => Err(GameOver { top_out }),
        }
    }

    /// Rows that gravity moves the piece in a tick, whatever is below it.
    #[inline]
    fn rows_due(&mut self) -> u64 {
        let state = &mut self.state;
        let factor = if state.soft {
            self.setup.rules.soft_drop
        } else {
            1
        };
        let fallen = u64::from(state.fallen) + u64::from(state.rate.rows) * u64::from(factor);
        let ticks = u64::from(state.rate.ticks);
        if fallen < ticks {
            state.fallen = fallen as u32;
            return 0;
        }
        state.fallen = (fallen % ticks) as u32;
        fallen / ticks
    }

    /// Moves the piece down by rows that are free, one at least.
    #[inline]
    fn fall(&mut self, rows: u8) {
        let state = &mut self.state;
        state.active = state.active.lower(rows);
        state.below -= rows;
        state.last_move = LastMove::Other;
        state.lock_ticks = 0;
        let row = state.active.corner().1 as u8;
        if row < state.lowest {
            state.lowest = row;
            state.resets = 0;
            state.landed = false;
        }
        state.landed |= state.below == 0;
        if state.below == 0 {
            state.fallen = 0;
        }
    }

    /// Takes over a piece that was shifted or turned.
    #[inline]
    fn moved(&mut self, active: Active, last_move: LastMove) {
        let state = &mut self.state;
        state.active = active;
        state.below = active.rows_below(&state.board);
        state.last_move = last_move;
        if state.landed
            && let LockDelay::Ticks { reset, .. } = self.setup.rules.lock_delay
        {
            match reset {
                LockReset::EveryMove => state.lock_ticks = 0,
                LockReset::Moves(most) if state.resets < most => {
                    state.resets += 1;
                    state.lock_ticks = 0;
                }
                _ => {}
            }
        }
        if state.below == 0 {
            state.landed = true;
        } else if state.rate.is_instant() {
            let below = state.below;
            self.fall(below);
        }
    }

    #[inline]
    fn shift(&mut self, columns: i8) -> bool {
        let active = self.state.active;
        let shifted = Active {
            x: active.x + columns,
            ..active
        };
        let fits = shifted.fits(&self.state.board);
        if fits {
            self.moved(shifted, LastMove::Other);
        }
        fits
    }

    #[inline]
    fn turn(&mut self, turn: Turn) -> bool {
        let active = self.state.active;
        let rotation = active.rotation.turned(turn);
        let rules = self.setup.rules.rotation;
        for &kick in rules.kicks(active.piece, active.rotation, rotation) {
            let turned = Active {
                rotation,
                x: active.x + kick.0,
                y: active.y + kick.1,
                ..active
            };
            if turned.fits(&self.state.board) {
                let far = is_far_kick(kick);
                let last = if far {
                    LastMove::FarKick
                } else {
                    LastMove::Turn
                };
                self.moved(turned, last);
                return true;
            }
        }
        false
    }

    #[inline]
    fn soft_drop(&mut self) -> Pressed {
        if self.state.below == 0 {
            let lock = self.setup.rules.lock_delay == LockDelay::Instant;
            let locked = lock.then(|| self.lock());
            return Pressed {
                acted: lock,
                locked,
            };
        }
        self.state.score += u64::from(self.setup.rules.score.soft_drop);
        self.fall(1);
        Pressed::moved(true)
    }

    #[inline]
    fn hard_drop(&mut self) -> Pressed {
        let rows = self.state.below;
        if rows > 0 {
            self.state.score += u64::from(rows) * u64::from(self.setup.rules.score.hard_drop);
            self.state.active = self.state.active.lower(rows);
            self.state.below = 0;
            self.state.last_move = LastMove::Other;
        }
        Pressed {
            acted: true,
            locked: Some(self.lock()),
        }
    }

    fn hold(&mut self) -> bool {
        if !self.can_hold() {
            return false;
        }
        let state = &mut self.state;
        state.hold_used = true;
        let piece = match state.hold.replace(state.active.piece) {
            Some(held) => held,
            None => self.next_piece(),
        };
        self.enter(piece);
        true
    }
}
