//! Garbage in a game.

use crate::{on_board, press, still};
use tetris_core::{Game, GarbageRules, Rules, TopOut};

fn with(garbage: GarbageRules, pieces: &str) -> Rules {
    Rules {
        garbage,
        ..still(pieces)
    }
}

const AT_ONCE: GarbageRules = GarbageRules {
    delay: 0,
    ..GarbageRules::GUIDELINE
};

#[test]
fn rows_come_in_after_their_delay() {
    let mut game = Game::new(still("O"), 0).expect("fine rules");
    game.receive_garbage(3);
    assert_eq!(game.pending_garbage(), 3);
    assert_eq!(press(&mut game, "D").map(|locked| locked.garbage), Some(0));
    for _ in 0..30 {
        game.tick().expect("goes on");
    }
    assert_eq!(
        press(&mut game, "llD").map(|locked| locked.garbage),
        Some(3)
    );
    assert_eq!(game.pending_garbage(), 0);
    // Three rows with one hole each, in one column, and the O pieces on top.
    let board = game.board();
    let holes: Vec<_> = (0..10).filter(|&x| !board.get(x, 0)).collect();
    assert_eq!(holes.len(), 1);
    for y in 0..3 {
        assert!((0..10).all(|x| board.get(x, y) == (x != holes[0])));
    }
    assert!(board.get(4, 3) && board.get(2, 4));
}

#[test]
fn the_cap_spreads_rows_over_pieces() {
    let mut game = Game::new(with(AT_ONCE, "O"), 1).expect("fine rules");
    game.receive_garbage(11);
    assert_eq!(press(&mut game, "D").map(|locked| locked.garbage), Some(8));
    assert_eq!(press(&mut game, "D").map(|locked| locked.garbage), Some(3));
    assert_eq!(press(&mut game, "D").map(|locked| locked.garbage), Some(0));
}

#[test]
fn attacks_cancel_and_clears_block() {
    let rows = ["XXXXXXXXX."; 6].join("/");
    // A quad sends 4: it cancels 4 of 6, and the rest waits because lines were cleared.
    let mut game = on_board(with(AT_ONCE, "I"), &rows);
    game.receive_garbage(6);
    let locked = press(&mut game, "crrrrD").expect("locks");
    assert_eq!(
        (locked.attack, locked.garbage, game.pending_garbage()),
        (0, 0, 2)
    );
    // Neither cancelling nor blocking: all is sent, all comes in.
    let mut game = on_board(
        with(
            GarbageRules {
                cancelling: false,
                blocking: false,
                ..AT_ONCE
            },
            "I",
        ),
        &rows,
    );
    game.receive_garbage(6);
    let locked = press(&mut game, "crrrrD").expect("locks");
    assert_eq!(
        (locked.attack, locked.garbage, game.pending_garbage()),
        (4, 6, 0)
    );
}

#[test]
fn garbage_out() {
    let tall = ["X........."; 38].join("/");
    let rules = with(AT_ONCE, "O");
    let mut game = on_board(rules.clone(), &tall);
    game.receive_garbage(2);
    assert_eq!(
        press(&mut game, "D").map(|locked| locked.top_out),
        Some(None)
    );
    game.receive_garbage(1);
    let locked = press(&mut game, "D").expect("locks");
    assert_eq!(locked.top_out, Some(TopOut::GarbageOut));
    assert!(game.is_over());
    // Switched off, what is pushed out is gone.
    let mut rules = rules;
    rules.top_out.garbage_out = false;
    let mut game = on_board(rules, &tall);
    game.receive_garbage(8);
    assert_eq!(
        press(&mut game, "D").map(|locked| locked.top_out),
        Some(None)
    );
    assert_eq!(game.board().column_height(0), 40);
}

/// The pieces are the same with garbage as without, and the holes are the seed's.
#[test]
fn holes_have_a_stream_of_their_own() {
    let play = |seed, attack| {
        let rules = Rules {
            garbage: GarbageRules {
                messiness: 50,
                ..AT_ONCE
            },
            gravity: tetris_core::Gravity::None,
            ..Rules::guideline()
        };
        let mut game = Game::new(rules, seed).expect("fine rules");
        game.set_colours(true);
        game.receive_garbage(attack);
        press(&mut game, "llDrrD");
        let colours = game.colours().expect("switched on");
        let height = game.board().height();
        let agree = (0..10)
            .all(|x| (0..height).all(|y| game.board().get(x, y) == (colours.get(x, y) != 0)));
        assert!(agree, "colours go up with the board");
        game
    };
    let (a, b, c) = (play(5, 6), play(5, 6), play(5, 0));
    assert_eq!(a, b);
    assert!(a.queue().eq(c.queue()) && a.active().map(|x| x.piece) == c.active().map(|x| x.piece));
    assert_ne!(play(6, 6).board(), a.board());
}
