//! Observations, number by number, against what the game says.

use crate::{ALL, Actions, env, small};
use tetris_core::{Afterstate, Board, Game, Observation, ObservationError, Part, Piece, Rules};

fn one_of_seven(piece: Option<Piece>) -> Vec<f32> {
    Piece::ALL
        .map(|other| f32::from(u8::from(piece == Some(other))))
        .to_vec()
}

/// Cell by cell, the slow way.
fn plane(game: &Game, value: impl Fn(usize, usize) -> f32) -> Vec<f32> {
    let (width, height) = (game.rules().width.into(), usize::from(game.rules().height));
    let rows = (0..height).rev();
    rows.flat_map(|y| (0..width).map(move |x| (x, y)))
        .map(|(x, y)| value(x, y))
        .collect()
}

fn heights(board: &Board) -> Vec<f32> {
    (0..board.width())
        .map(|x| board.column_height(x) as f32)
        .collect()
}

fn expected(game: &Game, part: Part) -> Vec<f32> {
    let board = game.board();
    let full = |x, y| f32::from(u8::from(board.get(x, y)));
    let on = |active: Option<tetris_core::Active>, x, y| {
        active.is_some_and(|active| active.cells().any(|cell| cell == (x, y)))
    };
    let differences = || {
        let heights = heights(board);
        heights
            .windows(2)
            .map(|two| (two[0] - two[1]).abs())
            .collect::<Vec<_>>()
    };
    match part {
        Part::Board => plane(game, full),
        Part::Piece => plane(game, |x, y| f32::from(u8::from(on(game.active(), x, y)))),
        Part::Ghost => plane(game, |x, y| f32::from(u8::from(on(game.ghost(), x, y)))),
        Part::BoardAndPiece => plane(game, |x, y| {
            if on(game.active(), x, y) {
                2.0
            } else {
                full(x, y)
            }
        }),
        Part::Position => match game.active() {
            None => vec![0.0; 6],
            Some(active) => {
                let cells: Vec<_> = active.cells().collect();
                let mut position = vec![
                    cells.iter().map(|cell| cell.0).min().expect("four") as f32,
                    cells.iter().map(|cell| cell.1).min().expect("four") as f32,
                    0.0,
                    0.0,
                    0.0,
                    0.0,
                ];
                position[2 + active.rotation.index()] = 1.0;
                position
            }
        },
        Part::Current => one_of_seven(game.active().map(|active| active.piece)),
        Part::Hold => one_of_seven(game.held()),
        Part::CanHold => vec![f32::from(u8::from(game.can_hold()))],
        Part::Queue => game
            .queue()
            .flat_map(|piece| one_of_seven(Some(piece)))
            .collect(),
        Part::Next(count) => {
            let next = game.queue().take(count.into());
            next.flat_map(|piece| one_of_seven(Some(piece))).collect()
        }
        Part::Heights => heights(board),
        Part::HeightDifferences => differences(),
        Part::Bumpiness => vec![differences().iter().sum()],
        Part::PileHeight => vec![board.pile_height() as f32],
        Part::Holes => {
            let mut holes = 0.0;
            for x in 0..board.width() {
                holes += (0..board.column_height(x))
                    .filter(|&y| !board.get(x, y))
                    .count() as f32;
            }
            vec![holes]
        }
        Part::Features => features(game),
        Part::Counters => vec![
            game.level().into(),
            game.combo().into(),
            game.back_to_back().into(),
            game.pending_garbage() as f32,
        ],
        other => panic!("{other:?} is not checked"),
    }
}

/// The features of the visible rows by way of the placement environment, less those of a move.
fn features(game: &Game) -> Vec<f32> {
    let (width, height) = (game.rules().width, game.rules().height);
    let mut visible = Board::new(width.into(), height.into()).expect("a fine size");
    for y in 0..usize::from(height) {
        (0..usize::from(width)).for_each(|x| visible.set(x, y, game.board().get(x, y)));
    }
    let after: Afterstate = serde_json::from_value(serde_json::json!({
        "board": visible,
        "ceiling": height,
        "odds": [1, 1, 1, 1, 1, 1, 1],
        "queue": "",
        "move_": {"landing_height_x2": 0, "eroded_cells": 0},
    }))
    .expect("reads");
    let config = tetris_core::PlacementConfig {
        width,
        height,
        ..Default::default()
    };
    let model = tetris_core::PlacementModel::new(config).expect("a fine size");
    model.features(&after).to_array().to_vec()
}

#[test]
fn every_number_is_what_the_game_says() {
    for rules in [Rules::guideline(), Rules::tetris_gymnasium(), small()] {
        let mut env = env(rules.clone());
        let mut actions = Actions::new(1);
        let layout: Vec<_> = env.observation().layout().collect();
        assert_eq!(layout.len(), ALL.len());
        let mut numbers = vec![f32::NAN; env.observation().len()];
        let mut bytes = vec![0xaa; numbers.len()];
        let mut alone = numbers.clone();
        let mut ends = 0;
        for step in 0..4_000 {
            numbers.fill(f32::NAN);
            env.observe(&mut numbers);
            env.observe(&mut bytes);
            for (part, range) in &layout {
                let what = format!("{part:?} after {step} steps by {rules:?}");
                let expected = expected(env.game(), *part);
                assert_eq!(numbers[range.clone()], expected, "{what}");
                let rounded: Vec<_> = expected.iter().map(|&number| number as u8).collect();
                assert_eq!(bytes[range.clone()], rounded, "{what}");
            }
            // Without the environment's help it is the same.
            env.observation().write(env.game(), &mut alone);
            assert_eq!(alone, numbers);
            if env.game().is_over() {
                ends += 1;
                env.reset(step);
            }
            env.step(actions.next())
                .expect("an action of a game that goes on");
        }
        assert!(ends > 3, "{ends}");
    }
}

#[test]
fn the_largest_board_fits() {
    let rules = Rules {
        width: 32,
        height: 64,
        hidden: 0,
        ..Rules::guideline()
    };
    let mut env = env(rules);
    let mut numbers = vec![0u8; env.observation().len()];
    for _ in 0..15 {
        env.step(6).expect("a hard drop");
    }
    env.observe(&mut numbers);
    let board: u32 = numbers[..2_048].iter().map(|&cell| u32::from(cell)).sum();
    assert_eq!(board, 60);
}

#[test]
fn more_than_the_preview_is_refused() {
    let error = Observation::new(&Rules::guideline(), &[Part::Next(6)]).expect_err("five");
    let (asked, preview) = (6, 5);
    assert_eq!(error, ObservationError::Preview { asked, preview });
}
