//! A small convolutional body for board planes and pictures.

use pulp::Arch;
use serde::{Deserialize, Serialize};

use super::activation::Activation;
use super::chain::Gradient;
use super::kernel::{Left, Product, Start, transpose};
use crate::config::{ConfigError, check};
use crate::rng::Rng;

/// One convolutional layer (no padding).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Filters {
    /// Number of filters.
    pub count: usize,
    /// Height and width of a filter.
    pub size: usize,
    /// Cells from one place of the filter to the next.
    pub stride: usize,
}

/// How the first part of an observation goes through convolutions.
///
/// The first `planes * height * width` numbers of the observation are planes, one after the other, each row by row. What
/// the last convolution puts out and the rest of the observation together go into the first hidden layer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Convolution {
    /// Number of planes.
    pub planes: usize,
    /// Rows of a plane.
    pub height: usize,
    /// Columns of a plane.
    pub width: usize,
    /// The layers.
    pub layers: Vec<Filters>,
}

impl Convolution {
    /// Numbers that the planes take of an observation.
    pub fn input_len(&self) -> usize {
        self.planes * self.height * self.width
    }

    /// Whether the layers fit the planes.
    ///
    /// # Errors
    /// Names the field that does not.
    pub fn validate(&self) -> Result<(), ConfigError> {
        let plane = format!("{}x{}x{}", self.planes, self.height, self.width);
        check(self.input_len() > 0).or("convolution", &plane, "planes of at least one cell")?;
        check(!self.layers.is_empty()).or("convolution.layers", &0, "at least one layer")?;
        let (mut height, mut width) = (self.height, self.width);
        for filters in &self.layers {
            check((1..=1024).contains(&filters.count)).or(
                "convolution.layers.count",
                &filters.count,
                "1..=1024",
            )?;
            check(filters.stride >= 1).or(
                "convolution.layers.stride",
                &filters.stride,
                "at least 1",
            )?;
            let limit = height.min(width);
            check((1..=limit).contains(&filters.size)).or(
                "convolution.layers.size",
                &filters.size,
                &format!("1..={limit}, what is left of the planes there"),
            )?;
            height = (height - filters.size) / filters.stride + 1;
            width = (width - filters.size) / filters.stride + 1;
        }
        Ok(())
    }
}

/// One layer as it is computed: patches gathered into rows, then a matrix product.
///
/// Between layers the numbers of one place lie together (channels last); only the observation has planes.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Layer {
    filters: Filters,
    channels: usize,
    /// Distances in the input between channels, rows and columns.
    strides: [usize; 3],
    input_len: usize,
    out_height: usize,
    out_width: usize,
    weights: usize,
    biases: usize,
}

impl Layer {
    fn patch(&self) -> usize {
        self.channels * self.filters.size * self.filters.size
    }

    fn places(&self) -> usize {
        self.out_height * self.out_width
    }

    fn end(&self) -> usize {
        self.biases + self.filters.count
    }

    /// Calls `visit` with each pair of an index in a sample's patches and the index of the same number in its input.
    fn each(&self, mut visit: impl FnMut(usize, usize)) {
        let Filters { size, stride, .. } = self.filters;
        let [by_channel, by_row, by_column] = self.strides;
        let mut at = 0;
        for y in 0..self.out_height {
            for x in 0..self.out_width {
                for dy in 0..size {
                    for dx in 0..size {
                        let place = (y * stride + dy) * by_row + (x * stride + dx) * by_column;
                        for channel in 0..self.channels {
                            visit(at, place + channel * by_channel);
                            at += 1;
                        }
                    }
                }
            }
        }
    }
}

/// The layers within a parameter array.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Body {
    layers: Vec<Layer>,
    activation: Activation,
}

/// What the layers saw and put out.
#[derive(Debug, Clone, Default)]
pub(super) struct BodyMemory {
    patches: Vec<Vec<f32>>,
    outputs: Vec<Vec<f32>>,
    upper: Vec<f32>,
    lower: Vec<f32>,
    transposed: Vec<f32>,
}

impl Body {
    /// The layers of a valid configuration, their parameters from index 0 on.
    pub(super) fn new(config: &Convolution, activation: Activation) -> Self {
        let (mut height, mut width, mut channels) = (config.height, config.width, config.planes);
        let mut strides = [height * width, width, 1];
        let mut start = 0;
        let layers = config.layers.iter().map(|&filters| {
            let out_height = (height - filters.size) / filters.stride + 1;
            let out_width = (width - filters.size) / filters.stride + 1;
            let weights = start;
            let biases = weights + channels * filters.size * filters.size * filters.count;
            let layer = Layer {
                filters,
                channels,
                strides,
                input_len: channels * height * width,
                out_height,
                out_width,
                weights,
                biases,
            };
            (height, width, channels) = (out_height, out_width, filters.count);
            strides = [1, width * channels, channels];
            start = layer.end();
            layer
        });
        Self {
            layers: layers.collect(),
            activation,
        }
    }

