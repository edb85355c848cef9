//! The rules of the placement environment: ends, limits, counters, colours, refusals.

use crate::twin::{Random, Twin, cells};
use tetris_core::{
    Afterstate, Board, DELLACHERIE, GARBAGE, IllegalAction, Piece, PlacementConfig, PlacementEnv,
    RandomizerKind, Scenario, ScenarioError,
};

fn config(width: u8, height: u8, pieces: RandomizerKind) -> PlacementConfig {
    PlacementConfig {
        width,
        height,
        pieces,
        ..PlacementConfig::default()
    }
}

fn start(rows: &str, height: usize) -> Scenario {
    Scenario {
        start: Some(Board::from_rows(rows, height).expect("a well-formed board")),
        ..Scenario::default()
    }
}

#[test]
fn settings_out_of_range_name_their_field() {
    for (width, height, field) in [
        (3, 20, "width"),
        (33, 20, "width"),
        (10, 3, "height"),
        (10, 65, "height"),
        (10, 20, "preview"),
    ] {
        let settings = PlacementConfig {
            preview: if field == "preview" { 15 } else { 14 },
            ..config(width, height, RandomizerKind::Uniform)
        };
        let error = PlacementEnv::new(settings).expect_err("out of range");
        assert_eq!(error.field, field);
        let text = error.to_string();
        let range = format!("{} to {}", error.min, error.max);
        assert!(text.contains(field) && text.contains(&range), "{text}");
    }
}

#[test]
fn unsuitable_scenarios_change_nothing() {
    let mut env = PlacementEnv::new(PlacementConfig::default()).expect("the default");
    env.step(0).expect("an empty column");
    let before = env.clone();
    let setting = |scenario: &Scenario| match env.clone().reset(1, scenario) {
        Err(ScenarioError::Setting(error)) => error.field,
        other => panic!("{other:?}"),
    };
    for ceiling in [0, 3, 21, 255] {
        let ceiling = Some(ceiling);
        assert_eq!(
            setting(&Scenario {
                ceiling,
                ..Scenario::default()
            }),
            "ceiling"
        );
    }
    let max_pieces = Some(0);
    assert_eq!(
        setting(&Scenario {
            max_pieces,
            ..Scenario::default()
        }),
        "max_pieces"
    );
    let size = env.reset(1, &start("....", 20));
    assert!(matches!(
        size,
        Err(ScenarioError::Size {
            width: 10,
            found_width: 4,
            ..
        })
    ));
    let full = env.reset(1, &start("XXXXXXXXXX/X.........", 20));
    assert_eq!(full, Err(ScenarioError::FullRow { row: 1 }));
    let tall = ["X.X.X.X.X."; 18].join("/");
    let piece = Piece::I;
    assert_eq!(env.reset(1, &start(&["X.X.X.X.X."; 20].join("/"), 20)), {
        Err(ScenarioError::NoRoom { piece: Piece::O })
    });
    assert_eq!(env.reset(1, &start(&["XX.XX.XX.X"; 20].join("/"), 20)), {
        Err(ScenarioError::NoRoom { piece: Piece::O })
    });
    assert_eq!(
        env.reset(1, &start(&["XXXXXXXXX./.XXXXXXXXX"; 10].join("/"), 20)),
        Err(ScenarioError::NoRoom { piece })
    );
    assert_eq!(env, before);
    assert_eq!(env.reset(1, &start(&tall, 20)), Ok(()));
}

#[test]
fn illegal_actions_change_nothing() {
    let mut env = PlacementEnv::new(PlacementConfig::default()).expect("the default");
    let scenario = Scenario {
        ceiling: Some(4),
        start: Some(Board::from_rows("X........./X........./X.........", 20).expect("well-formed")),
        max_pieces: None,
    };
    let mut refused = [0; 3];
    for seed in 0..40 {
        env.reset(seed, &scenario).expect("room for every piece");
        let before = env.clone();
        for action in 0..60 {
            let placement = env.placement(action);
            let result = env.step(action);
            assert_eq!(placement.err(), result.err());
            match result {
                Ok(_) => env = before.clone(),
                Err(IllegalAction::OutOfRange { last: 39, .. }) => refused[0] += 1,
                Err(IllegalAction::NoSuchPlacement { .. }) => refused[1] += 1,
                Err(IllegalAction::AboveCeiling { ceiling: 4, .. }) => refused[2] += 1,
                Err(other) => panic!("{other}"),
            }
            assert_eq!(env, before);
        }
    }
    assert!(refused.iter().all(|&count| count > 0), "{refused:?}");
}

