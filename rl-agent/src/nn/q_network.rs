//! The network of state-action values: convolutions if any, hidden layers, one head or two.

use ndarray::{Array1, ArrayView1, ArrayViewMut1};
use pulp::Arch;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::activation::Activation;
use super::chain::{Chain, Derivatives};
use super::convolution::{Body, BodyMemory, Convolution};
use crate::config::{ConfigError, check};
use crate::rng::Rng;

/// What a [`QNetwork`] is made of.
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

/// The parts and where their parameters lie.
#[derive(Debug, Clone, PartialEq)]
struct Graph {
    body: Option<Body>,
    trunk: Chain,
    /// The stream of the state's value, if the network is dueling.
    value: Option<Chain>,
    /// The stream of the actions.
    actions: Chain,
}

impl Graph {
    fn new(of: &Architecture) -> Self {
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
    fn linear(&self) -> usize {
        self.body.as_ref().map_or(0, Body::end)
    }

    /// Where they end.
    fn end(&self) -> usize {
        self.actions.end()
    }

    /// Names and shapes in the order of the parameters, which lie without gaps.
    fn tensors(&self) -> impl Iterator<Item = (String, Vec<usize>)> {
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

    fn chains(&self) -> impl Iterator<Item = (&'static str, &Chain)> {
        let value = self.value.as_ref().map(|chain| ("value", chain));
        [("hidden", &self.trunk)]
            .into_iter()
            .chain(value)
            .chain([("actions", &self.actions)])
    }
}

/// The memory of a forward and a backward pass. Grows to the largest batch seen and then never allocates.
#[derive(Debug, Clone)]
pub struct QWorkspace {
    arch: Arch,
    rows: usize,
    body: BodyMemory,
    /// What comes out of the body and the rest of the observation.
    joined: Vec<f32>,
    trunk: Vec<Vec<f32>>,
    value: Vec<Vec<f32>>,
    actions: Vec<Vec<f32>>,
    outputs: Vec<f32>,
    derivatives: Derivatives,
    d_shared: Vec<f32>,
}

impl Default for QWorkspace {
    fn default() -> Self {
        Self {
            arch: Arch::new(),
            rows: 0,
            body: BodyMemory::default(),
            joined: Vec::new(),
            trunk: Vec::new(),
            value: Vec::new(),
            actions: Vec::new(),
            outputs: Vec::new(),
            derivatives: Derivatives::default(),
            d_shared: Vec::new(),
        }
    }
}

/// One draw of the noise of a noisy network and the weights it makes.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Noise {
    /// One number for each parameter of a linear layer.
    draw: Vec<f32>,
    weights: Vec<f32>,
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

    /// The weights to compute with: those that the last draw of `noise` made, or its own if the network is not noisy.
    ///
    /// # Panics
    /// If the network is noisy and nothing was drawn yet.
    pub fn weights_with<'a>(&'a self, noise: &'a Noise) -> &'a [f32] {
        if self.architecture.noisy.is_none() {
            return self.weights();
        }
        assert!(!noise.weights.is_empty(), "noise must be drawn first");
        &noise.weights
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

    /// Draws factorised Gaussian noise and computes the weights it makes: mu + sigma * f(e_in) * f(e_out) with
    /// f(x) = sign(x) sqrt(|x|). Does nothing if the network is not noisy.
    pub fn perturb(&self, rng: &mut Rng, noise: &mut Noise) {
        if self.architecture.noisy.is_none() {
            return;
        }
        noise.weights.clear();
        noise.weights.extend_from_slice(self.weights());
        let (start, end) = (self.graph.linear(), self.graph.end());
        noise.draw.resize(end - start, 0.0);
        let mut factor = || {
            let x = rng.normal() as f32;
            x.signum() * x.abs().sqrt()
        };
        for (_, chain) in self.graph.chains() {
            for layer in chain.layers() {
                let draw = &mut noise.draw[layer.weights - start..layer.end() - start];
                let (weights, biases) = draw.split_at_mut(layer.inputs * layer.outputs);
                biases.fill_with(&mut factor);
                for row in weights.chunks_exact_mut(layer.outputs) {
                    let by_input = factor();
                    for (weight, by_output) in row.iter_mut().zip(&*biases) {
                        *weight = by_input * by_output;
                    }
                }
            }
        }
        let flat = self.parameters.as_slice().expect("one contiguous array");
        let linear = noise.weights[start..].iter_mut();
        for ((weight, &sigma), &draw) in linear.zip(&flat[end..]).zip(&noise.draw) {
            *weight += sigma * draw;
        }
    }

    /// Runs `rows` observations through the network with `weights` (those of the network, or of a [`Noise`]). The result is
    /// row after row, in each action after action, of each its atoms.
    ///
    /// # Panics
    /// If a length is not that of this architecture.
    pub fn forward<'w>(
        &self,
        weights: &[f32],
        inputs: &[f32],
        rows: usize,
        workspace: &'w mut QWorkspace,
    ) -> &'w [f32] {
        let Architecture { atoms, actions, .. } = self.architecture;
        assert_eq!(inputs.len(), rows * self.architecture.inputs, "inputs");
        assert_eq!(weights.len(), self.graph.end(), "number of weights");
        let w = workspace;
        w.rows = rows;
        if let Some(body) = &self.graph.body {
            let out = body.forward(w.arch, weights, inputs, rows, &mut w.body);
            w.joined.clear();
            let planes = self.planes();
            let samples = inputs.chunks_exact(self.architecture.inputs);
            for (out, input) in out.chunks_exact(body.output_len()).zip(samples) {
                w.joined.extend_from_slice(out);
                w.joined.extend_from_slice(&input[planes..]);
            }
        }
        let joined = if self.graph.body.is_some() {
            &w.joined
        } else {
            inputs
        };
        self.graph
            .trunk
            .forward(w.arch, weights, joined, rows, &mut w.trunk);
        let shared = w.trunk.last().map_or(joined, |out| &out[..]);
        self.graph
            .actions
            .forward(w.arch, weights, shared, rows, &mut w.actions);
        let Some(chain) = &self.graph.value else {
            return last(&w.actions);
        };
        chain.forward(w.arch, weights, shared, rows, &mut w.value);
        w.outputs.clear();
        w.outputs.extend_from_slice(last(&w.actions));
        let values = last(&w.value).chunks_exact(atoms);
        for (row, value) in w.outputs.chunks_exact_mut(actions * atoms).zip(values) {
            for (atom, value) in value.iter().enumerate() {
                let mean = row[atom..].iter().step_by(atoms).sum::<f32>() / actions as f32;
                let shift = value - mean;
                row[atom..]
                    .iter_mut()
                    .step_by(atoms)
                    .for_each(|a| *a += shift);
            }
        }
        &w.outputs
    }

