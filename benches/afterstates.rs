//! The features of every board that one more piece makes of a board, on one core.
//!
//!     cargo bench -p benches --bench afterstates
//!
//! All ten features of each placement of each of the seven pieces on boards of ordinary play. Peers, looked up in November
//! 2025 and measured on another machine (a 2.7 GHz Xeon): 103 ns an afterstate with six features for the best of six
//! published board layouts in Rust. Before anything is timed all features are compared with those of a naive twin that
//! looks at every cell of a board of bools; how many times faster the engine is than the twin is printed.

use std::hint::black_box;

use benches::print_ratio;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use tetris_core::{Afterstate, DELLACHERIE, Piece, PlacementConfig, PlacementEnv, PlacementModel};

use crate::twin::Twin;

#[path = "naive/player.rs"]
#[allow(dead_code, reason = "only the features count here")]
mod player;
#[path = "../tetris-core/tests/engine/twin.rs"]
#[allow(dead_code, reason = "the tests use the rest of it")]
mod twin;

const POSITIONS: usize = 256;
/// Every placement of every piece fits on a low pile: 17 for I, S and Z, 9 for O, 34 for T, J and L.
const PLACEMENTS: u64 = 3 * 17 + 9 + 3 * 34;

/// Positions of ordinary play.
fn positions(env: &mut PlacementEnv) -> Vec<(Afterstate, Twin)> {
    let step = |_| {
        let action = DELLACHERIE.choose(env).expect("the game goes on");
        let after = env.after(action).expect("a legal action");
        env.step(action).expect("a legal action");
        (after, Twin::of(env.board()))
    };
    (0..POSITIONS).map(step).collect()
}

fn read(model: &PlacementModel, position: &Afterstate) -> f32 {
    let expanded = model.expand(position);
    let mut sum = 0.0;
    for piece in Piece::ALL {
        expanded.successors(piece, &mut |_, _, features| {
            sum += features.to_array().iter().sum::<f32>();
        });
    }
    sum
}

fn assert_answers(model: &PlacementModel, positions: &[(Afterstate, Twin)]) {
    for (position, twin) in positions {
        let (mut found, mut expected) = (Vec::new(), Vec::new());
        let expanded = model.expand(position);
        for piece in Piece::ALL {
            expanded.successors(piece, &mut |action, _, features| {
                found.push((action, features.to_array()));
            });
            player::afterstates(twin, piece, 20, &mut |action, features| {
                expected.push((action, features));
            });
        }
        assert_eq!(found.len() as u64, PLACEMENTS);
        assert_eq!(found, expected);
    }
}

fn afterstates(criterion: &mut Criterion) {
    let mut env = PlacementEnv::new(PlacementConfig::default()).expect("the default settings");
    let positions = positions(&mut env);
    let model = env.model();
    assert_answers(&model, &positions);
    let mut round = positions.iter().cycle();
    let mut naive_round = positions.iter().cycle();
    print_ratio(
        "all afterstates of an O",
        |count| {
            for (position, _) in (&mut round).take(count as usize) {
                model.successors(position, Piece::O, &mut |_, _, features| {
                    black_box(features);
                });
            }
        },
        |count| {
            for (_, twin) in (&mut naive_round).take(count as usize) {
                player::afterstates(twin, Piece::O, 20, &mut |_, features| {
                    black_box(features);
                });
            }
        },
    );
    let mut group = criterion.benchmark_group("afterstates");
    group.throughput(Throughput::Elements(POSITIONS as u64 * PLACEMENTS));
    group.bench_function("all_features", |bencher| {
        bencher.iter(|| {
            for (position, _) in &positions {
                black_box(read(&model, position));
            }
        });
    });
    group.finish();
}

criterion_group!(benches, afterstates);
criterion_main!(benches);
