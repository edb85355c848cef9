//! The tetrominoes, how they turn, and the order in which they come.

mod hand;
mod kind;
mod odds;
mod piece;
mod randomizer;
mod rng;
mod rotation;
mod shape;
mod source;
mod stamp;

pub use hand::{Hand, PieceQueue};
pub use kind::RandomizerKind;
pub use odds::Odds;
pub use piece::{Piece, Rotation};
pub use randomizer::Randomizer;
pub use rotation::{HalfTurns, RotationRules, RotationSystem, Turn};
pub use shape::Shape;
pub use source::{PieceSequence, PieceSource};

pub(crate) use rng::Rng;
pub(crate) use source::Feed;
pub(crate) use stamp::{NARROW, Stamp, WINDOW};
