//! A trained network in Python: writes the weights as safetensors and the network as ONNX, with values to compare.
//!
//!     cargo run --release --example load_in_python -- /tmp/trained
//!     python3 -m venv /tmp/venv && /tmp/venv/bin/pip install numpy safetensors onnxruntime
//!     /tmp/venv/bin/python examples/load_in_python.py /tmp/trained
//!
//! The script beside this file loads both and shows that they give the values that the network gave here.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::PathBuf;

use anyhow::Context;
use clap::Parser;
use rl_agent::afterstate_dqn::{AfterstateDqn, AfterstateDqnConfig};
use rl_agent::env::{AfterstateEnvironment, AfterstateModel, Environment};
use rl_agent::model::Model;
use rl_agent::nn::Workspace;
use rl_agent::onnx;
use rl_agent::tetris::{Scenario, Tetris, TetrisConfig};
use rl_agent::trainer::{Trainer, TrainerConfig};

/// Trains a network and writes it for Python.
#[derive(Parser)]
struct Args {
    /// Where the files go
    folder: PathBuf,
    /// Pieces to train for
    #[arg(long, default_value_t = 20_000)]
    steps: u64,
}

fn main() -> anyhow::Result<()> {
    let Args { folder, steps } = Args::parse();
    std::fs::create_dir_all(&folder)?;

    let tetris = Tetris::without_colours(TetrisConfig::default())?;
    let config = AfterstateDqnConfig::tetris(steps);
    let (objective, gamma) = (config.objective, config.gamma);
    let agent = AfterstateDqn::new(tetris.model(), config, 1)?;
    let limits = TrainerConfig {
        seed: 1,
        total_steps: Some(steps),
        ..TrainerConfig::default()
    };
    let mut trainer = Trainer::new(vec![tetris.clone()], agent, limits)?;
    trainer.run(())?;

    let model = Model {
        network: trainer.agent().network().clone(),
        objective,
        gamma,
        features: tetris.model().feature_names(),
        notes: BTreeMap::from([("steps".to_owned(), steps.to_string())]),
    };
    model.save(&folder.join("model.safetensors"))?;
    onnx::save_model(&model, &folder.join("model.onnx"))?;

    // A few positions and what the network says of them: a header, then features and value, a position a line.
    let mut table = model.features.join(",") + ",value\n";
    let (mut game, mut workspace) = (tetris.clone(), Workspace::default());
    game.reset(7, &Scenario::default())?;
    let mut features = ndarray::Array2::zeros((1, model.features.len()));
    let mut legal = vec![false; game.action_count()];
    for _ in 0..20 {
        game.legal_actions(&mut legal);
        let action = legal
            .iter()
            .position(|&legal| legal)
            .context("no placement is left")?;
        let after = game.after(action)?;
        let row = features
            .as_slice_mut()
            .context("one row lies in one piece")?;
        tetris.model().features(&after, row);
        for feature in row.iter() {
            write!(table, "{feature},")?;
        }
        let value = model.network.forward(features.view(), &mut workspace)[(0, 0)];
        writeln!(table, "{value}")?;
        if game.step(action)?.terminated {
            game.reset(8, &Scenario::default())?;
        }
    }
    std::fs::write(folder.join("values.csv"), table)?;
    println!(
        "model.safetensors, model.onnx and values.csv are in {}",
        folder.display()
    );
    Ok(())
}
