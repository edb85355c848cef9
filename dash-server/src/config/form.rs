//! The fields that a page offers to change before a run, with their ranges.

use tetris_core::RandomizerKind;

use super::learner::{KEYS, PLACEMENTS};
use crate::protocol::{FieldKind, FormField};
use FieldKind::{Choice, Integer, Number, Schedule, Sizes, Switch};

/// Key, game, kind, lowest and highest value, choices, label, explanation.
type Row = (
    &'static str,
    Option<&'static str>,
    FieldKind,
    Option<f64>,
    Option<f64>,
    &'static [&'static str],
    &'static str,
    &'static str,
);

const ONE: Option<f64> = Some(1.0);
const PLACED: Option<&str> = Some(PLACEMENTS);
const PRESSED: Option<&str> = Some(KEYS);

#[rustfmt::skip]
const FIELDS: [Row; 28] = [
    ("environment.width", PLACED, Integer, Some(4.0), Some(32.0), &[], "Columns", "Columns of the board."),
    ("environment.height", None, Integer, Some(4.0), Some(64.0), &[], "Rows", "Rows of the board."),
    ("environment.pieces", None, Choice, None, None, &RandomizerKind::NAMES, "Pieces",
        "How pieces are drawn."),
    ("environment.inputs", PLACED, Choice, None, None, &["features", "surface", "cells"], "Inputs",
        "What the network sees: hand-made features of the board, these and the steps of its surface, or its bare cells."),
    ("environment.hold", PLACED, Switch, None, None, &[], "Hold", "Whether one piece is on hold, to be placed instead of the current one."),
    ("environment.preview", PLACED, Integer, Some(0.0), Some(14.0), &[], "Preview", "Pieces after the current one that the agent sees."),
    ("environment.reward_per_piece", None, Number, None, None, &[], "Reward a piece", "Reward for every piece placed."),
    ("environment.reward_per_line", None, Number, None, None, &[], "Reward a line", "Reward for every line cleared."),
    ("environment.reward_per_hole", PRESSED, Number, None, None, &[], "Reward a hole",
        "Reward, usually below 0, for every hole more than before."),
    ("scenario.ceiling", PLACED, Integer, Some(4.0), Some(64.0), &[], "Ceiling in training",
        "Rows under which pieces must come to rest while training; at most the rows of the board."),
    ("scenario.max_pieces", None, Integer, ONE, None, &[], "Pieces a game", "Pieces after which a game in training is cut."),
    ("scenario.environments", None, Integer, ONE, Some(64.0), &[], "Games at a time",
        "Games that are played side by side in training, a piece in each in turn."),
    ("agent.objective", PLACED, Choice, None, None, &["return", "survival"], "Objective",
        "The discounted return, or the logarithm of how likely the game goes on, for which each step is worth the same."),
    ("agent.backup", PLACED, Choice, None, None, &["expected", "sampled"], "Backup",
        "Values move towards the mean over all next pieces, or towards the one that came."),
    ("agent.double", PRESSED, Switch, None, None, &[], "Double",
        "One network chooses the next action, the other gives its value."),
    ("agent.n_step", PRESSED, Integer, ONE, Some(1000.0), &[], "Steps of a return", "Rewards summed before a value is asked for."),
    ("agent.gamma", None, Number, Some(0.0), ONE, &[], "Discount", "Gamma: what the next step is worth against this one."),
    ("agent.hidden", None, Sizes, ONE, Some(4096.0), &[], "Hidden layers", "Sizes of the hidden layers, as 32, 32."),
    ("agent.patches", PLACED, Integer, Some(2.0), Some(4.0), &[], "Patches",
        "Rows and columns of the patches that the layers see one by one, with the inputs `cells`; without it they see all at once."),
    ("agent.learning_rate", None, Schedule, Some(0.0), None, &[], "Learning rate",
        "Above 0: a number, or linear, exponential or cosine with start, end and steps, as linear 1e-3 1e-4 50000."),
    ("agent.epsilon", None, Schedule, Some(0.0), ONE, &[], "Epsilon",
        "Probability of a random move: a number, or linear, exponential or cosine with start, end and steps."),
    ("agent.batch_size", None, Integer, ONE, Some(65_536.0), &[], "Batch", "Positions an update learns from."),
    ("agent.buffer_capacity", None, Integer, ONE, None, &[], "Replay buffer", "Positions remembered; at least a batch."),
    ("agent.learning_starts", None, Integer, ONE, None, &[], "Learning starts", "Steps before the first update; at least a batch."),
    ("agent.update_every", None, Integer, ONE, None, &[], "Update every", "Steps between two updates."),
    ("trainer.total_steps", None, Integer, None, None, &[], "Steps", "Steps after which training ends; without it, on Stop."),
    ("trainer.evaluate_every", None, Integer, ONE, None, &[], "Evaluate every", "Steps between two evaluations of the greedy policy."),
    ("evaluation.games", None, Integer, ONE, Some(100_000.0), &[], "Evaluation games", "Games of an evaluation."),
];

