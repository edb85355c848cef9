//! Greedy policies as ONNX files, for whoever wants to run them without this library.
//!
//! | policy | inputs | outputs |
//! |---|---|---|
//! | [`DqnPolicy`] | `observation` (n x numbers, float), `legal` (n x actions, bool) | `values` (n x actions, float), `action` (n, int64) |
//! | [`Model`] of afterstates | `features` (n x features, float) | `values` (n x 1, float) |
//!
//! Both are opset 17.

mod proto;

use std::path::Path;

use prost::Message;

use self::proto::{
    Attribute, BOOL, Dimension, FLOAT, FLOAT_ATTRIBUTE, GraphProto, INT_ATTRIBUTE, INT64,
    INTS_ATTRIBUTE, ModelProto, NodeProto, OperatorSet, Shape, StringEntry, TensorProto,
    TensorType, TypeProto, ValueInfo,
};
use crate::atomic_file;
use crate::dqn::DqnPolicy;
use crate::model::{Model, ModelError};
use crate::nn::{Activation, Convolution};

/// Writes the greedy policy of a DQN; the file is replaced as a whole or not at all.
///
/// # Errors
/// If the file cannot be written.
pub fn save_policy(policy: &DqnPolicy, path: &Path) -> Result<(), ModelError> {
    write(&policy_model(policy), path)
}

/// Writes the network that values afterstates; the file is replaced as a whole or not at all. Playing by it is the
/// caller's: see [`Objective`](crate::afterstate_dqn::Objective) for how an action's value follows.
///
/// # Errors
/// If the file cannot be written.
pub fn save_model(model: &Model, path: &Path) -> Result<(), ModelError> {
    let mut graph = Graph::new();
    graph.input("features", FLOAT, model.network.input_len());
    let mut at = "features".to_owned();
    let depth = model.network.weights().count();
    for (index, (weights, biases)) in model.network.weights().enumerate() {
        let (weights, biases) = (
            weights.to_slice().expect("standard layout"),
            biases.to_slice().expect("standard layout"),
        );
        at = graph.linear(&format!("layers.{index}"), &at, weights, biases);
        if index + 1 < depth {
            at = graph.activate(model.network.activation(), &at);
        }
    }
    graph.node("Identity", &[&at], "values", &[]);
    graph.output("values", FLOAT, &[Some(model.network.output_len())]);
    let mut file = graph.finish("afterstate-value");
    file.metadata.push(StringEntry {
        key: "gamma".to_owned(),
        value: model.gamma.to_string(),
    });
    file.metadata.push(StringEntry {
        key: "features".to_owned(),
        value: model.features.join(","),
    });
    write(&file, path)
}

fn write(model: &ModelProto, path: &Path) -> Result<(), ModelError> {
    atomic_file::write(path, &model.encode_to_vec()).map_err(|source| ModelError::Io {
        path: path.display().to_string(),
        source,
    })
}

