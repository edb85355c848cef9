//! Ending training early.

use std::time::{Duration, Instant};

use crate::control::Control;
use crate::env::Environment;
use crate::observer::{
    EpisodeReport, EvaluationReport, MetricsReport, Observer, StartReport, StepReport, UpdateReport,
};
use crate::seldom::Seldom;

/// When to stop.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Rule {
    Reward { mean: f64, episodes: usize },
    Evaluation(f64),
    NoImprovement(u64),
    Episodes(u64),
    WallTime(Duration),
    NonFiniteLoss,
}

/// Sends a stop command when its rule is met. The trainer obeys before the next step, with a last checkpoint.
///
/// ```
/// use std::time::Duration;
/// use rl_agent::control::Control;
/// use rl_agent::observers::Stop;
///
/// let control = Control::new();
/// let observers = (
///     Stop::at_evaluation(&control, 475.0),
///     Stop::without_improvement(&control, 20),
///     Stop::after(&control, Duration::from_secs(3600)),
/// );
/// // Trainer::new(...)?.controlled_by(control).run(observers)
/// # let _ = observers;
/// ```
#[derive(Debug, Clone)]
pub struct Stop {
    control: Control,
    rule: Rule,
    started: Instant,
    seldom: Seldom,
    /// Episodes that have ended.
    episodes: u64,
    best: f64,
    since_best: u64,
    reason: Option<String>,
}

impl Stop {
    fn new(control: &Control, rule: Rule) -> Self {
        Self {
            control: control.clone(),
            rule,
            started: Instant::now(),
            seldom: Seldom::new(),
            episodes: 0,
            best: f64::NEG_INFINITY,
            since_best: 0,
            reason: None,
        }
    }

    /// When the mean reward of the last 100 training episodes, or of all if there are fewer but at least `episodes`,
    /// reaches `mean`. Looked at whenever metrics are reported.
    pub fn at_reward(control: &Control, mean: f64, episodes: usize) -> Self {
        Self::new(control, Rule::Reward { mean, episodes })
    }

    /// When the mean score of an evaluation reaches `mean`.
    pub fn at_evaluation(control: &Control, mean: f64) -> Self {
        Self::new(control, Rule::Evaluation(mean))
    }

    /// When `evaluations` evaluations in a row were not better than the best before them.
    pub fn without_improvement(control: &Control, evaluations: u64) -> Self {
        Self::new(control, Rule::NoImprovement(evaluations.max(1)))
    }

    /// When this many episodes have ended, those before a resumption included.
    pub fn after_episodes(control: &Control, episodes: u64) -> Self {
        Self::new(control, Rule::Episodes(episodes))
    }

    /// When this much time has passed since training began or was resumed, pauses included.
    pub fn after(control: &Control, time: Duration) -> Self {
        Self::new(control, Rule::WallTime(time))
    }

    /// When the loss or the mean value of an update is not finite. The trainer fails by itself when it computes such a
    /// loss; this is for agents that go on.
    pub fn at_non_finite_loss(control: &Control) -> Self {
        Self::new(control, Rule::NonFiniteLoss)
    }

    /// Why it stopped training, if it did.
    pub fn reason(&self) -> Option<&str> {
        self.reason.as_deref()
    }

    fn stop(&mut self, reason: impl FnOnce() -> String) {
        if self.reason.is_none() {
            self.reason = Some(reason());
            self.control.stop();
        }
    }
}

impl<E: Environment> Observer<E> for Stop {
    fn on_start(&mut self, report: &StartReport<'_>) {
        self.started = Instant::now();
        self.episodes = report.episodes;
    }

    fn on_step(&mut self, _report: &StepReport<'_, E>) {
        if let Rule::WallTime(limit) = self.rule
            && let Some(now) = self.seldom.look()
            && now - self.started >= limit
        {
            self.stop(|| format!("{limit:?} have passed"));
        }
    }

    fn on_episode(&mut self, _report: &EpisodeReport<'_>) {
        self.episodes += 1;
        if let Rule::Episodes(episodes) = self.rule
            && self.episodes >= episodes
        {
            self.stop(|| format!("{episodes} episodes have ended"));
        }
    }

    fn on_update(&mut self, report: &UpdateReport) {
        if self.rule == Rule::NonFiniteLoss
            && !(report.loss.is_finite() && report.mean_q.is_finite())
        {
            self.stop(|| format!("the loss is {} at step {}", report.loss, report.step));
        }
    }

    fn on_metrics(&mut self, report: &MetricsReport<'_>) {
        if let Rule::Reward { mean, episodes } = self.rule
            && report.window >= episodes.min(100)
            && report.mean_reward >= mean
        {
            self.stop(|| format!("the mean reward has reached {}", report.mean_reward));
        }
    }

    fn on_evaluation(&mut self, report: &EvaluationReport<'_>) {
        let mean = report.evaluation.mean();
        match self.rule {
            Rule::Evaluation(wanted) if mean >= wanted => {
                self.stop(|| format!("an evaluation has reached {mean}"));
            }
            Rule::NoImprovement(patience) => {
                if mean > self.best {
                    (self.best, self.since_best) = (mean, 0);
                    return;
                }
                self.since_best += 1;
                if self.since_best >= patience {
                    self.stop(|| format!("{patience} evaluations brought nothing better"));
                }
            }
            _ => {}
        }
    }
}
