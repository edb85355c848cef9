//! Counting positions, to check a move generator against others.

use crate::board::Board;
use crate::game::Active;
use crate::moves::MoveRules;
use crate::piece::{Piece, Rotation};

/// How many ways there are to place the pieces of a queue one after the other: the leaves of the
/// tree of all [moves](MoveRules::moves).
///
/// Every piece starts facing north with its pivot at `entry` (column, row); where it does not
/// fit there are no ways on. Full rows are taken out after each piece. No rule ends the game.
/// The last pieces are counted, not placed.
///
/// ```
/// use tetris_core::{Board, MoveRules, Piece, perft};
///
/// let board = Board::new(10, 48)?;
/// let queue = [Piece::I, Piece::O, Piece::L];
/// assert_eq!(perft(&board, &queue, MoveRules::default(), (4, 19)), 5_266);
/// # Ok::<(), tetris_core::BoardSizeError>(())
/// ```
#[must_use]
pub fn perft(board: &Board, queue: &[Piece], rules: MoveRules, entry: (i8, i8)) -> u64 {
    let (&piece, rest) = match queue {
        [] => return 1,
        [piece, rest @ ..] => (piece, rest),
    };
    let start = Active {
        piece,
        rotation: Rotation::North,
        x: entry.0,
        y: entry.1,
    };
    if rest.is_empty() {
        return rules.count(board, start);
    }
    let mut leaves = 0;
    rules.moves(board, start, &mut |found| {
        let placement = found.placement;
        let shape = piece.shape(placement.rotation);
        let mut after = board.clone();
        after.lock(shape, placement.column.into(), placement.row.into());
        after.clear_full_rows();
        leaves += perft(&after, rest, rules, entry);
    });
    leaves
}
