//! What can follow a position of the placement game, as rows for a network.

use tetris_core::{Afterstate, Features, Piece, PlacementModel};

use super::Inputs;
use super::encoder::{Encoder, PIECES, mark_known, write_cells};
use super::surface::write_surface;
use crate::env::{AfterstateModel, Batch};

/// What can follow a position: see [`AfterstateModel`]. The chance outcomes are the seven pieces that can be drawn: with
/// a preview the drawn one is the last of it, without one it comes into play.
///
/// The features are those of [`Features`], shifted and scaled to about one each for positions of ordinary play, with
/// [`Inputs::Surface`] followed by the steps between neighbouring columns as parts of four rows, or with [`Inputs::Cells`]
/// the cells of the board; then, as one of seven each, the piece on hold and the pieces of the preview, the first to come
/// into play first.
#[derive(Debug, Clone)]
pub struct TetrisModel {
    encoder: Encoder,
    model: PlacementModel,
}

impl TetrisModel {
    pub(super) fn new(encoder: Encoder, model: PlacementModel) -> Self {
        Self { encoder, model }
    }
}

impl AfterstateModel for TetrisModel {
    type After = Afterstate;

    fn feature_len(&self) -> usize {
        self.encoder.row_len()
    }

    fn board(&self) -> Option<[usize; 2]> {
        self.encoder.config.bare_board()
    }

    fn feature_names(&self) -> Vec<String> {
        let config = &self.encoder.config;
        let hold = config.hold.then(|| "hold".to_owned());
        let places = hold
            .into_iter()
            .chain((1..=config.preview).map(|place| format!("next_{place}")));
        let known = places.flat_map(|place| Piece::ALL.map(|piece| format!("{place}_{piece}")));
        let board: Vec<String> = match config.inputs {
            Inputs::Features => Features::NAMES.map(str::to_owned).to_vec(),
            Inputs::Surface => {
                let steps = (1..config.width).map(|x| format!("step_{x}"));
                let features = Features::NAMES.map(str::to_owned);
                features.into_iter().chain(steps).collect()
            }
            Inputs::Cells => (0..config.height)
                .flat_map(|y| (0..config.width).map(move |x| format!("cell_{x}_{y}")))
                .collect(),
        };
        board.into_iter().chain(known).collect()
    }

    fn features(&self, after: &Afterstate, out: &mut [f32]) {
        assert_eq!(out.len(), self.feature_len(), "number of features");
        let (board, known) = out.split_at_mut(self.encoder.board_len());
        match self.encoder.config.inputs {
            Inputs::Features => {
                board.copy_from_slice(&self.encoder.scaled(&self.model.features(after)));
            }
            Inputs::Surface => {
                let (features, surface) = board.split_at_mut(Features::LEN);
                features.copy_from_slice(&self.encoder.scaled(&self.model.features(after)));
                write_surface(&after.board().unpack(), surface);
            }
            Inputs::Cells => write_cells(&after.board().unpack(), board),
        }
        known.fill(0.0);
        mark_known(after.held(), after.queue(), known);
    }

    fn outcome_count(&self) -> usize {
        PIECES
    }

    fn outcomes(&self, after: &Afterstate, out: &mut [f32]) {
        out.copy_from_slice(&self.model.outcomes(after));
    }

    fn successors(&self, after: &Afterstate, outcome: usize, out: &mut Batch) {
        let drawn = Piece::ALL[outcome];
        let (encoder, hand) = (&self.encoder, after.hand(drawn));
        let board = encoder.looks_at_board().then(|| after.board().unpack());
        let view = encoder.view(board.as_ref());
        encoder.push_all(&hand, &view, after.ceiling(), out, |out| {
            self.model
                .successors(after, drawn, &mut |action, lines, features| {
                    encoder.push(&hand, &view, action, lines, features, out);
                });
        });
    }

    /// Reads the stored board once for all pieces.
    fn expand(&self, after: &Afterstate, out: &mut Batch, branch: &mut impl FnMut(f32, &Batch)) {
        let (encoder, ceiling) = (&self.encoder, after.ceiling());
        let expanded = self.model.expand(after);
        let board = encoder.looks_at_board().then(|| after.board().unpack());
        let view = encoder.view(board.as_ref());
        for (drawn, chance) in Piece::ALL.into_iter().zip(self.model.outcomes(after)) {
            if chance > 0.0 {
                let hand = after.hand(drawn);
                encoder.push_all(&hand, &view, ceiling, out, |out| {
                    expanded.successors(drawn, &mut |action, lines, features| {
                        encoder.push(&hand, &view, action, lines, features, out);
                    });
                });
                branch(chance, out);
            }
        }
    }
}
