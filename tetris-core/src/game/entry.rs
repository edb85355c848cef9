//! The active piece, and how pieces enter.

use super::motion::LastMove;
use super::pose::{Extent, Pose};
use super::{Game, Initial, State};
use crate::board::Board;
use crate::game::{Rules, Spawn, TopOut};
use crate::moves::Placement;
use crate::pieces::{Piece, Rotation};

/// A piece in play.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Active {
    /// Which one.
    pub piece: Piece,
    /// Its orientation.
    pub rotation: Rotation,
    /// Column of its pivot, from the left. The pivot need not be a cell of the piece.
    pub x: i8,
    /// Row of its pivot, from the floor.
    pub y: i8,
}

/// The cells of each piece's orientations, relative to the pivot, one of the lowest row first.
static CELLS: [[[(i8, i8); 4]; 4]; 7] = {
    let mut cells = [[[(0, 0); 4]; 4]; 7];
    let mut at = 0;
    while at < 28 {
        let mut four = Piece::ALL[at / 4].cells(Rotation::ALL[at % 4]);
        let mut i = 1;
        while i < 4 {
            if four[i].1 < four[0].1 {
                (four[0], four[i]) = (four[i], four[0]);
            }
            i += 1;
        }
        cells[at / 4][at % 4] = four;
        at += 1;
    }
    cells
};

impl Active {
    /// Stands in until the first piece has entered.
    pub(super) const NONE: Self = Self {
        piece: Piece::O,
        rotation: Rotation::North,
        x: 0,
        y: 0,
    };

    #[inline]
    pub(super) fn pose(&self) -> &'static Pose {
        Pose::of(self.piece, self.rotation)
    }

    /// Its leftmost column and lowest row.
    #[inline]
    pub(super) fn corner(&self) -> (i32, i32) {
        let (left, low) = self.pose().extent.corner;
        (self.x as i32 + left as i32, self.y as i32 + low as i32)
    }

    #[inline]
    pub(super) const fn lower(mut self, rows: u8) -> Self {
        self.y -= rows as i8;
        self
    }

    /// The placement that it would be if it locked where it is.
    #[must_use]
    #[inline]
    pub fn placement(&self) -> Placement {
        let (column, row) = self.corner();
        Placement {
            rotation: self.rotation,
            column: column as u8,
            row: row as u8,
        }
    }

    /// Its four cells as `(column, row)`.
    #[inline]
    pub fn cells(&self) -> impl Iterator<Item = (usize, usize)> + use<> {
        self.cells_from_below().into_iter()
    }

    /// The same, one of the lowest row first.
    #[inline]
    pub(crate) fn cells_from_below(&self) -> [(usize, usize); 4] {
        let (x, y) = (i32::from(self.x), i32::from(self.y));
        let cells = CELLS[self.piece.index()][self.rotation.index()];
        // A piece in play is on the board, so no sum is negative.
        cells.map(|(dx, dy)| ((x + i32::from(dx)) as usize, (y + i32::from(dy)) as usize))
    }

    /// Whether it fits where it is.
    #[cfg(feature = "serde")]
    pub(super) fn fits(&self, board: &Board) -> bool {
        let (x, y) = self.corner();
        let pose = self.pose();
        pose.extent.is_inside((board.width(), board.height()), x, y)
            && pose.probe(board, x, y).is_some()
    }

    /// How many rows a piece that fits can fall.
    #[inline]
    pub(super) fn rows_below(&self, board: &Board) -> u8 {
        let (x, y) = self.corner();
        self.pose().rows_below(board, x, y)
    }
}

impl Game {
    /// Takes the next piece of the queue into play.
    pub(super) fn enter_next(&mut self) {
        let mut piece = self.next_piece();
        let rules = &self.setup.rules;
        let state = &mut self.state;
        if state.initial.hold && rules.initial_hold && rules.hold && !state.hold_used {
            state.hold_used = true;
            piece = match state.hold.replace(piece) {
                Some(held) => held,
                None => self.next_piece(),
            };
        }
        self.enter(piece);
    }

