//! `tetris-dash`: trains, serves the page and evaluates.
#![forbid(unsafe_code)]

fn main() {}
