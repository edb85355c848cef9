//! Boards: which cells are full, tightly packed, and in colours.

mod bitboard;
mod colours;
mod fall;
mod packed;
mod text;

pub use bitboard::{Board, MAX_HEIGHT, MAX_WIDTH, MIN_HEIGHT, MIN_WIDTH};
pub use colours::{ColourPlane, GARBAGE};
pub use fall::Dropped;
pub use packed::PackedBoard;

pub(crate) use bitboard::bit_height;
