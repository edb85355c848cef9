#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod archive;
mod assets;
mod bell;
pub mod board;
pub mod config;
pub mod dashboard;
mod decision;
pub mod feed;
mod games;
mod grid;
pub mod history;
mod hub;
pub mod isolation;
pub mod launch;
mod limits;
mod live;
pub mod observer;
mod outbox;
mod patience;
mod play;
pub mod protocol;
mod routes;
pub mod run;
mod security;
pub mod server;
pub mod session;
mod ws;

pub use limits::Limits;
pub use security::Access;
