//! Tetris as an environment in which one action presses one key.

use serde::{Deserialize, Serialize};
use tetris_core::{
    Game, IllegalAction, Input, KEY_ACTIONS, KeyEnv, Observation, PerLine, PerPiece, Piece,
    PieceSource, RandomizerKind, Rules,
};
use thiserror::Error;

use super::Scenario;
use super::drops::DropView;
use crate::config::{ConfigError, check};
use crate::dqn::DqnConfig;
use crate::env::{Environment, Resumable, Step};

/// The settings of [`KeyTetris`].
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct KeysConfig {
    /// Columns, 4 to 32.
    pub width: u8,
    /// Rows, 4 to 60.
    pub height: u8,
    /// How pieces are drawn.
    pub pieces: RandomizerKind,
    /// Reward for every piece that locks.
    #[serde(serialize_with = "crate::short_float::serialize")]
    pub reward_per_piece: f32,
    /// Reward for every line cleared.
    #[serde(serialize_with = "crate::short_float::serialize")]
    pub reward_per_line: f32,
    /// Reward, usually below 0, for every hole more than before, and the opposite for every hole less.
    #[serde(serialize_with = "crate::short_float::serialize")]
    pub reward_per_hole: f32,
}

impl Default for KeysConfig {
    fn default() -> Self {
        Self {
            width: 10,
            height: 20,
            pieces: RandomizerKind::Uniform,
            reward_per_piece: 1.0,
            reward_per_line: 0.0,
            reward_per_hole: 0.0,
        }
    }
}

impl KeysConfig {
    /// Turns and slides happen above the board, and nothing falls by itself: [`Rules::classic_research`].
    pub(super) fn rules(&self) -> Rules {
        Rules {
            width: self.width,
            height: self.height,
            pieces: PieceSource::Random(self.pieces),
            ..Rules::classic_research()
        }
    }

    /// Whether the settings of an agent make sense, and its convolution, if it has one, reads the planes that there are.
    ///
    /// # Errors
    /// Names the first field that does not, with what is allowed.
    pub fn suits(&self, agent: &DqnConfig) -> Result<(), ConfigError> {
        agent.validate()?;
        if let Some(found) = &agent.convolution {
            let [planes, height, width] = DropView::shape(self.width.into());
            check([found.planes, found.height, found.width] == [planes, height, width]).or(
                "convolution",
                &format!("{}x{}x{}", found.planes, found.height, found.width),
                &format!(
                    "{planes}x{height}x{width} (planes, height, width), as this board is seen"
                ),
            )?;
        }
        Ok(())
    }

    /// Whether the settings make sense.
    ///
    /// # Errors
    /// Names the first field that does not, with its allowed range.
    pub fn validate(&self) -> Result<(), ConfigError> {
        // Four more rows lie above the visible ones.
        for (field, found, most) in [("width", self.width, 32), ("height", self.height, 60)] {
            check((4..=most).contains(&found)).or(field, &found, &format!("4..={most}"))?;
        }
        for (field, reward) in [
            ("reward_per_piece", self.reward_per_piece),
            ("reward_per_line", self.reward_per_line),
            ("reward_per_hole", self.reward_per_hole),
        ] {
            check(reward.is_finite()).or(field, &reward, "a finite number")?;
        }
        Ok(())
    }
}

/// Why a key or a scenario was refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum KeysError {
    /// The game is over, or there is no such key.
    #[error(transparent)]
    Action(#[from] IllegalAction),
    /// A key that does nothing, or takes back what was done.
    #[error("key {action} leads nowhere now: see the legal actions")]
    Useless {
        /// The action.
        action: usize,
    },
    /// Something that this game does not have.
    #[error("the game with keys has no {0}; leave it out of the scenario")]
    Scenario(&'static str),
    /// A stored state of a game with other settings.
    #[error("the stored game has other rules than this environment")]
    OtherRules,
}

/// What was done with the active piece so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Course {
    /// Clockwise turns; 3 for one counter-clockwise.
    pub(super) turns: u8,
    /// -1 once it slid to the left, 1 to the right.
    pub(super) slid: i8,
}

/// The key-press game as an environment.
///
/// The actions are those of [`KeyEnv`]. A key is legal if it can lead somewhere new: a piece first turns, then slides to
/// one side, then drops, so that it comes to every place in one way only, and to none in more than a dozen presses. Keys
/// that the rules do not have (soft drop, hold, half turns) and to press nothing are never legal.
///
/// An observation says what a drop would lead to after every way that is left: see [`DropView`]. The measures of an
/// episode are its lines, its pieces and its score.
#[derive(Debug, Clone)]
pub struct KeyTetris {
    config: KeysConfig,
    env: KeyEnv<(PerPiece, PerLine)>,
    view: DropView,
    course: Course,
    holes: f32,
    max_pieces: Option<u64>,
}

impl KeyTetris {
    /// An environment at the start of a game.
    ///
    /// # Errors
    /// If a setting is outside its range.
    pub fn new(config: KeysConfig) -> Result<Self, ConfigError> {
        config.validate()?;
        let rules = config.rules();
        let view = DropView::new(&rules);
        let rewards = (
            PerPiece(config.reward_per_piece),
            PerLine(config.reward_per_line),
        );
        let unseen = Observation::new(&rules, &[]).expect("nothing is to be seen");
        let mut env = KeyEnv::new(rules, unseen, rewards).expect("validated settings");
        env.set_colours(true);
        Ok(Self {
            config,
            env,
            view,
            course: Course::default(),
            holes: 0.0,
            max_pieces: None,
        })
    }

