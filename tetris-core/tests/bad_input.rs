//! Whatever is wrong: an error of a small type that says what was found and what was expected,
//! and everything as it was before.

use std::error::Error;
use std::fmt::Debug;

use tetris_core::{
    BatchBuffers, BatchEnv, Board, Controller, Game, GameOver, Gravity, IllegalAction, Input,
    KEY_ACTIONS, KeyEnv, Observation, Part, PerLine, Piece, PieceQueue, PieceSequence, PieceSource,
    PlacementConfig, PlacementEnv, PlacementModel, RandomizerKind, Recorder, Replay, Rules,
    Scenario, Spawn,
};

/// What was tried, what came of it, and what the error must say.
type Case = (
    &'static str,
    Result<(), Box<dyn Error>>,
    &'static [&'static str],
);

fn outcome<T, E: Error + 'static>(result: Result<T, E>) -> Result<(), Box<dyn Error>> {
    match result {
        Ok(_) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

fn check(cases: Vec<Case>) {
    for (what, result, expected) in cases {
        let Err(error) = result else {
            panic!("{what} was accepted");
        };
        let text = error.to_string();
        for part in expected {
            assert!(text.contains(part), "{what}: {part:?} is not in {text:?}");
        }
    }
}

#[test]
fn boards() {
    let rows = |text: &str, height| outcome(Board::from_rows(text, height));
    let sizes: &[&str] = &["width must be 4 to 32", "height 4 to 64"];
    check(vec![
        ("width 0", outcome(Board::new(0, 20)), &["0 columns"]),
        ("width 3", outcome(Board::new(3, 20)), sizes),
        ("width 33", outcome(Board::new(33, 20)), sizes),
        ("height 0", outcome(Board::new(10, 0)), &["0 rows"]),
        ("height 3", outcome(Board::new(10, 3)), sizes),
        ("height 65", outcome(Board::new(10, 65)), sizes),
        (
            "no end of columns",
            outcome(Board::new(usize::MAX, 20)),
            sizes,
        ),
        ("no text", rows("", 20), sizes),
        ("three columns as text", rows("..X/..X", 20), sizes),
        (
            "a short row",
            rows("XXXX/XXX/XXXX", 20),
            &["row 2 from the top has 3 cells", "first row has 4"],
        ),
        (
            "a long row",
            rows("XXXX/XXXX/XXXXX", 20),
            &["row 3 from the top has 5 cells", "first row has 4"],
        ),
        (
            "too many rows",
            rows("..../..../..../..../....", 4),
            &["5 rows were given", "4 rows high"],
        ),
        (
            "another letter",
            rows("..../..#.", 20),
            &[
                "row 2 from the top",
                "'#'",
                "full cell is 'X'",
                "empty one '.'",
            ],
        ),
    ]);
}

#[test]
fn names_and_letters() {
    let letters: &[&str] = &["I, O, T, S, Z, J and L"];
    check(vec![
        ("X as a piece", outcome("X".parse::<Piece>()), letters),
        ("two pieces as one", outcome("IO".parse::<Piece>()), letters),
        ("no piece", outcome("".parse::<Piece>()), letters),
        (
            "an unknown letter in a queue",
            outcome("TSX".parse::<PieceQueue>()),
            &["letter 3 is 'X'", "I, O, T, S, Z, J and L"],
        ),
        (
            "a queue that is too long",
            outcome("IOTSZJLIOTSZJLI".parse::<PieceQueue>()),
            &["15 letters", "at most 14"],
        ),
        (
            "an unknown letter in a sequence",
            outcome("IO?".parse::<PieceSequence>()),
            &["letter 3 is '?'", "I, O, T, S, Z, J and L"],
        ),
        (
            "an unknown source of pieces",
            outcome("bag9".parse::<PieceSource>()),
            &["letter 1 is 'b'", "uniform, bag7, bag14, nes or snakes"],
        ),
        (
            "no pieces at all",
            outcome("".parse::<PieceSource>()),
            &["no piece", "IOLJSZT"],
        ),
        (
            "an unknown randomizer",
            outcome("random".parse::<RandomizerKind>()),
            &["\"random\"", "uniform, bag7, bag14, nes and snakes"],
        ),
        (
            "an unknown controller",
            outcome("deep".parse::<Controller>()),
            &["\"deep\"", "dellacherie, bcts, dt10 and dt20"],
        ),
    ]);
}

/// Guideline rules with one thing changed.
fn rules(change: impl FnOnce(&mut Rules)) -> Result<(), Box<dyn Error>> {
    let mut rules = Rules::guideline();
    change(&mut rules);
    outcome(Game::new(rules, 0))
}

#[test]
fn settings() {
    let config = |change: fn(&mut PlacementConfig)| {
        let mut config = PlacementConfig::default();
        change(&mut config);
        assert_eq!(
            PlacementEnv::new(config).err(),
            PlacementModel::new(config).err()
        );
        outcome(PlacementEnv::new(config))
    };
    let next = |asked| Observation::new(&Rules::guideline(), &[Part::Next(asked)]);
    check(vec![
        ("width 3", rules(|r| r.width = 3), &["width = 3", "4 to 32"]),
        (
            "width 33",
            rules(|r| r.width = 33),
            &["width = 33", "4 to 32"],
        ),
        ("width 0", rules(|r| r.width = 0), &["width = 0", "4 to 32"]),
        (
            "height 3",
            rules(|r| r.height = 3),
            &["height = 3", "4 to 64"],
        ),
        (
            "height 65",
            rules(|r| r.height = 65),
            &["height = 65", "4 to 64"],
        ),
        (
            "hidden 45",
            rules(|r| r.hidden = 45),
            &["hidden = 45", "0 to 44"],
        ),
        (
            "no room to enter above",
            rules(|r| (r.spawn, r.hidden) = (Spawn::Above, 3)),
            &["hidden = 3", "4 to 44"],
        ),
        (
            "preview 15",
            rules(|r| r.preview = 15),
            &["preview = 15", "0 to 14"],
        ),
        (
            "gravity in no ticks",
            rules(|r| r.gravity = Gravity::Rows { rows: 1, ticks: 0 }),
            &["gravity.rows.ticks = 0", "1 to 65535"],
        ),
        (
            "soft drop 0",
            rules(|r| r.soft_drop = 0),
            &["soft_drop = 0", "1 to"],
        ),
        (
            "level 0",
            rules(|r| r.start_level = 0),
            &["start_level = 0", "1 to"],
        ),
        (
            "cap 0",
            rules(|r| r.garbage.cap = 0),
            &["garbage.cap = 0", "1 to 255"],
        ),
        (
            "messiness 101",
            rules(|r| r.garbage.messiness = 101),
            &["garbage.messiness = 101", "0 to 100"],
        ),
        (
            "width 3",
            config(|c| c.width = 3),
            &["width = 3", "4 to 32"],
        ),
        (
            "width 33",
            config(|c| c.width = 33),
            &["width = 33", "4 to 32"],
        ),
        (
            "height 3",
            config(|c| c.height = 3),
            &["height = 3", "4 to 64"],
        ),
        (
            "height 65",
            config(|c| c.height = 65),
            &["height = 65", "4 to 64"],
        ),
        (
            "preview 15",
            config(|c| c.preview = 15),
            &["preview = 15", "0 to 14"],
        ),
        (
            "six of five pieces",
            outcome(next(6)),
            &["6 next pieces", "preview of 5"],
        ),
        (
            "a board without hidden rows",
            outcome(Game::with_board(Rules::guideline(), board("X...", 20), 0)),
            &["4x20", "10x40"],
        ),
        (
            "a full row",
            outcome(Game::with_board(
                Rules::guideline(),
                board("XXXXXXXXXX", 40),
                0,
            )),
            &["row 0", "full"],
        ),
    ]);
}

fn board(rows: &str, height: usize) -> Board {
    Board::from_rows(rows, height).expect("a well-formed board")
}

/// Each thing is refused, and after it the value and its bytes are what they were.
fn unchanged<T, R, E>(value: &mut T, cases: &[Attempt<T, R, E>])
where
    T: Clone + PartialEq + Debug + serde::Serialize,
    E: Error + PartialEq,
{
    let before = value.clone();
    let bytes = rmp_serde::to_vec(value).expect("writes");
    for (what, attempt, error, expected) in cases {
        let Err(found) = attempt(value) else {
            panic!("{what} was accepted");
        };
        assert_eq!(&found, error, "{what}");
        let text = found.to_string();
        for part in *expected {
            assert!(text.contains(part), "{what}: {part:?} is not in {text:?}");
        }
        assert_eq!(*value, before, "{what}");
        assert_eq!(rmp_serde::to_vec(value).expect("writes"), bytes, "{what}");
    }
}

type Attempt<T, R, E> = (
    &'static str,
    fn(&mut T) -> Result<R, E>,
    E,
    &'static [&'static str],
);

