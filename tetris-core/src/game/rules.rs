//! What a game is played by.

use crate::board::{MAX_HEIGHT, MAX_WIDTH, MIN_HEIGHT, MIN_WIDTH};
use crate::envs::in_range;
use crate::error::ConfigError;
use crate::game::{AttackTable, GarbageRules, Gravity, LockDelay, ScoreTable, TopOutRules};
use crate::moves::SpinRule;
use crate::pieces::{HalfTurns, PieceSource, RandomizerKind, RotationRules, RotationSystem};

/// Most pieces of a preview.
pub const MAX_PREVIEW: usize = 14;

/// Where pieces enter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Spawn {
    /// In the first two hidden rows, centred and rounded to the left, and at once one row down
    /// if that is free (Tetris wiki, "Tetris Guideline"). With too few hidden rows, as high as
    /// the board is.
    #[default]
    Guideline,
    /// So far above the visible rows that any turn of the piece stays above them; needs four
    /// hidden rows. Columns as above. It falls only when it is told to: the game of the research
    /// literature, in which a piece chooses its column above the board.
    Above,
    /// With the upper left corner of the piece's square box (4x4 for I, 2x2 for O, else 3x3) in
    /// the highest visible row and the column `width / 2 - box / 2`, as Tetris-Gymnasium does.
    Box,
}

/// All that stays the same over a game of [`Game`](crate::Game).
///
/// Start from a preset and change what you need:
///
/// ```
/// use tetris_core::{Game, Gravity, HalfTurns, Rules};
///
/// let mut rules = Rules::guideline();
/// rules.rotation.half_turns = HalfTurns::Kicked;
/// rules.gravity = Gravity::Instant;
/// let game = Game::new(rules, 42)?;
/// assert_eq!(game.queue().count(), 5);
/// # Ok::<(), tetris_core::ConfigError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
pub struct Rules {
    /// Columns, 4 to 32.
    pub width: u8,
    /// Visible rows, 4 to 64: those under the skyline.
    pub height: u8,
    /// Rows above the skyline; at most 64 together with the visible ones.
    pub hidden: u8,
    /// Which pieces come.
    pub pieces: PieceSource,
    /// How many of the next pieces are known, 0 to 14.
    pub preview: u8,
    /// Whether a piece can be held, once until the next one locks.
    pub hold: bool,
    /// How pieces turn.
    pub rotation: RotationRules,
    /// Where pieces enter.
    pub spawn: Spawn,
    /// Whether a turn asked for beforehand ([`Game::set_initial`](crate::Game::set_initial))
    /// turns the next piece as it enters.
    pub initial_rotation: bool,
    /// Whether a hold asked for beforehand swaps the next piece as it enters.
    pub initial_hold: bool,
    /// How pieces fall by themselves.
    pub gravity: Gravity,
    /// By how much faster a piece falls while the soft-drop key is down, 1 or more.
    pub soft_drop: u16,
    /// When a piece on the ground locks.
    pub lock_delay: LockDelay,
    /// What ends the game.
    pub top_out: TopOutRules,
    /// Which spins are told.
    pub spins: SpinRule,
    /// Level at the start, 1 or more.
    pub start_level: u16,
    /// Lines from one level to the next; 0 to stay on the first.
    pub lines_per_level: u16,
    /// Points.
    pub score: ScoreTable,
    /// Rows sent to an opponent.
    pub attack: AttackTable,
    /// How rows from an opponent come in.
    pub garbage: GarbageRules,
}

impl Default for Rules {
    /// [`Rules::guideline`].
    fn default() -> Self {
        Self::guideline()
    }
}

impl Rules {
    /// The Tetris guideline (Tetris wiki, "Tetris Guideline"): 10x20 with 20 hidden rows, bags of
    /// seven, five pieces of preview, hold, the Super Rotation System without half turns, the
    /// gravity of each level from 1 up, ten lines a level, soft drop 20 times as fast, a lock
    /// delay of half a second at 60 ticks a second with 15 resets, block and lock out, T-spins.
    #[must_use]
    pub fn guideline() -> Self {
        Self {
            width: 10,
            height: 20,
            hidden: 20,
            pieces: PieceSource::Random(RandomizerKind::Bag7),
            preview: 5,
            hold: true,
            rotation: RotationRules {
                system: RotationSystem::Srs,
                half_turns: HalfTurns::Off,
            },
            spawn: Spawn::Guideline,
            initial_rotation: true,
            initial_hold: true,
            gravity: Gravity::Guideline,
            soft_drop: 20,
            lock_delay: LockDelay::GUIDELINE,
            top_out: TopOutRules::GUIDELINE,
            spins: SpinRule::ThreeCorner,
            start_level: 1,
            lines_per_level: 10,
            score: ScoreTable::GUIDELINE,
            attack: AttackTable::GUIDELINE,
            garbage: GarbageRules::GUIDELINE,
        }
    }

