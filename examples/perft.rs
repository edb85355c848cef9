//! Counts placements, to check the move generator against others and to see how fast it is.
//!
//!     cargo run --release --example perft -- --queue IOLJSZT --depth 5
//!     cargo run --release --example perft -- --board 'XX......../X...XXXXXX/XX.XXXXXXX'
//!
//! The first counts the ways to place the first pieces of a queue one after the other, on an
//! empty board or on the given one. The second counts the placements of each piece on a board,
//! its rows from the top, the last one on the floor. The rules are those of the counts in
//! `tetris-core/data`: 48 rows, SRS, pieces enter with their pivot in column 4 and row 19.

use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;
use tetris_core::{Active, Board, MoveRules, Piece, Rotation, perft};

const HEIGHT: usize = 48;
const ENTRY: (i8, i8) = (4, 19);

/// Counts placements.
#[derive(Parser)]
struct Options {
    /// The pieces to place one after the other [default: IOLJSZT]
    #[arg(long, value_name = "PIECES")]
    queue: Option<String>,
    /// How many of them [default: all]
    #[arg(long, value_name = "N")]
    depth: Option<usize>,
    /// The board to begin with: its rows from the top, `/` between them; alone, each piece's placements on it are counted
    #[arg(long, value_name = "ROWS")]
    board: Option<String>,
}

fn main() -> ExitCode {
    match run(&Options::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::from(2)
        }
    }
}

fn run(options: &Options) -> Result<(), String> {
    let rules = MoveRules::default();
    let board = match &options.board {
        Some(rows) => {
            Board::from_rows(rows, HEIGHT).map_err(|error| format!("--board: {error}"))?
        }
        None => Board::new(10, HEIGHT).expect("a possible size"),
    };
    if options.board.is_some() && options.queue.is_none() && options.depth.is_none() {
        let counts = ['I', 'O', 'T', 'L', 'J', 'S', 'Z'].map(|letter| {
            let start = Active {
                piece: Piece::try_from(letter).expect("a tetromino"),
                rotation: Rotation::North,
                x: ENTRY.0,
                y: ENTRY.1,
            };
            format!("{letter}={}", rules.count(&board, start))
        });
        println!("{}", counts.join(" "));
        return Ok(());
    }

    let letters = options.queue.as_deref().unwrap_or("IOLJSZT");
    let queue = letters
        .chars()
        .map(|letter| {
            Piece::try_from(letter).map_err(|error| format!("--queue {letter:?}: {error}"))
        })
        .collect::<Result<Vec<_>, _>>()?;
    let depth = options.depth.unwrap_or(queue.len());
    let queue = queue.get(..depth).ok_or_else(|| {
        let count = queue.len();
        format!("--depth {depth}: the queue has {count} pieces only")
    })?;
    let start = Instant::now();
    let leaves = perft(&board, queue, rules, ENTRY);
    let seconds = start.elapsed().as_secs_f64();
    let millions = leaves as f64 / seconds / 1e6;
    println!("nodes: {leaves}");
    println!("{seconds:.3} s, {millions:.1} million nodes/s");
    Ok(())
}
