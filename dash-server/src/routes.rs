//! What is served over HTTP: the page, its files, the runs, a sign of life, figures for a monitor and the door to the WebSocket.

mod accept;
mod door;
mod games;
mod metrics;
mod page;
mod runs;

use std::convert::Infallible;
use std::io;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use fastwebsockets::upgrade::UpgradeFut;
use http_body_util::channel::Channel;
use http_body_util::{Either, Full};
use hyper::body::Incoming;
use hyper::header::{self, HeaderName, HeaderValue};
use hyper::{HeaderMap, Method, Request, Response, StatusCode};

use crate::assets::{self, Asset};
use crate::security::{self, Access, Denial};
use crate::session::Session;

/// An answer: from memory, or piece by piece from a file.
type Answer = Response<Either<Full<Bytes>, Channel<Bytes, io::Error>>>;

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

/// What there is at a path.
enum Place<'a> {
    Page(&'static Asset),
    Health,
    Metrics,
    Door,
    /// The path after `/api/runs`.
    Runs(&'a str),
}

fn place(path: &str) -> Option<Place<'_>> {
    match path {
        "/healthz" => Some(Place::Health),
        "/metrics" => Some(Place::Metrics),
        "/ws" => Some(Place::Door),
        _ => match path.strip_prefix("/api/runs") {
            Some(rest) if rest.is_empty() || rest.starts_with('/') => Some(Place::Runs(rest)),
            _ => assets::find(path).map(Place::Page),
        },
    }
}

/// Answers a request.
pub(crate) async fn answer(
    mut request: Request<Incoming>,
    session: &Arc<Session>,
    access: &Access,
    upgraded: &Upgraded,
) -> Result<Answer, Infallible> {
    let allowed = security::check_host(access, &request).and_then(|_| access.check_token(&request));
    let mut answer = match allowed {
        Ok(cookie) => {
            let answer = route(&mut request, session, access, upgraded).await;
            let mut answer = acceptable(answer, request.headers());
            if let Some(cookie) = cookie {
                answer.headers_mut().insert(header::SET_COOKIE, cookie);
                // No cache keeps what the address with the token was answered with.
                answer
                    .headers_mut()
                    .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
            }
            answer
        }
        Err(denial) => denied(denial),
    };
    for (name, value) in HEADERS {
        answer
            .headers_mut()
            .insert(name, HeaderValue::from_static(value));
    }
    Ok(answer)
}

async fn route(
    request: &mut Request<Incoming>,
    session: &Arc<Session>,
    access: &Access,
    upgraded: &Upgraded,
) -> Answer {
    let path = request.uri().path().to_owned();
    let Some(place) = place(&path) else {
        return nothing("there is nothing here; the page is at /");
    };
    if request.method() != Method::GET && request.method() != Method::HEAD {
        let mut answer = plain(StatusCode::METHOD_NOT_ALLOWED, "only GET and HEAD");
        answer
            .headers_mut()
            .insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
        return answer;
    }
    match place {
        Place::Page(asset) => page::file(asset, request.headers()),
        Place::Door => door::open_websocket(access, request, upgraded),
        Place::Health => closing(plain(StatusCode::OK, "ok")),
        Place::Metrics => closing(whole(metrics::text(session), metrics::CONTENT_TYPE)),
        Place::Runs(rest) if games::is_asked_for(rest) => games::answer(session, rest),
        Place::Runs(rest) => match session.archive() {
            Some(archive) => runs::answer(archive, rest, request.uri().query()).await,
            None => nothing("this server shows no runs"),
        },
    }
}

/// The answer, if the client takes its type.
fn acceptable(answer: Answer, request: &HeaderMap) -> Answer {
    let content_type = answer.headers().get(header::CONTENT_TYPE);
    match content_type.and_then(|value| value.to_str().ok()) {
        Some(kind) if answer.status() == StatusCode::OK && !accept::takes_type(request, kind) => {
            let text = format!("this is {kind}, which the request's Accept rules out");
            plain(StatusCode::NOT_ACCEPTABLE, text)
        }
        _ => answer,
    }
}

fn denied(denial: Denial) -> Answer {
    let mut answer = plain(denial.status(), denial.to_string());
    if answer.status() == StatusCode::UNAUTHORIZED {
        // How the token can be sent; a browser asks nobody for one of this kind.
        answer
            .headers_mut()
            .insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    answer
}

fn nothing(text: &str) -> Answer {
    plain(StatusCode::NOT_FOUND, text)
}

fn plain(status: StatusCode, text: impl Into<String>) -> Answer {
    let mut answer = whole(text.into() + "\n", "text/plain; charset=utf-8");
    *answer.status_mut() = status;
    answer
}

/// Ends the connection with this answer: a monitor comes again in seconds, and keeps no place until then.
fn closing(mut answer: Answer) -> Answer {
    answer
        .headers_mut()
        .insert(header::CONNECTION, HeaderValue::from_static("close"));
    answer
}

/// An answer that is made anew each time.
fn whole(body: impl Into<Bytes>, content_type: &'static str) -> Answer {
    let mut answer = Response::new(Either::Left(Full::from(body.into())));
    let headers = answer.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer
}
