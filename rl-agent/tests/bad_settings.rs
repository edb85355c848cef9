//! Settings that make no sense, and checkpoints of other settings.

mod worlds;

use rl_agent::afterstate_dqn::{AfterstateDqn, AfterstateDqnConfig};
use rl_agent::dqn::{Categorical, Dqn, DqnConfig, Prioritized};
use rl_agent::env::AfterstateEnvironment;
use rl_agent::nn::{Convolution, Filters, Optimizer};
use rl_agent::schedule::Schedule;
use rl_agent::tetris::{Tetris, TetrisConfig};
use rl_agent::trainer::{Trainer, TrainerConfig};
use worlds::grid;

fn config() -> DqnConfig {
    DqnConfig {
        hidden: vec![8],
        ..DqnConfig::default()
    }
}

#[test]
fn settings_that_make_no_sense_are_refused_by_name() {
    let convolution = |size, planes| {
        Some(Convolution {
            planes,
            height: 3,
            width: 4,
            layers: vec![Filters {
                count: 4,
                size,
                stride: 1,
            }],
        })
    };
    let prioritized = |alpha, beta| {
        Some(Prioritized {
            alpha,
            beta: Schedule::Constant(beta),
            epsilon: 1e-6,
        })
    };
    let categorical = |atoms, low| {
        Some(Categorical {
            atoms,
            low,
            high: 1.0,
        })
    };
    type Change = Box<dyn Fn(&mut DqnConfig)>;
    let changes: Vec<(&str, Change)> = vec![
        ("hidden", Box::new(|c| c.hidden = vec![])),
        ("hidden", Box::new(|c| c.hidden = vec![8, 0])),
        ("gamma", Box::new(|c| c.gamma = 1.01)),
        ("gamma", Box::new(|c| c.gamma = f64::NAN)),
        ("n_step", Box::new(|c| c.n_step = 0)),
        (
            "learning_rate",
            Box::new(|c| c.learning_rate = Schedule::Constant(0.0)),
        ),
        (
            "learning_rate",
            Box::new(|c| c.learning_rate = Schedule::Piecewise(vec![])),
        ),
        (
            "epsilon",
            Box::new(|c| c.epsilon = Schedule::Constant(-0.1)),
        ),
        ("batch_size", Box::new(|c| c.batch_size = 0)),
        ("buffer_capacity", Box::new(|c| c.buffer_capacity = 31)),
        ("buffer_capacity", Box::new(|c| c.buffer_capacity = 1 << 50)),
        (
            "buffer_capacity",
            Box::new(|c| c.buffer_capacity = usize::MAX),
        ),
        ("learning_starts", Box::new(|c| c.learning_starts = 31)),
        ("update_every", Box::new(|c| c.update_every = 0)),
        ("updates_per_round", Box::new(|c| c.updates_per_round = 0)),
        ("noisy", Box::new(|c| c.noisy = Some(0.0))),
        (
            "convolution.layers.size",
            Box::new(move |c| c.convolution = convolution(4, 1)),
        ),
        (
            "convolution",
            Box::new(move |c| c.convolution = convolution(2, 2)),
        ),
        (
            "prioritized.alpha",
            Box::new(move |c| c.prioritized = prioritized(1.5, 0.4)),
        ),
        (
            "prioritized.beta",
            Box::new(move |c| c.prioritized = prioritized(0.5, 2.0)),
        ),
        (
            "categorical.atoms",
            Box::new(move |c| c.categorical = categorical(1, 0.0)),
        ),
        (
            "categorical.low",
            Box::new(move |c| c.categorical = categorical(51, 1.0)),
        ),
        ("reward_clip", Box::new(|c| c.reward_clip = Some(0.0))),
        (
            "max_gradient_norm",
            Box::new(|c| c.max_gradient_norm = Some(-1.0)),
        ),
        (
            "optimizer.sgd.momentum",
            Box::new(|c| c.optimizer = Optimizer::Sgd { momentum: 1.0 }),
        ),
    ];
    for (field, change) in changes {
        let mut config = DqnConfig::default();
        change(&mut config);
        let error = Dqn::new(&grid(), config, 0).unwrap_err();
        assert_eq!(error.field, field, "{error}");
    }
    for config in [
        DqnConfig::sb3(10_000),
        DqnConfig::rainbow(10_000),
        DqnConfig::default(),
    ] {
        Dqn::new(&grid(), config, 0).unwrap();
    }
}

#[test]
fn a_checkpoint_of_other_options_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("checkpoint");
    let trainer = |config: DqnConfig| {
        let agent = Dqn::new(&grid(), config, 1).unwrap();
        Trainer::new(vec![grid()], agent, TrainerConfig::default()).unwrap()
    };
    trainer(config()).write_checkpoint(&path).unwrap();
    trainer(config()).read_checkpoint(&path).unwrap();
    type Change = fn(&mut DqnConfig);
    let changed: [(&str, Change); 4] = [
        ("the network", |c| c.dueling = true),
        ("the optimiser", |c| {
            c.optimizer = Optimizer::Sgd { momentum: 0.0 }
        }),
        ("the replay buffer", |c| c.n_step = 3),
        ("normalisation of observations is off, expected on", |c| {
            c.normalize_observations = true;
        }),
    ];
    for (what, change) in changed {
        let mut config = config();
        change(&mut config);
        let error = trainer(config)
            .read_checkpoint(&path)
            .unwrap_err()
            .to_string();
        assert!(error.contains(what), "{error}");
    }
}

/// The replay memory of afterstates grows as it fills up; what can never be is refused before.
#[test]
fn a_memory_of_afterstates_without_room_is_refused() {
    let tetris = Tetris::new(TetrisConfig::default()).unwrap();
    let prioritized = Prioritized {
        alpha: 0.6,
        beta: Schedule::Constant(0.4),
        epsilon: 1e-6,
    };
    for prioritized in [None, Some(prioritized)] {
        for buffer_capacity in [1 << 45, 1 << 60, usize::MAX] {
            let config = AfterstateDqnConfig {
                buffer_capacity,
                prioritized: prioritized.clone(),
                ..AfterstateDqnConfig::default()
            };
            let error = AfterstateDqn::new(tetris.model(), config, 1).err().unwrap();
            assert_eq!(error.field, "buffer_capacity");
            assert_eq!(error.found, buffer_capacity.to_string());
        }
    }
}
