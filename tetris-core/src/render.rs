//! Boards as text with ANSI colours, for terminals, and as pixels.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write;

use crate::board::{ColourPlane, GARBAGE};
use crate::envs::PlacementEnv;
use crate::game::Game;

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

/// What cells of a game look like: a colour, or that of the ghost of a piece.
#[derive(Clone, Copy)]
enum Look {
    Cell(u8),
    Ghost(u8),
}

impl Look {
    fn rgb(self) -> (u8, u8, u8) {
        match self {
            Self::Cell(cell) => PALETTE[usize::from(cell)],
            Self::Ghost(cell) => {
                // A quarter of the piece over the background.
                let (piece, empty) = (PALETTE[usize::from(cell)], PALETTE[0]);
                let mix = |piece: u8, empty: u8| piece / 4 + empty / 4 * 3;
                (
                    mix(piece.0, empty.0),
                    mix(piece.1, empty.1),
                    mix(piece.2, empty.2),
                )
            }
        }
    }
}

/// The lowest rows of a game with its active piece and ghost, row after row from the floor.
fn looks(game: &Game, rows: usize) -> Vec<Look> {
    let width = game.board().width();
    let cell = |index: usize| {
        let (x, y) = (index % width, index / width);
        Look::Cell(match game.colours() {
            Some(colours) => colours.get(x, y),
            None if game.board().get(x, y) => GARBAGE,
            None => 0,
        })
    };
    let mut looks: Vec<_> = (0..rows * width).map(cell).collect();
    for (shown, look) in [
        (game.ghost(), Look::Ghost as fn(u8) -> Look),
        (game.active(), Look::Cell),
    ] {
        if let Some(active) = shown {
            for (x, y) in active.cells().filter(|&(_, y)| y < rows) {
                looks[y * width + x] = look(active.piece.cell());
            }
        }
    }
    looks
}

/// The visible rows of a game with the active piece and its ghost, as [`ansi_board`], and two
/// lines with hold, next pieces, level, lines and score, and with how the game ended if it did.
/// Without colours in the game locked cells are grey.
#[must_use]
pub fn ansi_game(game: &Game) -> String {
    let (width, rows) = (game.board().width(), game.rules().height.into());
    let mut text = String::new();
    for row in looks(game, rows).chunks_exact(width).rev() {
        for look in row {
            let (red, green, blue) = look.rgb();
            let _ = write!(text, "\x1b[48;2;{red};{green};{blue}m  ");
        }
        text.push_str("\x1b[0m\n");
    }
    let hold = game.held().map_or('-', |piece| piece.letter());
    let next: String = game.queue().map(|piece| piece.letter()).collect();
    let (level, lines, score) = (game.level(), game.lines(), game.score());
    let _ = writeln!(text, "hold {hold}  next {next}");
    let _ = write!(text, "level {level}  lines {lines}  score {score}");
    if let Some(top_out) = game.top_out() {
        let _ = write!(text, "  {top_out}");
    }
    text.push('\n');
    text
}

/// A picture: three bytes a pixel (red, green, blue), row after row from the top.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RgbImage {
    /// Pixels in a row.
    pub width: usize,
    /// Rows of pixels.
    pub height: usize,
    /// `3 x width x height` bytes.
    pub pixels: Vec<u8>,
}

/// The visible rows of a game with the active piece and its ghost, `size` by `size` pixels a
/// cell, with a dark edge at the right and the bottom of each cell if there is room for it.
///
/// # Panics
/// If the size is 0.
#[must_use]
pub fn rgb_game(game: &Game, size: usize) -> RgbImage {
    assert!(size > 0, "a cell has at least one pixel");
    let (columns, rows) = (game.board().width(), game.rules().height.into());
    let looks = looks(game, rows);
    let (width, height) = (columns * size, rows * size);
    let mut pixels = Vec::with_capacity(3 * width * height);
    for y in 0..height {
        for x in 0..width {
            let look = looks[(rows - 1 - y / size) * columns + x / size];
            let edge = size >= 4 && (x % size == size - 1 || y % size == size - 1);
            let (red, green, blue) = look.rgb();
            let shade = |part: u8| if edge { part / 2 } else { part };
            pixels.extend([shade(red), shade(green), shade(blue)]);
        }
    }
    RgbImage {
        width,
        height,
        pixels,
    }
}

/// The board of an environment up to its ceiling, and a line with the piece to place, the next
/// ones, the one on hold, lines, pieces and score. Without colours in the environment all cells are grey.
#[must_use]
pub fn ansi_env(env: &PlacementEnv) -> String {
    let mut text = match env.colours() {
        Some(colours) => ansi_board(colours, env.ceiling()),
        None => ansi_board(&ColourPlane::of_garbage(env.board()), env.ceiling()),
    };
    let hand = env.hand();
    let _ = write!(text, "piece {}  ", hand.current);
    if let Some(held) = hand.held {
        let _ = write!(text, "hold {held}  ");
    }
    let _ = match hand.queue.is_empty() {
        true => write!(text, "next {}", env.next_piece()),
        false => write!(text, "next {}", hand.queue),
    };
    let (lines, pieces, score) = (env.lines(), env.pieces(), env.score());
    let _ = writeln!(text, "  lines {lines}  pieces {pieces}  score {score}");
    text
}
