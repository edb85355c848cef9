//! Playing by the values of afterstates.

use super::config::{AfterstateDqnConfig, Objective};
use crate::agent::Policy;
use crate::env::{AfterstateEnvironment, Batch};
use crate::nn::{Mlp, Scoring};

/// What turns the network's output into the value of an action.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Rule {
    pub(super) objective: Objective,
    pub(super) gamma: f64,
}

impl Rule {
    pub(super) fn of(config: &AfterstateDqnConfig) -> Self {
        Self {
            objective: config.objective,
            gamma: config.gamma,
        }
    }
}

/// Greedy play: the action with the highest value, the first of equals.
#[derive(Debug, Clone)]
pub struct AfterstatePolicy {
    network: Mlp,
    rule: Rule,
    candidates: Batch,
    /// Where the candidates of each environment end.
    ends: Vec<usize>,
    values: Vec<f32>,
    memory: Scoring,
}

impl AfterstatePolicy {
    /// Play by `network`, whose input are the features of an afterstate and whose single output is its value.
    /// `objective` and `gamma` are those it was trained with.
    pub fn new(network: Mlp, objective: Objective, gamma: f64) -> Self {
        let candidates = Batch::new(network.input_len());
        Self {
            network,
            rule: Rule { objective, gamma },
            candidates,
            ends: Vec::new(),
            values: Vec::new(),
            memory: Scoring::default(),
        }
    }

    pub(super) fn network(&self) -> &Mlp {
        &self.network
    }
}

impl<E: AfterstateEnvironment> Policy<E> for AfterstatePolicy {
    fn act(&mut self, env: &E) -> usize {
        self.candidates.clear();
        env.candidates(&mut self.candidates);
        action_values(
            &self.network,
            self.rule,
            &self.candidates,
            &mut self.values,
            &mut self.memory,
        );
        self.candidates.actions()[first_best(&self.values)] as usize
    }

    fn act_all(&mut self, envs: &[E], actions: &mut Vec<usize>) {
        self.candidates.clear();
        self.ends.clear();
        for env in envs {
            env.candidates(&mut self.candidates);
            self.ends.push(self.candidates.len());
        }
        action_values(
            &self.network,
            self.rule,
            &self.candidates,
            &mut self.values,
            &mut self.memory,
        );
        let mut start = 0;
        for &end in &self.ends {
            let best = start + first_best(&self.values[start..end]);
            actions.push(self.candidates.actions()[best] as usize);
            start = end;
        }
    }
}

/// Writes the action value of every row into `values`.
pub(super) fn action_values(
    network: &Mlp,
    rule: Rule,
    batch: &Batch,
    values: &mut Vec<f32>,
    memory: &mut Scoring,
) {
    values.clear();
    network.values(batch.features(), memory, values);
    let (a, b, c) = rule.objective.action_value(rule.gamma);
    for (value, reward) in values.iter_mut().zip(batch.rewards()) {
        *value = a * reward + b * *value + c;
    }
}

/// Index of the highest value, the first of equals.
pub(super) fn first_best(values: &[f32]) -> usize {
    let mut best = 0;
    for (index, &value) in values.iter().enumerate() {
        if value > values[best] {
            best = index;
        }
    }
    best
}
