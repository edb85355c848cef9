//! The session: one run at a time on a thread of its own, and everybody who watches.
//!
//! Training never runs in the server's tasks, and nothing but messages goes between the two: commands through
//! [`Control`], reports through [`Feed`]. A panic in training is a
//! status, a stop that is not obeyed is a status, and in both cases a new run can be started.

mod commands;
mod games;
mod reports;
mod requests;
mod run;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use rl_agent::ConfigError;
use rl_agent::control::Control;
use tokio::sync::Notify;

use crate::archive::Archive;
use crate::bell::Bell;
use crate::feed::Feed;
use crate::hub::Hub;
use crate::launch::Launcher;
use crate::live::{Live, Outgoing, unix_micros};
use crate::outbox::{self, Kind, Outbox};
use crate::play::Players;
use crate::protocol::{self, ConfigMap, ErrorCode, Hello, ServerMessage, State, Status};
pub(crate) use reports::Reporter;
use run::Run;

/// How a session behaves.
#[derive(Debug, Clone, PartialEq)]
pub struct SessionSettings {
    /// Board frames a second, above 0.
    pub frame_rate: f64,
    /// Messages of metrics a second, above 0.
    pub metrics_rate: f64,
    /// Time for a run to obey a stop before it is called unresponsive.
    pub stop_timeout: Duration,
    /// Whether clients may only watch.
    pub read_only: bool,
    /// The output folder whose runs pages may see and download, whoever trains them; none are shown if `None`.
    pub runs: Option<PathBuf>,
}

impl Default for SessionSettings {
    fn default() -> Self {
        Self {
            frame_rate: 10.0,
            metrics_rate: 10.0,
            stop_timeout: Duration::from_secs(5),
            read_only: false,
            runs: None,
        }
    }
}

/// A command that cannot be obeyed: the code for programs, the reason for people.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Refusal {
    /// Which kind of reason.
    pub code: ErrorCode,
    /// The reason.
    pub message: String,
    /// The field of the configuration that is wrong, if it is a single one.
    pub field: Option<String>,
}

impl Refusal {
    pub(crate) fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            field: None,
        }
    }
}

impl From<ConfigError> for Refusal {
    fn from(error: ConfigError) -> Self {
        Self::new(ErrorCode::InvalidConfig, error.to_string())
    }
}

/// What a monitor wants to know.
#[derive(Debug)]
pub(crate) struct Figures {
    pub(crate) clients: usize,
    pub(crate) messages: u64,
    /// Unix time in seconds.
    pub(crate) started: f64,
    pub(crate) state: State,
    pub(crate) step: u64,
    pub(crate) episodes: u64,
    pub(crate) evaluations: u64,
}

/// One run at a time, and everybody who watches.
pub struct Session {
    settings: SessionSettings,
    launcher: Box<dyn Launcher>,
    hub: Hub,
    archive: Option<Arc<Archive>>,
    inner: Mutex<Inner>,
    /// The greeting, the same for everybody.
    hello: Bytes,
    /// Unix microseconds.
    started: u64,
    /// Those who play themselves.
    players: Players,
    /// Wakes the clock of the players when the first one comes.
    playing: Notify,
    /// Wakes the reporter.
    bell: Arc<Bell>,
    /// Wakes whoever waits for a run to end.
    changed: Notify,
    /// Has the output folder looked at without delay.
    curious: Notify,
}

#[derive(Debug, Default)]
struct Inner {
    live: Live,
    run: Option<Run>,
    /// Runs that were ever started; names them apart.
    started: u64,
}

impl std::fmt::Debug for Session {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Session")
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

impl Session {
    /// A session in which nothing runs yet.
    pub fn new(launcher: impl Launcher, settings: SessionSettings) -> Arc<Self> {
        let started = unix_micros();
        let hello = ServerMessage::Hello(Hello {
            protocol: protocol::VERSION,
            server: concat!("tetris-dash ", env!("CARGO_PKG_VERSION")).to_owned(),
            started,
            frame_rate: settings.frame_rate,
            presets: launcher.presets(),
            configs: launcher.configs(),
            form: launcher.form(),
            read_only: settings.read_only,
            learns: launcher.learns(),
        });
        Arc::new(Self {
            hello: outbox::binary(&hello),
            started,
            archive: settings
                .runs
                .clone()
                .map(|folder| Arc::new(Archive::new(folder))),
            settings,
            launcher: Box::new(launcher),
            hub: Hub::default(),
            inner: Mutex::default(),
            players: Players::default(),
            playing: Notify::new(),
            bell: Arc::default(),
            changed: Notify::new(),
            curious: Notify::new(),
        })
    }

