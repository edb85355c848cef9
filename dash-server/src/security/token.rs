//! The token that other machines must know: in a cookie, which the page's address sets, or in a header.

use hyper::Request;
use hyper::header::{AUTHORIZATION, COOKIE, HOST, HeaderValue};
use subtle::ConstantTimeEq;

use super::{Access, Authority, Denial};

/// The cookie that holds the token of the server that a request goes to.
///
/// A browser sends the cookies of a host to all its ports. The port is the one that the browser knows, which need not be
/// where the server listens: so two servers behind one name keep out of each other's way whatever is between.
fn cookie_of<B>(request: &Request<B>) -> String {
    let host = request.headers().get(HOST);
    let host = host.and_then(|host| Authority::parse(host.to_str().ok()?));
    match host.and_then(|host| host.port) {
        Some(port) => format!("tetris_dash_token_{port}"),
        None => "tetris_dash_token".to_owned(),
    }
}

impl Access {
    /// Checks that a request knows the token. The answer is the cookie to set, if it came with the address.
    pub(crate) fn check_token<B>(
        &self,
        request: &Request<B>,
    ) -> Result<Option<HeaderValue>, Denial> {
        let Some(token) = &self.token else {
            return Ok(None);
        };
        let cookie = cookie_of(request);
        let is_it = |offered: &str| bool::from(offered.as_bytes().ct_eq(token.as_bytes()));
        let texts = |name| {
            let values = request.headers().get_all(name).iter();
            values.filter_map(|value| value.to_str().ok())
        };
        let known = texts(COOKIE)
            .flat_map(|list| list.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .any(|(name, value)| name == cookie && is_it(value))
            || texts(AUTHORIZATION)
                .filter_map(|value| value.strip_prefix("Bearer "))
                .any(|value| is_it(value.trim()));
        if known {
            return Ok(None);
        }
        let query = request
            .uri()
            .query()
            .filter(|_| request.uri().path() == "/");
        let offered = query.and_then(|query| query.strip_prefix("token="));
        if !offered.is_some_and(is_it) {
            return Err(Denial::NoToken);
        }
        let cookie = format!("{cookie}={token}; Path=/; HttpOnly; SameSite=Strict");
        Ok(HeaderValue::try_from(cookie).ok())
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::request;
    use super::*;

    #[test]
    fn a_token_opens_every_door_and_nothing_else_does() {
        let access = Access::remote().unwrap();
        let token = access.token().unwrap().to_owned();
        assert_eq!(token.len(), 32);
        assert_ne!(Access::remote().unwrap(), access);
        let check = |uri: &str, headers: &[(&str, &str)]| {
            let host = [("host", "box.example:7878")];
            access.check_token(&request(uri, &[&host, headers].concat()))
        };
        let cookie = check(&format!("/?token={token}"), &[]).unwrap().unwrap();
        let cookie = cookie.to_str().unwrap();
        assert!(
            cookie.ends_with("; Path=/; HttpOnly; SameSite=Strict"),
            "{cookie}"
        );
        let (pair, _) = cookie.split_once(';').unwrap();
        assert!(pair.starts_with("tetris_dash_token_7878="), "{pair}");
        assert_eq!(check("/ws", &[("cookie", pair)]), Ok(None));
        assert_eq!(
            check("/ws", &[("cookie", &format!("a=b; {pair}"))]),
            Ok(None)
        );
        assert_eq!(
            check("/ws", &[("authorization", &format!("Bearer {token}"))]),
            Ok(None)
        );
        let other = pair.replace("7878", "7879");
        let wrong = token.replace(|_| true, "0");
        for (uri, headers) in [
            ("/".to_owned(), vec![]),
            (format!("/?token={wrong}"), vec![]),
            (format!("/?token={}", &token[..31]), vec![]),
            ("/?token=".to_owned(), vec![]),
            (format!("/ws?token={token}"), vec![]),
            (
                "/ws".to_owned(),
                vec![("cookie", "tetris_dash_token_7878=")],
            ),
            ("/ws".to_owned(), vec![("cookie", &*other)]),
            ("/ws".to_owned(), vec![("authorization", "Bearer ")]),
        ] {
            assert_eq!(check(&uri, &headers), Err(Denial::NoToken), "{uri}");
        }
        assert_eq!(Access::local().check_token(&request("/", &[])), Ok(None));
    }
}
