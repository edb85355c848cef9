//! Observers around other observers: one that survives their panics, one that measures their time.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use crate::control::LoggedCommand;
use crate::env::Environment;
use crate::observer::{
    CheckpointReport, DecisionReport, EndReport, EpisodeReport, EpisodeStartReport,
    EvaluationReport, HeldReport, MetricsReport, Observer, StartReport, StepReport, UpdateReport,
};

/// Writes every hook as: `around` the same hook of the inner observer.
macro_rules! around {
    ($($hook:ident($report:ty)),+) => {
        $(fn $hook(&mut self, report: &$report) {
            self.around(|inner| inner.$hook(report));
        })+
    };
    () => {
        around!(
            on_episode_start(EpisodeStartReport<'_, E>),
            on_decision(DecisionReport<'_, E>),
            on_step(StepReport<'_, E>),
            on_episode(EpisodeReport<'_>),
            on_update(UpdateReport),
            on_metrics(MetricsReport<'_>),
            on_evaluation(EvaluationReport<'_>),
            on_checkpoint(CheckpointReport<'_>),
            on_held(HeldReport),
            on_command(LoggedCommand)
        );
    };
}

/// An observer whose panic does not end training: it is reported on standard error and told nothing more.
///
/// Wrap each observer on its own, so that the others go on:
///
/// ```
/// use rl_agent::env::Environment;
/// use rl_agent::observer::{EpisodeReport, Observer};
/// use rl_agent::observers::Guarded;
///
/// struct Fragile;
/// impl<E: Environment> Observer<E> for Fragile {
///     fn on_episode(&mut self, report: &EpisodeReport<'_>) {
///         assert!(report.length > 3, "an episode of {} steps", report.length);
///     }
/// }
/// let observer = (Guarded::new("fragile", Fragile), ());
/// # let _ = observer;
/// ```
#[derive(Debug)]
pub struct Guarded<O> {
    name: String,
    inner: Option<O>,
    panic: Option<String>,
}

impl<O> Guarded<O> {
    /// Guards against the panics of `inner`, which is called `name` in the report.
    pub fn new(name: impl Into<String>, inner: O) -> Self {
        Self {
            name: name.into(),
            inner: Some(inner),
            panic: None,
        }
    }

    /// The observer, unless it panicked.
    pub fn inner(&self) -> Option<&O> {
        self.inner.as_ref()
    }

    /// What it panicked with, if it did.
    pub fn panic(&self) -> Option<&str> {
        self.panic.as_deref()
    }

    fn around(&mut self, hook: impl FnOnce(&mut O)) {
        let Some(inner) = &mut self.inner else {
            return;
        };
        // After a panic nobody looks at the inner observer again, so its broken promises reach nobody.
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| hook(inner))) {
            let message = panic_message(&*panic);
            eprintln!(
                "The observer `{}` panicked and was removed; training goes on: {message}",
                self.name
            );
            self.panic = Some(message);
            // Whoever panics in a hook may panic again when it is dropped.
            let inner = self.inner.take();
            let _ = catch_unwind(AssertUnwindSafe(|| drop(inner)));
        }
    }
}

/// What a panic said.
pub(crate) fn panic_message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
    text.unwrap_or_else(|| "a panic without a message".to_owned())
}

impl<E: Environment, O: Observer<E>> Observer<E> for Guarded<O> {
    fn on_start(&mut self, report: &StartReport<'_>) {
        self.around(|inner| inner.on_start(report));
    }

    around!();

    fn on_end(&mut self, report: &EndReport) {
        self.around(|inner| inner.on_end(report));
    }
}

/// Measures the time that is spent inside the hooks of an observer, or of several as a tuple.
///
/// ```
/// use rl_agent::observers::{LogTable, Timed};
///
/// let mut observer = Timed::new((LogTable::new(Vec::new()), ()));
/// // ... trainer.run(&mut observer) ...
/// assert!(observer.share() <= 1.0);
/// ```
#[derive(Debug)]
pub struct Timed<O> {
    inner: O,
    /// What the stopwatch itself takes.
    watch: Duration,
    inside: Duration,
    started: Option<Instant>,
    total: Duration,
}

impl<O> Timed<O> {
    /// Measures `inner`.
    pub fn new(inner: O) -> Self {
        Self {
            inner,
            watch: watch(),
            inside: Duration::ZERO,
            started: None,
            total: Duration::ZERO,
        }
    }

    /// Who is measured.
    pub fn inner(&self) -> &O {
        &self.inner
    }

    /// Time inside the hooks, less what the stopwatch shows around an empty one.
    pub fn inside(&self) -> Duration {
        self.inside
    }

    /// Time from the first hook to the last one.
    pub fn total(&self) -> Duration {
        self.total
    }

    /// Part of the time that was spent inside the hooks, 0..=1; 0 before training has ended.
    pub fn share(&self) -> f64 {
        if self.total.is_zero() {
            return 0.0;
        }
        self.inside.as_secs_f64() / self.total.as_secs_f64()
    }

    fn around(&mut self, hook: impl FnOnce(&mut O)) {
        let before = Instant::now();
        hook(&mut self.inner);
        self.inside += before.elapsed().saturating_sub(self.watch);
    }
}

/// What a stopwatch shows that is stopped at once: the shortest of many tries, so that never too much is taken away.
fn watch() -> Duration {
    let tries = (0..100).map(|_| Instant::now().elapsed());
    tries.min().unwrap_or_default()
}

impl<E: Environment, O: Observer<E>> Observer<E> for Timed<O> {
    fn on_start(&mut self, report: &StartReport<'_>) {
        self.started = Some(Instant::now());
        self.around(|inner| inner.on_start(report));
    }

    around!();

    fn on_end(&mut self, report: &EndReport) {
        self.around(|inner| inner.on_end(report));
        self.total += self
            .started
            .take()
            .map_or(Duration::ZERO, |since| since.elapsed());
    }
}
