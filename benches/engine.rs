//! The engine alone, on one core: greedy play by six features, the features of every placement that can follow a
//! position, and counting reachable placements.
//!
//!     cargo bench -p benches --bench engine
//!
//! Peers, on another machine (a 2.7 GHz Xeon): 0.415 million greedy pieces a second for the best of six published board
//! layouts in Rust, at 103 ns an afterstate; 322 to 330 million leaves a second for the fastest public generator, in C++.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use tetris_core::{
    Afterstate, Board, DELLACHERIE, MoveRules, Piece, PlacementConfig, PlacementEnv, Scenario,
    perft,
};

fn env() -> PlacementEnv {
    let mut env = PlacementEnv::new(PlacementConfig::default()).expect("the default settings");
    env.set_colours(false);
    env
}

fn play(env: &mut PlacementEnv, pieces: u64) -> u64 {
    let limited = Scenario {
        max_pieces: Some(pieces),
        ..Scenario::default()
    };
    env.reset(1, &limited).expect("a valid scenario");
    while let Some(action) = DELLACHERIE.choose(env) {
        env.step(action).expect("a legal action");
    }
    env.lines()
}

fn greedy(criterion: &mut Criterion) {
    const PIECES: u64 = 10_000;
    let mut env = env();
    assert!((3_990..=4_000).contains(&play(&mut env, PIECES)));
    let mut group = criterion.benchmark_group("greedy");
    group.throughput(Throughput::Elements(PIECES));
    group.bench_function("dellacherie", |bencher| {
        bencher.iter(|| black_box(play(&mut env, PIECES)));
    });
    group.finish();
}

/// Positions of ordinary play.
fn positions(count: usize) -> Vec<Afterstate> {
    let mut env = env();
    env.reset(2, &Scenario::default())
        .expect("a valid scenario");
    let step = |_| {
        let action = DELLACHERIE.choose(&env).expect("the game goes on");
        let after = env.after(action).expect("a legal action");
        env.step(action).expect("a legal action");
        after
    };
    (0..count).map(step).collect()
}

fn afterstates(criterion: &mut Criterion) {
    let positions = positions(256);
    let model = env().model();
    let read = |found: &mut f32| {
        let mut count = 0;
        for after in &positions {
            let expanded = model.expand(after);
            for piece in Piece::ALL {
                expanded.successors(piece, &mut |_, _, features| {
                    count += 1;
                    *found += features.to_array().iter().sum::<f32>();
                });
            }
        }
        count
    };
    // Every placement of every piece fits on a low pile: 17 for I, S and Z, 9 for O, 34 for T, J and L.
    let count = read(&mut 0.0);
    assert_eq!(count, 256 * (3 * 17 + 9 + 3 * 34));
    let mut group = criterion.benchmark_group("afterstates");
    group.throughput(Throughput::Elements(count));
    group.bench_function("all_features", |bencher| {
        bencher.iter(|| {
            let mut sum = 0.0;
            read(&mut sum);
            black_box(sum)
        });
    });
    group.finish();
}

fn counting(criterion: &mut Criterion) {
    const LEAVES: u64 = 188_374;
    let board = Board::new(10, 48).expect("a valid size");
    let queue = [Piece::I, Piece::O, Piece::L, Piece::J];
    let count = || perft(&board, black_box(&queue), MoveRules::default(), (4, 19));
    assert_eq!(count(), LEAVES);
    let mut group = criterion.benchmark_group("perft");
    group.throughput(Throughput::Elements(LEAVES));
    group.bench_function("IOLJ", |bencher| bencher.iter(count));
    group.finish();
}

criterion_group!(benches, greedy, afterstates, counting);
criterion_main!(benches);
