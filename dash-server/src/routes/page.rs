//! The files of the page: in the encoding that the client takes, and not at all if it has them.

use http_body_util::{Either, Full};
use hyper::header::{self, HeaderValue};
use hyper::{HeaderMap, Response, StatusCode};

use super::accept::takes_encoding;
use super::{Answer, plain};
use crate::assets::Asset;

/// A file of the page, in the shortest form that the client takes, or word that it has it already.
pub(super) fn file(asset: &'static Asset, request: &HeaderMap) -> Answer {
    let known = request
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok());
    let known = known
        .flat_map(|list| list.split(','))
        .map(|tag| tag.trim().trim_start_matches("W/"));
    let is_known = known.into_iter().any(|tag| tag == "*" || tag == asset.etag);
    let (encoding, body) = match (asset.brotli, asset.gzip) {
        (Some(body), _) if takes_encoding(request, "br") => (Some("br"), body),
        (_, Some(body)) if takes_encoding(request, "gzip") => (Some("gzip"), body),
        _ if takes_encoding(request, "identity") => (None, asset.body),
        _ => {
            return plain(
                StatusCode::NOT_ACCEPTABLE,
                "this file comes as it is, and in br and gzip where that is shorter",
            );
        }
    };
    let mut answer = Response::new(Either::Left(Full::from(if is_known { &[] } else { body })));
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

#[cfg(test)]
mod tests {
    use super::*;
    use hyper::header::HeaderName;

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
            ("*", Some("br")),
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
    fn a_client_that_takes_no_encoding_there_is_gets_none() {
        for accepted in ["zstd, identity;q=0", "*;q=0"] {
            let answer = file(&SAMPLE, &headers(header::ACCEPT_ENCODING, accepted));
            assert_eq!(answer.status(), StatusCode::NOT_ACCEPTABLE, "{accepted}");
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
}