fn policy_model(policy: &DqnPolicy) -> ModelProto {
    let architecture = policy.network().architecture();
    let tensors = policy.network().tensors();
    let mut graph = Graph::new();
    graph.input("observation", FLOAT, architecture.inputs);
    graph.input("legal", BOOL, architecture.actions);
    let mut at = "observation".to_owned();
    if let Some(normalizer) = policy.normalizer() {
        let (shift, scale): (Vec<f32>, Vec<f32>) = normalizer.shift_and_scale().unzip();
        let shift = graph.floats("shift", &[shift.len()], &shift);
        let scale = graph.floats("scale", &[scale.len()], &scale);
        let shifted = graph.op("Sub", &[&at, &shift]);
        let scaled = graph.op("Mul", &[&shifted, &scale]);
        let (low, high) = (
            graph.floats("low", &[], &[-10.0]),
            graph.floats("high", &[], &[10.0]),
        );
        at = graph.op("Clip", &[&scaled, &low, &high]);
    }
    let mut rest = &tensors[..];
    // Takes the tensors of the next layer if it belongs to this part.
    let mut layer = |part: &str| {
        let [weights, biases, others @ ..] = rest else {
            return None;
        };
        weights.0.starts_with(part).then(|| {
            rest = others;
            (weights.clone(), biases.2)
        })
    };
    let activation = architecture.activation;
    if let Some(convolution) = &architecture.convolution {
        at = graph.convolutions(convolution, activation, &at, || layer("convolution."));
    }
    while let Some(((name, _, weights), biases)) = layer("hidden.") {
        let sum = graph.linear(&name, &at, weights, biases);
        at = graph.activate(activation, &sum);
    }
    let mut stream = |part: &str, mut at: String| {
        let mut sum: Option<String> = None;
        while let Some(((name, _, weights), biases)) = layer(part) {
            if let Some(below) = sum.take() {
                at = graph.activate(activation, &below);
            }
            sum = Some(graph.linear(&name, &at, weights, biases));
        }
        sum.expect("every stream has a layer")
    };
    let value = architecture.dueling.then(|| stream("value.", at.clone()));
    let advantages = stream("actions.", at);
    let (actions, atoms) = (architecture.actions as i64, architecture.atoms as i64);
    let cube = graph.ints("cube", &[-1, actions, atoms]);
    let mut outputs = graph.op("Reshape", &[&advantages, &cube]);
    if let Some(value) = value {
        let row = graph.ints("row", &[-1, 1, atoms]);
        let value = graph.op("Reshape", &[&value, &row]);
        let mean = graph.name();
        graph.node("ReduceMean", &[&outputs], &mean, &[ints("axes", &[1])]);
        let centred = graph.op("Sub", &[&outputs, &mean]);
        outputs = graph.op("Add", &[&centred, &value]);
    }
    if let Some(categorical) = policy.categorical() {
        let shares = graph.name();
        graph.node("Softmax", &[&outputs], &shares, &[int("axis", 2)]);
        let support: Vec<f32> = (0..categorical.atoms)
            .map(|atom| categorical.value(atom))
            .collect();
        let support = graph.floats("support", &[support.len(), 1], &support);
        outputs = graph.op("MatMul", &[&shares, &support]);
    }
    let square = graph.ints("square", &[-1, actions]);
    graph.node("Reshape", &[&outputs, &square], "values", &[]);
    let never = graph.floats("never", &[], &[f32::NEG_INFINITY]);
    let allowed = graph.op("Where", &["legal", "values", &never]);
    graph.node(
        "ArgMax",
        &[&allowed],
        "action",
        &[int("axis", 1), int("keepdims", 0)],
    );
    graph.output("values", FLOAT, &[Some(architecture.actions)]);
    graph.output("action", INT64, &[]);
    graph.finish("state-action-values")
}

/// A graph in the making.
struct Graph {
    proto: GraphProto,
    names: usize,
}

impl Graph {
    fn new() -> Self {
        Self {
            proto: GraphProto::default(),
            names: 0,
        }
    }

    /// A name that no value has yet.
    fn name(&mut self) -> String {
        self.names += 1;
        format!("t{}", self.names)
    }

    fn node(&mut self, op: &str, inputs: &[&str], output: &str, attributes: &[Attribute]) {
        self.proto.node.push(NodeProto {
            input: inputs.iter().map(|&input| input.to_owned()).collect(),
            output: vec![output.to_owned()],
            name: format!("{op}_{output}"),
            op_type: op.to_owned(),
            attribute: attributes.to_vec(),
        });
    }

    /// A node without attributes; returns the name of its output.
    fn op(&mut self, op: &str, inputs: &[&str]) -> String {
        let name = self.name();
        self.node(op, inputs, &name, &[]);
        name
    }

    fn floats(&mut self, name: &str, shape: &[usize], values: &[f32]) -> String {
        let bytes = values
            .iter()
            .flat_map(|value| value.to_le_bytes())
            .collect();
        self.tensor(name, FLOAT, shape, bytes)
    }

    fn ints(&mut self, name: &str, values: &[i64]) -> String {
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
    fn linear(&mut self, name: &str, input: &str, weights: &[f32], biases: &[f32]) -> String {
        let shape = [weights.len() / biases.len(), biases.len()];
        let weights = self.floats(&format!("{name}/w"), &shape, weights);
        let biases = self.floats(&format!("{name}/b"), &[biases.len()], biases);
        self.op("Gemm", &[input, &weights, &biases])
    }

    fn activate(&mut self, activation: Activation, input: &str) -> String {
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
    fn convolutions<'a>(
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

    fn input(&mut self, name: &str, element: i32, width: usize) {
        self.proto
            .input
            .push(value_info(name, element, &[Some(width)]));
    }

    fn output(&mut self, name: &str, element: i32, widths: &[Option<usize>]) {
        self.proto.output.push(value_info(name, element, widths));
    }

    fn finish(mut self, name: &str) -> ModelProto {
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

fn int(name: &str, i: i64) -> Attribute {
    Attribute {
        name: name.to_owned(),
        i,
        kind: INT_ATTRIBUTE,
        ..Attribute::default()
    }
}

fn ints(name: &str, ints: &[i64]) -> Attribute {
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
