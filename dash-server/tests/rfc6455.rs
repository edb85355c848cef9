//! The WebSocket standard, probed over raw sockets: every rule that a client can break, and that nothing else is
//! affected by it.

mod common;

use std::time::Duration;

use common::{BINARY, CLOSE, Client, FIN, PING, PONG, TestServer, frame, head};
use dash_server::Limits;
use dash_server::protocol::{Command, ErrorCode, Request, ServerMessage};
use dash_server::session::SessionSettings;

const CAP: usize = 64 << 10;
const TEXT: u8 = 1;
const CONTINUATION: u8 = 0;

/// A client that has been told everything.
fn greeted(server: &TestServer) -> Client {
    let mut client = server.connect();
    assert!(matches!(client.read(), ServerMessage::Hello(_)));
    assert!(matches!(client.read(), ServerMessage::Snapshot(_)));
    client
}

fn pause(id: u64) -> Vec<u8> {
    Request {
        id,
        command: Command::Pause,
    }
    .encode()
}

/// The answer to `pause` when nothing runs shows that the message arrived whole.
fn expect_answer(client: &mut Client, expected: u64) {
    match client.read() {
        ServerMessage::Error {
            id: Some(id),
            code: ErrorCode::NotRunning,
            ..
        } => assert_eq!(id, expected),
        other => panic!("{other:?}"),
    }
}

#[test]
fn broken_rules_end_with_the_right_close_code() {
    let server = TestServer::new();
    let close = |code: u16, reason: &[u8]| {
        let mut payload = code.to_be_bytes().to_vec();
        payload.extend(reason);
        frame(FIN | CLOSE, &payload)
    };
    let unmasked =
        |first: u8, payload: &[u8]| [head(first, payload.len(), 0), payload.to_vec()].concat();
    let probes: Vec<(&str, Vec<u8>, u16)> = vec![
        ("unmasked binary", unmasked(FIN | BINARY, &pause(1)), 1002),
        ("unmasked ping", unmasked(FIN | PING, b"hi"), 1002),
        (
            "unmasked close",
            unmasked(FIN | CLOSE, &1000u16.to_be_bytes()),
            1002,
        ),
        (
            "reserved bit 1",
            frame(FIN | 0x40 | BINARY, &pause(1)),
            1002,
        ),
        (
            "reserved bit 2",
            frame(FIN | 0x20 | BINARY, &pause(1)),
            1002,
        ),
        (
            "reserved bit 3",
            frame(FIN | 0x10 | BINARY, &pause(1)),
            1002,
        ),
        ("reserved data opcode", frame(FIN | 3, b""), 1002),
        ("reserved control opcode", frame(FIN | 11, b""), 1002),
        ("fragmented ping", frame(PING, b""), 1002),
        ("fragmented close", frame(CLOSE, b""), 1002),
        ("long ping", frame(FIN | PING, &[0; 126]), 1002),
        ("long pong", frame(FIN | PONG, &[0; 126]), 1002),
        ("long close", close(1000, &[b'a'; 124]), 1002),
        (
            "continuation of nothing",
            frame(FIN | CONTINUATION, b"x"),
            1002,
        ),
        (
            "first fragment twice",
            [frame(BINARY, b"x"), frame(FIN | BINARY, b"y")].concat(),
            1002,
        ),
        (
            "continuation after the end",
            [frame(FIN | BINARY, b"x"), frame(FIN | CONTINUATION, b"y")].concat(),
            1002,
        ),
        ("text", frame(FIN | TEXT, b"{}"), 1003),
        ("fragment of text", frame(TEXT, b"{"), 1003),
        ("text that is not UTF-8", frame(FIN | TEXT, &[0xff]), 1007),
        ("too big", frame(FIN | BINARY, &vec![0; CAP + 1]), 1009),
        (
            "much too big, in the head alone",
            head(FIN | BINARY, 1 << 40, 0x80)
                .into_iter()
                .chain([0; 4])
                .collect(),
            1009,
        ),
        (
            "too big in fragments",
            [
                frame(BINARY, &vec![0; CAP / 2]),
                frame(CONTINUATION, &vec![0; CAP / 2]),
                frame(FIN, b"x"),
            ]
            .concat(),
            1009,
        ),
        ("empty close", frame(FIN | CLOSE, b""), 1000),
        ("close 1000", close(1000, b"bye"), 1000),
        ("close 1001", close(1001, b""), 1001),
        ("close 3000", close(3000, b""), 3000),
        ("close 4999", close(4999, b""), 4999),
        ("half a close code", frame(FIN | CLOSE, &[3]), 1002),
        ("close 999", close(999, b""), 1002),
        ("close 1004", close(1004, b""), 1002),
        ("close 1005", close(1005, b""), 1002),
        ("close 1006", close(1006, b""), 1002),
        ("close 1015", close(1015, b""), 1002),
        ("close 2999", close(2999, b""), 1002),
        ("close 5000", close(5000, b""), 1002),
        (
            "close reason that is not UTF-8",
            close(1000, &[0xc3, 0x28]),
            1007,
        ),
    ];
    for (name, bytes, code) in probes {
        let mut client = greeted(&server);
        client.send(&bytes);
        assert_eq!(client.close_code(), code, "{name}");
    }
    // Whatever these clients did, the next one is served.
    greeted(&server);
}

