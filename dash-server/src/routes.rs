//! What is served over HTTP: the page, its files, a sign of life and the door to the WebSocket.

use std::convert::Infallible;
use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use fastwebsockets::WebSocketError;
use fastwebsockets::upgrade::{UpgradeFut, is_upgrade_request, upgrade};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::header::{self, HeaderName, HeaderValue};
use hyper::{HeaderMap, Method, Request, Response, StatusCode, Version};

use crate::assets::{self, Asset};
use crate::security;

type Answer = Response<Full<Bytes>>;

/// On every answer: nothing from elsewhere runs in our page, and our page runs in nobody else's.
const HEADERS: [(HeaderName, &str); 5] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; \
         connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
];

/// A place for the WebSocket that a request asked for; it is served when HTTP has let go of the connection.
pub(crate) type Upgraded = Mutex<Option<UpgradeFut>>;

/// Answers a request.
pub(crate) async fn answer(
    mut request: Request<Incoming>,
    upgraded: &Upgraded,
) -> Result<Answer, Infallible> {
    let mut answer = route(&mut request, upgraded);
    for (name, value) in HEADERS {
        answer
            .headers_mut()
            .insert(name, HeaderValue::from_static(value));
    }
    Ok(answer)
}

fn route(request: &mut Request<Incoming>, upgraded: &Upgraded) -> Answer {
    if let Err(denial) = security::check_host(request) {
        return plain(denial.status(), denial.to_string());
    }
    let asset = assets::find(request.uri().path());
    let is_known = asset.is_some() || matches!(request.uri().path(), "/ws" | "/healthz");
    if !is_known {
        return plain(
            StatusCode::NOT_FOUND,
            "there is nothing here; the page is at /",
        );
    }
    if request.method() != Method::GET && request.method() != Method::HEAD {
        let mut answer = plain(StatusCode::METHOD_NOT_ALLOWED, "only GET and HEAD");
        answer
            .headers_mut()
            .insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
        return answer;
    }
    match asset {
        Some(asset) => file(asset, request.headers()),
        None if request.uri().path() == "/ws" => open_websocket(request, upgraded),
        None => plain(StatusCode::OK, "ok"),
    }
}

fn plain(status: StatusCode, text: impl Into<String>) -> Answer {
    let mut answer = Response::new(Full::from(text.into() + "\n"));
    *answer.status_mut() = status;
    let headers = answer.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("text/plain; charset=utf-8"),
    );
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer
}

/// A file of the page, in the shortest form that the client takes, or word that it has it already.
fn file(asset: &'static Asset, request: &HeaderMap) -> Answer {
    let known = request
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok());
    let known = known
        .flat_map(|list| list.split(','))
        .map(|tag| tag.trim().trim_start_matches("W/"));
    let is_known = known.into_iter().any(|tag| tag == "*" || tag == asset.etag);
    let (encoding, body) = match (asset.brotli, asset.gzip) {
        (Some(body), _) if accepts(request, "br") => (Some("br"), body),
        (_, Some(body)) if accepts(request, "gzip") => (Some("gzip"), body),
        _ => (None, asset.body),
    };
    let mut answer = Response::new(Full::from(if is_known { &[] } else { body }));
    let caching = if asset.immutable {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    let headers = answer.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    // Weak, because the same tag stands for the content in all its encodings.
    if let Ok(tag) = HeaderValue::try_from(format!("W/{}", asset.etag)) {
        headers.insert(header::ETAG, tag);
    }
    if is_known {
        *answer.status_mut() = StatusCode::NOT_MODIFIED;
        return answer;
    }
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static(asset.content_type),
    );
    if let Some(encoding) = encoding {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    answer
}

/// Whether the client takes an encoding: named, and not with a weight of zero.
fn accepts(request: &HeaderMap, encoding: &str) -> bool {
    let lists = request
        .get_all(header::ACCEPT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok());
    lists.flat_map(|list| list.split(',')).any(|item| {
        let mut parts = item.split(';').map(str::trim);
        let is_named = parts
            .next()
            .is_some_and(|name| name.eq_ignore_ascii_case(encoding));
        let weight = parts.find_map(|part| part.strip_prefix("q=")?.parse::<f32>().ok());
        is_named && weight.is_none_or(|weight| weight > 0.0)
    })
}

