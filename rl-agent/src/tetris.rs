//! Tetris as an environment: one action puts one piece down.
//!
//! The adapter between `tetris-core`, which knows nothing of learning, and this crate, whose other modules know nothing
//! of Tetris.

use serde::{Deserialize, Serialize};
use tetris_core::{
    Afterstate, Controller, Features, IllegalAction, Piece, PlacementConfig, PlacementEnv,
    PlacementModel, ScenarioError,
};
use thiserror::Error;

use crate::agent::Policy;
use crate::config::{ConfigError, check};
use crate::env::{AfterstateEnvironment, AfterstateModel, Batch, Environment, Resumable, Step};

pub use tetris_core::{RandomizerKind, Scenario};

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
    /// Reward for every piece placed.
    pub reward_per_piece: f32,
    /// Reward for every line cleared.
    pub reward_per_line: f32,
}

impl Default for TetrisConfig {
    fn default() -> Self {
        Self {
            width: 10,
            height: 20,
            pieces: RandomizerKind::Uniform,
            reward_per_piece: 1.0,
            reward_per_line: 0.0,
        }
    }
}

impl TetrisConfig {
    fn rules(&self) -> PlacementConfig {
        PlacementConfig {
            width: self.width,
            height: self.height,
            pieces: self.pieces,
        }
    }

    fn reward(&self, lines: u32) -> f32 {
        self.reward_per_piece + self.reward_per_line * lines as f32
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
/// An action is `rotation * width + leftmost column`; the piece falls straight down. An observation holds the cells row
/// by row from the top (1 full, 0 empty), then the current piece as one of seven. The measures of an episode are its
/// lines and its score.
#[derive(Debug, Clone)]
pub struct Tetris {
    config: TetrisConfig,
    game: PlacementEnv,
    scale: FeatureScale,
}

impl Tetris {
    /// An environment at the start of a game.
    ///
    /// # Errors
    /// If a setting is outside its range.
    pub fn new(config: TetrisConfig) -> Result<Self, ConfigError> {
        config.validate()?;
        let game = PlacementEnv::new(config.rules()).expect("validated settings");
        let scale = FeatureScale::new(&config);
        Ok(Self {
            config,
            game,
            scale,
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
        &self.config
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
        usize::from(self.config.width) * usize::from(self.config.height) + Piece::ALL.len()
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
            usize::from(self.config.width),
            usize::from(self.config.height),
        );
        let (cells, piece) = out.split_at_mut(width * height);
        for (from_top, row) in cells.chunks_exact_mut(width).enumerate() {
            for (x, cell) in row.iter_mut().enumerate() {
                *cell = f32::from(u8::from(self.game.board().get(x, height - 1 - from_top)));
            }
        }
        piece.fill(0.0);
        piece[self.game.current_piece().index()] = 1.0;
    }

    fn legal_actions(&self, out: &mut [bool]) {
        self.game.legal_actions(out);
    }

    fn step(&mut self, action: usize) -> Result<Step, TetrisError> {
        let outcome = self.game.step(action)?;
        let reward = self.config.reward(outcome.lines);
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

/// What can follow a position: see [`AfterstateModel`]. The chance outcomes are the seven pieces.
///
/// The features are those of [`Features`], shifted and scaled to about one each for positions of ordinary play.
#[derive(Debug, Clone)]
pub struct TetrisModel {
    config: TetrisConfig,
    model: PlacementModel,
    scale: FeatureScale,
}

/// `(feature - shift) * scale`, so that the network sees numbers of about the same size.
#[derive(Debug, Clone)]
struct FeatureScale {
    shift: [f32; Features::LEN],
    scale: [f32; Features::LEN],
}

impl FeatureScale {
    /// Typical spans of the features on a board 10 wide; those that count cells grow with the width. An empty board has
    /// two row transitions in every row and one column transition in every column, which say nothing.
    fn new(config: &TetrisConfig) -> Self {
        let (width, height) = (f32::from(config.width), f32::from(config.height));
        let wide = width / 10.0;
        let spans = [
            10.0,
            8.0,
            20.0 * wide,
            20.0 * wide,
            5.0 * wide,
            20.0 * wide,
            20.0 * wide,
            5.0,
            5.0,
            5.0,
        ];
        let mut shift = [0.0; Features::LEN];
        shift[2] = 2.0 * height;
        shift[3] = width;
        Self {
            shift,
            scale: spans.map(|span| 1.0 / span),
        }
    }

    #[inline]
    fn row(&self, features: &Features) -> [f32; Features::LEN] {
        let features = features.to_array();
        std::array::from_fn(|i| (features[i] - self.shift[i]) * self.scale[i])
    }
}

impl TetrisModel {
    #[inline]
    fn push(&self, action: usize, lines: u32, features: &Features, out: &mut Batch) {
        out.push_row(action, self.config.reward(lines), &self.scale.row(features));
    }
}

impl AfterstateModel for TetrisModel {
    type After = Afterstate;

    fn feature_len(&self) -> usize {
        Features::LEN
    }

    fn feature_names(&self) -> Vec<String> {
        Features::NAMES.map(str::to_owned).to_vec()
    }

    fn features(&self, after: &Afterstate, out: &mut [f32]) {
        assert_eq!(out.len(), Features::LEN, "number of features");
        out.copy_from_slice(&self.scale.row(&self.model.features(after)));
    }

    fn outcome_count(&self) -> usize {
        Piece::ALL.len()
    }

    fn outcomes(&self, after: &Afterstate, out: &mut [f32]) {
        out.copy_from_slice(&self.model.outcomes(after));
    }

    fn successors(&self, after: &Afterstate, outcome: usize, out: &mut Batch) {
        self.model.successors(
            after,
            Piece::ALL[outcome],
            &mut |action, lines, features| {
                self.push(action, lines, features, out);
            },
        );
    }

    /// Reads the stored board once for all pieces.
    fn expand(&self, after: &Afterstate, out: &mut Batch, branch: &mut impl FnMut(f32, &Batch)) {
        let expanded = self.model.expand(after);
        for (piece, chance) in Piece::ALL.into_iter().zip(self.model.outcomes(after)) {
            if chance > 0.0 {
                expanded.successors(piece, &mut |action, lines, features| {
                    self.push(action, lines, features, out)
                });
                branch(chance, out);
            }
        }
    }
}

impl AfterstateEnvironment for Tetris {
    type Model = TetrisModel;

    fn model(&self) -> TetrisModel {
        TetrisModel {
            config: self.config,
            model: self.game.model(),
            scale: self.scale.clone(),
        }
    }

    fn candidates(&self, out: &mut Batch) {
        self.game.candidates(&mut |action, lines, features| {
            out.push_row(action, self.config.reward(lines), &self.scale.row(features));
        });
    }

    fn outcome(&self) -> usize {
        self.game.current_piece().index()
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
