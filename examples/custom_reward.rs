//! A reward of one's own: an environment around another one. Here Tetris pays for lines as Tetris-Gymnasium does (lines
//! squared times the width, and 1 for every piece) and takes something for every game lost, and a DQN learns it from the
//! cells of the board.
//!
//!     cargo run --release --example custom_reward -- --steps 50000

use clap::Parser;
use rl_agent::dqn::{Dqn, DqnConfig};
use rl_agent::env::{Environment, Step};
use rl_agent::observers::LogTable;
use rl_agent::tetris::{Scenario, Tetris, TetrisConfig, TetrisError};
use rl_agent::trainer::{Trainer, TrainerConfig};

/// Everything is the inner environment's but the reward.
#[derive(Clone)]
struct PaidForLines {
    tetris: Tetris,
    lines: f64,
}

impl Environment for PaidForLines {
    type Scenario = Scenario;
    type Error = TetrisError;

    fn observation_len(&self) -> usize {
        self.tetris.observation_len()
    }

    fn action_count(&self) -> usize {
        self.tetris.action_count()
    }

    fn reset(&mut self, seed: u64, scenario: &Scenario) -> Result<(), TetrisError> {
        self.lines = 0.0;
        self.tetris.reset(seed, scenario)
    }

    fn observe(&self, out: &mut [f32]) {
        self.tetris.observe(out);
    }

    fn legal_actions(&self, out: &mut [bool]) {
        self.tetris.legal_actions(out);
    }

    fn step(&mut self, action: usize) -> Result<Step, TetrisError> {
        let step = self.tetris.step(action)?;
        let mut measures = [0.0; 2];
        self.tetris.measure(&mut measures);
        let cleared = measures[0] - self.lines;
        self.lines = measures[0];
        let width = f64::from(self.tetris.config().width);
        let lost = if step.terminated { 2.0 } else { 0.0 };
        Ok(Step {
            reward: (1.0 + cleared * cleared * width - lost) as f32,
            ..step
        })
    }

    fn measures(&self) -> &'static [&'static str] {
        self.tetris.measures()
    }

    fn measure(&self, out: &mut [f64]) {
        self.tetris.measure(out);
    }
}

/// Trains for a reward of one's own.
#[derive(Parser)]
struct Args {
    /// Pieces to train for
    #[arg(long, default_value_t = 50_000)]
    steps: u64,
}

fn main() -> anyhow::Result<()> {
    let Args { steps } = Args::parse();
    let rules = TetrisConfig {
        width: 6,
        height: 12,
        ..TetrisConfig::default()
    };
    let env = PaidForLines {
        tetris: Tetris::without_colours(rules)?,
        lines: 0.0,
    };
    let agent = Dqn::new(&env, DqnConfig::tetris(6, 12), 1)?;
    let config = TrainerConfig {
        seed: 1,
        total_steps: Some(steps),
        metrics_every: 5_000,
        ..TrainerConfig::default()
    };
    let end = Trainer::new(vec![env], agent, config)?.run(LogTable::new(std::io::stdout()))?;
    println!(
        "{} games, {} updates in {:.0} s",
        end.episodes, end.updates, end.seconds
    );
    Ok(())
}
