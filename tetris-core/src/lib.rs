#![doc = include_str!("../README.md")]
#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

mod afterstate;
mod analysis;
mod board;
mod colours;
mod config;
mod controller;
mod env;
mod error;
mod features;
mod input;
mod odds;
mod packed;
mod piece;
mod placement;
mod randomizer;
mod render;
mod rotation;
mod score;
mod spin;

pub use afterstate::{Afterstate, Expanded, PlacementModel};
pub use board::{Board, MAX_HEIGHT, MAX_WIDTH, MIN_HEIGHT, MIN_WIDTH};
pub use colours::{ColourPlane, GARBAGE};
pub use config::{PlacementConfig, Scenario};
pub use controller::{BCTS, Controller, DELLACHERIE, DT10, DT20};
pub use env::{PlacementEnv, StepOutcome};
pub use error::{
    BoardSizeError, ConfigError, IllegalAction, ParseBoardError, ParseControllerError,
    ParsePieceError, ParsePiecesError, ScenarioError,
};
pub use features::Features;
pub use input::Input;
pub use odds::Odds;
pub use packed::PackedBoard;
pub use piece::{Piece, Rotation, Shape};
pub use placement::{HardDrops, Placement};
pub use randomizer::{Randomizer, RandomizerKind};
pub use render::{ansi_board, ansi_env};
pub use rotation::{HalfTurns, RotationRules, RotationSystem, Turn};
pub use score::{AttackTable, Clear, ScoreTable};
pub use spin::{Spin, SpinRule, t_spin};
