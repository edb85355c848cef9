//! What can follow a position of the placement game, as rows for a network.

use tetris_core::{Afterstate, Board, Features, Hand, Piece, PieceQueue, PlacementModel};

use super::{Inputs, TetrisConfig};
use crate::env::{AfterstateModel, Batch};

/// The seven pieces, of which one is.
pub(super) const PIECES: usize = Piece::ALL.len();

/// Number of floats that say which pieces are on hold and in the preview.
pub(super) fn known_len(config: &TetrisConfig) -> usize {
    PIECES * (usize::from(config.hold) + usize::from(config.preview))
}

/// Marks the piece on hold and those of the preview in a row of zeros.
pub(super) fn mark_known(held: Option<Piece>, queue: PieceQueue, out: &mut [f32]) {
    let known = held.into_iter().chain(queue.iter());
    for (piece, one_of_seven) in known.zip(out.chunks_exact_mut(PIECES)) {
        one_of_seven[piece.index()] = 1.0;
    }
}

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

/// Turns what can follow a position into rows for a network.
#[derive(Debug, Clone)]
pub(super) struct Encoder {
    pub(super) config: TetrisConfig,
    /// `(feature - shift) * scale`, so that the network sees numbers of about the same size.
    shift: [f32; Features::LEN],
    scale: [f32; Features::LEN],
}

impl Encoder {
    /// Typical spans of the features on a board 10 wide; those that count cells grow with the width. An empty board has
    /// two row transitions in every row and one column transition in every column, which say nothing.
    pub(super) fn new(config: TetrisConfig) -> Self {
        let (width, height) = (f32::from(config.width), f32::from(config.height));
        let wide = width / 10.0;
        let spans = [
            10.0,
            8.0,
            20.0 * wide,
            20.0 * wide,
            5.0 * wide,
            20.0 * wide,
            20.0 * wide,
            5.0,
            5.0,
            5.0,
        ];
        let mut shift = [0.0; Features::LEN];
        shift[2] = 2.0 * height;
        shift[3] = width;
        Self {
            config,
            shift,
            scale: spans.map(|span| 1.0 / span),
        }
    }

    /// Numbers that tell of the board.
    fn board_len(&self) -> usize {
        match self.config.inputs {
            Inputs::Features => Features::LEN,
            Inputs::Surface => Features::LEN + usize::from(self.config.width) - 1,
            Inputs::Cells => usize::from(self.config.width) * usize::from(self.config.height),
        }
    }

    fn row_len(&self) -> usize {
        self.board_len() + known_len(&self.config)
    }

    #[inline]
    fn scaled(&self, features: &Features) -> [f32; Features::LEN] {
        let features = features.to_array();
        std::array::from_fn(|i| (features[i] - self.shift[i]) * self.scale[i])
    }

    /// Appends what an action leads to when it is taken with these pieces.
    #[inline]
    pub(super) fn push(
        &self,
        hand: &Hand,
        action: usize,
        lines: u32,
        features: &Features,
        out: &mut Batch,
    ) {
        let (reward, scaled) = (self.config.reward(lines), self.scaled(features));
        if out.feature_len() == Features::LEN {
            out.push_row(action, reward, &scaled);
            return;
        }
        let (board, known) = out.push(action, reward).split_at_mut(self.board_len());
        board[..Features::LEN].copy_from_slice(&scaled);
        let swapped = action >= 4 * usize::from(self.config.width);
        mark_known(hand.held_after(swapped), hand.queue, known);
    }
}

impl Encoder {
    /// Whether what the network sees is not all in the features.
    pub(super) fn looks_at_board(&self) -> bool {
        self.config.inputs != Inputs::Features
    }

