//! The games of the run of now.
//!
//! | path after `/api/runs` | answer |
//! |---|---|
//! | `/NAME/games` | those that are kept, as JSON |
//! | `/NAME/games/N` | the game of that number as a file that the page opens |

use hyper::StatusCode;

use super::runs::{decode, name_file};
use super::{Answer, nothing, plain, whole};
use crate::session::Session;

/// Whether a path is about games.
pub(super) fn is_asked_for(rest: &str) -> bool {
    rest.split('/').nth(2) == Some("games")
}

/// Answers a request for them.
pub(super) fn answer(session: &Session, rest: &str) -> Answer {
    find(session, rest).unwrap_or_else(|| {
        nothing("games are kept of the run of now only; /api/runs/NAME/games lists them")
    })
}

fn find(session: &Session, rest: &str) -> Option<Answer> {
    let mut parts = rest.split('/').skip(1);
    let (run, game) = (decode(parts.next()?)?, parts.nth(1));
    let Some(game) = game else {
        let games = serde_json::to_vec(&session.games(&run)?);
        return Some(encoded(games, "application/json"));
    };
    let number = game.parse().ok()?;
    let file = rmp_serde::to_vec_named(&session.game(&run, number)?);
    let mut answer = encoded(file, "application/vnd.msgpack");
    name_file(answer.headers_mut(), &run, &format!("game-{number}.tetris"));
    Some(answer)
}

fn encoded<E: ToString>(body: Result<Vec<u8>, E>, content_type: &'static str) -> Answer {
    match body {
        Ok(body) => whole(body, content_type),
        Err(error) => plain(StatusCode::INTERNAL_SERVER_ERROR, error.to_string()),
    }
}
