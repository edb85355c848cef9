//! Trained models that come with this crate.
//!
//! Each learned from its own play, from random weights; `models/README.md` has the training record of each and
//! `RESULTS.md`, at the root of the repository, how well it plays.
//!
//! ```
//! use rl_agent::agent::Policy;
//! use rl_agent::models;
//! use rl_agent::tetris::{Inputs, Tetris, TetrisConfig};
//!
//! let model = models::standard();
//! // An environment that shows what the model looks at.
//! let inputs = Inputs::named(&model.features);
//! let tetris = Tetris::new(TetrisConfig { inputs, ..TetrisConfig::default() })?;
//! let action = model.policy().act(&tetris);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use crate::model::Model;

/// The best model for the board of 10 x 20 and uniformly random pieces.
pub fn standard() -> Model {
    bundled(include_bytes!("../models/standard.safetensors"))
}

/// The best model for the board of 10 x 10 and uniformly random pieces.
pub fn small_board() -> Model {
    bundled(include_bytes!("../models/small-board.safetensors"))
}

/// The best model for the board of 10 x 20 and uniformly random pieces that sees its bare cells alone.
pub fn raw_board() -> Model {
    bundled(include_bytes!("../models/raw-board.safetensors"))
}

fn bundled(bytes: &[u8]) -> Model {
    Model::from_bytes(bytes).expect("a model that the tests have read")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::env::{AfterstateEnvironment, AfterstateModel};
    use crate::evaluation::{EvaluationConfig, evaluate};
    use crate::tetris::{Inputs, Scenario, Tetris, TetrisConfig};

    /// Lines of 20 games cut at 250 pieces: whoever never dies clears nearly 100 in each.
    #[test]
    fn they_play_well() {
        for (model, height) in [(standard(), 20), (small_board(), 10), (raw_board(), 20)] {
            let config = TetrisConfig {
                height,
                inputs: Inputs::named(&model.features),
                ..TetrisConfig::default()
            };
            let tetris = Tetris::without_colours(config).unwrap();
            assert_eq!(model.features, tetris.model().feature_names());
            let games = EvaluationConfig {
                max_steps: Some(250),
                ..EvaluationConfig::default()
            };
            let scenario = Scenario::default();
            let played = evaluate(&tetris, &scenario, &model.policy(), &games, || false).unwrap();
            assert!(played.mean() > 90.0, "{height}: {}", played.mean());
        }
    }
}
