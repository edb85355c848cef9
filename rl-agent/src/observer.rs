//! The second seam: read-only reports from a running trainer.
//!
//! An observer is told what happens and changes nothing: training gives the same bytes whatever watches it. Every hook
//! has an empty default body, so `()` compiles to nothing and a useful observer is a few lines.

use crate::control::LoggedCommand;
use crate::env::{Batch, Environment, Step};
use serde::Serialize;
use std::path::Path;
use std::time::Duration;

/// Training begins (or goes on from a checkpoint).
#[derive(Debug, Clone, Copy)]
pub struct StartReport<'a> {
    /// Steps already taken; 0 unless resumed.
    pub step: u64,
    /// Steps at which training ends, if it is bounded.
    pub total_steps: Option<u64>,
    /// Episodes already finished; 0 unless resumed.
    pub episodes: u64,
    /// Wall-clock seconds trained already; 0 unless resumed.
    pub seconds: f64,
    /// The seed of the run.
    pub seed: u64,
    /// Names of the environment's measures.
    pub measures: &'a [&'static str],
}

/// An episode has begun. With `seed` and `scenario` and its actions it can be played again.
#[derive(Debug)]
pub struct EpisodeStartReport<'a, E: Environment> {
    /// Steps taken in training so far.
    pub step: u64,
    /// Which of several environments.
    pub env_index: usize,
    /// Number of the episode, from 0.
    pub episode: u64,
    /// What the environment was reset with.
    pub seed: u64,
    /// What the environment was reset with.
    pub scenario: &'a E::Scenario,
    /// The environment, at the beginning of the episode.
    pub env: &'a E,
}

/// An action has been chosen and not yet taken.
#[derive(Debug)]
pub struct DecisionReport<'a, E: Environment> {
    /// Steps taken before this one.
    pub step: u64,
    /// Which of several environments.
    pub env_index: usize,
    /// The environment, in the state the decision is about.
    pub env: &'a E,
    /// The chosen action.
    pub action: usize,
    /// Whether chance chose it (epsilon-greedy exploration).
    pub explored: bool,
    /// The legal actions with rewards and features, if the agent works with afterstates.
    pub candidates: Option<&'a Batch>,
    /// Q of each row of `candidates` (or of each action); empty if the agent did not look because it explored.
    pub values: &'a [f32],
}

/// An action has been taken. `env` is in the state it led to, also when that ended the episode.
#[derive(Debug)]
pub struct StepReport<'a, E: Environment> {
    /// Steps taken, this one included.
    pub step: u64,
    /// Which of several environments.
    pub env_index: usize,
    /// Number of the episode, from 0.
    pub episode: u64,
    /// The environment, after the action.
    pub env: &'a E,
    /// The action.
    pub action: usize,
    /// What it brought.
    pub outcome: Step,
}

/// An episode has ended.
#[derive(Debug, Clone, Copy)]
pub struct EpisodeReport<'a> {
    /// Steps taken in training so far.
    pub step: u64,
    /// Number of the episode, from 0.
    pub episode: u64,
    /// Which of several environments.
    pub env_index: usize,
    /// Steps in the episode.
    pub length: u64,
    /// Undiscounted sum of its rewards.
    pub reward: f64,
    /// Whether it was cut rather than ended by the rules.
    pub truncated: bool,
    /// Names of the environment's measures.
    pub names: &'a [&'static str],
    /// Their values at the end.
    pub measures: &'a [f64],
}

/// The network has been updated.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct UpdateReport {
    /// Steps taken in training so far.
    pub step: u64,
    /// Updates made, this one included.
    pub update: u64,
    /// Mean loss of the minibatch.
    pub loss: f32,
    /// Mean absolute TD error of the minibatch.
    pub td_error: f32,
    /// Mean predicted value of the minibatch.
    pub mean_q: f32,
    /// Global gradient norm before clipping.
    pub gradient_norm: f32,
    /// Exploration rate now.
    pub epsilon: f64,
    /// Learning rate of this update.
    pub learning_rate: f64,
    /// Filled part of the replay buffer, 0..=1.
    pub buffer_fill: f32,
}

/// Every N steps: where training stands.
#[derive(Debug, Clone, Copy)]
pub struct MetricsReport<'a> {
    /// Steps taken.
    pub step: u64,
    /// Episodes finished.
    pub episodes: u64,
    /// Updates made.
    pub updates: u64,
    /// Exploration rate now.
    pub epsilon: f64,
    /// Wall-clock seconds since training began; it informs and never drives.
    pub seconds: f64,
    /// Steps a second since the last such report.
    pub steps_per_second: f64,
    /// Updates a second since the last such report.
    pub updates_per_second: f64,
    /// How many episodes the means below are over: the last 100, or all if fewer.
    pub window: usize,
    /// Mean reward of those episodes; NaN before the first has ended.
    pub mean_reward: f64,
    /// Mean length of those episodes; NaN before the first has ended.
    pub mean_length: f64,
    /// Names of the environment's measures.
    pub names: &'a [&'static str],
    /// Their means over those episodes; NaN before the first has ended.
    pub mean_measures: &'a [f64],
}

/// The greedy policy has played held-out episodes.
#[derive(Debug, Clone, Copy)]
pub struct EvaluationReport<'a> {
    /// Steps taken in training so far.
    pub step: u64,
    /// The games and their statistics.
    pub evaluation: &'a crate::evaluation::Evaluation,
    /// Whether it is the best so far (and the best model was saved, if there is a run folder).
    pub best: bool,
}

