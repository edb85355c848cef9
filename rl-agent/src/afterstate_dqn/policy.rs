//! Playing by the values of afterstates.

use std::ops::Range;

use super::config::{AfterstateDqnConfig, Objective};
use crate::agent::{NOTHING_LEGAL, Policy};
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
    crowd: Crowd,
}

impl AfterstatePolicy {
    /// Play by `network`, whose input are the features of an afterstate and whose single output is its value.
    /// `objective` and `gamma` are those it was trained with.
    pub fn new(network: Mlp, objective: Objective, gamma: f64) -> Self {
        Self {
            crowd: Crowd::new(network.input_len()),
            network,
            rule: Rule { objective, gamma },
        }
    }

    pub(super) fn network(&self) -> &Mlp {
        &self.network
    }
}

impl<E: AfterstateEnvironment> Policy<E> for AfterstatePolicy {
    fn act(&mut self, env: &E) -> usize {
        self.crowd
            .look(std::slice::from_ref(env), &self.network, self.rule);
        self.crowd.best(0)
    }

    fn act_all(&mut self, envs: &[E], actions: &mut Vec<usize>) {
        self.crowd.look(envs, &self.network, self.rule);
        actions.extend((0..envs.len()).map(|env| self.crowd.best(env)));
    }
}

/// The candidates of several environments and their values, which the network gave them at once.
#[derive(Debug, Clone)]
pub(super) struct Crowd {
    pub(super) candidates: Batch,
    pub(super) values: Vec<f32>,
    /// Where the candidates of each environment end.
    ends: Vec<usize>,
    memory: Scoring,
}

impl Crowd {
    pub(super) fn new(features: usize) -> Self {
        Self {
            candidates: Batch::new(features),
            values: Vec::new(),
            ends: Vec::new(),
            memory: Scoring::default(),
        }
    }

    /// Values all that can be done in `envs`.
    pub(super) fn look<E: AfterstateEnvironment>(&mut self, envs: &[E], network: &Mlp, rule: Rule) {
        self.candidates.clear();
        self.ends.clear();
        for env in envs {
            env.candidates(&mut self.candidates);
            self.ends.push(self.candidates.len());
        }
        let (values, memory) = (&mut self.values, &mut self.memory);
        action_values(network, rule, &self.candidates, values, memory);
    }

    /// The rows of an environment.
    pub(super) fn rows(&self, env: usize) -> Range<usize> {
        let start = env.checked_sub(1).map_or(0, |before| self.ends[before]);
        start..self.ends[env]
    }

    /// The best action in an environment.
    fn best(&self, env: usize) -> usize {
        let rows = self.rows(env);
        assert!(!rows.is_empty(), "{NOTHING_LEGAL}");
        let best = rows.start + first_best(&self.values[rows]);
        self.candidates.actions()[best] as usize
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
