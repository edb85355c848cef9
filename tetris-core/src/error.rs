//! Small errors, one an operation, worded for the person who made the mistake.

use alloc::string::String;

use thiserror::Error;

use crate::board::{MAX_HEIGHT, MAX_WIDTH, MIN_HEIGHT, MIN_WIDTH};
use crate::game::{MAX_PREVIEW, TopOut};
use crate::moves::Placement;
use crate::pieces::{Piece, PieceSequence, RandomizerKind};

/// A board was asked for with a size that this crate does not do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error(
    "a board of {width} columns and {height} rows is not possible: \
     the width must be {MIN_WIDTH} to {MAX_WIDTH} and the height {MIN_HEIGHT} to {MAX_HEIGHT}"
)]
pub struct BoardSizeError {
    /// The number of columns that was asked for.
    pub width: usize,
    /// The number of rows that was asked for.
    pub height: usize,
}

/// A board written as text could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ParseBoardError {
    /// The rows, or the height, are outside the possible sizes.
    #[error(transparent)]
    Size(#[from] BoardSizeError),
    /// A row is longer or shorter than the first one.
    #[error("row {row} from the top has {found} cells, but the first row has {expected}")]
    RowLength {
        /// Row, counted from 1 at the top.
        row: usize,
        /// Cells in the first row.
        expected: usize,
        /// Cells in this row.
        found: usize,
    },
    /// There are more rows than the board is high.
    #[error("{found} rows were given, but the board is only {height} rows high")]
    TooManyRows {
        /// Rows in the text.
        found: usize,
        /// Height of the board.
        height: usize,
    },
    /// A character that is neither `X` nor `.`.
    #[error("row {row} from the top has {found:?}; a full cell is 'X' and an empty one '.'")]
    Cell {
        /// Row, counted from 1 at the top.
        row: usize,
        /// The character.
        found: char,
    },
}

/// A text is not the letter of a tetromino.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("this is not a tetromino; the letters are I, O, T, S, Z, J and L")]
pub struct ParsePieceError;

/// A text is not the name of a way to draw pieces.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(
    "unknown way to draw pieces {found:?}; known are {}",
    RandomizerKind::NAMES.join(", ")
)]
pub struct ParsePiecesError {
    /// The text.
    pub found: String,
}

/// A text is not a sequence of pieces.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ParseSequenceError {
    /// There is no piece in it.
    #[error(
        "there is no piece in it; write the letters of one or more, such as IOLJSZT, \
         or the name of a randomizer: {}",
        RandomizerKind::NAMES.join(", ")
    )]
    Empty,
    /// A letter that is no piece.
    #[error(
        "letter {place} is {found:?}, which is neither a tetromino (the letters are \
         I, O, T, S, Z, J and L) nor part of the name of a randomizer \
         ({})",
        RandomizerKind::NAMES.join(", ")
    )]
    Letter {
        /// Its place, counted from 1.
        place: usize,
        /// The letter.
        found: char,
    },
    /// More pieces than a sequence has.
    #[error(
        "there are {found} pieces in it; a sequence has at most {}",
        PieceSequence::MOST
    )]
    TooLong {
        /// Pieces in the text.
        found: usize,
    },
}

/// A text is no queue of known pieces.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ParseQueueError {
    /// A letter that is no piece.
    #[error("letter {place} is {found:?}; the letters of the pieces are I, O, T, S, Z, J and L")]
    Letter {
        /// Its place, counted from 1.
        place: usize,
        /// The letter.
        found: char,
    },
    /// More pieces than can be known.
    #[error("there are {found} letters in it; at most {MAX_PREVIEW} pieces can be known ahead")]
    TooLong {
        /// Letters in the text.
        found: usize,
    },
}

/// A move in a game that has ended. The game is unchanged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the game ended by {top_out}; start another before the next move")]
pub struct GameOver {
    /// Why it ended.
    pub top_out: TopOut,
}

/// A piece cannot be locked in a place. The game is unchanged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum PlaceError {
    /// The game has ended.
    #[error(transparent)]
    GameOver(#[from] GameOver),
    /// The piece does not get there by the rules of the game.
    #[error(
        "the piece {piece} cannot lock facing {:?} with its leftmost cell in column {} and its \
         lowest in row {} (both counted from 0; see the moves of the game)",
        placement.rotation,
        placement.column,
        placement.row
    )]
    OutOfReach {
        /// The piece in play.
        piece: Piece,
        /// The place.
        placement: Placement,
    },
}

