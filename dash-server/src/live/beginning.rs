//! Where those begin who know nothing: however many come, and however slowly they take it, there are few at a time.

use std::time::{Duration, Instant};

use bytes::Bytes;

use super::Outgoing;
use crate::outbox::{self, Kind};
use crate::protocol::ServerMessage;

/// How long a snapshot is good for.
const TIME: Duration = Duration::from_secs(1);

/// Messages after a snapshot that are kept for those who begin with it: when there are more, the next one gets a new
/// snapshot. Below what may wait for a client, even if they are all of the kind that must not be dropped.
pub(super) const MESSAGES: usize = 32;

/// A snapshot that is not old, and everything that was said since.
#[derive(Debug)]
pub(super) struct Beginning {
    snapshot: Bytes,
    made: Instant,
    since: Vec<Outgoing>,
}

impl Beginning {
    /// Begins with this snapshot, of now.
    pub(super) fn new(snapshot: &ServerMessage) -> Self {
        Self {
            snapshot: outbox::binary(snapshot),
            made: Instant::now(),
            since: Vec::new(),
        }
    }

    /// What a client is told.
    pub(super) fn messages(&self) -> Vec<Outgoing> {
        let snapshot = [(Kind::Reliable, self.snapshot.clone())];
        [&snapshot, &self.since[..]].concat()
    }

    /// Whether another message may follow.
    pub(super) fn is_fresh(&self) -> bool {
        self.since.len() < MESSAGES && self.made.elapsed() < TIME
    }

    /// Something was said.
    pub(super) fn push(&mut self, message: Outgoing) {
        self.since.push(message);
    }
}