    /// The game of the research literature at key-press level: 10x20, uniform pieces of which
    /// only the current one is known, no hold, no gravity, no kicks. A piece turns and slides
    /// above the board, drops, and loses the game if any of it comes to rest above the visible
    /// rows, before full rows are taken out. A line is a point.
    #[must_use]
    pub fn classic_research() -> Self {
        Self {
            hidden: 4,
            pieces: PieceSource::Random(RandomizerKind::Uniform),
            preview: 0,
            hold: false,
            rotation: RotationRules {
                system: RotationSystem::NoKicks,
                half_turns: HalfTurns::Off,
            },
            spawn: Spawn::Above,
            initial_rotation: false,
            initial_hold: false,
            gravity: Gravity::None,
            soft_drop: 1,
            lock_delay: LockDelay::Infinite,
            top_out: TopOutRules {
                block_out: true,
                lock_out: false,
                partial_lock_out: true,
                garbage_out: true,
            },
            spins: SpinRule::Off,
            lines_per_level: 0,
            score: ScoreTable {
                lines: [0, 1, 2, 3, 4],
                ..ScoreTable::NONE
            },
            attack: AttackTable::NONE,
            ..Self::guideline()
        }
    }

    /// The environment of Tetris-Gymnasium as its source has it (`envs/tetris.py`, 2024): 10x20
    /// without hidden rows, bags of seven, a queue of four, hold, turns in the piece's box
    /// without kicks, one row of gravity a step, a piece that cannot fall locking at once, and
    /// `lines² x width` points. What differs: a held piece comes back in its first orientation
    /// there as it was, its "clockwise" turns counter-clockwise, and a held piece that does not
    /// fit ends the game there only when it locks.
    #[must_use]
    pub fn tetris_gymnasium() -> Self {
        Self {
            hidden: 0,
            preview: 4,
            rotation: RotationRules {
                system: RotationSystem::NoKicks,
                half_turns: HalfTurns::Off,
            },
            spawn: Spawn::Box,
            initial_rotation: false,
            initial_hold: false,
            gravity: Gravity::Rows { rows: 1, ticks: 1 },
            soft_drop: 1,
            lock_delay: LockDelay::Instant,
            top_out: TopOutRules {
                block_out: true,
                lock_out: false,
                partial_lock_out: false,
                garbage_out: true,
            },
            spins: SpinRule::Off,
            lines_per_level: 0,
            score: ScoreTable {
                lines: [0, 10, 40, 90, 160],
                ..ScoreTable::NONE
            },
            attack: AttackTable::NONE,
            ..Self::guideline()
        }
    }

    /// Visible and hidden rows together: the height of the board.
    #[must_use]
    #[inline]
    pub const fn rows(&self) -> usize {
        self.height as usize + self.hidden as usize
    }

    /// Checks every field against its range.
    ///
    /// # Errors
    /// Names the first field that is outside its range.
    pub fn validate(&self) -> Result<(), ConfigError> {
        let (width, height) = (u64::from(self.width), u64::from(self.height));
        in_range("width", width, MIN_WIDTH as u64, MAX_WIDTH as u64)?;
        in_range("height", height, MIN_HEIGHT as u64, MAX_HEIGHT as u64)?;
        let least = if self.spawn == Spawn::Above { 4 } else { 0 };
        let most = MAX_HEIGHT as u64 - height;
        in_range("hidden", self.hidden.into(), least, most.max(least))?;
        in_range(
            "height",
            height,
            MIN_HEIGHT as u64,
            MAX_HEIGHT as u64 - least,
        )?;
        in_range("preview", self.preview.into(), 0, MAX_PREVIEW as u64)?;
        if let Gravity::Rows { ticks, .. } = self.gravity {
            in_range("gravity.rows.ticks", ticks.into(), 1, u16::MAX.into())?;
        }
        in_range("soft_drop", self.soft_drop.into(), 1, u16::MAX.into())?;
        in_range("start_level", self.start_level.into(), 1, u16::MAX.into())?;
        self.garbage.validate()
    }
}
