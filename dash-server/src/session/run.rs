//! The thread of a run.

use std::any::Any;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Weak};
use std::thread;

use rl_agent::control::Control;
use tokio::time::Instant;

use super::Session;
use crate::feed::Feed;
use crate::launch::{Job, JobContext};

/// A run that is going on, as the session holds it. The thread itself is detached: one that never ends must not keep
/// the session from anything.
#[derive(Debug)]
pub(super) struct Run {
    /// Tells the runs of a session apart.
    pub(super) number: u64,
    pub(super) control: Control,
    pub(super) feed: Arc<Feed>,
    /// When a stop that was asked for becomes overdue.
    pub(super) stop_deadline: Option<Instant>,
}

impl Run {
    /// A run whose thread belongs to somebody else.
    pub(super) fn attached(number: u64, control: Control, feed: Arc<Feed>) -> Self {
        Self {
            number,
            control,
            feed,
            stop_deadline: None,
        }
    }

    /// Starts the thread, which reports its end to the session whatever happens in it.
    pub(super) fn spawn(number: u64, job: Job, session: Weak<Session>) -> io::Result<Self> {
        let context = JobContext {
            control: Control::new(),
            feed: Arc::new(Feed::new()),
        };
        let run = Self {
            number,
            control: context.control.clone(),
            feed: context.feed.clone(),
            stop_deadline: None,
        };
        thread::Builder::new()
            .name("training".to_owned())
            .spawn(move || {
                let outcome = catch_unwind(AssertUnwindSafe(|| (job.work)(context)))
                    .unwrap_or_else(|payload| {
                        Err(format!("training panicked: {}", panic_message(&*payload)))
                    });
                if let Some(session) = session.upgrade() {
                    session.ended(number, outcome);
                }
            })?;
        Ok(run)
    }
}

/// What a panic said; `panic!` carries a `&str` or a `String`.
fn panic_message(payload: &(dyn Any + Send)) -> &str {
    if let Some(text) = payload.downcast_ref::<&str>() {
        text
    } else if let Some(text) = payload.downcast_ref::<String>() {
        text
    } else {
        "without a message"
    }
}
