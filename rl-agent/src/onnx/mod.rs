//! Greedy policies as ONNX files, for whoever wants to run them without this library.
//!
//! | policy | inputs | outputs |
//! |---|---|---|
//! | [`DqnPolicy`] | `observation` (n x numbers, float), `legal` (n x actions, bool) | `values` (n x actions, float), `action` (n, int64) |
//! | [`Model`] of afterstates | `features` (n x features, float) | `values` (n x 1, float) |
//!
//! Both are opset 17.

mod graph;
mod proto;

use std::path::Path;

use prost::Message;

use self::graph::{Graph, int, ints};
use self::proto::{BOOL, FLOAT, INT64, ModelProto, StringEntry};
use crate::dqn::DqnPolicy;
use crate::model::{Model, ModelError};
use crate::model_file;
use crate::normalizer::LIMIT;

/// Writes the greedy policy of a DQN; the file is replaced as a whole or not at all.
///
/// # Errors
/// If the file cannot be written.
pub fn save_policy(policy: &DqnPolicy, path: &Path) -> Result<(), ModelError> {
    model_file::write(path, &policy_model(policy).encode_to_vec())
}

/// Writes the network that values afterstates; the file is replaced as a whole or not at all. Playing by it is the
/// caller's: see [`Objective`](crate::afterstate_dqn::Objective) for how an action's value follows.
///
/// # Errors
/// If the file cannot be written.
pub fn save_model(model: &Model, path: &Path) -> Result<(), ModelError> {
    let mut graph = Graph::new();
    graph.input("features", FLOAT, model.network.input_len());
    let patches = model.network.patches();
    let mut at = match patches {
        Some(patches) => graph.patches(patches, "features"),
        None => "features".to_owned(),
    };
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
    if let Some(patches) = patches {
        at = graph.sum_of_patches(patches, &at);
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
    model_file::write(path, &file.encode_to_vec())
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
            graph.floats("low", &[], &[-LIMIT]),
            graph.floats("high", &[], &[LIMIT]),
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
