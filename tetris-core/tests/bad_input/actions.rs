//! Keys and moves that there are not, and those after the end.

use tetris_core::{
    Game, GameOver, IllegalAction, Input, KEY_ACTIONS, KeyEnv, MoveEnv, Observation, Part, PerLine,
    PlaceError, Placement, Rotation, Rules,
};

use crate::{board, unchanged};

/// A game over by a block out.
fn lost() -> Game {
    let pile = board(&["...XXXX..."; 21].join("/"), 40);
    Game::with_board(Rules::guideline(), pile, 5).expect("fine rules")
}

#[test]
fn keys_after_the_end() {
    let mut game = lost();
    let hash = game.position_hash();
    let top_out = game.top_out().expect("it is over");
    let over: &[&str] = &["the game ended by block out", "start another"];
    let error = GameOver { top_out };
    unchanged(
        &mut game,
        &[
            (
                "left",
                |game| game.press(Input::Left).map(drop),
                error,
                over,
            ),
            (
                "soft drop",
                |game| game.press(Input::SoftDrop).map(drop),
                error,
                over,
            ),
            (
                "a turn",
                |game| game.press(Input::Clockwise).map(drop),
                error,
                over,
            ),
            (
                "hard drop",
                |game| game.press(Input::HardDrop).map(drop),
                error,
                over,
            ),
            (
                "hold",
                |game| game.press(Input::Hold).map(drop),
                error,
                over,
            ),
            ("a tick", |game| game.tick().map(drop), error, over),
        ],
    );
    assert_eq!(game.position_hash(), hash);
}

#[test]
fn actions_of_the_key_environment() {
    let observation = Observation::new(&Rules::guideline(), &[Part::Board]).expect("fine");
    let mut env = KeyEnv::new(Rules::guideline(), observation, PerLine(1.0)).expect("fine rules");
    let before = env.game().clone();
    for action in [KEY_ACTIONS, usize::MAX] {
        let error = env.step(action).expect_err("no such action");
        assert_eq!(error, IllegalAction::OutOfRange { action, last: 8 });
        assert!(error.to_string().contains("0 to 8"), "{error}");
    }
    assert_eq!((env.game(), env.steps()), (&before, 0));
    env.set_game(lost(), 3);
    assert_eq!(env.step(0), Err(IllegalAction::GameOver));
    assert_eq!((env.game(), env.steps()), (&lost(), 3));
}

#[test]
fn actions_of_the_move_environment() {
    let observation = Observation::new(&Rules::guideline(), &[Part::Board]).expect("fine");
    let mut env = MoveEnv::new(Rules::guideline(), observation, PerLine(1.0)).expect("fine rules");
    let hold = env.hold_action().expect("the guideline has hold");
    let _ = env.step(hold).expect("the slot is empty");
    let before = env.game().clone();
    let piece = before.active().expect("goes on").piece;
    for (action, error, expected) in [
        (
            1_601,
            IllegalAction::OutOfRange {
                action: 1_601,
                last: 1_600,
            },
            "0 to 1600",
        ),
        (
            19,
            IllegalAction::NoSuchPlacement { action: 19, piece },
            "19 is no placement",
        ),
        (
            hold,
            IllegalAction::HoldUsed { action: hold },
            "once until a piece locks",
        ),
    ] {
        let found = env.step(action).expect_err("not legal");
        assert_eq!(found, error);
        assert!(found.to_string().contains(expected), "{found}");
        assert_eq!((env.game(), env.steps()), (&before, 1));
    }
    env.set_game(lost(), 3);
    assert_eq!(env.step(0), Err(IllegalAction::GameOver));
    assert_eq!((env.game(), env.steps()), (&lost(), 3));
}

#[test]
fn places_out_of_reach() {
    const IN_THE_AIR: Placement = Placement {
        rotation: Rotation::North,
        column: 0,
        row: 9,
    };
    let mut game = Game::new(Rules::guideline(), 1).expect("fine rules");
    let piece = game.active().expect("goes on").piece;
    let error = PlaceError::OutOfReach {
        piece,
        placement: IN_THE_AIR,
    };
    let expected: &[&str] = &["cannot lock facing North", "column 0", "row 9"];
    unchanged(
        &mut game,
        &[("the air", |game| game.place(IN_THE_AIR), error, expected)],
    );
    let mut game = lost();
    let top_out = game.top_out().expect("it is over");
    let error = PlaceError::from(GameOver { top_out });
    let over: &[&str] = &["the game ended by block out"];
    unchanged(
        &mut game,
        &[("a lost game", |game| game.place(IN_THE_AIR), error, over)],
    );
}
