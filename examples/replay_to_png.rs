//! Draws a replay: its last position, or a film of numbered pictures.
//!
//!     cargo run --release --example random_agent -- 1000 random.replay
//!     cargo run --release --example replay_to_png -- random.replay last.png
//!     cargo run --release --example replay_to_png -- random.replay film.png 60
//!
//! The last makes film-00000.png, film-00001.png and so on, one every 60 ticks of the game.

use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Parser;
use tetris_core::{Event, Game, Replay, rgb_game};

/// Pixels a cell.
const CELL: usize = 24;

/// Draws a replay.
#[derive(Parser)]
struct Args {
    /// The replay, as `play` and `random_agent` write it
    replay: PathBuf,
    /// The picture to write
    picture: PathBuf,
    /// Instead of the last position, write numbered pictures, one every so many ticks of the game
    #[arg(value_parser = clap::value_parser!(u64).range(1..))]
    every: Option<u64>,
}

fn main() -> anyhow::Result<()> {
    let Args {
        replay,
        picture,
        every,
    } = Args::parse();
    let named = || replay.display().to_string();
    let bytes = std::fs::read(&replay).with_context(named)?;
    let replay = Replay::from_bytes(&bytes).with_context(named)?;
    replay.play()?; // does it end as it did?

    let mut game = replay.start();
    game.set_colours(true);
    let stem = picture.with_extension("");
    let mut pictures = 0;
    for event in replay.events() {
        // One tick at a time, so that none is missed.
        let (event, times) = match event {
            Event::Ticks(ticks) => (Event::Ticks(1), ticks),
            other => (other, 1),
        };
        for _ in 0..times {
            Replay::apply(&mut game, event, &mut |_, _| {})?;
            if let (Event::Ticks(_), Some(every)) = (event, every)
                && game.ticks() % every == 0
            {
                write(
                    &game,
                    format!("{}-{pictures:05}.png", stem.display()).as_ref(),
                )?;
                pictures += 1;
            }
        }
    }
    if every.is_none() {
        write(&game, &picture)?;
        pictures = 1;
    }
    println!(
        "{pictures} pictures of {} pieces, {} lines, {} points",
        game.pieces(),
        game.lines(),
        game.score()
    );
    Ok(())
}

fn write(game: &Game, file: &Path) -> anyhow::Result<()> {
    let image = rgb_game(game, CELL);
    let out = BufWriter::new(File::create(file)?);
    let mut encoder = png::Encoder::new(out, image.width.try_into()?, image.height.try_into()?);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.write_header()?.write_image_data(&image.pixels)?;
    Ok(())
}
