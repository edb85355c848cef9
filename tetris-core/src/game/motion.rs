//! Keys and ticks: how the active piece moves.

use core::hint::select_unpredictable;

use super::pose::Step;
use super::{Active, Game, Locked};
use crate::error::GameOver;
use crate::game::{Input, LockDelay, LockReset};
use crate::moves::is_far_kick;
use crate::pieces::Rotation;

const SOFT_DROP: u8 = Input::SoftDrop as u8;
pub(crate) const HARD_DROP: u8 = Input::HardDrop as u8;
pub(crate) const HOLD: u8 = Input::Hold as u8;

/// The number of no key, after those of all keys.
pub(crate) const NO_KEY: u8 = Input::COUNT as u8;

/// The last move of the active piece, as far as spins ask for it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(super) enum LastMove {
    #[default]
    Other,
    Turn,
    /// A turn with a kick of one column and two rows.
    FarKick,
}

impl LastMove {
    /// The last one after another, if there was one: looked up, as which it is cannot be foreseen.
    #[inline]
    fn then(self, next: Option<Self>) -> Self {
        static AFTER: [[LastMove; 4]; 3] = {
            use LastMove::{FarKick, Other, Turn};
            [
                [Other, Turn, FarKick, Other],
                [Other, Turn, FarKick, Turn],
                [Other, Turn, FarKick, FarKick],
            ]
        };
        AFTER[self as usize][next.map_or(3, |next| next as usize)]
    }
}

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
        match self.in_effect(input as u8) {
            HARD_DROP => self.hard_drop(locked),
            HOLD => self.hold(),
            key => return self.move_or_wait(key, locked),
        }
        true
    }

    /// The number of a key, but that of none if it is a hold or a half turn that may not be. A player's
    /// keys are hard to foresee, so there is no branch in this.
    #[inline(always)]
    pub(crate) fn in_effect(&self, key: u8) -> u8 {
        let keys = self.setup.keys & !(u16::from(self.state.hold_used) << HOLD);
        select_unpredictable(keys >> key & 1 == 1, key, NO_KEY)
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
                self.lock(locked);
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
        let active = state.active.lower(rows);
        state.active = active;
        state.grounded = state.is_grounded(active);
        state.last_move = LastMove::Other;
        state.lock_ticks = 0;
        let row = active.corner().1 as u8;
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

    /// A shift, a turn, a soft drop, or to press nothing: one code without a branch between them, so
    /// that a processor need not guess which it is. Another key is pressed in vain here.
    #[inline(always)]
    pub(crate) fn move_or_wait(&mut self, key: u8, locked: &mut Option<Locked>) -> bool {
        let active = self.state.active;
        let step = Step::of(active.piece, active.rotation, key);
        let moved = Active {
            rotation: step.rotation,
            x: active.x + step.dx,
            y: active.y + step.dy,
            ..active
        };
        let Some(grounded) = self.state.probe_with(moved, step.extent) else {
            return self.blocked(moved.rotation, key, locked);
        };
        let drops = key == SOFT_DROP;
        if self.state.landed {
            return self.move_landed(drops, moved, grounded, step.last);
        }
        // It has not been on the ground in these rows: there is no lock delay to start again, and gravity
        // is not instant.
        let state = &mut self.state;
        let row = (moved.y + step.extent.corner.1) as u8;
        state.active = moved;
        state.grounded = grounded;
        state.last_move = state.last_move.then(step.last);
        state.score += u64::from(select_unpredictable(
            drops,
            self.setup.rules.score.soft_drop,
            0,
        ));
        state.lowest = state.lowest.min(select_unpredictable(drops, row, u8::MAX));
        if grounded {
            state.landed = true;
            state.fallen = select_unpredictable(drops, 0, state.fallen);
        }
        step.last.is_some()
    }

    /// The same for a piece that has been on the ground since it fell to its lowest row: few have.
    #[inline(never)]
    fn move_landed(
        &mut self,
        drops: bool,
        moved: Active,
        grounded: bool,
        last_move: Option<LastMove>,
    ) -> bool {
        match last_move {
            Some(_) if drops => {
                self.state.score += u64::from(self.setup.rules.score.soft_drop);
                self.fall(1);
            }
            Some(last_move) => self.moved(moved, grounded, last_move),
            None => return false,
        }
        true
    }

    /// A step to where the piece does not fit.
    #[inline(never)]
    fn blocked(&mut self, rotation: Rotation, key: u8, locked: &mut Option<Locked>) -> bool {
        if key == SOFT_DROP && self.setup.rules.lock_delay == LockDelay::Instant {
            self.lock(locked);
            return true;
        }
        rotation != self.state.active.rotation && self.kick(rotation)
    }

    /// Takes over a piece that was shifted or turned.
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

    #[inline(always)]
    pub(crate) fn hard_drop(&mut self, locked: &mut Option<Locked>) {
        if !self.state.grounded {
            let rows = self.rows_below();
            self.state.score += u64::from(rows) * u64::from(self.setup.rules.score.hard_drop);
            self.state.last_move = LastMove::Other;
            self.state.active.y -= rows as i8;
        }
        self.lock(locked);
    }

    /// Swaps the piece with the held one, which must be allowed.
    #[inline(never)]
    pub(crate) fn hold(&mut self) {
        let state = &mut self.state;
        state.hold_used = true;
        let piece = match state.hold.replace(state.active.piece) {
            Some(held) => held,
            None => self.next_piece(),
        };
        self.enter(piece);
    }
}
