//! How pieces enter, are held, and end games.

use crate::{on_board, press, still};
use tetris_core::{
    Active, Board, Game, GameOver, HalfTurns, Input, Piece, RandomizerKind, Rotation, Rules, Spawn,
    TopOut, TopOutRules, Turn,
};

fn cells(active: Option<Active>) -> Vec<(usize, usize)> {
    let mut cells: Vec<_> = active.expect("the game goes on").cells().collect();
    cells.sort_unstable();
    cells
}

/// The guideline: rows 21 and 22, centred and rounded to the left, then a row down.
#[test]
fn guideline_pieces_enter_above_the_skyline() {
    for (piece, expected) in [
        ("I", [(3, 19), (4, 19), (5, 19), (6, 19)]),
        ("O", [(4, 19), (4, 20), (5, 19), (5, 20)]),
        ("T", [(3, 19), (4, 19), (4, 20), (5, 19)]),
        ("J", [(3, 19), (3, 20), (4, 19), (5, 19)]),
    ] {
        let game = Game::new(still(piece), 0).expect("fine rules");
        assert_eq!(cells(game.active()), expected, "{piece}");
    }
    // The row below is taken: it stays where it entered.
    let pile = ["....X....."; 20].join("/");
    let game = on_board(still("T"), &pile);
    assert_eq!(cells(game.active()), [(3, 20), (4, 20), (4, 21), (5, 20)]);
}

#[test]
fn pieces_enter_centred_on_any_width() {
    for width in 4..=32 {
        for piece in Piece::ALL {
            let rules = Rules {
                width,
                ..still(&piece.letter().to_string())
            };
            let game = Game::new(rules, 0).expect("fine rules");
            let left = cells(game.active())[0].0;
            let right = usize::from(width) - 1 - cells(game.active())[3].0;
            assert!(right == left || right == left + 1, "{piece} on {width}");
        }
    }
}

/// Tetris-Gymnasium: the box of the piece at the top, `width / 2 - box / 2` from the left.
#[test]
fn gymnasium_pieces_enter_in_their_box() {
    for (piece, expected) in [
        ("I", [(3, 18), (4, 18), (5, 18), (6, 18)]),
        ("O", [(4, 18), (4, 19), (5, 18), (5, 19)]),
        ("T", [(4, 18), (5, 18), (5, 19), (6, 18)]),
    ] {
        let rules = Rules {
            pieces: piece.parse().expect("well-formed"),
            ..Rules::tetris_gymnasium()
        };
        let game = Game::new(rules, 0).expect("fine rules");
        assert_eq!(cells(game.active()), expected, "{piece}");
    }
}

/// Above the board every turn and every column is free, whatever the pile.
#[test]
fn research_pieces_choose_above_the_board() {
    for piece in Piece::ALL {
        let pile = ["XXXXXXXXX."; 20].join("/");
        for (turns, rotation) in Rotation::ALL.into_iter().enumerate() {
            let rules = Rules {
                pieces: piece.letter().to_string().parse().expect("well-formed"),
                ..Rules::classic_research()
            };
            let mut game = on_board(rules, &pile);
            press(&mut game, &"c".repeat(turns));
            assert_eq!(game.active().map(|active| active.rotation), Some(rotation));
            let width = piece.shape(rotation).width();
            while game.press(Input::Left).expect("goes on").acted {}
            let mut columns = 1;
            while game.press(Input::Right).expect("goes on").acted {
                columns += 1;
            }
            assert_eq!(columns, 10 - width + 1, "{piece} {rotation:?}");
            assert!(cells(game.active()).iter().all(|&(_, y)| y >= 20));
        }
    }
}

#[test]
fn hold_swaps_once_a_piece() {
    let mut game = Game::new(still("IOTS"), 0).expect("fine rules");
    press(&mut game, "l");
    press(&mut game, "H");
    assert_eq!(game.held(), Some(Piece::I));
    assert_eq!(game.active().map(|active| active.piece), Some(Piece::O));
    assert!(!game.can_hold());
    let before = game.clone();
    assert!(!game.press(Input::Hold).expect("goes on").acted);
    assert_eq!(game, before);
    press(&mut game, "D");
    assert_eq!(game.active().map(|active| active.piece), Some(Piece::T));
    press(&mut game, "H");
    // What was held comes in as any piece does.
    assert_eq!(cells(game.active()), [(3, 19), (4, 19), (5, 19), (6, 19)]);
    assert_eq!(game.held(), Some(Piece::T));

    let rules = Rules {
        hold: false,
        ..still("I")
    };
    let mut game = Game::new(rules, 0).expect("fine rules");
    assert!(!game.press(Input::Hold).expect("goes on").acted);
}