    /// Appends what every action leads to when it is taken on `board`, which is `None` unless it is
    /// [looked at](Self::looks_at_board). `push` pushes the features of every action in their order.
    #[inline]
    pub(super) fn push_all(
        &self,
        hand: &Hand,
        board: Option<&Board>,
        ceiling: usize,
        out: &mut Batch,
        push: impl FnOnce(&mut Batch),
    ) {
        match board {
            Some(board) if self.config.inputs == Inputs::Cells => {
                self.push_cells(hand, board, ceiling, out);
            }
            Some(board) => {
                let first = out.len();
                push(out);
                self.add_surfaces(hand, board, ceiling, first, out);
            }
            None => push(out),
        }
    }

    /// Appends the board that every action leads to, cell by cell.
    fn push_cells(&self, hand: &Hand, board: &Board, ceiling: usize, out: &mut Batch) {
        each_after(hand, board, ceiling, &mut |action, lines, after| {
            let row = out.push(action, self.config.reward(lines));
            let (cells, known) = row.split_at_mut(self.board_len());
            write_cells(after, cells);
            let swapped = action >= 4 * board.width();
            mark_known(hand.held_after(swapped), hand.queue, known);
        });
    }

    /// Writes the surface that every action leads to behind the features, from row `first` of the batch on.
    fn add_surfaces(
        &self,
        hand: &Hand,
        board: &Board,
        ceiling: usize,
        first: usize,
        out: &mut Batch,
    ) {
        let mut row = first;
        each_after(hand, board, ceiling, &mut |action, _, after| {
            debug_assert_eq!(out.actions()[row] as usize, action);
            write_surface(
                after,
                &mut out.row_mut(row)[Features::LEN..self.board_len()],
            );
            row += 1;
        });
    }
}

/// Every action with the lines it clears and the board it leads to, in the order of the actions.
fn each_after(
    hand: &Hand,
    board: &Board,
    ceiling: usize,
    each: &mut impl FnMut(usize, u32, &Board),
) {
    let width = board.width();
    let choices = [(0, Some(hand.current)), (4 * width, hand.swap())];
    for (first, piece) in choices {
        let Some(piece) = piece else { continue };
        for placement in board.hard_drops(piece, ceiling) {
            let mut after = board.clone();
            let (x, y) = (placement.column.into(), placement.row.into());
            after.lock(piece.shape(placement.rotation), x, y);
            let lines = after.clear_full_rows().count_ones();
            each(first + placement.action(width), lines, &after);
        }
    }
}

/// A step of four rows is where only an I fits.
fn write_surface(board: &Board, out: &mut [f32]) {
    let height = |column: &u64| (u64::BITS - column.leading_zeros()) as f32;
    for (step, pair) in out.iter_mut().zip(board.columns().windows(2)) {
        *step = (height(&pair[1]) - height(&pair[0])) / 4.0;
    }
}

fn write_cells(board: &Board, out: &mut [f32]) {
    for (y, row) in out.chunks_exact_mut(board.width()).enumerate() {
        for (cell, column) in row.iter_mut().zip(board.columns()) {
            *cell = (column >> y & 1) as f32;
        }
    }
}

impl AfterstateModel for TetrisModel {
    type After = Afterstate;

    fn feature_len(&self) -> usize {
        self.encoder.row_len()
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
        encoder.push_all(&hand, board.as_ref(), after.ceiling(), out, |out| {
            self.model
                .successors(after, drawn, &mut |action, lines, features| {
                    encoder.push(&hand, action, lines, features, out);
                });
        });
    }

    /// Reads the stored board once for all pieces.
    fn expand(&self, after: &Afterstate, out: &mut Batch, branch: &mut impl FnMut(f32, &Batch)) {
        let (encoder, ceiling) = (&self.encoder, after.ceiling());
        let expanded = self.model.expand(after);
        let board = encoder.looks_at_board().then(|| after.board().unpack());
        for (drawn, chance) in Piece::ALL.into_iter().zip(self.model.outcomes(after)) {
            if chance > 0.0 {
                let hand = after.hand(drawn);
                encoder.push_all(&hand, board.as_ref(), ceiling, out, |out| {
                    expanded.successors(drawn, &mut |action, lines, features| {
                        encoder.push(&hand, action, lines, features, out);
                    });
                });
                branch(chance, out);
            }
        }
    }
}
