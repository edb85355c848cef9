//! Playing by the values of actions.

use super::categorical::Categorical;
use crate::agent::Policy;
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
        best_legal(&self.values, &self.legal).expect("at least one action is legal")
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
pub(super) fn best_legal(values: &[f32], legal: &[bool]) -> Option<usize> {
    // Which value is the highest so far is as good as random: a maximum is without a branch on it, and several do not wait
    // for each other.
    let mut highest = [f32::NEG_INFINITY; 8];
    for (values, legal) in values.chunks(8).zip(legal.chunks(8)) {
        for ((highest, &value), &legal) in highest.iter_mut().zip(values).zip(legal) {
            let value = if legal { value } else { f32::NEG_INFINITY };
            *highest = if value > *highest { value } else { *highest };
        }
    }
    let highest = highest.into_iter().fold(f32::NEG_INFINITY, f32::max);
    // Where none is above minus infinity, any will do.
    (values.iter().zip(legal))
        .position(|(&value, &legal)| legal && value >= highest)
        .or_else(|| legal.iter().position(|&legal| legal))
}

#[cfg(test)]
mod tests {
    use super::best_legal;

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
}
