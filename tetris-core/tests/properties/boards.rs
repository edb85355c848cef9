//! Boards, and pieces on them.

use proptest::prelude::*;
use tetris_core::{Board, PackedBoard, Piece, Rotation, RotationSystem, Turn};

use crate::strategies::{boards, cells, pieces, rotation_rules};

proptest! {
    #[test]
    fn every_form_of_a_board_is_read_back(board in boards()) {
        let height = board.height();
        prop_assert_eq!(Board::from_rows(&board.to_string(), height), Ok(board.clone()));
        prop_assert_eq!(format!("{board:#}").parse(), Ok(board.clone()));
        prop_assert_eq!(PackedBoard::from(&board).unpack(), board.clone());
        let json = serde_json::to_string(&board).expect("writes");
        prop_assert_eq!(&serde_json::from_str::<Board>(&json).expect("reads"), &board);
        let bytes = rmp_serde::to_vec(&board).expect("writes");
        prop_assert_eq!(rmp_serde::from_slice::<Board>(&bytes).expect("reads"), board);
    }

    #[test]
    fn full_rows_and_nothing_else_are_taken_out(mut board in boards(), row in 0..64usize) {
        // Noise seldom fills a row.
        let row = row % board.height();
        (0..board.width()).for_each(|x| board.set(x, row, true));
        let (before, expected) = (cells(&board), board.full_rows());
        prop_assert!(expected >> row & 1 == 1);
        let full = board.clear_full_rows();
        prop_assert_eq!(full, expected);
        prop_assert_eq!(cells(&board), before - full.count_ones() * board.width() as u32);
        prop_assert_eq!(board.full_rows(), 0);
        prop_assert_eq!(board.clear_full_rows(), 0);
    }

    #[test]
    fn a_dropped_piece_fits_where_it_lands_and_no_lower(board in boards(), piece in pieces()) {
        for placement in board.hard_drops(piece, board.height()) {
            let shape = piece.shape(placement.rotation);
            let (x, y) = (usize::from(placement.column), usize::from(placement.row));
            prop_assert!(board.fits(shape, x, y));
            prop_assert!(y == 0 || !board.fits(shape, x, y - 1));
            let mut after = board.clone();
            after.lock(shape, x, y);
            prop_assert_eq!(cells(&after), cells(&board) + 4);
            prop_assert!(placement.cells(piece).all(|(x, y)| after.get(x, y)));
        }
    }

    /// In the open, turns are of a group: four quarters, two halves, and a quarter and its
    /// opposite lead back.
    #[test]
    fn turns_in_the_open_lead_back(piece in pieces(), rules in rotation_rules()) {
        let turn = |(rotation, x, y): (Rotation, i8, i8), turn| {
            let to = rotation.turned(turn);
            match rules.kicks(piece, rotation, to).first() {
                Some(&(dx, dy)) => (to, x + dx, y + dy),
                None => (rotation, x, y),
            }
        };
        for start in Rotation::ALL.map(|rotation| (rotation, 0, 0)) {
            let there = turn(start, Turn::Clockwise);
            prop_assert_eq!(turn(there, Turn::CounterClockwise), start);
            let four = (0..4).fold(start, |at, _| turn(at, Turn::Clockwise));
            prop_assert_eq!(four, start);
            let two = (0..2).fold(start, |at, _| turn(at, Turn::Half));
            prop_assert_eq!(two, start);
            let half = turn(start, Turn::Half);
            if half != start {
                let quarters = (0..2).fold(start, |at, _| turn(at, Turn::CounterClockwise));
                prop_assert_eq!(half, quarters);
            }
        }
    }

    /// A kick of the Super Rotation System, being a difference of two offsets, has its opposite
    /// in the turn back.
    #[test]
    fn kicks_of_a_turn_and_its_opposite_are_opposites(piece in pieces(), rules in rotation_rules()) {
        prop_assume!(rules.system != RotationSystem::SrsPlus || piece != Piece::I);
        for from in Rotation::ALL {
            let to = from.turned(Turn::Clockwise);
            let there = rules.kicks(piece, from, to);
            let back: Vec<_> = rules.kicks(piece, to, from).iter().map(|&(x, y)| (-x, -y)).collect();
            prop_assert_eq!(there, back);
        }
    }
}
