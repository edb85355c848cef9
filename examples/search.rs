//! A player that looks two pieces ahead by pressing keys in copies of the game: hold included, no board code at all.
//!
//!     cargo run --release --example search -- 200
//!
//! plays so many pieces by the guideline and shows the board. Weights of the position: Lee, "Tetris AI - the (near)
//! perfect bot", 2013.

use std::time::Instant;

use clap::Parser;
use tetris_core::{Game, Gravity, Input, Rules, ansi_game};

/// Plays by looking two pieces ahead.
#[derive(Parser)]
struct Args {
    /// Pieces to play
    #[arg(default_value_t = 200)]
    pieces: u32,
}

fn main() -> anyhow::Result<()> {
    let Args { pieces } = Args::parse();
    let rules = Rules {
        // It thinks between two ticks.
        gravity: Gravity::None,
        ..Rules::guideline()
    };
    let mut game = Game::new(rules, 1)?;
    let (start, mut positions) = (Instant::now(), 0u64);
    while game.pieces() < pieces {
        let found = moves(&game).into_iter().map(|(keys, after)| {
            let next = moves(&after);
            positions += 1 + next.len() as u64;
            let best = next
                .iter()
                .map(|(_, last)| value(last))
                .fold(f64::NEG_INFINITY, f64::max);
            (keys, best)
        });
        let best = found.max_by(|a, b| a.1.total_cmp(&b.1));
        let Some((keys, _)) = best else { break };
        game.set_colours(true);
        for key in keys {
            let _ = game.press(key)?;
        }
        game.set_colours(game.pieces() == pieces);
    }
    let rate = positions as f64 / start.elapsed().as_secs_f64() / 1e6;
    print!("{}", ansi_game(&game));
    println!("{} pieces, {rate:.2} million positions/s", game.pieces());
    Ok(())
}

/// Every way to put the piece, or the one that holding it brings, straight down: the keys and the game after them.
fn moves(game: &Game) -> Vec<(Vec<Input>, Game)> {
    let mut found = Vec::new();
    let mut holds = vec![(Vec::new(), game.clone())];
    let mut held = game.clone();
    if held.press(Input::Hold).is_ok_and(|pressed| pressed.acted) {
        holds.push((vec![Input::Hold], held));
    }
    for (mut keys, mut turned) in holds {
        for _ in 0..4 {
            slide(&keys, &turned, Input::Left, true, &mut found);
            slide(&keys, &turned, Input::Right, false, &mut found);
            if !turned
                .press(Input::Clockwise)
                .is_ok_and(|pressed| pressed.acted)
            {
                break;
            }
            keys.push(Input::Clockwise);
        }
    }
    found
}

/// Drops in each column that a key leads to, and where it stands if `here`.
fn slide(keys: &[Input], game: &Game, key: Input, here: bool, found: &mut Vec<(Vec<Input>, Game)>) {
    let (mut keys, mut game) = (keys.to_vec(), game.clone());
    let mut drop = here;
    loop {
        if drop {
            let mut dropped = game.clone();
            if dropped.press(Input::HardDrop).is_ok() && !dropped.is_over() {
                let keys = keys.iter().copied().chain([Input::HardDrop]).collect();
                found.push((keys, dropped));
            }
        }
        if !game.press(key).is_ok_and(|pressed| pressed.acted) {
            return;
        }
        keys.push(key);
        drop = true;
    }
}

fn value(game: &Game) -> f64 {
    let board = game.board();
    let heights: Vec<usize> = (0..board.width()).map(|x| board.column_height(x)).collect();
    let full: u32 = board
        .columns()
        .iter()
        .map(|column| column.count_ones())
        .sum();
    let height: usize = heights.iter().sum();
    let bumpiness: usize = heights.windows(2).map(|two| two[0].abs_diff(two[1])).sum();
    let holes = height - full as usize;
    0.76 * f64::from(game.lines())
        - 0.51 * height as f64
        - 0.36 * holes as f64
        - 0.18 * bumpiness as f64
}
