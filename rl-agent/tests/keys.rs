//! Tetris with keys as an environment.
#![cfg(feature = "tetris")]

use std::collections::HashMap;

use rl_agent::dqn::DqnConfig;
use rl_agent::env::{Environment, Resumable};
use rl_agent::nn::{Convolution, Filters};
use rl_agent::rng::Rng;
use rl_agent::tetris::{KeyTetris, KeysConfig, KeysError, Scenario};
use tetris_core::Input;

const DROP: usize = Input::HardDrop as usize;
/// Numbers of one plane on a board 10 wide.
const PLANE: usize = 4 * 19;

fn game(seed: u64) -> KeyTetris {
    let mut env = KeyTetris::new(KeysConfig::default()).unwrap();
    env.reset(seed, &Scenario::default()).unwrap();
    env
}

fn legal(env: &KeyTetris) -> Vec<usize> {
    let mut legal = vec![false; env.action_count()];
    env.legal_actions(&mut legal);
    (0..legal.len()).filter(|&action| legal[action]).collect()
}

fn seen(env: &KeyTetris) -> Vec<f32> {
    let mut seen = vec![0.0; env.observation_len()];
    env.observe(&mut seen);
    seen
}

fn cells(env: &KeyTetris) -> Vec<u64> {
    env.game().board().columns().to_vec()
}

/// Empty cells below full ones, of the visible board.
fn holes(env: &KeyTetris) -> u32 {
    let visible = cells(env).into_iter().map(|column| column & 0xf_ffff);
    visible
        .map(|column| 64 - column.leading_zeros() - column.count_ones())
        .sum()
}

/// Every board that a drop can leave, with the number of ways that lead there and of keys of the longest.
fn reached(env: &KeyTetris, keys: usize, found: &mut HashMap<Vec<u64>, (usize, usize)>) {
    for action in legal(env) {
        let mut after = env.clone();
        after.step(action).unwrap();
        if action == DROP {
            let entry = found.entry(cells(&after)).or_default();
            *entry = (entry.0 + 1, entry.1.max(keys + 1));
        } else {
            reached(&after, keys + 1, found);
        }
    }
}

/// Plays keys at random until `steps` of them are pressed.
fn wander(env: &mut KeyTetris, rng: &mut Rng, steps: usize) {
    for _ in 0..steps {
        let keys = legal(env);
        if env.step(keys[rng.below(keys.len())]).unwrap().done() {
            env.reset(rng.below(1 << 20) as u64, &Scenario::default())
                .unwrap();
        }
    }
}

#[test]
fn keys_lead_to_every_place_in_one_way() {
    let mut env = game(3);
    let mut rng = Rng::new(5, 0);
    for _ in 0..30 {
        wander(&mut env, &mut rng, 37);
        while legal(&env) != [DROP] && env.clone().step(DROP).unwrap().done() {
            wander(&mut env, &mut rng, 1);
        }
        if env.step(DROP).unwrap().done() {
            env.reset(9, &Scenario::default()).unwrap();
        }
        let piece = env.game().active().unwrap().piece;
        let board = env.game().board();
        let mut found = HashMap::new();
        reached(&env, 0, &mut found);
        let ways: usize = found.values().map(|(ways, _)| ways).sum();
        assert_eq!(
            ways,
            board.hard_drops(piece, board.height()).count(),
            "{piece}"
        );
        assert!(found.values().all(|&(_, keys)| keys <= 12));
    }
}

/// The planes are what the drops do, one after the other.
#[test]
fn an_observation_foretells_every_drop() {
    let mut env = game(1);
    let mut rng = Rng::new(2, 0);
    let mut wide = 0;
    for _ in 0..200 {
        wander(&mut env, &mut rng, 1);
        let planes = seen(&env);
        let mut found = HashMap::new();
        reached(&env, 0, &mut found);
        let ways: usize = found.values().map(|(ways, _)| ways).sum();
        assert_eq!(planes[..PLANE].iter().sum::<f32>(), ways as f32);
        wide = wide.max(ways);

        // The middle of the first row is the drop from here.
        let at = |plane: usize| planes[plane * PLANE + 9];
        let before = env.game().lines();
        let mut after = env.clone();
        after.step(DROP).unwrap();
        assert_eq!(at(0), 1.0);
        assert_eq!(at(1), (after.game().lines() - before) as f32 / 4.0);
        let holes = holes(&after);
        assert_eq!(at(5), holes as f32 / 5.0);
        // One piece, and at most one side.
        let rest = &planes[8 * PLANE..];
        assert_eq!(rest[..7].iter().sum::<f32>(), 1.0);
        assert!(rest[7] + rest[8] <= 1.0);
    }
    assert_eq!(wide, 34);
    // Lines are foretold once the floor is nearly full.
    let mut low = game(4);
    let mut foretold = false;
    for _ in 0..3_000 {
        wander(&mut low, &mut rng, 1);
        foretold |= seen(&low)[PLANE..2 * PLANE]
            .iter()
            .any(|&lines| lines > 0.0);
    }
    assert!(foretold);
}

