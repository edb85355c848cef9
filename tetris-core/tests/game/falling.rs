//! Gravity, soft drop and the lock delay, tick by tick.

use crate::{on_board, press, still};
use tetris_core::{Game, Gravity, Input, LockDelay, LockReset, Rules};

fn row(game: &Game) -> i8 {
    game.active().expect("the game goes on").y
}

/// Ticks until the piece has locked.
fn ticks_to_lock(game: &mut Game) -> u32 {
    (1..100_000)
        .find(|_| game.tick().expect("the game goes on").is_some())
        .expect("it locks")
}

fn falling(rows: u16, ticks: u16) -> Rules {
    Rules {
        gravity: Gravity::Rows { rows, ticks },
        ..still("T")
    }
}

#[test]
fn gravity_is_exact() {
    for (rows, ticks) in [(1, 60), (1, 1), (3, 7), (5, 2), (1, 1_000)] {
        let mut game = Game::new(falling(rows, ticks), 0).expect("fine rules");
        let start = row(&game);
        for tick in 1..=u32::from(ticks) * 3 {
            game.tick().expect("the game goes on");
            let fallen = (tick * u32::from(rows) / u32::from(ticks)).min(19);
            assert_eq!(
                row(&game),
                start - fallen as i8,
                "{rows}/{ticks} after {tick}"
            );
            if fallen == 19 {
                break;
            }
        }
    }
}

#[test]
fn the_first_level_takes_a_second_a_row() {
    let mut game = Game::new(Rules::guideline(), 0).expect("fine rules");
    let start = row(&game);
    for _ in 0..59 {
        game.tick().expect("the game goes on");
    }
    assert_eq!(row(&game), start);
    game.tick().expect("the game goes on");
    assert_eq!(row(&game), start - 1);
    // Soft drop is twenty times as fast, a point a row.
    game.set_soft_drop(true);
    for _ in 0..30 {
        game.tick().expect("the game goes on");
    }
    assert_eq!((row(&game), game.score()), (start - 11, 10));
}

/// Tetris wiki, "Marathon": seconds a row on the levels on which a piece takes a tick and more.
const SECONDS: [f64; 18] = [
    1.0, 0.793, 0.6178, 0.47273, 0.3552, 0.262, 0.18968, 0.13473, 0.09388, 0.06415, 0.04298,
    0.02822, 0.01815, 0.01144, 0.00706, 0.00426, 0.00252, 0.00146,
];

#[test]
fn every_level_falls_as_published() {
    for (level, seconds) in (1..).zip(SECONDS) {
        let rules = Rules {
            gravity: Gravity::Guideline,
            start_level: level,
            ..still("T")
        };
        let mut game = Game::new(rules, 0).expect("fine rules");
        let start = row(&game);
        for tick in 1.. {
            game.tick().expect("the game goes on");
            let expected = f64::from(tick) / (60.0 * seconds);
            let fallen = f64::from(start - row(&game));
            if fallen >= 19.0 {
                assert!(expected > 18.9, "level {level}: on the ground after {tick}");
                break;
            }
            // The published numbers are rounded.
            assert!(
                (expected - fallen - 0.5).abs() < 0.51,
                "level {level}: {fallen} rows, not {expected}, after {tick}"
            );
        }
    }
    // From level 19 on it is more than 20 rows a tick.
    for level in [19, 20, 30] {
        let rules = Rules {
            gravity: Gravity::Guideline,
            start_level: level,
            ..still("T")
        };
        assert_eq!(row(&Game::new(rules, 0).expect("fine rules")), 0);
    }
}

#[test]
fn without_gravity_nothing_falls() {
    let mut game = Game::new(still("T"), 0).expect("fine rules");
    let start = game.active();
    for _ in 0..10_000 {
        assert_eq!(game.tick(), Ok(None));
    }
    assert_eq!(game.active(), start);
    press(&mut game, "dd");
    assert_eq!((row(&game), game.score()), (17, 2));
}

/// 20G: on the ground at once, after every move too.
#[test]
fn instant_gravity() {
    for gravity in [Gravity::Instant, Gravity::Rows { rows: 20, ticks: 1 }] {
        let rules = Rules {
            gravity,
            ..still("T")
        };
        let mut game = on_board(rules, "...XXX....");
        assert_eq!(row(&game), 1);
        press(&mut game, "rr");
        assert_eq!(row(&game), 1);
        press(&mut game, "r");
        assert_eq!(row(&game), 0);
        assert!(!game.press(Input::SoftDrop).expect("goes on").acted);
    }
}

/// Half a second on the ground, from the tick after it landed.
#[test]
fn the_lock_delay_runs_out() {
    let mut game = Game::new(
        Rules {
            gravity: Gravity::Instant,
            ..still("T")
        },
        0,
    )
    .expect("fine");
    assert_eq!(ticks_to_lock(&mut game), 30);
    let mut game = Game::new(falling(1, 1), 0).expect("fine rules");
    assert_eq!(ticks_to_lock(&mut game), 19 + 30);
}

