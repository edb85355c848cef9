//! What an environment must show of itself to be watched.

use rl_agent::env::{AfterstateEnvironment, AfterstateModel, Environment};
use rl_agent::tetris::Tetris;

use crate::protocol::Frame;

/// An environment that can be drawn as a board of cells.
pub trait BoardView: Environment {
    /// Fills in what the board shows now: `width`, `height`, `cells`, `piece`, `next`, `lines`, `pieces` and `score`.
    /// The other fields are the observer's.
    fn draw(&self, frame: &mut Frame);

    /// Appends the cells, as indices into `cells`, that `action` is about to fill.
    fn fills(&self, action: usize, cells: &mut Vec<u16>);

    /// Names of the features by which an agent values what an action leads to; empty if there are none.
    fn feature_names(&self) -> Vec<String> {
        Vec::new()
    }
}

impl BoardView for Tetris {
    fn draw(&self, frame: &mut Frame) {
        let game = self.game();
        let (width, height) = (game.board().width(), game.ceiling());
        frame.width = width as u8;
        frame.height = height as u8;
        frame.cells.clear();
        for y in (0..height).rev() {
            match game.colours() {
                Some(colours) => frame.cells.extend((0..width).map(|x| colours.get(x, y))),
                None => frame
                    .cells
                    .extend((0..width).map(|x| if game.board().get(x, y) { GARBAGE } else { 0 })),
            }
        }
        frame.next.clear();
        if game.is_over() {
            frame.piece = 0;
        } else {
            frame.piece = game.current_piece().cell();
            frame.next.push(game.next_piece().cell());
        }
        (frame.lines, frame.pieces, frame.score) = (game.lines(), game.pieces(), game.score());
    }

    fn fills(&self, action: usize, cells: &mut Vec<u16>) {
        let game = self.game();
        let (width, height) = (game.board().width(), game.ceiling());
        let Ok(placement) = game.placement(action) else {
            return;
        };
        // The largest board has 2048 cells.
        let indices = placement
            .cells(game.current_piece())
            .map(|(x, y)| ((height - 1 - y) * width + x) as u16);
        cells.extend(indices);
    }

    fn feature_names(&self) -> Vec<String> {
        self.model().feature_names()
    }
}

/// A full cell of which nobody knows the piece.
const GARBAGE: u8 = tetris_core::GARBAGE;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observer::blank_frame;
    use rl_agent::tetris::{Scenario, TetrisConfig};

    #[test]
    fn a_frame_shows_the_playable_board_and_the_piece_just_placed() {
        let config = TetrisConfig {
            width: 10,
            height: 20,
            ..TetrisConfig::default()
        };
        let (mut coloured, mut plain) = (
            Tetris::new(config).unwrap(),
            Tetris::without_colours(config).unwrap(),
        );
        let scenario = Scenario {
            ceiling: Some(12),
            ..Scenario::default()
        };
        coloured.reset(3, &scenario).unwrap();
        plain.reset(3, &scenario).unwrap();
        let mut legal = vec![false; coloured.action_count()];
        let (mut frame, mut bare) = (blank_frame(), blank_frame());
        for step in 0..1000 {
            coloured.legal_actions(&mut legal);
            let choices: Vec<usize> = (0..legal.len()).filter(|&action| legal[action]).collect();
            let Some(&action) = choices.get(step * 7 % choices.len().max(1)) else {
                break;
            };
            let piece = coloured.game().current_piece().cell();
            let lines = coloured.game().lines();
            let mut placed = Vec::new();
            coloured.fills(action, &mut placed);
            assert_eq!(placed.len(), 4);
            coloured.step(action).unwrap();
            plain.step(action).unwrap();
            coloured.draw(&mut frame);
            plain.draw(&mut bare);
            assert_eq!(
                (frame.width, frame.height, frame.cells.len()),
                (10, 12, 120)
            );
            for (index, (&cell, &full)) in frame.cells.iter().zip(bare.cells.iter()).enumerate() {
                let (x, y) = (index % 10, 11 - index / 10);
                assert_eq!(
                    cell != 0,
                    coloured.game().board().get(x, y),
                    "step {step}, column {x}, row {y}"
                );
                assert_eq!(full, if cell == 0 { 0 } else { GARBAGE });
            }
            if frame.lines == lines {
                assert!(
                    placed
                        .iter()
                        .all(|&index| frame.cells[usize::from(index)] == piece)
                );
            }
            assert_eq!(frame.pieces, step as u64 + 1);
        }
        assert!(coloured.game().is_over(), "careless play ends");
        assert_eq!((frame.piece, frame.next.len()), (0, 0));
    }
}
