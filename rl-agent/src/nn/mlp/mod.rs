//! A multilayer perceptron: linear layers with an activation between them.

#[cfg(test)]
mod tests;

use ndarray::{Array1, ArrayView1, ArrayView2, ArrayViewMut1};
use pulp::Arch;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::activation::Activation;
use super::chain::{Chain, Derivatives, Gradient, parameter_count};
use super::patches::{Patches, Seen};
use super::scoring::{Scoring, score};
use crate::config::ConfigError;
use crate::rng::Rng;

/// Layer sizes that make no network.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ShapeError {
    /// Fewer than two sizes.
    #[error("a network needs an input and an output size, but {0} sizes were given")]
    TooFewLayers(usize),
    /// A layer of nothing.
    #[error("layer {index} of the network has size 0; every size must be at least 1")]
    EmptyLayer {
        /// Which of the sizes.
        index: usize,
    },
    /// Layers that do not suit the patches.
    #[error(
        "a network over patches of {expected} numbers, with one output, cannot have the sizes {sizes:?}"
    )]
    Patches {
        /// The sizes.
        sizes: Vec<usize>,
        /// Numbers of a patch.
        expected: usize,
    },
    /// Patches that do not suit the board.
    #[error(transparent)]
    Board(#[from] ConfigError),
    /// Parameters of another network.
    #[error("a network of sizes {sizes:?} has {expected} parameters, but {found} were given")]
    ParameterCount {
        /// The sizes.
        sizes: Vec<usize>,
        /// What they need.
        expected: usize,
        /// What was given.
        found: usize,
    },
}

/// A multilayer perceptron of `f32`.
///
/// All parameters lie in one array, layer after layer, each layer's weights (inputs x outputs, row-major) before its
/// biases: optimisers, target averaging and checkpoints see one vector.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Stored", into = "Stored")]
pub struct Mlp {
    chain: Chain,
    patches: Option<Patches>,
    parameters: Array1<f32>,
}

/// A network as it lies in a file, not yet to be trusted.
#[derive(Serialize, Deserialize)]
struct Stored {
    sizes: Vec<usize>,
    activation: Activation,
    patches: Option<Patches>,
    parameters: Array1<f32>,
}

impl TryFrom<Stored> for Mlp {
    type Error = ShapeError;

    fn try_from(stored: Stored) -> Result<Self, ShapeError> {
        let parameters = stored.parameters.to_vec();
        let network = Self::from_parameters(&stored.sizes, parameters)?;
        network.activated_by(stored.activation).over(stored.patches)
    }
}

impl From<Mlp> for Stored {
    fn from(network: Mlp) -> Self {
        Self {
            sizes: network.sizes().to_vec(),
            activation: network.activation(),
            patches: network.patches,
            parameters: network.parameters,
        }
    }
}

/// The memory of a forward and a backward pass. Grows to the largest batch seen and then never allocates.
#[derive(Debug, Clone)]
pub struct Workspace {
    arch: Arch,
    rows: usize,
    /// What each layer put out.
    outputs: Vec<Vec<f32>>,
    /// Of a network over patches those it saw, and what came out.
    seen: Seen,
    sums: Vec<f32>,
    derivatives: Derivatives,
}

impl Default for Workspace {
    fn default() -> Self {
        Self {
            arch: Arch::new(),
            rows: 0,
            outputs: Vec::new(),
            seen: Seen::default(),
            sums: Vec::new(),
            derivatives: Derivatives::default(),
        }
    }
}

impl Mlp {
    /// A network with random weights, activated by [`Activation::Relu`]: He's uniform initialisation, +-sqrt(6 / inputs)
    /// (He et al., "Delving deep into rectifiers", 2015), and zero biases.
    ///
    /// # Errors
    /// If there are fewer than two sizes or one is 0.
    pub fn new(sizes: &[usize], rng: &mut Rng) -> Result<Self, ShapeError> {
        let chain = Chain::new(check(sizes)?, Activation::Relu, 0);
        let mut parameters = vec![0.0; chain.end()];
        chain.initialise(&mut parameters, rng, |inputs| (6.0 / inputs as f64).sqrt());
        Ok(Self {
            chain,
            patches: None,
            parameters: parameters.into(),
        })
    }

