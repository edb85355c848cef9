//! Listening to some of the steps only.

use crate::control::LoggedCommand;
use crate::env::Environment;
use crate::observer::{
    CheckpointReport, DecisionReport, EndReport, EpisodeReport, EpisodeStartReport,
    EvaluationReport, HeldReport, MetricsReport, Observer, StartReport, StepReport, UpdateReport,
};

/// Passes on the decisions, steps, updates and episodes of every `n`-th of their kind, and everything else.
///
/// ```
/// use rl_agent::observers::{EveryN, JsonLines};
///
/// // One update in a hundred and one step in a hundred are written down.
/// let log = EveryN::new(100, JsonLines::new(Vec::new()).with_updates());
/// # let _ = log;
/// ```
#[derive(Debug, Clone)]
pub struct EveryN<O> {
    every: u64,
    updates: u64,
    inner: O,
}

impl<O> EveryN<O> {
    /// Tells `inner` of every `every`-th; 0 counts as 1.
    pub fn new(every: u64, inner: O) -> Self {
        Self {
            every: every.max(1),
            updates: 0,
            inner,
        }
    }

    /// Who is told.
    pub fn inner(&self) -> &O {
        &self.inner
    }

    /// Back to who is told.
    pub fn into_inner(self) -> O {
        self.inner
    }
}

impl<E: Environment, O: Observer<E>> Observer<E> for EveryN<O> {
    fn on_start(&mut self, report: &StartReport<'_>) {
        self.inner.on_start(report);
    }

    fn on_episode_start(&mut self, report: &EpisodeStartReport<'_, E>) {
        if (report.episode + 1).is_multiple_of(self.every) {
            self.inner.on_episode_start(report);
        }
    }

    fn on_decision(&mut self, report: &DecisionReport<'_, E>) {
        // The decision of a step comes before it is counted.
        if (report.step + 1).is_multiple_of(self.every) {
            self.inner.on_decision(report);
        }
    }

    fn on_step(&mut self, report: &StepReport<'_, E>) {
        if report.step.is_multiple_of(self.every) {
            self.inner.on_step(report);
        }
    }

    fn on_episode(&mut self, report: &EpisodeReport<'_>) {
        if (report.episode + 1).is_multiple_of(self.every) {
            self.inner.on_episode(report);
        }
    }

    fn on_update(&mut self, report: &UpdateReport) {
        self.updates += 1;
        if self.updates.is_multiple_of(self.every) {
            self.inner.on_update(report);
        }
    }

    fn on_metrics(&mut self, report: &MetricsReport<'_>) {
        self.inner.on_metrics(report);
    }

    fn on_evaluation(&mut self, report: &EvaluationReport<'_>) {
        self.inner.on_evaluation(report);
    }

    fn on_checkpoint(&mut self, report: &CheckpointReport<'_>) {
        self.inner.on_checkpoint(report);
    }

    fn on_held(&mut self, report: &HeldReport) {
        self.inner.on_held(report);
    }

    fn on_command(&mut self, report: &LoggedCommand) {
        self.inner.on_command(report);
    }

    fn on_end(&mut self, report: &EndReport) {
        self.inner.on_end(report);
    }
}
