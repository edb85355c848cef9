//! The session: one run at a time on a thread of its own, and everybody who watches.
//!
//! Training never runs in the server's tasks, and nothing but messages goes between the two: commands through
//! [`Control`], reports through [`Feed`]. A panic in training is a
//! status, a stop that is not obeyed is a status, and in both cases a new run can be started.

mod commands;
mod games;
mod run;

use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use rl_agent::control::Control;
use tokio::sync::Notify;
use tokio::time::{Instant, MissedTickBehavior, interval, timeout};

use crate::archive::{Archive, LONGEST_NOTE};
use crate::feed::Feed;
use crate::hub::Hub;
use crate::launch::{Launcher, StartRequest};
use crate::live::{Live, Outgoing, unix_micros};
use crate::outbox::{self, Kind, Outbox};
use crate::play::{MOST_LATE, Players, TICK};
use crate::protocol::{
    self, Command, ConfigMap, ErrorCode, Hello, Request, ServerMessage, State, Status,
};
use run::Run;

/// How often metrics go out.
const METRICS_INTERVAL: Duration = Duration::from_millis(100);

/// How often the output folder is looked at while somebody watches.
const RUNS_INTERVAL: Duration = Duration::from_secs(1);

/// How a session behaves.
#[derive(Debug, Clone, PartialEq)]
pub struct SessionSettings {
    /// Board frames a second, above 0.
    pub frame_rate: f64,
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
    /// Wakes the reporter when a run begins, and whoever waits for one to end.
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
        });
        Arc::new(Self {
            hello: outbox::binary(&hello.encode()),
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

    /// Gathers what the run reports and sends it out; runs for as long as the server does.
    pub async fn report(&self) {
        tokio::join!(self.report_training(), self.run_clock());
    }

    /// Ticks the games of those who play, sixty times a second for as long as there is one.
    async fn run_clock(&self) {
        loop {
            self.playing.notified().await;
            let mut clock = interval(TICK);
            clock.set_missed_tick_behavior(MissedTickBehavior::Skip);
            let mut last = Instant::now();
            while !self.players.is_empty() {
                clock.tick().await;
                // A busy server makes up for what it missed, but does not fast-forward after a long stop.
                let late = (last.elapsed().as_nanos() / TICK.as_nanos()) as u32;
                (0..late.min(MOST_LATE)).for_each(|_| self.players.tick());
                if late > 0 {
                    last += TICK * late;
                }
            }
        }
    }

    async fn report_training(&self) {
        let mut frames = interval(Duration::from_secs_f64(1.0 / self.settings.frame_rate));
        let mut metrics = interval(METRICS_INTERVAL);
        frames.set_missed_tick_behavior(MissedTickBehavior::Delay);
        metrics.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let feed = self.inner().run.as_ref().map(|run| run.feed.clone());
            tokio::select! {
                _ = frames.tick() => feed.iter().for_each(|feed| feed.want_frame()),
                _ = metrics.tick() => self.collect(true),
                () = async { match &feed { Some(feed) => feed.urgent().await, None => std::future::pending().await } } => {
                    self.collect(false);
                }
                () = self.changed.notified() => {}
            }
        }
    }

    /// Looks at the output folder, by the sizes of its files, and tells what is new; runs for as long as the server does.
    pub(crate) async fn watch_runs(&self) {
        let Some(archive) = &self.archive else {
            return std::future::pending().await;
        };
        loop {
            if self.client_count() == 0 {
                self.curious.notified().await;
            }
            let archive = archive.clone();
            match tokio::task::spawn_blocking(move || archive.list()).await {
                Ok(Ok(runs)) => {
                    let message = self.inner().live.set_runs(runs);
                    self.send(message);
                }
                Ok(Err(error)) => tracing::warn!(%error, "the output folder cannot be read"),
                Err(error) => tracing::error!(%error, "looking at the output folder failed"),
            }
            let _ = timeout(RUNS_INTERVAL, self.curious.notified()).await;
        }
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
        client.send(Kind::Reliable, self.hello.clone());
        client.send(Kind::Reliable, inner.live.snapshot());
        // Still under the lock, so that no increment is missed or comes twice.
        self.hub.add(client.clone());
        self.curious.notify_one();
    }

    pub(crate) fn disconnect(&self, client: &Arc<Outbox>) {
        self.players.stop(client);
        self.hub.remove(client);
    }

    /// Obeys or refuses a message of a client, and answers it.
    pub(crate) fn receive(self: &Arc<Self>, client: &Arc<Outbox>, message: &[u8]) {
        let (id, outcome) = match Request::decode(message) {
            Ok(Request { id, command }) => {
                if command == Command::Snapshot {
                    reply(client, &ServerMessage::Ack { id });
                    client.send(Kind::Reliable, self.inner().live.snapshot());
                    return;
                }
                (Some(id), self.answer(client, id, command))
            }
            Err(error) => {
                let refusal = Refusal::new(error.code(), error.to_string());
                (error.id(), Err(refusal))
            }
        };
        let answer = outcome.unwrap_or_else(
            |Refusal {
                 code,
                 message,
                 field,
             }| ServerMessage::Error {
                id,
                code,
                message,
                field,
            },
        );
        reply(client, &answer);
    }

    /// Tells what was asked, or does what was ordered.
    fn answer(
        self: &Arc<Self>,
        client: &Arc<Outbox>,
        id: u64,
        command: Command,
    ) -> Result<ServerMessage, Refusal> {
        match command {
            Command::PlayStart(_) | Command::PlayKey { .. } | Command::PlayStop => {
                let played = self.play(client, &command);
                played.map(|()| ServerMessage::Ack { id })
            }
            Command::Games => Ok(ServerMessage::Games(self.inner().live.games.list(id))),
            Command::Moves { game, piece } => {
                let block = self.inner().live.games.block(id, game, piece);
                let block = block.ok_or_else(|| {
                    Refusal::new(
                        ErrorCode::UnknownGame,
                        "this part of the game is not kept any more",
                    )
                })?;
                Ok(ServerMessage::Moves(Box::new(block)))
            }
            order => self.obey(order).map(|()| ServerMessage::Ack { id }),
        }
    }

    /// Does what someone who plays asks for. It changes nothing for others, so watchers may play too.
    fn play(&self, client: &Arc<Outbox>, command: &Command) -> Result<(), Refusal> {
        match command {
            Command::PlayStart(start) => {
                let course = match start.game {
                    None => None,
                    Some(game) => {
                        let kept = self.inner().live.games.course(game);
                        // Who plays it again may do so also when it has been let go meanwhile.
                        let course = kept.or_else(|| self.players.course(client, game));
                        Some(course.ok_or_else(|| {
                            Refusal::new(ErrorCode::UnknownGame, "this game is not kept any more")
                        })?)
                    }
                };
                self.players.start(client, start, course)?;
                self.playing.notify_one();
            }
            Command::PlayKey { key, down } => self.players.key(client, *key, *down)?,
            _ => self.players.stop(client),
        }
        Ok(())
    }

    fn obey(self: &Arc<Self>, command: Command) -> Result<(), Refusal> {
        if self.settings.read_only && command != Command::Snapshot {
            return Err(Refusal::new(
                ErrorCode::ReadOnly,
                "this server takes no commands",
            ));
        }
        match command {
            Command::Start {
                preset,
                config,
                seed,
            } => self.start(StartRequest {
                preset,
                config,
                seed,
            }),
            Command::Pause => self.pause(),
            Command::Resume => self.resume(),
            Command::Step { count } => self.step(count),
            Command::Speed { limit } => self.limit_speed(limit),
            Command::LearningRate { value } => self.set_learning_rate(value),
            Command::Epsilon { value } => self.set_epsilon(value),
            Command::Follow { environment } => self.follow(environment),
            Command::Save => self.save(),
            Command::Stop => self.stop(),
            Command::Note { run, text } => self.note(&run, &text),
            // Questions change nothing, and what concerns one client only was done before.
            _ => Ok(()),
        }
    }

    /// Writes a note about a run of the output folder.
    fn note(&self, run: &str, text: &str) -> Result<(), Refusal> {
        let unknown = || {
            Refusal::new(
                ErrorCode::UnknownRun,
                format!("there is no run {run:?} in the output folder"),
            )
        };
        if text.len() > LONGEST_NOTE {
            return Err(Refusal::new(
                ErrorCode::InvalidConfig,
                format!(
                    "the note has {} bytes; {LONGEST_NOTE} is the most",
                    text.len()
                ),
            ));
        }
        let archive = self.archive.as_ref().ok_or_else(unknown)?;
        archive
            .set_note(run, text)
            .map_err(|error| match error.kind() {
                io::ErrorKind::NotFound => unknown(),
                _ => Refusal::new(
                    ErrorCode::Internal,
                    format!("the note is not saved: {error}"),
                ),
            })?;
        self.curious.notify_one();
        Ok(())
    }

    /// Takes over what the run has left: boards and rare events at any time, `all` when metrics are due too.
    fn collect(&self, all: bool) {
        let mut inner = self.inner();
        let Inner { live, run, .. } = &mut *inner;
        let Some(run) = run else { return };
        let told = live.status.step;
        if all {
            run.feed.want_update();
            run.feed.grid.want();
        }
        if all || run.feed.is_eventful() {
            self.send(live.collect(&run.feed));
        } else {
            self.send(live.collect_frame(&run.feed));
        }
        if live.status.state == State::Paused && live.status.step != told {
            self.announce(&mut inner, |_| {});
        }
        self.check_stop(&mut inner);
    }

    /// Calls a run unresponsive that was told to stop and did not.
    fn check_stop(&self, inner: &mut Inner) {
        let overdue = |deadline: &mut Instant| *deadline <= Instant::now();
        if inner
            .run
            .as_mut()
            .and_then(|run| run.stop_deadline.take_if(overdue))
            .is_some()
        {
            let seconds = self.settings.stop_timeout.as_secs_f64();
            tracing::error!("the run has not obeyed a stop for {seconds} s");
            self.announce(inner, |status| {
                status.state = State::Unresponsive;
                status.message = Some(format!(
                    "the run has not obeyed a stop for {seconds} s; a new one can be started"
                ));
            });
            self.changed.notify_waiters();
        }
    }

    /// Takes on a run that a program has started by itself.
    pub(crate) fn attach(&self, control: Control, feed: Arc<Feed>) {
        let mut inner = self.inner();
        inner.started += 1;
        let status = Status {
            state: State::Running,
            message: None,
            run: Some("training".to_owned()),
            preset: None,
            step: 0,
            speed_limit: None,
        };
        inner.live.begin(status, ConfigMap::new());
        inner.run = Some(Run::attached(inner.started, control, feed));
        self.announce(&mut inner, |_| {});
        self.changed.notify_waiters();
    }

    /// The run that was taken on has come to its end.
    pub(crate) fn detach(&self, reason: String) {
        let number = self.inner().started;
        self.ended(number, Ok(reason));
    }

    /// A run's thread has come to its end.
    fn ended(&self, number: u64, outcome: Result<String, String>) {
        let mut inner = self.inner();
        if inner.run.as_ref().is_none_or(|run| run.number != number) {
            tracing::warn!(number, ?outcome, "a run that had been given up has ended");
            return;
        }
        if let Some(run) = inner.run.take() {
            self.send(inner.live.collect(&run.feed));
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
        self.send([message]);
    }

    fn send(&self, messages: impl IntoIterator<Item = Outgoing>) {
        for (kind, frame) in messages {
            self.hub.broadcast(kind, &frame);
        }
    }

    /// Every change under the lock is whole before anything in it can panic.
    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn reply(client: &Outbox, answer: &ServerMessage) {
    client.send(Kind::Reliable, outbox::binary(&answer.encode()));
}
