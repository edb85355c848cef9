//! The numbers of a run: rows of the tables that charts are drawn from, each with the keys it can be drawn over.

use std::time::{Duration, Instant};

use rl_agent::control::{Command, LoggedCommand};
use rl_agent::observer::{
    EpisodeReport, EvaluationReport, MetricsReport, StartReport, UpdateReport,
};

use crate::feed::Feed;
use crate::protocol::{Change, Setting, UPDATES};

/// Least time between two samples of the speed while no update has been reported, which brings it along.
const SPEED_EVERY: Duration = Duration::from_secs(1);

/// What rows are made from beside the reports.
#[derive(Debug)]
pub(super) struct Metrics {
    begin: Instant,
    /// Seconds trained before, if the run was gone on with.
    before: f64,
    /// Episodes finished.
    episodes: u64,
    /// Time, step and update of the last sample, for the speeds between two.
    sample: (Instant, u64, u64),
}

impl Metrics {
    pub(super) fn new() -> Self {
        let now = Instant::now();
        Self {
            begin: now,
            before: 0.0,
            episodes: 0,
            sample: (now, 0, 0),
        }
    }

    pub(super) fn started(&mut self, report: &StartReport<'_>) {
        self.begin = Instant::now();
        self.before = report.seconds;
        self.sample = (self.begin, report.step, 0);
        self.episodes = report.episodes;
    }

    /// Time that training held is none of its own: neither in what it took nor in what speeds are over.
    pub(super) fn held(&mut self, time: Duration) {
        self.begin += time;
        self.sample.0 += time;
    }

    /// Seconds of the whole run, pauses left out.
    fn seconds(&self) -> f64 {
        self.before + self.begin.elapsed().as_secs_f64()
    }

    /// Reports the speed, and nothing else that comes with an update: none has come yet, and where a trained model only
    /// plays none ever will.
    pub(super) fn stepped(&mut self, step: u64, feed: &Feed) {
        let (then, before, updates) = self.sample;
        if updates > 0 {
            return;
        }
        let now = Instant::now();
        if now - then < SPEED_EVERY || !feed.take_update_wanted() {
            return;
        }
        self.sample = (now, step, 0);
        let keys = [step as f64, self.seconds(), self.episodes as f64, f64::NAN];
        let speed = (step - before) as f64 / (now - then).as_secs_f64();
        let values = UPDATES.values.iter().map(|&name| match name {
            "steps_per_second" => speed,
            _ => f64::NAN,
        });
        let row: Vec<f64> = keys.into_iter().chain(values).collect();
        feed.stage(|staged| staged.rows.updates.push(&row));
    }

    /// Reports the value of a position that is shown.
    pub(super) fn position(&self, step: u64, value: f32, feed: &Feed) {
        let row = [
            step as f64,
            self.seconds(),
            self.episodes as f64,
            value.into(),
        ];
        feed.stage(|staged| staged.rows.positions.push(&row));
    }

    pub(super) fn episode(&mut self, report: &EpisodeReport<'_>, feed: &Feed) {
        self.episodes += 1;
        let row = [
            report.step as f64,
            self.seconds(),
            report.episode as f64,
            pieces(report.names, report.measures, report.length as f64),
            report.reward,
            named("lines", report.names, report.measures),
            named("score", report.names, report.measures),
        ];
        feed.stage(|staged| staged.rows.episodes.push(&row));
    }

    pub(super) fn update(&mut self, report: &UpdateReport, feed: &Feed) {
        if !feed.take_update_wanted() {
            return;
        }
        let now = Instant::now();
        let (then, step, update) =
            std::mem::replace(&mut self.sample, (now, report.step, report.update));
        let elapsed = (now - then).as_secs_f64();
        // The number of updates made before a resumed run began is not known.
        let updates = if update == 0 {
            f64::NAN
        } else {
            (report.update - update) as f64
        };
        let row = [
            report.step as f64,
            self.seconds(),
            self.episodes as f64,
            report.update as f64,
            report.loss.into(),
            report.td_error.into(),
            report.mean_q.into(),
            report.gradient_norm.into(),
            report.epsilon,
            report.learning_rate,
            (report.step - step) as f64 / elapsed,
            updates / elapsed,
            report.buffer_fill.into(),
        ];
        feed.stage(|staged| staged.rows.updates.push(&row));
    }

