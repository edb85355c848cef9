//! The runs of the output folder: their list, their metrics and their files.
//!
//! | path after `/api/runs` | answer |
//! |---|---|
//! | nothing | all runs, as JSON |
//! | `/NAME/history?from=N` | metrics from position N of its events on, as MessagePack |
//! | `/NAME/FILE` | one of the files that a run may have |
//!
//! The games of a run are no files: see `games`.

use std::fs::File;
use std::io::{self, Read};
use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;
use http_body_util::Either;
use http_body_util::channel::{Channel, Sender};
use hyper::HeaderMap;
use hyper::Response;
use hyper::StatusCode;
use hyper::header::{self, HeaderValue};
use percent_encoding::percent_decode_str;
use tokio::task::spawn_blocking;

use super::{Answer, nothing, plain, whole};
use crate::archive::{self, Archive, RunFile, file_of};

/// Bytes that are read from a file at a time; two such pieces wait for a slow client.
const PIECE: usize = 64 << 10;

/// Answers a request for what is below `/api/runs`.
pub(super) async fn answer(archive: &Arc<Archive>, rest: &str, query: Option<&str>) -> Answer {
    let parts: Option<Vec<String>> = rest
        .strip_prefix('/')
        .unwrap_or(rest)
        .split('/')
        .map(decode)
        .collect();
    let answer = match parts.as_deref() {
        Some([name]) if name.is_empty() && rest.len() <= 1 => list(archive).await,
        Some([name, file]) if file == "history" => history(archive, name, query).await,
        Some([name, file]) => match (archive.run(name), file_of(file)) {
            (Some(folder), Some(file)) => download(folder, name, file).await,
            _ => Err(io::ErrorKind::NotFound.into()),
        },
        _ => Err(io::ErrorKind::NotFound.into()),
    };
    match answer {
        Ok(answer) => answer,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            nothing("there is no such run or file; /api/runs lists what there is")
        }
        Err(error) if error.kind() == io::ErrorKind::InvalidInput => {
            plain(StatusCode::BAD_REQUEST, error.to_string())
        }
        Err(error) => {
            tracing::warn!(%error, rest, "a run could not be read");
            plain(StatusCode::INTERNAL_SERVER_ERROR, error.to_string())
        }
    }
}

pub(super) fn decode(part: &str) -> Option<String> {
    percent_decode_str(part).decode_utf8().ok().map(Into::into)
}

async fn list(archive: &Arc<Archive>) -> io::Result<Answer> {
    let archive = archive.clone();
    let runs = apart(move || archive.list()).await?;
    let body = serde_json::to_vec(&runs).map_err(io::Error::other)?;
    Ok(whole(body, "application/json"))
}

async fn history(archive: &Arc<Archive>, name: &str, query: Option<&str>) -> io::Result<Answer> {
    let from = match query.filter(|query| !query.is_empty()) {
        None => 0,
        Some(query) => query
            .strip_prefix("from=")
            .and_then(|digits| digits.parse().ok())
            .ok_or_else(|| {
                let message = "the only parameter is from, the `next` of an earlier answer";
                io::Error::new(io::ErrorKind::InvalidInput, message)
            })?,
    };
    let (archive, name) = (archive.clone(), name.to_owned());
    let history = apart(move || archive.history(&name, from)).await?;
    let body = rmp_serde::to_vec_named(&history).map_err(io::Error::other)?;
    Ok(whole(body, "application/vnd.msgpack"))
}

/// A file as it is now, piece by piece: what is appended meanwhile does not belong to it.
async fn download(folder: PathBuf, run: &str, file: &'static RunFile) -> io::Result<Answer> {
    let path = folder.join(file.name);
    let (content, length) = apart(move || {
        let content = archive::open(&path)?;
        let length = content.metadata()?.len();
        Ok((content, length))
    })
    .await?;
    let (sender, body) = Channel::new(1);
    tokio::spawn(send(content.take(length), sender));
    let mut answer = Response::new(Either::Right(body));
    let headers = answer.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static(file.content_type),
    );
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    name_file(headers, run, file.name);
    Ok(answer)
}

/// Has a browser keep an answer as a file, called after its run.
pub(super) fn name_file(headers: &mut HeaderMap, run: &str, file: &str) {
    let plain_name: String = run
        .chars()
        .map(|sign| {
            if sign.is_ascii_alphanumeric() || "-_.".contains(sign) {
                sign
            } else {
                '_'
            }
        })
        .collect();
    let disposition = format!("attachment; filename=\"{plain_name}-{file}\"");
    if let Ok(disposition) = HeaderValue::try_from(disposition) {
        headers.insert(header::CONTENT_DISPOSITION, disposition);
    }
}

/// Sends a file until its end, or until nobody takes it any more.
async fn send(mut content: io::Take<File>, mut sender: Sender<Bytes, io::Error>) {
    loop {
        let read = apart(move || {
            let mut piece = Vec::with_capacity(PIECE);
            content
                .by_ref()
                .take(PIECE as u64)
                .read_to_end(&mut piece)?;
            Ok((content, piece))
        });
        let piece = match read.await {
            Ok((rest, piece)) => {
                content = rest;
                piece
            }
            Err(error) => return sender.abort(error),
        };
        if piece.is_empty() || sender.send_data(piece.into()).await.is_err() {
            return;
        }
    }
}

/// Does what may wait for a disk where nobody waits for it.
async fn apart<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    spawn_blocking(work).await.map_err(io::Error::other)?
}
