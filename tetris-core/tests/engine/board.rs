//! Boards, shapes, placements and features against the naive twin, over sizes from 4x4 to 32x64.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::slice;

use crate::twin::{Random, Twin, cells, random_boards};
use tetris_core::{
    Board, BoardSizeError, Dropped, Features, PackedBoard, ParseBoardError, Piece, PlacementConfig,
    PlacementEnv, PlacementModel, RandomizerKind, Rotation, Scenario,
};

const SIZES: [(usize, usize); 10] = [
    (4, 4),
    (4, 64),
    (5, 9),
    (10, 10),
    (10, 20),
    (10, 64),
    (12, 22),
    (13, 21),
    (32, 20),
    (32, 64),
];

fn boards() -> impl Iterator<Item = Board> {
    SIZES
        .into_iter()
        .flat_map(|(width, height)| random_boards(width, height, 120))
}

#[test]
fn shapes_are_the_turned_pictures() {
    for piece in Piece::ALL {
        for rotation in Rotation::ALL {
            let shape = piece.shape(rotation);
            let mut found = Vec::new();
            for (x, column) in shape.columns().into_iter().enumerate() {
                found.extend((0..8).filter(|y| column >> y & 1 == 1).map(|y| (x, y)));
            }
            let expected = cells(piece, rotation);
            assert_eq!(found, expected, "{piece} {rotation:?}");
            for x in 0..shape.width() {
                let column = expected
                    .iter()
                    .filter(|cell| cell.0 == x)
                    .map(|cell| cell.1 as u8);
                assert_eq!(Some(shape.bottoms()[x]), column.clone().min());
                assert_eq!(Some(shape.tops()[x] - 1), column.max());
            }
        }
        let distinct = piece.distinct_rotations();
        for (index, &rotation) in Rotation::ALL.iter().enumerate() {
            let first = Rotation::ALL
                .iter()
                .position(|&r| cells(piece, r) == cells(piece, rotation));
            assert_eq!(distinct.contains(&rotation), first == Some(index));
        }
    }
}

#[test]
fn fits_drop_lock_and_clear_agree_with_the_twin() {
    for board in boards() {
        let twin = Twin::of(&board);
        for x in 0..board.width() {
            assert_eq!(board.column_height(x), twin.height(x));
        }
        for piece in Piece::ALL {
            for rotation in Rotation::ALL {
                let (shape, cells) = (piece.shape(rotation), cells(piece, rotation));
                for x in 0..board.width() {
                    for y in 0..board.height() {
                        assert_eq!(board.fits(shape, x, y), twin.fits(&cells, x, y));
                    }
                }
                for x in 0..=board.width() - shape.width() {
                    let row = twin.drop_row(&cells, x);
                    assert_eq!(board.drop_row(shape, x), row, "{board} {piece} {x}");
                    let mut fallen = [board.clone(), board.clone()];
                    let [at_once, each] = &mut fallen;
                    let dropped = at_once.drop_shape(shape, x);
                    let mut told = [None];
                    Board::drop_shapes(slice::from_mut(each), &[(shape, x)], &mut told);
                    assert_eq!(told, [dropped]);
                    if twin.fits(&cells, x, row) {
                        let (mut board, mut twin) = (board.clone(), twin.clone());
                        board.lock(shape, x, row);
                        twin.lock(&cells, x, row);
                        let full = board.clear_full_rows();
                        let expected = twin.clear().iter().fold(0, |all, y| all | 1 << y);
                        assert_eq!(full, expected);
                        assert_eq!(Twin::of(&board), twin);
                        assert_eq!(dropped, Some(Dropped { row, full }));
                        assert_eq!(fallen, [board.clone(), board]);
                    } else {
                        assert_eq!(dropped, None);
                        assert_eq!(fallen, [board.clone(), board.clone()]);
                    }
                }
            }
        }
    }
}

