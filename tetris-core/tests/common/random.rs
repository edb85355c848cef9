//! Random numbers for the tests, the same on every machine.

use tetris_core::{Randomizer, RandomizerKind};

/// Small random numbers out of the pieces of the crate: seven to the sixth power a draw.
pub(crate) struct Random(Randomizer);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(Randomizer::new(RandomizerKind::Uniform, seed))
    }

    pub(crate) fn below(&mut self, range: usize) -> usize {
        (0..6).fold(0, |number, _| number * 7 + self.0.draw().index()) % range
    }
}
