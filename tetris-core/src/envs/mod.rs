//! Environments: one action a piece (hard drops, or any move), one action a key, batches, what an
//! agent sees and gets.

mod batch;
mod config;
mod controller;
mod element;
mod key_env;
mod move_env;
mod observation;
mod placement_env;
mod planes;
mod reward;
mod view;

pub use batch::{BatchBuffers, BatchEnv, episode_seed};
pub use config::{PlacementConfig, Scenario};
pub use controller::{BCTS, Controller, DELLACHERIE, DT10, DT20};
pub use element::Element;
pub use key_env::{KEY_ACTIONS, KeyEnv, KeyStep};
pub use move_env::{MoveEnv, MoveOutcome};
pub use observation::{Observation, Part};
pub use placement_env::{PlacementEnv, StepOutcome};
pub use reward::{
    AtEnd, PerLine, PerPiece, PerPoint, PerStep, Reward, TetrisGymnasium, Transition,
};

pub(crate) use config::{check_empty_rows, in_range};
pub(crate) use element::expand;
pub(crate) use key_env::step;
pub(crate) use planes::{Plane, put};
