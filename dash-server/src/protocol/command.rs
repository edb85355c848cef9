//! What a client may say, and how it is read.

use serde::{Deserialize, Serialize};

use super::{CommandError, ConfigMap, Key, PlayStart};

/// A command with the number its answer will carry.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// Chosen by the client.
    pub id: u64,
    /// What it wants.
    pub command: Command,
}

/// What a client can ask for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Command {
    /// Start a run.
    Start {
        /// The preset to begin with; the default one if `None`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        preset: Option<String>,
        /// Overrides keys of the preset.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        config: Option<ConfigMap>,
        /// Overrides the seed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        seed: Option<u64>,
    },
    /// Go on with a run of the output folder from its checkpoint.
    GoOn {
        /// The name of the run.
        run: String,
    },
    /// Hold before the next step.
    Pause,
    /// Go on.
    Resume,
    /// Take steps while paused.
    Step {
        /// How many.
        #[serde(default = "one")]
        count: u64,
    },
    /// Limit the speed.
    Speed {
        /// Steps a second; `None` is as fast as it goes.
        #[serde(default)]
        limit: Option<f64>,
    },
    /// Use this learning rate from now on instead of the schedule's.
    LearningRate {
        /// Above 0, at most 1.
        value: f64,
    },
    /// Use this exploration rate from now on instead of the schedule's.
    Epsilon {
        /// 0 to 1.
        value: f64,
    },
    /// Show another one of several environments, to everybody.
    Follow {
        /// Which, from 0.
        environment: u32,
    },
    /// Write a checkpoint now.
    Save,
    /// End the run, saving a checkpoint.
    Stop,
    /// Send a snapshot again.
    Snapshot,
    /// List the games that can be shown again.
    Games,
    /// Send a stretch of a game.
    Moves {
        /// The game, by its number in the list.
        game: u64,
        /// A placement that the stretch should hold, from 0.
        piece: u64,
    },
    /// Begin a game of one's own, in place of the one that was being played.
    PlayStart(PlayStart),
    /// A key went down or up.
    PlayKey {
        /// Which.
        key: Key,
        /// Whether it is down now.
        down: bool,
    },
    /// Play no longer.
    PlayStop,
    /// Write a note about a run of the output folder.
    Note {
        /// The name of the run.
        run: String,
        /// The note; an empty one takes it away.
        text: String,
    },
}

fn one() -> u64 {
    1
}

/// Names of the commands, for telling an unknown one from a malformed one.
pub(super) const NAMES: [&str; 18] = [
    "start",
    "go_on",
    "pause",
    "resume",
    "step",
    "speed",
    "learning_rate",
    "epsilon",
    "save",
    "stop",
    "snapshot",
    "games",
    "moves",
    "follow",
    "play_start",
    "play_key",
    "play_stop",
    "note",
];

/// How deep a command's maps may nest; a configuration needs four.
const MAX_DEPTH: usize = 32;

/// The keys that every command has.
#[derive(Deserialize)]
struct Envelope {
    #[serde(rename = "type")]
    kind: String,
    id: u64,
}

impl Request {
    /// Reads a command.
    ///
    /// # Errors
    /// [`CommandError`], which keeps the number of the command if that much could be read.
    pub fn decode(bytes: &[u8]) -> Result<Self, CommandError> {
        // The decoder would take an array for a struct as well.
        let is_map = matches!(bytes.first(), Some(0x80..=0x8f | 0xde | 0xdf));
        if !is_map {
            return Err(CommandError::Unreadable {
                reason: "it is not a MessagePack map".to_owned(),
            });
        }
        let envelope: Envelope = read(bytes).map_err(|error| CommandError::Unreadable {
            reason: error.to_string(),
        })?;
        if !NAMES.contains(&envelope.kind.as_str()) {
            return Err(CommandError::Unknown {
                id: envelope.id,
                kind: envelope.kind,
            });
        }
        match read(bytes) {
            Ok(command) => Ok(Self {
                id: envelope.id,
                command,
            }),
            Err(error) => Err(CommandError::Malformed {
                id: envelope.id,
                reason: error.to_string(),
            }),
        }
    }

    /// The MessagePack bytes, as a client sends them.
    ///
    /// # Panics
    /// Never: every value of these types has an encoding.
    pub fn encode(&self) -> Vec<u8> {
        #[derive(Serialize)]
        struct Wire<'a> {
            #[serde(flatten)]
            command: &'a Command,
            id: u64,
        }
        rmp_serde::to_vec_named(&Wire {
            command: &self.command,
            id: self.id,
        })
        .expect("plain maps always encode")
    }
}

