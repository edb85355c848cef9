//! What can be wrong with a configuration, in words that help.

use std::path::PathBuf;

use rl_agent::ConfigError;
use thiserror::Error;

/// Why there is no configuration.
#[derive(Debug, Error)]
pub enum RunConfigError {
    /// There is no such preset.
    #[error("there is no preset `{name}`; there are: {}", super::preset_names().join(", "))]
    NoPreset {
        /// The name asked for.
        name: String,
    },
    /// There is no such game.
    #[error("`game` is {game}; the games are: {}", games.join(", "))]
    NoGame {
        /// What was given.
        game: String,
        /// Those that there are.
        games: [&'static str; 2],
    },
    /// The file cannot be read.
    #[error("cannot read the configuration {}: {error}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        error: std::io::Error,
    },
    /// What is wrong in a file.
    #[error("{}: {error}", path.display())]
    InFile {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        error: Box<RunConfigError>,
    },
    /// Not TOML, or a value of the wrong type.
    #[error("{message}")]
    Malformed {
        /// Where and what.
        message: String,
    },
    /// A key that no part of the program reads.
    #[error(
        "there is no `{key}`{}{}",
        section.as_ref().map(|section| format!(" in `{section}`")).unwrap_or_default(),
        nearest.as_ref().map(|near| format!("; did you mean `{near}`?")).unwrap_or_default()
    )]
    UnknownKey {
        /// The key.
        key: String,
        /// Where it stands: `agent`, `agent.loss`; nothing at the top.
        section: Option<String>,
        /// The known key that looks most like it.
        nearest: Option<String>,
    },
    /// Not `key=value`.
    #[error("`{text}` is not an override; write section.key=value, e.g. agent.gamma=0.99")]
    NotAnOverride {
        /// What was given.
        text: String,
    },
    /// A value outside its range.
    #[error("{section}.{error}")]
    OutOfRange {
        /// The section of the field.
        section: &'static str,
        /// The field, what it was set to and what is allowed.
        error: ConfigError,
    },
}

impl RunConfigError {
    /// The field that is wrong, `agent.gamma`, if it is a single one.
    pub fn field(&self) -> Option<String> {
        match self {
            Self::OutOfRange { section, error } => Some(format!("{section}.{}", error.field)),
            _ => None,
        }
    }

    /// The decoder's words for an unknown key name the known ones; the one that looks most like it is what was meant. At
    /// the top it may be a key of a section, of which `in_section` knows the whole name.
    pub(super) fn of_decoder(
        error: &toml::de::Error,
        in_section: impl Fn(&str) -> Option<String>,
    ) -> Self {
        let message = error.to_string();
        let (what, place) = message
            .trim_end()
            .rsplit_once("\nin `")
            .unwrap_or((&message, ""));
        let section =
            Some(place.trim_end_matches('`').to_owned()).filter(|place| !place.is_empty());
        let mut quoted = what.split('`').skip(1).step_by(2);
        let is_unknown = message.contains("unknown field") || message.contains("unknown variant");
        match quoted.next().filter(|_| is_unknown) {
            Some(key) => {
                let nearest = quoted.max_by(|a, b| {
                    strsim::jaro_winkler(key, a).total_cmp(&strsim::jaro_winkler(key, b))
                });
                let nearest = nearest
                    .filter(|near| strsim::jaro_winkler(key, near) > 0.6)
                    .map(str::to_owned);
                Self::UnknownKey {
                    key: key.to_owned(),
                    nearest: in_section(key).filter(|_| section.is_none()).or(nearest),
                    section,
                }
            }
            None => Self::Malformed {
                message: message.trim().to_owned(),
            },
        }
    }

    pub(super) fn out_of_range(
        section: &'static str,
        field: &'static str,
        found: impl ToString,
        expected: String,
    ) -> Self {
        Self::OutOfRange {
            section,
            error: ConfigError {
                field,
                found: found.to_string(),
                expected,
            },
        }
    }
}
