//! What is served over HTTP, and to whom.

mod common;

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use common::{PATIENCE, TestServer, handshake};
use dash_server::session::SessionSettings;
use dash_server::{Access, Limits};

fn get(server: &TestServer, path: &str) -> String {
    server.http(&format!(
        "GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n",
        server.addr
    ))
}

fn status(answer: &str) -> u16 {
    answer
        .split(' ')
        .nth(1)
        .and_then(|code| code.parse().ok())
        .unwrap_or_else(|| panic!("no status: {answer:?}"))
}

fn header<'a>(answer: &'a str, name: &str) -> Option<&'a str> {
    let (head, _) = answer.split_once("\r\n\r\n")?;
    head.lines().skip(1).find_map(|line| {
        let (key, value) = line.split_once(": ")?;
        key.eq_ignore_ascii_case(name).then_some(value)
    })
}

#[test]
fn the_page_is_served_with_the_headers_that_protect_it() {
    let server = TestServer::new();
    let page = get(&server, "/");
    assert_eq!(status(&page), 200);
    let policy = header(&page, "content-security-policy").expect("a policy");
    assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"));
    assert!(!policy.contains("unsafe"));
    assert_eq!(header(&page, "x-content-type-options"), Some("nosniff"));
    assert_eq!(header(&page, "referrer-policy"), Some("no-referrer"));
    assert_eq!(header(&page, "access-control-allow-origin"), None);
    assert_eq!(header(&page, "cache-control"), Some("no-cache"));

    let tag = header(&page, "etag").expect("a tag");
    let again = server.http(&format!(
        "GET / HTTP/1.1\r\nHost: {}\r\nIf-None-Match: {tag}\r\nConnection: close\r\n\r\n",
        server.addr
    ));
    assert_eq!(status(&again), 304);
    assert!(again.ends_with("\r\n\r\n"), "no body: {again:?}");

    let head = server.http(&format!(
        "HEAD / HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n",
        server.addr
    ));
    assert_eq!(status(&head), 200);
    assert_eq!(
        header(&head, "content-length"),
        header(&page, "content-length")
    );
    assert!(head.ends_with("\r\n\r\n"), "no body: {head:?}");
}

#[test]
fn a_client_that_takes_another_type_only_is_told_the_one_there_is() {
    let server = TestServer::new();
    let accepting = |path: &str, types: &str| {
        server.http(&format!(
            "GET {path} HTTP/1.1\r\nHost: {}\r\nAccept: {types}\r\nConnection: close\r\n\r\n",
            server.addr
        ))
    };
    for path in ["/", "/healthz", "/metrics"] {
        assert_eq!(status(&accepting(path, "text/*")), 200, "{path}");
        let refused = accepting(path, "application/json");
        assert_eq!(status(&refused), 406, "{path}");
        assert!(refused.contains("this is text/"), "{refused}");
    }
}

#[cfg(feature = "ui")]
#[test]
fn every_file_that_the_page_names_is_there_and_kept_for_good() {
    let server = TestServer::new();
    let page = get(&server, "/");
    let names: Vec<&str> = page
        .split('"')
        .filter(|part| part.ends_with(".js") || part.ends_with(".css"))
        .collect();
    assert!(names.len() >= 2, "{page}");
    for name in names {
        let path = format!("/{}", name.trim_start_matches("./").trim_start_matches('/'));
        let file = get(&server, &path);
        assert_eq!(status(&file), 200, "{path}");
        assert!(
            header(&file, "cache-control").is_some_and(|value| value.contains("immutable")),
            "{path}"
        );
        let kind = header(&file, "content-type").expect("a type");
        assert!(
            kind.contains(if path.ends_with(".js") {
                "javascript"
            } else {
                "css"
            }),
            "{path}: {kind}"
        );
        assert!(
            !page.contains("<script>"),
            "the policy forbids inline scripts"
        );
    }
}

