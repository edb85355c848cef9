//! Keys and ticks: how the active piece moves.

use super::pose::Step;
use super::{Active, Game, LastMove, Locked};
use crate::error::GameOver;
use crate::game::{Input, LockDelay, LockReset};
use crate::moves::is_far_kick;
use crate::pieces::{HalfTurns, Rotation};

/// What a key did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct Pressed {
    /// Whether it did anything.
    pub acted: bool,
    /// What locked, if something did.
    pub locked: Option<Locked>,
}

impl Game {
    /// Presses a key.
    ///
    /// # Errors
    /// If the game is over.
    #[inline]
    pub fn press(&mut self, input: Input) -> Result<Pressed, GameOver> {
        self.alive()?;
        let mut locked = None;
        let acted = self.press_alive(input, &mut locked);
        Ok(Pressed { acted, locked })
    }

    /// The same in a game that is not over. What locks is written where it is wanted, because most
    /// keys lock nothing and there would only be emptiness to pass on. Returns whether the key did
    /// anything.
    #[inline(always)]
    pub(crate) fn press_alive(&mut self, input: Input, locked: &mut Option<Locked>) -> bool {
        match input {
            Input::SoftDrop => self.soft_drop(locked),
            Input::HardDrop => self.hard_drop(locked),
            Input::Hold => self.hold(),
            shift_or_turn => self.shift_or_turn(shift_or_turn),
        }
    }

    /// Lets one tick pass: gravity and the lock delay. Returns what locked, if something did.
    ///
    /// # Errors
    /// If the game is over.
    #[inline]
    pub fn tick(&mut self) -> Result<Option<Locked>, GameOver> {
        self.alive()?;
        let mut locked = None;
        self.tick_alive(&mut locked);
        Ok(locked)
    }

    /// The same in a game that is not over.
    #[inline(always)]
    pub(crate) fn tick_alive(&mut self, locked: &mut Option<Locked>) {
        let rules = &self.setup.rules;
        let state = &mut self.state;
        state.ticks += 1;
        if state.grounded {
            let due = match rules.lock_delay {
                LockDelay::Infinite => false,
                LockDelay::Instant => self.rows_due() > 0,
                LockDelay::Ticks { ticks, reset } => {
                    state.lock_ticks = state.lock_ticks.saturating_add(1);
                    state.lock_ticks >= ticks || reset == LockReset::Moves(state.resets)
                }
            };
            if due {
                *locked = Some(self.lock());
            }
            return;
        }
        let rows = self.rows_due();
        if rows > 0 {
            let rows = match rows {
                1 => 1,
                _ => rows.min(self.rows_below().into()) as u8,
            };
            if self.state.soft {
                self.state.score += u64::from(rows) * u64::from(self.setup.rules.score.soft_drop);
            }
            self.fall(rows);
        }
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
        if fallen < 2 * ticks {
            // The usual case, without a division.
            state.fallen = (fallen - ticks) as u32;
            return 1;
        }
        state.fallen = (fallen % ticks) as u32;
        fallen / ticks
    }

    #[inline]
    fn rows_below(&self) -> u8 {
        self.state.active.rows_below(&self.state.board)
    }

    /// Moves the piece down by rows that are free, one at least.
    #[inline]
    fn fall(&mut self, rows: u8) {
        let state = &mut self.state;
        state.active = state.active.lower(rows);
        state.grounded = state.is_grounded(state.active);
        state.last_move = LastMove::Other;
        state.lock_ticks = 0;
        let row = state.active.corner().1 as u8;
        if row < state.lowest {
            state.lowest = row;
            state.resets = 0;
            state.landed = false;
        }
        if state.grounded {
            state.landed = true;
            state.fallen = 0;
        }
    }

    /// Takes over a piece that was shifted or turned.
    #[inline(always)]
    fn moved(&mut self, active: Active, grounded: bool, last_move: LastMove) {
        let state = &mut self.state;
        state.active = active;
        state.grounded = grounded;
        state.last_move = last_move;
        if state.landed {
            self.restart_lock_delay();
        }
        let state = &mut self.state;
        if grounded {
            state.landed = true;
        } else if state.rate.is_instant() {
            self.fall(self.rows_below());
        }
    }

    fn restart_lock_delay(&mut self) {
        let state = &mut self.state;
        if let LockDelay::Ticks { reset, .. } = self.setup.rules.lock_delay {
            match reset {
                LockReset::EveryMove => state.lock_ticks = 0,
                LockReset::Moves(most) if state.resets < most => {
                    state.resets += 1;
                    state.lock_ticks = 0;
                }
                _ => {}
            }
        }
    }

    /// Shifts and turns are one code, so that a processor need not guess which it is: a player's
    /// keys are hard to foresee.
    #[inline]
    fn shift_or_turn(&mut self, input: Input) -> bool {
        let active = self.state.active;
        if input == Input::Half && self.setup.rules.rotation.half_turns == HalfTurns::Off {
            return false;
        }
        let step = Step::of(active.piece, active.rotation, input);
        let moved = Active {
            rotation: step.rotation,
            x: active.x + step.dx,
            y: active.y + step.dy,
            ..active
        };
        let turned = step.rotation != active.rotation;
        if let Some(grounded) = self.state.probe_with(moved, step.extent) {
            let last = if turned {
                LastMove::Turn
            } else {
                LastMove::Other
            };
            self.moved(moved, grounded, last);
            return true;
        }
        turned && self.kick(moved.rotation)
    }

    /// Turns by the tests after the first.
    #[inline(never)]
    fn kick(&mut self, rotation: Rotation) -> bool {
        let active = self.state.active;
        let rules = &self.setup.rules.rotation;
        let kicks = rules.kicks(active.piece, active.rotation, rotation);
        for &kick in kicks.iter().skip(1) {
            let turned = Active {
                rotation,
                x: active.x + kick.0,
                y: active.y + kick.1,
                ..active
            };
            if let Some(grounded) = self.state.probe(turned) {
                let far = is_far_kick(kick);
                let last = if far {
                    LastMove::FarKick
                } else {
                    LastMove::Turn
                };
                self.moved(turned, grounded, last);
                return true;
            }
        }
        false
    }

    #[inline]
    fn soft_drop(&mut self, locked: &mut Option<Locked>) -> bool {
        if !self.state.grounded {
            self.state.score += u64::from(self.setup.rules.score.soft_drop);
            self.fall(1);
            return true;
        }
        let locks = self.setup.rules.lock_delay == LockDelay::Instant;
        if locks {
            *locked = Some(self.lock());
        }
        locks
    }

    #[inline]
    fn hard_drop(&mut self, locked: &mut Option<Locked>) -> bool {
        if !self.state.grounded {
            let rows = self.rows_below();
            self.state.score += u64::from(rows) * u64::from(self.setup.rules.score.hard_drop);
            self.state.active = self.state.active.lower(rows);
            self.state.grounded = true;
            self.state.last_move = LastMove::Other;
        }
        *locked = Some(self.lock());
        true
    }

    #[inline(never)]
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
