//! One full DQN update (draw a minibatch, target forward, forward, Huber loss, backward, clipping, Adam) of a network
//! 200-128-128-40 at batch sizes 32, 128 and 512, on one core.
//!
//!     cargo bench -p benches --bench update_step
//!
//! The same in PyTorch: `benches/peers/torch_update.py`. Floating-point work of an update, with two for a fused
//! multiply-add: 325,632 times the batch size. The limit that is printed is their time at the measured peak of the core,
//! and one pass of Adam.

use std::convert::Infallible;
use std::hint::black_box;
use std::time::Instant;

use benches::peak::flop_per_second;
use benches::training::timed;
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use ndarray::Array1;
use pulp::Arch;
use rl_agent::agent::Agent;
use rl_agent::dqn::{Dqn, DqnConfig, TargetUpdate};
use rl_agent::env::{Environment, Step};
use rl_agent::nn::{Optimizer, OptimizerState};
use rl_agent::rng::Rng;

const INPUTS: usize = 200;
const ACTIONS: usize = 40;
const FLOP: u64 = 325_632;

/// Random observations; every action earns 1, and nothing ever ends. With a discount of 0.1 every value is 10 / 9.
struct Lottery(Rng);

impl Environment for Lottery {
    type Scenario = ();
    type Error = Infallible;

    fn observation_len(&self) -> usize {
        INPUTS
    }
    fn action_count(&self) -> usize {
        ACTIONS
    }
    fn reset(&mut self, seed: u64, _scenario: &()) -> Result<(), Infallible> {
        self.0 = Rng::new(seed, 0);
        Ok(())
    }
    fn observe(&self, out: &mut [f32]) {
        let mut rng = self.0.clone();
        out.fill_with(|| rng.unit() as f32);
    }
    fn legal_actions(&self, out: &mut [bool]) {
        out.fill(true);
    }
    fn step(&mut self, _action: usize) -> Result<Step, Infallible> {
        self.0.bits();
        Ok(Step {
            reward: 1.0,
            terminated: false,
            truncated: false,
        })
    }
}

/// An agent that remembers 10,000 steps.
fn agent(batch_size: usize) -> Dqn {
    let mut env = Lottery(Rng::new(1, 0));
    let config = DqnConfig {
        hidden: vec![128, 128],
        double: false,
        batch_size,
        learning_starts: batch_size as u64,
        buffer_capacity: 10_000,
        update_every: 1,
        gamma: 0.1,
        target: TargetUpdate::Hard { every: 200 },
        ..DqnConfig::default()
    };
    let mut agent = Dqn::new(&env, config, 1).expect("valid settings");
    for step in 0..10_000 {
        let action = agent.decide(&env, step).expect("a legal action").action;
        let Ok(outcome) = env.step(action);
        agent.record(&env, &outcome);
    }
    agent
}

fn update(agent: &mut Dqn) -> f32 {
    let report = Agent::<Lottery>::update(agent, 10_000);
    report
        .expect("finite numbers")
        .expect("an update is due")
        .mean_q
}

/// The time that `work` takes, in microseconds, by about five milliseconds of it.
fn microseconds(mut work: impl FnMut()) -> f64 {
    let mut time = |count: u32| {
        let begun = Instant::now();
        (0..count).for_each(|_| work());
        begun.elapsed().as_secs_f64() * 1e6 / f64::from(count)
    };
    let count = (5_000.0 / time(1)).clamp(1.0, 1_000.0) as u32;
    time(count)
}

/// How near each batch size comes to the limit of this core. The peak, the pass of Adam and the update are taken in
/// turns, each update held against the limit of its own moment: a core that is shared changes its pace within a second.
fn print_limits() {
    let parameters = agent(32).network().parameters().len();
    let mut adam = OptimizerState::new(Optimizer::default(), parameters);
    let (mut weights, gradient) = (Array1::zeros(parameters), Array1::ones(parameters));
    for batch in [32, 128, 512] {
        let mut agent = agent(batch);
        let mut rounds: Vec<(f64, f64, f64)> = (0..60)
            .map(|_| {
                let pass = microseconds(|| {
                    adam.update(weights.view_mut(), gradient.view(), 1e-3, Arch::new());
                });
                let limit = (FLOP * batch as u64) as f64 / flop_per_second() * 1e6 + pass;
                let took = microseconds(|| {
                    black_box(update(&mut agent));
                });
                (took / limit, took, limit)
            })
            .collect();
        rounds.sort_by(|a, b| a.0.total_cmp(&b.0));
        for (name, (ratio, took, limit)) in [("least", rounds[0]), ("median", rounds[30])] {
            println!(
                "batch {batch:>3}, {name:<6}: {took:>5.0} us, {ratio:.2} times the limit of {limit:.0} us"
            );
        }
    }
}

fn updates(criterion: &mut Criterion) {
    if timed() {
        print_limits();
    }
    let mut group = criterion.benchmark_group("update_200-128-128-40");
    for batch in [32, 128, 512] {
        let mut agent = agent(batch);
        let learnt = (0..1_500)
            .map(|_| update(&mut agent))
            .last()
            .expect("some updates");
        assert!(
            (learnt - 1.11).abs() < 0.1,
            "every value is 1.11, not {learnt}"
        );
        group.throughput(Throughput::Elements(FLOP * batch as u64));
        group.bench_function(BenchmarkId::from_parameter(batch), |bencher| {
            bencher.iter(|| black_box(update(&mut agent)));
        });
    }
    group.finish();
}

criterion_group!(benches, updates);
criterion_main!(benches);