/// Places so far outside that the end of a shape there would be no number.
#[test]
fn nothing_fits_far_outside() {
    let board = Board::new(10, 20).expect("a size within the limits");
    let shape = Piece::T.shape(Rotation::North);
    assert!(board.fits(shape, 7, 18));
    for far in [8, 20, usize::MAX - 1, usize::MAX] {
        assert!(!board.fits(shape, far, 0), "column {far}");
        assert!(!board.fits(shape, 0, far.max(19)), "row {far}");
        let fall = || board.clone().drop_shape(shape, far);
        assert!(
            catch_unwind(AssertUnwindSafe(fall)).is_err(),
            "column {far}"
        );
        let row = || board.drop_row(shape, far);
        assert!(catch_unwind(AssertUnwindSafe(row)).is_err(), "column {far}");
    }
}

/// The top row of a board of 64 rows is the top bit of a word.
#[test]
fn rows_clear_at_the_very_top() {
    for (width, height) in SIZES {
        let mut board = Board::new(width, height).expect("a size within the limits");
        for x in 0..width {
            board.set(x, height - 1, true);
            board.set(x, 1, true);
        }
        board.set(0, 0, true);
        board.set(1, height - 2, true);
        let mut twin = Twin::of(&board);
        assert_eq!(board.clear_full_rows(), 1 << (height - 1) | 2);
        twin.clear();
        assert_eq!(Twin::of(&board), twin);
    }
}

#[test]
fn placements_and_features_agree_with_the_twin() {
    let mut random = Random::new(1);
    let mut cleared = [0; 5];
    for board in boards() {
        let (width, height) = (board.width(), board.height());
        let config = PlacementConfig {
            width: width as u8,
            height: height as u8,
            ..PlacementConfig::default()
        };
        let model = PlacementModel::new(config).expect("a size within the limits");
        let ceiling = 4 + random.below(height - 3);
        let scenario = Scenario {
            ceiling: Some(ceiling as u8),
            start: Some(board.clone()),
            max_pieces: None,
        };
        let mut env = PlacementEnv::new(config).expect("a size within the limits");
        if env.reset(random.below(1 << 16) as u64, &scenario).is_err() {
            continue;
        }
        let piece = env.current_piece();
        let mut expected = Vec::new();
        let mut placements = Vec::new();
        for &rotation in piece.distinct_rotations() {
            let cells = cells(piece, rotation);
            let columns = 1 + cells.iter().map(|cell| cell.0).max().unwrap_or(0);
            let rows = 1 + cells.iter().map(|cell| cell.1).max().unwrap_or(0);
            for x in 0..=width - columns {
                let mut twin = Twin::of(&board);
                let row = twin.drop_row(&cells, x);
                if row + rows > ceiling {
                    continue;
                }
                twin.lock(&cells, x, row);
                let full = twin.clear();
                let own = cells
                    .iter()
                    .filter(|cell| full.contains(&(row + cell.1)))
                    .count();
                let mut features = [0.0; Features::LEN];
                features[0] = row as f32 + rows as f32 / 2.0;
                features[1] = (full.len() * own) as f32;
                features[2..].copy_from_slice(&twin.features());
                cleared[full.len()] += 1;
                expected.push((rotation.index() * width + x, full.len() as u32, features));
                placements.push((rotation, x, row));

                let after = env
                    .after(rotation.index() * width + x)
                    .expect("a legal action");
                assert_eq!(Twin::of(&after.board().unpack()), twin);
                assert_close(&model.features(&after).to_array(), &features, &board);
            }
        }

        let mut found = Vec::new();
        env.candidates(&mut |action, lines, features| {
            found.push((action, lines, features.to_array()));
        });
        assert_eq!(found.len(), expected.len(), "{board:?} {piece}");
        for (found, expected) in found.iter().zip(&expected) {
            assert_eq!(
                (found.0, found.1),
                (expected.0, expected.1),
                "{board:?} {piece}"
            );
            assert_close(&found.2, &expected.2, &board);
        }

        let drops = board.hard_drops(piece, ceiling);
        let drops: Vec<_> = drops
            .map(|p| (p.rotation, usize::from(p.column), usize::from(p.row)))
            .collect();
        assert_eq!(drops, placements);
        let mut legal = vec![false; 4 * width];
        env.legal_actions(&mut legal);
        for (action, &legal) in legal.iter().enumerate() {
            assert_eq!(legal, expected.iter().any(|entry| entry.0 == action));
            assert_eq!(legal, env.clone().step(action).is_ok());
        }
    }
    assert!(
        cleared.iter().all(|&count| count > 0),
        "lines not tried: {cleared:?}"
    );
}

