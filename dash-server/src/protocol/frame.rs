//! The board as it travels, and the decision behind it.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;

/// A board, right after a placement.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Frame {
    /// Columns.
    pub width: u8,
    /// Rows up to the ceiling.
    pub height: u8,
    /// `width * height` cells, row by row from the top; 0 is empty, 1..7 are I O T S Z J L, 8 is full and of no known piece.
    pub cells: ByteBuf,
    /// Indices into `cells` of the piece just placed, before lines cleared: little-endian u16; may be empty.
    pub placed: ByteBuf,
    /// The piece to be placed now, 1..7; 0 when the game is over.
    pub piece: u8,
    /// Pieces after it, as far as the game knows them.
    pub next: ByteBuf,
    /// The piece on hold, 1..7; 0 for none.
    pub hold: u8,
    /// Lines cleared in the running game.
    pub lines: u64,
    /// Pieces placed in the running game.
    pub pieces: u64,
    /// Score of the running game.
    pub score: u64,
    /// Number of the running game, from 0.
    pub episode: u64,
    /// Steps of the whole training.
    pub step: u64,
    /// Value of the position for the agent; NaN when it did not look.
    pub value: f32,
    /// Why the piece was placed there, if the environment can tell.
    pub decision: Option<Box<Decision>>,
    /// What an environment without a board shows in words; empty where there is a board.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
}

impl Frame {
    /// Whether there are as many cells as it says.
    pub(crate) fn is_whole(&self) -> bool {
        self.cells.len() == usize::from(self.width) * usize::from(self.height)
    }

    /// One with nothing on it, to be filled in.
    pub(crate) fn blank() -> Self {
        Self {
            width: 0,
            height: 0,
            cells: ByteBuf::new(),
            placed: ByteBuf::new(),
            piece: 0,
            next: ByteBuf::new(),
            hold: 0,
            lines: 0,
            pieces: 0,
            score: 0,
            episode: 0,
            step: 0,
            value: f32::NAN,
            decision: None,
            text: String::new(),
        }
    }

    /// Sets `width`, `height` and `cells` to what `cell` gives for each column and row, both from the top left.
    pub fn set_board(&mut self, width: u8, height: u8, mut cell: impl FnMut(usize, usize) -> u8) {
        (self.width, self.height) = (width, height);
        self.cells.clear();
        for y in 0..usize::from(height) {
            self.cells
                .extend((0..usize::from(width)).map(|x| cell(x, y)));
        }
    }
}

/// What the agent saw, what it could do and what it thought of it.
///
/// Placements stand in rows, the best first; an agent that did not look (it explored) has a single row, the one it took.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Decision {
    /// The board before the move, like the `cells` of the frame.
    pub cells: ByteBuf,
    /// The piece that came, 1..7.
    pub piece: u8,
    /// The piece that each row places, 1..7: with hold it need not be the one that came.
    pub pieces: ByteBuf,
    /// What each row is called, where an action presses a key; empty where rows are placements.
    pub actions: Vec<String>,
    /// How many placements or keys there were, those included that are not listed.
    pub count: u32,
    /// The row that was taken.
    pub chosen: u32,
    /// Whether chance took it.
    pub explored: bool,
    /// Indices into `cells` of each row: little-endian u16, equally many a row (where one has fewer, its last repeats).
    pub placements: ByteBuf,
    /// Value of each row, reward included: little-endian f32, NaN when the agent did not look.
    pub values: ByteBuf,
    /// Immediate reward of each row: little-endian f32, NaN when it is not known.
    pub rewards: ByteBuf,
    /// The highest value of the placements that touch a column, for each column: little-endian f32, NaN for none.
    pub columns: ByteBuf,
    /// Names of the features of what a placement leads to: the same ones for all decisions of a run.
    pub feature_names: Arc<[String]>,
    /// Features of the first rows, row after row: little-endian f32.
    pub features: ByteBuf,
    /// What else the network sees of it, in words; empty if that is all.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub unlisted: String,
}

/// The boards of several environments as they are now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Boards {
    /// Columns of each.
    pub width: u8,
    /// Rows of each up to the ceiling.
    pub height: u8,
    /// How many there are.
    pub count: u32,
    /// The environment whose frames are sent.
    pub followed: u32,
    /// The cells of each board in turn, like the `cells` of a frame.
    pub cells: ByteBuf,
    /// Lines of the running game of each: little-endian u32.
    pub lines: ByteBuf,
}

impl Boards {
    /// Whether there are as many cells and lines as it says.
    pub(crate) fn is_whole(&self) -> bool {
        let (area, count) = (
            usize::from(self.width) * usize::from(self.height),
            self.count as usize,
        );
        area > 0 && self.cells.len() == area * count && self.lines.len() == 4 * count
    }
}
