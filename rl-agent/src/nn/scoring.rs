//! The forward pass for playing and for targets: many rows in, one number for each out, nothing kept.
//!
//! [`Mlp::forward`](super::Mlp::forward) vectorises across the outputs of a layer, so a single row is fast and a last
//! layer of one output is not. Here a vector holds the same activation of neighbouring rows: every layer, the last one
//! too, runs at full width, and the activations of a block of rows never leave the first cache.

use pulp::{Arch, Simd, WithSimd};

use super::activation::Activation;
use super::chain::{Chain, Layer};
use super::patches::Seen;

/// Working memory of [`Mlp::values`](super::Mlp::values): the activations of one block of rows, and what a network over
/// patches sees.
#[derive(Debug, Clone)]
pub struct Scoring {
    arch: Arch,
    below: Vec<f32>,
    above: Vec<f32>,
    pub(super) seen: Seen,
}

impl Default for Scoring {
    fn default() -> Self {
        Self {
            arch: Arch::new(),
            below: Vec::new(),
            above: Vec::new(),
            seen: Seen::default(),
        }
    }
}

/// Appends the single output for each row of `rows`.
pub(super) fn score(
    chain: &Chain,
    parameters: &[f32],
    rows: &[f32],
    memory: &mut Scoring,
    out: &mut Vec<f32>,
) {
    memory.arch.dispatch(Pass {
        chain,
        parameters,
        rows,
        below: &mut memory.below,
        above: &mut memory.above,
        out,
    });
}

/// Outputs computed at once, by which the tiles keep enough independent sums in registers to hide the latency of the
/// multiply-add.
const OUTPUTS: usize = 4;
/// Outputs by which every kind of tile goes.
const WHOLE: usize = 2 * OUTPUTS;

struct Pass<'a> {
    chain: &'a Chain,
    parameters: &'a [f32],
    rows: &'a [f32],
    below: &'a mut Vec<f32>,
    above: &'a mut Vec<f32>,
    out: &'a mut Vec<f32>,
}

impl WithSimd for Pass<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let lanes = S::F32_LANES;
        let Self {
            chain,
            parameters,
            rows,
            below,
            above,
            out,
        } = self;
        let width = chain.input_len();
        let widest = chain.sizes().iter().max().expect("a size");
        let len = widest * 2 * lanes;
        let mut block = Block {
            chain,
            parameters,
            below: aligned(below, len),
            above: aligned(above, len),
            out,
        };
        let mut blocks = rows.chunks_exact(2 * lanes * width);
        for rows in &mut blocks {
            block.run::<S, OUTPUTS, 2>(simd, rows);
        }
        for rest in blocks.remainder().chunks(lanes * width) {
            block.run::<S, WHOLE, 1>(simd, rest);
        }
    }
}

/// `len` floats that begin where a line of the cache does: a vector across two lines takes two loads.
fn aligned(memory: &mut Vec<f32>, len: usize) -> &mut [f32] {
    const LINE: usize = 64;
    memory.resize((len + LINE / size_of::<f32>()).max(memory.len()), 0.0);
    let start = memory.as_ptr().align_offset(LINE);
    &mut memory[start..start + len]
}

/// What a block of rows goes through.
struct Block<'a> {
    chain: &'a Chain,
    parameters: &'a [f32],
    below: &'a mut [f32],
    above: &'a mut [f32],
    out: &'a mut Vec<f32>,
}

impl Block<'_> {
    /// All layers for at most `VECTORS` vectors of rows.
    #[inline(always)]
    fn run<S: Simd, const OUTS: usize, const VECTORS: usize>(&mut self, simd: S, rows: &[f32]) {
        let span = VECTORS * S::F32_LANES;
        let width = self.chain.input_len();
        let count = rows.len() / width;
        let inputs = &mut self.below[..width * span];
        for (index, row) in rows.chunks_exact(width).enumerate() {
            for (column, &x) in inputs.chunks_exact_mut(span).zip(row) {
                column[index] = x;
            }
        }
        for layer in self.chain.layers() {
            let below = &self.below[..layer.inputs * span];
            let above = &mut self.above[..layer.outputs * span];
            run_layer::<S, OUTS, VECTORS>(
                simd,
                &layer,
                self.chain.activation(),
                self.parameters,
                below,
                above,
            );
            std::mem::swap(&mut self.below, &mut self.above);
        }
        self.out.extend_from_slice(&self.below[..count]);
    }
}

#[inline(always)]
fn run_layer<S: Simd, const OUTS: usize, const VECTORS: usize>(
    simd: S,
    layer: &Layer,
    activation: Activation,
    parameters: &[f32],
    below: &[f32],
    above: &mut [f32],
) {
    let span = VECTORS * S::F32_LANES;
    let relu = layer.activated && activation == Activation::Relu;
    let weights = &parameters[layer.weights..layer.biases];
    let biases = &parameters[layer.biases..layer.end()];
    let mut output = 0;
    // The same outputs go one by one whatever OUTS is: they are added up in another order, which the number of rows must
    // not decide.
    let (tiles, rest) = above.split_at_mut(layer.outputs / WHOLE * WHOLE * span);
    for tile in tiles.chunks_exact_mut(OUTS * span) {
        let sums = sums::<S, OUTS, VECTORS>(simd, weights, biases, output, below);
        store::<S, OUTS, VECTORS>(simd, relu, &sums, tile);
        output += OUTS;
    }
    for tile in rest.chunks_exact_mut(span) {
        let sums = single::<S, VECTORS>(simd, weights, biases, output, below);
        store::<S, 1, VECTORS>(simd, relu, &[sums], tile);
        output += 1;
    }
    if layer.activated && !relu {
        activation.apply(above);
    }
}

