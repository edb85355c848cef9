//! Games as text and pixels.

use crate::{on_board, press, still};
use tetris_core::{Game, Rules, TopOut, ansi_game, rgb_game};

/// The pixel in the middle of a cell.
fn pixel(game: &Game, x: usize, y: usize) -> [u8; 3] {
    let image = rgb_game(game, 8);
    assert_eq!((image.width, image.height), (80, 160));
    assert_eq!(image.pixels.len(), 3 * 80 * 160);
    let at = 3 * ((159 - (8 * y + 4)) * 80 + 8 * x + 3);
    [image.pixels[at], image.pixels[at + 1], image.pixels[at + 2]]
}

#[test]
fn pixels_show_board_piece_and_ghost() {
    let mut game = on_board(still("TI"), "X.........");
    game.set_colours(true);
    let empty = pixel(&game, 9, 10);
    let violet = pixel(&game, 4, 19);
    assert_eq!(pixel(&game, 0, 0), [120, 125, 135], "garbage is grey");
    assert_eq!(violet, [160, 70, 210], "T is violet");
    let ghost = pixel(&game, 4, 1);
    assert!(ghost != empty && ghost != violet, "{ghost:?}");
    press(&mut game, "D");
    assert_eq!(pixel(&game, 4, 1), violet);
    assert_eq!(pixel(&game, 3, 19), [0, 200, 220], "I is cyan");
    game.set_colours(false);
    assert_eq!(
        pixel(&game, 4, 1),
        [120, 125, 135],
        "without colours all is grey"
    );
    let small = rgb_game(&game, 1);
    assert_eq!(
        (small.width, small.height, small.pixels.len()),
        (10, 20, 600)
    );
}

#[test]
fn text_shows_the_same() {
    let mut game = on_board(still("TIO"), "X.........");
    let text = ansi_game(&game);
    assert_eq!(text.lines().count(), 20 + 2);
    assert_eq!(
        text.matches("\x1b[48;2;160;70;210m  ").count(),
        3,
        "a cell is over the skyline"
    );
    assert!(text.contains("hold -  next IOTIO"), "{text}");
    press(&mut game, "H");
    assert!(ansi_game(&game).contains("hold T  next OTIOT"));
    let over = on_board(Rules::guideline(), &["...XXXX..."; 21].join("/"));
    assert_eq!(over.top_out(), Some(TopOut::BlockOut));
    assert!(ansi_game(&over).trim_end().ends_with("block out"));
}