#[test]
fn illegal_placements() {
    let config = PlacementConfig {
        hold: true,
        pieces: RandomizerKind::Snakes,
        ..PlacementConfig::default()
    };
    let mut env = PlacementEnv::new(config).expect("fine settings");
    let scenario = Scenario {
        ceiling: Some(4),
        start: Some(board("X........./X........./X.........", 20)),
        ..Scenario::default()
    };
    env.reset(0, &scenario).expect("room for every piece");
    let piece = env.current_piece();
    let held = env.hand().held.expect("the first piece is on hold");
    unchanged(
        &mut env,
        &[
            (
                "an action past the last",
                |env| env.step(80),
                IllegalAction::OutOfRange {
                    action: 80,
                    last: 79,
                },
                &["80 does not exist", "0 to 79"],
            ),
            (
                "an action far past it",
                |env| env.step(usize::MAX),
                IllegalAction::OutOfRange {
                    action: usize::MAX,
                    last: 79,
                },
                &["0 to 79"],
            ),
            (
                "a piece that sticks out at the side",
                |env| env.step(9),
                IllegalAction::NoSuchPlacement { action: 9, piece },
                &["9 is no placement", "legal actions"],
            ),
            (
                "an orientation that is another one's",
                |env| env.step(20),
                IllegalAction::NoSuchPlacement { action: 20, piece },
                &["20 is no placement"],
            ),
            (
                "a piece above the ceiling",
                |env| env.step(10),
                IllegalAction::AboveCeiling {
                    action: 10,
                    piece,
                    ceiling: 4,
                },
                &["above the ceiling of 4 rows"],
            ),
            (
                "the same of the held piece",
                |env| env.step(50),
                IllegalAction::AboveCeiling {
                    action: 50,
                    piece: held,
                    ceiling: 4,
                },
                &["above the ceiling of 4 rows"],
            ),
        ],
    );
    let mut env = PlacementEnv::new(PlacementConfig::default()).expect("the default");
    while let Some(action) = (0..40).find(|&action| env.placement(action).is_ok()) {
        let _ = env.step(action).expect("a legal action");
    }
    let over: &[&str] = &["game is over", "reset"];
    unchanged(
        &mut env,
        &[
            (
                "a step after the end",
                |env| env.step(0).map(drop),
                IllegalAction::GameOver,
                over,
            ),
            (
                "a look after the end",
                |env| env.after(0).map(drop),
                IllegalAction::GameOver,
                over,
            ),
            (
                "no action after the end",
                |env| env.step(99).map(drop),
                IllegalAction::GameOver,
                over,
            ),
        ],
    );
}

