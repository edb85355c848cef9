//! The network of state-action values: convolutions if any, hidden layers, one head or two.

mod architecture;
mod noise;
mod passes;
mod taken;
#[cfg(test)]
mod tests;

use ndarray::{Array1, ArrayView1, ArrayViewMut1};
use serde::{Deserialize, Serialize};
use thiserror::Error;

pub use self::architecture::Architecture;
pub use self::noise::Noise;
pub use self::passes::QWorkspace;

use self::architecture::{Graph, parameter_count};
use crate::rng::Rng;

/// Parameters that do not fit an architecture.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("the network has {expected} parameters, but {found} were given")]
pub struct ParameterCountError {
    expected: usize,
    found: usize,
}

/// A network that gives every action a value, or the logits of a distribution of values.
///
/// All parameters lie in one array: those of the convolutions, the linear layers, then, if the network is noisy, one
/// sigma for each parameter of a linear layer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Stored", into = "Stored")]
pub struct QNetwork {
    architecture: Architecture,
    graph: Graph,
    parameters: Array1<f32>,
}

#[derive(Serialize, Deserialize)]
struct Stored {
    architecture: Architecture,
    parameters: Array1<f32>,
}

impl TryFrom<Stored> for QNetwork {
    type Error = ParameterCountError;

    fn try_from(stored: Stored) -> Result<Self, ParameterCountError> {
        Self::from_parameters(stored.architecture, stored.parameters.to_vec())
    }
}

impl From<QNetwork> for Stored {
    fn from(network: QNetwork) -> Self {
        Self {
            architecture: network.architecture,
            parameters: network.parameters,
        }
    }
}

impl QNetwork {
    /// A network with random weights: He's uniform initialisation and zero biases; if noisy, the paper's +-1 / sqrt(inputs)
    /// and sigma / sqrt(inputs).
    pub fn new(architecture: Architecture, rng: &mut Rng) -> Self {
        let graph = Graph::new(&architecture);
        let mut parameters = vec![0.0; parameter_count(&architecture, &graph)];
        if let Some(body) = &graph.body {
            body.initialise(&mut parameters, rng);
        }
        let (start, end) = (graph.linear(), graph.end());
        for (_, chain) in graph.chains() {
            chain.initialise(&mut parameters, rng, |inputs| {
                let spread = if architecture.noisy.is_some() {
                    1.0
                } else {
                    6.0
                };
                (spread / inputs as f64).sqrt()
            });
            let Some(sigma) = architecture.noisy else {
                continue;
            };
            for layer in chain.layers() {
                let sigmas = &mut parameters[end - start..][layer.weights..layer.end()];
                sigmas.fill((sigma / (layer.inputs as f64).sqrt()) as f32);
            }
        }
        Self {
            architecture,
            graph,
            parameters: parameters.into(),
        }
    }

    /// A network with given parameters.
    ///
    /// # Errors
    /// If their number is not that of the architecture.
    pub fn from_parameters(
        architecture: Architecture,
        parameters: Vec<f32>,
    ) -> Result<Self, ParameterCountError> {
        let graph = Graph::new(&architecture);
        let expected = parameter_count(&architecture, &graph);
        if parameters.len() != expected {
            let found = parameters.len();
            return Err(ParameterCountError { expected, found });
        }
        Ok(Self {
            architecture,
            graph,
            parameters: parameters.into(),
        })
    }

    /// What it is made of.
    pub fn architecture(&self) -> &Architecture {
        &self.architecture
    }

    /// All parameters, sigmas included.
    pub fn parameters(&self) -> ArrayView1<'_, f32> {
        self.parameters.view()
    }

    /// All parameters, to be changed.
    pub fn parameters_mut(&mut self) -> ArrayViewMut1<'_, f32> {
        self.parameters.view_mut()
    }

    /// The weights to compute with when there is no noise.
    pub fn weights(&self) -> &[f32] {
        &self.parameters.as_slice().expect("one contiguous array")[..self.graph.end()]
    }

    /// Name, shape and values of every tensor but the sigmas, in the order of the parameters. Linear layers are inputs x
    /// outputs, convolutions height x width x channels x filters.
    pub fn tensors(&self) -> Vec<(String, Vec<usize>, &[f32])> {
        let mut rest = self.weights();
        let tensors = self.graph.tensors().map(|(name, shape)| {
            let (values, others) = rest.split_at(shape.iter().product());
            rest = others;
            (name, shape, values)
        });
        tensors.collect()
    }

    /// Names and shapes of the [`tensors`](Self::tensors) of a network with this architecture.
    pub fn shapes(architecture: &Architecture) -> Vec<(String, Vec<usize>)> {
        Graph::new(architecture).tensors().collect()
    }
}
