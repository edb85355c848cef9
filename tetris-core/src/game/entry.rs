//! The active piece, and how pieces enter.

use super::{Game, Initial, LastMove, Setup};
use crate::board::{Board, bit_height};
use crate::piece::{Piece, Rotation, Shape};
use crate::placement::Placement;
use crate::rules::{Rules, Spawn};
use crate::topout::TopOut;

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

/// The lower left corner of each piece's orientations, relative to the pivot.
static CORNERS: [[(i8, i8); 4]; 7] = {
    let mut corners = [[(0, 0); 4]; 7];
    let mut piece = 0;
    while piece < 7 {
        let mut rotation = 0;
        while rotation < 4 {
            let cells = Piece::ALL[piece].cells(Rotation::ALL[rotation]);
            let (mut left, mut low, mut i) = (i8::MAX, i8::MAX, 0);
            while i < 4 {
                let (x, y) = cells[i];
                left = if x < left { x } else { left };
                low = if y < low { y } else { low };
                i += 1;
            }
            corners[piece][rotation] = (left, low);
            rotation += 1;
        }
        piece += 1;
    }
    corners
};

impl Active {
    /// Stands in until the first piece has entered.
    pub(super) const NONE: Self = Self {
        piece: Piece::O,
        rotation: Rotation::North,
        x: 0,
        y: 0,
    };

    /// Its leftmost column and lowest row.
    #[inline]
    pub(super) const fn corner(&self) -> (i32, i32) {
        let (left, low) = CORNERS[self.piece.index()][self.rotation.index()];
        (self.x as i32 + left as i32, self.y as i32 + low as i32)
    }

    #[inline]
    pub(super) fn shape(&self) -> &'static Shape {
        self.piece.shape(self.rotation)
    }

    #[inline]
    pub(super) const fn lower(mut self, rows: u8) -> Self {
        self.y -= rows as i8;
        self
    }

    /// The placement that it would be if it locked where it is.
    #[must_use]
    #[inline]
    pub const fn placement(&self) -> Placement {
        let (column, row) = self.corner();
        Placement {
            rotation: self.rotation,
            column: column as u8,
            row: row as u8,
        }
    }

    /// Its four cells as `(column, row)`.
    pub fn cells(&self) -> impl Iterator<Item = (usize, usize)> + use<> {
        self.placement().cells(self.piece)
    }

    #[inline]
    pub(super) fn fits(&self, board: &Board) -> bool {
        let (x, y) = self.corner();
        x >= 0 && y >= 0 && board.fits(self.shape(), x as usize, y as usize)
    }

    /// How many rows a piece that fits can fall.
    #[inline]
    pub(super) fn rows_below(&self, board: &Board) -> u8 {
        let (shape, (x, y)) = (self.shape(), self.corner());
        let columns = &board.columns()[x as usize..x as usize + shape.width()];
        let gaps = columns.iter().zip(shape.bottoms()).map(|(column, bottom)| {
            let row = y as u32 + u32::from(bottom);
            row - bit_height(column & ((1 << row) - 1))
        });
        gaps.fold(u32::from(u8::MAX), u32::min) as u8
    }
}

impl Setup {
    pub(super) fn new(rules: Rules) -> Self {
        let entries = Piece::ALL.map(|piece| entry(&rules, piece));
        Self { rules, entries }
    }
}

/// Where the pivot of a piece enters, before it falls by the row of [`Spawn::Guideline`].
fn entry(rules: &Rules, piece: Piece) -> (i8, i8) {
    let shape = piece.shape(Rotation::North);
    let (width, height) = (i32::from(rules.width), i32::from(rules.height));
    let (left, _) = CORNERS[piece.index()][Rotation::North.index()];
    let centred = (width - shape.width() as i32) / 2 - i32::from(left);
    let (x, y) = match rules.spawn {
        Spawn::Guideline => (centred, height.min((rules.rows() - shape.height()) as i32)),
        Spawn::Above => (centred, height + 2),
        Spawn::Box => {
            let (size, pivot) = match piece {
                Piece::I => (4, 1),
                Piece::O => (2, 0),
                _ => (3, 1),
            };
            (width / 2 - size / 2 + pivot, height - 2)
        }
    };
    (x as i8, y as i8)
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
        let rules = &self.setup.rules;
        let state = &mut self.state;
        let (x, y) = self.setup.entries[piece.index()];
        let rotation = Rotation::North;
        let mut active = Active {
            piece,
            rotation,
            x,
            y,
        };
        let initial = core::mem::take(&mut state.initial);
        let turned = turned_at_entry(rules, initial, active).filter(|it| it.fits(&state.board));
        if let Some(turned) = turned {
            active = turned;
        } else if !active.fits(&state.board) {
            let room = (active.y + 1..rules.rows() as i8)
                .map(|y| Active { y, ..active })
                .find(|higher| higher.fits(&state.board));
            match room {
                Some(higher) if !rules.top_out.block_out => active = higher,
                _ => {
                    state.active = active;
                    state.below = 0;
                    state.over = Some(TopOut::BlockOut);
                    return;
                }
            }
        }
        let mut below = active.rows_below(&state.board);
        if rules.spawn == Spawn::Guideline && below > 0 {
            active = active.lower(1);
            below -= 1;
        }
        if state.rate.is_instant() {
            active = active.lower(below);
            below = 0;
        }
        state.active = active;
        state.below = below;
        state.lowest = active.corner().1 as u8;
        state.last_move = LastMove::Other;
        state.landed = below == 0;
        state.resets = 0;
        state.lock_ticks = 0;
        state.fallen = 0;
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
