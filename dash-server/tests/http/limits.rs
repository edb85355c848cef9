//! How much at a time, and for how long: what a monitor sees of it, and what comes of too much.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use dash_server::Limits;
use dash_server::session::SessionSettings;

use crate::common::{PATIENCE, TestServer, wait_until};
use crate::{get, header, status};

#[test]
fn a_monitor_gets_figures_that_it_can_read() {
    let server = TestServer::new();
    let client = server.connect();
    wait_until("the client is counted", || {
        get(&server, "/metrics").contains("\ntetris_dash_clients 1\n")
    });
    let answer = get(&server, "/metrics");
    let kind = header(&answer, "content-type").expect("a type");
    assert!(kind.starts_with("text/plain; version=0.0.4"), "{kind}");
    let (_, body) = answer.split_once("\r\n\r\n").expect("a body");
    for line in body.lines().filter(|line| !line.starts_with("# ")) {
        let (name, value) = line.rsplit_once(' ').expect("a name and a value");
        assert!(
            name.starts_with("tetris_dash_") && value.parse::<f64>().is_ok(),
            "{line}"
        );
    }
    assert!(body.contains("tetris_dash_run_state{state=\"idle\"} 1\n"));
    drop(client);
}

#[test]
fn commands_that_come_too_fast_are_read_later_and_all_answered() {
    let limits = Limits {
        commands_per_second: 10.0,
        ..Limits::default()
    };
    let server = TestServer::with(SessionSettings::default(), limits);
    let mut client = server.connect();
    let begin = std::time::Instant::now();
    let sent: Vec<u64> = (0..25)
        .map(|_| client.command(dash_server::protocol::Command::Pause))
        .collect();
    for id in sent {
        client.wait_for("an answer", |message| match message {
            dash_server::protocol::ServerMessage::Error { id: Some(it), .. } if it == id => {
                Some(())
            }
            _ => None,
        });
    }
    assert!(
        begin.elapsed() >= Duration::from_secs(1),
        "ten at once, fifteen at ten a second"
    );
}

#[test]
fn a_request_that_never_ends_is_given_up() {
    let limits = Limits {
        header_timeout: Duration::from_millis(100),
        ..Limits::default()
    };
    let server = TestServer::with(SessionSettings::default(), limits);
    let mut slow = TcpStream::connect(server.addr).expect("a connection");
    slow.set_read_timeout(Some(PATIENCE)).expect("a timeout");
    slow.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n")
        .expect("half a request");
    let mut answer = Vec::new();
    slow.read_to_end(&mut answer)
        .expect("the server ends the connection");

    let long = format!(
        "GET / HTTP/1.1\r\nHost: localhost\r\nCookie: {}\r\n\r\n",
        "c".repeat(40_000)
    );
    assert_eq!(status(&server.http(&long)), 431);
}

#[test]
fn connections_beyond_the_limit_are_turned_away_and_come_back() {
    let limits = Limits {
        connections: 2,
        ..Limits::default()
    };
    let server = TestServer::with(SessionSettings::default(), limits);
    let (one, two) = (server.connect(), server.connect());
    assert_eq!(status(&get(&server, "/healthz")), 503);
    drop(one);
    wait_until("there is a place again", || {
        get(&server, "/healthz").contains(" 200 ")
    });
    drop(two);
}

#[test]
fn a_client_that_never_reads_its_answers_is_given_up() {
    let limits = Limits {
        connections: 1,
        write_timeout: Duration::from_millis(100),
        ..Limits::default()
    };
    let server = TestServer::with(SessionSettings::default(), limits);
    let mut deaf = TcpStream::connect(server.addr).expect("a connection");
    deaf.set_write_timeout(Some(PATIENCE)).expect("a timeout");
    let request = format!("GET / HTTP/1.1\r\nHost: {}\r\n\r\n", server.addr).repeat(100);
    // A server that waits reads no more either; one that has given up resets the connection.
    while let Ok(()) = deaf.write_all(request.as_bytes()) {}
    wait_until("its place is free", || {
        get(&server, "/healthz").contains(" 200 ")
    });
}
