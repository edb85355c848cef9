//! A dashboard in the terminal.

mod view;

use std::fmt;
use std::io;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use ratatui::DefaultTerminal;
use ratatui::crossterm::event::{self, Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use self::view::{Snapshot, draw};
use crate::control::{Command, Control, LoggedCommand};
use crate::env::Environment;
use crate::observer::{
    EndReport, EpisodeReport, EvaluationReport, MetricsReport, Observer, StartReport, StepReport,
    UpdateReport,
};

/// Time between two looks at the environment, and between two drawings.
const PERIOD: Duration = Duration::from_millis(100);

/// Shows the environment as text, the course of its first measure and of the loss, and the figures of training. Keys:
/// `p` or space pauses and resumes, `n` takes a single step, `s` saves a checkpoint, `q` stops.
///
/// A thread of its own draws ten times a second and reads the keys, so that they work also while training is paused;
/// training only leaves a text there now and then. The terminal is put back in order when training ends or panics.
///
/// ```no_run
/// use rl_agent::control::Control;
/// use rl_agent::observers::Terminal;
/// use rl_agent::tetris::Tetris;
///
/// let control = Control::new();
/// let dashboard = Terminal::new(&control, |env: &Tetris| format!("{:?}", env.game().current_piece()));
/// // Trainer::new(...)?.controlled_by(control).run(dashboard)
/// # drop(dashboard);
/// ```
pub struct Terminal<F> {
    control: Control,
    picture: F,
    shared: Arc<Mutex<Snapshot>>,
    looked: Instant,
    paused: bool,
    /// Tells the thread to end, by being dropped.
    ends: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
    error: Option<io::Error>,
}

impl<F> fmt::Debug for Terminal<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Terminal").finish_non_exhaustive()
    }
}

impl<F> Terminal<F> {
    /// A dashboard that sends its keys to `control` and shows what `picture` makes of the environment. It appears when
    /// training begins.
    pub fn new(control: &Control, picture: F) -> Self {
        Self {
            control: control.clone(),
            picture,
            shared: Arc::default(),
            looked: Instant::now(),
            paused: false,
            ends: None,
            thread: None,
            error: None,
        }
    }

    /// Why there is no dashboard, if the terminal could not be used. Training goes on without it.
    pub fn error(&self) -> Option<&io::Error> {
        self.error.as_ref()
    }

    fn snapshot(&self) -> MutexGuard<'_, Snapshot> {
        lock(&self.shared)
    }

    /// Whether a picture is to be taken: the last one is old, or training is held and every step counts. Most steps look at
    /// neither clock nor lock.
    fn is_due(&self, step: u64) -> bool {
        self.paused || (step.is_multiple_of(32) && self.looked.elapsed() >= PERIOD)
    }

    fn pause(&mut self, paused: bool) {
        self.paused = paused;
        self.snapshot().paused = paused;
    }

    fn begin(&mut self) {
        match ratatui::try_init() {
            Ok(terminal) => {
                let (ends, ended) = mpsc::channel();
                let (shared, control) = (Arc::clone(&self.shared), self.control.clone());
                self.ends = Some(ends);
                self.thread = Some(std::thread::spawn(move || {
                    show(terminal, &shared, &control, &ended);
                }));
            }
            Err(error) => self.error = Some(error),
        }
    }

    fn end(&mut self) {
        self.ends = None;
        if let Some(thread) = self.thread.take() {
            // A panic there has shown itself; the terminal must be put in order all the same.
            let _ = thread.join();
            ratatui::restore();
        }
    }
}

impl<F> Drop for Terminal<F> {
    fn drop(&mut self) {
        self.end();
    }
}

