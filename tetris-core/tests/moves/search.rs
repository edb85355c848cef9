//! Every reachable lock of every piece, and its spin.

use std::collections::BTreeMap;

use tetris_core::{
    Active, Board, Game, GameOver, Move, MoveRules, Piece, PlaceError, Placement, Rotation, Rules,
};

use crate::positions::positions;
use crate::random::Random;
use crate::situations;
use crate::twin::{Cells, Twin};

#[test]
fn moves_agree_with_the_twin() {
    let (mut spins, mut blocked, mut tucks, mut widths) = ([0; 3], 0, 0, [0; 33]);
    for round in 0..positions(2_450).div_ceil(7) {
        // One seed a board, so that a failure can be looked at alone.
        let mut random = Random::new(round as u64);
        let (board, rules) = (
            situations::board(&mut random),
            situations::rules(&mut random),
        );
        widths[board.width()] += 1;
        let twin = Twin::new(&board, rules);
        for piece in Piece::ALL {
            let start = situations::start(&mut random, &board, piece);
            let what = || format!("position {round}: {board:?} {start:?} {rules:?}");
            let expected = twin.locks(&twin.states(start));
            let mut found = BTreeMap::new();
            let mut last = None;
            rules.moves(&board, start, &mut |one: Move| {
                assert!(last < Some(one.placement), "out of order: {}", what());
                last = Some(one.placement);
                found.insert(cells(one, piece), one.spin);
            });
            assert_eq!(found, expected, "{}", what());
            assert_eq!(rules.count(&board, start), expected.len() as u64);
            assert_eq!(twin.fits(start), !expected.is_empty());

            blocked += usize::from(expected.is_empty());
            for spin in expected.values() {
                spins[spin.map_or(0, |spin| 1 + spin as usize)] += 1;
            }
            let drops = board.hard_drops(piece, board.height()).count();
            tucks += usize::from(expected.len() > drops);
        }
    }
    assert!(
        spins.iter().all(|&count| count > 0) && blocked > 0 && tucks > 0,
        "not tried: {spins:?} {blocked} {tucks}"
    );
    let tried = widths.iter().filter(|&&boards| boards > 0).count();
    assert!(tried > 20, "not enough widths: {widths:?}");
}

/// The cells of a move, in order.
pub(crate) fn cells(found: Move, piece: Piece) -> Cells {
    let cells = found.placement.cells(piece);
    let mut cells: Cells = cells.map(|(x, y)| (x as i32, y as i32)).collect();
    cells.sort_unstable();
    cells
}

/// What is out of reach has no keys.
#[test]
fn no_way_no_keys() {
    let board = Board::from_rows("XXXXXXXXXX/X........X/X........X", 24).expect("well-formed");
    let start = Active {
        piece: Piece::O,
        rotation: Rotation::North,
        x: 4,
        y: 19,
    };
    let rules = MoveRules::default();
    let mut any = None;
    rules.moves(&board, start, &mut |found| any = Some(found));
    let mut target = any.expect("on top");
    assert!(rules.inputs(&board, start, target).is_some());
    target.placement.row = 0;
    assert_eq!(rules.inputs(&board, start, target), None);
    let blocked = Active { y: 2, ..start };
    assert_eq!(rules.inputs(&board, blocked, target), None);
}

/// A game refuses what it has no move for, and stays as it is.
#[test]
fn a_place_out_of_reach_is_refused() {
    let lid = "XXXXXXXXX./X........X/X........X";
    let board = Board::from_rows(lid, 40).expect("well-formed");
    let rules = Rules {
        pieces: "O".parse().expect("well-formed"),
        ..Rules::guideline()
    };
    let mut game = Game::with_board(rules, board, 0).expect("fine rules");
    let before = game.clone();
    let placement = |rotation, column, row| Placement {
        rotation,
        column,
        row,
    };
    for refused in [
        placement(Rotation::North, 4, 0),
        placement(Rotation::North, 4, 9),
        placement(Rotation::North, 9, 3),
        placement(Rotation::East, 4, 3),
        placement(Rotation::North, 200, 200),
    ] {
        let piece = Piece::O;
        let placement = refused;
        let error = game.place(refused).expect_err("out of reach");
        assert_eq!(error, PlaceError::OutOfReach { piece, placement });
        assert!(error.to_string().contains("piece O"), "{error}");
        assert_eq!(game, before);
    }
    while game
        .place(placement(
            Rotation::North,
            4,
            game.board().column_height(4) as u8,
        ))
        .is_ok()
    {}
    let top_out = game.top_out().expect("piled up to the top");
    let error = game
        .place(placement(Rotation::North, 0, 3))
        .expect_err("it is over");
    assert_eq!(error, GameOver { top_out }.into());
}
