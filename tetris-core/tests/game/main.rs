//! The rules of the key-press game, and a naive twin that plays it too.

mod entry;
mod falling;
mod garbage;
mod naive;
mod pictures;
#[path = "../common/positions.rs"]
mod positions;
mod scoring;
mod spins;
mod state;
mod twin;

use tetris_core::{Board, Game, Gravity, Input, Locked, PieceSource, Rules};

/// Guideline rules with these pieces and no gravity.
fn still(pieces: &str) -> Rules {
    Rules {
        pieces: pieces.parse::<PieceSource>().expect("well-formed"),
        gravity: Gravity::None,
        ..Rules::guideline()
    }
}

fn on_board(rules: Rules, rows: &str) -> Game {
    let board = Board::from_rows(rows, rules.rows()).expect("a well-formed board");
    Game::with_board(rules, board, 0).expect("fine rules")
}

/// Presses keys, one letter each: l, r, d(own), c(lockwise), w (counter-clockwise), h(alf),
/// D(rop), H(old). Every one must do something. Returns what the last one locked.
fn press(game: &mut Game, keys: &str) -> Option<Locked> {
    let mut locked = None;
    for key in keys.chars() {
        let input = match key {
            'l' => Input::Left,
            'r' => Input::Right,
            'd' => Input::SoftDrop,
            'c' => Input::Clockwise,
            'w' => Input::CounterClockwise,
            'h' => Input::Half,
            'D' => Input::HardDrop,
            'H' => Input::Hold,
            other => panic!("no key {other:?}"),
        };
        let pressed = game.press(input).expect("the game goes on");
        assert!(pressed.acted, "{key:?} of {keys:?} did nothing");
        locked = pressed.locked;
    }
    locked
}
