//! Evaluations: the same games whatever the threads, the ranges and the interruptions.
#![cfg(feature = "tetris")]

use std::cell::Cell;
use std::sync::atomic::{AtomicU32, Ordering};

use rl_agent::afterstate_dqn::{AfterstatePolicy, Objective};
use rl_agent::agent::Policy;
use rl_agent::env::{AfterstateEnvironment, AfterstateModel, Environment};
use rl_agent::evaluation::{EvaluationConfig, Game, Playing, evaluate};
use rl_agent::nn::Mlp;
use rl_agent::rng::Rng;
use rl_agent::tetris::{Scenario, Tetris, TetrisConfig};

fn player() -> (Tetris, AfterstatePolicy) {
    let config = TetrisConfig {
        height: 12,
        ..TetrisConfig::default()
    };
    let tetris = Tetris::without_colours(config).unwrap();
    let inputs = tetris.model().feature_len();
    let network = Mlp::new(&[inputs, 8, 1], &mut Rng::new(2, 0)).unwrap();
    (
        tetris,
        AfterstatePolicy::new(network, Objective::Survival, 0.99),
    )
}

fn config(threads: usize) -> EvaluationConfig {
    EvaluationConfig {
        games: 37,
        seed: 5,
        max_steps: Some(20),
        threads,
        ..EvaluationConfig::default()
    }
}

fn games(config: EvaluationConfig) -> Vec<Game> {
    let (tetris, policy) = player();
    evaluate(&tetris, &Scenario::default(), &policy, &config, || false)
        .unwrap()
        .games
}

#[test]
fn side_by_side_is_one_by_one() {
    let (mut tetris, mut policy) = player();
    let together = games(config(1));
    assert!(together.iter().any(|game| game.terminated));
    assert!(together.iter().any(|game| !game.terminated));
    let mut envs = Vec::new();
    for seed in 0..20 {
        tetris.reset(seed, &Scenario::default()).unwrap();
        for _ in 0..seed / 2 {
            tetris.step(policy.act(&tetris)).unwrap();
        }
        envs.push(tetris.clone());
    }
    let mut all = Vec::new();
    policy.act_all(&envs, &mut all);
    let alone: Vec<usize> = envs.iter().map(|env| policy.act(env)).collect();
    assert_eq!(all, alone);
}

#[test]
fn threads_and_ranges_change_nothing() {
    let whole = games(config(1));
    assert_eq!(games(config(3)), whole);
    let range = |first_game, games| EvaluationConfig {
        first_game,
        games,
        ..config(2)
    };
    let parts = [games(range(0, 20)), games(range(20, 17))].concat();
    assert_eq!(parts, whole);
}

#[test]
fn an_interrupted_evaluation_goes_on_as_if_nothing_had_been() {
    let whole = games(config(1));
    let (tetris, policy) = player();
    let mut playing = Playing::new(config(2));
    let pauses = Cell::new(0);
    while !playing.is_over() {
        let asked = AtomicU32::new(0);
        let pause = || asked.fetch_add(1, Ordering::Relaxed) > 2;
        playing
            .play(&tetris, &Scenario::default(), &policy, pause)
            .unwrap();
        let bytes = playing.to_bytes();
        playing = Playing::from_bytes(&bytes, &tetris, config(1)).unwrap();
        pauses.set(pauses.get() + 1);
    }
    assert!(pauses.get() > 3);
    assert_eq!(playing.games(), whole);
    let others = EvaluationConfig {
        seed: 6,
        ..config(1)
    };
    let bytes = playing.to_bytes();
    assert!(Playing::from_bytes(&bytes, &tetris, others).is_none());
    assert!(Playing::<Tetris>::from_bytes(&bytes[..9], &tetris, config(1)).is_none());
}

#[test]
fn a_damaged_state_is_refused() {
    let (tetris, policy) = player();
    let mut playing = Playing::new(config(1));
    let asked = AtomicU32::new(0);
    let pause = || asked.fetch_add(1, Ordering::Relaxed) > 2;
    let scenario = Scenario::default();
    playing.play(&tetris, &scenario, &policy, pause).unwrap();
    assert!(!playing.games().is_empty() && !playing.is_over());
    let good = playing.to_bytes();
    let read = |bytes: &[u8]| Playing::from_bytes(bytes, &tetris, config(1));
    assert!(read(&good).is_some());
    for at in 0..good.len() {
        assert!(read(&good[..at]).is_none(), "cut at {at}");
        let mut bytes = good.clone();
        bytes[at] ^= 1 << (at % 8);
        assert!(read(&bytes).is_none(), "flipped at {at}");
    }
    assert!(read(&[&good[..], &[0]].concat()).is_none(), "too long");
    // A byte too many under a checksum that is right.
    let sealed = |content: &[u8]| [content, &crc32fast::hash(content).to_le_bytes()].concat();
    let content = &good[..good.len() - 4];
    assert!(read(&sealed(content)).is_some());
    assert!(read(&sealed(&[content, &[0]].concat())).is_none());
}
