//! Tetris as an environment: one action puts one piece down.
//!
//! The adapter between `tetris-core`, which knows nothing of learning, and this crate, whose other modules know nothing
//! of Tetris.

mod drops;
mod encoder;
mod keys;
mod learner;
mod model;
mod surface;

use serde::{Deserialize, Serialize};
use tetris_core::{
    Afterstate, Controller, IllegalAction, PlacementConfig, PlacementEnv, ScenarioError,
};
use thiserror::Error;

pub use self::drops::DropView;
pub use self::keys::{KeyTetris, KeysConfig, KeysError, KeysState};
pub use self::learner::{
    Placer, Plan, key_match, key_training, placement_demo, placement_match, placement_training,
};
pub use self::model::TetrisModel;
pub use tetris_core::{RandomizerKind, Scenario};

use self::encoder::{Encoder, PIECES, known_len, mark_known};
use crate::afterstate_dqn::AfterstateDqnConfig;
use crate::agent::Policy;
use crate::config::{ConfigError, check};
use crate::env::{AfterstateEnvironment, Batch, Environment, Resumable, Step};

/// The settings of [`Tetris`].
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TetrisConfig {
    /// Columns, 4 to 32.
    pub width: u8,
    /// Rows, 4 to 64.
    pub height: u8,
    /// How pieces are drawn.
    pub pieces: RandomizerKind,
    /// Whether one piece is on hold, to be placed instead of the current one.
    pub hold: bool,
    /// How many pieces after the current one the agent sees, 0 to 14.
    pub preview: u8,
    /// Reward for every piece placed.
    #[serde(serialize_with = "crate::short_float::serialize")]
    pub reward_per_piece: f32,
    /// Reward for every line cleared.
    #[serde(serialize_with = "crate::short_float::serialize")]
    pub reward_per_line: f32,
    /// What a network sees of an afterstate.
    pub inputs: Inputs,
}

/// What a network sees of the board that an action leads to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Inputs {
    /// The hand-made features of the literature: [`tetris_core::Features`].
    #[default]
    Features,
    /// The same, and the surface: by how much each column is higher than the one to its left.
    Surface,
    /// The bare cells, 1 where full, row after row from the floor, each from the left.
    Cells,
}

impl Inputs {
    /// What a model sees by the names of its features.
    pub fn named<S: AsRef<str>>(names: &[S]) -> Self {
        let has = |prefix| names.iter().any(|name| name.as_ref().starts_with(prefix));
        match (has("cell_"), has("step_")) {
            (true, _) => Self::Cells,
            (_, true) => Self::Surface,
            _ => Self::Features,
        }
    }
}

impl Default for TetrisConfig {
    fn default() -> Self {
        Self {
            width: 10,
            height: 20,
            pieces: RandomizerKind::Uniform,
            hold: false,
            preview: 0,
            reward_per_piece: 1.0,
            reward_per_line: 0.0,
            inputs: Inputs::default(),
        }
    }
}

impl TetrisConfig {
    fn rules(&self) -> PlacementConfig {
        PlacementConfig {
            width: self.width,
            height: self.height,
            pieces: self.pieces,
            hold: self.hold,
            preview: self.preview,
        }
    }

    fn reward(&self, lines: u32) -> f32 {
        self.reward_per_piece + self.reward_per_line * lines as f32
    }

    /// Rows and columns of the board whose cells a network sees, if it sees nothing else.
    fn bare_board(&self) -> Option<[usize; 2]> {
        let bare = self.inputs == Inputs::Cells && known_len(self) == 0;
        bare.then_some([self.height.into(), self.width.into()])
    }

    /// Whether the settings of an agent make sense, and its patches, if it has any, are of the board that it sees.
    ///
    /// # Errors
    /// Names the first field that does not, with what is allowed.
    pub fn suits(&self, agent: &AfterstateDqnConfig) -> Result<(), ConfigError> {
        agent.validate()?;
        agent.patches_of(self.bare_board()).map(drop)
    }

    /// Whether the settings make sense.
    ///
    /// # Errors
    /// Names the first field that does not, with its allowed range.
    pub fn validate(&self) -> Result<(), ConfigError> {
        self.rules().validate().map_err(|error| ConfigError {
            field: error.field,
            found: error.found.to_string(),
            expected: format!("{}..={}", error.min, error.max),
        })?;
        for (field, reward) in [
            ("reward_per_piece", self.reward_per_piece),
            ("reward_per_line", self.reward_per_line),
        ] {
            check(reward.is_finite()).or(field, &reward, "a finite number")?;
        }
        Ok(())
    }
}