    pub(super) fn summary(&self, report: &MetricsReport<'_>, feed: &Feed) {
        let row = [
            report.step as f64,
            self.seconds(),
            report.episodes as f64,
            report.mean_reward,
            named("lines", report.names, report.mean_measures),
            pieces(report.names, report.mean_measures, report.mean_length),
        ];
        feed.stage(|staged| staged.rows.summaries.push(&row));
    }

    pub(super) fn evaluation(&self, report: &EvaluationReport<'_>, feed: &Feed) {
        let evaluation = report.evaluation;
        let (low, high) = evaluation.ci95();
        let row = [
            report.step as f64,
            self.seconds(),
            self.episodes as f64,
            evaluation.games.len() as f64,
            evaluation.mean(),
            low,
            high,
            f64::from(u8::from(report.best)),
        ];
        feed.stage(|staged| staged.rows.evaluations.push(&row));
    }

    /// Reports a change that charts are to mark.
    pub(super) fn command(&self, report: &LoggedCommand, feed: &Feed) {
        let (setting, value) = match report.command {
            Command::LearningRate(rate) => (Setting::LearningRate, rate),
            Command::Epsilon(epsilon) => (Setting::Epsilon, epsilon),
            _ => return,
        };
        let change = Change {
            step: report.step,
            seconds: self.seconds(),
            episode: self.episodes,
            setting,
            value,
        };
        feed.stage(|staged| staged.changes.push(change));
    }
}

/// A measure by its name; NaN if the environment has none of it.
pub(crate) fn named(name: &str, names: &[&str], values: &[f64]) -> f64 {
    let index = names.iter().position(|other| *other == name);
    index
        .and_then(|index| values.get(index))
        .copied()
        .unwrap_or(f64::NAN)
}

/// Pieces of a game: its steps, unless the environment counts them apart.
fn pieces(names: &[&str], values: &[f64], steps: f64) -> f64 {
    match named("pieces", names, values) {
        counted if counted.is_nan() => steps,
        counted => counted,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_speed_is_told_once_a_second_until_updates_bring_it_along() {
        let feed = Feed::new();
        let mut metrics = Metrics::new();
        let mut told_after = |millis: u64, updates: u64| {
            let then = Instant::now() - Duration::from_millis(millis);
            metrics.sample = (then, 100, updates);
            feed.want_update();
            metrics.stepped(150, &feed);
            let mut staged = Default::default();
            feed.take(&mut staged);
            UPDATES.pack(0, &staged.rows.updates.take())
        };
        assert_eq!(told_after(500, 0).rows, 0, "too soon");
        assert_eq!(told_after(2_000, 7).rows, 0, "updates have come");
        let told = told_after(2_000, 0);
        let first = |name: &str| told.column(name).unwrap()[0];
        assert_eq!(first("step"), 150.0);
        let speed = first("steps_per_second");
        assert!(20.0 < speed && speed <= 25.0, "{speed}");
        assert!(first("loss").is_nan() && first("update").is_nan());
    }

    #[test]
    fn a_pause_takes_no_time() {
        let mut metrics = Metrics::new();
        let ago = Duration::from_secs(100);
        metrics.begin -= ago;
        metrics.sample.0 -= ago;
        metrics.held(Duration::from_secs(90));
        assert!((10.0..11.0).contains(&metrics.seconds()));
        assert!((10.0..11.0).contains(&metrics.sample.0.elapsed().as_secs_f64()));
    }
}
