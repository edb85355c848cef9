//! Greedy play on one core: for each piece every hard drop is judged by the six features of Dellacherie, and the best is
//! taken.
//!
//!     cargo bench -p benches --bench greedy
//!
//! Peers, looked up in November 2025 and measured on another machine (a 2.7 GHz Xeon): 0.415 million pieces a second for
//! the best of six published board layouts in Rust, 103 ns an afterstate. Before anything is timed the moves are compared
//! with those of a naive twin that looks at every cell of a board of bools; how many times faster the engine is than the
//! twin is printed.

use std::hint::black_box;

use benches::print_ratio;
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use tetris_core::{BCTS, Controller, DELLACHERIE, PlacementConfig, PlacementEnv, Scenario};

use crate::twin::{Twin, cells};

#[path = "naive/player.rs"]
mod player;
#[path = "../tetris-core/tests/engine/twin.rs"]
#[allow(dead_code, reason = "the tests use the rest of it")]
mod twin;

const PIECES: u64 = 10_000;

fn env(height: u8) -> PlacementEnv {
    let config = PlacementConfig {
        height,
        ..PlacementConfig::default()
    };
    let mut env = PlacementEnv::new(config).expect("a possible size");
    env.set_colours(false);
    env
}

/// Goes on playing, from one game to the next.
fn play(env: &mut PlacementEnv, controller: &Controller, pieces: u64) {
    for _ in 0..pieces {
        let action = controller.choose(env).expect("the game goes on");
        if env.step(action).expect("a legal action").terminated {
            env.reset(1, &Scenario::default())
                .expect("a valid scenario");
        }
    }
}

/// The naive twin of a game, given the pieces by the engine's.
struct Naive {
    env: PlacementEnv,
    board: Twin,
}

impl Naive {
    fn new() -> Self {
        let env = env(20);
        let board = Twin::of(env.board());
        Self { env, board }
    }

    fn play(&mut self, pieces: u64) {
        for _ in 0..pieces {
            let piece = self.env.current_piece();
            let weights = DELLACHERIE.weights();
            let action = player::choose(&self.board, piece, 20, weights).expect("a place");
            let cells = cells(piece, piece.distinct_rotations()[action / 10]);
            let row = self.board.drop_row(&cells, action % 10);
            self.board.lock(&cells, action % 10, row);
            self.board.clear();
            self.env.step(action).expect("a legal action");
        }
    }
}

fn assert_answers() {
    let (mut fast, mut naive) = (env(20), Naive::new());
    for _ in 0..1_000 {
        play(&mut fast, &DELLACHERIE, 1);
        naive.play(1);
        assert_eq!(fast, naive.env);
        assert_eq!(naive.board, Twin::of(fast.board()));
    }
    assert!(fast.lines() > 380);
}

fn controllers(criterion: &mut Criterion) {
    assert_answers();
    let (mut fast, mut naive) = (env(20), Naive::new());
    print_ratio(
        "a greedy piece",
        |pieces| play(&mut fast, &DELLACHERIE, pieces),
        |pieces| naive.play(pieces),
    );
    let mut group = criterion.benchmark_group("greedy");
    group.throughput(Throughput::Elements(PIECES));
    for controller in [DELLACHERIE, BCTS] {
        let mut env = env(20);
        group.bench_function(controller.name(), |bencher| {
            bencher.iter(|| play(black_box(&mut env), &controller, PIECES));
        });
    }
    group.finish();
}

/// The cost of a piece does not depend on the height of the board.
fn board_heights(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("greedy_board_height");
    group.throughput(Throughput::Elements(PIECES));
    for height in [20, 40, 64] {
        let mut env = env(height);
        group.bench_function(BenchmarkId::from_parameter(height), |bencher| {
            bencher.iter(|| play(black_box(&mut env), &DELLACHERIE, PIECES));
        });
    }
    group.finish();
}

/// The cost of a piece does not depend on how long the game has been going on.
fn game_lengths(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("greedy_game_length");
    group.throughput(Throughput::Elements(PIECES));
    for before in [0, 1_000_000] {
        let mut start = env(20);
        play(&mut start, &DELLACHERIE, before);
        group.bench_function(BenchmarkId::from_parameter(before), |bencher| {
            bencher.iter(|| play(&mut start.clone(), &DELLACHERIE, PIECES));
        });
    }
    group.finish();
}

criterion_group!(benches, controllers, board_heights, game_lengths);
criterion_main!(benches);
