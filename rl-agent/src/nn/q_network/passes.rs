//! The way forward, and back.

use ndarray::ArrayViewMut1;
use pulp::Arch;

use super::taken::Taken;
use super::{Architecture, Noise, QNetwork};
use crate::nn::chain::{Derivatives, Gradient, Layer};
use crate::nn::convolution::{BodyMemory, Convolution};

/// The memory of a forward and a backward pass. Grows to the largest batch seen and then never allocates.
#[derive(Debug, Clone)]
pub struct QWorkspace {
    arch: Arch,
    body: BodyMemory,
    /// What comes out of the body and the rest of the observation.
    joined: Vec<f32>,
    trunk: Vec<Vec<f32>>,
    value: Vec<Vec<f32>>,
    actions: Vec<Vec<f32>>,
    outputs: Vec<f32>,
    taken: Taken,
    derivatives: Derivatives,
    d_shared: Vec<f32>,
}

impl Default for QWorkspace {
    fn default() -> Self {
        Self {
            arch: Arch::new(),
            body: BodyMemory::default(),
            joined: Vec::new(),
            trunk: Vec::new(),
            value: Vec::new(),
            actions: Vec::new(),
            outputs: Vec::new(),
            taken: Taken::default(),
            derivatives: Derivatives::default(),
            d_shared: Vec::new(),
        }
    }
}