fn open_websocket(request: &mut Request<Incoming>, upgraded: &Upgraded) -> Answer {
    if request.method() != Method::GET
        || request.version() < Version::HTTP_11
        || !is_upgrade_request(request)
    {
        return upgrade_required(
            "this is the door to a WebSocket: GET, HTTP/1.1, `Upgrade: websocket`",
        );
    }
    if let Err(denial) = security::check_origin(request) {
        return plain(denial.status(), denial.to_string());
    }
    if !request
        .headers()
        .get(header::SEC_WEBSOCKET_KEY)
        .is_some_and(is_key)
    {
        return plain(
            StatusCode::BAD_REQUEST,
            "Sec-WebSocket-Key must be 16 bytes in base64",
        );
    }
    match upgrade(request) {
        Ok((answer, future)) => {
            *upgraded.lock().unwrap_or_else(PoisonError::into_inner) = Some(future);
            answer.map(|_| Full::default())
        }
        Err(WebSocketError::InvalidSecWebsocketVersion) => {
            upgrade_required("the WebSocket version here is 13")
        }
        Err(error) => plain(StatusCode::BAD_REQUEST, error.to_string()),
    }
}

fn upgrade_required(text: &str) -> Answer {
    let mut answer = plain(StatusCode::UPGRADE_REQUIRED, text);
    let headers = answer.headers_mut();
    headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
    headers.insert(header::CONNECTION, HeaderValue::from_static("upgrade"));
    headers.insert(
        header::SEC_WEBSOCKET_VERSION,
        HeaderValue::from_static("13"),
    );
    answer
}

/// 16 bytes in base64 are 22 digits and two equals signs.
fn is_key(key: &HeaderValue) -> bool {
    let (digits, end) = match key.as_bytes().split_at_checked(22) {
        Some(parts) => parts,
        None => return false,
    };
    end == b"=="
        && digits
            .iter()
            .all(|&digit| digit.is_ascii_alphanumeric() || digit == b'+' || digit == b'/')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: HeaderName, value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_static(value))])
    }

    static SAMPLE: Asset = Asset {
        path: "/app-1234.js",
        content_type: "text/javascript",
        immutable: true,
        etag: "\"1234\"",
        body: b"identity",
        gzip: Some(b"gzip"),
        brotli: Some(b"brotli"),
    };

    #[test]
    fn the_encoding_is_one_that_the_client_takes() {
        for (accepted, expected) in [
            ("gzip, deflate, br, zstd", Some("br")),
            ("gzip;q=0.5, br;q=0", Some("gzip")),
            ("GZip", Some("gzip")),
            ("br;q=0, gzip;q=0.000", None),
            ("identity", None),
        ] {
            let answer = file(&SAMPLE, &headers(header::ACCEPT_ENCODING, accepted));
            let encoding = answer
                .headers()
                .get(header::CONTENT_ENCODING)
                .map(|value| value.to_str().unwrap());
            assert_eq!(encoding, expected, "{accepted}");
            assert_eq!(answer.headers()[header::CONTENT_TYPE], "text/javascript");
            assert_eq!(answer.headers()[header::VARY], "accept-encoding");
            assert!(
                answer.headers()[header::CACHE_CONTROL]
                    .to_str()
                    .unwrap()
                    .contains("immutable")
            );
        }
    }

    #[test]
    fn a_file_that_the_client_has_is_not_sent_again() {
        for (tags, status) in [
            ("\"1234\"", StatusCode::NOT_MODIFIED),
            ("W/\"1234\"", StatusCode::NOT_MODIFIED),
            ("\"1\", \"1234\"", StatusCode::NOT_MODIFIED),
            ("*", StatusCode::NOT_MODIFIED),
            ("\"123\"", StatusCode::OK),
        ] {
            let answer = file(&SAMPLE, &headers(header::IF_NONE_MATCH, tags));
            assert_eq!(answer.status(), status, "{tags}");
            assert_eq!(answer.headers()[header::ETAG], "W/\"1234\"");
        }
    }

    #[test]
    fn keys_are_sixteen_bytes() {
        assert!(is_key(&HeaderValue::from_static(
            "dGhlIHNhbXBsZSBub25jZQ=="
        )));
        for key in [
            "",
            "dGhlIHNhbXBsZSBub25jZQ=",
            "dGhlIHNhbXBsZSBub25jZQ===",
            "dGhlIHNhbXBsZSBub25j!Q==",
        ] {
            assert!(!is_key(&HeaderValue::from_static(key)), "{key}");
        }
    }
}
