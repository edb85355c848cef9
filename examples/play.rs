//! Tetris in the terminal, by the guideline: play it yourself.
//!
//!     cargo run --release --example play
//!     cargo run --release --example play -- game.replay 7
//!
//! Arrows move and drop softly, up or X turns right, Z left, A half a turn, space drops, C holds, Q ends. The second
//! writes the game to the file, which `replay_to_png` draws, and has the pieces of seed 7.

use std::io::{IsTerminal, Write, stdin, stdout};
use std::path::PathBuf;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use clap::Parser;
use crossterm::event::{Event, KeyCode, KeyEventKind, poll, read};
use crossterm::terminal::{
    Clear, ClearType, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};
use crossterm::{cursor, execute, queue, style};
use tetris_core::{HalfTurns, Input, Recorder, Rules, ansi_game};

/// The guideline counts in sixtieths of a second.
const TICK: Duration = Duration::from_nanos(1_000_000_000 / 60);

/// Tetris in the terminal. Arrows move and drop softly, up or X turns right, Z left, A half a turn, space drops, C holds,
/// Q ends.
#[derive(Parser)]
struct Args {
    /// Where the game goes
    replay: Option<PathBuf>,
    /// Its pieces follow from it; another one every second if not given
    seed: Option<u64>,
}

fn main() -> anyhow::Result<()> {
    let Args { replay: file, seed } = Args::parse();
    if !(stdin().is_terminal() && stdout().is_terminal()) {
        anyhow::bail!("playing needs a terminal for keys and board: run it in one, not in a pipe");
    }
    let seed = match seed {
        Some(seed) => seed,
        None => SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs(),
    };
    let mut rules = Rules::guideline();
    rules.rotation.half_turns = HalfTurns::Kicked;
    let mut recorder = Recorder::new(rules, seed)?;
    recorder.set_colours(true);

    enable_raw_mode()?;
    execute!(stdout(), EnterAlternateScreen, cursor::Hide)?;
    let played = play(&mut recorder);
    execute!(stdout(), LeaveAlternateScreen, cursor::Show)?;
    disable_raw_mode()?;
    played?;

    let (game, replay) = recorder.finish();
    println!(
        "{} points, {} lines, {} pieces, seed {seed}",
        game.score(),
        game.lines(),
        game.pieces()
    );
    if let Some(file) = file {
        std::fs::write(&file, replay.to_bytes())?;
        println!("written to {}", file.display());
    }
    Ok(())
}

/// Until the game is over or the player has had enough.
fn play(recorder: &mut Recorder) -> anyhow::Result<()> {
    let mut next_tick = Instant::now() + TICK;
    draw(recorder)?;
    while !recorder.game().is_over() {
        let before = recorder.game().clone();
        if poll(next_tick.saturating_duration_since(Instant::now()))? {
            let Event::Key(key) = read()? else { continue };
            let input = match key.code {
                _ if key.kind == KeyEventKind::Release => continue,
                KeyCode::Char('q') | KeyCode::Esc => return Ok(()),
                KeyCode::Left => Input::Left,
                KeyCode::Right => Input::Right,
                KeyCode::Down => Input::SoftDrop,
                KeyCode::Up | KeyCode::Char('x') => Input::Clockwise,
                KeyCode::Char('z') => Input::CounterClockwise,
                KeyCode::Char('a') => Input::Half,
                KeyCode::Char(' ') => Input::HardDrop,
                KeyCode::Char('c') => Input::Hold,
                _ => continue,
            };
            let _ = recorder.press(input)?;
        } else {
            recorder.tick()?;
            next_tick += TICK;
        }
        let game = recorder.game();
        if (game.active(), game.pieces(), game.held())
            != (before.active(), before.pieces(), before.held())
        {
            draw(recorder)?;
        }
    }
    Ok(())
}

fn draw(recorder: &Recorder) -> std::io::Result<()> {
    let mut out = stdout();
    queue!(out, cursor::MoveTo(0, 0))?;
    for line in ansi_game(recorder.game()).lines() {
        queue!(
            out,
            style::Print(line),
            Clear(ClearType::UntilNewLine),
            cursor::MoveToNextLine(1)
        )?;
    }
    out.flush()
}
