//! Thousands of key-press games stepped by one call, with the observations in one buffer.
//!
//!     cargo run --release --example batched -- 4096 1000
//!
//! steps so many games so many times with random keys, on one thread and then on all.

use std::time::Instant;

use clap::Parser;
use rl_agent::rng::Rng;
use tetris_core::{BatchBuffers, BatchEnv, KEY_ACTIONS, Observation, Part, PerLine, Rules};

/// Steps thousands of games by one call, on one thread and then on all.
#[derive(Parser)]
struct Args {
    /// Games at a time
    #[arg(default_value_t = 4_096)]
    games: usize,
    /// Steps of each
    #[arg(default_value_t = 1_000)]
    steps: usize,
}

fn main() -> anyhow::Result<()> {
    let Args { games, steps } = Args::parse();
    let rules = Rules::guideline();
    let parts = [
        Part::BoardAndPiece,
        Part::Position,
        Part::Current,
        Part::Hold,
        Part::Next(2),
    ];
    let seeds: Vec<u64> = (0..games as u64).collect();
    let mut ends = Vec::new();
    for threads in [false, true] {
        let observation = Observation::new(&rules, &parts)?;
        let mut batch = BatchEnv::new(rules.clone(), observation, PerLine(1.0), &seeds)?;
        let numbers = games * batch.observation().len();
        let (mut observations, mut final_observations) = (vec![0u8; numbers], vec![0u8; numbers]);
        let (mut terminated, mut truncated) = (vec![false; games], vec![false; games]);
        let (mut rewards, mut actions) = (vec![0.0; games], vec![0; games]);
        let mut rng = Rng::new(1, 0);
        let mut ended = 0;
        let start = Instant::now();
        for _ in 0..steps {
            for action in &mut actions {
                *action = rng.below(KEY_ACTIONS) as u8;
            }
            let buffers = BatchBuffers {
                observations: &mut observations,
                final_observations: &mut final_observations,
                rewards: &mut rewards,
                terminated: &mut terminated,
                truncated: &mut truncated,
            };
            if threads {
                batch.par_step(&actions, buffers, 256)?;
            } else {
                batch.step(&actions, buffers)?;
            }
            ended += terminated.iter().filter(|&&ended| ended).count();
        }
        let rate = (games * steps) as f64 / start.elapsed().as_secs_f64() / 1e6;
        let on = if threads { "all threads" } else { "one thread" };
        println!("{on}: {rate:.1} million steps/s, {ended} games ended");
        ends.push(observations);
    }
    assert!(ends[0] == ends[1], "threads change nothing");
    Ok(())
}
