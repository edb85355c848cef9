//! Golden vectors of the wire: `golden/messages.json` holds one message of every kind as bytes and as the values that a
//! reader must find in them. The page's tests read the same file.
//!
//! After a wanted change of the protocol: `UPDATE_GOLDEN=1 cargo test -p dash-server --test golden`.

use std::sync::Arc;

use dash_server::board::BoardView;
use dash_server::protocol::{
    Block, Boards, Change, Checkpoint, Command, ConfigMap, Decision, EPISODES, EVALUATIONS,
    ErrorCode, Evaluation, FieldKind, FormField, Frame, GameInfo, GameList, Hello, Key, Metrics,
    POSITIONS, PlayFrame, PlayStart, Present, Request, RunChanges, RunEntry, RunState, SUMMARIES,
    Schema, ServerMessage, Setting, Snapshot, Stamped, State, Status, TableData, UPDATES,
};
use rl_agent::env::Environment;
use rl_agent::tetris::{Scenario, Tetris, TetrisConfig};
use serde_json::{Value, json};
use tetris_core::DELLACHERIE;

/// `{"$bin": hex}`, `{"$f64": [..]}` and `{"$f32": [..]}` stand for bytes and columns; NaN is null in a column and
/// `{"$float": "NaN"}` elsewhere.
fn to_json(value: &rmpv::Value) -> Value {
    match value {
        rmpv::Value::Nil => Value::Null,
        rmpv::Value::Boolean(flag) => json!(flag),
        rmpv::Value::Integer(number) => match number.as_u64() {
            Some(number) => json!(number),
            None => json!(number.as_i64()),
        },
        rmpv::Value::F32(number) => float(f64::from(*number)),
        rmpv::Value::F64(number) => float(*number),
        rmpv::Value::String(text) => json!(text.as_str().expect("UTF-8")),
        rmpv::Value::Binary(bytes) => json!({ "$bin": hex(bytes) }),
        rmpv::Value::Array(items) => items.iter().map(to_json).collect(),
        rmpv::Value::Map(entries) => {
            let rows = entries
                .iter()
                .find(|(key, _)| key.as_str() == Some("rows"))
                .and_then(|(_, rows)| rows.as_u64());
            let entry = |(key, value): &(rmpv::Value, rmpv::Value)| {
                let name = key.as_str().expect("string keys").to_owned();
                let value = match (rows, value) {
                    (Some(rows), rmpv::Value::Binary(bytes)) => column(rows as usize, bytes),
                    _ => to_json(value),
                };
                (name, value)
            };
            Value::Object(entries.iter().map(entry).collect())
        }
        rmpv::Value::Ext(..) => panic!("the protocol has no extension types"),
    }
}

fn float(number: f64) -> Value {
    if number.is_nan() {
        json!({ "$float": "NaN" })
    } else {
        json!(number)
    }
}