    /// A network over patches with random weights, as by [`new`](Self::new); those of the last layer are as many times
    /// smaller as there are places, so that a sum begins no larger than a single value.
    ///
    /// # Errors
    /// If a hidden size is 0 or the patches do not suit the board.
    pub fn of_patches(
        patches: Patches,
        hidden: &[usize],
        rng: &mut Rng,
    ) -> Result<Self, ShapeError> {
        patches.validate()?;
        let sizes = [&[patches.inputs()], hidden, &[1]].concat();
        let mut network = Self::new(&sizes, rng)?;
        let last = network.chain.layers().last().expect("at least one layer");
        let places = patches.places().iter().product::<usize>() as f32;
        let flat = network.parameters.as_slice_mut();
        for weight in &mut flat.expect("one contiguous array")[last.weights..last.biases] {
            *weight /= places;
        }
        network.over(Some(patches))
    }

    /// A network with given parameters, in the order described above, activated by [`Activation::Relu`].
    ///
    /// # Errors
    /// If the sizes make no network or ask for another number of parameters.
    pub fn from_parameters(sizes: &[usize], parameters: Vec<f32>) -> Result<Self, ShapeError> {
        let sizes = check(sizes)?;
        let expected = parameter_count(&sizes);
        if parameters.len() != expected {
            return Err(ShapeError::ParameterCount {
                sizes,
                expected,
                found: parameters.len(),
            });
        }
        Ok(Self {
            chain: Chain::new(sizes, Activation::Relu, 0),
            patches: None,
            parameters: parameters.into(),
        })
    }

    /// The same parameters with another activation between the layers.
    pub fn activated_by(mut self, activation: Activation) -> Self {
        self.chain = Chain::new(self.chain.sizes().to_vec(), activation, 0);
        self
    }

    /// The same network over patches of a board, the sum of whose values is the output: see [`Patches`].
    ///
    /// # Errors
    /// If the first size is not what is seen of a patch, there is more than one output, or the patches do not suit the
    /// board.
    pub fn over(mut self, patches: Option<Patches>) -> Result<Self, ShapeError> {
        if let Some(patches) = &patches {
            patches.validate()?;
            let expected = patches.inputs();
            if (self.chain.input_len(), self.output_len()) != (expected, 1) {
                let sizes = self.sizes().to_vec();
                return Err(ShapeError::Patches { sizes, expected });
            }
        }
        self.patches = patches;
        Ok(self)
    }

    /// What it is over, if it is over patches.
    pub fn patches(&self) -> Option<&Patches> {
        self.patches.as_ref()
    }

    /// What stands between the layers.
    pub fn activation(&self) -> Activation {
        self.chain.activation()
    }

    /// Sizes of the layers: of the input, or of what is seen of a patch, of the hidden layers and of the output.
    pub fn sizes(&self) -> &[usize] {
        self.chain.sizes()
    }

    /// Number of inputs.
    pub fn input_len(&self) -> usize {
        (self.patches.as_ref()).map_or(self.chain.input_len(), Patches::cells)
    }

    /// Number of outputs.
    pub fn output_len(&self) -> usize {
        self.chain.output_len()
    }

