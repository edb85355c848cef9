//! A naive player: it tries every hard drop on a copy of a board of bools and judges the copy cell by cell.

use tetris_core::{Features, Piece, Shape};

use crate::twin::{Twin, cells};

/// Calls `found(action, features)` for every hard drop under the ceiling, in the order of the engine.
pub(crate) fn afterstates(
    board: &Twin,
    piece: Piece,
    ceiling: usize,
    found: &mut impl FnMut(usize, [f32; Features::LEN]),
) {
    let width = board.rows[0].len();
    for &rotation in piece.distinct_rotations() {
        let cells = cells(piece, rotation);
        let shape: &Shape = piece.shape(rotation);
        for x in 0..=width - shape.width() {
            let row = board.drop_row(&cells, x);
            if row + shape.height() > ceiling {
                continue;
            }
            let mut after = board.clone();
            after.lock(&cells, x, row);
            let full = after.clear();
            let own = cells.iter().filter(|cell| full.contains(&(row + cell.1)));
            let mut features = [0.0; Features::LEN];
            features[0] = row as f32 + shape.height() as f32 / 2.0;
            features[1] = (full.len() * own.count()) as f32;
            features[2..].copy_from_slice(&after.features());
            // The twin adds up fractions.
            features[9] = (features[9] * width as f32).round() / width as f32;
            found(rotation.index() * width + x, features);
        }
    }
}

/// The action with the greatest weighted sum, the first of equals.
pub(crate) fn choose(
    board: &Twin,
    piece: Piece,
    ceiling: usize,
    weights: &[f32; 9],
) -> Option<usize> {
    let mut best: Option<(usize, f32)> = None;
    afterstates(board, piece, ceiling, &mut |action, features| {
        let terms = features
            .iter()
            .zip(weights)
            .map(|(feature, weight)| feature * weight);
        let value = terms.sum();
        if best.is_none_or(|(_, most)| value > most) {
            best = Some((action, value));
        }
    });
    best.map(|(action, _)| action)
}
