//! The client that all the others must not harm.

use std::time::{Duration, Instant};

use serde::Deserialize;
use tokio::time::timeout;

use super::{Failure, Target};

/// Nothing takes this long; it only turns a hang into a failure.
const PATIENCE: Duration = Duration::from_secs(20);

#[derive(Debug, Deserialize)]
struct Kind<'a> {
    r#type: &'a str,
}

/// How a client was served.
#[derive(Debug, Clone, Copy)]
pub struct Served {
    /// From the attempt to connect to having read the whole snapshot.
    pub took: Duration,
    /// Bytes of the snapshot.
    pub snapshot: usize,
}

/// Connects, shakes hands and reads up to the snapshot, as a page does when it is opened.
///
/// # Errors
/// If the server is not there, refuses, or says something else.
pub async fn serve_one(target: &Target) -> Result<Served, Failure> {
    let begin = Instant::now();
    let open = async {
        let mut socket = target.open().await?;
        loop {
            let frame = socket.read_frame().await?;
            let Kind { r#type } = rmp_serde::from_slice(&frame.payload)?;
            match r#type {
                "hello" | "present" => {}
                "snapshot" => return Ok(frame.payload.len()),
                other => return Err(Failure::from(format!("{other} came before the snapshot"))),
            }
        }
    };
    let snapshot = timeout(PATIENCE, open)
        .await
        .map_err(|_| "nobody answered")??;
    Ok(Served {
        took: begin.elapsed(),
        snapshot,
    })
}