    #[inline]
    pub(super) fn next_piece(&mut self) -> Piece {
        let state = &mut self.state;
        let drawn = state.feed.draw();
        match self.setup.rules.preview {
            0 => drawn,
            preview => {
                let next = Piece::ALL[(state.queue & 0xf) as usize - 1];
                state.queue = state.queue >> 4 | u64::from(drawn.cell()) << (4 * (preview - 1));
                next
            }
        }
    }

    /// Puts a piece into play, or ends the game.
    #[inline]
    pub(super) fn enter(&mut self, piece: Piece) {
        let entry = &self.setup.entries[piece.index()];
        let state = &mut self.state;
        let initial = state.initial.turn.is_some() | state.initial.hold;
        if entry.row > state.pile && !initial && !state.rate.is_instant() {
            // The usual case.
            state.entered(entry.fallen, entry.row, false);
            return;
        }
        let at = entry.at;
        self.enter_where_it_fits(at);
    }

    /// The same where the pile is high, gravity instant, or a turn asked for.
    #[inline(never)]
    fn enter_where_it_fits(&mut self, mut active: Active) {
        let rules = &self.setup.rules;
        let state = &mut self.state;
        let mut grounded = state.probe(active);
        if state.initial.turn.is_some() || state.initial.hold {
            let initial = core::mem::take(&mut state.initial);
            if let Some(turned) = turned_at_entry(rules, initial, active)
                && let Some(on_ground) = state.probe(turned)
            {
                (active, grounded) = (turned, Some(on_ground));
            }
        }
        if grounded.is_none() && !rules.top_out.block_out {
            while grounded.is_none() && usize::from(active.y as u8) < rules.rows() {
                active.y += 1;
                grounded = state.probe(active);
            }
        }
        state.active = active;
        let Some(mut grounded) = grounded else {
            state.end(TopOut::BlockOut);
            return;
        };
        if rules.spawn == Spawn::Guideline && !grounded {
            active = active.lower(1);
            grounded = state.is_grounded(active);
        }
        if state.rate.is_instant() && !grounded {
            active = active.lower(active.rows_below(&state.board));
            grounded = true;
        }
        state.entered(active, active.corner().1 as u8, grounded);
    }
}

impl State {
    /// Takes over a piece that entered.
    #[inline]
    fn entered(&mut self, active: Active, row: u8, grounded: bool) {
        self.active = active;
        self.grounded = grounded;
        self.lowest = row;
        self.last_move = LastMove::Other;
        self.landed = grounded;
        self.resets = 0;
        self.lock_ticks = 0;
        self.fallen = 0;
    }

    /// Whether a piece is on the ground; `None` if it does not fit where it is.
    #[inline(always)]
    pub(super) fn probe(&self, active: Active) -> Option<bool> {
        self.probe_with(active, active.pose().extent)
    }

    /// The same for a piece whose extent is at hand.
    #[inline(always)]
    pub(super) fn probe_with(&self, active: Active, extent: Extent) -> Option<bool> {
        let (left, low) = extent.corner;
        let x = i32::from(active.x) + i32::from(left);
        let y = i32::from(active.y) + i32::from(low);
        if !extent.is_inside((self.board.width(), self.board.height()), x, y) {
            None
        } else if y > self.pile.into() {
            Some(false)
        } else {
            active.pose().probe(&self.board, x, y)
        }
    }

    /// Whether a piece that fits is on the ground.
    #[inline]
    pub(super) fn is_grounded(&self, active: Active) -> bool {
        let (x, y) = active.corner();
        y <= self.pile.into() && active.pose().is_grounded(&self.board, x, y)
    }

    /// Ends the game.
    pub(super) const fn end(&mut self, top_out: TopOut) {
        self.over = Some(top_out);
        self.grounded = false;
    }
}

/// A piece that enters turned, if that was asked for and there is such a turn.
fn turned_at_entry(rules: &Rules, initial: Initial, active: Active) -> Option<Active> {
    let turn = initial.turn.filter(|_| rules.initial_rotation)?;
    let rotation = active.rotation.turned(turn);
    let kicks = rules
        .rotation
        .kicks(active.piece, active.rotation, rotation);
    let &(dx, dy) = kicks.first()?;
    Some(Active {
        rotation,
        x: active.x + dx,
        y: active.y + dy,
        ..active
    })
}