/// Means differ in their last bits; what is counted comes in halves at the least.
fn assert_close(found: &[f32; Features::LEN], expected: &[f32; Features::LEN], board: &Board) {
    for ((name, found), expected) in Features::NAMES.iter().zip(found).zip(expected) {
        let off = (found - expected).abs();
        assert!(off < 1e-4, "{name}: {found} for {expected}, {board:?}");
    }
}

/// The successors of a stored afterstate are those of the live environment after each draw.
#[test]
fn successors_are_the_candidates_of_the_position() {
    for (width, height) in SIZES {
        for pieces in [RandomizerKind::Uniform, RandomizerKind::Bag7] {
            let config = PlacementConfig {
                width: width as u8,
                height: height as u8,
                pieces,
                ..PlacementConfig::default()
            };
            let mut env = PlacementEnv::new(config).expect("a size within the limits");
            let model = env.model();
            let mut random = Random::new(width as u64);
            let mut action_random = Random::new(height as u64);
            for _ in 0..60 {
                let mut actions = Vec::new();
                env.candidates(&mut |action, _, _| actions.push(action));
                let action = actions[action_random.below(actions.len())];
                let after = env.after(action).expect("a candidate is legal");
                let chances = model.outcomes(&after);
                let ended = env.step(action).expect("a candidate is legal").terminated;

                let drawn = env.current_piece();
                assert!(chances[drawn.index()] > 0.0);
                assert!((chances.iter().sum::<f32>() - 1.0).abs() < 1e-6);
                let mut from_model = Vec::new();
                model.successors(&after, drawn, &mut |action, lines, features| {
                    from_model.push((action, lines, *features));
                });
                let mut from_env = Vec::new();
                env.candidates(&mut |action, lines, features| {
                    from_env.push((action, lines, *features));
                });
                assert_eq!(from_model, from_env);
                assert_eq!(ended, from_model.is_empty());
                if ended {
                    env.reset(random.below(1_000) as u64, &Scenario::default())
                        .expect("a default");
                }
            }
        }
    }
}

#[test]
fn known_counts_on_an_empty_board() {
    let board = Board::new(10, 20).expect("a size within the limits");
    let counts = Piece::ALL.map(|piece| board.hard_drops(piece, 20).count());
    assert_eq!(counts, [17, 9, 34, 17, 17, 34, 34]);
}

#[test]
fn packing_keeps_every_cell() {
    for board in boards() {
        assert_eq!(PackedBoard::from(&board).unpack(), board);
    }
    assert!(size_of::<PackedBoard>() <= 40);
}

#[test]
fn text_round_trip() {
    for board in boards() {
        let (width, height) = (board.width(), board.height());
        let read = Board::from_rows(&board.to_string(), height);
        assert_eq!(read.as_ref(), Ok(&board), "{width}x{height}");
        assert_eq!(format!("{board:#}").parse(), Ok(board));
    }
}

#[test]
fn wrong_boards_are_refused() {
    use ParseBoardError::{Cell, RowLength, Size, TooManyRows};
    for (width, height) in [(3, 20), (33, 20), (10, 3), (10, 65), (0, 0)] {
        assert_eq!(
            Board::new(width, height),
            Err(BoardSizeError { width, height })
        );
    }
    let refused = |text: &str, height| Board::from_rows(text, height).expect_err(text);
    let (width, height) = (0, 4);
    assert_eq!(refused("", 4), Size(BoardSizeError { width, height }));
    let (row, expected, found) = (2, 4, 3);
    assert_eq!(
        refused("..../.../....", 4),
        RowLength {
            row,
            expected,
            found
        }
    );
    let (found, height) = (5, 4);
    assert_eq!(
        refused("..../..../..../..../....", 4),
        TooManyRows { found, height }
    );
    let (row, found) = (1, 'x');
    assert_eq!(refused("..x.", 4), Cell { row, found });
}
