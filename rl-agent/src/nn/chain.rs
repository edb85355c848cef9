//! Linear layers one after the other, somewhere within a parameter array: what every network here
//! is made of.

use pulp::Arch;

use super::activation::Activation;
use super::biases::Biases;
use super::kernel::{Left, Product, Start, transpose};
use crate::rng::Rng;

/// One linear layer within the parameter array.
#[derive(Debug, Clone, Copy)]
pub(super) struct Layer {
    pub(super) inputs: usize,
    pub(super) outputs: usize,
    pub(super) weights: usize,
    pub(super) biases: usize,
    pub(super) activated: bool,
}

impl Layer {
    pub(super) fn end(&self) -> usize {
        self.biases + self.outputs
    }
}

/// The layers. Each layer's weights (inputs x outputs, row-major) lie before its biases.
///
/// With a single size there is no layer, and what goes in comes out.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Chain {
    sizes: Vec<usize>,
    activation: Activation,
    /// Whether the last layer is followed by the activation too.
    hidden: bool,
    /// Where the parameters begin.
    offset: usize,
}

/// The derivative of the loss by every parameter, as a backward pass writes it.
#[derive(Debug)]
pub(super) struct Gradient<'a> {
    pub(super) parameters: &'a mut [f32],
    /// Whether these rows belong to the minibatch of the rows before: then what is there already is added to, in the order
    /// in which a pass over all rows would have.
    pub(super) more: bool,
}

impl Gradient<'_> {
    /// What belongs to the weights from `weights` on and the biases from `biases` to `end`: the product for the first starts
    /// with what is said third, and the derivatives of each row are to be added to the second.
    pub(super) fn layer(
        &mut self,
        weights: usize,
        biases: usize,
        end: usize,
    ) -> (&mut [f32], &mut [f32], Start<'static>) {
        let part = &mut self.parameters[weights..end];
        let (d_weights, d_biases) = part.split_at_mut(biases - weights);
        if self.more {
            return (d_weights, d_biases, Start::Result);
        }
        d_biases.fill(0.0);
        (d_weights, d_biases, Start::Zero)
    }
}

/// Working memory of a backward pass, shared by all chains of a network.
#[derive(Debug, Clone, Default)]
pub(super) struct Derivatives {
    /// Derivative of the loss by the chain's output; after the pass, by its input.
    pub(super) upper: Vec<f32>,
    lower: Vec<f32>,
    /// Weights as outputs x inputs, where the weights themselves lie among the parameters. They serve for all parts of a
    /// minibatch.
    transposed: Vec<f32>,
}

impl Chain {
    /// A chain that ends in a linear layer.
    pub(super) fn new(sizes: Vec<usize>, activation: Activation, offset: usize) -> Self {
        Self {
            sizes,
            activation,
            hidden: false,
            offset,
        }
    }

    /// A chain whose last layer is activated, for others to stand on.
    pub(super) fn hidden(sizes: Vec<usize>, activation: Activation, offset: usize) -> Self {
        Self {
            hidden: true,
            ..Self::new(sizes, activation, offset)
        }
    }

    pub(super) fn sizes(&self) -> &[usize] {
        &self.sizes
    }

    pub(super) fn activation(&self) -> Activation {
        self.activation
    }

    pub(super) fn input_len(&self) -> usize {
        self.sizes[0]
    }

    pub(super) fn output_len(&self) -> usize {
        self.sizes[self.sizes.len() - 1]
    }

    /// Where the parameters end.
    pub(super) fn end(&self) -> usize {
        self.layers()
            .last()
            .map_or(self.offset, |layer| layer.end())
    }

