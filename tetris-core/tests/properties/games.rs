//! Whole games by any rules.

use proptest::prelude::*;
use tetris_core::{Game, Input, Locked, Rules};

use crate::strategies::{cells, keys, rules};

/// Presses and ticks; what locked.
fn play(game: &mut Game, keys: &[(Input, u8)]) -> Vec<Locked> {
    let mut all = Vec::new();
    for &(key, ticks) in keys {
        let Ok(pressed) = game.press(key) else {
            break;
        };
        all.extend(pressed.locked);
        for _ in 0..ticks {
            all.extend(game.tick().ok().flatten());
        }
    }
    all
}

proptest! {
    /// Cells, counters and score are the sums of what locked.
    #[test]
    fn nothing_is_lost_or_made(rules in rules(), seed: u64, keys in keys(150)) {
        let mut game = Game::new(rules.clone(), seed).expect("valid rules");
        let locked = play(&mut game, &keys);
        let lines: u32 = locked.iter().map(|locked| u32::from(locked.clear.lines)).sum();
        prop_assert_eq!(locked.len(), game.pieces() as usize);
        prop_assert_eq!(lines, game.lines());
        prop_assert_eq!(cells(game.board()) + lines * u32::from(rules.width), 4 * game.pieces());
        let points: u64 = locked.iter().map(|locked| u64::from(locked.points)).sum();
        prop_assert!(game.score() >= points);
        prop_assert!(game.is_over() || game.board().full_rows() == 0);
        prop_assert_eq!(game.queue().len(), usize::from(rules.preview));
        prop_assert!(rules.hold || game.held().is_none());
        for (place, locked) in locked.iter().enumerate() {
            let last = place + 1 == game.pieces() as usize;
            prop_assert!(locked.top_out.is_none() || last);
        }
    }

    /// A piece in play is on free cells, its ghost below it, and a hard drop locks it there.
    #[test]
    fn the_ghost_is_where_a_hard_drop_locks(rules in rules(), seed: u64, keys in keys(100)) {
        let mut game = Game::new(rules, seed).expect("valid rules");
        play(&mut game, &keys);
        let Some(active) = game.active() else {
            prop_assert!(game.is_over() && game.ghost().is_none());
            return Ok(());
        };
        prop_assert!(active.cells().all(|(x, y)| !game.board().get(x, y)));
        let ghost = game.ghost().expect("the game goes on");
        prop_assert!(ghost.y <= active.y && ghost.x == active.x);
        prop_assert!(ghost.cells().all(|(x, y)| !game.board().get(x, y)));
        let locked = game.press(Input::HardDrop).expect("the game goes on").locked;
        prop_assert_eq!(locked.map(|locked| locked.placement), Some(ghost.placement()));
    }

    /// A key that did nothing changed nothing, and a game that is over changes no more.
    #[test]
    fn what_does_nothing_changes_nothing(rules in rules(), seed: u64, keys in keys(150)) {
        let mut game = Game::new(rules, seed).expect("valid rules");
        for (key, ticks) in keys {
            let (before, hash) = (game.clone(), game.position_hash());
            match game.press(key) {
                Ok(pressed) if pressed.acted => {}
                _ => {
                    prop_assert_eq!(&game, &before);
                    prop_assert_eq!(game.position_hash(), hash);
                }
            }
            for _ in 0..ticks {
                let _ = game.tick();
            }
        }
        if game.is_over() {
            let before = game.clone();
            prop_assert!(game.tick().is_err());
            prop_assert!(Input::ALL.iter().all(|&key| game.press(key).is_err()));
            prop_assert_eq!(&game, &before);
        }
    }

    /// A game that was written down, or cloned, or played with colours, goes on as the first.
    #[test]
    fn copies_play_alike(rules in rules(), seed: u64, now in keys(60), later in keys(60)) {
        let mut game = Game::new(rules.clone(), seed).expect("valid rules");
        play(&mut game, &now);
        let json = serde_json::to_string(&game).expect("writes");
        let mut read: Game = serde_json::from_str(&json).expect("reads");
        let bytes = rmp_serde::to_vec(&game).expect("writes");
        prop_assert_eq!(&rmp_serde::from_slice::<Game>(&bytes).expect("reads"), &game);
        let mut coloured = game.clone();
        coloured.set_colours(true);
        let locked = play(&mut game, &later);
        prop_assert_eq!(&play(&mut read, &later), &locked);
        prop_assert_eq!(&play(&mut coloured, &later), &locked);
        prop_assert_eq!(&read, &game);
        prop_assert_eq!(coloured.position_hash(), game.position_hash());
        coloured.set_colours(false);
        prop_assert_eq!(&coloured, &game);
        game.restart(seed);
        prop_assert_eq!(game, Game::new(rules, seed).expect("valid rules"));
    }

    #[test]
    fn rules_are_read_back(rules in rules()) {
        let json = serde_json::to_string(&rules).expect("writes");
        prop_assert_eq!(serde_json::from_str::<Rules>(&json).expect("reads"), rules);
    }
}
