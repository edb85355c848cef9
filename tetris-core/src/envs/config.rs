//! The settings of the placement environment, and how its games start.

use crate::board::{Board, MAX_HEIGHT, MAX_WIDTH, MIN_HEIGHT, MIN_WIDTH};
use crate::error::{ConfigError, ScenarioError};
use crate::game::MAX_PREVIEW;
use crate::pieces::{Piece, RandomizerKind};

/// What stays the same over all games of a placement environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
pub struct PlacementConfig {
    /// Columns, 4 to 32; 10 by default.
    pub width: u8,
    /// Rows, 4 to 64; 20 by default.
    pub height: u8,
    /// How pieces are drawn; uniformly by default.
    pub pieces: RandomizerKind,
    /// Whether one piece is on hold, to be placed instead of the current one; off by default.
    ///
    /// The first piece of a game is on hold when the game starts, and the second is the current
    /// one. With the slot of the Tetris guideline, which starts empty, a player chooses from the
    /// same two pieces, because putting the first piece on hold brings the second into play;
    /// but this way every move brings exactly one piece that was not known before.
    pub hold: bool,
    /// How many pieces after the current one are known, 0 to 14; none by default.
    pub preview: u8,
}

impl Default for PlacementConfig {
    fn default() -> Self {
        Self {
            width: 10,
            height: 20,
            pieces: RandomizerKind::Uniform,
            hold: false,
            preview: 0,
        }
    }
}

impl PlacementConfig {
    /// Checks every field against its range.
    ///
    /// # Errors
    /// Names the first field that is outside its range.
    pub fn validate(&self) -> Result<(), ConfigError> {
        in_range(
            "width",
            self.width.into(),
            MIN_WIDTH as u64,
            MAX_WIDTH as u64,
        )?;
        in_range(
            "height",
            self.height.into(),
            MIN_HEIGHT as u64,
            MAX_HEIGHT as u64,
        )?;
        in_range("preview", self.preview.into(), 0, MAX_PREVIEW as u64)
    }

    /// Number of actions, legal or not: four rotations times the width, and as many again with
    /// hold.
    #[must_use]
    #[inline]
    pub const fn action_count(&self) -> usize {
        self.swap_action() << self.hold as usize
    }

    /// What the number of an action has more when the pieces change places before.
    #[inline]
    pub(crate) const fn swap_action(&self) -> usize {
        4 * self.width as usize
    }

    /// An empty board of this size; the configuration must be valid.
    pub(crate) fn empty_board(&self) -> Board {
        Board::new(self.width.into(), self.height.into())
            .expect("a valid configuration has the size of a board")
    }
}

pub(crate) fn in_range(
    field: &'static str,
    found: u64,
    min: u64,
    max: u64,
) -> Result<(), ConfigError> {
    if (min..=max).contains(&found) {
        return Ok(());
    }
    Err(ConfigError {
        field,
        found,
        min,
        max,
    })
}

/// How one game starts and what ends it. The default is an empty board, the whole height and no
/// limit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
pub struct Scenario {
    /// Rows in which a piece must come to rest as a whole, counted from the floor, before full
    /// rows are taken out; 4 to the height of the board, which is also the default. A low
    /// ceiling makes games short and dangerous, which is good to learn from.
    pub ceiling: Option<u8>,
    /// The cells that are full when the game starts.
    pub start: Option<Board>,
    /// After so many pieces (1 or more) the game is truncated.
    pub max_pieces: Option<u64>,
}

impl Scenario {
    /// The board at the start and the ceiling, all settings checked.
    pub(crate) fn opening(&self, config: &PlacementConfig) -> Result<(Board, u8), ScenarioError> {
        let height = config.height;
        let ceiling = self.ceiling.unwrap_or(height);
        in_range("ceiling", ceiling.into(), MIN_HEIGHT as u64, height.into())?;
        if let Some(limit) = self.max_pieces {
            in_range("max_pieces", limit, 1, u64::MAX)?;
        }
        let Some(start) = &self.start else {
            return Ok((config.empty_board(), ceiling));
        };
        check_start(start, config, ceiling)?;
        Ok((start.clone(), ceiling))
    }
}

fn check_start(start: &Board, config: &PlacementConfig, ceiling: u8) -> Result<(), ScenarioError> {
    check_empty_rows(start, config.width, config.height)?;
    let no_room = |piece: &Piece| !start.has_hard_drop(*piece, ceiling.into());
    match Piece::ALL.into_iter().find(no_room) {
        Some(piece) => Err(ScenarioError::NoRoom { piece }),
        None => Ok(()),
    }
}

/// Whether a board is of a size and has no full row.
pub(crate) fn check_empty_rows(start: &Board, width: u8, height: u8) -> Result<(), ScenarioError> {
    let (found_width, found_height) = (start.width() as u8, start.height() as u8);
    if (found_width, found_height) != (width, height) {
        return Err(ScenarioError::Size {
            width,
            height,
            found_width,
            found_height,
        });
    }
    match start.full_rows() {
        0 => Ok(()),
        full => Err(ScenarioError::FullRow {
            row: full.trailing_zeros() as u8,
        }),
    }
}