/// The fields, in the order of a form.
pub fn form() -> Vec<FormField> {
    let field = |(key, game, kind, min, max, choices, label, doc): Row| FormField {
        key: key.to_owned(),
        game: game.map(str::to_owned),
        label: label.to_owned(),
        doc: doc.to_owned(),
        kind,
        min,
        max,
        choices: choices.iter().map(|&choice| choice.to_owned()).collect(),
    };
    FIELDS.map(field).to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{RunConfig, overlay, preset};
    use crate::protocol::ConfigMap;

    fn accepted(key: &str, game: Option<&str>, value: &str) -> bool {
        if game == PRESSED {
            let mut tables = preset("key-press").unwrap();
            let over = format!("{key} = {value}").parse::<ConfigMap>();
            overlay(&mut tables, &over.unwrap());
            return RunConfig::from_tables(&tables).is_ok();
        }
        // Wide limits, so that no other field is in the way.
        let roomy = "[agent]\nobjective = \"return\"\nbackup = \"expected\"\nbuffer_capacity = 100_000\nlearning_starts = 70_000\n[environment]\nheight = 64";
        let mut tables = preset("quick").unwrap();
        overlay(&mut tables, &roomy.parse::<ConfigMap>().unwrap());
        if ["agent.buffer_capacity", "agent.learning_starts"].contains(&key) {
            overlay(&mut tables, &"agent.batch_size = 1".parse().unwrap());
        }
        if key == "agent.patches" {
            overlay(
                &mut tables,
                &"environment.inputs = \"cells\"".parse().unwrap(),
            );
        }
        if key == "environment.height" {
            overlay(&mut tables, &"scenario.ceiling = 4".parse().unwrap());
        }
        let over = format!("{key} = {value}").parse::<ConfigMap>();
        overlay(&mut tables, &over.unwrap());
        RunConfig::from_tables(&tables).is_ok()
    }

    #[test]
    fn what_the_form_allows_is_what_a_configuration_allows() {
        for field in form() {
            let key = &field.key;
            let accepted = |key: &str, value: &str| accepted(key, field.game.as_deref(), value);
            let written = |value: f64| match field.kind {
                Integer => format!("{value}"),
                Sizes => format!("[{value}]"),
                Schedule => format!("{{ constant = {value:?} }}"),
                Number | Choice | Switch => format!("{value:?}"),
            };
            let step = if field.kind == Integer || field.kind == Sizes {
                1.0
            } else {
                0.01
            };
            for choice in &field.choices {
                assert!(accepted(key, &format!("{choice:?}")), "{key} = {choice}");
            }
            if field.kind == Choice {
                assert!(!accepted(key, "\"something\""), "{key}");
                continue;
            }
            if field.kind == Switch {
                assert!(accepted(key, "true") && accepted(key, "false"), "{key}");
                assert!(!accepted(key, "1"), "{key}");
            }
            // The learning rate must be above its bound; every other bound is allowed itself.
            if let Some(min) = field.min.filter(|_| key != "agent.learning_rate") {
                assert!(accepted(key, &written(min)), "{key} = {min}");
            }
            if let Some(min) = field.min {
                assert!(!accepted(key, &written(min - step)), "{key} below {min}");
            }
            if let Some(max) = field.max {
                assert!(accepted(key, &written(max)), "{key} = {max}");
                assert!(!accepted(key, &written(max + step)), "{key} above {max}");
            }
            assert!(!accepted(key, "\"text\""), "{key}");
        }
    }
}
