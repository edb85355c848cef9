//! The rules of the key-press game.

mod scoring;
