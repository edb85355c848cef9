//! Playing by the values of actions.

use pulp::{Simd, WithSimd};

use super::categorical::Categorical;
use crate::agent::{NOTHING_LEGAL, Policy};
use crate::env::Environment;
use crate::nn::{QNetwork, QWorkspace};
use crate::normalizer::Normalizer;

/// Greedy play: the legal action with the highest value, the first of equals.
#[derive(Debug, Clone)]
pub struct DqnPolicy {
    network: QNetwork,
    categorical: Option<Categorical>,
    normalizer: Option<Normalizer>,
    observation: Vec<f32>,
    legal: Vec<bool>,
    values: Vec<f32>,
    workspace: QWorkspace,
}

impl DqnPolicy {
    /// Play by `network`, whose atoms are those of `categorical` if there is one and 1 if not.
    ///
    /// # Panics
    /// If they are not.
    pub fn new(
        network: QNetwork,
        categorical: Option<Categorical>,
        normalizer: Option<Normalizer>,
    ) -> Self {
        let architecture = network.architecture();
        let atoms = categorical.map_or(1, |categorical| categorical.atoms);
        assert_eq!(architecture.atoms, atoms, "atoms of the network");
        Self {
            observation: vec![0.0; architecture.inputs],
            legal: vec![false; architecture.actions],
            values: Vec::new(),
            workspace: QWorkspace::default(),
            network,
            categorical,
            normalizer,
        }
    }

    /// The network, without noise.
    pub fn network(&self) -> &QNetwork {
        &self.network
    }

    /// The values of the return that it learnt a distribution over, if it did.
    pub fn categorical(&self) -> Option<Categorical> {
        self.categorical
    }

    /// How observations are shifted and scaled before they go into the network, if they are.
    pub fn normalizer(&self) -> Option<&Normalizer> {
        self.normalizer.as_ref()
    }

    /// The value of every action for an observation.
    ///
    /// # Panics
    /// If the observation has another length.
    pub fn values(&mut self, observation: &[f32]) -> &[f32] {
        self.observation.copy_from_slice(observation);
        self.evaluate();
        &self.values
    }

    fn evaluate(&mut self) {
        if let Some(normalizer) = &self.normalizer {
            normalizer.apply(&mut self.observation);
        }
        let (network, workspace) = (&self.network, &mut self.workspace);
        let outputs = network.forward(network.weights(), &self.observation, 1, workspace);
        action_values(self.categorical, outputs, &mut self.values);
    }
}

impl<E: Environment> Policy<E> for DqnPolicy {
    fn act(&mut self, env: &E) -> usize {
        env.observe(&mut self.observation);
        env.legal_actions(&mut self.legal);
        self.evaluate();
        best_legal(&self.values, &self.legal).expect(NOTHING_LEGAL)
    }
}

/// Writes the value of every action from what the network puts out, for one row or several.
pub(super) fn action_values(
    categorical: Option<Categorical>,
    outputs: &[f32],
    values: &mut Vec<f32>,
) {
    values.clear();
    match categorical {
        None => values.extend_from_slice(outputs),
        Some(categorical) => {
            let actions = outputs.chunks_exact(categorical.atoms);
            values.extend(actions.map(|logits| categorical.mean(logits)));
        }
    }
}

/// The legal action with the highest value, the first of equals.
#[inline(always)]
pub(super) fn best_legal(values: &[f32], legal: &[bool]) -> Option<usize> {
    // Which value is the highest so far is as good as random: the greatest of whole numbers is found without a branch on it.
    let mut best = 0;
    for (action, (&value, &legal)) in (0..).zip(values.iter().zip(legal)) {
        best = best.max(if legal { rank(value, action) } else { 0 });
    }
    (best > 0).then_some(!(best as u32) as usize)
}