    /// The same, not keeping track of which tetromino a cell came from: for playing fast and unseen.
    ///
    /// # Errors
    /// If a setting is outside its range.
    pub fn without_colours(config: KeysConfig) -> Result<Self, ConfigError> {
        let mut tetris = Self::new(config)?;
        tetris.env.set_colours(false);
        Ok(tetris)
    }

    /// The settings.
    pub fn config(&self) -> &KeysConfig {
        &self.config
    }

    /// The game: board, pieces, lines, score.
    pub fn game(&self) -> &Game {
        self.env.game()
    }
}

impl Course {
    /// Whether a key leads somewhere new for a piece whose leftmost cell is in `column`.
    fn allows(self, key: Input, game: &Game) -> bool {
        let Some(active) = game.active() else {
            return false;
        };
        let column = usize::from(active.placement().column);
        let width = active.piece.shape(active.rotation).width();
        match key {
            Input::Left => self.slid <= 0 && column > 0,
            Input::Right => self.slid >= 0 && column + width < game.board().width(),
            Input::Clockwise => self.slid == 0 && self.turns < most_turns(active.piece),
            Input::CounterClockwise => {
                self.slid == 0 && self.turns == 0 && most_turns(active.piece) > 1
            }
            Input::HardDrop => true,
            Input::SoftDrop | Input::Half | Input::Hold => false,
        }
    }

    pub(super) fn after(mut self, key: Input) -> Self {
        match key {
            Input::Left => self.slid = -1,
            Input::Right => self.slid = 1,
            Input::Clockwise => self.turns += 1,
            Input::CounterClockwise => self.turns = 3,
            _ => self = Self::default(),
        }
        self
    }

    /// The keys that lead somewhere new.
    pub(super) fn keys(self, game: &Game) -> impl Iterator<Item = Input> + use<'_> {
        let keys = Input::ALL.into_iter();
        keys.filter(move |&key| self.allows(key, game))
    }
}

/// Clockwise turns that lead to orientations that look different; one turn the other way does for a third.
fn most_turns(piece: Piece) -> u8 {
    (piece.distinct_rotations().len() as u8 - 1).min(2)
}

impl Environment for KeyTetris {
    type Scenario = Scenario;
    type Error = KeysError;

    fn observation_len(&self) -> usize {
        self.view.len()
    }

    fn action_count(&self) -> usize {
        KEY_ACTIONS
    }

    fn reset(&mut self, seed: u64, scenario: &Scenario) -> Result<(), KeysError> {
        for (given, what) in [
            (scenario.ceiling.is_some(), "ceiling"),
            (scenario.start.is_some(), "starting position"),
        ] {
            if given {
                return Err(KeysError::Scenario(what));
            }
        }
        self.env.reset(seed);
        self.course = Course::default();
        self.holes = 0.0;
        self.max_pieces = scenario.max_pieces;
        Ok(())
    }

    fn observe(&self, out: &mut [f32]) {
        self.view.write(self.game(), self.course, out);
    }

    fn legal_actions(&self, out: &mut [bool]) {
        assert_eq!(out.len(), KEY_ACTIONS, "one entry for each action");
        out.fill(false);
        for key in self.course.keys(self.env.game()) {
            out[key as usize] = true;
        }
    }

    fn step(&mut self, action: usize) -> Result<Step, KeysError> {
        let key = Input::ALL.get(action).copied();
        let useful = key.filter(|&key| self.course.allows(key, self.env.game()));
        let Some(key) = useful.filter(|_| !self.game().is_over()) else {
            // The engine words what it refuses itself.
            return match self.env.clone().step(action) {
                Err(refused) => Err(refused.into()),
                Ok(_) => Err(KeysError::Useless { action }),
            };
        };
        let step = self.env.step(action)?;
        self.course = self.course.after(key);
        let mut reward = step.reward;
        if step.locked.is_some() {
            let holes = self.view.holes(self.game());
            reward += self.config.reward_per_hole * (holes - self.holes);
            self.holes = holes;
        }
        let pieces = u64::from(self.game().pieces());
        Ok(Step {
            reward,
            terminated: step.terminated,
            truncated: !step.terminated && self.max_pieces.is_some_and(|max| pieces >= max),
        })
    }

    fn measures(&self) -> &'static [&'static str] {
        &["lines", "score", "pieces"]
    }

    fn measure(&self, out: &mut [f64]) {
        let game = self.game();
        out.copy_from_slice(&[
            f64::from(game.lines()),
            game.score() as f64,
            f64::from(game.pieces()),
        ]);
    }
}

/// A game with keys as it is written down.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct KeysState {
    game: Game,
    steps: u64,
    course: Course,
    max_pieces: Option<u64>,
}

impl Resumable for KeyTetris {
    type State = KeysState;

    fn save(&self) -> KeysState {
        KeysState {
            game: self.game().clone(),
            steps: self.env.steps(),
            course: self.course,
            max_pieces: self.max_pieces,
        }
    }

    fn restore(&mut self, state: KeysState) -> Result<(), KeysError> {
        if state.game.rules() != self.game().rules() {
            return Err(KeysError::OtherRules);
        }
        self.holes = self.view.holes(&state.game);
        self.env.set_game(state.game, state.steps);
        self.course = state.course;
        self.max_pieces = state.max_pieces;
        Ok(())
    }
}
