//! A progress bar in the terminal.

use std::fmt::Write;
use std::time::{Duration, Instant};

use indicatif::{HumanCount, ProgressBar as Bar, ProgressState, ProgressStyle};

use crate::env::Environment;
use crate::observer::{
    EndReport, EvaluationReport, HeldReport, MetricsReport, Observer, StartReport, StepReport,
};

/// Shows steps, steps a second, episodes, the mean of the environment's first measure over the last 100 episodes, the
/// last evaluation and the remaining time. Silent when standard error is not a terminal.
///
/// ```
/// use rl_agent::observers::{LogTable, ProgressBar};
///
/// let observers = (ProgressBar::new(), LogTable::new(Vec::new()));
/// // Trainer::new(...)?.run(observers)
/// # let _ = observers;
/// ```
#[derive(Debug)]
pub struct ProgressBar {
    bar: Bar,
    /// Whether anybody can see it.
    shown: bool,
    /// When training began and the seconds it is to last, if its end is set by time.
    lasting: Option<(Instant, f64)>,
    evaluation: Option<(u64, f64)>,
    measure: &'static str,
}

impl ProgressBar {
    /// A bar on standard error.
    pub fn new() -> Self {
        Self {
            bar: Bar::no_length(),
            shown: false,
            lasting: None,
            evaluation: None,
            measure: "reward",
        }
    }

    /// A bar on standard error for a run that ends after `seconds`, unless its steps end it before.
    pub fn lasting(seconds: f64) -> Self {
        Self {
            lasting: Some((Instant::now(), seconds)),
            ..Self::new()
        }
    }

    /// Seconds are drawn as milliseconds, steps as steps.
    fn advance(&self, step: u64) {
        self.bar.set_position(match self.lasting {
            Some((began, _)) => began.elapsed().as_millis() as u64,
            None => step,
        });
    }
}

impl Default for ProgressBar {
    fn default() -> Self {
        Self::new()
    }
}

impl<E: Environment> Observer<E> for ProgressBar {
    fn on_held(&mut self, report: &HeldReport) {
        if let Some((began, _)) = &mut self.lasting {
            *began += report.time;
        }
    }

    fn on_start(&mut self, report: &StartReport<'_>) {
        self.shown = !self.bar.is_hidden();
        if !self.shown {
            return;
        }
        self.measure = report.measures.first().copied().unwrap_or("reward");
        if report.total_steps.is_some() {
            self.lasting = None;
        }
        if let Some((began, _)) = &mut self.lasting {
            *began = Instant::now();
        }
        let template = match (report.total_steps, self.lasting) {
            (Some(total), _) => {
                self.bar.set_length(total);
                "{wide_bar} {human_pos}/{human_len} steps, {rate}/s, ETA {eta}\n{msg}"
            }
            (None, Some((_, seconds))) => {
                self.bar.set_length((seconds * 1000.0) as u64);
                "{wide_bar} {prefix}, ETA {eta}\n{msg}"
            }
            (None, None) => "{spinner} {human_pos} steps, {rate}/s, {elapsed}\n{msg}",
        };
        let style = ProgressStyle::with_template(template).expect("a valid template");
        let rate = |state: &ProgressState, out: &mut dyn Write| {
            // Writing into the bar's own line cannot fail.
            let _ = write!(out, "{}", HumanCount(state.per_sec() as u64));
        };
        self.bar.set_style(style.with_key("rate", rate));
        self.bar
            .set_prefix(format!("{} steps", HumanCount(report.step)));
        self.advance(report.step);
        // The steps of an earlier run are not this run's speed.
        self.bar.reset_eta();
        self.bar.enable_steady_tick(Duration::from_millis(200));
    }

    fn on_step(&mut self, report: &StepReport<'_, E>) {
        // The bar draws at its own pace; telling it of every step would still cost more than the step.
        if self.shown && report.step.is_multiple_of(64) {
            self.advance(report.step);
        }
    }

    fn on_evaluation(&mut self, report: &EvaluationReport<'_>) {
        self.evaluation = Some((report.step, report.evaluation.mean()));
    }

    fn on_metrics(&mut self, report: &MetricsReport<'_>) {
        if !self.shown {
            return;
        }
        let mean = report
            .mean_measures
            .first()
            .copied()
            .unwrap_or(report.mean_reward);
        let mut message = format!("episode {}", HumanCount(report.episodes));
        if report.window > 0 {
            message += &format!(" | {} {mean:.1} (mean of {})", self.measure, report.window);
        }
        if let Some((step, mean)) = self.evaluation {
            message += &format!(" | greedy {mean:.0} at step {}", HumanCount(step));
        }
        self.bar.set_message(message);
        let rate = HumanCount(report.steps_per_second as u64);
        self.bar
            .set_prefix(format!("{} steps, {rate}/s", HumanCount(report.step)));
    }

    fn on_end(&mut self, report: &EndReport) {
        if self.shown {
            self.advance(report.step);
            self.bar.abandon();
        }
    }
}
