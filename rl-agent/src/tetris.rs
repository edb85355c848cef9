//! Tetris as an environment: one action puts one piece down.
//!
//! The adapter between `tetris-core`, which knows nothing of learning, and this crate, whose other modules know nothing
//! of Tetris.

use serde::{Deserialize, Serialize};
use tetris_core::{
    Afterstate, Controller, Features, Hand, IllegalAction, Piece, PieceQueue, PlacementConfig,
    PlacementEnv, PlacementModel, ScenarioError,
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
    /// Whether one piece is on hold, to be placed instead of the current one.
    pub hold: bool,
    /// How many pieces after the current one the agent sees, 0 to 14.
    pub preview: u8,
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
            hold: false,
            preview: 0,
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
            hold: self.hold,
            preview: self.preview,
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

/// The seven pieces, of which one is.
const PIECES: usize = Piece::ALL.len();

/// Number of floats that say which pieces are on hold and in the preview.
fn known_len(config: &TetrisConfig) -> usize {
    PIECES * (usize::from(config.hold) + usize::from(config.preview))
}

/// Marks the piece on hold and those of the preview in a row of zeros.
fn mark_known(held: Option<Piece>, queue: PieceQueue, out: &mut [f32]) {
    let known = held.into_iter().chain(queue.iter());
    for (piece, one_of_seven) in known.zip(out.chunks_exact_mut(PIECES)) {
        one_of_seven[piece.index()] = 1.0;
    }
}

/// What can follow a position: see [`AfterstateModel`]. The chance outcomes are the seven pieces that can be drawn: with
/// a preview the drawn one is the last of it, without one it comes into play.
///
/// The features are those of [`Features`], shifted and scaled to about one each for positions of ordinary play; then,
/// as one of seven each, the piece on hold and the pieces of the preview, the first to come into play first.
#[derive(Debug, Clone)]
pub struct TetrisModel {
    encoder: Encoder,
    model: PlacementModel,
}

/// Turns what can follow a position into rows for a network.
#[derive(Debug, Clone)]
struct Encoder {
    config: TetrisConfig,
    /// `(feature - shift) * scale`, so that the network sees numbers of about the same size.
    shift: [f32; Features::LEN],
    scale: [f32; Features::LEN],
}

impl Encoder {
    /// Typical spans of the features on a board 10 wide; those that count cells grow with the width. An empty board has
    /// two row transitions in every row and one column transition in every column, which say nothing.
    fn new(config: TetrisConfig) -> Self {
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
            config,
            shift,
            scale: spans.map(|span| 1.0 / span),
        }
    }

    fn row_len(&self) -> usize {
        Features::LEN + known_len(&self.config)
    }

    #[inline]
    fn scaled(&self, features: &Features) -> [f32; Features::LEN] {
        let features = features.to_array();
        std::array::from_fn(|i| (features[i] - self.shift[i]) * self.scale[i])
    }

    /// Appends what an action leads to when it is taken with these pieces.
    #[inline]
    fn push(&self, hand: &Hand, action: usize, lines: u32, features: &Features, out: &mut Batch) {
        let (reward, scaled) = (self.config.reward(lines), self.scaled(features));
        if out.feature_len() == Features::LEN {
            out.push_row(action, reward, &scaled);
            return;
        }
        let (board, known) = out.push(action, reward).split_at_mut(Features::LEN);
        board.copy_from_slice(&scaled);
        let swapped = action >= 4 * usize::from(self.config.width);
        mark_known(hand.held_after(swapped), hand.queue, known);
    }
}

impl AfterstateModel for TetrisModel {
    type After = Afterstate;

    fn feature_len(&self) -> usize {
        self.encoder.row_len()
    }

    fn feature_names(&self) -> Vec<String> {
        let config = &self.encoder.config;
        let hold = config.hold.then(|| "hold".to_owned());
        let places = hold
            .into_iter()
            .chain((1..=config.preview).map(|place| format!("next_{place}")));
        let known = places.flat_map(|place| Piece::ALL.map(|piece| format!("{place}_{piece}")));
        let board = Features::NAMES.map(str::to_owned);
        board.into_iter().chain(known).collect()
    }

    fn features(&self, after: &Afterstate, out: &mut [f32]) {
        assert_eq!(out.len(), self.feature_len(), "number of features");
        let (board, known) = out.split_at_mut(Features::LEN);
        board.copy_from_slice(&self.encoder.scaled(&self.model.features(after)));
        known.fill(0.0);
        mark_known(after.held(), after.queue(), known);
    }

    fn outcome_count(&self) -> usize {
        PIECES
    }

    fn outcomes(&self, after: &Afterstate, out: &mut [f32]) {
        out.copy_from_slice(&self.model.outcomes(after));
    }

    fn successors(&self, after: &Afterstate, outcome: usize, out: &mut Batch) {
        let drawn = Piece::ALL[outcome];
        let hand = after.hand(drawn);
        self.model
            .successors(after, drawn, &mut |action, lines, features| {
                self.encoder.push(&hand, action, lines, features, out);
            });
    }

    /// Reads the stored board once for all pieces.
    fn expand(&self, after: &Afterstate, out: &mut Batch, branch: &mut impl FnMut(f32, &Batch)) {
        let expanded = self.model.expand(after);
        for (drawn, chance) in Piece::ALL.into_iter().zip(self.model.outcomes(after)) {
            if chance > 0.0 {
                let hand = after.hand(drawn);
                expanded.successors(drawn, &mut |action, lines, features| {
                    self.encoder.push(&hand, action, lines, features, out);
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
            encoder: self.encoder.clone(),
            model: self.game.model(),
        }
    }

    fn candidates(&self, out: &mut Batch) {
        let hand = self.game.hand();
        self.game.candidates(&mut |action, lines, features| {
            self.encoder.push(&hand, action, lines, features, out);
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
