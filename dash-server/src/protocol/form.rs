//! What a form about a configuration must know of each field.

use serde::{Deserialize, Serialize};

/// A field of the configuration that a page offers to change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FormField {
    /// Section and key: `agent.gamma`.
    pub key: String,
    /// The game whose configurations have it, by their `game`; `None` for all.
    pub game: Option<String>,
    /// What it is called.
    pub label: String,
    /// What it is for, in a sentence.
    pub doc: String,
    /// What may be written into it.
    pub kind: FieldKind,
    /// Lowest value of a number, or of each number of a list or schedule; `None` for no bound.
    pub min: Option<f64>,
    /// Highest value; `None` for no bound.
    pub max: Option<f64>,
    /// The values of a choice.
    pub choices: Vec<String>,
}

/// What may be written into a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldKind {
    /// A whole number.
    Integer,
    /// Any number.
    Number,
    /// One of `choices`.
    Choice,
    /// Yes or no.
    Switch,
    /// A list of whole numbers.
    Sizes,
    /// A quantity that changes with the steps, as tables of `config.toml` write it.
    Schedule,
}