/// There is no such observation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ObservationError {
    /// A field of the rules is outside its range.
    #[error(transparent)]
    Rules(#[from] ConfigError),
    /// More next pieces than are known.
    #[error("{asked} next pieces were asked for, but the rules have a preview of {preview}")]
    Preview {
        /// Pieces asked for.
        asked: u8,
        /// Pieces known.
        preview: u8,
    },
}

/// Bytes are no replay that can be played.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ReplayError {
    /// They do not start as a replay does.
    #[error("this is no replay: it does not start with the letters TRIS")]
    NoReplay,
    /// They are of a version that this crate does not read.
    #[error("this replay is of version {found}, but version 1 is the one that can be read")]
    Version {
        /// The version.
        found: u8,
    },
    /// They were changed or cut since they were written.
    #[error("this replay is damaged: its checksum or its contents cannot be right")]
    Damaged,
    /// The game does not end as it did.
    #[error(
        "this replay does not end as the game did that it is of: \
         it was made by other rules than this crate plays"
    )]
    Diverged,
}

/// A batch was given something that does not fit. Nothing was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum BatchError {
    /// A slice of the wrong length.
    #[error("{buffer} has {found} entries; it must have {expected}")]
    Length {
        /// Which one.
        buffer: &'static str,
        /// Its length.
        found: usize,
        /// The length that it must have.
        expected: usize,
    },
    /// A number that is no action.
    #[error("action {action} of game {game} does not exist; there are the actions 0 to {last}")]
    Action {
        /// The first game that it was given for.
        game: usize,
        /// The number.
        action: u8,
        /// The last action.
        last: u8,
    },
}

/// A text is not the name of a controller.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("unknown controller {found:?}; known are dellacherie, bcts, dt10 and dt20")]
pub struct ParseControllerError {
    /// The text.
    pub found: String,
}

/// A field of a configuration is outside its range.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("{field} = {found} is not possible: it must be {min} to {max}")]
pub struct ConfigError {
    /// Name of the field.
    pub field: &'static str,
    /// What it was set to.
    pub found: u64,
    /// Least allowed value.
    pub min: u64,
    /// Greatest allowed value.
    pub max: u64,
}

/// A game cannot start from a scenario.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ScenarioError {
    /// The ceiling or the piece limit is out of its range.
    #[error(transparent)]
    Setting(#[from] ConfigError),
    /// The starting position is for another size of board.
    #[error(
        "the starting position is {found_width}x{found_height} (width x height), \
         but the environment is {width}x{height}"
    )]
    Size {
        /// Columns of the environment.
        width: u8,
        /// Rows of the environment.
        height: u8,
        /// Columns of the starting position.
        found_width: u8,
        /// Rows of the starting position.
        found_height: u8,
    },
    /// The starting position has a full row, which no game leaves standing.
    #[error("row {row} of the starting position, counted from 0 at the floor, is full")]
    FullRow {
        /// Row, counted from 0 at the floor.
        row: u8,
    },
    /// A piece could have no placement at all, so the game could be over before it begins.
    #[error("the starting position leaves no room under the ceiling for the piece {piece}")]
    NoRoom {
        /// The first such piece.
        piece: Piece,
    },
}

/// An action cannot be taken. The environment is unchanged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum IllegalAction {
    /// The game has ended.
    #[error("the game is over; reset the environment before the next action")]
    GameOver,
    /// The number is not an action of this environment.
    #[error("action {action} does not exist; this environment has the actions 0 to {last}")]
    OutOfRange {
        /// The action.
        action: usize,
        /// The last action.
        last: usize,
    },
    /// The rotation covers the same cells as an earlier one, or sticks out of the side, or the piece
    /// does not get there.
    #[error("action {action} is no placement of the piece {piece} (see the legal actions)")]
    NoSuchPlacement {
        /// The action.
        action: usize,
        /// The piece to place.
        piece: Piece,
    },
    /// The piece on hold is the same as the current one.
    #[error(
        "action {action} swaps the piece {piece} for another {piece}; \
         action {instead} does the same without"
    )]
    NoSwap {
        /// The action.
        action: usize,
        /// The current piece, and the one on hold.
        piece: Piece,
        /// The action that does the same.
        instead: usize,
    },
    /// The piece cannot be held until one has locked.
    #[error("action {action} holds the piece, which can be done once until a piece locks")]
    HoldUsed {
        /// The action.
        action: usize,
    },
    /// The piece would come to rest sticking out over the ceiling.
    #[error("action {action} would leave the piece {piece} above the ceiling of {ceiling} rows")]
    AboveCeiling {
        /// The action.
        action: usize,
        /// The piece to place.
        piece: Piece,
        /// Rows under the ceiling.
        ceiling: u8,
    },
}
