//! What a network is made of, and where the parameters of its parts lie.

use serde::{Deserialize, Serialize};

use crate::config::{ConfigError, check};
use crate::nn::activation::Activation;
use crate::nn::chain::Chain;
use crate::nn::convolution::{Body, Convolution};

/// What a [`QNetwork`](super::QNetwork) is made of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Architecture {
    /// Numbers in an observation.
    pub inputs: usize,
    /// Convolutions over the first part of the observation.
    pub convolution: Option<Convolution>,
    /// Sizes of the hidden layers.
    pub hidden: Vec<usize>,
    /// What follows every layer but the last.
    pub activation: Activation,
    /// Two streams from the last hidden layer on, Q(s, a) = V(s) + A(s, a) - mean of A(s, .) (Wang et al., "Dueling
    /// network architectures for deep reinforcement learning", 2016). Each stream has its own last hidden layer.
    pub dueling: bool,
    /// Noise on the weights of the linear layers, sigma of the start (Fortunato et al., "Noisy networks for
    /// exploration", 2018).
    pub noisy: Option<f64>,
    /// Number of actions.
    pub actions: usize,
    /// Outputs for each action: 1 for a value, more for a distribution.
    pub atoms: usize,
}

impl Architecture {
    /// Whether there is such a network.
    ///
    /// # Errors
    /// Names the first part that makes no sense.
    pub fn validate(&self) -> Result<(), ConfigError> {
        check(self.inputs > 0).or("inputs", &self.inputs, "at least 1")?;
        check(self.actions > 0).or("actions", &self.actions, "at least 1")?;
        check(self.atoms > 0).or("atoms", &self.atoms, "at least 1")?;
        let sizes = self.hidden.iter().all(|&size| (1..=4096).contains(&size));
        check(!self.hidden.is_empty() && sizes).or(
            "hidden",
            &format!("{:?}", self.hidden),
            "one or more sizes in 1..=4096",
        )?;
        if let Some(sigma) = self.noisy {
            check(sigma > 0.0 && sigma <= 10.0).or("noisy", &sigma, "a number in (0, 10]")?;
        }
        if let Some(convolution) = &self.convolution {
            convolution.validate()?;
            check(convolution.input_len() <= self.inputs).or(
                "convolution",
                &format!("{} numbers", convolution.input_len()),
                &format!("at most the {} of an observation", self.inputs),
            )?;
        }
        Ok(())
    }
}

/// The parts and where their parameters lie.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Graph {
    pub(super) body: Option<Body>,
    pub(super) trunk: Chain,
    /// The stream of the state's value, if the network is dueling.
    pub(super) value: Option<Chain>,
    /// The stream of the actions.
    pub(super) actions: Chain,
}

impl Graph {
    pub(super) fn new(of: &Architecture) -> Self {
        let body = of.convolution.as_ref().map(|c| Body::new(c, of.activation));
        let (start, joined) = match (&body, &of.convolution) {
            (Some(body), Some(planes)) => {
                let rest = of.inputs - planes.input_len();
                (body.end(), body.output_len() + rest)
            }
            _ => (0, of.inputs),
        };
        let shared = of.hidden.len().saturating_sub(usize::from(of.dueling));
        let sizes: Vec<usize> = [joined]
            .into_iter()
            .chain(of.hidden.iter().copied())
            .collect();
        let trunk = Chain::hidden(sizes[..=shared].to_vec(), of.activation, start);
        let stream = |outputs: usize, offset: usize| {
            let sizes = sizes[shared..].iter().copied().chain([outputs]).collect();
            Chain::new(sizes, of.activation, offset)
        };
        let value = of.dueling.then(|| stream(of.atoms, trunk.end()));
        let end = value.as_ref().map_or(trunk.end(), Chain::end);
        Self {
            actions: stream(of.actions * of.atoms, end),
            body,
            trunk,
            value,
        }
    }

    /// Where the parameters of the linear layers begin.
    pub(super) fn linear(&self) -> usize {
        self.body.as_ref().map_or(0, Body::end)
    }

    /// Where they end.
    pub(super) fn end(&self) -> usize {
        self.actions.end()
    }

    /// Names and shapes in the order of the parameters, which lie without gaps.
    pub(super) fn tensors(&self) -> impl Iterator<Item = (String, Vec<usize>)> {
        let body = self.body.iter().flat_map(Body::tensors);
        let linear = self.chains().flat_map(|(name, chain)| {
            chain.layers().enumerate().flat_map(move |(index, layer)| {
                let weight = vec![layer.inputs, layer.outputs];
                [
                    (format!("{name}.{index}.weight"), weight),
                    (format!("{name}.{index}.bias"), vec![layer.outputs]),
                ]
            })
        });
        body.chain(linear)
    }

    pub(super) fn chains(&self) -> impl Iterator<Item = (&'static str, &Chain)> {
        let value = self.value.as_ref().map(|chain| ("value", chain));
        [("hidden", &self.trunk)]
            .into_iter()
            .chain(value)
            .chain([("actions", &self.actions)])
    }
}

pub(super) fn parameter_count(architecture: &Architecture, graph: &Graph) -> usize {
    let sigmas = match architecture.noisy {
        Some(_) => graph.end() - graph.linear(),
        None => 0,
    };
    graph.end() + sigmas
}
