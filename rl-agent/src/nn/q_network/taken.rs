//! The last layer where one action a row matters: what a minibatch is learnt from are the values of the actions that were
//! taken.

use pulp::{Arch, Simd, WithSimd};

use crate::nn::chain::{Gradient, Layer};
use crate::nn::kernel::{dot, transpose};

/// Which action was taken in each row, and the working memory of its way there and back.
#[derive(Debug, Clone, Default)]
pub(super) struct Taken {
    actions: Vec<usize>,
    atoms: usize,
    /// Row after row, the atoms of the action.
    outputs: Vec<f32>,
    /// The weights of the layer as outputs x inputs: those of an action lie side by side.
    weights: Vec<f32>,
    /// Their gradient, likewise, of all rows of the minibatch so far.
    d_weights: Vec<f32>,
}

impl Taken {
    /// Whether so few of the outputs are asked for that leaving out the others pays for transposing the weights.
    pub(super) fn pays(actions: usize) -> bool {
        actions >= 8
    }

    /// From now on it is about these, of which each has so many atoms.
    pub(super) fn ask(&mut self, actions: &[usize], atoms: usize) {
        self.actions.clear();
        self.actions.extend_from_slice(actions);
        self.atoms = atoms;
        self.outputs.resize(actions.len() * atoms, 0.0);
    }

    /// Number of rows.
    pub(super) fn rows(&self) -> usize {
        self.actions.len()
    }

    pub(super) fn outputs(&self) -> &[f32] {
        &self.outputs
    }

    /// Takes what is asked for from the outputs of all actions, `width` a row.
    pub(super) fn pick(&mut self, all: &[f32], width: usize) {
        let outputs = self.outputs.chunks_exact_mut(self.atoms);
        for ((all, &action), out) in all.chunks_exact(width).zip(&self.actions).zip(outputs) {
            out.copy_from_slice(&all[action * self.atoms..][..self.atoms]);
        }
    }

    /// The other way: writes the derivative by the outputs of all actions, `width` a row.
    pub(super) fn spread(&self, slopes: &[f32], width: usize, all: &mut Vec<f32>) {
        all.clear();
        all.resize(self.rows() * width, 0.0);
        let slopes = slopes.chunks_exact(self.atoms);
        for ((all, &action), slopes) in all.chunks_exact_mut(width).zip(&self.actions).zip(slopes) {
            all[action * self.atoms..][..self.atoms].copy_from_slice(slopes);
        }
    }

    /// Computes the outputs that are asked for from what goes into the layer.
    pub(super) fn forward(&mut self, arch: Arch, layer: Layer, parameters: &[f32], below: &[f32]) {
        let Layer {
            inputs, outputs, ..
        } = layer;
        let weights = &parameters[layer.weights..layer.biases];
        self.weights.resize(weights.len(), 0.0);
        transpose(weights, outputs, &mut self.weights);
        arch.dispatch(Forward {
            rows: Rows {
                inputs,
                below,
                actions: &self.actions,
                atoms: self.atoms,
            },
            weights: &self.weights,
            biases: &parameters[layer.biases..layer.end()],
            outputs: &mut self.outputs,
        });
    }

    /// Writes the layer's part of `gradient`, or adds to it, and into `lower` the derivative by what went in, given the one
    /// by what came out of the preceding [`forward`](Self::forward).
    ///
    /// The result is that of two matrix products, since what is left out would be multiplied by zero.
    pub(super) fn backward(
        &mut self,
        arch: Arch,
        layer: Layer,
        below: &[f32],
        slopes: &[f32],
        gradient: &mut Gradient<'_>,
        lower: &mut [f32],
    ) {
        let more = gradient.more;
        let (d_weights, d_biases, _) = gradient.layer(layer.weights, layer.biases, layer.end());
        if !more {
            self.d_weights.clear();
            self.d_weights.resize(d_weights.len(), 0.0);
        }
        arch.dispatch(Backward {
            rows: Rows {
                inputs: layer.inputs,
                below,
                actions: &self.actions,
                atoms: self.atoms,
            },
            slopes,
            weights: &self.weights,
            d_weights: &mut self.d_weights,
            d_biases,
            lower,
        });
        transpose(&self.d_weights, layer.inputs, d_weights);
    }
}

/// What goes into the layer, and which action is asked for.
struct Rows<'a> {
    inputs: usize,
    below: &'a [f32],
    actions: &'a [usize],
    atoms: usize,
}

impl<'a> Rows<'a> {
    #[inline(always)]
    fn iter(&self) -> impl Iterator<Item = (&'a [f32], usize)> + use<'a> {
        let rows = self.below.chunks_exact(self.inputs);
        rows.zip(self.actions.iter().copied())
    }
}

struct Forward<'a> {
    rows: Rows<'a>,
    weights: &'a [f32],
    biases: &'a [f32],
    outputs: &'a mut [f32],
}

