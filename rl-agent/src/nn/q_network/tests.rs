//! Gradients against finite differences, and what dueling heads and noise promise.

use std::ops::Range;

use super::*;
use crate::nn::Activation;
use crate::nn::Convolution;
use crate::nn::Filters;
use crate::nn::convolution::{Body, BodyMemory};
use pulp::Arch;

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

/// Every combination of parts, with smooth activations so that differences are clean. Where there are many actions, a
/// minibatch leaves out those that were not taken.
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
                for (atoms, hidden, actions) in [
                    (1, vec![9, 5], 3),
                    (4, vec![6], 3),
                    (1, vec![20, 6], 17),
                    (2, vec![5], 9),
                ] {
                    kinds.push(Architecture {
                        actions,
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

/// Observations, and what was done.
fn experience(of: &Architecture, rows: usize, rng: &mut Rng) -> (Vec<f32>, Vec<usize>) {
    let actions = (0..rows).map(|_| rng.below(of.actions)).collect();
    (random(rng, rows * of.inputs), actions)
}

#[test]
fn a_minibatch_in_parts_has_the_same_gradient() {
    let mut rng = Rng::new(13, 1);
    for architecture in all_kinds() {
        let network = QNetwork::new(architecture.clone(), &mut rng);
        let (width, atoms) = (architecture.inputs, architecture.atoms);
        let (rows, mut workspace, mut noise) = (7, QWorkspace::default(), Noise::default());
        network.perturb(&mut rng, &mut noise);
        let weights = network.weights_with(&noise);
        let (seen, taken) = experience(&architecture, rows, &mut rng);
        let slopes = random(&mut rng, rows * atoms);
        let mut gradient = |parts: &[Range<usize>]| {
            let mut gradient = Array1::from_elem(network.parameters().len(), f32::NAN);
            for part in parts {
                let inputs = &seen[part.start * width..part.end * width];
                let slopes = &slopes[part.start * atoms..part.end * atoms];
                network.forward_taken(weights, inputs, &taken[part.clone()], &mut workspace);
                let (view, more) = (gradient.view_mut(), part.start > 0);
                network.backward(weights, &noise, inputs, slopes, &mut workspace, view, more);
            }
            gradient
        };
        assert_eq!(
            gradient(&[0..3, 3..4, 4..7]),
            gradient(std::slice::from_ref(&(0..rows))),
            "{architecture:?}"
        );
    }
}

#[test]
fn values_of_the_actions_taken_are_those_among_all() {
    let mut rng = Rng::new(14, 1);
    for architecture in all_kinds() {
        let network = QNetwork::new(architecture.clone(), &mut rng);
        let (rows, atoms, mut workspace) = (7, architecture.atoms, QWorkspace::default());
        let (inputs, taken) = experience(&architecture, rows, &mut rng);
        let weights = network.weights();
        let all = network
            .forward(weights, &inputs, rows, &mut workspace)
            .to_vec();
        let of_taken = network.forward_taken(weights, &inputs, &taken, &mut workspace);
        assert_eq!(of_taken.len(), rows * atoms);
        for (row, got) in of_taken.chunks_exact(atoms).enumerate() {
            let want = &all[(row * architecture.actions + taken[row]) * atoms..][..atoms];
            for (got, want) in got.iter().zip(want) {
                assert!((got - want).abs() < 1e-5, "{architecture:?}: {got}, {want}");
            }
        }
    }
}

#[test]
#[should_panic(expected = "an action must be below 3")]
fn an_action_that_does_not_exist_has_no_value() {
    let network = QNetwork::new(plain(), &mut Rng::new(1, 0));
    network.forward_taken(
        network.weights(),
        &[0.0; 7],
        &[3],
        &mut QWorkspace::default(),
    );
}

/// Each component of the gradient of a random linear function of what is learnt from against central differences.
#[test]
fn gradients_agree_with_finite_differences() {
    let mut rng = Rng::new(3, 1);
    for architecture in all_kinds() {
        let mut network = QNetwork::new(architecture.clone(), &mut rng);
        let (mut workspace, mut noise) = (QWorkspace::default(), Noise::default());
        let (rows, draws) = (3, rng.clone());
        let (inputs, taken) = experience(&architecture, rows, &mut rng);
        let slopes = random(&mut rng, rows * architecture.atoms);
        let mut loss = |network: &QNetwork, gradient: Option<&mut Array1<f32>>| -> f64 {
            network.perturb(&mut draws.clone(), &mut noise);
            let (weights, memory) = (network.weights_with(&noise), &mut workspace);
            let outputs = network.forward_taken(weights, &inputs, &taken, memory);
            let products = outputs.iter().zip(&slopes);
            let loss = products.map(|(y, s)| f64::from(*y) * f64::from(*s)).sum();
            if let Some(gradient) = gradient {
                let gradient = gradient.view_mut();
                network.backward(weights, &noise, &inputs, &slopes, memory, gradient, false);
            }
            loss
        };
        let mut gradient = Array1::zeros(network.parameters().len());
        loss(&network, Some(&mut gradient));
        for index in 0..gradient.len() {
            let (middle, h) = (network.parameters()[index], 1e-2);
            network.parameters_mut()[index] = middle + h;
            let above = loss(&network, None);
            network.parameters_mut()[index] = middle - h;
            let want = (above - loss(&network, None)) / (2.0 * f64::from(h));
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
