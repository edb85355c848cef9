//! One greedy decision over the afterstates of a T on a board in play: the features of all its placements and a network
//! 2 x 32 over them; and the network alone over 34 rows.
//!
//!     cargo bench -p benches --bench acting

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use ndarray::Array2;
use rl_agent::afterstate_dqn::{AfterstateDqn, AfterstateDqnConfig};
use rl_agent::agent::{Agent, Policy};
use rl_agent::env::{AfterstateEnvironment, AfterstateModel, Batch, Environment};
use rl_agent::nn::{Mlp, Workspace};
use rl_agent::rng::Rng;
use rl_agent::tetris::{Scenario, Tetris, TetrisConfig};
use tetris_core::{DELLACHERIE, Piece};

/// A position with 34 candidates, some pieces into a game.
fn position() -> Tetris {
    let mut env = Tetris::without_colours(TetrisConfig::default()).expect("valid settings");
    let mut player = DELLACHERIE;
    for seed in 0.. {
        env.reset(seed, &Scenario::default())
            .expect("the default scenario");
        for _ in 0..30 {
            let action = player.act(&env);
            env.step(action).expect("a legal action");
        }
        let turning = [Piece::T, Piece::J, Piece::L];
        if turning.contains(&env.game().current_piece()) {
            break;
        }
    }
    env
}

fn acting(criterion: &mut Criterion) {
    let env = position();
    let agent =
        AfterstateDqn::new(env.model(), AfterstateDqnConfig::default(), 1).expect("valid settings");
    let mut candidates = Batch::new(env.model().feature_len());
    env.candidates(&mut candidates);
    assert_eq!(candidates.len(), 34);
    let mut policy = Agent::<Tetris>::policy(&agent);
    let chosen = policy.act(&env);
    assert!(candidates.actions().contains(&(chosen as u32)));
    criterion.bench_function("act_on_34_afterstates", |bencher| {
        bencher.iter(|| black_box(policy.act(black_box(&env))));
    });

    let width = candidates.feature_len();
    let network = Mlp::new(&[width, 32, 32, 1], &mut Rng::new(1, 0)).expect("valid sizes");
    let rows = Array2::from_shape_vec((34, width), candidates.features().to_vec())
        .expect("34 rows of features");
    let mut workspace = Workspace::default();
    let all = network.forward(rows.view(), &mut workspace).to_owned();
    let mut alone = Workspace::default();
    for (row, together) in rows.rows().into_iter().zip(&all) {
        let row = row.insert_axis(ndarray::Axis(0));
        assert_eq!(network.forward(row, &mut alone)[[0, 0]], *together);
    }
    criterion.bench_function("network_2x32_on_34_rows", |bencher| {
        bencher.iter(|| {
            let values = network.forward(black_box(rows.view()), &mut workspace);
            black_box(values[[33, 0]])
        });
    });
}

criterion_group!(benches, acting);
criterion_main!(benches);