/// `OUTS` neighbouring outputs of a layer.
#[inline(always)]
fn sums<S: Simd, const OUTS: usize, const VECTORS: usize>(
    simd: S,
    weights: &[f32],
    biases: &[f32],
    output: usize,
    below: &[f32],
) -> [[S::f32s; VECTORS]; OUTS] {
    let mut sums: [[S::f32s; VECTORS]; OUTS] =
        std::array::from_fn(|o| [simd.splat_f32s(biases[output + o]); VECTORS]);
    let inputs = S::as_simd_f32s(below).0.as_chunks::<VECTORS>().0;
    let mut at = output;
    for x in inputs {
        let weights: &[f32; OUTS] = weights[at..at + OUTS]
            .try_into()
            .expect("as many as were asked for");
        at += biases.len();
        for o in 0..OUTS {
            let weight = simd.splat_f32s(weights[o]);
            for v in 0..VECTORS {
                sums[o][v] = simd.mul_add_e_f32s(weight, x[v], sums[o][v]);
            }
        }
    }
    sums
}

/// One output of a layer, in four sums that run side by side.
#[inline(always)]
fn single<S: Simd, const VECTORS: usize>(
    simd: S,
    weights: &[f32],
    biases: &[f32],
    output: usize,
    below: &[f32],
) -> [S::f32s; VECTORS] {
    const STRANDS: usize = 4;
    let stride = biases.len();
    let mut sums = [[simd.splat_f32s(0.0); VECTORS]; STRANDS];
    let mut add = |strand: usize, weight: f32, x: &[S::f32s; VECTORS]| {
        let weight = simd.splat_f32s(weight);
        for v in 0..VECTORS {
            sums[strand][v] = simd.mul_add_e_f32s(weight, x[v], sums[strand][v]);
        }
    };
    let inputs = S::as_simd_f32s(below).0.as_chunks::<VECTORS>().0;
    let (fours, rest) = inputs.as_chunks::<STRANDS>();
    let mut at = output;
    for four in fours {
        for strand in 0..STRANDS {
            add(strand, weights[at + strand * stride], &four[strand]);
        }
        at += STRANDS * stride;
    }
    for (strand, x) in rest.iter().enumerate() {
        add(strand, weights[at + strand * stride], x);
    }
    let bias = simd.splat_f32s(biases[output]);
    std::array::from_fn(|v| {
        // Not by `map`, which the compiler calls, and then hands the vectors over in memory.
        let [a, b, c, d] = [sums[0][v], sums[1][v], sums[2][v], sums[3][v]];
        simd.add_f32s(
            bias,
            simd.add_f32s(simd.add_f32s(a, b), simd.add_f32s(c, d)),
        )
    })
}

#[inline(always)]
fn store<S: Simd, const OUTS: usize, const VECTORS: usize>(
    simd: S,
    relu: bool,
    sums: &[[S::f32s; VECTORS]; OUTS],
    tile: &mut [f32],
) {
    let zero = simd.splat_f32s(0.0);
    let tile = S::as_mut_simd_f32s(tile).0;
    for o in 0..OUTS {
        for v in 0..VECTORS {
            let sum = sums[o][v];
            tile[o * VECTORS + v] = if relu { simd.max_f32s(sum, zero) } else { sum };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Mlp, Workspace};
    use super::*;
    use crate::rng::Rng;
    use ndarray::Array2;

    #[test]
    fn agrees_with_the_forward_pass_for_any_number_of_rows() {
        let mut rng = Rng::new(5, 0);
        let mut memory = Scoring::default();
        for sizes in [
            vec![3, 1],
            vec![10, 32, 32, 1],
            vec![9, 17, 5, 1],
            vec![1, 1, 1],
        ] {
            for activation in [Activation::Relu, Activation::Elu] {
                let network = Mlp::new(&sizes, &mut rng).unwrap().activated_by(activation);
                for rows in [0, 1, 7, 8, 16, 23, 33, 70] {
                    let inputs =
                        Array2::from_shape_simple_fn((rows, sizes[0]), || rng.normal() as f32);
                    let mut values = Vec::new();
                    network.values(inputs.as_slice().unwrap(), &mut memory, &mut values);
                    let mut workspace = Workspace::default();
                    let expected = network.forward(inputs.view(), &mut workspace);
                    assert_eq!(values.len(), rows);
                    for (value, expected) in values.iter().zip(expected) {
                        assert!(
                            (value - expected).abs() <= 1e-5 * (1.0 + expected.abs()),
                            "{sizes:?} {rows}: {value} for {expected}"
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn a_row_does_not_depend_on_its_neighbours() {
        let mut rng = Rng::new(6, 0);
        for hidden in [[32, 32], [12, 7], [3, 20]] {
            let network = Mlp::new(&[10, hidden[0], hidden[1], 1], &mut rng).unwrap();
            let inputs: Vec<f32> = (0..10 * 61).map(|_| rng.normal() as f32).collect();
            let mut memory = Scoring::default();
            let mut all = Vec::new();
            network.values(&inputs, &mut memory, &mut all);
            for (row, &together) in inputs.chunks(10).zip(&all) {
                let mut alone = Vec::new();
                network.values(row, &mut memory, &mut alone);
                assert_eq!(alone, [together]);
            }
        }
    }
}
