//! How many random positions a test tries.

/// So many on every change, and as many as `TETRIS_POSITIONS` says where it is set, as
/// `full/10-random-positions` does.
pub(crate) fn positions(everyday: usize) -> usize {
    match std::env::var("TETRIS_POSITIONS") {
        Ok(text) => text.parse().expect("TETRIS_POSITIONS is a number"),
        Err(_) => everyday,
    }
}