#[test]
fn the_preview_is_what_comes() {
    for preview in 0..=14u8 {
        let rules = Rules {
            preview,
            pieces: RandomizerKind::Bag14.into(),
            ..Rules::guideline()
        };
        let mut game = Game::new(rules, 77).expect("fine rules");
        let mut bare = Game::new(
            Rules {
                preview: 0,
                ..game.rules().clone()
            },
            77,
        )
        .expect("fine rules");
        for _ in 0..8 {
            let ahead: Vec<_> = game.queue().collect();
            assert_eq!(ahead.len(), usize::from(preview));
            let mut later = game.clone();
            for piece in ahead {
                press(&mut later, "D");
                if later.is_over() {
                    break;
                }
                assert_eq!(later.active().map(|active| active.piece), Some(piece));
            }
            // The same pieces, however many are known.
            assert_eq!(game.active(), bare.active());
            press(&mut game, "D");
            press(&mut bare, "D");
        }
    }
    assert!(
        Game::new(
            Rules {
                preview: 15,
                ..Rules::guideline()
            },
            0
        )
        .is_err()
    );
}

#[test]
fn keys_held_while_a_piece_enters() {
    let mut game = Game::new(still("OTI"), 0).expect("fine rules");
    game.set_initial(Some(Turn::Clockwise), false);
    press(&mut game, "D");
    assert_eq!(
        game.active().map(|active| active.rotation),
        Some(Rotation::East)
    );
    // Only that one piece.
    press(&mut game, "D");
    assert_eq!(
        game.active().map(|active| active.rotation),
        Some(Rotation::North)
    );
    // Hold first, then turn the piece after it.
    game.set_initial(Some(Turn::CounterClockwise), true);
    press(&mut game, "D");
    assert_eq!(game.held(), Some(Piece::O));
    let active = game.active().expect("goes on");
    assert_eq!((active.piece, active.rotation), (Piece::T, Rotation::West));
    assert!(!game.can_hold());
    // A turn that does not fit, or that there is not, is left out.
    game.set_initial(Some(Turn::Half), false);
    press(&mut game, "D");
    assert_eq!(
        game.active().map(|active| active.rotation),
        Some(Rotation::North)
    );

    let rules = Rules {
        initial_hold: false,
        initial_rotation: false,
        ..still("OT")
    };
    let mut game = Game::new(rules, 0).expect("fine rules");
    game.set_initial(Some(Turn::Clockwise), true);
    press(&mut game, "D");
    assert_eq!(
        (game.held(), game.active().map(|a| a.rotation)),
        (None, Some(Rotation::North))
    );
}

#[test]
fn half_turns_are_a_rule() {
    let mut rules = still("T");
    let mut game = Game::new(rules.clone(), 0).expect("fine rules");
    assert!(!game.press(Input::Half).expect("goes on").acted);
    rules.rotation.half_turns = HalfTurns::Kicked;
    let mut game = Game::new(rules, 0).expect("fine rules");
    press(&mut game, "h");
    assert_eq!(
        game.active().map(|active| active.rotation),
        Some(Rotation::South)
    );
}

fn only(block_out: bool, lock_out: bool, partial_lock_out: bool) -> TopOutRules {
    TopOutRules {
        block_out,
        lock_out,
        partial_lock_out,
        garbage_out: false,
    }
}

#[test]
fn block_out() {
    let pile = ["...XXXX..."; 21].join("/");
    let game = on_board(still("T"), &pile);
    assert_eq!(
        (game.top_out(), game.active()),
        (Some(TopOut::BlockOut), None)
    );
    // Switched off, it enters in the first free place above.
    let rules = Rules {
        top_out: only(false, false, false),
        ..still("T")
    };
    let game = on_board(rules.clone(), &pile);
    assert_eq!(cells(game.active()), [(3, 21), (4, 21), (4, 22), (5, 21)]);
    // And loses in the end, when there is none.
    let full = ["...XXXX..."; 39].join("/");
    assert_eq!(on_board(rules, &full).top_out(), Some(TopOut::BlockOut));
}

