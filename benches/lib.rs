//! What several benches share: the obviously right, slow twins that the fast code is timed against.

pub mod peak;
mod ratio;
pub mod training;

pub use ratio::print_ratio;