/// A checkpoint lies on the disk.
#[derive(Debug, Clone, Copy)]
pub struct CheckpointReport<'a> {
    /// Steps taken in training so far.
    pub step: u64,
    /// Where it lies.
    pub path: &'a Path,
}

/// Training was paused, and now a command has come or the next step is due.
#[derive(Debug, Clone, Copy)]
pub struct HeldReport {
    /// Steps taken in training so far.
    pub step: u64,
    /// How long it held: time that training took no part in and that none of the other reports counts.
    pub time: Duration,
}

/// Why training ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndReason {
    /// The number of steps was reached.
    Finished,
    /// The time limit was reached.
    TimeLimit,
    /// A stop command came.
    Stopped,
    /// An error ended it.
    Failed,
}

/// Training has ended.
#[derive(Debug, Clone, Copy)]
pub struct EndReport {
    /// Steps taken.
    pub step: u64,
    /// Episodes finished.
    pub episodes: u64,
    /// Updates made.
    pub updates: u64,
    /// Wall-clock seconds since training began.
    pub seconds: f64,
    /// Why.
    pub reason: EndReason,
}

/// Whoever wants to know. All hooks default to nothing.
#[allow(unused_variables)]
pub trait Observer<E: Environment> {
    /// Training begins.
    fn on_start(&mut self, report: &StartReport<'_>) {}
    /// An episode has begun. Those that were running when training was resumed have begun before.
    fn on_episode_start(&mut self, report: &EpisodeStartReport<'_, E>) {}
    /// An action has been chosen and not yet taken.
    fn on_decision(&mut self, report: &DecisionReport<'_, E>) {}
    /// An action has been taken.
    fn on_step(&mut self, report: &StepReport<'_, E>) {}
    /// An episode has ended.
    fn on_episode(&mut self, report: &EpisodeReport<'_>) {}
    /// The network has been updated.
    fn on_update(&mut self, report: &UpdateReport) {}
    /// Every N steps: where training stands.
    fn on_metrics(&mut self, report: &MetricsReport<'_>) {}
    /// The greedy policy has played held-out episodes.
    fn on_evaluation(&mut self, report: &EvaluationReport<'_>) {}
    /// A checkpoint lies on the disk.
    fn on_checkpoint(&mut self, report: &CheckpointReport<'_>) {}
    /// Training was paused for a while: told of before the command that ended the wait is applied.
    fn on_held(&mut self, report: &HeldReport) {}
    /// A command has been applied.
    fn on_command(&mut self, report: &LoggedCommand) {}
    /// Training has ended.
    fn on_end(&mut self, report: &EndReport) {}
}

/// Writes every hook as: call the same hook on each of these. The one list of hooks that all combinators share.
macro_rules! forward {
    ($this:ident: $each:tt) => {
        forward!(on_start, $crate::observer::StartReport<'_>, $this, $each);
        forward!(on_episode_start, $crate::observer::EpisodeStartReport<'_, E>, $this, $each);
        forward!(on_decision, $crate::observer::DecisionReport<'_, E>, $this, $each);
        forward!(on_step, $crate::observer::StepReport<'_, E>, $this, $each);
        forward!(on_episode, $crate::observer::EpisodeReport<'_>, $this, $each);
        forward!(on_update, $crate::observer::UpdateReport, $this, $each);
        forward!(on_metrics, $crate::observer::MetricsReport<'_>, $this, $each);
        forward!(on_evaluation, $crate::observer::EvaluationReport<'_>, $this, $each);
        forward!(on_checkpoint, $crate::observer::CheckpointReport<'_>, $this, $each);
        forward!(on_held, $crate::observer::HeldReport, $this, $each);
        forward!(on_command, $crate::control::LoggedCommand, $this, $each);
        forward!(on_end, $crate::observer::EndReport, $this, $each);
    };
    ($hook:ident, $report:ty, $this:ident, [$($each:expr),+]) => {
        fn $hook(&mut $this, report: &$report) {
            $(for observer in $each { observer.$hook(report); })+
        }
    };
}
pub(crate) use forward;

impl<E: Environment> Observer<E> for () {}

impl<E: Environment, O: Observer<E> + ?Sized> Observer<E> for &mut O {
    forward!(self: [std::iter::once(&mut **self)]);
}

impl<E: Environment, O: Observer<E> + ?Sized> Observer<E> for Box<O> {
    forward!(self: [std::iter::once(&mut **self)]);
}

impl<E: Environment, O: Observer<E>> Observer<E> for Option<O> {
    forward!(self: [self.iter_mut()]);
}

impl<E: Environment, O: Observer<E>> Observer<E> for Vec<O> {
    forward!(self: [self.iter_mut()]);
}

/// Tuples tell their members in order.
macro_rules! tuple {
    ($($name:ident $index:tt),+) => {
        impl<E: Environment, $($name: Observer<E>),+> Observer<E> for ($($name,)+) {
            forward!(self: [$(std::iter::once(&mut self.$index)),+]);
        }
    };
}
tuple!(A 0);
tuple!(A 0, B 1);
tuple!(A 0, B 1, C 2);
tuple!(A 0, B 1, C 2, D 3);
tuple!(A 0, B 1, C 2, D 3, F 4);
tuple!(A 0, B 1, C 2, D 3, F 4, G 5);
tuple!(A 0, B 1, C 2, D 3, F 4, G 5, H 6);
tuple!(A 0, B 1, C 2, D 3, F 4, G 5, H 6, I 7);
