#![doc = include_str!("../README.md")]
#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

mod afterstate;
mod analysis;
mod board;
mod colours;
mod config;
mod controller;
mod env;
mod error;
mod expanded;
mod features;
mod game;
mod garbage;
mod gravity;
mod input;
mod low_board;
mod moves;
mod odds;
mod packed;
mod perft;
mod piece;
mod placement;
mod randomizer;
mod reach;
mod render;
mod rotation;
mod rules;
mod score;
mod simd;
mod source;
mod spin;
mod topout;
mod totals;

pub use afterstate::{Afterstate, PlacementModel};
pub use board::{Board, MAX_HEIGHT, MAX_WIDTH, MIN_HEIGHT, MIN_WIDTH};
pub use colours::{ColourPlane, GARBAGE};
pub use config::{PlacementConfig, Scenario};
pub use controller::{BCTS, Controller, DELLACHERIE, DT10, DT20};
pub use env::{PlacementEnv, StepOutcome};
pub use error::{
    BoardSizeError, ConfigError, GameOver, IllegalAction, ParseBoardError, ParseControllerError,
    ParsePieceError, ParsePiecesError, ParseSequenceError, ScenarioError,
};
pub use expanded::Expanded;
pub use features::Features;
pub use game::{Active, Game, Locked, Pressed};
pub use garbage::GarbageRules;
pub use gravity::{Gravity, LockDelay, LockReset};
pub use input::Input;
pub use moves::{Move, MoveRules};
pub use odds::Odds;
pub use packed::PackedBoard;
pub use perft::perft;
pub use piece::{Piece, Rotation, Shape};
pub use placement::{HardDrops, Placement};
pub use randomizer::{Randomizer, RandomizerKind};
pub use render::{ansi_board, ansi_env};
pub use rotation::{HalfTurns, RotationRules, RotationSystem, Turn};
pub use rules::{MAX_PREVIEW, Rules, Spawn};
pub use score::{AttackTable, Clear, ScoreTable};
pub use source::{PieceSequence, PieceSource};
pub use spin::{Spin, SpinRule, t_spin};
pub use topout::{TopOut, TopOutRules};
