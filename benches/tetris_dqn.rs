//! A whole training of Tetris, one action a piece, with the defaults of Stable-Baselines3's DQN (an update of batch size
//! 32 every 4 steps): placements a second, on one core.
//!
//!     cargo bench -p benches --bench tetris_dqn
//!
//! `features_of_all_placements` is what `benches/peers/sb3_tetris.py` does in Python: the observation holds the features
//! of every placement, and a network gives each of the 40 actions its value. `afterstates` is how this library does it:
//! one small network values every placement.

use std::cell::RefCell;

use benches::training::{sb3_rhythm, tetris};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use rl_agent::dqn::{Dqn, DqnConfig};
use rl_agent::env::{AfterstateEnvironment, AfterstateModel, Batch, Environment, Step};
use rl_agent::tetris::{Scenario, Tetris, TetrisConfig, TetrisError};
use rl_agent::trainer::{Trainer, TrainerConfig};

const STEPS: u64 = 20_000;

/// Tetris as Tetris-Gymnasium's grouped wrapper shows it: the features of every placement, zero where there is none.
struct Grouped {
    tetris: Tetris,
    candidates: RefCell<Batch>,
}

impl Grouped {
    fn new() -> Self {
        let tetris = Tetris::without_colours(TetrisConfig::default()).expect("valid settings");
        let features = tetris.model().feature_len();
        Self {
            tetris,
            candidates: RefCell::new(Batch::new(features)),
        }
    }
}

impl Environment for Grouped {
    type Scenario = Scenario;
    type Error = TetrisError;

    fn observation_len(&self) -> usize {
        self.action_count() * self.candidates.borrow().feature_len()
    }
    fn action_count(&self) -> usize {
        self.tetris.action_count()
    }
    fn reset(&mut self, seed: u64, scenario: &Scenario) -> Result<(), TetrisError> {
        self.tetris.reset(seed, scenario)
    }
    fn observe(&self, out: &mut [f32]) {
        let candidates = &mut *self.candidates.borrow_mut();
        candidates.clear();
        self.tetris.candidates(candidates);
        out.fill(0.0);
        let width = candidates.feature_len();
        for (row, &action) in candidates.actions().iter().enumerate() {
            out[action as usize * width..][..width].copy_from_slice(candidates.row(row));
        }
    }
    fn legal_actions(&self, out: &mut [bool]) {
        self.tetris.legal_actions(out);
    }
    fn step(&mut self, action: usize) -> Result<Step, TetrisError> {
        self.tetris.step(action)
    }
}

fn train_on_features() {
    let env = Grouped::new();
    let agent = Dqn::new(&env, DqnConfig::sb3(STEPS), 1).expect("valid settings");
    let limits = TrainerConfig {
        seed: 1,
        total_steps: Some(STEPS),
        ..TrainerConfig::default()
    };
    let mut trainer = Trainer::new(vec![env], agent, limits).expect("valid settings");
    let end = trainer.run(()).expect("training succeeds");
    assert_eq!((end.step, end.updates), (STEPS, (STEPS - 100) / 4 + 1));
}

fn train_on_afterstates() {
    let mut trainer = tetris(sb3_rhythm(), STEPS, STEPS);
    let end = trainer.run(()).expect("training succeeds");
    assert_eq!((end.step, end.updates), (STEPS, (STEPS - 1_000) / 4 + 1));
}

fn trainings(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("tetris_dqn");
    group.sample_size(10);
    group.throughput(Throughput::Elements(STEPS));
    group.bench_function("features_of_all_placements", |bencher| {
        bencher.iter(train_on_features);
    });
    group.bench_function("afterstates", |bencher| bencher.iter(train_on_afterstates));
    group.finish();
}

criterion_group!(benches, trainings);
criterion_main!(benches);
