//! What an environment must show of itself to be watched.

mod keys;
mod text;

use rl_agent::env::Environment;
use rl_agent::tetris::{Inputs, Tetris};
use tetris_core::{Features, Piece};

use crate::protocol::Frame;

/// An environment that can be watched: as a board of cells, or in words.
///
/// An empty `impl BoardView for MyEnvironment {}` is enough to begin with: it shows measures and observation.
pub trait BoardView: Environment {
    /// Fills in what is to be seen now: `width`, `height`, `cells`, `piece`, `next`, `hold`, `lines`, `pieces` and `score`
    /// of a board, or `text`. The other fields are the observer's.
    fn draw(&self, frame: &mut Frame) {
        frame.text = text::view(self);
    }

    /// Appends the cells, as indices into `cells`, that `action` is about to fill.
    fn fills(&self, _action: usize, _cells: &mut Vec<u16>) {}

    /// The number of a move, by which its game can be kept and shown again: where it stands in the list of all straight
    /// drops on an empty board of this width, piece after piece (I O T S Z J L), each with its distinct rotations in turn
    /// and in each of them the columns from the left. `None` if the action is no such move; its game is then not kept.
    fn drop_number(&self, _action: usize) -> Option<u16> {
        None
    }

    /// What an action is called, where it does not put a piece down for good but presses a key; `None` for placements.
    fn action_name(&self, _action: usize) -> Option<&'static str> {
        None
    }

    /// Names of the features by which an agent values what an action leads to, as many of the first as are worth showing;
    /// empty if there are none.
    fn feature_names(&self) -> Vec<String> {
        Vec::new()
    }

    /// What else the agent sees of it, in words that follow "the network sees"; empty if that is all.
    fn unlisted_features(&self) -> String {
        String::new()
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
        frame.hold = game.hand().held.map_or(0, Piece::cell);
        frame.next.clear();
        if game.is_over() {
            frame.piece = 0;
        } else {
            frame.piece = game.current_piece().cell();
            let queue = game.hand().queue;
            match queue.is_empty() {
                true => frame.next.push(game.next_piece().cell()),
                false => frame.next.extend(queue.iter().map(Piece::cell)),
            }
        }
        (frame.lines, frame.pieces, frame.score) = (game.lines(), game.pieces(), game.score());
    }

    fn fills(&self, action: usize, cells: &mut Vec<u16>) {
        let game = self.game();
        let (width, height) = (game.board().width(), game.ceiling());
        let (Ok(piece), Ok(placement)) = (game.piece(action), game.placement(action)) else {
            return;
        };
        // The largest board has 2048 cells.
        let indices = placement
            .cells(piece)
            .map(|(x, y)| ((height - 1 - y) * width + x) as u16);
        cells.extend(indices);
    }

    fn drop_number(&self, action: usize) -> Option<u16> {
        let game = self.game();
        let (width, piece) = (game.board().width(), game.piece(action).ok()?);
        // With hold, the actions from `4 * width` on drop the piece on hold.
        let (index, column) = (action % (4 * width) / width, action % width);
        if index >= piece.distinct_rotations().len() {
            return None;
        }
        let (orientations, widths) = BEFORE[piece.index()][index];
        Some((orientations * (width + 1) - widths + column) as u16)
    }

    fn feature_names(&self) -> Vec<String> {
        let config = self.config();
        let features = Features::NAMES.into_iter().map(str::to_owned);
        match config.inputs {
            Inputs::Features => features.collect(),
            Inputs::Surface => {
                let steps = (1..config.width).map(|x| format!("step_{x}"));
                features.chain(steps).collect()
            }
            // The board shows them.
            Inputs::Cells => Vec::new(),
        }
    }

    fn unlisted_features(&self) -> String {
        let config = self.config();
        let mut unlisted = Vec::new();
        if config.inputs == Inputs::Cells {
            let cells = config.width * config.height;
            unlisted.push(format!("the {cells} cells of the board"));
        }
        // Which pieces are known is the same for nearly every placement.
        if config.hold {
            unlisted.push("the piece on hold".to_owned());
        }
        match config.preview {
            0 => {}
            1 => unlisted.push("the next piece".to_owned()),
            pieces => unlisted.push(format!("the next {pieces} pieces")),
        }
        unlisted.join(" and ")
    }
}

/// The orientations before one of a piece, in the order of numbers, and their widths added up: this is asked for at every
/// step.
static BEFORE: [[(usize, usize); 4]; 7] = {
    let mut before = [[(0, 0); 4]; 7];
    let (mut orientations, mut widths) = (0, 0);
    let mut i = 0;
    while i < 7 {
        let rotations = Piece::ALL[i].distinct_rotations();
        let mut turn = 0;
        while turn < rotations.len() {
            before[i][turn] = (orientations, widths);
            orientations += 1;
            widths += Piece::ALL[i].shape(rotations[turn]).width();
            turn += 1;
        }
        i += 1;
    }
    before
};

