//! Writes what `tests/full/20-python-readers` reads back with Python's own libraries.
#![cfg(all(feature = "onnx", feature = "tensorboard"))]

mod worlds;

use std::collections::BTreeMap;
use std::path::Path;

use rl_agent::afterstate_dqn::Objective;
use rl_agent::dqn::{Categorical, Dqn, DqnConfig, DqnPolicy};
use rl_agent::env::Environment;
use rl_agent::model::Model;
use rl_agent::nn::{Activation, Convolution, Filters, Mlp, Patches, Workspace};
use rl_agent::observers::{JsonLines, TensorBoard};
use rl_agent::onnx;
use rl_agent::rng::Rng;
use rl_agent::trainer::{Trainer, TrainerConfig};
use serde_json::{Value, json};
use worlds::grid;

/// Where to write; without it a temporary folder, only to see that writing works.
const FOLDER: &str = "RL_AGENT_TEST_FOLDER";

fn policies() -> Vec<(&'static str, DqnConfig)> {
    let convolution = Convolution {
        planes: 1,
        height: 3,
        width: 3,
        layers: vec![
            Filters {
                count: 4,
                size: 2,
                stride: 1,
            },
            Filters {
                count: 3,
                size: 2,
                stride: 1,
            },
        ],
    };
    let all = DqnConfig {
        convolution: Some(convolution),
        hidden: vec![16, 12],
        activation: Activation::Elu,
        dueling: true,
        noisy: Some(0.5),
        categorical: Some(Categorical {
            atoms: 11,
            low: -2.0,
            high: 2.0,
        }),
        normalize_observations: true,
        learning_starts: 100,
        ..DqnConfig::default()
    };
    let plain = DqnConfig {
        hidden: vec![24],
        learning_starts: 100,
        ..DqnConfig::default()
    };
    vec![("plain", plain), ("all", all)]
}

/// A policy's answers to ten random observations.
fn answers(policy: &mut DqnPolicy, inputs: usize) -> Value {
    let mut rng = Rng::new(8, 0);
    let rows: Vec<Vec<f32>> = (0..10)
        .map(|_| (0..inputs).map(|_| rng.unit() as f32).collect())
        .collect();
    let values: Vec<Vec<f32>> = rows.iter().map(|row| policy.values(row).to_vec()).collect();
    json!({ "observations": rows, "values": values })
}

#[test]
fn files_for_python() {
    let temporary = tempfile::tempdir().unwrap();
    let folder = std::env::var(FOLDER);
    let folder = folder.as_ref().map_or(temporary.path(), Path::new);
    for (name, config) in policies() {
        let agent = Dqn::new(&grid(), config, 2).unwrap();
        let limits = TrainerConfig {
            total_steps: Some(2_000),
            metrics_every: 100,
            ..TrainerConfig::default()
        };
        let mut trainer = Trainer::new(vec![grid()], agent, limits).unwrap();
        let mut lines = JsonLines::new(Vec::new());
        let board = TensorBoard::create(&folder.join(name)).unwrap();
        trainer.run((board, &mut lines)).unwrap();
        std::fs::write(folder.join(format!("{name}.jsonl")), lines.into_inner()).unwrap();
        let mut policy = trainer.agent().policy();
        let path = |ending: &str| folder.join(format!("{name}.{ending}"));
        policy.save(&path("safetensors"), &BTreeMap::new()).unwrap();
        onnx::save_policy(&policy, &path("onnx")).unwrap();
        let answers = answers(&mut policy, grid().observation_len());
        std::fs::write(path("json"), answers.to_string()).unwrap();
    }

    let mut rng = Rng::new(1, 0);
    let network = Mlp::new(&[5, 8, 6, 1], &mut rng).unwrap();
    let features = ndarray::Array2::from_shape_simple_fn((10, 5), || rng.normal() as f32);
    values_of_afterstates(folder, "afterstates", network, features);
    let patches = Patches {
        height: 6,
        width: 5,
        size: 3,
    };
    let network = Mlp::of_patches(patches, &[8, 6], &mut rng).unwrap();
    let boards = ndarray::Array2::from_shape_simple_fn((10, 30), || rng.below(2) as f32);
    values_of_afterstates(folder, "patches", network, boards);
}

/// A model as files, and what it says of some afterstates.
fn values_of_afterstates(folder: &Path, name: &str, network: Mlp, features: ndarray::Array2<f32>) {
    let path = |ending: &str| folder.join(format!("{name}.{ending}"));
    let mut workspace = Workspace::default();
    let values = network.forward(features.view(), &mut workspace).to_owned();
    let model = Model {
        network,
        objective: Objective::default(),
        gamma: 0.9,
        features: (0..features.ncols())
            .map(|i| format!("input_{i}"))
            .collect(),
        notes: BTreeMap::new(),
    };
    model.save(&path("safetensors")).unwrap();
    assert_eq!(Model::load(&path("safetensors")).unwrap(), model);
    onnx::save_model(&model, &path("onnx")).unwrap();
    let rows = |array: &ndarray::Array2<f32>| -> Vec<Vec<f32>> {
        array.rows().into_iter().map(|row| row.to_vec()).collect()
    };
    let answers = json!({ "observations": rows(&features), "values": rows(&values) });
    std::fs::write(path("json"), answers.to_string()).unwrap();
}