impl QNetwork {
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
        let w = workspace;
        // There is no way back from here.
        w.taken.ask(&[], self.architecture.atoms);
        self.all(weights, inputs, rows, w);
        self.outputs(&w.actions, &w.outputs)
    }

    /// Like [`forward`](Self::forward), where only the values of the actions `taken`, one for each row, are asked for: the
    /// result is row after row the atoms of its action. They agree with those of `forward` up to rounding.
    ///
    /// # Panics
    /// If there is no such action, or a length is not that of this architecture.
    pub fn forward_taken<'w>(
        &self,
        weights: &[f32],
        inputs: &[f32],
        taken: &[usize],
        workspace: &'w mut QWorkspace,
    ) -> &'w [f32] {
        let Architecture { atoms, actions, .. } = self.architecture;
        let known = taken.iter().all(|&action| action < actions);
        assert!(known, "an action must be below {actions}");
        let (w, rows) = (workspace, taken.len());
        w.taken.ask(taken, atoms);
        if let Some(layer) = self.lone_layer() {
            self.shared(weights, inputs, rows, w);
            let shared = self.below_heads(inputs, &w.joined, &w.trunk);
            w.taken.forward(w.arch, layer, weights, shared);
        } else {
            self.all(weights, inputs, rows, w);
            let all = self.outputs(&w.actions, &w.outputs);
            w.taken.pick(all, actions * atoms);
        }
        w.taken.outputs()
    }

    /// The layer between what all actions share and their values, if there is just one and few of its outputs are asked for
    /// when each row asks for one action.
    fn lone_layer(&self) -> Option<Layer> {
        let alone = self.graph.value.is_none() && Taken::pays(self.architecture.actions);
        self.graph.actions.layers().next().filter(|_| alone)
    }

    /// Computes what both heads stand on.
    fn shared(&self, weights: &[f32], inputs: &[f32], rows: usize, w: &mut QWorkspace) {
        assert_eq!(inputs.len(), rows * self.architecture.inputs, "inputs");
        assert_eq!(weights.len(), self.graph.end(), "number of weights");
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
        let joined = self.below_trunk(inputs, &w.joined);
        let trunk = &self.graph.trunk;
        trunk.forward(w.arch, weights, joined, rows, &mut w.trunk);
    }

    /// Computes the values of all actions.
    fn all(&self, weights: &[f32], inputs: &[f32], rows: usize, w: &mut QWorkspace) {
        let Architecture { atoms, actions, .. } = self.architecture;
        self.shared(weights, inputs, rows, w);
        let shared = self.below_heads(inputs, &w.joined, &w.trunk);
        let chain = &self.graph.actions;
        chain.forward(w.arch, weights, shared, rows, &mut w.actions);
        let Some(chain) = &self.graph.value else {
            return;
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
    }

    fn outputs<'w>(&self, actions: &'w [Vec<f32>], dueling: &'w [f32]) -> &'w [f32] {
        match self.graph.value {
            None => last(actions),
            Some(_) => dueling,
        }
    }

    fn below_trunk<'w>(&self, inputs: &'w [f32], joined: &'w [f32]) -> &'w [f32] {
        match self.graph.body {
            None => inputs,
            Some(_) => joined,
        }
    }

    fn below_heads<'w>(
        &self,
        inputs: &'w [f32],
        joined: &'w [f32],
        trunk: &'w [Vec<f32>],
    ) -> &'w [f32] {
        let below = self.below_trunk(inputs, joined);
        trunk.last().map_or(below, |out| &out[..])
    }

    /// Writes the derivative of the loss by every parameter into `gradient`, given weights and inputs of the preceding
    /// [`forward_taken`](Self::forward_taken), the draw that made the weights if the network is noisy, and the loss's
    /// derivative by its result. With `more`, these rows are added to those of the call before, which was for the same
    /// minibatch, weights and workspace: part by part a minibatch has the same gradient as in one pass, to the bit.
    ///
    /// # Panics
    /// If a length is not that of the preceding `forward_taken`.
    #[allow(clippy::too_many_arguments)]
    pub fn backward(
        &self,
        weights: &[f32],
        noise: &Noise,
        inputs: &[f32],
        d_output: &[f32],
        workspace: &mut QWorkspace,
        mut gradient: ArrayViewMut1<'_, f32>,
        more: bool,
    ) {
        let Architecture { atoms, actions, .. } = self.architecture;
        let w = workspace;
        let rows = w.taken.rows();
        assert_eq!(inputs.len(), rows * self.architecture.inputs, "inputs");
        assert_eq!(d_output.len(), rows * atoms, "derivative");
        assert_eq!(gradient.len(), self.parameters.len(), "gradient");
        let parameters = gradient.as_slice_mut().expect("a contiguous gradient");
        let gradient = &mut Gradient { parameters, more };
        let graph = &self.graph;
        let joined = self.below_trunk(inputs, &w.joined);
        let shared = self.below_heads(inputs, &w.joined, &w.trunk);
        let further = !w.trunk.is_empty() || graph.body.is_some();

        let memory = &mut w.derivatives;
        w.d_shared.clear();
        if let Some(chain) = &graph.value {
            memory.upper.clear();
            memory.upper.extend_from_slice(d_output);
            let outputs = &w.value;
            chain.backward(
                w.arch, weights, shared, rows, outputs, memory, gradient, further,
            );
            w.d_shared.extend_from_slice(&memory.upper);
        }
        if let Some(layer) = self.lone_layer() {
            memory.upper.resize(rows * layer.inputs, 0.0);
            let lower = &mut memory.upper;
            w.taken
                .backward(w.arch, layer, shared, d_output, gradient, lower);
        } else {
            w.taken.spread(d_output, actions * atoms, &mut memory.upper);
            if graph.value.is_some() {
                for row in memory.upper.chunks_exact_mut(actions * atoms) {
                    subtract_means(row, atoms);
                }
            }
            let outputs = &w.actions;
            graph.actions.backward(
                w.arch, weights, shared, rows, outputs, memory, gradient, further,
            );
        }
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
            let (by_weight, by_sigma) = gradient.parameters.split_at_mut(end);
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

/// Takes from each atom its mean over all actions.
fn subtract_means(row: &mut [f32], atoms: usize) {
    let actions = row.len() / atoms;
    for atom in 0..atoms {
        let mean = row[atom..].iter().step_by(atoms).sum::<f32>() / actions as f32;
        let of_atom = row[atom..].iter_mut().step_by(atoms);
        of_atom.for_each(|x| *x -= mean);
    }
}

fn last(outputs: &[Vec<f32>]) -> &[f32] {
    outputs.last().expect("at least one layer")
}
