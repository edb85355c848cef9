//! How far training has come: counters, running episodes, the window of the last episodes.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use crate::control::LoggedCommand;

/// Episodes that the means in [`MetricsReport`](crate::observer::MetricsReport) are over.
const WINDOW: usize = 100;

/// Everything the trainer itself remembers; with the states of agent and environments it makes a checkpoint.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    pub(super) seed: u64,
    pub(super) step: u64,
    pub(super) started_episodes: u64,
    pub(super) episodes: u64,
    pub(super) seconds: f64,
    pub(super) best: Option<f64>,
    /// Whether an evaluation was due at this step and a stop cut it short.
    pub(super) owed: bool,
    pub(super) running: Vec<Running>,
    pub(super) window: Window,
    pub(super) log: Vec<LoggedCommand>,
}

/// An episode that has not ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Running {
    pub(super) episode: u64,
    pub(super) length: u64,
    pub(super) reward: f64,
}

impl Progress {
    pub(super) fn new(seed: u64) -> Self {
        Self {
            seed,
            step: 0,
            started_episodes: 0,
            episodes: 0,
            seconds: 0.0,
            best: None,
            owed: false,
            running: Vec::new(),
            window: Window::default(),
            log: Vec::new(),
        }
    }

    /// Steps taken.
    pub fn step(&self) -> u64 {
        self.step
    }

    /// Episodes finished.
    pub fn episodes(&self) -> u64 {
        self.episodes
    }

    /// Wall-clock seconds of training, pauses left out.
    pub fn seconds(&self) -> f64 {
        self.seconds
    }

    /// Mean score of the best evaluation so far.
    pub fn best(&self) -> Option<f64> {
        self.best
    }

    /// Whether an evaluation was due at this step and a stop cut it short: whoever goes on begins with it.
    pub fn owes_evaluation(&self) -> bool {
        self.owed
    }

    /// Every command that was applied, with its step.
    pub fn log(&self) -> &[LoggedCommand] {
        &self.log
    }
}

/// The last episodes.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Window {
    episodes: VecDeque<(f64, u64, Vec<f64>)>,
}

impl Window {
    pub(super) fn push(&mut self, reward: f64, length: u64, measures: &[f64]) {
        let mut kept = if self.episodes.len() < WINDOW {
            Vec::with_capacity(measures.len())
        } else {
            self.episodes.pop_front().expect("the window is full").2
        };
        kept.clear();
        kept.extend_from_slice(measures);
        self.episodes.push_back((reward, length, kept));
    }

    /// Whether every episode was measured by so many measures.
    pub(super) fn measured_by(&self, count: usize) -> bool {
        self.episodes
            .iter()
            .all(|(_, _, measures)| measures.len() == count)
    }

    pub(super) fn len(&self) -> usize {
        self.episodes.len()
    }

    pub(super) fn mean_reward(&self) -> f64 {
        self.mean(|(reward, _, _)| *reward)
    }

    pub(super) fn mean_length(&self) -> f64 {
        self.mean(|(_, length, _)| *length as f64)
    }

    pub(super) fn mean_measure(&self, index: usize) -> f64 {
        self.mean(|(_, _, measures)| measures[index])
    }

    fn mean(&self, of: impl Fn(&(f64, u64, Vec<f64>)) -> f64) -> f64 {
        self.episodes.iter().map(of).sum::<f64>() / self.episodes.len() as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn means_are_over_the_last_hundred() {
        let mut window = Window::default();
        assert!(window.mean_reward().is_nan());
        (0..150).for_each(|i| window.push(f64::from(i), 2 * i as u64, &[f64::from(3 * i)]));
        assert_eq!(window.len(), 100);
        assert_eq!(
            (
                window.mean_reward(),
                window.mean_length(),
                window.mean_measure(0)
            ),
            (99.5, 199.0, 298.5)
        );
    }
}
