//! The surface of a board: by how much each column is higher than the one to its left.

use tetris_core::{Board, MAX_WIDTH, Piece};

/// A step of as many rows counts 1: into a deeper gap only an I fits.
const SPAN: f32 = 4.0;

/// Writes the steps of a board, one fewer than it has columns.
pub(super) fn write_surface(board: &Board, out: &mut [f32]) {
    for (x, step) in out.iter_mut().enumerate() {
        *step = step_between(board.column_height(x), board.column_height(x + 1));
    }
}

fn step_between(left: usize, right: usize) -> f32 {
    (right as f32 - left as f32) / SPAN
}

/// The surface that any hard drop makes of one board.
///
/// A drop that clears nothing changes the steps beside the columns of the piece alone.
pub(super) struct Surface<'a> {
    board: &'a Board,
    heights: [u8; MAX_WIDTH],
    steps: [f32; MAX_WIDTH],
}

impl<'a> Surface<'a> {
    pub(super) fn new(board: &'a Board) -> Self {
        let width = board.width();
        let mut heights = [0; MAX_WIDTH];
        for (x, height) in heights[..width].iter_mut().enumerate() {
            *height = board.column_height(x) as u8;
        }
        let mut steps = [0.0; MAX_WIDTH];
        write_surface(board, &mut steps[..width - 1]);
        Self {
            board,
            heights,
            steps,
        }
    }

    /// Writes the steps after `piece` was dropped by the legal `action`, which `clears` rows or none.
    pub(super) fn write_after(&self, piece: Piece, action: usize, clears: bool, out: &mut [f32]) {
        let width = self.board.width();
        let (rotation, first) = (action / width, action % width);
        let shape = piece.shape(piece.distinct_rotations()[rotation]);
        if clears {
            let mut after = self.board.clone();
            after.lock(shape, first, after.drop_row(shape, first));
            after.clear_full_rows();
            return write_surface(&after, out);
        }
        out.copy_from_slice(&self.steps[..width - 1]);
        let end = first + shape.width();
        let below = &self.heights[first..end];
        // As `Board::drop_row` has it, from the heights that are known already.
        let gaps = below.iter().zip(shape.bottoms());
        let row = gaps.fold(0, |row, (&height, bottom)| {
            row.max(height.saturating_sub(bottom))
        });
        let mut left = first.checked_sub(1).map(|x| self.heights[x]);
        let tops = shape.tops().into_iter().take(shape.width());
        let right = self.heights[..width].get(end).copied();
        for (x, height) in (first..).zip(tops.map(|top| row + top).chain(right)) {
            if let Some(left) = left {
                out[x - 1] = step_between(left.into(), height.into());
            }
            left = Some(height);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tetris_core::{Randomizer, RandomizerKind};

    #[test]
    fn what_a_drop_changes_is_what_it_leaves() {
        for width in [4, 5, 10, 32] {
            let mut pieces = Randomizer::new(RandomizerKind::Uniform, 3);
            let mut board = Board::new(width, 40).unwrap();
            let mut cleared = 0;
            for turn in 0..400 {
                let surface = Surface::new(&board);
                let piece = pieces.draw();
                let mut boards = Vec::new();
                for placement in board.hard_drops(piece, 40) {
                    let mut after = board.clone();
                    let shape = piece.shape(placement.rotation);
                    after.lock(shape, placement.column.into(), placement.row.into());
                    let clears = after.clear_full_rows() != 0;
                    cleared += usize::from(clears);
                    let mut expected = vec![0.0; width - 1];
                    write_surface(&after, &mut expected);
                    let mut found = vec![0.0; width - 1];
                    surface.write_after(piece, placement.action(width), clears, &mut found);
                    assert_eq!(found, expected, "{board:?} {piece} {placement:?}");
                    boards.push(after);
                }
                // Lower boards clear more often.
                let lowest = boards.iter().min_by_key(|board| board.pile_height());
                board = match lowest {
                    Some(lowest) if turn % 50 != 49 => lowest.clone(),
                    _ => Board::new(width, 40).unwrap(),
                };
            }
            assert!(cleared > 0, "width {width}");
        }
    }
}
