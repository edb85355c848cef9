//! Clients that put a server under load, good ones, stalled ones and hostile ones, and what they find out about it.
//!
//! They are programs' halves and not a library for others: `benches/examples/load.rs` is their command line, and
//! `dash-server/tests/full` and `benches/peers` have the scripts that run it.

mod good;
pub mod half_open;
pub mod malformed;
mod process;
pub mod report;
mod socket;
pub mod watch;

pub use good::{Served, serve_one};
pub use process::{Flat, Process};
pub use socket::{Socket, Target};

/// Whatever ends a measurement early.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;
