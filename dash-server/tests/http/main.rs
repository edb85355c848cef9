//! What is served over HTTP, and to whom.

mod access;
#[path = "../common/mod.rs"]
mod common;
mod limits;

use common::TestServer;

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