    /// Where the parameters end.
    pub(super) fn end(&self) -> usize {
        self.last().end()
    }

    /// Numbers that the last layer puts out.
    pub(super) fn output_len(&self) -> usize {
        self.last().places() * self.last().filters.count
    }

    fn last(&self) -> &Layer {
        self.layers.last().expect("at least one layer")
    }

    /// Names and shapes of the tensors, in the order of the parameters.
    pub(super) fn tensors(&self) -> impl Iterator<Item = (String, Vec<usize>)> {
        self.layers.iter().enumerate().flat_map(|(index, layer)| {
            let Filters { count, size, .. } = layer.filters;
            let shape = vec![size, size, layer.channels, count];
            [
                (format!("convolution.{index}.weight"), shape),
                (format!("convolution.{index}.bias"), vec![count]),
            ]
        })
    }

    pub(super) fn initialise(&self, parameters: &mut [f32], rng: &mut Rng) {
        for layer in &self.layers {
            let bound = (6.0 / layer.patch() as f64).sqrt();
            for weight in &mut parameters[layer.weights..layer.biases] {
                *weight = ((2.0 * rng.unit() - 1.0) * bound) as f32;
            }
            parameters[layer.biases..layer.end()].fill(0.0);
        }
    }

    /// Runs the planes at the start of each of `rows` rows of `inputs` through the layers. Returns what the last one puts
    /// out.
    pub(super) fn forward<'m>(
        &self,
        arch: Arch,
        parameters: &[f32],
        inputs: &[f32],
        rows: usize,
        memory: &'m mut BodyMemory,
    ) -> &'m [f32] {
        let depth = self.layers.len();
        memory.patches.resize_with(depth, Vec::new);
        memory.outputs.resize_with(depth, Vec::new);
        for (index, layer) in self.layers.iter().enumerate() {
            let (done, from) = memory.outputs.split_at_mut(index);
            let below: &[f32] = done.last().map_or(inputs, |out| out);
            let patches = &mut memory.patches[index];
            let (patch, places) = (layer.patch(), layer.places());
            patches.resize(rows * places * patch, 0.0);
            let samples = below.chunks_exact(below.len() / rows);
            for (sample, into) in samples.zip(patches.chunks_exact_mut(places * patch)) {
                layer.each(|to, from| into[to] = sample[from]);
            }
            let out = &mut from[0];
            out.resize(rows * places * layer.filters.count, 0.0);
            Product {
                m: rows * places,
                k: patch,
                n: layer.filters.count,
                a: Left::Rows(patches),
                b: &parameters[layer.weights..layer.biases],
                start: Start::Bias(&parameters[layer.biases..layer.end()]),
                relu: false,
                c: out,
            }
            .run(arch);
            self.activation.apply(out);
        }
        &memory.outputs[depth - 1]
    }

    /// Writes this body's part of `gradient`, or adds to it, given the loss's derivative by what the preceding forward pass
    /// put out.
    pub(super) fn backward(
        &self,
        arch: Arch,
        parameters: &[f32],
        rows: usize,
        d_output: impl Iterator<Item = f32>,
        memory: &mut BodyMemory,
        gradient: &mut Gradient<'_>,
    ) {
        let BodyMemory {
            patches,
            outputs,
            upper,
            lower,
            transposed,
        } = memory;
        upper.clear();
        upper.extend(d_output);
        for (index, layer) in self.layers.iter().enumerate().rev() {
            self.activation.chain(upper, &outputs[index]);
            let (count, patch, places) = (layer.filters.count, layer.patch(), layer.places());
            let (d_weights, d_biases, start) =
                gradient.layer(layer.weights, layer.biases, layer.end());
            Product {
                m: patch,
                k: rows * places,
                n: count,
                a: Left::Columns(&patches[index]),
                b: upper,
                start,
                relu: false,
                c: d_weights,
            }
            .run(arch);
            for place in upper.chunks_exact(count) {
                d_biases
                    .iter_mut()
                    .zip(place)
                    .for_each(|(sum, d)| *sum += d);
            }
            if index == 0 {
                break;
            }
            let weights = &parameters[layer.weights..layer.biases];
            transposed.resize(weights.len(), 0.0);
            transpose(weights, count, transposed);
            // The patches have served; their derivatives take their place.
            let d_patches = &mut patches[index];
            Product {
                m: rows * places,
                k: count,
                n: patch,
                a: Left::Rows(upper),
                b: transposed,
                start: Start::Zero,
                relu: false,
                c: d_patches,
            }
            .run(arch);
            lower.clear();
            lower.resize(rows * layer.input_len, 0.0);
            let samples = lower.chunks_exact_mut(layer.input_len);
            for (sample, from) in samples.zip(d_patches.chunks_exact(places * patch)) {
                layer.each(|at, to| sample[to] += from[at]);
            }
            std::mem::swap(upper, lower);
        }
    }
}
