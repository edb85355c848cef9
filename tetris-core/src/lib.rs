#![doc = include_str!("../README.md")]
#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

mod board;
mod envs;
mod error;
mod features;
mod game;
mod hash;
mod moves;
mod pieces;
mod render;
mod replay;
mod simd;

pub use board::{
    Board, ColourPlane, Dropped, GARBAGE, MAX_HEIGHT, MAX_WIDTH, MIN_HEIGHT, MIN_WIDTH, PackedBoard,
};
pub use envs::{
    AtEnd, BCTS, BatchBuffers, BatchEnv, Controller, DELLACHERIE, DT10, DT20, Element, KEY_ACTIONS,
    KeyEnv, KeyStep, MoveEnv, MoveOutcome, Observation, Part, PerLine, PerPiece, PerPoint, PerStep,
    PlacementConfig, PlacementEnv, Reward, Scenario, StepOutcome, TetrisGymnasium, Transition,
    episode_seed,
};
pub use error::{
    BatchError, BoardSizeError, ConfigError, GameOver, IllegalAction, ObservationError,
    ParseBoardError, ParseControllerError, ParsePieceError, ParsePiecesError, ParseQueueError,
    ParseSequenceError, PlaceError, ReplayError, ScenarioError,
};
pub use features::{Afterstate, Expanded, Features, PlacementModel};
pub use game::{
    Active, AttackTable, Clear, Game, GarbageRules, Gravity, Input, LockDelay, LockReset, Locked,
    MAX_PREVIEW, Pressed, Rules, ScoreTable, Spawn, TopOut, TopOutRules,
};
pub use moves::{HardDrops, Move, MoveRules, Placement, Spin, SpinRule, perft, t_spin};
pub use pieces::{
    HalfTurns, Hand, Odds, Piece, PieceQueue, PieceSequence, PieceSource, Randomizer,
    RandomizerKind, Rotation, RotationRules, RotationSystem, Shape, Turn,
};
pub use render::{RgbImage, ansi_board, ansi_env, ansi_game, rgb_game};
pub use replay::{Event, Recorder, Replay};