#[test]
fn lock_outs() {
    // A pile on which a T comes to rest wholly above the skyline, or partly.
    let whole = ["...X......"; 20].join("/");
    let part = ["...X......"; 19].join("/");
    let ended = |top_out, pile: &str| {
        let mut game = on_board(
            Rules {
                top_out,
                ..still("TOI")
            },
            pile,
        );
        let locked = press(&mut game, "llD").expect("a hard drop locks");
        assert_eq!(locked.top_out, game.top_out());
        locked.top_out
    };
    assert_eq!(ended(TopOutRules::GUIDELINE, &whole), Some(TopOut::LockOut));
    assert_eq!(ended(TopOutRules::GUIDELINE, &part), None);
    assert_eq!(
        ended(only(true, false, true), &whole),
        Some(TopOut::PartialLockOut)
    );
    assert_eq!(
        ended(only(true, false, true), &part),
        Some(TopOut::PartialLockOut)
    );
    assert_eq!(ended(only(true, true, true), &whole), Some(TopOut::LockOut));
    assert_eq!(ended(only(false, false, false), &whole), None);
}

#[test]
fn a_partial_lock_out_comes_before_the_lines() {
    // A T that fills the highest visible row and sticks out over it.
    let board = format!("XXX...XXXX/{}", ["..XXXX...."; 19].join("/"));
    let lines = |partial_lock_out| {
        let rules = Rules {
            spawn: Spawn::Above,
            top_out: only(true, true, partial_lock_out),
            ..still("TI")
        };
        let locked = press(&mut on_board(rules, &board), "D").expect("a hard drop locks");
        (locked.clear.lines, locked.top_out)
    };
    assert_eq!(lines(true), (0, Some(TopOut::PartialLockOut)));
    assert_eq!(lines(false), (1, None));
}

#[test]
fn nothing_moves_after_the_end() {
    let pile = ["...XXXX..."; 21].join("/");
    let mut game = on_board(Rules::guideline(), &pile);
    game.receive_garbage(0);
    let before = game.clone();
    let over = Err(GameOver {
        top_out: TopOut::BlockOut,
    });
    for input in Input::ALL {
        assert_eq!(
            game.press(input).map(|pressed| pressed.acted),
            over.map(|()| true)
        );
    }
    assert_eq!(game.tick().map(|_| ()), over);
    assert_eq!(game, before);
    assert_eq!(game.ghost(), None);
    game.restart(4);
    assert!(
        game.active().is_some()
            && game.board()
                == Game::new(Rules::guideline(), 4)
                    .expect("fine rules")
                    .board()
    );
}

#[test]
fn rules_out_of_range_name_their_field() {
    let good = Rules::guideline();
    let error = |rules: Rules| Game::new(rules, 0).expect_err("out of range").field;
    assert_eq!(
        error(Rules {
            width: 3,
            ..good.clone()
        }),
        "width"
    );
    assert_eq!(
        error(Rules {
            width: 33,
            ..good.clone()
        }),
        "width"
    );
    assert_eq!(
        error(Rules {
            height: 3,
            ..good.clone()
        }),
        "height"
    );
    assert_eq!(
        error(Rules {
            hidden: 45,
            ..good.clone()
        }),
        "hidden"
    );
    let above = Rules::classic_research();
    assert_eq!(
        error(Rules {
            hidden: 3,
            ..above.clone()
        }),
        "hidden"
    );
    assert_eq!(
        error(Rules {
            height: 61,
            hidden: 4,
            ..above
        }),
        "height"
    );
    assert_eq!(
        error(Rules {
            soft_drop: 0,
            ..good.clone()
        }),
        "soft_drop"
    );
    assert_eq!(
        error(Rules {
            start_level: 0,
            ..good.clone()
        }),
        "start_level"
    );
    let mut bad = good.clone();
    bad.garbage.cap = 0;
    assert_eq!(error(bad), "garbage.cap");
    let small = Board::new(10, 20).expect("a fine size");
    assert!(
        Game::with_board(good.clone(), small, 0).is_err(),
        "the hidden rows are missing"
    );
    let full = Board::from_rows("XXXXXXXXXX", 40).expect("well-formed");
    assert!(Game::with_board(good, full, 0).is_err());
}
