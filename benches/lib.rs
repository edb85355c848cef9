//! What several benches share: trainings, clients for a server, the obviously right, slow twins that the fast code is timed
//! against.

pub mod load;
pub mod peak;
mod ratio;
pub mod training;

pub use ratio::print_ratio;
