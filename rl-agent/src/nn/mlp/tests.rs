//! The network against the same one as loops, and its gradient against finite differences.

use super::*;
use ndarray::Array2;

/// The same network as loops over `f64`.
fn naive(sizes: &[usize], parameters: &[f64], input: &[f64]) -> Vec<f64> {
    let mut values = input.to_vec();
    let mut at = 0;
    for (index, pair) in sizes.windows(2).enumerate() {
        let (inputs, outputs) = (pair[0], pair[1]);
        let biases = at + inputs * outputs;
        values = (0..outputs)
            .map(|o| {
                let sum: f64 = (0..inputs)
                    .map(|i| values[i] * parameters[at + i * outputs + o])
                    .sum();
                let sum = sum + parameters[biases + o];
                if index + 2 < sizes.len() {
                    sum.max(0.0)
                } else {
                    sum
                }
            })
            .collect();
        at = biases + outputs;
    }
    values
}

fn random_inputs(rng: &mut Rng, rows: usize, columns: usize) -> Array2<f32> {
    Array2::from_shape_simple_fn((rows, columns), || rng.normal() as f32)
}

#[test]
fn forward_equals_the_naive_network() {
    let mut rng = Rng::new(3, 0);
    for sizes in [
        vec![5, 1],
        vec![9, 32, 32, 1],
        vec![7, 20, 3],
        vec![2, 65, 33, 17, 4],
    ] {
        let network = Mlp::new(&sizes, &mut rng).unwrap();
        let parameters: Vec<f64> = network.parameters().iter().map(|&w| f64::from(w)).collect();
        let inputs = random_inputs(&mut rng, 11, sizes[0]);
        let mut workspace = Workspace::default();
        let outputs = network.forward(inputs.view(), &mut workspace);
        for (input, output) in inputs.rows().into_iter().zip(outputs.rows()) {
            let input: Vec<f64> = input.iter().map(|&x| f64::from(x)).collect();
            for (want, &got) in naive(&sizes, &parameters, &input).into_iter().zip(output) {
                assert!(
                    (want - f64::from(got)).abs() < 1e-4 * (1.0 + want.abs()),
                    "{sizes:?}: {got} for {want}"
                );
            }
        }
    }
}

/// Every component of the gradient of a sum of squares against central differences of the naive `f64` network.
#[test]
fn gradient_agrees_with_finite_differences() {
    let mut rng = Rng::new(4, 0);
    for sizes in [
        vec![3, 1],
        vec![9, 16, 1],
        vec![4, 20, 7, 3],
        vec![5, 16, 8, 1],
    ] {
        let mut network = Mlp::new(&sizes, &mut rng).unwrap();
        network.parameters_mut().mapv_inplace(|w| w + 0.05);
        let inputs = random_inputs(&mut rng, 6, sizes[0]);
        let mut workspace = Workspace::default();
        let d_output = network
            .forward(inputs.view(), &mut workspace)
            .mapv(|y| y - 1.0);
        let mut gradient = Array1::zeros(network.parameters().len());
        network.backward(
            inputs.view(),
            d_output.view(),
            &mut workspace,
            gradient.view_mut(),
        );

        let mut parameters: Vec<f64> = network.parameters().iter().map(|&w| f64::from(w)).collect();
        let loss = |parameters: &[f64]| -> f64 {
            let rows = inputs
                .rows()
                .into_iter()
                .map(|row| row.iter().map(|&x| f64::from(x)).collect::<Vec<_>>());
            rows.flat_map(|row| naive(&sizes, parameters, &row))
                .map(|y| 0.5 * (y - 1.0) * (y - 1.0))
                .sum()
        };
        for (index, &got) in gradient.iter().enumerate() {
            let (middle, h) = (parameters[index], 1e-6);
            parameters[index] = middle + h;
            let above = loss(&parameters);
            parameters[index] = middle - h;
            let want = (above - loss(&parameters)) / (2.0 * h);
            parameters[index] = middle;
            let off = (want - f64::from(got)).abs();
            assert!(
                off < 1e-3 * (1.0 + want.abs()),
                "{sizes:?}, parameter {index}: {got} for {want}"
            );
        }
    }
}

#[test]
fn shapes_that_make_no_network_are_refused() {
    let mut rng = Rng::new(0, 0);
    assert_eq!(Mlp::new(&[3], &mut rng), Err(ShapeError::TooFewLayers(1)));
    assert_eq!(
        Mlp::new(&[3, 0, 1], &mut rng),
        Err(ShapeError::EmptyLayer { index: 1 })
    );
    let error = Mlp::from_parameters(&[2, 1], vec![0.0; 2]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "a network of sizes [2, 1] has 3 parameters, but 2 were given"
    );
}
