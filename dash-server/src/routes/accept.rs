//! What a client says it takes: media types and encodings, with their weights (RFC 9110, 12.4 and 12.5).

use hyper::HeaderMap;
use hyper::header::{self, HeaderName};

/// Whether a client takes an answer of this content type. Without an `Accept` it takes everything.
pub(super) fn takes_type(request: &HeaderMap, content_type: &str) -> bool {
    let (kind, _) = content_type.split_once(';').unwrap_or((content_type, ""));
    let group = kind.split('/').next().unwrap_or_default();
    // The most specific range that fits decides.
    [kind, &format!("{group}/*"), "*/*"]
        .into_iter()
        .find_map(|range| weight(request, header::ACCEPT, range))
        .map_or(!request.contains_key(header::ACCEPT), |weight| weight > 0.0)
}

/// Whether a client takes an answer in this encoding: named, or as one of all others.
pub(super) fn takes_encoding(request: &HeaderMap, encoding: &str) -> bool {
    ["*", encoding]
        .into_iter()
        .rev()
        .find_map(|name| weight(request, header::ACCEPT_ENCODING, name))
        .map_or(encoding == "identity", |weight| weight > 0.0)
}

/// The weight of an item of a list, if it is in it.
fn weight(request: &HeaderMap, list: HeaderName, item: &str) -> Option<f32> {
    let lists = request.get_all(list);
    let lists = lists.iter().filter_map(|value| value.to_str().ok());
    lists.flat_map(|list| list.split(',')).find_map(|entry| {
        let mut parts = entry.split(';').map(str::trim);
        let named = parts
            .next()
            .is_some_and(|name| name.eq_ignore_ascii_case(item));
        let weight = parts.find_map(|part| part.strip_prefix("q=")?.parse().ok());
        named.then(|| weight.unwrap_or(1.0))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use hyper::header::HeaderValue;

    fn headers(name: HeaderName, value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_static(value))])
    }

    #[test]
    fn the_most_specific_range_decides() {
        let html = "text/html; charset=utf-8";
        assert!(takes_type(&HeaderMap::new(), html));
        for (accept, taken) in [
            ("*/*", true),
            ("text/css,*/*;q=0.1", true),
            ("Text/HTML", true),
            ("text/*", true),
            ("application/json", false),
            ("text/html;q=0, */*", false),
            ("text/*;q=0, text/html", true),
            ("*/*;q=0", false),
        ] {
            assert_eq!(
                takes_type(&headers(header::ACCEPT, accept), html),
                taken,
                "{accept}"
            );
        }
    }

    #[test]
    fn plain_bytes_are_taken_unless_they_are_ruled_out() {
        assert!(takes_encoding(&HeaderMap::new(), "identity"));
        assert!(!takes_encoding(&HeaderMap::new(), "br"));
        for (accept, br, identity) in [
            ("gzip, br", true, true),
            ("gzip;q=0.5, BR;q=0", false, true),
            ("*", true, true),
            ("*;q=0", false, false),
            ("br, identity;q=0", true, false),
            ("*;q=0, identity", false, true),
        ] {
            let request = headers(header::ACCEPT_ENCODING, accept);
            assert_eq!(takes_encoding(&request, "br"), br, "{accept}");
            assert_eq!(takes_encoding(&request, "identity"), identity, "{accept}");
        }
    }
}