    pub(super) fn layers(
        &self,
    ) -> impl DoubleEndedIterator<Item = Layer> + ExactSizeIterator + use<'_> {
        let depth = self.sizes.len() - 1;
        (0..depth).map(move |index| {
            let weights = self.offset + parameter_count(&self.sizes[..=index]);
            let (inputs, outputs) = (self.sizes[index], self.sizes[index + 1]);
            Layer {
                inputs,
                outputs,
                weights,
                biases: weights + inputs * outputs,
                activated: self.hidden || index + 1 < depth,
            }
        })
    }

    /// Draws weights uniformly from +-`bound(inputs)` and sets biases to zero.
    pub(super) fn initialise(
        &self,
        parameters: &mut [f32],
        rng: &mut Rng,
        bound: impl Fn(usize) -> f64,
    ) {
        for layer in self.layers() {
            let bound = bound(layer.inputs);
            for weight in &mut parameters[layer.weights..layer.biases] {
                *weight = ((2.0 * rng.unit() - 1.0) * bound) as f32;
            }
            parameters[layer.biases..layer.end()].fill(0.0);
        }
    }

    /// Runs `rows` rows of inputs through the chain; `outputs` keeps what each layer put out.
    pub(super) fn forward(
        &self,
        arch: Arch,
        parameters: &[f32],
        inputs: &[f32],
        rows: usize,
        outputs: &mut Vec<Vec<f32>>,
    ) {
        outputs.resize_with(self.sizes.len() - 1, Vec::new);
        for (index, layer) in self.layers().enumerate() {
            let (below, from) = outputs.split_at_mut(index);
            let out = &mut from[0];
            out.resize(rows * layer.outputs, 0.0);
            Product {
                m: rows,
                k: layer.inputs,
                n: layer.outputs,
                a: Left::Rows(below.last().map_or(inputs, |out| &out[..])),
                b: &parameters[layer.weights..layer.biases],
                start: Start::Bias(&parameters[layer.biases..layer.end()]),
                relu: layer.activated && self.activation == Activation::Relu,
                c: out,
            }
            .run(arch);
            if layer.activated && self.activation != Activation::Relu {
                self.activation.apply(out);
            }
        }
    }

    /// Writes this chain's part of `gradient`, or adds to it, given what the forward pass saw and put out and, in
    /// `memory.upper`, the loss's derivative by the last output. With `to_input`, `memory.upper` is afterwards the
    /// derivative by `inputs`.
    #[allow(clippy::too_many_arguments)]
    pub(super) fn backward(
        &self,
        arch: Arch,
        parameters: &[f32],
        inputs: &[f32],
        rows: usize,
        outputs: &[Vec<f32>],
        memory: &mut Derivatives,
        gradient: &mut Gradient<'_>,
        to_input: bool,
    ) {
        let Derivatives {
            upper,
            lower,
            transposed,
        } = memory;
        transposed.resize(parameters.len(), 0.0);
        for (index, layer) in self.layers().enumerate().rev() {
            let below = match index {
                0 => inputs,
                _ => &outputs[index - 1],
            };
            let relu = layer.activated && self.activation == Activation::Relu;
            if layer.activated && !relu {
                self.activation.chain(upper, &outputs[index]);
            }
            let more = gradient.more;
            let (d_weights, d_biases, start) =
                gradient.layer(layer.weights, layer.biases, layer.end());
            Biases {
                derivatives: upper,
                relu: relu.then_some(&outputs[index]),
                gradient: d_biases,
            }
            .run(arch);

            weight_gradient(arch, layer, rows, below, upper, start, d_weights);
            if index == 0 && !to_input {
                break;
            }
            let transposed = &mut transposed[layer.weights..layer.biases];
            if !more {
                let weights = &parameters[layer.weights..layer.biases];
                transpose(weights, layer.outputs, transposed);
            }
            lower.resize(rows * layer.inputs, 0.0);
            Product {
                m: rows,
                k: layer.outputs,
                n: layer.inputs,
                a: Left::Rows(upper),
                b: transposed,
                start: Start::Zero,
                relu: false,
                c: lower,
            }
            .run(arch);
            std::mem::swap(upper, lower);
        }
    }
}

/// `d_weights = start + below^T upper`. With a single output both factors trade places, so that the long
/// side is vectorised.
fn weight_gradient(
    arch: Arch,
    layer: Layer,
    rows: usize,
    below: &[f32],
    upper: &[f32],
    start: Start<'_>,
    d_weights: &mut [f32],
) {
    let (m, n, a, b) = if layer.outputs == 1 {
        (1, layer.inputs, Left::Columns(upper), below)
    } else {
        (layer.inputs, layer.outputs, Left::Columns(below), upper)
    };
    Product {
        m,
        k: rows,
        n,
        a,
        b,
        start,
        relu: false,
        c: d_weights,
    }
    .run(arch);
}

/// Number of parameters of layers of these sizes.
pub(super) fn parameter_count(sizes: &[usize]) -> usize {
    sizes.windows(2).map(|pair| (pair[0] + 1) * pair[1]).sum()
}
