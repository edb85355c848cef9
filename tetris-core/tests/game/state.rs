//! Games as values: size, equality, hashes, and as data.

use std::collections::HashMap;

use crate::{press, still};
use tetris_core::{Game, Input, Randomizer, RandomizerKind, Rules};

#[test]
fn a_search_state_is_small() {
    assert!(size_of::<Game>() < 256, "{} bytes", size_of::<Game>());
}

/// A game after random keys, with some ticks and garbage among them.
fn played(rules: Rules, seed: u64, keys: usize) -> Game {
    let mut game = Game::new(rules, seed).expect("fine rules");
    let mut random = Randomizer::new(RandomizerKind::Uniform, seed);
    for count in 0..keys {
        let key = random.draw().index() + usize::from(count % 9 == 0);
        if game.press(Input::ALL[key]).is_err() {
            break;
        }
        for _ in 0..random.draw().index() {
            let _ = game.tick();
        }
        if count % 20 == 7 {
            game.receive_garbage(2);
        }
    }
    game
}

#[test]
fn same_seed_same_game() {
    for rules in [
        Rules::guideline(),
        Rules::tetris_gymnasium(),
        Rules::classic_research(),
    ] {
        let a = played(rules.clone(), 3, 400);
        assert_eq!(a, played(rules.clone(), 3, 400));
        assert_ne!(a, played(rules, 4, 400));
    }
}

/// The hash is of the position alone: two ways to one position, and no two positions alike.
#[test]
fn hashes_tell_positions_apart() {
    let start = Game::new(still("TOI"), 0).expect("fine rules");
    let (mut a, mut b) = (start.clone(), start.clone());
    press(&mut a, "lldrr");
    press(&mut b, "d");
    assert_eq!(a.position_hash(), b.position_hash());
    press(&mut a, "H");
    let held = a.position_hash();
    assert_ne!(held, b.position_hash());

    let mut seen: HashMap<u64, String> = HashMap::new();
    for seed in 0..300 {
        for keys in [0, 1, 2, 5, 30, 100] {
            let game = played(Rules::guideline(), seed, keys);
            let position = format!(
                "{:?} {:?} {:?} {:?} {:?} {} {} {:?} {:?}",
                game.board(),
                game.active(),
                game.held(),
                game.can_hold(),
                game.queue().collect::<Vec<_>>(),
                game.combo(),
                game.back_to_back() > 0,
                game.odds(),
                game.top_out(),
            );
            let old = seen.insert(game.position_hash(), position.clone());
            assert!(old.is_none_or(|old| old == position));
        }
    }
    assert!(seen.len() > 1_000, "{}", seen.len());
}

/// Searches keep hashes in files: they may never change.
#[test]
fn golden_hashes() {
    let hashes = [Rules::guideline(), Rules::classic_research()]
        .map(|rules| Game::new(rules, 1).expect("fine rules").position_hash());
    assert_eq!(
        hashes,
        [0xf1f8_8e32_0158_3672, 0x2d82_ede3_de55_d9c1],
        "{hashes:#x?}"
    );
}

#[cfg(feature = "serde")]
mod data {
    use super::*;
    use crate::on_board;
    use serde_json::{Value, json};
    use tetris_core::{HalfTurns, RotationRules, Spawn, Spin, SpinRule};

    #[test]
    fn games_go_on_where_they_were_written() {
        for rules in [
            Rules::guideline(),
            Rules::tetris_gymnasium(),
            Rules::classic_research(),
            still("IOS"),
        ] {
            for (seed, keys) in [(1, 0), (2, 40), (3, 3_000)] {
                let mut game = played(rules.clone(), seed, keys);
                game.set_colours(seed != 2);
                let text = serde_json::to_string(&game).expect("writes");
                let mut again: Game = serde_json::from_str(&text).expect("reads");
                assert_eq!(again, game);
                let bytes = rmp_serde::to_vec(&game).expect("writes");
                assert_eq!(rmp_serde::from_slice::<Game>(&bytes).expect("reads"), game);
                for _ in 0..300 {
                    for input in [Input::Right, Input::Clockwise, Input::HardDrop] {
                        assert_eq!(game.press(input), again.press(input));
                        assert_eq!(game.tick(), again.tick());
                    }
                }
                assert_eq!(again, game);
            }
        }
    }

    /// The piece that loses the game takes no rows out, and so a full one can stand. Fuzzing found
    /// that such a game was not read back.
    #[test]
    fn a_lost_game_with_a_full_row_is_read_back() {
        let board = format!("XXX...XXXX/{}", ["..XXXX...."; 19].join("/"));
        let mut rules = Rules {
            spawn: Spawn::Above,
            ..still("TI")
        };
        rules.top_out.partial_lock_out = true;
        let mut game = on_board(rules, &board);
        press(&mut game, "D");
        assert!(game.is_over() && game.board().full_rows() != 0);
        let text = serde_json::to_string(&game).expect("writes");
        assert_eq!(serde_json::from_str::<Game>(&text).expect("reads"), game);
    }

