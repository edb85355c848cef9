//! Training time.

use std::time::Instant;

use super::pace::Pace;
use crate::seldom::Seldom;

/// Training time: what it was before this run and what has passed since, pauses left out.
pub(super) struct Clock {
    started: Instant,
    before: f64,
    /// What it was at the last checkpoint that was due.
    pub(super) saved: f64,
    /// Seconds, steps and updates at the last report, or at the start.
    mark: (f64, u64, u64),
    seldom: Seldom,
}

impl Clock {
    /// Starts with so many seconds, steps and updates already behind.
    pub(super) fn start(before: f64, steps: u64, updates: u64) -> Self {
        Self {
            started: Instant::now(),
            before,
            saved: before,
            mark: (before, steps, updates),
            seldom: Seldom::new(),
        }
    }

    /// To be called at every step: the training time, when it is a step that looks.
    pub(super) fn look(&mut self, pace: &Pace) -> Option<f64> {
        self.seldom.look().map(|_| self.seconds(pace))
    }

    pub(super) fn seconds(&self, pace: &Pace) -> f64 {
        self.before + (self.started.elapsed().saturating_sub(pace.held())).as_secs_f64()
    }

    /// Marks seconds, steps and updates, and returns those of the last mark, the first of which is the start.
    pub(super) fn mark(&mut self, seconds: f64, steps: u64, updates: u64) -> (f64, u64, u64) {
        std::mem::replace(&mut self.mark, (seconds, steps, updates))
    }
}
