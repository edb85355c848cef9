//! What holds for every board, game, replay and stream of pieces. A case that fails is made
//! smaller and printed. Every run tries the same cases.

mod boards;
mod games;
mod pieces;
mod replays;
mod strategies;