impl WithSimd for Forward<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Rows { inputs, atoms, .. } = self.rows;
        let outputs = self.outputs.chunks_exact_mut(atoms);
        for ((below, action), outputs) in self.rows.iter().zip(outputs) {
            for (atom, out) in outputs.iter_mut().enumerate() {
                let output = action * atoms + atom;
                let weights = &self.weights[output * inputs..][..inputs];
                *out = self.biases[output] + dot(simd, below, weights);
            }
        }
    }
}

struct Backward<'a> {
    rows: Rows<'a>,
    slopes: &'a [f32],
    weights: &'a [f32],
    d_weights: &'a mut [f32],
    d_biases: &'a mut [f32],
    lower: &'a mut [f32],
}

impl WithSimd for Backward<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Rows { inputs, atoms, .. } = self.rows;
        let slopes = self.slopes.chunks_exact(atoms);
        let lower = self.lower.chunks_exact_mut(inputs);
        for (((below, action), slopes), lower) in self.rows.iter().zip(slopes).zip(lower) {
            lower.fill(0.0);
            for (atom, &slope) in slopes.iter().enumerate() {
                let output = action * atoms + atom;
                let weights = output * inputs..(output + 1) * inputs;
                self.d_biases[output] += slope;
                add_scaled(simd, slope, &self.weights[weights.clone()], lower);
                add_scaled(simd, slope, below, &mut self.d_weights[weights]);
            }
        }
    }
}

/// `to += factor * from`, with the same roundings as the matrix product has.
#[inline(always)]
fn add_scaled<S: Simd>(simd: S, factor: f32, from: &[f32], to: &mut [f32]) {
    let factor = simd.splat_f32s(factor);
    let (from, from_rest) = S::as_simd_f32s(from);
    let (to, to_rest) = S::as_mut_simd_f32s(to);
    for (to, &from) in to.iter_mut().zip(from) {
        *to = simd.mul_add_e_f32s(factor, from, *to);
    }
    let (from, to) = (
        simd.partial_load_f32s(from_rest),
        simd.partial_load_f32s(to_rest),
    );
    simd.partial_store_f32s(to_rest, simd.mul_add_e_f32s(factor, from, to));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nn::kernel::{Left, Product, Start};
    use crate::rng::Rng;

    fn random(rng: &mut Rng, len: usize) -> Vec<f32> {
        (0..len).map(|_| rng.normal() as f32).collect()
    }

    fn product(m: usize, k: usize, n: usize, a: Left<'_>, b: &[f32], start: Start<'_>) -> Vec<f32> {
        let mut c = vec![0.0; m * n];
        let (relu, result) = (false, &mut c[..]);
        Product {
            m,
            k,
            n,
            a,
            b,
            start,
            relu,
            c: result,
        }
        .run(Arch::new());
        c
    }

    /// The way back is that of the matrix products to the bit, the way there up to the order of its sums.
    #[test]
    fn leaving_out_what_was_not_taken_changes_nothing() {
        let mut rng = Rng::new(5, 0);
        for (rows, inputs, actions, atoms) in [(1, 3, 8, 1), (37, 64, 10, 4), (64, 37, 17, 1)] {
            let outputs = actions * atoms;
            let layer = Layer {
                inputs,
                outputs,
                weights: 0,
                biases: inputs * outputs,
                activated: false,
            };
            let below = random(&mut rng, rows * inputs);
            let parameters = random(&mut rng, layer.end());
            let slopes = random(&mut rng, rows * atoms);
            let asked: Vec<usize> = (0..rows).map(|_| rng.below(actions)).collect();
            let (weights, biases) = parameters.split_at(layer.biases);

            let (arch, mut taken, mut expected) = (Arch::new(), Taken::default(), Taken::default());
            taken.ask(&asked, atoms);
            expected.ask(&asked, atoms);
            taken.forward(arch, layer, &parameters, &below);
            let (left, start) = (Left::Rows(&below), Start::Bias(biases));
            let all = product(rows, inputs, outputs, left, weights, start);
            expected.pick(&all, outputs);
            assert_eq!(taken.outputs().len(), rows * atoms);
            for (got, want) in taken.outputs().iter().zip(expected.outputs()) {
                assert!((got - want).abs() < 1e-4, "{got} for {want}");
            }

            let mut upper = Vec::new();
            taken.spread(&slopes, outputs, &mut upper);
            let (mut gradient, mut lower) =
                (vec![f32::NAN; layer.end()], vec![f32::NAN; rows * inputs]);
            let mut into = Gradient {
                parameters: &mut gradient,
                more: false,
            };
            taken.backward(arch, layer, &below, &slopes, &mut into, &mut lower);
            let left = Left::Columns(&below);
            let expected = product(inputs, rows, outputs, left, &upper, Start::Zero);
            assert_eq!(gradient[..layer.biases], expected);
            let ones = vec![1.0; rows];
            let expected = product(1, rows, outputs, Left::Columns(&ones), &upper, Start::Zero);
            assert_eq!(gradient[layer.biases..], expected);
            let mut transposed = vec![0.0; weights.len()];
            transpose(weights, outputs, &mut transposed);
            let left = Left::Rows(&upper);
            let expected = product(rows, outputs, inputs, left, &transposed, Start::Zero);
            assert_eq!(lower, expected);
        }
    }
}
