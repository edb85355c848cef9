//! The code for low piles against the code for any board.

use super::*;
use crate::board::Board;
use crate::game::Active;
use crate::moves::Reach;
use crate::moves::low_columns::{AIR, LONG_PILE};
use crate::pieces::{Randomizer, RandomizerKind};

/// Both sets of vectors against the code for any board, on piles of every height.
#[test]
fn the_same_as_on_any_board() {
    if !simd::has_vectors() {
        return;
    }
    let mut random = Randomizer::new(RandomizerKind::Uniform, 4);
    let mut below =
        |range: usize| (0..4).fold(0, |number, _| number * 7 + random.draw().index()) % range;
    let mut short = 0;
    for _ in 0..2_000 {
        let mut board = Board::new(WIDTH, 40).expect("a possible size");
        let density = 1 + below(9);
        for y in 0..below(LONG_PILE as usize + 1) {
            for x in 0..WIDTH {
                board.set(x, y, below(10) < density);
            }
        }
        let piece = Piece::ALL[below(7)];
        let (x, y) = (2 + below(6) as i8, board.pile_height() as i8 + AIR as i8);
        let low = LowColumns::new(&board, piece, (x, y)).expect("a low pile");
        short += usize::from(low.is_short());
        assert_eq!(low.to_board(40), board);
        let start = Active {
            piece,
            rotation: Rotation::North,
            x,
            y,
        };
        let reach = Reach::new(&board, &start, RULES);
        for level in simd::vector_levels() {
            let mut places = Pivots::NONE;
            let find = Find {
                low: &low,
                piece,
                places: Some(&mut places),
            };
            let count = simd::run_in_vectors_at(level, find);
            let each = places.0[..piece.distinct_rotations().len()]
                .iter()
                .flatten();
            assert_eq!(count, Some(each.map(|rows| rows.count_ones()).sum()));
            places.each(piece, |rotation, x, y| {
                let first = reach.grounded(rotation, x) >> y & 1 == 1;
                let (left, low) = piece.corner(rotation);
                let other = Rotation::ALL[(rotation.index() + 2) % 4];
                let (other_left, other_low) = piece.corner(other);
                let x = (x as i8 + left - other_left) as usize;
                let y = (y as i8 + low - other_low) as u32;
                let second =
                    piece.distinct_rotations().len() == 2 && reach.grounded(other, x) >> y & 1 == 1;
                assert!(first || second, "{board:?} {piece} {rotation:?}");
            });
            let expected = crate::MoveRules::default().count_anywhere(&board, start);
            assert_eq!(count.map(u64::from), Some(expected));
            if piece == Piece::T {
                let found = simd::run_in_vectors_at(level, FindSpins(&low));
                let [_, turned, far] = found.expect("there are vectors");
                for rotation in Rotation::ALL {
                    for x in 0..WIDTH {
                        let grounded = reach.grounded(rotation, x);
                        for y in (0..32).filter(|y| grounded >> y & 1 == 1) {
                            let has = |all: &[crate::moves::reach::Pivots; 4]| {
                                all[rotation.index()][x] >> y & 1 == 1
                            };
                            assert_eq!(turned.has(rotation, x, y), has(&reach.turned));
                            assert_eq!(far.has(rotation, x, y), has(&reach.far));
                        }
                    }
                }
            }
        }
    }
    assert!((100..1_900).contains(&short), "{short}");
}