    #[test]
    fn rules_are_readable() {
        let rules: Rules = serde_json::from_value(json!({
            "width": 12,
            "pieces": "IOLJSZT",
            "gravity": {"rows": {"rows": 1, "ticks": 2}},
            "lock_delay": {"ticks": {"ticks": 20, "reset": {"moves": 8}}},
        }))
        .expect("reads");
        assert_eq!((rules.width, rules.height), (12, 20));
        assert!(serde_json::from_value::<Rules>(json!({"widht": 3})).is_err());
        for rules in [
            Rules::guideline(),
            Rules::tetris_gymnasium(),
            Rules::classic_research(),
        ] {
            let text = serde_json::to_string(&rules).expect("writes");
            assert_eq!(serde_json::from_str::<Rules>(&text).expect("reads"), rules);
        }
    }

    /// A game of which something is other than played.
    fn with(game: &Game, changes: &[(&str, Value)]) -> Game {
        let mut value = serde_json::to_value(game).expect("writes");
        for (pointer, changed) in changes {
            *value.pointer_mut(pointer).expect("there is such a field") = changed.clone();
        }
        serde_json::from_value(value).expect("reads")
    }

    #[test]
    fn hashes_tell_combos_apart() {
        let game = played(Rules::guideline(), 9, 60);
        let hash = |combo: u16| with(&game, &[("/state/combo", json!(combo))]).position_hash();
        let hashes = [0, 1, 2, 15, 16, 255, 256, u16::MAX].map(hash);
        assert_eq!(hashes[0], game.position_hash());
        assert_eq!(HashMap::from(hashes.map(|hash| (hash, ()))).len(), 8);
    }

    /// A piece turned into a place that no turn leads to from there, since it cannot be turned out
    /// of it and in again.
    #[test]
    fn a_spin_that_the_piece_has_already_is_among_its_moves() {
        let kicked = RotationRules {
            half_turns: HalfTurns::Kicked,
            ..RotationRules::default()
        };
        for (rows, rotation, spins, piece, place, last, spin) in [
            (
                ".X...X/.....X/XXX.../XX..X./X.X.../X.X...",
                RotationRules::default(),
                SpinRule::All,
                "T",
                (5, 1),
                "FarKick",
                Spin::Full,
            ),
            (
                "XXX..XX/......X/X.X..X./..XXXX./X..X.X./X.X..X.",
                kicked,
                SpinRule::AllMini,
                "L",
                (1, 3),
                "Turn",
                Spin::Mini,
            ),
        ] {
            let rules = Rules {
                width: rows.find('/').expect("several rows") as u8,
                rotation,
                spins,
                ..still(piece)
            };
            let (x, y) = place;
            let state = [
                ("/state/active/rotation", json!("West")),
                ("/state/active/x", json!(x)),
                ("/state/active/y", json!(y)),
                ("/state/last_move", json!(last)),
            ];
            let mut game = with(&on_board(rules, rows), &state);
            let mut dropped = game.clone();
            let locked = press(&mut dropped, "D").expect("locks");
            assert_eq!(locked.clear.spin, Some(spin), "{piece}");

            let mut found = Vec::new();
            game.moves(&mut |one| {
                if one
                    .placement
                    .cells(locked.piece)
                    .eq(locked.placement.cells(locked.piece))
                {
                    found.push(one.spin);
                }
            });
            assert_eq!(found, [Some(spin)], "{piece}");
            assert_eq!(game.place(locked.placement).expect("it lies there"), locked);
            assert_eq!(game, dropped);
        }
    }

    #[test]
    fn damaged_games_are_refused() {
        let mut game = played(Rules::guideline(), 9, 60);
        game.set_colours(true);
        game.receive_garbage(2);
        assert!(!game.is_over());
        let good = serde_json::to_value(&game).expect("writes");
        assert!(serde_json::from_value::<Game>(good.clone()).is_ok());
        for (pointer, bad) in [
            ("/rules/width", json!(11)),
            ("/rules/hidden", json!(60)),
            ("/rules/preview", json!(4)),
            ("/rules/pieces", json!("bag14")),
            ("/state/queue", json!(0)),
            ("/state/queue", json!(0xfffff)),
            ("/state/active/x", json!(-2)),
            ("/state/active/x", json!(127)),
            ("/state/active/y", json!(-128)),
            ("/state/active/y", json!(60)),
            ("/state/level", json!(0)),
            ("/state/colours/cells/0", json!(77)),
            ("/state/feed/Random/bag", json!(0)),
            ("/state/feed/Random/rng/s", json!([0, 0, 0, 0])),
            ("/state/garbage/rng/s", json!([0, 0, 0, 0])),
            ("/state/score", json!(u64::MAX)),
            ("/state/ticks", json!(u64::MAX)),
            // Unknown fields.
            (
                "/state/initial",
                json!({"turn": null, "hold": false, "held": true}),
            ),
            ("/state/feed/Random/rng", json!({"s": [1, 2, 3, 4], "t": 0})),
        ] {
            let mut damaged: Value = good.clone();
            *damaged
                .pointer_mut(pointer)
                .unwrap_or_else(|| panic!("no {pointer}")) = bad;
            assert!(
                serde_json::from_value::<Game>(damaged).is_err(),
                "{pointer}"
            );
        }
    }
}