    /// The status of now.
    pub fn status(&self) -> Status {
        let inner = self.inner();
        let mut status = inner.live.status.clone();
        if let Some(run) = &inner.run {
            status.step = run.feed.step();
        }
        status
    }

    /// What a monitor wants to know.
    pub(crate) fn figures(&self) -> Figures {
        let Status { state, step, .. } = self.status();
        let (messages, episodes, evaluations) = self.inner().live.counts();
        Figures {
            clients: self.client_count(),
            messages,
            started: self.started as f64 / 1e6,
            state,
            step,
            episodes,
            evaluations,
        }
    }

    /// Number of clients that are connected.
    pub fn client_count(&self) -> usize {
        self.hub.len()
    }

    /// Stops whatever runs and waits until it has ended or is unresponsive.
    pub async fn stop_and_wait(&self) {
        let _ = self.stop();
        loop {
            let changed = self.changed.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            if !self.inner().live.status.state.is_active() {
                return;
            }
            changed.await;
        }
    }

    /// Ends without asking what runs in a process of its own; whether there was such a run.
    pub fn kill(&self) -> bool {
        let kill = self.inner().run.as_mut().and_then(|run| run.kill.take());
        kill.map(|kill| kill()).is_some()
    }

    /// The output folder, if runs are shown.
    pub(crate) fn archive(&self) -> Option<&Arc<Archive>> {
        self.archive.as_ref()
    }

    /// Closes every client and tells it why.
    pub(crate) fn close_clients(&self, reason: &str) {
        self.hub.close(outbox::GOING_AWAY, reason);
    }

    /// Greets a client and tells it everything; from then on it hears every increment.
    pub(crate) fn connect(&self, client: &Arc<Outbox>) {
        let mut inner = self.inner();
        let greeting = (Kind::Reliable, self.hello.clone());
        let first: Vec<Outgoing> = std::iter::once(greeting)
            .chain(inner.live.present())
            .collect();
        client.send(&first);
        client.send(&inner.live.beginning());
        // Still under the lock, so that no increment is missed or comes twice.
        self.hub.add(client.clone());
        self.curious.notify_one();
    }

    pub(crate) fn disconnect(&self, client: &Arc<Outbox>) {
        self.players.stop(client);
        self.hub.remove(client);
    }

    /// Takes on a run that a program has started by itself.
    pub(crate) fn attach(&self, control: Control, feed: Arc<Feed>) {
        let status = Status {
            state: State::Running,
            message: None,
            run: Some("training".to_owned()),
            preset: None,
            step: 0,
            speed_limit: None,
        };
        let mut inner = self.inner();
        inner.live.begin(status, ConfigMap::new());
        self.take_on(&mut inner, control, feed);
    }

    /// Takes the last run on once more, with what was seen of it.
    pub(crate) fn attach_again(&self, control: Control, feed: Arc<Feed>) {
        self.take_on(&mut self.inner(), control, feed);
    }

    fn take_on(&self, inner: &mut Inner, control: Control, feed: Arc<Feed>) {
        inner.started += 1;
        feed.connect(&self.bell);
        inner.run = Some(Run::attached(inner.started, control, feed));
        self.announce(inner, |status| {
            status.state = State::Running;
            status.message = None;
        });
    }

    /// The run that was taken on has come to its end.
    pub(crate) fn detach(&self, outcome: Result<String, String>) {
        let number = self.inner().started;
        self.ended(number, outcome);
    }

    /// A run's thread has come to its end.
    fn ended(&self, number: u64, outcome: Result<String, String>) {
        let mut inner = self.inner();
        if inner.run.as_ref().is_none_or(|run| run.number != number) {
            tracing::warn!(number, ?outcome, "a run that had been given up has ended");
            return;
        }
        if let Some(run) = inner.run.take() {
            self.send(&inner.live.collect(&run.feed));
        }
        let (state, message) = match outcome {
            Ok(reason) => (State::Stopped, reason),
            Err(error) => (State::Failed, error),
        };
        tracing::info!(?state, message, "the run has ended");
        self.announce(&mut inner, |status| {
            status.state = state;
            status.message = Some(message);
        });
        self.changed.notify_waiters();
    }

    /// Changes the status and tells everybody.
    fn announce(&self, inner: &mut Inner, change: impl FnOnce(&mut Status)) {
        if let Some(run) = &inner.run {
            inner.live.status.step = run.feed.step();
        }
        let message = inner.live.set_status(change);
        self.send(&[message]);
    }

    fn send(&self, messages: &[Outgoing]) {
        self.hub.broadcast(messages);
    }

    /// Every change under the lock is whole before anything in it can panic.
    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
