//! Bare placements on one core: a piece falls straight down, is locked, and full rows are taken out.
//!
//!     cargo bench -p benches --bench placements
//!
//! The placements are those of games that Dellacherie's player played, in which two pieces in five clear a row; in the
//! second group so many such games are played in step, each move of all of them by one call. Peers, looked up in
//! November 2025 and measured on another machine (a 2.7 GHz Xeon): 29 million placements a second for the best of six
//! published board layouts in Rust. Before anything is timed the boards are compared with those of a naive twin; how
//! many times faster the engine is than the twin is printed.

use std::hint::black_box;

use benches::print_ratio;
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use tetris_core::{Board, DELLACHERIE, PlacementConfig, PlacementEnv, Rotation, Scenario, Shape};

use crate::twin::{Twin, cells};

#[path = "../tetris-core/tests/engine/twin.rs"]
#[allow(dead_code, reason = "the tests use the rest of it")]
mod twin;

const PIECES: usize = 1_000;

/// A piece that falls: what the board needs of it, and what its twin does.
#[derive(Clone, Copy)]
struct Drop {
    shape: &'static Shape,
    column: usize,
    piece: (tetris_core::Piece, Rotation),
}

/// The beginning of a game.
fn game(seed: u64) -> Vec<Drop> {
    let mut env = PlacementEnv::new(PlacementConfig::default()).expect("the default settings");
    env.reset(seed, &Scenario::default())
        .expect("a valid scenario");
    let step = |_| {
        let action = DELLACHERIE.choose(&env).expect("the game goes on");
        let piece = env.current_piece();
        let rotation = piece.distinct_rotations()[action / 10];
        env.step(action).expect("a legal action");
        Drop {
            shape: piece.shape(rotation),
            column: action % 10,
            piece: (piece, rotation),
        }
    };
    (0..PIECES).map(step).collect()
}

fn place(board: &mut Board, drop: Drop) {
    let dropped = board.drop_shape(drop.shape, drop.column);
    black_box(dropped.expect("the game goes on"));
}

fn place_naively(board: &mut Twin, drop: Drop) {
    let cells = cells(drop.piece.0, drop.piece.1);
    let row = board.drop_row(&cells, drop.column);
    board.lock(&cells, drop.column, row);
    board.clear();
}

fn empty(height: usize) -> Board {
    Board::new(10, height).expect("a possible size")
}

fn one_game(criterion: &mut Criterion) {
    let drops = game(1);
    let (mut board, mut twin) = (empty(20), Twin::of(&empty(20)));
    for &drop in &drops {
        place(&mut board, drop);
        place_naively(&mut twin, drop);
        assert_eq!(Twin::of(&board), twin);
    }
    print_ratio(
        "a bare placement",
        |pieces| {
            for _ in 0..pieces / PIECES as u64 {
                let mut board = empty(20);
                drops.iter().for_each(|&drop| {
                    place(&mut board, drop);
                });
                black_box(board);
            }
        },
        |pieces| {
            for _ in 0..pieces / PIECES as u64 {
                let mut board = Twin::of(&empty(20));
                drops
                    .iter()
                    .for_each(|&drop| place_naively(&mut board, drop));
                black_box(board);
            }
        },
    );
    let mut group = criterion.benchmark_group("bare_placement_board_height");
    group.throughput(Throughput::Elements(PIECES as u64));
    for height in [20, 40, 64] {
        group.bench_function(BenchmarkId::from_parameter(height), |bencher| {
            bencher.iter(|| {
                let mut board = empty(height);
                for &drop in black_box(&drops) {
                    place(&mut board, drop);
                }
                board
            });
        });
    }
    group.finish();
}

/// The cost of a placement does not depend on the number of games that are played in step.
fn batches(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("bare_placement_games_in_step");
    for games in [16, 64, 1_024] {
        // Move by move, each that of every game.
        let played: Vec<_> = (0..games as u64).map(|seed| game(seed % 64)).collect();
        let drop = |drop: Drop| (drop.shape, drop.column);
        let in_step = |turn: usize| played.iter().map(move |drops| drop(drops[turn]));
        let drops: Vec<_> = (0..PIECES).flat_map(in_step).collect();
        let mut dropped = vec![None; games];
        group.throughput(Throughput::Elements(drops.len() as u64));
        group.bench_function(BenchmarkId::from_parameter(games), |bencher| {
            bencher.iter(|| {
                let mut boards = vec![empty(20); games];
                for turn in black_box(&drops).chunks(games) {
                    Board::drop_shapes(&mut boards, turn, black_box(&mut dropped));
                }
                boards
            });
        });
    }
    group.finish();
}

criterion_group!(benches, one_game, batches);
criterion_main!(benches);