    /// All parameters.
    pub fn parameters(&self) -> ArrayView1<'_, f32> {
        self.parameters.view()
    }

    /// All parameters, to be changed.
    pub fn parameters_mut(&mut self) -> ArrayViewMut1<'_, f32> {
        self.parameters.view_mut()
    }

    /// Weights (inputs x outputs) and biases of each layer.
    pub fn weights(&self) -> impl Iterator<Item = (ArrayView2<'_, f32>, ArrayView1<'_, f32>)> {
        let flat = self.flat();
        self.chain.layers().map(move |layer| {
            let weights = ArrayView2::from_shape(
                (layer.inputs, layer.outputs),
                &flat[layer.weights..layer.biases],
            )
            .expect("shape and length agree");
            (weights, ArrayView1::from(&flat[layer.biases..layer.end()]))
        })
    }

    /// Runs `inputs` (batch x [`input_len`](Self::input_len)) through the network; the result is
    /// batch x [`output_len`](Self::output_len). A row's result does not depend on the other rows.
    ///
    /// # Panics
    /// If `inputs` has another width or is not in standard layout.
    pub fn forward<'w>(
        &self,
        inputs: ArrayView2<'_, f32>,
        workspace: &'w mut Workspace,
    ) -> ArrayView2<'w, f32> {
        assert_eq!(inputs.ncols(), self.input_len(), "width of the input");
        let inputs = inputs.to_slice().expect("inputs in standard layout");
        let rows = inputs.len() / self.input_len();
        let Workspace {
            arch,
            outputs,
            seen,
            sums,
            ..
        } = workspace;
        workspace.rows = rows;
        let last = match &self.patches {
            Some(patches) => {
                seen.read(patches, inputs);
                let count = seen.len();
                self.chain
                    .forward(*arch, self.flat(), &seen.inputs, count, outputs);
                sums.clear();
                let last = outputs.last().expect("at least one layer");
                seen.add_up(patches, last, sums);
                sums
            }
            None => {
                self.chain
                    .forward(*arch, self.flat(), inputs, rows, outputs);
                outputs.last().expect("at least one layer")
            }
        };
        ArrayView2::from_shape((rows, self.output_len()), last).expect("shape and length agree")
    }

    /// Appends to `out` the output of each row of `rows` (rows x [`input_len`](Self::input_len)): faster than
    /// [`forward`](Self::forward) for many rows, and nothing is kept for a backward pass. A row's result does not
    /// depend on the other rows; it can differ from that of `forward` in the last bits.
    ///
    /// # Panics
    /// If the network has more than one output or `rows` is not a whole number of rows.
    pub fn values(&self, rows: &[f32], memory: &mut Scoring, out: &mut Vec<f32>) {
        assert_eq!(self.output_len(), 1, "outputs");
        assert!(rows.len().is_multiple_of(self.input_len()), "whole rows");
        let Some(patches) = &self.patches else {
            return score(&self.chain, self.flat(), rows, memory, out);
        };
        let mut seen = std::mem::take(&mut memory.seen);
        seen.read(patches, rows);
        seen.values.clear();
        let (inputs, values) = (&seen.inputs, &mut seen.values);
        score(&self.chain, self.flat(), inputs, memory, values);
        let values = std::mem::take(&mut seen.values);
        seen.add_up(patches, &values, out);
        seen.values = values;
        memory.seen = seen;
    }

    /// Writes the derivative of the loss by every parameter into `gradient`, given the `inputs` of the preceding
    /// [`forward`](Self::forward) in the same workspace and the loss's derivative by its result, `d_output`.
    ///
    /// # Panics
    /// If a shape is not that of the preceding `forward`.
    pub fn backward(
        &self,
        inputs: ArrayView2<'_, f32>,
        d_output: ArrayView2<'_, f32>,
        workspace: &mut Workspace,
        mut gradient: ArrayViewMut1<'_, f32>,
    ) {
        let rows = workspace.rows;
        assert_eq!(
            inputs.dim(),
            (rows, self.input_len()),
            "shape of the inputs"
        );
        assert_eq!(
            d_output.dim(),
            (rows, self.output_len()),
            "shape of the output's derivative"
        );
        assert_eq!(
            gradient.len(),
            self.parameters.len(),
            "length of the gradient"
        );
        let Workspace {
            arch,
            outputs,
            derivatives,
            seen,
            ..
        } = workspace;
        let d_output = d_output.to_slice().expect("derivative in standard layout");
        let upper = &mut derivatives.upper;
        upper.clear();
        let (inputs, rows) = match &self.patches {
            Some(patches) => {
                seen.spread(patches, d_output, upper);
                (&seen.inputs[..], seen.len())
            }
            None => {
                upper.extend_from_slice(d_output);
                let inputs = inputs.to_slice().expect("inputs in standard layout");
                (inputs, rows)
            }
        };
        self.chain.backward(
            *arch,
            self.flat(),
            inputs,
            rows,
            outputs,
            derivatives,
            &mut Gradient {
                parameters: gradient.as_slice_mut().expect("a contiguous gradient"),
                more: false,
            },
            false,
        );
    }

    fn flat(&self) -> &[f32] {
        self.parameters.as_slice().expect("one contiguous array")
    }
}

fn check(sizes: &[usize]) -> Result<Vec<usize>, ShapeError> {
    if sizes.len() < 2 {
        return Err(ShapeError::TooFewLayers(sizes.len()));
    }
    match sizes.iter().position(|&size| size == 0) {
        Some(index) => Err(ShapeError::EmptyLayer { index }),
        None => Ok(sizes.to_vec()),
    }
}
