//! Boards, pieces and names as text.

use tetris_core::{
    Board, Controller, Piece, PieceQueue, PieceSequence, PieceSource, RandomizerKind,
};

use crate::{check, outcome};

#[test]
fn boards() {
    let rows = |text: &str, height| outcome(Board::from_rows(text, height));
    let sizes: &[&str] = &["width must be 4 to 32", "height 4 to 64"];
    check(vec![
        ("width 0", outcome(Board::new(0, 20)), &["0 columns"]),
        ("width 3", outcome(Board::new(3, 20)), sizes),
        ("width 33", outcome(Board::new(33, 20)), sizes),
        ("height 0", outcome(Board::new(10, 0)), &["0 rows"]),
        ("height 3", outcome(Board::new(10, 3)), sizes),
        ("height 65", outcome(Board::new(10, 65)), sizes),
        (
            "no end of columns",
            outcome(Board::new(usize::MAX, 20)),
            sizes,
        ),
        ("no text", rows("", 20), sizes),
        ("three columns as text", rows("..X/..X", 20), sizes),
        (
            "a short row",
            rows("XXXX/XXX/XXXX", 20),
            &["row 2 from the top has 3 cells", "first row has 4"],
        ),
        (
            "a long row",
            rows("XXXX/XXXX/XXXXX", 20),
            &["row 3 from the top has 5 cells", "first row has 4"],
        ),
        (
            "too many rows",
            rows("..../..../..../..../....", 4),
            &["5 rows were given", "4 rows high"],
        ),
        (
            "another letter",
            rows("..../..#.", 20),
            &[
                "row 2 from the top",
                "'#'",
                "full cell is 'X'",
                "empty one '.'",
            ],
        ),
    ]);
}

#[test]
fn names_and_letters() {
    let letters: &[&str] = &["I, O, T, S, Z, J and L"];
    check(vec![
        ("X as a piece", outcome("X".parse::<Piece>()), letters),
        ("two pieces as one", outcome("IO".parse::<Piece>()), letters),
        ("no piece", outcome("".parse::<Piece>()), letters),
        (
            "an unknown letter in a queue",
            outcome("TSX".parse::<PieceQueue>()),
            &["letter 3 is 'X'", "I, O, T, S, Z, J and L"],
        ),
        (
            "a queue that is too long",
            outcome("IOTSZJLIOTSZJLI".parse::<PieceQueue>()),
            &["15 letters", "at most 14"],
        ),
        (
            "an unknown letter in a sequence",
            outcome("IO?".parse::<PieceSequence>()),
            &["letter 3 is '?'", "I, O, T, S, Z, J and L"],
        ),
        (
            "a sequence without end",
            outcome("I".repeat(PieceSequence::MOST + 1).parse::<PieceSequence>()),
            &["1048577 pieces", "at most 1048576"],
        ),
        (
            "an unknown source of pieces",
            outcome("bag9".parse::<PieceSource>()),
            &["letter 1 is 'b'", "uniform, bag7, bag14, nes, snakes"],
        ),
        (
            "no pieces at all",
            outcome("".parse::<PieceSource>()),
            &["no piece", "IOLJSZT"],
        ),
        (
            "an unknown randomizer",
            outcome("random".parse::<RandomizerKind>()),
            &["\"random\"", "uniform, bag7, bag14, nes, snakes"],
        ),
        (
            "an unknown controller",
            outcome("deep".parse::<Controller>()),
            &["\"deep\"", "dellacherie, bcts, dt10 and dt20"],
        ),
    ]);
}
