#![doc = include_str!("../README.md")]
#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

mod afterstate;
mod analysis;
mod batch;
mod board;
mod colours;
mod config;
mod controller;
mod env;
mod error;
mod expanded;
mod features;
mod finesse;
mod game;
mod garbage;
mod gravity;
mod hash;
mod input;
mod key_env;
mod low_board;
mod low_columns;
mod low_reach;
mod moves;
mod observation;
mod odds;
mod packed;
mod perft;
mod piece;
mod placement;
mod plane;
mod planes;
mod randomizer;
mod reach;
mod render;
mod replay;
mod reward;
mod rotation;
mod rules;
mod score;
mod simd;
mod source;
mod spin;
mod topout;
mod totals;

pub use afterstate::{Afterstate, PlacementModel};
pub use batch::{BatchBuffers, BatchEnv, episode_seed};
pub use board::{Board, MAX_HEIGHT, MAX_WIDTH, MIN_HEIGHT, MIN_WIDTH};
pub use colours::{ColourPlane, GARBAGE};
pub use config::{PlacementConfig, Scenario};
pub use controller::{BCTS, Controller, DELLACHERIE, DT10, DT20};
pub use env::{PlacementEnv, StepOutcome};
pub use error::{
    BatchError, BoardSizeError, ConfigError, GameOver, IllegalAction, ObservationError,
    ParseBoardError, ParseControllerError, ParsePieceError, ParsePiecesError, ParseSequenceError,
    ReplayError, ScenarioError,
};
pub use expanded::Expanded;
pub use features::Features;
pub use game::{Active, Game, Locked, Pressed};
pub use garbage::GarbageRules;
pub use gravity::{Gravity, LockDelay, LockReset};
pub use input::Input;
pub use key_env::{KEY_ACTIONS, KeyEnv, KeyStep};
pub use moves::{Move, MoveRules};
pub use observation::{Observation, Part};
pub use odds::Odds;
pub use packed::PackedBoard;
pub use perft::perft;
pub use piece::{Piece, Rotation, Shape};
pub use placement::{HardDrops, Placement};
pub use planes::Element;
pub use randomizer::{Randomizer, RandomizerKind};
pub use render::{RgbImage, ansi_board, ansi_env, ansi_game, rgb_game};
pub use replay::{Event, Recorder, Replay};
pub use reward::{
    AtEnd, PerLine, PerPiece, PerPoint, PerStep, Reward, TetrisGymnasium, Transition,
};
pub use rotation::{HalfTurns, RotationRules, RotationSystem, Turn};
pub use rules::{MAX_PREVIEW, Rules, Spawn};
pub use score::{AttackTable, Clear, ScoreTable};
pub use source::{PieceSequence, PieceSource};
pub use spin::{Spin, SpinRule, t_spin};
pub use topout::{TopOut, TopOutRules};
