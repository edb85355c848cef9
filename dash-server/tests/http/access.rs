//! To whom: names, origins, tokens.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpStream;

use dash_server::session::SessionSettings;
use dash_server::{Access, Limits};

use crate::common::{TestServer, handshake};
use crate::{get, header, status};

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
