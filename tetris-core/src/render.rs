//! Boards as text with ANSI colours, for terminals.

use alloc::string::String;
use core::fmt::Write;

use crate::colours::ColourPlane;
use crate::env::PlacementEnv;

/// Background colours by cell value: empty (dark blue), I cyan, O gold, T violet, S green,
/// Z red, J blue, L orange, garbage grey; red, green, blue.
const PALETTE: [(u8, u8, u8); 9] = [
    (18, 20, 38),
    (0, 200, 220),
    (240, 190, 0),
    (160, 70, 210),
    (60, 185, 80),
    (225, 60, 60),
    (60, 100, 235),
    (240, 130, 30),
    (120, 125, 135),
];

/// The lowest `rows` rows of a board from the top, two characters a cell, with 24-bit ANSI
/// background colours; every line ends with a reset and a line break.
///
/// # Panics
/// If there are not so many rows.
#[must_use]
pub fn ansi_board(colours: &ColourPlane, rows: usize) -> String {
    assert!(
        rows <= colours.height(),
        "the board has only {} rows",
        colours.height()
    );
    let mut text = String::new();
    for row in colours.rows().take(rows).rev() {
        for &cell in row {
            let (red, green, blue) = PALETTE[usize::from(cell)];
            // Writing to a string cannot fail.
            let _ = write!(text, "\x1b[48;2;{red};{green};{blue}m  ");
        }
        text.push_str("\x1b[0m\n");
    }
    text
}

/// The board of an environment up to its ceiling, and a line with the piece to place, the next
/// one, lines, pieces and score. Without colours in the environment all cells are grey.
#[must_use]
pub fn ansi_env(env: &PlacementEnv) -> String {
    let mut text = match env.colours() {
        Some(colours) => ansi_board(colours, env.ceiling()),
        None => ansi_board(&ColourPlane::of_garbage(env.board()), env.ceiling()),
    };
    let (current, next) = (env.current_piece(), env.next_piece());
    let (lines, pieces, score) = (env.lines(), env.pieces(), env.score());
    let _ = writeln!(
        text,
        "piece {current}  next {next}  lines {lines}  pieces {pieces}  score {score}"
    );
    text
}