    /// Writes the derivative of the loss by every parameter into `gradient`, given weights and inputs of the preceding
    /// [`forward`](Self::forward), the draw that made the weights if the network is noisy, and the loss's derivative by the
    /// outputs.
    ///
    /// # Panics
    /// If a length is not that of the preceding `forward`.
    pub fn backward(
        &self,
        weights: &[f32],
        noise: &Noise,
        inputs: &[f32],
        d_output: &[f32],
        workspace: &mut QWorkspace,
        mut gradient: ArrayViewMut1<'_, f32>,
    ) {
        let Architecture { atoms, actions, .. } = self.architecture;
        let w = workspace;
        let rows = w.rows;
        assert_eq!(inputs.len(), rows * self.architecture.inputs, "inputs");
        assert_eq!(d_output.len(), rows * actions * atoms, "derivative");
        assert_eq!(gradient.len(), self.parameters.len(), "gradient");
        let gradient = gradient.as_slice_mut().expect("a contiguous gradient");
        let graph = &self.graph;
        let joined = if graph.body.is_some() {
            &w.joined
        } else {
            inputs
        };
        let shared = w.trunk.last().map_or(joined, |out| &out[..]);
        let further = !w.trunk.is_empty() || graph.body.is_some();

        let memory = &mut w.derivatives;
        w.d_shared.clear();
        if let Some(chain) = &graph.value {
            memory.upper.clear();
            for row in d_output.chunks_exact(actions * atoms) {
                for atom in 0..atoms {
                    memory.upper.push(row[atom..].iter().step_by(atoms).sum());
                }
            }
            let outputs = &w.value;
            chain.backward(
                w.arch, weights, shared, rows, outputs, memory, gradient, further,
            );
            w.d_shared.extend_from_slice(&memory.upper);
        }
        memory.upper.clear();
        memory.upper.extend_from_slice(d_output);
        if graph.value.is_some() {
            for row in memory.upper.chunks_exact_mut(actions * atoms) {
                for atom in 0..atoms {
                    let mean = row[atom..].iter().step_by(atoms).sum::<f32>() / actions as f32;
                    row[atom..]
                        .iter_mut()
                        .step_by(atoms)
                        .for_each(|d| *d -= mean);
                }
            }
        }
        let outputs = &w.actions;
        graph.actions.backward(
            w.arch, weights, shared, rows, outputs, memory, gradient, further,
        );
        if further {
            let pairs = memory.upper.iter_mut().zip(&w.d_shared);
            pairs.for_each(|(d, also)| *d += also);
            let below = graph.body.is_some();
            let (trunk, outputs) = (&graph.trunk, &w.trunk);
            trunk.backward(
                w.arch, weights, joined, rows, outputs, memory, gradient, below,
            );
        }
        if let Some(body) = &graph.body {
            let len = body.output_len();
            let width = graph.trunk.input_len();
            let d_body = memory.upper.chunks_exact(width).flat_map(|row| &row[..len]);
            body.backward(
                w.arch,
                weights,
                rows,
                d_body.copied(),
                &mut w.body,
                gradient,
            );
        }
        if self.architecture.noisy.is_some() {
            let (start, end) = (graph.linear(), graph.end());
            let (by_weight, by_sigma) = gradient.split_at_mut(end);
            let pairs = by_weight[start..].iter().zip(&noise.draw);
            by_sigma
                .iter_mut()
                .zip(pairs)
                .for_each(|(d, (by_weight, draw))| *d = by_weight * draw);
        }
    }

