//! A person's own game, as it travels.

use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;

/// How a person wants to play.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlayStart {
    /// A kept game whose board and pieces to play with; the usual board and random pieces if `None`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub game: Option<u64>,
    /// Delayed auto shift: milliseconds that a shift is held before it repeats.
    #[serde(default = "das")]
    pub das: u16,
    /// Auto repeat rate: milliseconds between two repeats; 0 goes to the wall at once.
    #[serde(default = "arr")]
    pub arr: u16,
}

fn das() -> u16 {
    167
}

fn arr() -> u16 {
    33
}

/// A key of the game.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Key {
    /// One column to the left, again and again while it is down.
    Left,
    /// One column to the right, again and again while it is down.
    Right,
    /// Faster down while it is down.
    SoftDrop,
    /// Down and locked.
    HardDrop,
    /// A quarter turn to the right.
    Clockwise,
    /// A quarter turn to the left.
    CounterClockwise,
    /// A half turn, where the rules have it.
    Half,
    /// Swapped with the held piece.
    Hold,
}

/// A person's game as it looks now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlayFrame {
    /// Columns.
    pub width: u8,
    /// Visible rows.
    pub height: u8,
    /// The locked cells, like the `cells` of a frame.
    pub cells: ByteBuf,
    /// The piece in play, 1..7; 0 after the end.
    pub piece: u8,
    /// Its visible cells: indices into `cells`, little-endian u16.
    pub active: ByteBuf,
    /// Where it would come to rest, likewise.
    pub ghost: ByteBuf,
    /// The held piece, 0 for none.
    pub hold: u8,
    /// Whether the hold key would do something.
    pub can_hold: bool,
    /// The pieces to come, the next one first.
    pub next: ByteBuf,
    /// Rows cleared.
    pub lines: u64,
    /// Pieces locked.
    pub pieces: u64,
    /// Points by the guideline.
    pub score: u64,
    /// Level, by which pieces fall.
    pub level: u64,
    /// Why the game is over; `None` while it goes on.
    pub over: Option<String>,
    /// `play_key` commands obeyed so far, by which a client can tell how long the way takes.
    pub keys: u64,
}
