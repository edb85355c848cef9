//! The wire: every message between the server and a page, both ways.
//!
//! `PROTOCOL.md` describes them for readers of other languages; the types here are the one place where the code defines
//! them. A message is a MessagePack map with string keys, encoded once and shared by all clients.

mod command;
mod encoded;
mod form;
mod frame;
mod games;
mod play;
mod refusal;
mod runs;
mod table;

pub use command::{Command, Request};
pub(crate) use encoded::Encoded;
pub use form::{FieldKind, FormField};
pub use frame::{Boards, Decision, Frame};
pub use games::{Block, GAME_FORMAT, GAME_VERSION, GameFile, GameInfo, GameList};
pub use play::{Key, PlayFrame, PlayStart};
pub use refusal::{CommandError, ErrorCode};
pub use runs::{RunChanges, RunEntry, RunHistory, RunState};
pub use table::{EPISODES, EVALUATIONS, POSITIONS, SUMMARIES, Schema, TableData, UPDATES};

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The version of the protocol that this crate speaks.
pub const VERSION: u32 = 1;

/// A configuration as it travels: the tables of `config.toml`.
pub type ConfigMap = toml::Table;

/// What the server says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ServerMessage {
    /// The first message of every connection.
    Hello(Hello),
    /// What there is to see at once, ahead of a history that takes its time: second, where there is a board.
    Present(Box<Present>),
    /// Everything there is to know, in one message: before all increments, and on request.
    Snapshot(Box<Snapshot>),
    /// The state of the session has changed.
    Status(Stamped<Status>),
    /// A board, right after a placement.
    Frame(Stamped<Frame>),
    /// Small boards of several environments.
    Boards(Stamped<Boards>),
    /// What happened in the last 100 ms.
    Metrics(Stamped<Metrics>),
    /// The greedy policy has played held-out games.
    Evaluation(Stamped<Evaluation>),
    /// A checkpoint has been written.
    Checkpoint(Stamped<Checkpoint>),
    /// A setting has been changed while training ran.
    Change(Stamped<Change>),
    /// The games that can be shown again: the answer to `games`.
    Games(GameList),
    /// A stretch of a game: the answer to `moves`.
    Moves(Box<Block>),
    /// The game of the person at the other end, whenever it looks different.
    Play(Box<PlayFrame>),
    /// Runs of the output folder are new, have changed or are gone.
    Runs(Stamped<RunChanges>),
    /// A command has been accepted.
    Ack {
        /// The number of the command.
        id: u64,
    },
    /// A command has been refused.
    Error {
        /// The number of the command; `None` if it could not be read.
        id: Option<u64>,
        /// Why, for programs.
        code: ErrorCode,
        /// Why, for people.
        message: String,
        /// The field of the configuration that is wrong, `agent.gamma`, if it is a single one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        field: Option<String>,
    },
}

impl ServerMessage {
    /// The MessagePack bytes.
    pub fn encode(&self) -> Vec<u8> {
        self.encode_with_room().message().to_vec()
    }

    /// The same with room in front.
    pub(crate) fn encode_with_room(&self) -> Encoded {
        Encoded::new(self)
    }
}

/// A message to everybody: its number and when it was made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Stamped<T> {
    /// One more for each message the server produces, so that a dropped one shows as a gap.
    pub seq: u64,
    /// Unix time in microseconds when it was made.
    pub t: u64,
    /// What it says.
    #[serde(flatten)]
    pub body: T,
}

/// Who is speaking.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Hello {
    /// [`VERSION`].
    pub protocol: u32,
    /// Name and version of the program.
    pub server: String,
    /// Unix microseconds of the server's start; another value after a reconnect means another server.
    pub started: u64,
    /// Board frames a second.
    pub frame_rate: f64,
    /// Names that `start` accepts.
    pub presets: Vec<String>,
    /// The whole configuration that each of them stands for.
    pub configs: BTreeMap<String, ConfigMap>,
    /// The fields of a configuration that can be changed in a form.
    pub form: Vec<FormField>,
    /// Whether the server refuses commands that change a run, what is shown of it or its notes. `snapshot`, `games`, `moves`
    /// and the `play_` commands are not refused.
    #[serde(default)]
    pub read_only: bool,
    /// Whether what it runs learns; not where a trained model only plays.
    #[serde(default = "yes")]
    pub learns: bool,
}

/// What older servers did not say, because it was always so.
fn yes() -> bool {
    true
}

/// The state of the session without the history of its run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Present {
    /// The state of now.
    pub status: Status,
    /// The configuration of the run.
    pub config: Option<ConfigMap>,
    /// The latest board.
    pub frame: Frame,
}

/// The state of the session and the history of its run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    /// The state of now.
    pub status: Status,
    /// The configuration of the run, if there is or was one.
    pub config: Option<ConfigMap>,
    /// The latest board.
    pub frame: Option<Frame>,
    /// Finished episodes.
    pub episodes: TableData,
    /// Sampled network updates.
    pub updates: TableData,
    /// Running means every N steps.
    pub summaries: TableData,
    /// Evaluations of the greedy policy.
    pub evaluations: TableData,
    /// The positions that were shown.
    pub positions: TableData,
    /// What people have changed while training ran, oldest first.
    pub changes: Vec<Change>,
    /// The runs of the output folder; `None` until it has been looked at, after which a message `runs` has all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub runs: Option<Vec<RunEntry>>,
}

/// Where the session stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Nothing has been started yet.
    Idle,
    /// Training runs.
    Running,
    /// Training holds before its next step.
    Paused,
    /// A stop was asked for and is being obeyed.
    Stopping,
    /// Training ended: it was stopped, or it had reached its end.
    Stopped,
    /// Training ended with an error or a panic.
    Failed,
    /// A stop was not obeyed in time.
    Unresponsive,
}

impl State {
    /// Whether a training thread is at work that takes commands.
    pub fn is_active(self) -> bool {
        matches!(self, Self::Running | Self::Paused | Self::Stopping)
    }
}

/// The state of the session.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Status {
    /// Where it stands.
    pub state: State,
    /// Why: the error of `failed`, the reason of `stopped`.
    pub message: Option<String>,
    /// Name of the run, another one for each start.
    pub run: Option<String>,
    /// The preset it was started with.
    pub preset: Option<String>,
    /// Steps taken.
    pub step: u64,
    /// Steps a second; `None` is as fast as it goes.
    pub speed_limit: Option<f64>,
}

/// What happened since the last such message; a table without rows is left out.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Metrics {
    /// Finished episodes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub episodes: Option<TableData>,
    /// Sampled network updates.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updates: Option<TableData>,
    /// Running means every N steps.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summaries: Option<TableData>,
    /// The positions that were shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub positions: Option<TableData>,
}

/// New rows of the table of evaluations.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Evaluation {
    /// The rows.
    pub evaluations: TableData,
}

/// A checkpoint lies on the disk.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Checkpoint {
    /// Steps taken when it was written.
    pub step: u64,
    /// Where it lies.
    pub path: String,
}

/// A setting that can be changed while training runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Setting {
    /// The learning rate, from then on instead of its schedule.
    LearningRate,
    /// The exploration rate, from then on instead of its schedule.
    Epsilon,
}

/// A setting has been changed while training ran.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// Steps taken when it took effect.
    pub step: u64,
    /// Wall-clock time since training began.
    pub seconds: f64,
    /// Episodes finished by then.
    pub episode: u64,
    /// Which.
    pub setting: Setting,
    /// Its value from then on.
    pub value: f64,
}
