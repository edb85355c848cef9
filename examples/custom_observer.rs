//! An observer of one's own is a few lines: this one keeps the best game and says when it is beaten.
//!
//!     cargo run --release --example custom_observer -- --steps 20000

use clap::Parser;
use rl_agent::afterstate_dqn::{AfterstateDqn, AfterstateDqnConfig};
use rl_agent::env::{AfterstateEnvironment, Environment};
use rl_agent::observer::{EpisodeReport, Observer};
use rl_agent::observers::{Guarded, LogTable, Timed};
use rl_agent::tetris::{Tetris, TetrisConfig};
use rl_agent::trainer::{Trainer, TrainerConfig};

/// Works with every environment, because it does not look into it.
#[derive(Default)]
struct Best {
    lines: f64,
}

impl<E: Environment> Observer<E> for Best {
    fn on_episode(&mut self, report: &EpisodeReport<'_>) {
        if report.measures[0] > self.lines {
            self.lines = report.measures[0];
            println!(
                "game {}: {} lines, the best so far",
                report.episode, self.lines
            );
        }
    }
}

/// Trains while an observer of one's own watches.
#[derive(Parser)]
struct Args {
    /// Pieces to train for
    #[arg(long, default_value_t = 20_000)]
    steps: u64,
}

fn main() -> anyhow::Result<()> {
    let Args { steps } = Args::parse();
    let tetris = Tetris::without_colours(TetrisConfig::default())?;
    let agent = AfterstateDqn::new(tetris.model(), AfterstateDqnConfig::tetris(steps), 1)?;
    let config = TrainerConfig {
        seed: 1,
        total_steps: Some(steps),
        metrics_every: 5_000,
        ..TrainerConfig::default()
    };
    let mut trainer = Trainer::new(vec![tetris], agent, config)?;

    // Several observers are one as a tuple. A guard keeps training alive should its observer panic; `Timed` tells what
    // watching costs.
    let mut observers = Timed::new((
        Guarded::new("best", Best::default()),
        LogTable::new(std::io::stdout()),
    ));
    trainer.run(&mut observers)?;
    println!(
        "{:.2} % of the time went into observers",
        100.0 * observers.share()
    );
    Ok(())
}