#[test]
fn a_lost_game_has_no_legal_action() {
    for seed in [0, 1, u64::MAX] {
        let mut env = PlacementEnv::new(PlacementConfig::default()).expect("the default");
        env.reset(seed, &Scenario::default()).expect("the default");
        let mut legal = vec![false; 40];
        let last = loop {
            env.legal_actions(&mut legal);
            let action = legal
                .iter()
                .position(|&legal| legal)
                .expect("the game goes on");
            let outcome = env.step(action).expect("a legal action");
            if outcome.terminated || outcome.truncated {
                break outcome;
            }
            assert!(!env.is_over());
        };
        assert!(last.terminated && !last.truncated && env.is_over());
        assert_eq!(env.board().hard_drops(env.current_piece(), 20).count(), 0);
        env.legal_actions(&mut legal);
        assert!(!legal.contains(&true));
        env.candidates(&mut |_, _, _| panic!("a candidate after the end"));
        let before = env.clone();
        assert_eq!(env.step(0), Err(IllegalAction::GameOver));
        assert_eq!(env.after(0), Err(IllegalAction::GameOver));
        assert_eq!(env, before);
    }
}

#[test]
fn the_limit_truncates() {
    let mut env = PlacementEnv::new(PlacementConfig::default()).expect("the default");
    let max_pieces = Some(30);
    let scenario = Scenario {
        max_pieces,
        ..Scenario::default()
    };
    env.reset(5, &scenario).expect("a fine limit");
    for piece in 1..=30 {
        let action = DELLACHERIE.choose(&env).expect("not over");
        let outcome = env.step(action).expect("a legal action");
        assert!(!outcome.terminated);
        assert_eq!(outcome.truncated, piece == 30);
    }
    assert!(env.is_over());
    assert_eq!(DELLACHERIE.choose(&env), None);
    assert_eq!(env.step(0), Err(IllegalAction::GameOver));
}

/// Counters, board and colours of whole games against the twin and a list of coloured rows.
#[test]
fn games_agree_with_the_twin() {
    for (width, height, pieces) in [
        (10, 20, RandomizerKind::Uniform),
        (4, 8, RandomizerKind::Bag7),
        (14, 64, RandomizerKind::Bag7),
    ] {
        let mut env = PlacementEnv::new(config(width, height, pieces)).expect("a fine size");
        let mut random = Random::new(u64::from(width));
        let floor = format!("X.{}", "X".repeat(usize::from(width) - 2));
        env.reset(0, &start(&floor, height.into()))
            .expect("room for every piece");
        let mut twin = Twin::of(env.board());
        let coloured = |cell: &bool| if *cell { GARBAGE } else { 0 };
        let mut colours: Vec<Vec<u8>> = twin
            .rows
            .iter()
            .map(|row| row.iter().map(coloured).collect())
            .collect();
        let (mut lines, mut score) = (0, 0);
        for step in 1.. {
            let piece = env.current_piece();
            let next = env.next_piece();
            // Mostly a good player, so that lines of all kinds are cleared.
            let mut action = DELLACHERIE.choose(&env).expect("not over");
            if random.below(5) == 0 {
                let mut actions = Vec::new();
                env.candidates(&mut |action, _, _| actions.push(action));
                action = actions[random.below(actions.len())];
            }
            let placement = env.placement(action).expect("a legal action");
            let (x, row) = (usize::from(placement.column), usize::from(placement.row));
            let cells = cells(piece, placement.rotation);
            assert_eq!(row, twin.drop_row(&cells, x));
            twin.lock(&cells, x, row);
            for (dx, dy) in &cells {
                colours[row + dy][x + dx] = piece.cell();
            }
            let full = twin.clear();
            for y in full.iter().rev() {
                colours.remove(*y);
                colours.push(vec![0; width.into()]);
            }
            lines += full.len() as u64;
            score += [0, 100, 300, 500, 800][full.len()];

            let outcome = env.step(action).expect("a legal action");
            assert_eq!(outcome.lines as usize, full.len());
            assert_eq!(
                (env.lines(), env.score(), env.pieces()),
                (lines, score, step)
            );
            assert_eq!(env.current_piece(), next);
            assert_eq!(Twin::of(env.board()), twin);
            let plane = env.colours().expect("colours are on");
            assert!(plane.rows().eq(colours.iter().map(Vec::as_slice)));
            if outcome.terminated || step == 2_000 {
                break;
            }
        }
        assert!(lines > 0);
    }
}

