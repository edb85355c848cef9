//! Who may talk to the server.
//!
//! A page of any web site can make its reader's browser send requests to this machine. Two rules keep such pages out.
//! The name in `Host` must be one that belongs to this machine, whatever the port (a tunnel may end on another one):
//! a name that an attacker points here (DNS rebinding) is not on the list. And a WebSocket's `Origin` must be the very
//! place that the request goes to.
//!
//! Whoever lets other machines in has a third rule: every request carries a token, in a cookie that the page's address
//! sets (`/?token=...`) or as `Authorization: Bearer ...`. An address in numbers cannot be rebound, so those are served
//! then as well; names are only if they were given.

mod token;

use std::net::IpAddr;

use hyper::header::{HOST, HeaderValue, ORIGIN};
use hyper::{Request, StatusCode, Uri};
use thiserror::Error;

/// Names of this machine that nobody else can own.
const LOOPBACK_NAMES: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];

/// Why a request is not served.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub(crate) enum Denial {
    #[error("a request needs exactly one Host header, a name with an optional port")]
    NoHost,
    #[error(
        "this server does not answer to that name, but to localhost, 127.0.0.1, [::1] and what it was started with"
    )]
    ForeignHost,
    #[error(
        "this server asks for a token, a new one after each start: open the address that it printed"
    )]
    NoToken,
    #[error("a WebSocket needs an Origin header equal to the Host it connects to")]
    ForeignOrigin,
}

impl Denial {
    pub(crate) fn status(self) -> StatusCode {
        match self {
            Self::NoHost => StatusCode::BAD_REQUEST,
            Self::ForeignHost => StatusCode::MISDIRECTED_REQUEST,
            Self::NoToken => StatusCode::UNAUTHORIZED,
            Self::ForeignOrigin => StatusCode::FORBIDDEN,
        }
    }
}

/// Who may talk to a server.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Access {
    /// Names in `Host` that are served beside those of this machine, in lower case and without a port.
    hosts: Vec<String>,
    /// What every request must know; nothing if only this machine is let in.
    token: Option<String>,
}

impl Access {
    /// This machine only.
    pub fn local() -> Self {
        Self::default()
    }

    /// Other machines too, with a new random token.
    ///
    /// # Errors
    /// If the system has no random bytes to give.
    pub fn remote() -> std::io::Result<Self> {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes).map_err(std::io::Error::other)?;
        let token = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(Self {
            token: Some(token),
            ..Self::default()
        })
    }

    /// Answers to these names as well, at any port.
    #[must_use]
    pub fn with_hosts(mut self, hosts: impl IntoIterator<Item = String>) -> Self {
        self.hosts
            .extend(hosts.into_iter().map(|host| host.to_ascii_lowercase()));
        self
    }

    /// What every request must know, if other machines are let in.
    pub fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    /// Whether this machine only is let in.
    pub fn is_local(&self) -> bool {
        self.token.is_none()
    }

    fn answers_to(&self, name: &str) -> bool {
        let bare = name.trim_start_matches('[').trim_end_matches(']');
        LOOPBACK_NAMES.contains(&name)
            || self.hosts.iter().any(|host| host == name)
            || (!self.is_local() && bare.parse::<IpAddr>().is_ok())
    }
}

/// A name or address with a port, as in a `Host` header, in lower case.
#[derive(Debug, PartialEq, Eq)]
struct Authority {
    name: String,
    port: Option<u16>,
}

impl Authority {
    fn parse(text: &str) -> Option<Self> {
        let authority: hyper::http::uri::Authority = text.parse().ok()?;
        // User names do not belong here, and `port_u16` is silent about a port that is no number.
        let port = authority.port_u16();
        let length = authority.host().len();
        let rest = text.get(length..)?;
        let well_formed = match port {
            Some(_) => rest.len() > 1 && rest.starts_with(':'),
            None => rest.is_empty(),
        };
        (well_formed && !authority.host().is_empty()).then(|| Self {
            name: authority.host().to_ascii_lowercase(),
            port,
        })
    }
}

/// Checks the host that a request is for, and returns it.
pub(crate) fn check_host<'a, B>(
    access: &Access,
    request: &'a Request<B>,
) -> Result<&'a HeaderValue, Denial> {
    let mut hosts = request.headers().get_all(HOST).iter();
    let (Some(header), None) = (hosts.next(), hosts.next()) else {
        return Err(Denial::NoHost);
    };
    let host = header
        .to_str()
        .ok()
        .and_then(Authority::parse)
        .ok_or(Denial::NoHost)?;
    // A request for a whole URL names its host twice.
    let also = match request.uri().authority() {
        Some(authority) => Some(Authority::parse(authority.as_str()).ok_or(Denial::NoHost)?),
        None => None,
    };
    let is_ours = |authority: &Authority| access.answers_to(&authority.name);
    if is_ours(&host) && also.iter().all(is_ours) {
        Ok(header)
    } else {
        Err(Denial::ForeignHost)
    }
}

