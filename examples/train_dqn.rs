//! Trains a DQN to play Tetris, with a progress bar, and then lets it play games it has never seen.
//!
//!     cargo run --release --example train_dqn -- --seconds 30 --seed 1

use clap::Parser;
use rl_agent::afterstate_dqn::{AfterstateDqn, AfterstateDqnConfig};
use rl_agent::agent::Agent;
use rl_agent::env::AfterstateEnvironment;
use rl_agent::evaluation::{EvaluationConfig, evaluate};
use rl_agent::observers::ProgressBar;
use rl_agent::tetris::{Scenario, Tetris, TetrisConfig};
use rl_agent::trainer::{Trainer, TrainerConfig};

/// Trains a DQN to play Tetris.
#[derive(Parser)]
struct Args {
    /// How long to train
    #[arg(long, default_value_t = 30.0)]
    seconds: f64,
    /// Everything random follows from it
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Where the games that it plays afterwards are cut
    #[arg(long, default_value_t = 250_000)]
    max_pieces: u64,
}

fn main() -> anyhow::Result<()> {
    let Args {
        seconds,
        seed,
        max_pieces,
    } = Args::parse();

    let tetris = Tetris::without_colours(TetrisConfig::default())?;
    // About as many pieces as a core gets through in the time, for the learning rate to fall over.
    let steps = (8_000.0 * seconds) as u64;
    let agent = AfterstateDqn::new(tetris.model(), AfterstateDqnConfig::tetris(steps), seed)?;
    let config = TrainerConfig {
        seed,
        time_limit: Some(seconds),
        ..TrainerConfig::default()
    };
    let mut trainer = Trainer::new(vec![tetris.clone()], agent, config)?;
    let end = trainer.run(ProgressBar::new())?;
    println!(
        "{} pieces, {} games, {} updates in {:.0} s",
        end.step, end.episodes, end.updates, end.seconds
    );

    let held_out = EvaluationConfig {
        games: 10,
        seed: 1,
        max_steps: Some(max_pieces),
        threads: 2,
        ..EvaluationConfig::default()
    };
    let policy = Agent::<Tetris>::policy(trainer.agent());
    let played = evaluate(&tetris, &Scenario::default(), &policy, &held_out, || false)?;
    println!(
        "10 greedy games on the whole board, cut at {max_pieces} pieces: {:.0} lines on average, {} deaths",
        played.mean(),
        played.deaths()
    );
    Ok(())
}
