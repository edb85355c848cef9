//! Counting positions, to check a move generator against others.

use crate::board::Board;
use crate::game::Active;
use crate::moves::{LowColumns, MoveRules, SpinRule, low_reach, placement};
use crate::pieces::{Piece, Rotation};

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
    if rules.rotation == low_reach::RULES
        && let Some(low) = LowColumns::new(board, piece, entry)
    {
        return low_perft(&low, board.height(), piece, rest, rules, entry);
    }
    // Spins make no difference here.
    let rules = MoveRules {
        spins: SpinRule::Off,
        ..rules
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

/// The same from a board with a low pile on.
fn low_perft(
    low: &LowColumns,
    height: usize,
    piece: Piece,
    rest: &[Piece],
    rules: MoveRules,
    entry: (i8, i8),
) -> u64 {
    let Some((&next, last)) = rest.split_first() else {
        return low_reach::count(low, piece).into();
    };
    let places = low_reach::find(low, piece);
    if last.is_empty() && low.stays_under(next, entry, height) {
        return low_reach::leaves(low, piece, &places, next);
    }
    let mut leaves = 0;
    places.each(piece, |rotation, x, y| {
        let after = low.after(piece, placement(piece, rotation, x, y));
        leaves += if after.is_under(next, entry, height) {
            low_perft(&after, height, next, last, rules, entry)
        } else {
            perft(&after.to_board(height), rest, rules, entry)
        };
    });
    leaves
}