#[test]
fn what_is_allowed_is_understood() {
    let server = TestServer::new();
    let mut client = greeted(&server);

    let payload: Vec<u8> = (0..125).collect();
    client.send(&frame(FIN | PING, &payload));
    assert_eq!(client.read_frame(), Some((PONG, payload)));
    client.send(&frame(FIN | PING, b""));
    assert_eq!(client.read_frame(), Some((PONG, vec![])));
    client.send(&frame(FIN | PONG, b"nobody asked"));

    let message = pause(7);
    let (one, rest) = message.split_at(3);
    let (two, three) = rest.split_at(4);
    client.send(&frame(BINARY, one));
    client.send(&frame(FIN | PING, b"between"));
    assert_eq!(client.read_frame(), Some((PONG, b"between".to_vec())));
    client.send(&frame(CONTINUATION, two));
    client.send(&frame(CONTINUATION, b""));
    client.send(&frame(FIN | CONTINUATION, three));
    expect_answer(&mut client, 7);

    for byte in frame(FIN | BINARY, &pause(8)) {
        client.send(&[byte]);
    }
    expect_answer(&mut client, 8);

    let many: Vec<u8> = (10..60)
        .flat_map(|id| frame(FIN | BINARY, &pause(id)))
        .collect();
    client.send(&many);
    for id in 10..60 {
        expect_answer(&mut client, id);
    }
}

#[test]
fn a_message_of_the_greatest_size_is_read() {
    let server = TestServer::new();
    let mut client = greeted(&server);
    for fragments in [1, 4] {
        let size = CAP / fragments;
        for index in 0..fragments {
            let first = if index == 0 { BINARY } else { CONTINUATION };
            let fin = if index + 1 == fragments { FIN } else { 0 };
            client.send(&frame(fin | first, &vec![0; size]));
        }
        match client.read() {
            ServerMessage::Error {
                id: None,
                code: ErrorCode::Malformed,
                ..
            } => {}
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn frames_may_come_together_with_the_request() {
    let server = TestServer::new();
    let mut client = Client::open_with(server.addr, &frame(FIN | BINARY, &pause(5)));
    assert!(matches!(client.read(), ServerMessage::Hello(_)));
    assert!(matches!(client.read(), ServerMessage::Snapshot(_)));
    expect_answer(&mut client, 5);
}

#[test]
fn nonsense_is_answered_and_forgiven() {
    let server = TestServer::new();
    let mut client = greeted(&server);
    let nonsense: [&[u8]; 6] = [
        b"",
        b"hello",
        &[0x80],
        &[0xc0],
        &[0x81, 0xa4, b't', b'y', b'p', b'e', 0x01],
        &[0xdf; 9],
    ];
    for bytes in nonsense {
        client.send(&frame(FIN | BINARY, bytes));
        match client.read() {
            ServerMessage::Error {
                id: None,
                code: ErrorCode::Malformed,
                message,
                ..
            } => assert!(!message.is_empty()),
            other => panic!("{other:?}"),
        }
    }
    client.send(&frame(FIN | BINARY, &pause(3)));
    expect_answer(&mut client, 3);
}

#[test]
fn a_silent_client_is_pinged_and_a_dead_one_dropped() {
    let limits = Limits {
        ping_interval: Duration::from_millis(50),
        idle_timeout: Duration::from_millis(400),
        ..Limits::default()
    };
    let server = TestServer::with(SessionSettings::default(), limits);
    let mut alive = greeted(&server);
    let mut dead = greeted(&server);
    let mut pings = 0;
    // The dead one never answers; when it has been dropped, the other one, which does answer, is still there.
    common::wait_until("the dead client is dropped", || {
        if let Some((PING, payload)) = alive.read_frame() {
            pings += 1;
            alive.send(&frame(FIN | PONG, &payload));
        }
        server.session.client_count() == 1
    });
    assert!(pings >= 2);
    alive.send(&frame(FIN | PING, b"still here"));
    while alive.read_frame() != Some((PONG, b"still here".to_vec())) {}
    while dead.read_frame().is_some() {}
}
