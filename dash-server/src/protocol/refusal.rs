//! How what a client says is refused.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::command::NAMES;

/// Why a message is not a command.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CommandError {
    /// Not even `type` and `id` could be read.
    #[error("a command is a MessagePack map with `type` and `id`: {reason}")]
    Unreadable {
        /// What the decoder said.
        reason: String,
    },
    /// There is no such command.
    #[error("there is no command `{kind}`; there are {}", NAMES.join(", "))]
    Unknown {
        /// The number it came with.
        id: u64,
        /// The name it came with.
        kind: String,
    },
    /// A key is missing or of the wrong type.
    #[error("a key of this command is missing or of the wrong type: {reason}")]
    Malformed {
        /// The number it came with.
        id: u64,
        /// What the decoder said.
        reason: String,
    },
}

impl CommandError {
    /// The number of the command, if it could be read.
    pub fn id(&self) -> Option<u64> {
        match self {
            Self::Unreadable { .. } => None,
            Self::Unknown { id, .. } | Self::Malformed { id, .. } => Some(*id),
        }
    }

    /// The code for programs.
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::Unreadable { .. } | Self::Malformed { .. } => ErrorCode::Malformed,
            Self::Unknown { .. } => ErrorCode::UnknownCommand,
        }
    }
}

/// Why a command was refused, for programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// Not a map with `type` and `id`, or a key of the wrong type.
    Malformed,
    /// No such command.
    UnknownCommand,
    /// `start` or `go_on` while a run is going on.
    AlreadyRunning,
    /// A command that needs a run.
    NotRunning,
    /// `step` or `resume` while not paused.
    NotPaused,
    /// The configuration is wrong; the message names the field and the allowed range.
    InvalidConfig,
    /// `moves` of a game, or a part of one, that is not kept.
    UnknownGame,
    /// `play_key` of someone who has not started.
    NotPlaying,
    /// Too many do the same at this moment.
    Busy,
    /// `note` or `go_on` of a run that the output folder does not hold, or that cannot be gone on with.
    UnknownRun,
    /// This server takes no commands.
    ReadOnly,
    /// Our fault.
    Internal,
}
