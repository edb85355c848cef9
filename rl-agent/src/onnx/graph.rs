//! A graph of ONNX operators, put together node by node.

use super::proto::{
    Attribute, Dimension, FLOAT, FLOAT_ATTRIBUTE, GraphProto, INT_ATTRIBUTE, INT64, INTS_ATTRIBUTE,
    ModelProto, NodeProto, OperatorSet, Shape, TensorProto, TensorType, TypeProto, ValueInfo,
};
use crate::nn::{Activation, Convolution, Patches};

/// A graph in the making.
pub(super) struct Graph {
    proto: GraphProto,
    names: usize,
}

impl Graph {
    pub(super) fn new() -> Self {
        Self {
            proto: GraphProto::default(),
            names: 0,
        }
    }

    /// A name that no value has yet.
    pub(super) fn name(&mut self) -> String {
        self.names += 1;
        format!("t{}", self.names)
    }

    pub(super) fn node(
        &mut self,
        op: &str,
        inputs: &[&str],
        output: &str,
        attributes: &[Attribute],
    ) {
        self.proto.node.push(NodeProto {
            input: inputs.iter().map(|&input| input.to_owned()).collect(),
            output: vec![output.to_owned()],
            name: format!("{op}_{output}"),
            op_type: op.to_owned(),
            attribute: attributes.to_vec(),
        });
    }

    /// A node without attributes; returns the name of its output.
    pub(super) fn op(&mut self, op: &str, inputs: &[&str]) -> String {
        let name = self.name();
        self.node(op, inputs, &name, &[]);
        name
    }

    pub(super) fn floats(&mut self, name: &str, shape: &[usize], values: &[f32]) -> String {
        let bytes = values
            .iter()
            .flat_map(|value| value.to_le_bytes())
            .collect();
        self.tensor(name, FLOAT, shape, bytes)
    }

    pub(super) fn ints(&mut self, name: &str, values: &[i64]) -> String {
        let bytes = values
            .iter()
            .flat_map(|value| value.to_le_bytes())
            .collect();
        self.tensor(name, INT64, &[values.len()], bytes)
    }

    fn tensor(&mut self, name: &str, data_type: i32, shape: &[usize], raw_data: Vec<u8>) -> String {
        self.proto.initializer.push(TensorProto {
            dims: shape.iter().map(|&len| len as i64).collect(),
            data_type,
            name: name.to_owned(),
            raw_data,
        });
        name.to_owned()
    }

    /// A linear layer of weights inputs x outputs.
    pub(super) fn linear(
        &mut self,
        name: &str,
        input: &str,
        weights: &[f32],
        biases: &[f32],
    ) -> String {
        let shape = [weights.len() / biases.len(), biases.len()];
        let weights = self.floats(&format!("{name}/w"), &shape, weights);
        let biases = self.floats(&format!("{name}/b"), &[biases.len()], biases);
        self.op("Gemm", &[input, &weights, &biases])
    }

    pub(super) fn activate(&mut self, activation: Activation, input: &str) -> String {
        let name = self.name();
        let (op, attributes) = match activation {
            Activation::Relu => ("Relu", vec![]),
            Activation::LeakyRelu => ("LeakyRelu", vec![float("alpha", 0.01)]),
            Activation::Elu => ("Elu", vec![float("alpha", 1.0)]),
            Activation::Tanh => ("Tanh", vec![]),
        };
        self.node(op, &[input], &name, &attributes);
        name
    }

    /// The convolutions over the first part of `input`, joined with its rest.
    pub(super) fn convolutions<'a>(
        &mut self,
        of: &Convolution,
        activation: Activation,
        input: &str,
        mut layer: impl FnMut() -> Option<((String, Vec<usize>, &'a [f32]), &'a [f32])>,
    ) -> String {
        let len = of.input_len() as i64;
        let (zero, one) = (self.ints("zero", &[0]), self.ints("one", &[1]));
        let (end, most) = (self.ints("planes", &[len]), self.ints("most", &[i64::MAX]));
        let planes = self.op("Slice", &[input, &zero, &end, &one]);
        let rest = self.op("Slice", &[input, &end, &most, &one]);
        let shape = [-1, of.planes as i64, of.height as i64, of.width as i64];
        let shape = self.ints("picture", &shape);
        let mut at = self.op("Reshape", &[&planes, &shape]);
        for filters in &of.layers {
            let ((name, shape, weights), biases) = layer().expect("every layer has its tensors");
            let [size, _, channels, count] = shape[..] else {
                unreachable!("filters have four dimensions");
            };
            // From height x width x channels x filters to filters x channels x height x width.
            let mut turned = vec![0.0; weights.len()];
            for (index, weight) in weights.iter().enumerate() {
                let (filter, channel) = (index % count, index / count % channels);
                let place = index / count / channels;
                turned[(filter * channels + channel) * size * size + place] = *weight;
            }
            let shape = [count, channels, size, size];
            let weights = self.floats(&format!("{name}/w"), &shape, &turned);
            let biases = self.floats(&format!("{name}/b"), &[count], biases);
            let stride = filters.stride as i64;
            let output = self.name();
            let strides = ints("strides", &[stride, stride]);
            self.node("Conv", &[&at, &weights, &biases], &output, &[strides]);
            at = self.activate(activation, &output);
        }
        // What follows takes the channels of one place together.
        let turned = self.name();
        self.node("Transpose", &[&at], &turned, &[ints("perm", &[0, 2, 3, 1])]);
        let flat = self.name();
        self.node("Flatten", &[&turned], &flat, &[int("axis", 1)]);
        let joined = self.name();
        self.node("Concat", &[&flat, &rest], &joined, &[int("axis", 1)]);
        joined
    }

