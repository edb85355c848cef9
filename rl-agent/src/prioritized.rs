//! Prioritised replay: surprising memories are drawn more often.

use serde::{Deserialize, Serialize};

use crate::config::{ConfigError, check};
use crate::rng::Rng;
use crate::schedule::Schedule;
use crate::sum_tree::SumTree;

/// Prioritised replay (Schaul et al., "Prioritized experience replay", 2016): a memory is drawn in proportion to
/// (its last TD error + epsilon)^alpha, and its gradient is weighed by (its probability times the number of
/// memories)^-beta.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Prioritized {
    /// How much priorities matter: 0 is uniform, 1 proportional.
    pub alpha: f64,
    /// How much of the bias is corrected over the environment steps, 0..=1.
    pub beta: Schedule,
    /// Added to every TD error, so that nothing is forgotten; above 0.
    pub epsilon: f64,
}

impl Prioritized {
    pub(crate) fn validate(&self) -> Result<(), ConfigError> {
        let unit = |value: f64| (0.0..=1.0).contains(&value);
        check(unit(self.alpha)).or("prioritized.alpha", &self.alpha, "a number in [0, 1]")?;
        self.beta
            .validate("prioritized.beta", unit, "numbers in [0, 1]")?;
        check(self.epsilon > 0.0 && self.epsilon.is_finite()).or(
            "prioritized.epsilon",
            &self.epsilon,
            "a positive number",
        )
    }
}

/// How likely each slot of a replay buffer is drawn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Priorities {
    tree: SumTree,
    /// What a new memory gets: the highest so far.
    highest: f64,
}

impl Priorities {
    /// Bytes a slot, at most.
    pub(crate) const SLOT_BYTES: usize = 4 * size_of::<f64>();

    /// Over `slots` slots, none of which can be drawn yet.
    pub(crate) fn new(slots: usize) -> Self {
        Self {
            tree: SumTree::new(slots),
            highest: 1.0,
        }
    }

    /// Number of slots.
    pub(crate) fn slots(&self) -> usize {
        self.tree.len()
    }

    /// A slot got a new memory, or its memory can no longer be drawn.
    pub(crate) fn changed(&mut self, slot: usize, usable: bool) {
        self.tree.set(slot, if usable { self.highest } else { 0.0 });
    }

    /// Draws the slot for a row of a minibatch of `rows`.
    pub(crate) fn draw(&self, row: usize, rows: usize, rng: &mut Rng) -> usize {
        self.tree.draw(row, rows, rng)
    }

    /// Writes by how much the gradient of each drawn slot counts; the largest weight is 1, so the number of memories and
    /// the sum of their priorities cancel out.
    pub(crate) fn weigh(&self, slots: &[usize], beta: f64, weights: &mut Vec<f32>) {
        weights.clear();
        let weight = |&slot: &usize| self.tree.get(slot).powf(-beta) as f32;
        weights.extend(slots.iter().map(weight));
        let largest = weights.iter().copied().fold(0.0, f32::max);
        weights.iter_mut().for_each(|weight| *weight /= largest);
    }

    /// What was found when a slot was learnt from. An error that is no number changes nothing: it ends training anyway.
    pub(crate) fn surprised(&mut self, slot: usize, td_error: f32, settings: &Prioritized) {
        if td_error.is_finite() {
            let error = f64::from(td_error.abs()) + settings.epsilon;
            let priority = error.powf(settings.alpha);
            self.tree.set(slot, priority);
            self.highest = self.highest.max(priority);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_surprising_come_more_often_and_count_less_each() {
        let settings = Prioritized {
            alpha: 0.5,
            beta: Schedule::Constant(1.0),
            epsilon: 1e-9,
        };
        let mut priorities = Priorities::new(4);
        (0..3).for_each(|slot| priorities.changed(slot, true));
        priorities.surprised(0, -9.0, &settings);
        priorities.surprised(1, 1.0, &settings);
        priorities.surprised(2, f32::NAN, &settings);
        let mut rng = Rng::new(1, 0);
        let mut counts = [0u32; 4];
        (0..50_000).for_each(|_| counts[priorities.draw(0, 1, &mut rng)] += 1);
        // Priorities 3, 1 and 1: the root of each error.
        for (slot, expected) in [(0, 30_000), (1, 10_000), (2, 10_000), (3, 0)] {
            assert!(counts[slot].abs_diff(expected) < 500, "{counts:?}");
        }
        let mut weights = Vec::new();
        priorities.weigh(&[0, 1], 1.0, &mut weights);
        assert!((weights[0] - 1.0 / 3.0).abs() < 1e-6 && weights[1] == 1.0);
        // New memories are as likely as the most surprising one.
        priorities.changed(3, true);
        priorities.weigh(&[0, 3], 1.0, &mut weights);
        assert_eq!(weights, [1.0, 1.0]);
    }
}