#[test]
fn colours_do_not_change_play() {
    let mut with = PlacementEnv::new(PlacementConfig::default()).expect("the default");
    let mut without = with.clone();
    without.set_colours(false);
    for env in [&mut with, &mut without] {
        env.reset(8, &Scenario::default()).expect("the default");
        for _ in 0..500 {
            let action = DELLACHERIE.choose(env).expect("not over");
            env.step(action).expect("a legal action");
        }
    }
    assert_eq!(without.colours(), None);
    assert_ne!(with, without);
    with.set_colours(false);
    assert_eq!(with, without);
    with.set_colours(true);
    let plane = with.colours().expect("on again");
    assert!(
        plane
            .rows()
            .flatten()
            .all(|&cell| cell == 0 || cell == GARBAGE)
    );
}

#[test]
fn same_seed_same_game_and_other_seed_other_game() {
    let play = |seed| {
        let mut env = PlacementEnv::new(PlacementConfig::default()).expect("the default");
        env.reset(seed, &Scenario::default()).expect("the default");
        for _ in 0..200 {
            let action = DELLACHERIE.choose(&env).expect("not over");
            env.step(action).expect("a legal action");
        }
        env
    };
    for seed in [0, 1, u64::MAX] {
        assert_eq!(play(seed), play(seed));
        assert_ne!(play(seed), play(seed ^ 2));
    }
}

/// What an afterstate says of the rest of the bag is what the bag still holds.
#[test]
fn the_rest_of_the_bag_is_known() {
    let bag7 = config(10, 20, RandomizerKind::Bag7);
    let mut env = PlacementEnv::new(bag7).expect("a fine size");
    let mut seen = vec![env.current_piece()];
    for _ in 0..100 {
        let action = DELLACHERIE.choose(&env).expect("not over");
        let after = env.after(action).expect("a legal action");
        let rest = 7 - seen.len() % 7;
        let chances = env.model().outcomes(&after);
        for piece in Piece::ALL {
            let out = seen[seen.len() - seen.len() % 7..].contains(&piece);
            let chance = if out { 0.0 } else { 1.0 / rest as f32 };
            assert_eq!(chances[piece.index()], chance);
        }
        env.step(action).expect("a legal action");
        seen.push(env.current_piece());
    }
}

#[test]
fn values_are_small() {
    assert!(size_of::<Afterstate>() <= 56, "{}", size_of::<Afterstate>());
    assert!(
        size_of::<PlacementEnv>() <= 256,
        "{}",
        size_of::<PlacementEnv>()
    );
}

#[test]
fn the_terminal_picture_shows_every_cell() {
    let mut env = PlacementEnv::new(PlacementConfig::default()).expect("the default");
    let empty = "\x1b[48;2;18;20;38m  ";
    assert_eq!(tetris_core::ansi_env(&env).matches(empty).count(), 200);
    env.step(0).expect("an empty column");
    let text = tetris_core::ansi_env(&env);
    assert_eq!(text.matches(empty).count(), 196);
    assert_eq!(text.lines().count(), 21);
    assert!(text.contains("pieces 1 "), "{text}");
}
