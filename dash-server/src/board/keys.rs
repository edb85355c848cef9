//! The game with keys as it is watched.

use rl_agent::tetris::KeyTetris;
use tetris_core::{Active, Game, Input};

use super::{BoardView, GARBAGE};
use crate::protocol::Frame;

/// What the keys are called, by their numbers.
const NAMES: [&str; Input::COUNT] = [
    "left",
    "right",
    "down",
    "turn ↻",
    "turn ↺",
    "half turn",
    "drop",
    "hold",
];

/// The piece after a key: where it would come to rest for a drop, else where it would be.
fn after(game: &Game, action: usize) -> Option<Active> {
    let key = *Input::ALL.get(action)?;
    if key == Input::HardDrop {
        return game.ghost();
    }
    let mut game = game.clone();
    let _ = game.press(key).ok()?;
    game.active()
}

/// The rows above the skyline are shown too: there the piece turns and slides.
impl BoardView for KeyTetris {
    fn draw(&self, frame: &mut Frame) {
        let game = self.game();
        let board = game.board();
        let active = game.active();
        let piece: Vec<(usize, usize)> = active.iter().flat_map(Active::cells).collect();
        let (width, height) = (board.width(), board.height());
        frame.set_board(width as u8, height as u8, |x, from_top| {
            let y = height - 1 - from_top;
            match (active, game.colours()) {
                (Some(active), _) if piece.contains(&(x, y)) => active.piece.cell(),
                (_, Some(colours)) => colours.get(x, y),
                (_, None) => GARBAGE * u8::from(board.get(x, y)),
            }
        });
        frame.piece = active.map_or(0, |active| active.piece.cell());
        frame.next.clear();
        frame.hold = 0;
        frame.lines = game.lines().into();
        frame.pieces = game.pieces().into();
        frame.score = game.score();
    }

    fn fills(&self, action: usize, cells: &mut Vec<u16>) {
        let (width, height) = (self.game().board().width(), self.game().board().height());
        let filled = after(self.game(), action).into_iter();
        cells.extend(
            filled
                .flat_map(|active| active.cells())
                .map(|(x, y)| ((height - 1 - y) * width + x) as u16),
        );
    }

    fn action_name(&self, action: usize) -> Option<&'static str> {
        NAMES.get(action).copied()
    }
}
