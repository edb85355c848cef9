//! What several benches share: the obviously right, slow twins that the fast code is timed against.

pub mod peak;
pub mod training;