/// Straight drops of a piece on an empty board.
fn drops(piece: Piece, width: usize) -> usize {
    let rotations = piece.distinct_rotations().iter();
    rotations
        .map(|&rotation| width + 1 - piece.shape(rotation).width())
        .sum()
}

/// Straight drops of all pieces on an empty board: the numbers of moves stay below this.
pub(crate) fn drop_count(width: usize) -> usize {
    let all = Piece::ALL.iter();
    all.map(|&piece| drops(piece, width)).sum()
}

/// A full cell of which nobody knows the piece.
const GARBAGE: u8 = tetris_core::GARBAGE;

/// The piece that a move of this number drops.
pub(crate) fn dropped_piece(number: u16, width: usize) -> Option<Piece> {
    let mut left = usize::from(number);
    Piece::ALL.into_iter().find(|&piece| {
        let own = drops(piece, width);
        let found = left < own;
        left = left.saturating_sub(own);
        found
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use rl_agent::env::{AfterstateEnvironment, AfterstateModel};
    use rl_agent::tetris::{Scenario, TetrisConfig};

    #[test]
    fn moves_are_numbered_in_the_order_of_the_drops() {
        for width in [4, 10, 14, 15, 32] {
            let config = TetrisConfig {
                width,
                ..TetrisConfig::default()
            };
            let mut env = Tetris::new(config).unwrap();
            let mut seen = [false; 7];
            for seed in 0.. {
                env.reset(seed, &Scenario::default()).unwrap();
                let piece = env.game().current_piece();
                if std::mem::replace(&mut seen[piece.index()], true) {
                    if seen == [true; 7] {
                        break;
                    }
                    continue;
                }
                let earlier = Piece::ALL[..piece.index()].iter();
                let before: usize = earlier
                    .map(|&other| env.game().board().hard_drops(other, 20).count())
                    .sum();
                let mut legal = vec![false; env.action_count()];
                env.legal_actions(&mut legal);
                let actions = (0..legal.len()).filter(|&action| legal[action]);
                for (place, action) in actions.enumerate() {
                    let number = env.drop_number(action).map(usize::from);
                    assert_eq!(number, Some(before + place), "{piece} at {action}");
                    let number = (before + place) as u16;
                    assert_eq!(dropped_piece(number, width.into()), Some(piece));
                }
                assert_eq!(env.drop_number(env.action_count()), None);
            }
        }
        assert_eq!(
            (drop_count(10), drop_count(14), drop_count(15)),
            (162, 238, 257)
        );
    }

    #[test]
    fn a_move_with_the_piece_on_hold_is_that_pieces_drop() {
        let config = TetrisConfig {
            hold: true,
            preview: 3,
            ..TetrisConfig::default()
        };
        let mut env = Tetris::new(config).unwrap();
        let swaps = |seed: &u64| {
            env.reset(*seed, &Scenario::default()).unwrap();
            env.game().hand().swap().is_some()
        };
        (0..9).find(swaps).unwrap();
        let (mut legal, mut cells, mut frame) = (vec![false; 80], Vec::new(), Frame::blank());
        env.legal_actions(&mut legal);
        for action in (40..80).filter(|&action| legal[action]) {
            let number = env.drop_number(action).unwrap();
            assert_eq!(dropped_piece(number, 10), env.game().hand().held);
            cells.clear();
            env.fills(action, &mut cells);
            assert_eq!(cells.len(), 4);
        }
        env.draw(&mut frame);
        let hand = env.game().hand();
        let queue: Vec<u8> = hand.queue.iter().map(Piece::cell).collect();
        assert_eq!(frame.next.as_ref(), queue);
        assert_eq!(Some(frame.hold), hand.held.map(Piece::cell));
    }

    #[test]
    fn features_have_the_names_that_the_network_has_for_them_and_the_others_are_told_of() {
        let tetris = |inputs, hold, preview| {
            let config = TetrisConfig {
                inputs,
                hold,
                preview,
                ..TetrisConfig::default()
            };
            Tetris::new(config).unwrap()
        };
        for (inputs, named) in [
            (Inputs::Features, 10),
            (Inputs::Surface, 19),
            (Inputs::Cells, 0),
        ] {
            let env = tetris(inputs, false, 0);
            let names = env.feature_names();
            assert_eq!(names, env.model().feature_names()[..named]);
        }
        let unlisted = |inputs, hold, preview| tetris(inputs, hold, preview).unlisted_features();
        assert_eq!(unlisted(Inputs::Surface, false, 0), "");
        assert_eq!(
            unlisted(Inputs::Features, true, 3),
            "the piece on hold and the next 3 pieces"
        );
        assert_eq!(
            unlisted(Inputs::Cells, false, 1),
            "the 200 cells of the board and the next piece"
        );
    }

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
        let (mut frame, mut bare) = (Frame::blank(), Frame::blank());
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