#[test]
fn there_is_nothing_else() {
    let server = TestServer::new();
    for path in [
        "/index.php",
        "/../Cargo.toml",
        "/%2e%2e/Cargo.toml",
        "//",
        "/ws/",
        "/healthz/x",
        "/src/main.rs",
        "/?",
    ] {
        let code = status(&get(&server, path));
        assert_eq!(code, if path == "/?" { 200 } else { 404 }, "{path}");
    }
    let health = get(&server, "/healthz");
    assert_eq!(status(&health), 200);
    assert!(health.ends_with("\r\n\r\nok\n"), "{health:?}");
    let twice = format!("GET /healthz HTTP/1.1\r\nHost: {}\r\n\r\n", server.addr).repeat(2);
    let answered = server.http(&twice).matches("HTTP/1.1 200").count();
    assert_eq!(answered, 1, "a monitor keeps no connection");
    for method in ["POST", "PUT", "DELETE", "OPTIONS", "BREW"] {
        let request = format!(
            "{method} / HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n",
            server.addr
        );
        let answer = server.http(&request);
        assert_eq!(status(&answer), 405, "{method}");
        assert_eq!(header(&answer, "allow"), Some("GET, HEAD"));
    }
}

#[test]
fn only_a_loopback_name_is_served_on_every_route() {
    let server = TestServer::new();
    for path in ["/", "/healthz", "/ws", "/nothing"] {
        let of = |host: &str| {
            status(&server.http(&format!(
                "GET {path} HTTP/1.1\r\n{host}Connection: close\r\n\r\n"
            )))
        };
        assert_eq!(of("Host: evil.example\r\n"), 421, "{path}");
        assert_eq!(of("Host: 192.168.0.1:7878\r\n"), 421, "{path}");
        assert_eq!(of("Host: localhost\r\nHost: localhost\r\n"), 400, "{path}");
        assert_eq!(of(""), 400, "{path}");
    }
    // A tunnel may end on another port.
    let tunnel =
        server.http("GET /healthz HTTP/1.1\r\nHost: localhost:9999\r\nConnection: close\r\n\r\n");
    assert_eq!(status(&tunnel), 200);
    let whole = server
        .http("GET http://evil.example/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    assert_eq!(status(&whole), 421);
}

#[test]
fn a_websocket_opens_only_for_our_own_page() {
    let server = TestServer::new();
    let good = handshake(server.addr);
    let with = |from: &str, to: &str| {
        assert!(good.contains(from), "{from}");
        let answer = server.http(
            &good
                .replace(from, to)
                .replace("keep-alive, Upgrade", "Upgrade, close"),
        );
        status(&answer)
    };
    let origin = format!("Origin: http://{}\r\n", server.addr);
    assert_eq!(with(&origin, ""), 403);
    assert_eq!(with(&origin, "Origin: null\r\n"), 403);
    assert_eq!(with(&origin, "Origin: http://evil.example\r\n"), 403);
    assert_eq!(
        with(
            &origin,
            &format!("Origin: http://localhost:{}\r\n", server.addr.port())
        ),
        403
    );
    assert_eq!(with(&origin, &origin.repeat(2)), 403);
    let host = format!("Host: {}\r\n", server.addr);
    assert_eq!(with(&host, "Host: evil.example\r\n"), 421);
    assert_eq!(with("Version: 13", "Version: 8"), 426);
    assert_eq!(with("Sec-WebSocket-Version: 13\r\n", ""), 426);
    assert_eq!(with("Upgrade: websocket\r\n", ""), 426);
    assert_eq!(with("Upgrade: websocket\r\n", "Upgrade: h2c\r\n"), 426);
    assert_eq!(with("HTTP/1.1", "HTTP/1.0"), 426);
    assert_eq!(with("GET /ws", "POST /ws"), 405);
    assert_eq!(with("GET /ws", "HEAD /ws"), 426);
    assert_eq!(with("dGhlIHNhbXBsZSBub25jZQ==", "short"), 400);
    let key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
    assert_eq!(with(key, ""), 400);
    server.connect();
    assert_eq!(status(&get(&server, "/ws")), 426);
}

#[test]
fn a_token_is_asked_for_on_every_route_and_of_websockets() {
    let access = Access::remote().expect("random bytes");
    let token = access.token().expect("a token").to_owned();
    let server = TestServer::with_access(SessionSettings::default(), Limits::default(), access);
    for path in ["/", "/healthz", "/metrics", "/api/runs", "/nothing", "/ws"] {
        let answer = get(&server, path);
        assert_eq!(status(&answer), 401, "{path}");
        assert!(
            answer.contains("\r\nwww-authenticate: Bearer\r\n"),
            "{answer}"
        );
    }
    // After a restart a page still has the old token: it is told what to do, also where it only asks for a sign of life.
    let old = "Authorization: Bearer 0123\r\nConnection";
    let socket = handshake(server.addr).replace("keep-alive, Upgrade", "Upgrade, close");
    let health = format!(
        "GET /healthz HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n",
        server.addr
    );
    for request in [socket, health] {
        let answer = server.http(&request.replace("Connection", old));
        assert_eq!(status(&answer), 401, "{answer}");
        let kind = header(&answer, "content-type");
        assert_eq!(kind, Some("text/plain; charset=utf-8"));
        assert!(
            answer.contains("open the address that it printed")
                && answer.contains("new one after each start"),
            "{answer}"
        );
    }
    let page = get(&server, &format!("/?token={token}"));
    assert_eq!(status(&page), 200);
    assert_eq!(header(&page, "cache-control"), Some("no-store"));
    let cookie = header(&page, "set-cookie").expect("a cookie");
    assert!(
        cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"),
        "{cookie}"
    );
    let (pair, _) = cookie.split_once(';').expect("attributes");
    for known in [
        format!("Cookie: {pair}"),
        format!("Authorization: Bearer {token}"),
    ] {
        let request = format!(
            "GET /healthz HTTP/1.1\r\nHost: {}\r\n{known}\r\nConnection: close\r\n\r\n",
            server.addr
        );
        assert_eq!(status(&server.http(&request)), 200, "{known}");
        let mut stream = TcpStream::connect(server.addr).expect("a connection");
        let open = handshake(server.addr).replace(
            "Sec-WebSocket-Version",
            &format!("{known}\r\nSec-WebSocket-Version"),
        );
        stream.write_all(open.as_bytes()).expect("a request");
        let mut answer = [0; 12];
        stream.read_exact(&mut answer).expect("an answer");
        assert_eq!(&answer, b"HTTP/1.1 101");
    }
}

#[test]
fn two_servers_of_one_name_are_open_in_one_browser() {
    let servers = [(); 2].map(|()| {
        let access = Access::remote().expect("random bytes");
        let token = access.token().expect("a token").to_owned();
        let settings = SessionSettings::default();
        let server = TestServer::with_access(settings, Limits::default(), access);
        (server, token)
    });
    // A browser keeps one value for each name, and sends it to every port of the host.
    let mut jar = BTreeMap::new();
    for (server, token) in &servers {
        let page = get(server, &format!("/?token={token}"));
        let cookie = header(&page, "set-cookie").expect("a cookie");
        let (pair, _) = cookie.split_once(';').expect("attributes");
        let (name, value) = pair.split_once('=').expect("a value");
        jar.insert(name.to_owned(), value.to_owned());
    }
    let pairs: Vec<String> = jar
        .iter()
        .map(|pair| format!("{}={}", pair.0, pair.1))
        .collect();
    for (server, _) in &servers {
        let request = format!(
            "GET /healthz HTTP/1.1\r\nHost: {}\r\nCookie: {}\r\nConnection: close\r\n\r\n",
            server.addr,
            pairs.join("; ")
        );
        assert_eq!(status(&server.http(&request)), 200, "{pairs:?}");
    }
}

#[test]
fn a_monitor_gets_figures_that_it_can_read() {
    let server = TestServer::new();
    let client = server.connect();
    common::wait_until("the client is counted", || {
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
    common::wait_until("there is a place again", || {
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
    common::wait_until("its place is free", || {
        get(&server, "/healthz").contains(" 200 ")
    });
}
