//! What a client says, and what it is answered.

use std::io;
use std::sync::Arc;

use super::{Refusal, Session};
use crate::archive::LONGEST_NOTE;
use crate::launch::StartRequest;
use crate::outbox::{self, Kind, Outbox};
use crate::protocol::{Command, ErrorCode, Request, ServerMessage};

impl Session {
    /// Obeys or refuses a message of a client, and answers it.
    pub(crate) fn receive(self: &Arc<Self>, client: &Arc<Outbox>, message: &[u8]) {
        let (id, outcome) = match Request::decode(message) {
            Ok(Request { id, command }) => {
                if command == Command::Snapshot {
                    reply(client, &ServerMessage::Ack { id });
                    client.send(&self.inner().live.beginning());
                    return;
                }
                (Some(id), self.answer(client, id, command))
            }
            Err(error) => {
                let refusal = Refusal::new(error.code(), error.to_string());
                (error.id(), Err(refusal))
            }
        };
        let answer = outcome.unwrap_or_else(
            |Refusal {
                 code,
                 message,
                 field,
             }| ServerMessage::Error {
                id,
                code,
                message,
                field,
            },
        );
        reply(client, &answer);
    }

    /// Tells what was asked, or does what was ordered.
    fn answer(
        self: &Arc<Self>,
        client: &Arc<Outbox>,
        id: u64,
        command: Command,
    ) -> Result<ServerMessage, Refusal> {
        match command {
            Command::PlayStart(_) | Command::PlayKey { .. } | Command::PlayStop => {
                let played = self.play(client, &command);
                played.map(|()| ServerMessage::Ack { id })
            }
            Command::Games => Ok(ServerMessage::Games(self.inner().live.games.list(id))),
            Command::Moves { game, piece } => {
                let block = self.inner().live.games.block(id, game, piece);
                let block = block.ok_or_else(|| {
                    Refusal::new(
                        ErrorCode::UnknownGame,
                        "this part of the game is not kept any more",
                    )
                })?;
                Ok(ServerMessage::Moves(Box::new(block)))
            }
            order => self.obey(order).map(|()| ServerMessage::Ack { id }),
        }
    }

    /// Does what someone who plays asks for. It changes nothing for others, so watchers may play too.
    fn play(&self, client: &Arc<Outbox>, command: &Command) -> Result<(), Refusal> {
        match command {
            Command::PlayStart(start) => {
                let course = match start.game {
                    None => None,
                    Some(game) => {
                        let kept = self.inner().live.games.course(game);
                        // Who plays it again may do so also when it has been let go meanwhile.
                        let course = kept.or_else(|| self.players.course(client, game));
                        Some(course.ok_or_else(|| {
                            Refusal::new(ErrorCode::UnknownGame, "this game is not kept any more")
                        })?)
                    }
                };
                self.players.start(client, start, course)?;
                self.playing.notify_one();
            }
            Command::PlayKey { key, down } => self.players.key(client, *key, *down)?,
            _ => self.players.stop(client),
        }
        Ok(())
    }

    fn obey(self: &Arc<Self>, command: Command) -> Result<(), Refusal> {
        if self.settings.read_only && command != Command::Snapshot {
            return Err(Refusal::new(
                ErrorCode::ReadOnly,
                "this server takes no commands",
            ));
        }
        match command {
            Command::Start {
                preset,
                config,
                seed,
            } => self.start(StartRequest {
                preset,
                config,
                seed,
            }),
            Command::GoOn { run } => self.go_on(&run),
            Command::Pause => self.pause(),
            Command::Resume => self.resume(),
            Command::Step { count } => self.step(count),
            Command::Speed { limit } => self.limit_speed(limit),
            Command::LearningRate { value } => self.set_learning_rate(value),
            Command::Epsilon { value } => self.set_epsilon(value),
            Command::Follow { environment } => self.follow(environment),
            Command::Save => self.save(),
            Command::Stop => self.stop(),
            Command::Note { run, text } => self.note(&run, &text),
            // Questions change nothing, and what concerns one client only was done before.
            _ => Ok(()),
        }
    }

    /// Writes a note about a run of the output folder.
    fn note(&self, run: &str, text: &str) -> Result<(), Refusal> {
        let unknown = || {
            Refusal::new(
                ErrorCode::UnknownRun,
                format!("there is no run {run:?} in the output folder"),
            )
        };
        if text.len() > LONGEST_NOTE {
            return Err(Refusal::new(
                ErrorCode::InvalidConfig,
                format!(
                    "the note has {} bytes; {LONGEST_NOTE} is the most",
                    text.len()
                ),
            ));
        }
        let archive = self.archive.as_ref().ok_or_else(unknown)?;
        archive
            .set_note(run, text)
            .map_err(|error| match error.kind() {
                io::ErrorKind::NotFound => unknown(),
                _ => Refusal::new(
                    ErrorCode::Internal,
                    format!("the note is not saved: {error}"),
                ),
            })?;
        self.curious.notify_one();
        Ok(())
    }
}

fn reply(client: &Outbox, answer: &ServerMessage) {
    client.send(&[(Kind::Reliable, outbox::binary(answer))]);
}
