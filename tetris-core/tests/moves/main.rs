//! The move generator and its key sequences against a naive twin.

mod finesse;
#[path = "../common/positions.rs"]
mod positions;
#[path = "../common/random.rs"]
mod random;
mod search;
mod situations;
mod twin;