/// Why an action or a scenario was refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TetrisError {
    /// The action cannot be taken.
    #[error(transparent)]
    Action(#[from] IllegalAction),
    /// The scenario does not suit the board.
    #[error(transparent)]
    Scenario(#[from] ScenarioError),
    /// A stored state of a game with other settings.
    #[error("the stored game is of {found:?}, expected {expected:?}")]
    OtherRules {
        /// The settings of the stored game.
        found: PlacementConfig,
        /// Those of this environment.
        expected: PlacementConfig,
    },
}

/// The placement game as an environment.
///
/// An action is `rotation * width + leftmost column`; the piece falls straight down. With hold, an action `4 * width`
/// higher places the piece on hold. An observation holds the cells row by row from the top (1 full, 0 empty), then as
/// one of seven each the current piece, with hold the piece on hold, and the pieces of the preview. The measures of an
/// episode are its lines and its score.
#[derive(Debug, Clone)]
pub struct Tetris {
    game: PlacementEnv,
    encoder: Encoder,
}

impl Tetris {
    /// An environment at the start of a game.
    ///
    /// # Errors
    /// If a setting is outside its range.
    pub fn new(config: TetrisConfig) -> Result<Self, ConfigError> {
        config.validate()?;
        let game = PlacementEnv::new(config.rules()).expect("validated settings");
        Ok(Self {
            game,
            encoder: Encoder::new(config),
        })
    }

    /// The same, not keeping track of which tetromino a cell came from: for playing fast and unseen.
    ///
    /// # Errors
    /// If a setting is outside its range.
    pub fn without_colours(config: TetrisConfig) -> Result<Self, ConfigError> {
        let mut tetris = Self::new(config)?;
        tetris.game.set_colours(false);
        Ok(tetris)
    }

    /// The settings.
    pub fn config(&self) -> &TetrisConfig {
        &self.encoder.config
    }

    /// The game: board, pieces, lines, score.
    pub fn game(&self) -> &PlacementEnv {
        &self.game
    }
}

impl Environment for Tetris {
    type Scenario = Scenario;
    type Error = TetrisError;

    fn observation_len(&self) -> usize {
        let cells = usize::from(self.config().width) * usize::from(self.config().height);
        cells + PIECES + known_len(self.config())
    }

    fn action_count(&self) -> usize {
        self.game.config().action_count()
    }

    fn reset(&mut self, seed: u64, scenario: &Scenario) -> Result<(), TetrisError> {
        Ok(self.game.reset(seed, scenario)?)
    }

    fn observe(&self, out: &mut [f32]) {
        assert_eq!(
            out.len(),
            self.observation_len(),
            "length of the observation"
        );
        let (width, height) = (
            usize::from(self.config().width),
            usize::from(self.config().height),
        );
        let (cells, pieces) = out.split_at_mut(width * height);
        for (from_top, row) in cells.chunks_exact_mut(width).enumerate() {
            for (x, cell) in row.iter_mut().enumerate() {
                *cell = f32::from(u8::from(self.game.board().get(x, height - 1 - from_top)));
            }
        }
        pieces.fill(0.0);
        let hand = self.game.hand();
        let (current, known) = pieces.split_at_mut(PIECES);
        current[hand.current.index()] = 1.0;
        mark_known(hand.held, hand.queue, known);
    }

    fn legal_actions(&self, out: &mut [bool]) {
        self.game.legal_actions(out);
    }

    fn step(&mut self, action: usize) -> Result<Step, TetrisError> {
        let outcome = self.game.step(action)?;
        let reward = self.config().reward(outcome.lines);
        Ok(Step {
            reward,
            terminated: outcome.terminated,
            truncated: outcome.truncated,
        })
    }

    fn measures(&self) -> &'static [&'static str] {
        &["lines", "score"]
    }

    fn measure(&self, out: &mut [f64]) {
        out.copy_from_slice(&[self.game.lines() as f64, self.game.score() as f64]);
    }
}

impl Resumable for Tetris {
    type State = PlacementEnv;

    fn save(&self) -> PlacementEnv {
        self.game.clone()
    }

    fn restore(&mut self, state: PlacementEnv) -> Result<(), TetrisError> {
        let (found, expected) = (*state.config(), *self.game.config());
        if found != expected {
            return Err(TetrisError::OtherRules { found, expected });
        }
        self.game = state;
        Ok(())
    }
}

impl AfterstateEnvironment for Tetris {
    type Model = TetrisModel;

    fn model(&self) -> TetrisModel {
        TetrisModel::new(self.encoder.clone(), self.game.model())
    }

    fn candidates(&self, out: &mut Batch) {
        // After the end of a game there is none.
        if self.game.is_over() {
            return;
        }
        let (encoder, hand) = (&self.encoder, self.game.hand());
        let view = encoder.view(Some(self.game.board()));
        encoder.push_all(&hand, &view, self.game.ceiling(), out, |out| {
            self.game.candidates(&mut |action, lines, features| {
                encoder.push(&hand, &view, action, lines, features, out);
            });
        });
    }

    fn outcome(&self) -> usize {
        let hand = self.game.hand();
        hand.queue.iter().last().unwrap_or(hand.current).index()
    }

    fn after(&self, action: usize) -> Result<Afterstate, TetrisError> {
        Ok(self.game.after(action)?)
    }
}

/// The hand-weighted players are policies too.
impl Policy<Tetris> for Controller {
    fn act(&mut self, env: &Tetris) -> usize {
        self.choose(env.game()).expect("an action is legal")
    }
}
