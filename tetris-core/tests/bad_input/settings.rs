//! Rules, configurations, and how games start.

use std::error::Error;

use tetris_core::{
    Game, Gravity, Observation, Part, PlacementConfig, PlacementEnv, PlacementModel, Rules,
    Scenario, Spawn,
};

use crate::{Case, board, check, outcome};

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
    let observed = |change: fn(&mut Rules)| {
        let mut rules = Rules::guideline();
        change(&mut rules);
        outcome(Observation::new(&rules, &[Part::HeightDifferences]))
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
            "an observation without columns",
            observed(|r| r.width = 0),
            &["width = 0", "4 to 32"],
        ),
        (
            "a large observation",
            observed(|r| (r.width, r.height) = (255, 255)),
            &["width = 255", "4 to 32"],
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
