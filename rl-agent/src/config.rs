//! Settings that make no sense are refused before anything starts.

use std::fmt::Display;
use std::hint::black_box;

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

/// Refuses a replay buffer that memory has no room for. What the system promises it may still not have once the buffer fills
/// up.
pub(crate) fn check_room(capacity: usize, slots: usize, bytes: usize) -> Result<(), ConfigError> {
    let mut probe: Vec<u8> = Vec::new();
    let room = slots
        .checked_mul(bytes)
        .is_some_and(|total| black_box(&mut probe).try_reserve_exact(total).is_ok());
    check(room).or(
        "buffer_capacity",
        &capacity,
        &format!("as many steps of {bytes} bytes as there is memory for"),
    )
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
