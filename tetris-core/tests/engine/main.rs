//! The engine against a naive twin, and the rules of its environment.

mod board;
mod env;
mod hold;
mod twin;
