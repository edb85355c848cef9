//! Noise on the weights, for exploration.

use serde::{Deserialize, Serialize};

use super::QNetwork;
use crate::rng::Rng;

/// One draw of the noise of a noisy network and the weights it makes.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Noise {
    /// One number for each parameter of a linear layer.
    pub(super) draw: Vec<f32>,
    pub(super) weights: Vec<f32>,
}

impl Noise {
    /// Whether something was drawn: never of a network that is not noisy.
    pub fn is_drawn(&self) -> bool {
        !self.weights.is_empty()
    }
}

impl QNetwork {
    /// The weights to compute with: those that the last draw of `noise` made, or its own if the network is not noisy.
    ///
    /// # Panics
    /// If the network is noisy and nothing was drawn yet.
    pub fn weights_with<'a>(&'a self, noise: &'a Noise) -> &'a [f32] {
        if self.architecture.noisy.is_none() {
            return self.weights();
        }
        assert!(noise.is_drawn(), "noise must be drawn first");
        &noise.weights
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
}