#[test]
fn unsuitable_starts() {
    let start = |rows: &str, height| Scenario {
        start: Some(board(rows, height)),
        ..Scenario::default()
    };
    let ceiling = |ceiling| Scenario {
        ceiling: Some(ceiling),
        ..Scenario::default()
    };
    let no_pieces = Scenario {
        max_pieces: Some(0),
        ..Scenario::default()
    };
    let mut env = PlacementEnv::new(PlacementConfig::default()).expect("the default");
    env.step(0).expect("an empty column");
    let before = rmp_serde::to_vec(&env).expect("writes");
    let mut reset = |scenario: &Scenario| outcome(env.reset(1, scenario));
    let cases: Vec<Case> = vec![
        ("ceiling 3", reset(&ceiling(3)), &["ceiling = 3", "4 to 20"]),
        (
            "ceiling 21",
            reset(&ceiling(21)),
            &["ceiling = 21", "4 to 20"],
        ),
        ("no pieces", reset(&no_pieces), &["max_pieces = 0", "1 to"]),
        (
            "another width",
            reset(&start("....", 20)),
            &["4x20", "10x20"],
        ),
        (
            "another height",
            reset(&start("..........", 22)),
            &["10x22", "10x20"],
        ),
        (
            "a full row",
            reset(&start("XXXXXXXXXX/X.........", 20)),
            &["row 1", "full"],
        ),
        (
            "no room",
            reset(&start(&["X.X.X.X.X."; 20].join("/"), 20)),
            &["no room", "piece O"],
        ),
    ];
    check(cases);
    assert_eq!(rmp_serde::to_vec(&env).expect("writes"), before);
}

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
fn batches() {
    let observation = Observation::new(&Rules::guideline(), &[Part::Current]).expect("fine");
    let batch = BatchEnv::new(Rules::guideline(), observation, PerLine(1.0), &[1, 2]);
    let mut batch = batch.expect("fine rules");
    let games = [batch.game(0).clone(), batch.game(1).clone()];
    // Lengths of the observations, the final ones, the rewards, lost and cut games.
    let mut step = |actions: &[u8], [seen, last, rewards, lost, cut]: [usize; 5]| {
        let error = batch.step(
            actions,
            BatchBuffers {
                observations: &mut vec![0u8; seen],
                final_observations: &mut vec![0; last],
                rewards: &mut vec![0.0; rewards],
                terminated: &mut vec![false; lost],
                truncated: &mut vec![false; cut],
            },
        );
        outcome(error)
    };
    check(vec![
        (
            "an action too few",
            step(&[0], [14, 14, 2, 2, 2]),
            &["has 1 entries", "have 2"],
        ),
        (
            "an action too many",
            step(&[0; 3], [14, 14, 2, 2, 2]),
            &["has 3 entries", "have 2"],
        ),
        (
            "no such action",
            step(&[0, 9], [14, 14, 2, 2, 2]),
            &["action 9 of game 1", "0 to 8"],
        ),
        (
            "a short observation",
            step(&[0; 2], [13, 14, 2, 2, 2]),
            &["13", "14"],
        ),
        (
            "a short last observation",
            step(&[0; 2], [14, 7, 2, 2, 2]),
            &["7", "14"],
        ),
        (
            "a reward too few",
            step(&[0; 2], [14, 14, 1, 2, 2]),
            &["has 1", "have 2"],
        ),
        (
            "an end too few",
            step(&[0; 2], [14, 14, 2, 1, 2]),
            &["has 1", "have 2"],
        ),
        (
            "a cut too few",
            step(&[0; 2], [14, 14, 2, 2, 1]),
            &["has 1", "have 2"],
        ),
    ]);
    for (place, game) in games.iter().enumerate() {
        assert_eq!((batch.game(place), batch.episode(place)), (game, 0));
    }
}

