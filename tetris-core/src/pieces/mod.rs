//! The tetrominoes, how they turn, and the order in which they come.

mod hand;
mod odds;
mod piece;
mod randomizer;
mod rotation;
mod source;

pub use hand::{Hand, PieceQueue};
pub use odds::Odds;
pub use piece::{Piece, Rotation, Shape};
pub use randomizer::{Randomizer, RandomizerKind};
pub use rotation::{HalfTurns, RotationRules, RotationSystem, Turn};
pub use source::{PieceSequence, PieceSource};

pub(crate) use randomizer::below;
pub(crate) use source::Feed;