    fn planes(&self) -> usize {
        let convolution = self.architecture.convolution.as_ref();
        convolution.map_or(0, Convolution::input_len)
    }
}

fn last(outputs: &[Vec<f32>]) -> &[f32] {
    outputs.last().expect("at least one layer")
}

fn parameter_count(architecture: &Architecture, graph: &Graph) -> usize {
    let sigmas = match architecture.noisy {
        Some(_) => graph.end() - graph.linear(),
        None => 0,
    };
    graph.end() + sigmas
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nn::Filters;

    fn plain() -> Architecture {
        Architecture {
            inputs: 7,
            convolution: None,
            hidden: vec![9, 5],
            activation: Activation::Tanh,
            dueling: false,
            noisy: None,
            actions: 3,
            atoms: 1,
        }
    }

    /// Every combination of parts, with smooth activations so that differences are clean.
    fn all_kinds() -> Vec<Architecture> {
        let planes = Convolution {
            planes: 2,
            height: 5,
            width: 4,
            layers: vec![
                Filters {
                    count: 3,
                    size: 2,
                    stride: 1,
                },
                Filters {
                    count: 4,
                    size: 2,
                    stride: 2,
                },
            ],
        };
        let mut kinds = Vec::new();
        for convolution in [None, Some(planes)] {
            for dueling in [false, true] {
                for noisy in [None, Some(0.5)] {
                    for (atoms, hidden) in [(1, vec![9, 5]), (4, vec![6])] {
                        kinds.push(Architecture {
                            inputs: if convolution.is_some() { 43 } else { 7 },
                            convolution: convolution.clone(),
                            dueling,
                            noisy,
                            atoms,
                            hidden,
                            ..plain()
                        });
                    }
                }
            }
        }
        kinds
    }

    fn random(rng: &mut Rng, len: usize) -> Vec<f32> {
        (0..len).map(|_| rng.normal() as f32).collect()
    }

    /// Each component of the gradient of a random linear function of the outputs against central differences.
    #[test]
    fn gradients_agree_with_finite_differences() {
        let mut rng = Rng::new(3, 1);
        for architecture in all_kinds() {
            let mut network = QNetwork::new(architecture.clone(), &mut rng);
            let (mut workspace, mut noise) = (QWorkspace::default(), Noise::default());
            let (rows, draws) = (3, rng.clone());
            let inputs = random(&mut rng, rows * architecture.inputs);
            let slopes = random(&mut rng, rows * architecture.actions * architecture.atoms);
            network.perturb(&mut draws.clone(), &mut noise);
            network.forward(network.weights_with(&noise), &inputs, rows, &mut workspace);
            let mut gradient = Array1::zeros(network.parameters().len());
            network.backward(
                network.weights_with(&noise),
                &noise,
                &inputs,
                &slopes,
                &mut workspace,
                gradient.view_mut(),
            );
            let mut loss = |network: &QNetwork| -> f64 {
                network.perturb(&mut draws.clone(), &mut noise);
                let outputs =
                    network.forward(network.weights_with(&noise), &inputs, rows, &mut workspace);
                let products = outputs.iter().zip(&slopes);
                products.map(|(y, s)| f64::from(*y) * f64::from(*s)).sum()
            };
            for index in 0..gradient.len() {
                let (middle, h) = (network.parameters()[index], 1e-2);
                network.parameters_mut()[index] = middle + h;
                let above = loss(&network);
                network.parameters_mut()[index] = middle - h;
                let want = (above - loss(&network)) / (2.0 * f64::from(h));
                network.parameters_mut()[index] = middle;
                let got = f64::from(gradient[index]);
                assert!(
                    (want - got).abs() < 5e-3 * (1.0 + want.abs()),
                    "{architecture:?}, parameter {index}: {got} for {want}"
                );
            }
        }
    }

    /// A loop-and-float convolution with two filters on a picture with one plane.
    #[test]
    fn convolutions_are_what_they_are_called() {
        let mut rng = Rng::new(9, 0);
        let architecture = Architecture {
            inputs: 20,
            convolution: Some(Convolution {
                planes: 1,
                height: 5,
                width: 4,
                layers: vec![Filters {
                    count: 2,
                    size: 3,
                    stride: 1,
                }],
            }),
            ..plain()
        };
        let body = Body::new(architecture.convolution.as_ref().unwrap(), Activation::Relu);
        let parameters = random(&mut rng, body.end());
        let picture = random(&mut rng, 20);
        let mut memory = BodyMemory::default();
        let got = body.forward(Arch::new(), &parameters, &picture, 1, &mut memory);
        assert_eq!(got.len(), 3 * 2 * 2);
        for y in 0..3 {
            for x in 0..2 {
                for filter in 0..2 {
                    let mut want = parameters[18 + filter];
                    for dy in 0..3 {
                        for dx in 0..3 {
                            let weight = parameters[(dy * 3 + dx) * 2 + filter];
                            want += picture[(y + dy) * 4 + x + dx] * weight;
                        }
                    }
                    let got = got[(y * 2 + x) * 2 + filter];
                    assert!((got - want.max(0.0)).abs() < 1e-5);
                }
            }
        }
    }

    #[test]
    fn in_dueling_networks_a_common_shift_belongs_to_the_state() {
        let mut rng = Rng::new(4, 0);
        let architecture = Architecture {
            dueling: true,
            ..plain()
        };
        let mut network = QNetwork::new(architecture, &mut rng);
        let inputs = random(&mut rng, 7);
        let mut workspace = QWorkspace::default();
        let before = network
            .forward(network.weights(), &inputs, 1, &mut workspace)
            .to_vec();
        // The last three parameters are the biases of the actions.
        let end = network.parameters().len();
        let mut parameters = network.parameters_mut();
        parameters
            .iter_mut()
            .skip(end - 3)
            .for_each(|bias| *bias += 5.0);
        let after = network.forward(network.weights(), &inputs, 1, &mut workspace);
        for (before, after) in before.iter().zip(after) {
            assert!((before - after).abs() < 1e-5);
        }
    }

    #[test]
    fn noise_has_the_variance_that_sigma_says() {
        let mut rng = Rng::new(5, 0);
        let architecture = Architecture {
            noisy: Some(0.5),
            hidden: vec![16],
            ..plain()
        };
        let network = QNetwork::new(architecture, &mut rng);
        let mut noise = Noise::default();
        let (mut sum, draws) = (0.0, 400);
        for _ in 0..draws {
            network.perturb(&mut rng, &mut noise);
            // The first layer: 7 x 16 weights. E[f(x)^2] = E|x| = sqrt(2 / pi).
            let moved = network.weights_with(&noise)[..112]
                .iter()
                .zip(network.weights());
            sum += moved.map(|(a, b)| f64::from(a - b).powi(2)).sum::<f64>() / 112.0;
        }
        let want = 0.25 / 7.0 * std::f64::consts::FRAC_2_PI;
        let got = sum / f64::from(draws);
        assert!(
            (got / want - 1.0).abs() < 0.1,
            "variance {got}, expected {want}"
        );
    }

    #[test]
    fn parameters_of_another_network_are_refused() {
        let error = QNetwork::from_parameters(plain(), vec![0.0; 5]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the network has 140 parameters, but 5 were given"
        );
    }
}
