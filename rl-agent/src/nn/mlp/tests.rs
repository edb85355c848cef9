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
fn assert_gradient(
    network: &Mlp,
    inputs: &Array2<f32>,
    tolerance: f64,
    naive: impl Fn(&[f64], &[f32]) -> Vec<f64>,
) {
    let mut workspace = Workspace::default();
    let d_output = network
        .forward(inputs.view(), &mut workspace)
        .mapv(|y| y - 1.0);
    let mut gradient = Array1::zeros(network.parameters().len());
    let (inputs, d_output) = (inputs.view(), d_output.view());
    network.backward(inputs, d_output, &mut workspace, gradient.view_mut());

    let mut parameters: Vec<f64> = network.parameters().iter().map(|&w| f64::from(w)).collect();
    let loss = |parameters: &[f64]| -> f64 {
        let rows = inputs.rows().into_iter();
        rows.flat_map(|row| naive(parameters, row.to_slice().unwrap()))
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
            off < tolerance * (1.0 + want.abs()),
            "{:?}, parameter {index}: {got} for {want}",
            network.sizes()
        );
    }
}

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
        assert_gradient(&network, &inputs, 1e-3, |parameters, row| {
            let row: Vec<f64> = row.iter().map(|&x| f64::from(x)).collect();
            naive(&sizes, parameters, &row)
        });
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

fn boards(rng: &mut Rng, patches: &Patches, count: usize) -> Array2<f32> {
    // Alike from row to row, as boards after a move are, so that rows are found again.
    let mut boards = Array2::zeros((count, patches.cells()));
    for board in 0..count {
        for cell in 0..patches.cells() {
            let again = board > 0 && rng.below(10) > 0;
            boards[[board, cell]] = match again {
                true => boards[[board - 1, cell]],
                false => rng.below(2) as f32,
            };
        }
    }
    boards
}

/// The sum over all patches, cell by cell.
fn naive_patches(patches: &Patches, sizes: &[usize], parameters: &[f64], board: &[f32]) -> f64 {
    let (height, width, size) = (patches.height, patches.width, patches.size);
    // One place further right and up than the board has it: the walls and the floor stand around it.
    let full = |x: usize, y: usize| match (x.checked_sub(1), y.checked_sub(1)) {
        (Some(x), Some(y)) if x < width => f64::from(board[y * width + x]),
        _ => 1.0,
    };
    let mut sum = 0.0;
    for y in 0..=height + 1 - size {
        for x in 0..=width + 2 - size {
            let cells = (0..size).flat_map(|dy| (0..size).map(move |dx| (x + dx, y + dy)));
            let mut seen: Vec<f64> = cells.map(|(x, y)| full(x, y)).collect();
            seen.push(y as f64 / 10.0);
            sum += naive(sizes, parameters, &seen)[0];
        }
    }
    sum
}

#[test]
fn a_network_over_patches_is_the_sum_over_all_places() {
    let mut rng = Rng::new(8, 0);
    // Serves networks over one board after those over another.
    let mut workspace = Workspace::default();
    let mut memory = Scoring::default();
    for (height, width, size) in [(20, 10, 3), (6, 4, 2), (4, 5, 4), (64, 32, 4), (1, 1, 2)] {
        let patches = Patches {
            height,
            width,
            size,
        };
        let mut network = Mlp::of_patches(patches, &[12, 7], &mut rng).unwrap();
        network.parameters_mut().mapv_inplace(|w| w + 0.05);
        let parameters: Vec<f64> = network.parameters().iter().map(|&w| f64::from(w)).collect();
        for rows in [0, 1, 9, 40] {
            let boards = boards(&mut rng, &patches, rows);
            let mut values = Vec::new();
            network.values(boards.as_slice().unwrap(), &mut memory, &mut values);
            let outputs = network.forward(boards.view(), &mut workspace);
            assert_eq!((outputs.dim(), values.len()), ((rows, 1), rows));
            for (row, board) in boards.rows().into_iter().enumerate() {
                let board = board.to_slice().unwrap();
                let want = naive_patches(&patches, network.sizes(), &parameters, board);
                for got in [outputs[[row, 0]], values[row]] {
                    let off = (want - f64::from(got)).abs();
                    assert!(
                        off < 1e-4 * (1.0 + want.abs()),
                        "{patches:?}: {got} for {want}"
                    );
                }
                let mut alone = Vec::new();
                network.values(board, &mut memory, &mut alone);
                assert_eq!(alone, [values[row]], "whatever stands beside it");
            }
        }
    }
}

#[test]
fn the_gradient_over_patches_agrees_with_finite_differences() {
    let mut rng = Rng::new(9, 0);
    let patches = Patches {
        height: 6,
        width: 5,
        size: 3,
    };
    let network = Mlp::of_patches(patches, &[8, 6], &mut rng).unwrap();
    let boards = boards(&mut rng, &patches, 7);
    assert_gradient(&network, &boards, 1e-3, |parameters, board| {
        vec![naive_patches(&patches, network.sizes(), parameters, board)]
    });
}

#[test]
fn patches_that_suit_no_board_or_no_layers_are_refused() {
    let mut rng = Rng::new(0, 0);
    let patches = |height, width, size| Patches {
        height,
        width,
        size,
    };
    for (patches, told) in [
        (
            patches(20, 10, 5),
            "patches.size = 5 makes no sense: expected 2..=4 on this board",
        ),
        (
            patches(2, 10, 4),
            "patches.size = 4 makes no sense: expected 2..=3 on this board",
        ),
        (
            patches(0, 10, 2),
            "patches.height = 0 makes no sense: expected 1..=64",
        ),
        (
            patches(20, 63, 2),
            "patches.width = 63 makes no sense: expected 1..=62",
        ),
    ] {
        let error = Mlp::of_patches(patches, &[4], &mut rng).unwrap_err();
        assert_eq!(error.to_string(), told);
    }
    let network = Mlp::new(&[9, 4, 1], &mut rng).unwrap();
    let error = network.over(Some(patches(20, 10, 3))).unwrap_err();
    assert_eq!(
        error.to_string(),
        "a network over patches of 10 numbers, with one output, cannot have the sizes [9, 4, 1]"
    );
}
