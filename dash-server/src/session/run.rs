//! The thread of a run.

use std::io;
use std::sync::{Arc, Weak};
use std::thread;
use std::time::Instant;

use rl_agent::control::Control;

use super::Session;
use crate::feed::Feed;
use crate::launch::{Job, JobContext, Kill, guarded};

/// A run that is going on, as the session holds it. The thread itself is detached: one that never ends must not keep
/// the session from anything.
pub(super) struct Run {
    /// Tells the runs of a session apart.
    pub(super) number: u64,
    pub(super) control: Control,
    pub(super) feed: Arc<Feed>,
    /// When a stop that was asked for becomes overdue.
    pub(super) stop_deadline: Option<Instant>,
    /// What ends a run that does not obey, if anything does and it has not been used yet.
    pub(super) kill: Option<Kill>,
}

impl std::fmt::Debug for Run {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Run")
            .field("number", &self.number)
            .field("stop_deadline", &self.stop_deadline)
            .finish_non_exhaustive()
    }
}

impl Run {
    /// A run whose thread belongs to somebody else.
    pub(super) fn attached(number: u64, control: Control, feed: Arc<Feed>) -> Self {
        Self {
            number,
            control,
            feed,
            stop_deadline: None,
            kill: None,
        }
    }

    /// Starts the thread, which reports its end to the session whatever happens in it.
    pub(super) fn spawn(
        number: u64,
        job: Job,
        context: JobContext,
        session: Weak<Session>,
    ) -> io::Result<Self> {
        let run = Self {
            number,
            control: context.control.clone(),
            feed: context.feed.clone(),
            stop_deadline: None,
            kill: job.kill,
        };
        let work = job.work;
        thread::Builder::new()
            .name("training".to_owned())
            .spawn(move || {
                let outcome = guarded(|| work(context));
                if let Some(session) = session.upgrade() {
                    session.ended(number, outcome);
                }
            })?;
        Ok(run)
    }
}