fn with_reset(reset: LockReset) -> Game {
    let rules = Rules {
        gravity: Gravity::Instant,
        lock_delay: LockDelay::Ticks { ticks: 30, reset },
        ..still("T")
    };
    Game::new(rules, 0).expect("fine rules")
}

/// Moves after each 29 ticks until it locks; how often it could move.
fn moves_before_lock(game: &mut Game) -> u32 {
    for moves in 0..100 {
        for _ in 0..29 {
            if game.tick().expect("the game goes on").is_some() {
                return moves;
            }
        }
        let input = if moves % 2 == 0 {
            Input::Left
        } else {
            Input::Right
        };
        assert!(game.press(input).expect("goes on").acted);
    }
    100
}

#[test]
fn moves_start_the_delay_again() {
    // The fifteenth move is the last, and the next tick locks it, whatever is left.
    let mut game = with_reset(LockReset::Moves(15));
    assert_eq!(moves_before_lock(&mut game), 15);
    assert_eq!(moves_before_lock(&mut with_reset(LockReset::Moves(3))), 3);
    assert_eq!(
        moves_before_lock(&mut with_reset(LockReset::EveryMove)),
        100
    );
    // Classic: a move does not help. It locks on the tick after.
    assert_eq!(moves_before_lock(&mut with_reset(LockReset::Fall)), 1);
    // Turns count as moves.
    let mut game = with_reset(LockReset::Moves(15));
    for _ in 0..15 {
        press(&mut game, "c");
    }
    assert!(game.tick().expect("goes on").is_some());
}

/// Falling below the lowest row so far gives the moves back; falling back to it does not.
#[test]
fn a_lower_row_gives_the_moves_back() {
    let rules = Rules {
        gravity: Gravity::Instant,
        ..still("O")
    };
    let mut game = on_board(rules, "....XXX...");
    for _ in 0..7 {
        press(&mut game, "lr");
    }
    press(&mut game, "r");
    // Fifteen are used up. The next move falls off the edge, and all are back.
    press(&mut game, "r");
    assert_eq!(row(&game), 1, "still on the ledge");
    let mut stays = game.clone();
    assert!(
        stays.tick().expect("goes on").is_some(),
        "it locks on the ledge"
    );
    press(&mut game, "r");
    assert_eq!(row(&game), 0);
    assert_eq!(game.tick(), Ok(None));
    assert_eq!(ticks_to_lock(&mut game), 29);
}

#[test]
fn infinite_and_instant_lock_delays() {
    let rules = Rules {
        lock_delay: LockDelay::Infinite,
        ..falling(1, 1)
    };
    let mut game = Game::new(rules, 0).expect("fine rules");
    for _ in 0..10_000 {
        assert_eq!(game.tick(), Ok(None));
    }
    assert!(press(&mut game, "D").is_some());

    // Instant: the tick that finds no row to fall to locks.
    let rules = Rules {
        lock_delay: LockDelay::Instant,
        ..falling(1, 4)
    };
    let mut game = Game::new(rules, 0).expect("fine rules");
    assert_eq!(ticks_to_lock(&mut game), 19 * 4 + 4);
    // And so does a soft drop that finds none.
    while row(&game) > row_of_ghost(&game) {
        assert!(press(&mut game, "d").is_none());
    }
    assert!(press(&mut game, "d").is_some());
}

/// Tetris-Gymnasium: a row a step, and the step after it landed locks.
#[test]
fn gymnasium_gravity() {
    let mut game = Game::new(Rules::tetris_gymnasium(), 3).expect("fine rules");
    let rows = u32::try_from(row(&game) - row_of_ghost(&game)).expect("below it");
    assert_eq!(ticks_to_lock(&mut game), rows + 1);
}

fn row_of_ghost(game: &Game) -> i8 {
    game.ghost().expect("goes on").y
}

#[test]
fn levels_rise_with_lines() {
    let rules = Rules {
        lines_per_level: 2,
        start_level: 3,
        ..still("I")
    };
    let mut game = on_board(rules, "XXXX....XX/XXXX....XX/XXXX....XX");
    press(&mut game, "rD");
    assert_eq!((game.level(), game.lines()), (3, 1));
    press(&mut game, "rD");
    assert_eq!((game.level(), game.lines()), (4, 2));
    // The third is on the level before it: 100 for the line and 2 x 50 for the combo, by 4, and
    // it empties the board: 800 by 4.
    let before = game.score();
    let locked = press(&mut game, "rD").expect("locks");
    assert!(locked.clear.perfect);
    assert_eq!(locked.points, (100 + 2 * 50 + 800) * 4);
    assert_eq!(game.score() - before, u64::from(locked.points) + 2 * 19);
}