#[test]
fn keys_that_lead_nowhere_and_scenarios_of_other_games_are_refused() {
    let mut env = game(1);
    let before = seen(&env);
    let refused = |env: &mut KeyTetris, action: usize| env.step(action).unwrap_err();
    for useless in [Input::SoftDrop as usize, Input::Hold as usize, Input::COUNT] {
        assert_eq!(
            refused(&mut env, useless),
            KeysError::Useless { action: useless }
        );
    }
    assert!(matches!(refused(&mut env, 9), KeysError::Action(_)));
    env.step(Input::Left as usize).unwrap();
    assert!(
        !legal(&env).contains(&(Input::Right as usize)),
        "it would take the slide back"
    );
    assert_ne!(seen(&env), before);
    let low = Scenario {
        ceiling: Some(10),
        ..Scenario::default()
    };
    assert_eq!(
        env.reset(1, &low).unwrap_err().to_string(),
        "the game with keys has no ceiling; leave it out of the scenario"
    );
    let lost = loop {
        if env.step(DROP).unwrap().terminated {
            break env.step(DROP);
        }
    };
    assert!(matches!(lost, Err(KeysError::Action(_))));
    assert!(legal(&env).is_empty());
}

#[test]
fn games_are_cut_and_rewards_are_added_up() {
    let config = KeysConfig {
        reward_per_piece: 0.5,
        reward_per_hole: -2.0,
        ..KeysConfig::default()
    };
    let mut env = KeyTetris::new(config).unwrap();
    let three = Scenario {
        max_pieces: Some(3),
        ..Scenario::default()
    };
    let mut all_holes = 0;
    for seed in 0..20 {
        env.reset(seed, &three).unwrap();
        let mut rewards = 0.0;
        loop {
            let step = env.step(DROP).unwrap();
            rewards += step.reward;
            if step.done() {
                assert!(step.truncated && !step.terminated);
                break;
            }
        }
        let found = holes(&env);
        assert_eq!(rewards, 1.5 - 2.0 * found as f32);
        let mut measures = [0.0; 3];
        env.measure(&mut measures);
        assert_eq!(measures[2], 3.0);
        all_holes += found;
    }
    assert!(all_holes > 0);
}

#[test]
fn a_saved_game_goes_on_as_if_nothing_had_happened() {
    let (mut env, mut rng) = (game(8), Rng::new(1, 0));
    wander(&mut env, &mut rng, 153);
    let mut other = game(0);
    other.restore(env.save()).unwrap();
    assert_eq!(seen(&env), seen(&other));
    for _ in 0..40 {
        let keys = legal(&env);
        assert_eq!(keys, legal(&other));
        let key = keys[rng.below(keys.len())];
        let step = env.step(key).unwrap();
        assert_eq!(step, other.step(key).unwrap());
        if step.done() {
            break;
        }
        assert_eq!(seen(&env), seen(&other));
    }
    let mut narrow = KeyTetris::new(KeysConfig {
        width: 6,
        ..KeysConfig::default()
    })
    .unwrap();
    assert_eq!(narrow.restore(env.save()), Err(KeysError::OtherRules));
}

#[test]
fn a_convolution_must_read_the_planes_that_there_are() {
    let of = |width| DqnConfig {
        convolution: Some(Convolution {
            planes: 8,
            height: 4,
            width,
            layers: vec![Filters {
                count: 2,
                size: 1,
                stride: 1,
            }],
        }),
        ..DqnConfig::default()
    };
    let board = KeysConfig::default();
    board.suits(&of(19)).unwrap();
    let error = board.suits(&of(10)).unwrap_err().to_string();
    assert!(
        error.contains("8x4x10") && error.contains("8x4x19"),
        "{error}"
    );
    let high = KeysConfig {
        height: 61,
        ..KeysConfig::default()
    };
    assert!(high.validate().unwrap_err().to_string().contains("4..=60"));
}
