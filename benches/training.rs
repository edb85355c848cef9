//! A training of Tetris that several benches time: afterstates, a sampled backup, a low ceiling.

use rl_agent::afterstate_dqn::{AfterstateDqn, AfterstateDqnConfig, Backup};
use rl_agent::env::AfterstateEnvironment;
use rl_agent::tetris::{Scenario, Tetris, TetrisConfig, TetrisModel};
use rl_agent::trainer::{Trainer, TrainerConfig};

/// Trains for `steps` pieces, with a report every `metrics_every`.
///
/// # Panics
/// Never: the settings are valid.
pub fn tetris(
    config: AfterstateDqnConfig,
    steps: u64,
    metrics_every: u64,
) -> Trainer<Tetris, AfterstateDqn<TetrisModel>> {
    let tetris = Tetris::without_colours(TetrisConfig::default()).expect("valid settings");
    let agent = AfterstateDqn::new(tetris.model(), config, 1).expect("valid settings");
    let limits = TrainerConfig {
        seed: 1,
        total_steps: Some(steps),
        metrics_every,
        ..TrainerConfig::default()
    };
    let trainer = Trainer::new(vec![tetris], agent, limits).expect("valid settings");
    trainer.scenarios(|_| Scenario {
        ceiling: Some(10),
        ..Scenario::default()
    })
}

/// The minibatch and the rhythm of Stable-Baselines3: 32 sampled afterstates every 4 steps.
pub fn sb3_rhythm() -> AfterstateDqnConfig {
    AfterstateDqnConfig {
        batch_size: 32,
        update_every: 4,
        backup: Backup::Sampled,
        ..AfterstateDqnConfig::default()
    }
}

/// Whether the program runs to be timed (`cargo bench`) or once for its answer (`cargo test`).
pub fn timed() -> bool {
    std::env::args().any(|argument| argument == "--bench")
}