#[test]
fn replays() {
    let mut recorder = Recorder::new(Rules::guideline(), 3).expect("fine rules");
    for input in [Input::Left, Input::HardDrop, Input::Clockwise] {
        let _ = recorder.press(input).expect("goes on");
    }
    let good = recorder.finish().1.to_bytes();
    let read = |change: fn(&mut Vec<u8>)| {
        let mut bad = good.clone();
        change(&mut bad);
        outcome(Replay::from_bytes(&bad))
    };
    let no_replay: &[&str] = &["no replay", "letters TRIS"];
    let damaged: &[&str] = &["damaged", "checksum"];
    check(vec![
        ("nothing", read(|bytes| bytes.clear()), no_replay),
        ("four letters", read(|bytes| bytes.truncate(4)), no_replay),
        (
            "a picture",
            read(|bytes| bytes[..4].copy_from_slice(b"\x89PNG")),
            no_replay,
        ),
        (
            "a later version",
            read(|bytes| bytes[4] = 2),
            &["version 2", "version 1 is the one"],
        ),
        (
            "a cut",
            read(|bytes| bytes.truncate(bytes.len() - 1)),
            damaged,
        ),
        ("the head alone", read(|bytes| bytes.truncate(5)), damaged),
        ("a byte more", read(|bytes| bytes.push(0)), damaged),
        ("a flipped bit", read(|bytes| bytes[9] ^= 4), damaged),
        (
            "a flipped bit of the checksum",
            read(|bytes| *bytes.last_mut().unwrap() ^= 1),
            damaged,
        ),
    ]);
}
