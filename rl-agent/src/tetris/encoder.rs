//! Turns what can follow a position into rows for a network.

use tetris_core::{Board, Features, Hand, Piece, PieceQueue};

use super::surface::Surface;
use super::{Inputs, TetrisConfig};
use crate::env::Batch;

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
    pub(super) fn board_len(&self) -> usize {
        match self.config.inputs {
            Inputs::Features => Features::LEN,
            Inputs::Surface => Features::LEN + usize::from(self.config.width) - 1,
            Inputs::Cells => usize::from(self.config.width) * usize::from(self.config.height),
        }
    }

    pub(super) fn row_len(&self) -> usize {
        self.board_len() + known_len(&self.config)
    }

    #[inline]
    pub(super) fn scaled(&self, features: &Features) -> [f32; Features::LEN] {
        let features = features.to_array();
        std::array::from_fn(|i| (features[i] - self.shift[i]) * self.scale[i])
    }

    /// Whether what the network sees is not all in the features.
    pub(super) fn looks_at_board(&self) -> bool {
        self.config.inputs != Inputs::Features
    }

    /// What to see of the actions on `board`, which may be `None` unless it is [looked at](Self::looks_at_board).
    pub(super) fn view<'a>(&self, board: Option<&'a Board>) -> View<'a> {
        match (self.config.inputs, board) {
            (Inputs::Surface, Some(board)) => View::Surface(Surface::new(board)),
            (Inputs::Cells, Some(board)) => View::Cells(board),
            _ => View::Features,
        }
    }

    /// Appends what every action leads to when it is taken with these pieces. `push` calls [`push`](Self::push) with the
    /// features of every action in their order.
    #[inline]
    pub(super) fn push_all(
        &self,
        hand: &Hand,
        view: &View,
        ceiling: usize,
        out: &mut Batch,
        push: impl FnOnce(&mut Batch),
    ) {
        match view {
            View::Cells(board) => self.push_cells(hand, board, ceiling, out),
            View::Features | View::Surface(_) => push(out),
        }
    }

    /// Appends what an action leads to when it is taken with these pieces.
    #[inline(always)]
    pub(super) fn push(
        &self,
        hand: &Hand,
        view: &View,
        action: usize,
        lines: u32,
        features: &Features,
        out: &mut Batch,
    ) {
        let (reward, scaled) = (self.config.reward(lines), self.scaled(features));
        if out.feature_len() == Features::LEN {
            out.push_row(action, reward, &scaled);
        } else {
            let row = out.push(action, reward);
            row[..Features::LEN].copy_from_slice(&scaled);
            self.write_rest(hand, view, action, lines, &mut row[Features::LEN..]);
        }
    }

    /// Writes what stands behind the features.
    fn write_rest(&self, hand: &Hand, view: &View, action: usize, lines: u32, out: &mut [f32]) {
        let first_swap = 4 * usize::from(self.config.width);
        let swapped = action >= first_swap;
        let (board, known) = out.split_at_mut(self.board_len() - Features::LEN);
        if let View::Surface(surface) = view {
            let (piece, action) = match hand.swap() {
                Some(piece) if swapped => (piece, action - first_swap),
                _ => (hand.current, action),
            };
            surface.write_after(piece, action, lines > 0, board);
        }
        mark_known(hand.held_after(swapped), hand.queue, known);
    }

    /// Appends the board that every action leads to, cell by cell.
    fn push_cells(&self, hand: &Hand, board: &Board, ceiling: usize, out: &mut Batch) {
        let first_swap = 4 * board.width();
        for (first, piece) in [(0, Some(hand.current)), (first_swap, hand.swap())] {
            let Some(piece) = piece else { continue };
            for placement in board.hard_drops(piece, ceiling) {
                let mut after = board.clone();
                let (x, y) = (placement.column.into(), placement.row.into());
                after.lock(piece.shape(placement.rotation), x, y);
                let lines = after.clear_full_rows().count_ones();
                let action = first + placement.action(board.width());
                let row = out.push(action, self.config.reward(lines));
                let (cells, known) = row.split_at_mut(self.board_len());
                write_cells(&after, cells);
                mark_known(hand.held_after(action >= first_swap), hand.queue, known);
            }
        }
    }
}

pub(super) fn write_cells(board: &Board, out: &mut [f32]) {
    for (y, row) in out.chunks_exact_mut(board.width()).enumerate() {
        for (cell, column) in row.iter_mut().zip(board.columns()) {
            *cell = (column >> y & 1) as f32;
        }
    }
}

/// The board on which actions are taken, as far as rows show more of it than its features.
pub(super) enum View<'a> {
    /// Nothing more.
    Features,
    /// The steps between the columns.
    Surface(Surface<'a>),
    /// Every cell.
    Cells(&'a Board),
}
