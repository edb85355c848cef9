//! A whole training of CartPole-v1 with the defaults of Stable-Baselines3's DQN (an update of batch size 32 every 4
//! steps, a network 4-64-64-2): environment steps a second, on one core.
//!
//!     cargo bench -p benches --bench cartpole
//!
//! The same in Python: `benches/peers/sb3_cartpole.py`.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use rl_agent::dqn::{Dqn, DqnConfig};
use rl_agent::trainer::{Trainer, TrainerConfig};

// The environment of the example, whose `main` is not used here.
#[allow(dead_code)]
#[path = "../examples/custom_env.rs"]
mod custom_env;

use custom_env::CartPole;

const STEPS: u64 = 20_000;

fn train() {
    let cart = CartPole::default();
    let agent = Dqn::new(&cart, DqnConfig::sb3(STEPS), 1).expect("valid settings");
    let limits = TrainerConfig {
        seed: 1,
        total_steps: Some(STEPS),
        ..TrainerConfig::default()
    };
    let mut trainer = Trainer::new(vec![cart], agent, limits).expect("valid settings");
    let end = trainer.run(()).expect("training succeeds");
    // One update every 4 steps from step 100 on.
    assert_eq!((end.step, end.updates), (STEPS, (STEPS - 100) / 4 + 1));
}

fn cartpole(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("cartpole");
    group.sample_size(10);
    group.throughput(Throughput::Elements(STEPS));
    group.bench_function("sb3_defaults", |bencher| bencher.iter(train));
    group.finish();
}

criterion_group!(benches, cartpole);
criterion_main!(benches);