/// Reads exactly one value.
fn read<'de, T: Deserialize<'de>>(bytes: &'de [u8]) -> Result<T, rmp_serde::decode::Error> {
    let mut rest = bytes;
    let mut deserializer = rmp_serde::Deserializer::new(&mut rest);
    deserializer.set_max_depth(MAX_DEPTH);
    let value = T::deserialize(&mut deserializer)?;
    if !rest.is_empty() {
        return Err(rmp_serde::decode::Error::Syntax(
            "bytes follow the map".to_owned(),
        ));
    }
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::super::ErrorCode;
    use super::*;

    #[test]
    fn every_command_survives_the_wire() {
        let config: ConfigMap =
            toml::from_str("[agent]\ngamma = 0.99\n[trainer]\ntotal_steps = 1000").unwrap();
        for command in [
            Command::Start {
                preset: Some("quick".to_owned()),
                config: Some(config),
                seed: Some(u64::MAX),
            },
            Command::Start {
                preset: None,
                config: None,
                seed: None,
            },
            Command::GoOn {
                run: "quick-1".to_owned(),
            },
            Command::Pause,
            Command::Resume,
            Command::Step { count: 5 },
            Command::Speed { limit: Some(12.5) },
            Command::Speed { limit: None },
            Command::LearningRate { value: 5e-4 },
            Command::Epsilon { value: 0.25 },
            Command::Save,
            Command::Stop,
            Command::Snapshot,
            Command::PlayStart(PlayStart {
                game: Some(3),
                das: 100,
                arr: 0,
            }),
            Command::PlayKey {
                key: Key::CounterClockwise,
                down: true,
            },
            Command::PlayStop,
            Command::Follow { environment: 3 },
            Command::Games,
            Command::Moves {
                game: 3,
                piece: 70_000,
            },
            Command::Note {
                run: "quick-1".to_owned(),
                text: "the good one".to_owned(),
            },
        ] {
            let request = Request { id: 42, command };
            assert_eq!(Request::decode(&request.encode()).unwrap(), request);
        }
    }

    #[test]
    fn keys_may_be_left_out_or_unknown() {
        #[derive(Serialize)]
        struct Loose {
            novelty: [u8; 2],
            id: u64,
            r#type: &'static str,
        }
        let bytes = rmp_serde::to_vec_named(&Loose {
            novelty: [1, 2],
            id: 3,
            r#type: "step",
        })
        .unwrap();
        assert_eq!(
            Request::decode(&bytes).unwrap(),
            Request {
                id: 3,
                command: Command::Step { count: 1 }
            }
        );
    }

    #[test]
    fn what_is_no_command_is_told_apart() {
        let named =
            |kind: &str| rmp_serde::to_vec_named(&[("id", 9), (kind, 1)].map(|_| 0)).unwrap();
        assert_eq!(
            Request::decode(&named("x")).unwrap_err().id(),
            None,
            "an array"
        );
        assert_eq!(
            Request::decode(&[]).unwrap_err().code(),
            ErrorCode::Malformed
        );
        assert_eq!(
            Request::decode(&[0x81]).unwrap_err().code(),
            ErrorCode::Malformed
        );

        #[derive(Serialize)]
        struct Wire<T> {
            r#type: &'static str,
            id: u64,
            count: T,
        }
        let unknown = rmp_serde::to_vec_named(&Wire {
            r#type: "fly",
            id: 9,
            count: 1,
        })
        .unwrap();
        let error = Request::decode(&unknown).unwrap_err();
        assert_eq!(
            (error.id(), error.code()),
            (Some(9), ErrorCode::UnknownCommand)
        );
        let wrong = rmp_serde::to_vec_named(&Wire {
            r#type: "step",
            id: 9,
            count: "many",
        })
        .unwrap();
        let error = Request::decode(&wrong).unwrap_err();
        assert_eq!((error.id(), error.code()), (Some(9), ErrorCode::Malformed));
        let mut long = rmp_serde::to_vec_named(&Wire {
            r#type: "step",
            id: 9,
            count: 1,
        })
        .unwrap();
        long.push(0);
        assert_eq!(
            Request::decode(&long).unwrap_err().code(),
            ErrorCode::Malformed
        );
    }

    #[test]
    fn deep_nesting_is_refused_and_not_followed() {
        let mut bytes = vec![
            0x83, 0xa4, b't', b'y', b'p', b'e', 0xa5, b's', b't', b'a', b'r', b't', 0xa2, b'i',
            b'd', 1,
        ];
        bytes.extend([0xa6, b'c', b'o', b'n', b'f', b'i', b'g']);
        for _ in 0..20_000 {
            bytes.extend([0x81, 0xa1, b'a']);
        }
        bytes.push(0xc0);
        assert_eq!(
            Request::decode(&bytes).unwrap_err().code(),
            ErrorCode::Malformed
        );
    }
}
