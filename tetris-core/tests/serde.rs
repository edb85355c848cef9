//! Everything that can be written is read back the same, and damage is refused.

use serde_json::{Value, json};
use tetris_core::{
    Afterstate, BCTS, Board, ColourPlane, PackedBoard, Piece, PlacementConfig, PlacementEnv,
    Randomizer, RandomizerKind, Scenario,
};

fn both_ways<T>(value: &T)
where
    T: serde::Serialize + serde::de::DeserializeOwned + PartialEq + std::fmt::Debug,
{
    let text = serde_json::to_string(value).expect("writes");
    assert_eq!(&serde_json::from_str::<T>(&text).expect("reads"), value);
    let bytes = rmp_serde::to_vec(value).expect("writes");
    assert_eq!(&rmp_serde::from_slice::<T>(&bytes).expect("reads"), value);
}

fn played(width: u8, height: u8, pieces: RandomizerKind, count: u64) -> PlacementEnv {
    let config = PlacementConfig {
        width,
        height,
        pieces,
        hold: true,
        preview: 3,
    };
    let mut env = PlacementEnv::new(config).expect("a fine size");
    while env.pieces() < count {
        let action = BCTS.choose(&env).expect("not over");
        env.step(action).expect("a legal action");
    }
    env
}

#[test]
fn round_trips() {
    for (width, height, pieces) in [
        (10, 20, RandomizerKind::Uniform),
        (10, 20, RandomizerKind::Bag7),
        (32, 64, RandomizerKind::Bag7),
        (4, 64, RandomizerKind::Bag7),
    ] {
        let env = played(width, height, pieces, 23);
        both_ways(&env);
        both_ways(env.board());
        both_ways(&PackedBoard::from(env.board()));
        both_ways(&env.after(0).expect("the first column is free"));
        both_ways(env.config());
        both_ways(&Scenario {
            ceiling: Some(5),
            start: Some(env.board().clone()),
            max_pieces: Some(7),
        });
    }
    both_ways(&Piece::ALL);
    both_ways(&Randomizer::new(RandomizerKind::Bag7, u64::MAX));
}

#[test]
fn a_game_goes_on_where_it_was_written() {
    let mut env = played(10, 20, RandomizerKind::Bag7, 101);
    let text = serde_json::to_string(&env).expect("writes");
    let mut again: PlacementEnv = serde_json::from_str(&text).expect("reads");
    for _ in 0..300 {
        for env in [&mut env, &mut again] {
            let action = BCTS.choose(env).expect("not over");
            env.step(action).expect("a legal action");
        }
        assert_eq!(env, again);
    }
}

