//! The door to the WebSocket: who may pass, and what is said to those who may not.

use std::sync::PoisonError;

use fastwebsockets::WebSocketError;
use fastwebsockets::upgrade::{is_upgrade_request, upgrade};
use http_body_util::{Either, Full};
use hyper::body::Incoming;
use hyper::header::{self, HeaderValue};
use hyper::{Method, Request, StatusCode, Version};

use super::{Answer, Upgraded, plain};
use crate::security::{self, Access};

pub(super) fn open_websocket(
    access: &Access,
    request: &mut Request<Incoming>,
    upgraded: &Upgraded,
) -> Answer {
    if request.method() != Method::GET
        || request.version() < Version::HTTP_11
        || !is_upgrade_request(request)
    {
        return upgrade_required(
            "this is the door to a WebSocket: GET, HTTP/1.1, `Upgrade: websocket`",
        );
    }
    if let Err(denial) = security::check_origin(access, request) {
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
            answer.map(|_| Either::Left(Full::default()))
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
