//! The fewest keys to every place: as few as the twin finds, and a game obeys them.

use tetris_core::{Board, Game, Gravity, LockDelay, Move, MoveRules, Piece, Rules, TopOutRules};

use crate::positions::positions;
use crate::random::Random;
use crate::search::cells;
use crate::situations;
use crate::twin::Twin;

/// A game in which nothing happens by itself and no lock is lost.
fn still(rules: MoveRules, board: &Board, height: usize, piece: Piece) -> Rules {
    Rules {
        width: board.width() as u8,
        height: height as u8,
        hidden: (board.height() - height) as u8,
        pieces: piece.letter().to_string().parse().expect("a tetromino"),
        rotation: rules.rotation,
        spins: rules.spins,
        gravity: Gravity::None,
        lock_delay: LockDelay::Infinite,
        top_out: TopOutRules {
            block_out: false,
            lock_out: false,
            partial_lock_out: false,
            garbage_out: false,
        },
        ..Rules::guideline()
    }
}

#[test]
fn the_fewest_keys_lock_there_in_a_game() {
    let (mut replayed, mut spins, mut longest) = (0, 0, 0);
    // A position has some thirty places.
    for round in 0..positions(2_450).div_ceil(7) {
        let mut random = Random::new(round as u64);
        let (mut board, rules) = (
            situations::board(&mut random),
            situations::rules(&mut random),
        );
        board.clear_full_rows();
        let piece = Piece::ALL[round % 7];
        // Pieces enter above the visible rows, or in the first free place over that.
        let height = 4 + random.below(board.height() - 3);
        let game = Game::with_board(still(rules, &board, height, piece), board.clone(), 0);
        let game = game.expect("fine rules");
        let Some(start) = game.active() else {
            continue;
        };
        let twin = Twin::new(&board, rules);
        let fewest = twin.fewest(&twin.states(start));
        rules.moves(&board, start, &mut |target: Move| {
            let what = || format!("position {round}: {board:?} {start:?} {rules:?} {target:?}");
            let keys = rules.inputs(&board, start, target);
            let keys = keys.unwrap_or_else(|| panic!("no way: {}", what()));
            let expected = fewest.get(&(cells(target, piece), target.spin));
            assert_eq!(Some(&keys.len()), expected, "{}", what());

            let mut placed = game.clone();
            let at_once = placed.place(target.placement).expect("a move");
            let mut game = game.clone();
            let mut locked = None;
            for &key in &keys {
                assert_eq!(locked, None, "locked before the last key: {}", what());
                let pressed = game.press(key).expect("no lock is lost");
                assert!(pressed.acted, "{key:?} did nothing: {}", what());
                locked = pressed.locked;
            }
            let locked = locked.unwrap_or_else(|| panic!("no lock: {}", what()));
            let placement = locked.placement;
            let spin = locked.clear.spin;
            let there = cells(Move { placement, spin }, piece);
            assert_eq!(
                (there, spin),
                (cells(target, piece), target.spin),
                "{}",
                what()
            );

            // To place it at once is the same, but for the points for dropping. The orientations
            // that cover the same cells differ after the last lock only.
            let same = (
                at_once.clear,
                at_once.points,
                at_once.attack,
                at_once.top_out,
            );
            assert_eq!(
                same,
                (locked.clear, locked.points, locked.attack, locked.top_out)
            );
            assert_eq!(placed.board(), game.board(), "{}", what());
            if !game.is_over() {
                assert_eq!(placed.position_hash(), game.position_hash(), "{}", what());
            }

            replayed += 1;
            spins += usize::from(spin.is_some());
            longest = longest.max(keys.len());
        });
    }
    assert!(
        replayed > 1_000 && spins > 10 && longest > 15,
        "not tried: {replayed} {spins} {longest}"
    );
}