#[test]
fn names_in_settings() {
    assert_eq!(
        serde_json::to_value(PlacementConfig::default()).expect("writes"),
        json!({"width": 10, "height": 20, "pieces": "uniform", "hold": false, "preview": 0})
    );
    let read: PlacementConfig = serde_json::from_str(r#"{"pieces": "bag7"}"#).expect("reads");
    assert_eq!(read.pieces, RandomizerKind::Bag7);
    assert!(serde_json::from_str::<PlacementConfig>(r#"{"widht": 10}"#).is_err());
}

#[test]
fn a_packed_board_is_compact() {
    let env = played(10, 20, RandomizerKind::Uniform, 9);
    let bytes = rmp_serde::to_vec(&PackedBoard::from(env.board())).expect("writes");
    assert!(bytes.len() <= 30, "{}", bytes.len());
}

#[test]
fn damaged_boards_are_refused() {
    let read = |value: Value| serde_json::from_value::<Board>(value);
    assert!(read(json!([4, 4, [0, 128]])).is_ok());
    for damaged in [
        json!([4, 4, [0]]),
        json!([4, 4, [0, 0, 0]]),
        json!([3, 4, [0, 0]]),
        json!([33, 64, [0]]),
        json!([4, 65, [0]]),
        json!([4, 4, [0, 256]]),
        // 4x5 cells end in the middle of the third byte.
        json!([4, 5, [0, 0, 16]]),
    ] {
        assert!(read(damaged.clone()).is_err(), "{damaged}");
    }
}

#[test]
fn damaged_environments_are_refused() {
    let env = played(10, 20, RandomizerKind::Bag7, 12);
    let good = serde_json::to_value(&env).expect("writes");
    let small = serde_json::to_value(Board::new(4, 4).expect("a fine size")).expect("writes");
    for (pointer, bad) in [
        ("/config/width", json!(11)),
        ("/config/width", json!(0)),
        ("/config/pieces", json!("uniform")),
        ("/ceiling", json!(21)),
        ("/ceiling", json!(0)),
        ("/odds", json!([0, 0, 0, 0, 0, 0, 0])),
        ("/odds/3", json!(16)),
        ("/hand/held", json!(null)),
        ("/hand/queue", json!("TS")),
        ("/hand/queue", json!("TSX")),
        ("/randomizer/bag", json!(0)),
        ("/randomizer/bag", json!(128)),
        ("/board", small),
        ("/randomizer/rng/s", json!([0, 0, 0, 0])),
        ("/pieces", json!(u64::MAX)),
        ("/lines", json!(u64::MAX)),
        ("/score", json!(u64::MAX)),
        ("/over", json!(true)),
        ("/max_pieces", json!(12)),
        ("/colours/width", json!(0)),
        ("/colours/width", json!(5)),
        ("/colours/cells/0", json!(77)),
        ("/colours/cells", json!([1, 2, 3])),
    ] {
        let mut damaged = good.clone();
        *damaged.pointer_mut(pointer).expect("there is such a field") = bad;
        assert!(
            serde_json::from_value::<PlacementEnv>(damaged).is_err(),
            "{pointer}"
        );
    }
    assert!(serde_json::from_value::<PlacementEnv>(good.clone()).is_ok());
    // Without colours, that only the board is wrong.
    let full = ["XXXXXXXXXX"; 6].join("/");
    // A place for no piece.
    let checkered = ["X.X.X.X.X.", ".X.X.X.X.X"].repeat(10).join("/");
    let empty = ".".repeat(10);
    for (rows, fine) in [(full, false), (checkered, false), (empty, true)] {
        let board = Board::from_rows(&rows, 20).expect("a well-formed board");
        let mut value = good.clone();
        value["board"] = serde_json::to_value(board).expect("writes");
        value["colours"] = json!(null);
        let read = serde_json::from_value::<PlacementEnv>(value);
        assert_eq!(read.is_ok(), fine, "{rows}");
    }
}

#[test]
fn damaged_colours_are_refused() {
    let read = |width: u8, cells: &[u8]| {
        serde_json::from_value::<ColourPlane>(json!({"width": width, "cells": cells}))
    };
    let colours = read(4, &[8; 16]).expect("fine");
    assert_eq!((colours.width(), colours.height()), (4, 4));
    let mut unknown = [1; 16];
    unknown[15] = 9;
    for (width, cells) in [
        (0, &[0; 16][..]),
        (3, &[0; 12]),
        (4, &[0; 12]),
        (4, &[0; 17]),
        (4, &[0; 4 * 65]),
        (33, &[0; 33 * 4]),
        (255, &[1, 0, 0]),
        (4, &unknown),
    ] {
        assert!(read(width, cells).is_err(), "{width} {cells:?}");
    }
}

#[test]
fn damaged_afterstates_are_refused() {
    let env = played(10, 20, RandomizerKind::Uniform, 3);
    let good = serde_json::to_value(env.after(0).expect("a free column")).expect("writes");
    let full = Board::from_rows(&"X".repeat(10), 20).expect("a well-formed board");
    let full = serde_json::to_value(PackedBoard::from(full)).expect("writes");
    for (field, bad) in [
        ("ceiling", json!(21)),
        ("ceiling", json!(0)),
        ("odds", json!([0, 0, 0, 0, 0, 0, 0])),
        ("odds", json!([1, 1, 1, 1, 1, 1])),
        ("queue", json!("TSx")),
        ("queue", json!("TSZJLIOTSZJLIOT")),
        ("board", full),
    ] {
        let mut damaged = good.clone();
        damaged[field] = bad;
        assert!(
            serde_json::from_value::<Afterstate>(damaged).is_err(),
            "{field}"
        );
    }
    assert!(serde_json::from_value::<Afterstate>(good).is_ok());
}