/// A number above zero by which actions are in the order of their values, equal ones the last before the first, and those
/// whose value is no number before all others.
#[inline(always)]
fn rank(value: f32, action: u32) -> u64 {
    // Zero has two signs.
    let bits = (value + 0.0).to_bits();
    // Taken for whole numbers, floats above zero are in their order, and those below zero in the opposite one.
    let ordered = if bits >> 31 == 0 {
        bits | 1 << 31
    } else {
        !bits
    };
    let ordered = if value.is_nan() { 0 } else { ordered };
    u64::from(ordered) << 32 | u64::from(!action)
}

/// The best legal action of each row of values.
pub(super) struct BestLegal<'a> {
    /// Number of actions, by which rows follow each other.
    pub(super) actions: usize,
    pub(super) values: &'a [f32],
    pub(super) legal: &'a [bool],
    pub(super) best: &'a mut Vec<Option<usize>>,
}

impl WithSimd for BestLegal<'_> {
    type Output = ();

    /// The compiler makes vectors of it; it is here for their width.
    #[inline(always)]
    fn with_simd<S: Simd>(self, _simd: S) {
        self.best.clear();
        let rows = self.values.chunks_exact(self.actions);
        for (values, legal) in rows.zip(self.legal.chunks_exact(self.actions)) {
            self.best.push(best_legal(values, legal));
        }
    }
}

#[cfg(test)]
mod tests {
    use pulp::Arch;

    use super::{BestLegal, best_legal};
    use crate::rng::Rng;

    #[test]
    fn the_best_is_legal_and_the_first_of_equals() {
        let values = [7.0, 3.0, -2.0, 5.0, 5.0, 9.0];
        let legal = [false, true, true, true, true, false];
        assert_eq!(best_legal(&values, &legal), Some(3));
        assert_eq!(best_legal(&values, &[false; 6]), None);
        let (values, legal) = (
            [1.0, 2.0, 1.0, 1.0, 2.0, 3.0, 0.0, 0.0, 3.0, 4.0],
            [true; 10],
        );
        for count in 1..=10 {
            let first = [0, 1, 1, 1, 1, 5, 5, 5, 5, 9][count - 1];
            assert_eq!(best_legal(&values[..count], &legal[..count]), Some(first));
        }
        let worst = [f32::NEG_INFINITY, f32::NAN, f32::NEG_INFINITY];
        assert_eq!(best_legal(&worst, &[false, true, true]), Some(2));
        assert_eq!(best_legal(&worst, &[false, true, false]), Some(1));
    }

    /// Against the plain search, with few different values, so that many are equal.
    #[test]
    fn every_row_has_its_best() {
        let kinds = [
            f32::NAN,
            f32::NEG_INFINITY,
            -2.0,
            -0.5,
            -0.0,
            0.0,
            0.5,
            2.0,
            f32::INFINITY,
        ];
        let mut rng = Rng::new(8, 0);
        for actions in 1..=40 {
            let count = 20 * actions;
            let values: Vec<f32> = (0..count).map(|_| kinds[rng.below(9)]).collect();
            let legal: Vec<bool> = (0..count).map(|_| rng.below(3) == 0).collect();
            let mut best = vec![Some(99)];
            Arch::new().dispatch(BestLegal {
                actions,
                values: &values,
                legal: &legal,
                best: &mut best,
            });
            assert_eq!(best.len(), 20);
            for (row, best) in best.into_iter().enumerate() {
                let of_row = row * actions..(row + 1) * actions;
                let (values, legal) = (&values[of_row.clone()], &legal[of_row]);
                let mut expected: Option<usize> = None;
                for action in (0..actions).filter(|&action| legal[action]) {
                    let beaten = expected.is_none_or(|other| {
                        values[action] > values[other]
                            || values[other].is_nan() && !values[action].is_nan()
                    });
                    expected = if beaten { Some(action) } else { expected };
                }
                assert_eq!(best, expected, "{values:?} {legal:?}");
            }
        }
    }
}