    /// What layers see of each patch of each board of `input`, a row for each.
    pub(super) fn patches(&mut self, of: &Patches, input: &str) -> String {
        let half = self.floats("half", &[], &[0.5]);
        let full = self.op("Greater", &[input, &half]);
        let cells = self.name();
        let float = int("to", FLOAT.into());
        self.node("Cast", &[&full], &cells, &[float]);
        let shape = self.ints("board", &[-1, 1, of.height as i64, of.width as i64]);
        let board = self.op("Reshape", &[&cells, &shape]);
        // Before and after samples, channels, rows and columns.
        let (pads, wall) = (
            self.ints("pads", &[0, 0, 1, 1, 0, 0, 0, 1]),
            self.floats("wall", &[], &[1.0]),
        );
        let walled = self.op("Pad", &[&board, &pads, &wall]);
        // A filter for each cell of a patch, and one for its row, which sees nothing.
        let (inputs, cells) = (of.inputs(), of.inputs() - 1);
        let mut filters = vec![0.0; inputs * cells];
        (0..cells).for_each(|cell| filters[cell * cells + cell] = 1.0);
        let filters = self.floats("filters", &[inputs, 1, of.size, of.size], &filters);
        let seen = self.op("Conv", &[&walled, &filters]);
        let [_, up] = of.places();
        let mut rows = vec![0.0; inputs * up];
        (0..up).for_each(|y| rows[cells * up + y] = of.seen_row(y));
        let rows = self.floats("rows", &[1, inputs, up, 1], &rows);
        let placed = self.op("Add", &[&seen, &rows]);
        let turned = self.name();
        let last = ints("perm", &[0, 2, 3, 1]);
        self.node("Transpose", &[&placed], &turned, &[last]);
        let shape = self.ints("patches", &[-1, inputs as i64]);
        self.op("Reshape", &[&turned, &shape])
    }

    /// The sum of a number for each patch over those of a board.
    pub(super) fn sum_of_patches(&mut self, of: &Patches, input: &str) -> String {
        let places = of.places().iter().product::<usize>() as i64;
        let shape = self.ints("places", &[-1, places]);
        let boards = self.op("Reshape", &[input, &shape]);
        let axes = self.ints("axes", &[1]);
        self.op("ReduceSum", &[&boards, &axes])
    }

    pub(super) fn input(&mut self, name: &str, element: i32, width: usize) {
        self.proto
            .input
            .push(value_info(name, element, &[Some(width)]));
    }

    pub(super) fn output(&mut self, name: &str, element: i32, widths: &[Option<usize>]) {
        self.proto.output.push(value_info(name, element, widths));
    }

    pub(super) fn finish(mut self, name: &str) -> ModelProto {
        self.proto.name = name.to_owned();
        ModelProto {
            // Of ONNX 1.12, the first with opset 17.
            ir_version: 8,
            producer_name: "rl-agent".to_owned(),
            producer_version: env!("CARGO_PKG_VERSION").to_owned(),
            graph: Some(self.proto),
            opset_import: vec![OperatorSet {
                domain: String::new(),
                version: 17,
            }],
            metadata: Vec::new(),
        }
    }
}

/// Rows of these widths, any number of them.
fn value_info(name: &str, element: i32, widths: &[Option<usize>]) -> ValueInfo {
    let rows = Dimension {
        value: None,
        name: Some("n".to_owned()),
    };
    let widths = widths.iter().map(|width| Dimension {
        value: width.map(|width| width as i64),
        name: None,
    });
    ValueInfo {
        name: name.to_owned(),
        of_type: Some(TypeProto {
            tensor: Some(TensorType {
                element,
                shape: Some(Shape {
                    dim: [rows].into_iter().chain(widths).collect(),
                }),
            }),
        }),
    }
}

pub(super) fn int(name: &str, i: i64) -> Attribute {
    Attribute {
        name: name.to_owned(),
        i,
        kind: INT_ATTRIBUTE,
        ..Attribute::default()
    }
}

pub(super) fn ints(name: &str, ints: &[i64]) -> Attribute {
    Attribute {
        name: name.to_owned(),
        ints: ints.to_vec(),
        kind: INTS_ATTRIBUTE,
        ..Attribute::default()
    }
}

fn float(name: &str, f: f32) -> Attribute {
    Attribute {
        name: name.to_owned(),
        f,
        kind: FLOAT_ATTRIBUTE,
        ..Attribute::default()
    }
}