/// Checks that a WebSocket was opened by a page of this very server.
pub(crate) fn check_origin<B>(access: &Access, request: &Request<B>) -> Result<(), Denial> {
    let host = check_host(access, request)?;
    let mut origins = request.headers().get_all(ORIGIN).iter();
    let (Some(origin), None) = (origins.next(), origins.next()) else {
        return Err(Denial::ForeignOrigin);
    };
    let origin: Uri = origin
        .to_str()
        .ok()
        .and_then(|text| text.parse().ok())
        .ok_or(Denial::ForeignOrigin)?;
    let default_port = match origin.scheme_str() {
        Some("http") => 80,
        Some("https") => 443,
        _ => return Err(Denial::ForeignOrigin),
    };
    let (Some(from), Some(to)) = (
        origin
            .authority()
            .and_then(|authority| Authority::parse(authority.as_str())),
        host.to_str().ok().and_then(Authority::parse),
    ) else {
        return Err(Denial::ForeignOrigin);
    };
    let same = from.name == to.name
        && from.port.unwrap_or(default_port) == to.port.unwrap_or(default_port);
    let bare = matches!(
        origin.path_and_query().map(|path| path.as_str()),
        None | Some("/")
    );
    if same && bare {
        Ok(())
    } else {
        Err(Denial::ForeignOrigin)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) fn request(uri: &str, headers: &[(&str, &str)]) -> Request<()> {
        headers
            .iter()
            .fold(Request::builder().uri(uri), |builder, (name, value)| {
                builder.header(*name, *value)
            })
            .body(())
            .unwrap()
    }

    #[test]
    fn only_names_of_this_machine_are_served_on_any_port() {
        for host in [
            "localhost",
            "localhost:7878",
            "LocalHost:80",
            "127.0.0.1:1",
            "[::1]:65535",
            "[::1]",
        ] {
            assert!(
                check_host(&Access::local(), &request("/", &[("host", host)])).is_ok(),
                "{host}"
            );
        }
        for host in [
            "example.com",
            "localhost.example.com",
            "127.0.0.1.example.com:80",
            "192.168.0.1",
            "0.0.0.0:7878",
            "localhost.",
        ] {
            assert_eq!(
                check_host(&Access::local(), &request("/", &[("host", host)])).unwrap_err(),
                Denial::ForeignHost,
                "{host}"
            );
        }
        for host in [
            "",
            ":80",
            "localhost:port",
            "localhost:",
            "localhost:99999",
            "user@localhost",
            "local host",
            "localhost/x",
        ] {
            assert_eq!(
                check_host(&Access::local(), &request("/", &[("host", host)])).unwrap_err(),
                Denial::NoHost,
                "{host}"
            );
        }
        assert_eq!(
            check_host(&Access::local(), &request("/", &[])).unwrap_err(),
            Denial::NoHost
        );
        let twice = [("host", "localhost"), ("host", "localhost")];
        assert_eq!(
            check_host(&Access::local(), &request("/", &twice)).unwrap_err(),
            Denial::NoHost
        );
        let whole = request("http://example.com/", &[("host", "localhost")]);
        assert_eq!(
            check_host(&Access::local(), &whole).unwrap_err(),
            Denial::ForeignHost
        );
    }

    #[test]
    fn a_websocket_comes_from_where_it_goes() {
        let check = |host: &str, origin: &str| {
            check_origin(
                &Access::local(),
                &request("/ws", &[("host", host), ("origin", origin)]),
            )
        };
        assert!(check("localhost:7878", "http://localhost:7878").is_ok());
        assert!(check("LOCALHOST:7878", "http://localhost:7878").is_ok());
        assert!(check("localhost", "http://localhost:80").is_ok());
        assert!(check("localhost", "https://localhost").is_ok());
        assert!(check("[::1]:7878", "http://[::1]:7878").is_ok());
        for origin in [
            "http://localhost:7879",
            "http://127.0.0.1:7878",
            "http://example.com",
            "http://example.com:7878",
            "http://localhost.example.com:7878",
            "file://localhost:7878",
            "null",
            "",
            "localhost:7878",
            "http://localhost:7878/page",
            "http://user@localhost:7878",
        ] {
            assert_eq!(
                check("localhost:7878", origin),
                Err(Denial::ForeignOrigin),
                "{origin}"
            );
        }
        assert_eq!(
            check_origin(&Access::local(), &request("/ws", &[("host", "localhost")])),
            Err(Denial::ForeignOrigin)
        );
        assert_eq!(
            check("example.com", "http://example.com"),
            Err(Denial::ForeignHost)
        );
    }

    #[test]
    fn other_names_are_served_only_where_they_were_given() {
        let named = Access::local().with_hosts(["Box.example".to_owned()]);
        let host = |access: &Access, host| {
            check_host(access, &request("/", &[("host", host)])).map(|_| ())
        };
        assert_eq!(host(&named, "box.example:7878"), Ok(()));
        assert_eq!(host(&named, "192.168.0.7"), Err(Denial::ForeignHost));
        let remote = Access::remote().unwrap();
        assert_eq!(host(&remote, "192.168.0.7:7878"), Ok(()));
        assert_eq!(host(&remote, "[fe80::1]"), Ok(()));
        assert_eq!(host(&remote, "rebound.example"), Err(Denial::ForeignHost));
    }
}
