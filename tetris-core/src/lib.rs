//! A pure Tetris engine.
