//! Races the hand-weighted players of the literature: uniformly random pieces, only the current one known.
//!
//!     cargo run --release --example controllers -- 200
//!
//! plays 200 games each on the 10x10 board, where good play still ends within seconds.

use clap::Parser;
use rl_agent::evaluation::{EvaluationConfig, evaluate};
use rl_agent::tetris::{Scenario, Tetris, TetrisConfig};
use tetris_core::{BCTS, DELLACHERIE, DT10, DT20};

/// Races the hand-weighted players of the literature.
#[derive(Parser)]
struct Args {
    /// Games that each of them plays
    #[arg(default_value_t = 200, value_parser = clap::value_parser!(u64).range(1..))]
    games: u64,
}

fn main() -> anyhow::Result<()> {
    let Args { games } = Args::parse();
    let tetris = Tetris::without_colours(TetrisConfig {
        height: 10,
        ..TetrisConfig::default()
    })?;
    let config = EvaluationConfig {
        games,
        threads: 2,
        ..EvaluationConfig::default()
    };
    println!(
        "lines a game over {games} games on 10x10, with the 95 % confidence interval of the mean"
    );
    for (name, player) in [
        ("Dellacherie", DELLACHERIE),
        ("BCTS", BCTS),
        ("DT-10", DT10),
        ("DT-20", DT20),
    ] {
        let played = evaluate(&tetris, &Scenario::default(), &player, &config, || false)?;
        let (low, high) = played.ci95();
        let interval = match games {
            // A single game tells nothing of the next one.
            1 => String::new(),
            _ => format!("[{low:.0}, {high:.0}]"),
        };
        let rate = played.steps() as f64 / played.seconds / 1e6;
        println!(
            "{name:12} {:6.0}  {interval:16} {rate:.2} million pieces/s",
            played.mean()
        );
    }
    Ok(())
}