/// A snapshot is plain values, so a panic while it was locked leaves nothing half done that would matter.
fn lock(shared: &Mutex<Snapshot>) -> MutexGuard<'_, Snapshot> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The thread: draws, and reads keys until the next drawing is due.
fn show(
    mut terminal: DefaultTerminal,
    shared: &Mutex<Snapshot>,
    control: &Control,
    ended: &Receiver<()>,
) {
    loop {
        let snapshot = lock(shared).clone();
        if terminal.draw(|frame| draw(frame, &snapshot)).is_err() {
            return;
        }
        let due = Instant::now() + PERIOD;
        while event::poll(due.saturating_duration_since(Instant::now())).unwrap_or(false) {
            if let Ok(Event::Key(key)) = event::read()
                && let Some(command) = command(key, lock(shared).paused)
            {
                let sent = control.send(command);
                sent.expect("no key stands for a value");
            }
        }
        if ended.recv_timeout(Duration::ZERO) == Err(RecvTimeoutError::Disconnected) {
            return;
        }
    }
}

/// What a key means.
fn command(key: KeyEvent, paused: bool) -> Option<Command> {
    if key.kind == KeyEventKind::Release {
        return None;
    }
    match key.code {
        KeyCode::Char('c') if key.modifiers.contains(KeyModifiers::CONTROL) => Some(Command::Stop),
        KeyCode::Char('q') | KeyCode::Esc => Some(Command::Stop),
        KeyCode::Char('p' | ' ') if paused => Some(Command::Resume),
        KeyCode::Char('p' | ' ') => Some(Command::Pause),
        KeyCode::Char('n') => Some(Command::Step(1)),
        KeyCode::Char('s') => Some(Command::Save),
        _ => None,
    }
}

impl<E: Environment, F: FnMut(&E) -> String> Observer<E> for Terminal<F> {
    fn on_start(&mut self, report: &StartReport<'_>) {
        *self.snapshot() = Snapshot::new(report);
        self.begin();
    }

    fn on_step(&mut self, report: &StepReport<'_, E>) {
        if self.thread.is_none() || !self.is_due(report.step) {
            return;
        }
        self.looked = Instant::now();
        let picture = (self.picture)(report.env);
        let mut snapshot = self.snapshot();
        snapshot.step = report.step;
        snapshot.picture = picture;
    }

    fn on_episode(&mut self, report: &EpisodeReport<'_>) {
        let measured = report.measures.first().copied();
        let mut snapshot = self.snapshot();
        snapshot.episodes += 1;
        snapshot.push_measure(measured.unwrap_or(report.reward));
    }

    fn on_update(&mut self, report: &UpdateReport) {
        if report.update.is_multiple_of(16) {
            self.snapshot().push_update(report);
        }
    }

    fn on_metrics(&mut self, report: &MetricsReport<'_>) {
        let mut snapshot = self.snapshot();
        snapshot.seconds = report.seconds;
        snapshot.steps_per_second = report.steps_per_second;
        snapshot.epsilon = report.epsilon;
        let measured = report.mean_measures.first().copied();
        snapshot.mean = measured.unwrap_or(report.mean_reward);
    }

    fn on_evaluation(&mut self, report: &EvaluationReport<'_>) {
        self.snapshot().evaluation = Some(report.evaluation.mean());
    }

    fn on_command(&mut self, report: &LoggedCommand) {
        match report.command {
            Command::Pause | Command::Step(_) => self.pause(true),
            Command::Resume => self.pause(false),
            _ => {}
        }
    }

    fn on_end(&mut self, _report: &EndReport) {
        self.end();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_commands() {
        let press = |code| KeyEvent::new(code, KeyModifiers::NONE);
        for (key, paused, expected) in [
            (press(KeyCode::Char('p')), false, Some(Command::Pause)),
            (press(KeyCode::Char(' ')), true, Some(Command::Resume)),
            (press(KeyCode::Char('n')), true, Some(Command::Step(1))),
            (press(KeyCode::Char('s')), false, Some(Command::Save)),
            (press(KeyCode::Char('q')), false, Some(Command::Stop)),
            (press(KeyCode::Char('c')), false, None),
            (
                KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL),
                false,
                Some(Command::Stop),
            ),
            (
                KeyEvent::new_with_kind(
                    KeyCode::Char('q'),
                    KeyModifiers::NONE,
                    KeyEventKind::Release,
                ),
                false,
                None,
            ),
        ] {
            assert_eq!(command(key, paused), expected, "{key:?}");
        }
    }
}
