//! What remembered afterstates should be worth, by the Bellman equation.

use serde::{Deserialize, Serialize};

use super::config::Backup;
use super::policy::{Rule, action_values};
use crate::env::{AfterstateModel, Batch};
use crate::nn::{Mlp, Scoring};
use crate::replay_buffer::ReplayBuffer;

/// A remembered step: the afterstate the agent chose and the chance outcome that followed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Transition<After> {
    pub(super) after: After,
    pub(super) outcome: u32,
}

/// Everything that a target depends on.
#[derive(Debug)]
pub(super) struct Bellman<'a, M: AfterstateModel> {
    pub(super) model: &'a M,
    pub(super) buffer: &'a ReplayBuffer<Transition<M::After>>,
    pub(super) network: &'a Mlp,
    pub(super) rule: Rule,
    pub(super) backup: Backup,
}

/// Working memory for one thread.
#[derive(Debug)]
pub(super) struct Expansion {
    successors: Batch,
    /// For each chance outcome its probability and where its rows end.
    branches: Vec<(f32, usize)>,
    values: Vec<f32>,
    memory: Scoring,
}

impl Expansion {
    pub(super) fn new(features: usize) -> Self {
        Self {
            successors: Batch::new(features),
            branches: Vec::new(),
            values: Vec::new(),
            memory: Scoring::default(),
        }
    }
}

impl<M: AfterstateModel> Bellman<'_, M> {
    /// Writes the target of each sample, spread over as many threads as there are expansions. A target depends on its
    /// sample alone, so the number of threads changes nothing.
    pub(super) fn targets(
        &self,
        samples: &[usize],
        targets: &mut [f32],
        expansions: &mut [Expansion],
    ) {
        if let [expansion] = expansions {
            for (target, &sample) in targets.iter_mut().zip(samples) {
                *target = self.target(&self.buffer[sample], expansion);
            }
            return;
        }
        let half = expansions.len() / 2;
        let share = samples.len() * half / expansions.len();
        let (left, right) = expansions.split_at_mut(half);
        let (left_samples, right_samples) = samples.split_at(share);
        let (left_targets, right_targets) = targets.split_at_mut(share);
        rayon::join(
            || self.targets(left_samples, left_targets, left),
            || self.targets(right_samples, right_targets, right),
        );
    }

    /// The value of the expectation, over the chance outcomes, of the best action under each.
    fn target(&self, transition: &Transition<M::After>, expansion: &mut Expansion) -> f32 {
        let Expansion {
            successors,
            branches,
            values,
            memory,
        } = expansion;
        successors.clear();
        branches.clear();
        let after = &transition.after;
        match self.backup {
            Backup::Sampled => {
                let outcome = transition.outcome as usize;
                self.model.successors(after, outcome, successors);
                branches.push((1.0, successors.len()));
            }
            Backup::Expected => self
                .model
                .expand(after, successors, &mut |probability, rows| {
                    branches.push((probability, rows.len()));
                }),
        }
        action_values(self.network, self.rule, successors, values, memory);
        let starts = std::iter::once(0).chain(branches.iter().map(|&(_, end)| end));
        let outcomes = branches
            .iter()
            .zip(starts)
            .map(|(&(probability, end), start)| {
                let best = values[start..end].iter().copied().reduce(f32::max);
                (probability, best)
            });
        self.rule.objective.value(outcomes)
    }
}
