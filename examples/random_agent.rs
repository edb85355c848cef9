//! Random keys in the key-press environment, by the rules of Tetris-Gymnasium: the least that an agent has to beat.
//!
//!     cargo run --release --example random_agent -- 1000 random.replay
//!
//! plays so many games and writes the one with the most reward to the file, if one is named.

use std::path::PathBuf;
use std::time::Instant;

use clap::Parser;
use rl_agent::rng::Rng;
use tetris_core::{
    Input, KEY_ACTIONS, KeyEnv, Observation, Part, Recorder, Rules, TetrisGymnasium,
};

/// Presses random keys.
#[derive(Parser)]
struct Args {
    /// Games to play
    #[arg(default_value_t = 1_000, value_parser = clap::value_parser!(u64).range(1..))]
    games: u64,
    /// Where the replay of the best one goes
    replay: Option<PathBuf>,
}

fn main() -> anyhow::Result<()> {
    let Args {
        games,
        replay: file,
    } = Args::parse();
    let rules = Rules::tetris_gymnasium();
    let parts = [
        Part::Board,
        Part::Piece,
        Part::Current,
        Part::Hold,
        Part::Queue,
    ];
    let observation = Observation::new(&rules, &parts)?;
    let mut env = KeyEnv::new(rules.clone(), observation, TetrisGymnasium::default())?;
    let mut seen = vec![0.0f32; env.observation().len()];

    let mut rng = Rng::new(1, 0);
    let (mut steps, mut total, mut lines) = (0, 0.0, 0);
    let mut best = (f32::NEG_INFINITY, 0, Vec::new());
    let start = Instant::now();
    for seed in 0..games {
        env.reset(seed);
        let (mut sum, mut actions) = (0.0, Vec::new());
        loop {
            env.observe(&mut seen); // which a better agent would look at
            let action = rng.below(KEY_ACTIONS);
            let step = env.step(action)?;
            actions.push(action);
            sum += step.reward;
            if step.terminated {
                break;
            }
        }
        steps += actions.len();
        total += sum;
        lines += env.game().lines();
        if sum > best.0 {
            best = (sum, seed, actions);
        }
    }
    let rate = steps as f64 / start.elapsed().as_secs_f64() / 1e6;
    let mean = total / games as f32;
    println!("{games} games, mean reward {mean:.2}, {lines} lines, {rate:.1} million steps/s");

    if let Some(file) = file {
        let (reward, seed, actions) = best;
        let mut recorder = Recorder::new(rules, seed)?;
        for action in actions {
            // As the environment does it: a key, and a tick unless the key locked.
            let locked = match Input::ALL.get(action) {
                Some(&input) => recorder.press(input)?.locked,
                None => None,
            };
            if locked.is_none() && !recorder.game().is_over() {
                recorder.tick()?;
            }
        }
        let (_, replay) = recorder.finish();
        std::fs::write(&file, replay.to_bytes())?;
        println!(
            "the best, with {reward} in {} bytes, is in {}",
            replay.to_bytes().len(),
            file.display()
        );
    }
    Ok(())
}