fn column(rows: usize, bytes: &[u8]) -> Value {
    if bytes.len() == rows * 8 {
        json!({ "$f64": bytes.as_chunks().0.iter().map(|&chunk| f64::from_le_bytes(chunk)).collect::<Vec<_>>() })
    } else {
        assert_eq!(bytes.len(), rows * 4, "a column holds one float a row");
        json!({ "$f32": bytes.as_chunks().0.iter().map(|&chunk| f64::from(f32::from_le_bytes(chunk))).collect::<Vec<_>>() })
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Vec<u8> {
    let digit =
        |index: usize| u8::from_str_radix(&text[index..index + 2], 16).expect("hexadecimal digits");
    (0..text.len()).step_by(2).map(digit).collect()
}

fn stamped<T>(seq: u64, body: T) -> Stamped<T> {
    Stamped {
        seq,
        t: 1_767_225_600_000_000 + seq,
        body,
    }
}

fn words(numbers: &[u16]) -> Vec<u8> {
    numbers.iter().flat_map(|word| word.to_le_bytes()).collect()
}

fn floats(numbers: &[f32]) -> Vec<u8> {
    numbers
        .iter()
        .flat_map(|float| float.to_le_bytes())
        .collect()
}

fn decision(before: Vec<u8>) -> Decision {
    let mut columns = [f32::NAN; 10];
    columns[4..8].copy_from_slice(&[17.25, 17.25, 16.5, 16.5]);
    Decision {
        cells: before.into(),
        piece: 2,
        pieces: vec![2, 2].into(),
        actions: vec![],
        count: 9,
        chosen: 0,
        explored: false,
        placements: words(&[184, 185, 194, 195, 176, 177, 186, 187]).into(),
        values: floats(&[17.25, 16.5]).into(),
        rewards: floats(&[1.0, 1.0]).into(),
        columns: floats(&columns).into(),
        feature_names: Arc::from(["holes".to_owned(), "wells".to_owned()]),
        features: floats(&[0.5, -0.25, 0.75, 0.0]).into(),
        unlisted: String::new(),
    }
}

fn frame() -> Frame {
    let mut cells = vec![0; 200];
    cells[190..].copy_from_slice(&[1, 1, 1, 1, 2, 2, 0, 3, 4, 7]);
    cells[184..186].copy_from_slice(&[2, 2]);
    cells[145] = 5;
    cells[155] = 6;
    let mut before = cells.clone();
    for index in [184, 185, 194, 195] {
        before[index] = 0;
    }
    before[199] = 8;
    Frame {
        width: 10,
        height: 20,
        cells: cells.into(),
        placed: words(&[184, 185, 194, 195]).into(),
        piece: 3,
        next: vec![7, 1, 5].into(),
        hold: 6,
        lines: 12,
        pieces: 41,
        score: 1600,
        episode: 3,
        step: 250,
        value: 17.25,
        decision: Some(Box::new(decision(before))),
        text: String::new(),
    }
}

fn run() -> RunEntry {
    RunEntry {
        name: "quick-1".to_owned(),
        state: RunState::Ended,
        reason: Some("Finished".to_owned()),
        created: 1_767_225_600_000_000,
        seed: Some(7),
        step: 5000,
        seconds: 12.5,
        episodes: 321,
        mean_lines: Some(17.25),
        best: None,
        note: "the good one".to_owned(),
        files: [
            ("config.toml".to_owned(), 812),
            ("events.jsonl".to_owned(), 70_000),
        ]
        .into(),
    }
}

fn change() -> Change {
    Change {
        step: 240,
        seconds: 0.45,
        episode: 2,
        setting: Setting::LearningRate,
        value: 0.0005,
    }
}

fn status(state: State) -> Status {
    Status {
        state,
        message: None,
        run: Some("quick-1".to_owned()),
        preset: Some("quick".to_owned()),
        step: 250,
        speed_limit: None,
    }
}

/// Rows that stand for themselves.
fn packed<const N: usize>(schema: &Schema, start: u64, rows: &[[f64; N]]) -> TableData {
    let kept: Vec<f64> = rows.iter().flat_map(|row| schema.whole(row)).collect();
    schema.pack(start, &kept)
}

/// Of six rows, two of which stand for the others.
fn thinned() -> TableData {
    let rows = [
        [100.0, 0.25, 1.0, 8.5, 1.0, 8.5],
        [300.0, 0.5, 2.0, 9.0, 4.0, 7.25],
        [350.0, 0.75, 2.0, 6.5, 1.0, 6.5],
    ];
    POSITIONS.pack(3, rows.as_flattened())
}

fn episodes() -> TableData {
    let rows = [
        [24.0, 0.125, 0.0, 24.0, 24.0, 0.0, 0.0],
        [60.0, 0.25, 1.0, 36.0, 38.5, 2.0, 300.0],
        [209.0, 0.5, 2.0, 149.0, 160.0, 11.0, 1300.0],
    ];
    packed(&EPISODES, 5, &rows)
}

fn updates() -> TableData {
    let rows = [
        [
            128.0, 0.375, 2.0, 4.0, 0.5, 0.75, 1.25, 3.0, 0.875, 0.001, 1024.0, 32.0, 0.0625,
        ],
        [
            208.0, 0.475, 2.0, 14.0, 0.25, 0.5, 1.5, 2.0, 0.75, 0.001, 800.0, 100.0, 0.125,
        ],
    ];
    packed(&UPDATES, 0, &rows)
}

fn summaries() -> TableData {
    let rows = [
        [100.0, 0.3, 2.0, 31.25, 1.0, 30.0],
        [200.0, 0.48, 2.0, f64::NAN, f64::NAN, f64::NAN],
    ];
    packed(&SUMMARIES, 0, &rows)
}

fn evaluations() -> TableData {
    let row = [200.0, 0.49, 2.0, 20.0, 14.5, 12.0, 17.0, 1.0];
    packed(&EVALUATIONS, 0, &[row])
}

fn positions() -> TableData {
    let rows = [[230.0, 0.5, 3.0, 16.75], [250.0, 0.6, 3.0, 17.25]];
    packed(&POSITIONS, 1, &rows)
}

fn games() -> GameList {
    let running = GameInfo {
        game: 4,
        episode: None,
        environment: 0,
        first: 1024,
        pieces: 70_001,
        lines: 28_000,
        score: 3_600_000,
        best: false,
    };
    let finished = GameInfo {
        game: 3,
        episode: Some(2),
        first: 0,
        pieces: 149,
        lines: 11,
        score: 1300,
        best: true,
        ..running
    };
    GameList {
        id: 13,
        games: vec![running, finished],
    }
}

/// Three placements that the page plays again: an O in the left corner, an I standing beside it, and a J on a board that
/// has one full cell.
fn block() -> Block {
    let mut cells = vec![0; 200];
    cells[199] = 8;
    Block {
        id: 14,
        game: 3,
        from: 1024,
        width: 10,
        height: 20,
        cells: cells.into(),
        lines: 5,
        score: 700,
        moves: vec![17, 9, 94].into(),
        counts: vec![2, 0, 1].into(),
        highest: floats(&[17.25, -1.5]).into(),
        below: words(&[0, 0x3f00, 0]).into(),
    }
}

fn play(over: Option<&str>) -> PlayFrame {
    PlayFrame {
        width: 10,
        height: 20,
        cells: frame().cells,
        piece: 3,
        active: words(&[4, 13, 14, 15]).into(),
        ghost: words(&[164, 173, 174, 175]).into(),
        hold: 1,
        can_hold: false,
        next: vec![7, 1, 5, 2, 4].into(),
        lines: 12,
        pieces: 33,
        score: 1650,
        level: 2,
        over: over.map(str::to_owned),
        keys: 95,
    }
}

fn server_messages() -> Vec<(&'static str, ServerMessage)> {
    let config: ConfigMap = "[environment]\nwidth = 10\npieces = \"uniform\"\n[agent]\ngamma = 0.99\nhidden = [32, 32]\n\
                             double = true\n[trainer]\nseed = 1"
        .parse()
        .expect("valid TOML");
    let empty = Snapshot {
        status: Status {
            state: State::Idle,
            message: None,
            run: None,
            preset: None,
            step: 0,
            speed_limit: None,
        },
        config: None,
        frame: None,
        episodes: EPISODES.pack(0, &[]),
        updates: UPDATES.pack(0, &[]),
        summaries: SUMMARIES.pack(0, &[]),
        evaluations: EVALUATIONS.pack(0, &[]),
        positions: POSITIONS.pack(0, &[]),
        changes: vec![],
        runs: Some(vec![]),
    };
    let not_looked = Snapshot {
        runs: None,
        ..empty.clone()
    };
    let present = Present {
        status: status(State::Running),
        config: Some(config.clone()),
        frame: frame(),
    };
    let full = Snapshot {
        status: Status {
            speed_limit: Some(50.0),
            ..status(State::Paused)
        },
        config: Some(config.clone()),
        frame: Some(frame()),
        episodes: episodes(),
        updates: updates(),
        summaries: summaries(),
        evaluations: evaluations(),
        positions: positions(),
        changes: vec![change()],
        runs: Some(vec![run()]),
    };
    let failed = Status {
        message: Some("the network met a NaN — lower the learning rate".to_owned()),
        ..status(State::Failed)
    };
    let over = Frame {
        piece: 0,
        placed: vec![].into(),
        next: vec![].into(),
        value: f32::NAN,
        decision: None,
        ..frame()
    };
    let in_words = Frame {
        width: 0,
        height: 0,
        cells: Vec::new().into(),
        placed: Vec::new().into(),
        piece: 0,
        next: Vec::new().into(),
        decision: None,
        text: "observation\n   0     0.5000".to_owned(),
        ..frame()
    };
    let explored = Frame {
        value: f32::NAN,
        decision: Some(Box::new(Decision {
            explored: true,
            pieces: vec![6].into(),
            placements: words(&[184, 185, 194, 195]).into(),
            values: floats(&[f32::NAN]).into(),
            rewards: floats(&[f32::NAN]).into(),
            columns: floats(&[f32::NAN; 10]).into(),
            feature_names: Arc::default(),
            features: vec![].into(),
            unlisted: "the 200 cells of the board".to_owned(),
            ..decision(vec![0; 200])
        })),
        ..frame()
    };
    let pressed = Frame {
        decision: Some(Box::new(Decision {
            actions: vec!["drop".to_owned(), "left".to_owned()],
            feature_names: Arc::default(),
            features: vec![].into(),
            rewards: floats(&[f32::NAN; 2]).into(),
            ..decision(vec![0; 200])
        })),
        ..frame()
    };
    let metrics = Metrics {
        episodes: Some(episodes()),
        updates: Some(updates()),
        summaries: Some(summaries()),
        positions: Some(positions()),
    };
    let refused = |id, code, message: &str| ServerMessage::Error {
        id,
        code,
        message: message.to_owned(),
        field: None,
    };
    vec![
        (
            "hello",
            ServerMessage::Hello(Hello {
                protocol: 1,
                server: "tetris-dash 0.1.0".to_owned(),
                started: 1_767_225_600_000_000,
                frame_rate: 10.0,
                presets: vec!["quick".to_owned(), "long".to_owned()],
                configs: [("quick".to_owned(), config.clone())].into(),
                form: vec![
                    FormField {
                        key: "agent.gamma".to_owned(),
                        game: None,
                        label: "Discount".to_owned(),
                        doc: "What the next step is worth.".to_owned(),
                        kind: FieldKind::Number,
                        min: Some(0.0),
                        max: Some(1.0),
                        choices: vec![],
                    },
                    FormField {
                        key: "environment.pieces".to_owned(),
                        game: Some("placements".to_owned()),
                        label: "Pieces".to_owned(),
                        doc: "How pieces are drawn.".to_owned(),
                        kind: FieldKind::Choice,
                        min: None,
                        max: None,
                        choices: vec!["uniform".to_owned(), "bag7".to_owned()],
                    },
                ],
                read_only: false,
                learns: true,
            }),
        ),
        ("present", ServerMessage::Present(Box::new(present))),
        (
            "snapshot, nothing started",
            ServerMessage::Snapshot(Box::new(empty)),
        ),
        (
            "snapshot, before the first look at the output folder",
            ServerMessage::Snapshot(Box::new(not_looked)),
        ),
        (
            "snapshot, paused run",
            ServerMessage::Snapshot(Box::new(full)),
        ),
        (
            "status, running",
            ServerMessage::Status(stamped(1, status(State::Running))),
        ),
        ("status, failed", ServerMessage::Status(stamped(2, failed))),
        ("frame", ServerMessage::Frame(stamped(3, frame()))),
        (
            "frame, game over, the agent did not look",
            ServerMessage::Frame(stamped(4, over)),
        ),
        (
            "frame, keys instead of placements",
            ServerMessage::Frame(stamped(4, pressed)),
        ),
        (
            "frame, words instead of a board",
            ServerMessage::Frame(stamped(8, in_words)),
        ),
        (
            "frame, the agent explored",
            ServerMessage::Frame(stamped(4, explored)),
        ),
        ("metrics", ServerMessage::Metrics(stamped(5, metrics))),
        (
            "metrics, updates only",
            ServerMessage::Metrics(stamped(
                6,
                Metrics {
                    updates: Some(updates()),
                    ..Metrics::default()
                },
            )),
        ),
        (
            "metrics, thinned",
            ServerMessage::Metrics(stamped(
                6,
                Metrics {
                    positions: Some(thinned()),
                    ..Metrics::default()
                },
            )),
        ),
        (
            "evaluation",
            ServerMessage::Evaluation(stamped(
                7,
                Evaluation {
                    evaluations: evaluations(),
                },
            )),
        ),
        (
            "checkpoint",
            ServerMessage::Checkpoint(stamped(
                u64::from(u32::MAX) + 9,
                Checkpoint {
                    step: 250,
                    path: "runs/quick-1/checkpoint".to_owned(),
                },
            )),
        ),
        ("change", ServerMessage::Change(stamped(8, change()))),
        (
            "runs",
            ServerMessage::Runs(stamped(
                9,
                RunChanges {
                    changed: vec![run()],
                    removed: vec!["quick-0".to_owned()],
                },
            )),
        ),
        ("ack", ServerMessage::Ack { id: 7 }),
        (
            "error",
            refused(Some(8), ErrorCode::NotPaused, "the run is not paused"),
        ),
        (
            "error about a field",
            ServerMessage::Error {
                id: Some(9),
                code: ErrorCode::InvalidConfig,
                message: "agent.gamma = 2 makes no sense: expected a number in [0, 1]".to_owned(),
                field: Some("agent.gamma".to_owned()),
            },
        ),
        (
            "error without a number",
            refused(None, ErrorCode::Malformed, "a command is a MessagePack map"),
        ),
        ("games", ServerMessage::Games(games())),
        ("moves", ServerMessage::Moves(Box::new(block()))),
        (
            "boards",
            ServerMessage::Boards(stamped(
                9,
                Boards {
                    width: 4,
                    height: 4,
                    count: 2,
                    followed: 1,
                    cells: [[0; 28].as_slice(), &[1, 1, 0, 8]].concat().into(),
                    lines: [3u32, 70_000].map(u32::to_le_bytes).concat().into(),
                },
            )),
        ),
        ("play", ServerMessage::Play(Box::new(play(None)))),
        (
            "play, over",
            ServerMessage::Play(Box::new(PlayFrame {
                piece: 0,
                active: vec![].into(),
                ghost: vec![].into(),
                ..play(Some("there was no room for the next piece"))
            })),
        ),
    ]
}

fn commands() -> Vec<(&'static str, Request)> {
    let config: ConfigMap = "[agent]\ngamma = 0.995".parse().expect("valid TOML");
    let commands = [
        (
            "start",
            Command::Start {
                preset: Some("quick".to_owned()),
                config: Some(config),
                seed: Some(7),
            },
        ),
        (
            "start with the defaults",
            Command::Start {
                preset: None,
                config: None,
                seed: None,
            },
        ),
        ("pause", Command::Pause),
        ("resume", Command::Resume),
        ("step", Command::Step { count: 3 }),
        ("speed", Command::Speed { limit: Some(2.5) }),
        ("speed, unlimited", Command::Speed { limit: None }),
        ("learning rate", Command::LearningRate { value: 0.0005 }),
        ("epsilon", Command::Epsilon { value: 0.25 }),
        ("save", Command::Save),
        ("stop", Command::Stop),
        ("snapshot request", Command::Snapshot),
        ("games request", Command::Games),
        (
            "play start",
            Command::PlayStart(PlayStart {
                game: Some(4),
                das: 100,
                arr: 0,
            }),
        ),
        (
            "play key",
            Command::PlayKey {
                key: Key::CounterClockwise,
                down: true,
            },
        ),
        ("play stop", Command::PlayStop),
        ("follow", Command::Follow { environment: 3 }),
        (
            "moves request",
            Command::Moves {
                game: 4,
                piece: 70_000,
            },
        ),
        (
            "go on",
            Command::GoOn {
                run: "quick-1".to_owned(),
            },
        ),
        (
            "note",
            Command::Note {
                run: "quick-1".to_owned(),
                text: "the good one".to_owned(),
            },
        ),
    ];
    commands
        .into_iter()
        .zip(1..)
        .map(|((name, command), id)| (name, Request { id, command }))
        .collect()
}

const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/messages.json");

fn golden() -> Vec<Value> {
    let text = std::fs::read_to_string(PATH).expect("the golden file can be read");
    serde_json::from_str(&text).expect("JSON")
}

fn vector(name: &str, from: &str, bytes: &[u8]) -> Value {
    let value = rmpv::decode::read_value(&mut &bytes[..]).expect("MessagePack");
    json!({ "name": name, "from": from, "hex": hex(bytes), "value": to_json(&value) })
}

#[test]
fn messages_are_the_golden_bytes() {
    let server = server_messages()
        .into_iter()
        .map(|(name, message)| vector(name, "server", &message.encode()));
    let client = commands()
        .into_iter()
        .map(|(name, request)| vector(name, "client", &request.encode()));
    let vectors: Vec<Value> = server.chain(client).collect();
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        let text = serde_json::to_string_pretty(&vectors).expect("JSON") + "\n";
        std::fs::write(PATH, text).expect("the golden file can be written");
    }
    let golden = golden();
    assert_eq!(golden.len(), vectors.len());
    for (golden, now) in golden.iter().zip(&vectors) {
        assert_eq!(
            golden, now,
            "the wire has changed; the version must rise unless it is a new key"
        );
    }
}

#[test]
fn golden_bytes_are_read_back() {
    let golden = golden();
    let bytes = |name: &str| {
        let vector = golden
            .iter()
            .find(|vector| vector["name"] == name)
            .expect("a vector of that name");
        unhex(vector["hex"].as_str().expect("hexadecimal text"))
    };
    for (name, message) in server_messages() {
        let back: ServerMessage = rmp_serde::from_slice(&bytes(name)).expect("a server message");
        // NaN is not equal to itself, so the bytes are compared.
        assert_eq!(back.encode(), message.encode(), "{name}");
    }
    for (name, request) in commands() {
        assert_eq!(
            Request::decode(&bytes(name)).expect("a command"),
            request,
            "{name}"
        );
    }
}

/// A game of a player who is mostly careful: its moves, and its board now and then.
fn game(name: &str, width: u8, height: u8, ceiling: Option<u8>, pieces: usize) -> Value {
    let config = TetrisConfig {
        width,
        height,
        ..TetrisConfig::default()
    };
    let mut env = Tetris::new(config).expect("a valid size");
    let scenario = Scenario {
        ceiling,
        ..Scenario::default()
    };
    env.reset(pieces as u64, &scenario)
        .expect("a valid ceiling");
    let (mut moves, mut boards, mut board) = (Vec::new(), Vec::new(), frame());
    let mut legal = vec![false; env.action_count()];
    for piece in 1..=pieces {
        env.legal_actions(&mut legal);
        let possible: Vec<usize> = (0..legal.len()).filter(|&action| legal[action]).collect();
        let Some(&any) = possible.get(piece * 7 % possible.len().max(1)) else {
            break;
        };
        let careful = DELLACHERIE.choose(env.game()).expect("an action is legal");
        let action = if piece % 40 == 0 { any } else { careful };
        let number = env.drop_number(action).expect("every action is a drop");
        let wide = width > 14;
        moves.extend_from_slice(&number.to_le_bytes()[..1 + usize::from(wide)]);
        env.step(action).expect("a legal action");
        env.draw(&mut board);
        if piece % 29 == 0 || board.piece == 0 || board.lines > 0 && piece < 29 {
            boards.push(json!({
                "pieces": piece, "cells": hex(&board.cells), "lines": board.lines, "score": board.score,
            }));
        }
    }
    json!({ "name": name, "width": width, "height": board.height, "moves": hex(&moves), "boards": boards })
}

/// The page plays kept games again by itself; these say what it must come to.
#[test]
fn games_are_the_golden_ones() {
    let games = json!([
        game("the usual board", 10, 20, None, 400),
        game("a low ceiling", 10, 20, Some(7), 200),
        game("the smallest board", 4, 4, None, 100),
        game("the widest board of one byte a move", 14, 10, None, 150),
        game("the widest board", 32, 12, None, 400),
    ]);
    let path = PATH.replace("messages", "games");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        let text = serde_json::to_string_pretty(&games).expect("JSON") + "\n";
        std::fs::write(&path, text).expect("the golden file can be written");
    }
    let text = std::fs::read_to_string(&path).expect("the golden file can be read");
    let golden: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(
        golden, games,
        "games take another course, or moves have other numbers"
    );
}
