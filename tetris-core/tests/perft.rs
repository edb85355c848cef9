//! The move generator against the counts of independent generators, kept in `data`.

use tetris_core::{Active, Board, MoveRules, Piece, Rotation, perft};

/// The lines of a file that are neither empty nor comments, without the headings.
fn rows(text: &str) -> impl Iterator<Item = Vec<&str>> {
    let lines = text
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty());
    lines.skip(1).map(|line| line.split(',').collect())
}

fn number(text: &str) -> u64 {
    text.parse().expect("a number")
}

/// Counts up to this many are checked here, the others by `full/20-perft-depth-7`.
const MOST: u64 = 100_000_000;

#[test]
fn leaves_of_queues() {
    let board = Board::new(10, 48).expect("a possible size");
    let mut checked = 0;
    for row in rows(include_str!("../data/perft.csv")) {
        let [queue, depth, leaves] = row[..] else {
            panic!("three fields expected: {row:?}");
        };
        let queue: Vec<Piece> = queue
            .chars()
            .map(|letter| letter.try_into().expect("a tetromino"))
            .take(number(depth) as usize)
            .collect();
        if number(leaves) <= MOST {
            let found = perft(&board, &queue, MoveRules::default(), (4, 19));
            assert_eq!(found, number(leaves), "{row:?}");
            checked += 1;
        }
    }
    assert_eq!(checked, 6);
}

#[test]
fn placements_on_single_boards() {
    for row in rows(include_str!("../data/placements.csv")) {
        let board = Board::from_rows(row[0], 48).expect("a well-formed board");
        for (letter, expected) in "IOTLJSZ".chars().zip(&row[1..]) {
            let start = Active {
                piece: letter.try_into().expect("a tetromino"),
                rotation: Rotation::North,
                x: 4,
                y: 19,
            };
            let rules = MoveRules::default();
            assert_eq!(
                rules.count(&board, start),
                number(expected),
                "{board} {letter}"
            );
            let mut found = Vec::new();
            rules.moves(&board, start, &mut |one| found.push(one.placement));
            assert_eq!(found.len() as u64, number(expected));
            assert!(found.is_sorted() && found.windows(2).all(|pair| pair[0] != pair[1]));
        }
    }
}

#[test]
fn a_blocked_entry_has_no_moves() {
    let board = Board::from_rows(&["XXXXXXXXX."; 20].join("/"), 48).expect("well-formed");
    for (x, y) in [
        (4, 19),
        (4, 47),
        (-1, 30),
        (10, 30),
        (4, -1),
        (4, 127),
        (-128, -128),
    ] {
        let start = Active {
            piece: Piece::T,
            rotation: Rotation::North,
            x,
            y,
        };
        assert_eq!(MoveRules::default().count(&board, start), 0, "{x} {y}");
    }
    assert_eq!(
        perft(&board, &[Piece::T, Piece::I], MoveRules::default(), (4, 19)),
        0
    );
    assert_eq!(perft(&board, &[], MoveRules::default(), (4, 19)), 1);
}
