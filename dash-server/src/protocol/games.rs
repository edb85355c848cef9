//! Games that can be shown again, as they travel.

use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;

use super::ConfigMap;

/// What the files of games call themselves, so that nothing else is taken for one.
pub const GAME_FORMAT: &str = "tetris-dash game";
/// The version of the files of games.
pub const GAME_VERSION: u32 = 1;

/// A whole game as a file (`.tetris`), which the page opens without a server.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GameFile {
    /// [`GAME_FORMAT`].
    pub format: String,
    /// [`GAME_VERSION`].
    pub version: u32,
    /// What the game is called, for people.
    pub title: String,
    /// Number of its episode, from 0.
    pub episode: u64,
    /// Whether it has ended.
    pub over: bool,
    /// The configuration of its run.
    pub config: Option<ConfigMap>,
    /// Its stretches, in order.
    pub blocks: Vec<Block>,
}

/// The games that can be shown again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GameList {
    /// The number of the command that asked.
    pub id: u64,
    /// The running ones first, then the finished ones, the newest first.
    pub games: Vec<GameInfo>,
}

/// A game that can be shown again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GameInfo {
    /// By which it is asked for.
    pub game: u64,
    /// Number of its episode, from 0; `None` while it runs.
    pub episode: Option<u64>,
    /// Which of several environments played it.
    pub environment: u32,
    /// The first placement that is still kept: 0 unless the game is so long that its beginning was let go.
    pub first: u64,
    /// Placements so far.
    pub pieces: u64,
    /// Lines cleared; of a running game, up to the last stretch.
    pub lines: u64,
    /// Score; of a running game, up to the last stretch.
    pub score: u64,
    /// Whether it is one of the best ten.
    pub best: bool,
}

/// A stretch of a game: the board before it and its moves.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Block {
    /// The number of the command that asked.
    pub id: u64,
    /// The game.
    pub game: u64,
    /// Placements before the stretch.
    pub from: u64,
    /// Columns.
    pub width: u8,
    /// Rows up to the ceiling.
    pub height: u8,
    /// The board before the stretch, like the `cells` of a frame.
    pub cells: ByteBuf,
    /// Lines cleared before it.
    pub lines: u64,
    /// Score before it.
    pub score: u64,
    /// The moves, by their number in the list of all straight drops: a byte each, or a little-endian u16 where that list
    /// has more than 256 entries.
    pub moves: ByteBuf,
    /// For each move how many placements the agent had values for, 0 if it explored; empty where values are not kept.
    pub counts: ByteBuf,
    /// For each move that has values the highest: little-endian f32.
    pub highest: ByteBuf,
    /// For each of these values, in the order of the drops, how far it is below the highest: the upper half of an f32,
    /// as a little-endian u16.
    pub below: ByteBuf,
}
