//! Playing by the values of afterstates.

use ndarray::ArrayView2;

use super::config::{AfterstateDqnConfig, Objective};
use crate::agent::Policy;
use crate::env::{AfterstateEnvironment, Batch};
use crate::nn::{Mlp, Workspace};

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
    values: Vec<f32>,
    workspace: Workspace,
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
            values: Vec::new(),
            workspace: Workspace::default(),
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
            &mut self.workspace,
        );
        self.candidates.actions()[first_best(&self.values)] as usize
    }
}

/// Writes the action value of every row into `values`.
pub(super) fn action_values(
    network: &Mlp,
    rule: Rule,
    batch: &Batch,
    values: &mut Vec<f32>,
    workspace: &mut Workspace,
) {
    /// Rows that go through the network at once: few enough for every layer's output to stay in the first cache.
    const BLOCK: usize = 128;
    values.clear();
    let width = batch.feature_len();
    let (a, b, c) = rule.objective.action_value(rule.gamma);
    for (features, rewards) in batch
        .features()
        .chunks(BLOCK * width)
        .zip(batch.rewards().chunks(BLOCK))
    {
        let features = ArrayView2::from_shape((rewards.len(), width), features)
            .expect("shape and length agree");
        let outputs = network.forward(features, workspace);
        let outputs = outputs.to_slice().expect("a single column");
        let pairs = rewards.iter().zip(outputs);
        values.extend(pairs.map(|(reward, value)| a * reward + b * value + c));
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
