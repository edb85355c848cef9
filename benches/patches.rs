//! Values of all boards that can follow a board in play, by a network over its patches of three by three cells, beside the
//! naive twin: the same layers over every patch of every board. A unit is a board.
//!
//!     cargo bench -p benches --bench patches

use std::hint::black_box;

use benches::print_ratio;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use rl_agent::agent::Policy;
use rl_agent::env::{AfterstateEnvironment, AfterstateModel, Batch, Environment};
use rl_agent::models;
use rl_agent::nn::{Mlp, Patches, Scoring};
use rl_agent::tetris::{Inputs, Scenario, Tetris, TetrisConfig};
use tetris_core::DELLACHERIE;

/// The boards that can follow a move, some pieces into a game, whichever piece comes next.
fn boards() -> Batch {
    let mut env = Tetris::without_colours(TetrisConfig {
        inputs: Inputs::Cells,
        ..TetrisConfig::default()
    })
    .expect("valid settings");
    let scenario = Scenario::default();
    env.reset(1, &scenario).expect("the default scenario");
    let mut player = DELLACHERIE;
    for _ in 0..30 {
        let action = player.act(&env);
        env.step(action).expect("a legal action");
    }
    let after = env.after(player.act(&env)).expect("a legal action");
    let model = env.model();
    let mut boards = Batch::new(model.feature_len());
    model.expand(&after, &mut boards, &mut |_, _| {});
    boards
}

/// What the layers see of every patch of a board, one after the other.
fn write_patches(of: &Patches, board: &[f32], out: &mut Vec<f32>) {
    let full = |x: usize, y: usize| match (x.checked_sub(1), y.checked_sub(1)) {
        (Some(x), Some(y)) if x < of.width => board[y * of.width + x],
        _ => 1.0,
    };
    let [across, up] = of.places();
    for y in 0..up {
        for x in 0..across {
            for dy in 0..of.size {
                out.extend((0..of.size).map(|dx| full(x + dx, y + dy)));
            }
            out.push(y as f32 / 10.0);
        }
    }
}

/// The twin: layers that know nothing of patches.
struct Twin {
    layers: Mlp,
    patches: Patches,
    seen: Vec<f32>,
    values: Vec<f32>,
    memory: Scoring,
}

impl Twin {
    fn value(&mut self, board: &[f32]) -> f32 {
        self.seen.clear();
        self.values.clear();
        write_patches(&self.patches, board, &mut self.seen);
        self.layers
            .values(&self.seen, &mut self.memory, &mut self.values);
        self.values.iter().sum()
    }
}

fn patches(criterion: &mut Criterion) {
    let network = models::raw_board().network;
    let mut twin = Twin {
        layers: Mlp::from_parameters(network.sizes(), network.parameters().to_vec())
            .expect("the same layers"),
        patches: *network.patches().expect("a network over patches"),
        seen: Vec::new(),
        values: Vec::new(),
        memory: Scoring::default(),
    };
    let boards = boards();
    let (mut memory, mut values) = (Scoring::default(), Vec::new());
    network.values(boards.features(), &mut memory, &mut values);
    assert_eq!(values.len(), 162);
    for (row, value) in values.iter().enumerate() {
        let expected = twin.value(boards.row(row));
        assert!((value - expected).abs() < 1e-3, "{value} for {expected}");
    }

    let mut turn = (0..boards.len()).cycle();
    print_ratio(
        "a board that follows another",
        |count| {
            for _ in 0..count.div_ceil(boards.len() as u64) {
                values.clear();
                network.values(black_box(boards.features()), &mut memory, &mut values);
                black_box(&values);
            }
        },
        |count| {
            for row in (&mut turn).take(count as usize) {
                black_box(twin.value(boards.row(row)));
            }
        },
    );
    let mut group = criterion.benchmark_group("patches");
    group.throughput(Throughput::Elements(boards.len() as u64));
    group.bench_function("all_that_follows_a_board", |bencher| {
        bencher.iter(|| {
            values.clear();
            network.values(black_box(boards.features()), &mut memory, &mut values);
            black_box(values[0])
        });
    });
    group.finish();
}

criterion_group!(benches, patches);
criterion_main!(benches);
