//! What happens when a piece locks.

use super::{Game, LastMove};
use crate::game::{Clear, TopOut};
use crate::moves::Placement;
use crate::pieces::Piece;

/// A piece that locked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Locked {
    /// Which one.
    pub piece: Piece,
    /// Where, before full rows were taken out.
    pub placement: Placement,
    /// What it cleared. Nothing if it ended the game by locking.
    pub clear: Clear,
    /// Points for it, those for dropping excepted.
    pub points: u32,
    /// Rows that it sends to an opponent, after those that it cancelled.
    pub attack: u16,
    /// Rows of garbage that came in after it.
    pub garbage: u8,
    /// Why the game ended with it, if it did; a block out is of the piece after it.
    pub top_out: Option<TopOut>,
}

impl Game {
    /// Locks the active piece where it is and takes the next one into play. What comes of it is put
    /// together where it is wanted: a copy of what was just written in parts makes a processor wait.
    #[inline(never)]
    pub(super) fn lock<'a>(&mut self, out: &'a mut Option<Locked>) -> &'a Locked {
        let rules = &self.setup.rules;
        let state = &mut self.state;
        let active = &state.active;
        state.grounded = true;
        let placement = active.placement();
        let pose = active.pose();
        let row = usize::from(placement.row);
        let top = row + usize::from(pose.extent.height);
        let spin = match state.last_move {
            LastMove::Other => None,
            last => {
                let (pivot, far) = (
                    (active.x.into(), active.y.into()),
                    last == LastMove::FarKick,
                );
                rules
                    .spins
                    .spin(&state.board, active.piece, active.rotation, pivot, far)
            }
        };
        let (x, y) = active.corner();
        pose.fill(&mut state.board, x, y);
        state.pile = state.pile.max(top as u8);
        if let Some(colours) = &mut state.colours {
            colours.lock(active.piece, active.cells());
        }
        state.pieces = state.pieces.saturating_add(1);
        state.hold_used = false;
        let locked = out.insert(Locked {
            piece: active.piece,
            placement,
            clear: Clear::default(),
            points: 0,
            attack: 0,
            garbage: 0,
            top_out: None,
        });

        let skyline = usize::from(rules.height);
        let top_out = &rules.top_out;
        if top > skyline {
            let out = match row >= skyline {
                true if top_out.lock_out => Some(TopOut::LockOut),
                _ if top_out.partial_lock_out => Some(TopOut::PartialLockOut),
                _ => None,
            };
            if let Some(out) = out {
                state.end(out);
                locked.top_out = out.into();
                return locked;
            }
        }

        let full = state.board.clear_full_rows();
        locked.clear.lines = full.count_ones() as u8;
        locked.clear.spin = spin;
        if full != 0 {
            self.cleared(full, &mut locked.clear);
        } else {
            state.combo = 0;
        }
        self.rewarded(locked);
        if self.state.garbage.is_some() {
            self.let_garbage_in(locked);
        }
        if self.state.over.is_none() {
            self.enter_next();
        }
        locked.top_out = self.state.over;
        locked
    }

    /// Counts rows that were taken out.
    fn cleared(&mut self, full: u64, clear: &mut Clear) {
        let state = &mut self.state;
        if let Some(colours) = &mut state.colours {
            colours.remove_rows(full);
        }
        state.pile = state.board.pile_height() as u8;
        clear.perfect = state.pile == 0;
        clear.combo = state.combo;
        state.combo = state.combo.saturating_add(1);
        if clear.is_difficult() {
            clear.back_to_back = state.chain > 0;
            state.chain = state.chain.saturating_add(1);
        } else {
            state.chain = 0;
        }
        state.lines = state.lines.saturating_add(clear.lines.into());
    }

    /// Points, attack and level for a piece that locked.
    #[inline]
    fn rewarded(&mut self, locked: &mut Locked) {
        let rules = &self.setup.rules;
        let state = &mut self.state;
        let clear = &locked.clear;
        if clear.lines == 0 && clear.spin.is_none() {
            return;
        }
        locked.points = rules.score.points(clear, state.level);
        locked.attack = rules.attack.rows(clear);
        state.score += u64::from(locked.points);
        if rules.lines_per_level > 0 {
            let levels = state.lines / u32::from(rules.lines_per_level);
            let level = levels.saturating_add(rules.start_level.into());
            state.level = level.min(u16::MAX.into()) as u16;
            state.rate = rules.gravity.rate(state.level);
        }
    }

    fn let_garbage_in(&mut self, locked: &mut Locked) {
        let rules = &self.setup.rules;
        let state = &mut self.state;
        let Some(garbage) = &mut state.garbage else {
            return;
        };
        if rules.garbage.cancelling {
            locked.attack = garbage.cancel(locked.attack);
        }
        if rules.garbage.blocking && locked.clear.lines > 0 {
            return;
        }
        while locked.garbage < rules.garbage.cap {
            let messiness = rules.garbage.messiness;
            let Some(hole) = garbage.next_hole(state.ticks, rules.width, messiness) else {
                break;
            };
            let lost = state.board.push_garbage(hole.into());
            if let Some(colours) = &mut state.colours {
                colours.push_garbage(hole.into());
            }
            locked.garbage += 1;
            state.pile = state.board.pile_height() as u8;
            if lost && rules.top_out.garbage_out {
                state.end(TopOut::GarbageOut);
                break;
            }
        }
    }
}
