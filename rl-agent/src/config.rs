//! Settings that make no sense are refused before anything starts.

use std::fmt::Display;

use thiserror::Error;

/// A setting outside its range.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{field} = {found} makes no sense: expected {expected}")]
pub struct ConfigError {
    /// Name of the field.
    pub field: &'static str,
    /// What it was set to.
    pub found: String,
    /// The allowed range.
    pub expected: String,
}

/// The verdict on one field, to be completed by [`Check::or`].
pub(crate) struct Check(bool);

pub(crate) fn check(holds: bool) -> Check {
    Check(holds)
}

impl Check {
    pub(crate) fn or(
        self,
        field: &'static str,
        found: &impl Display,
        expected: &str,
    ) -> Result<(), ConfigError> {
        if self.0 {
            return Ok(());
        }
        Err(ConfigError {
            field,
            found: found.to_string(),
            expected: expected.to_owned(),
        })
    }
}
