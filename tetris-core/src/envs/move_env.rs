//! The environment of whole moves: one action locks a piece anywhere it gets to, or holds it.

use crate::board::Board;
use crate::envs::{Element, KeyEnv, KeyStep, Observation, Reward};
use crate::error::{ConfigError, IllegalAction};
use crate::features::{self, Features, features_below};
use crate::game::{Game, Input, Rules};
use crate::moves::{Move, Placement};
use crate::pieces::Piece;

/// Tetris with one action a piece, by all the [`Rules`]: any place that the piece gets to, tucks
/// and spins included.
///
/// An action is a [`Placement`], numbered
/// `(rotation index x width + leftmost column) x rows + lowest row`, where the rows are the
/// visible and the hidden ones; of orientations that cover the same cells only the first has
/// legal actions. Where the rules have hold, one more action, the last, holds the piece. What is
/// legal is written into a mask ([`MoveEnv::legal_actions`]).
///
/// Moves are those of [`Game::moves`]: the piece is where it entered, and gets wherever steps,
/// turns and kicks lead, however fast it would fall. No tick passes, so let rows of garbage come
/// without delay. Rewards and observations are those of the key-press environment, the immediate
/// reward of every move and the features after it are told by [`MoveEnv::outcomes`]. For hard
/// drops alone, as in the research literature, [`PlacementEnv`](crate::PlacementEnv) is many
/// times as fast.
///
/// Same rules, seed and actions, same game. A step does not allocate, except where garbage comes.
///
/// ```
/// use tetris_core::{AtEnd, MoveEnv, Observation, Part, PerPoint, Rules};
///
/// let rules = Rules::guideline();
/// let observation = Observation::new(&rules, &[Part::Board, Part::Current, Part::Queue])?;
/// let mut env = MoveEnv::new(rules, observation, (PerPoint(0.01), AtEnd(-1.0)))?;
/// let mut legal = vec![false; env.action_count()];
/// env.reset(7);
/// loop {
///     env.legal_actions(&mut legal);
///     let mut best = (f32::NEG_INFINITY, 0);
///     env.outcomes(&mut |outcome| {
///         assert!(legal[outcome.action]);
///         let features = outcome.features();
///         let value = outcome.step.reward - features.holes - features.mean_height;
///         if value > best.0 {
///             best = (value, outcome.action);
///         }
///     });
///     if env.step(best.1)?.terminated || env.game().pieces() == 50 {
///         break;
///     }
/// }
/// assert!(env.game().lines() > 0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct MoveEnv<R> {
    keys: KeyEnv<R>,
}

/// What one of the moves of a [`MoveEnv`] leads to.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct MoveOutcome<'a> {
    /// The action.
    pub action: usize,
    /// Where the piece locks.
    pub found: Move,
    /// What the step gives.
    pub step: KeyStep,
    /// The game after it, without colours. The next piece is already in play, so what the
    /// preview does not show must not be looked at by a player.
    pub game: &'a Game,
    before: &'a Board,
    piece: Piece,
}

impl MoveOutcome<'_> {
    /// The features of the move and of the visible board after it, before garbage comes in.
    #[must_use]
    pub fn features(&self) -> Features {
        let placement = self.found.placement;
        let shape = self.piece.shape(placement.rotation);
        let row = usize::from(placement.row);
        let mut board = self.before.clone();
        board.lock(shape, placement.column.into(), row);
        let full = board.clear_full_rows();
        let visible = self.game.rules().height.into();
        let move_ = features::Move::new(shape, row, full);
        features_below(board.columns(), visible, move_)
    }
}

impl<R: Reward> MoveEnv<R> {
    /// An environment at the start of a game with seed 0.
    ///
    /// # Errors
    /// If a field of the rules is outside its range.
    ///
    /// # Panics
    /// If the observation is for another width, height, number of hidden rows or preview.
    pub fn new(rules: Rules, observation: Observation, reward: R) -> Result<Self, ConfigError> {
        let keys = KeyEnv::new(rules, observation, reward)?;
        Ok(Self { keys })
    }

    /// The same with games truncated after so many steps.
    ///
    /// # Panics
    /// If they are 0.
    #[must_use]
    pub fn with_max_steps(self, steps: u64) -> Self {
        let keys = self.keys.with_max_steps(steps);
        Self { keys }
    }

    /// Starts a new game.
    pub fn reset(&mut self, seed: u64) {
        self.keys.reset(seed);
    }

    /// Goes on from a game, such as one that was written down, after so many steps of it.
    ///
    /// # Panics
    /// If it has other rules.
    pub fn set_game(&mut self, game: Game, steps: u64) {
        self.keys.set_game(game, steps);
    }

    /// Number of actions, legal or not: 4 x width x rows, and one more with hold. 1,601 by the
    /// guideline.
    #[must_use]
    pub fn action_count(&self) -> usize {
        let rules = self.game().rules();
        4 * usize::from(rules.width) * rules.rows() + usize::from(rules.hold)
    }

    /// The number of the action that locks a piece there.
    #[must_use]
    pub fn action(&self, placement: Placement) -> usize {
        let rules = self.game().rules();
        placement.action(rules.width.into()) * rules.rows() + usize::from(placement.row)
    }

    /// The action that holds the piece; `None` where the rules have no hold.
    #[must_use]
    pub fn hold_action(&self) -> Option<usize> {
        self.game().rules().hold.then(|| self.action_count() - 1)
    }

    /// Writes for each action whether it is legal. After the end of a game none is.
    ///
    /// # Panics
    /// If the slice is not as long as [`MoveEnv::action_count`].
    pub fn legal_actions(&self, legal: &mut [bool]) {
        let count = self.action_count();
        assert_eq!(legal.len(), count, "one entry for each action");
        legal.fill(false);
        self.game().moves(&mut |found| {
            legal[self.action(found.placement)] = true;
        });
        if let Some(hold) = self.hold_action() {
            legal[hold] = self.game().can_hold();
        }
    }

    /// Takes an action.
    ///
    /// # Errors
    /// If the game is over or the action not legal; the environment is then unchanged.
    pub fn step(&mut self, action: usize) -> Result<KeyStep, IllegalAction> {
        let Some(active) = self.game().active() else {
            return Err(IllegalAction::GameOver);
        };
        let count = self.action_count();
        if action >= count {
            let last = count - 1;
            return Err(IllegalAction::OutOfRange { action, last });
        }
        if Some(action) == self.hold_action() {
            return self.hold(action);
        }
        let mut target = None;
        self.game().moves(&mut |found| {
            if self.action(found.placement) == action {
                target = Some(found);
            }
        });
        let piece = active.piece;
        let target = target.ok_or(IllegalAction::NoSuchPlacement { action, piece })?;
        Ok(self.keys.step_by(|game| Some(game.place_reachable(target))))
    }

    fn hold(&mut self, action: usize) -> Result<KeyStep, IllegalAction> {
        if !self.game().can_hold() {
            return Err(IllegalAction::HoldUsed { action });
        }
        Ok(self.keys.step_by(|game| {
            let pressed = game.press(Input::Hold).expect("the game goes on");
            pressed.locked
        }))
    }

    /// Calls `found` for every legal action but the hold, in the order of [`Game::moves`]: its
    /// reward, the game after it, and on request the features of the board it makes. The
    /// environment stays as it is.
    pub fn outcomes(&self, found: &mut impl FnMut(&MoveOutcome<'_>)) {
        let game = self.game();
        let Some(active) = game.active() else {
            return;
        };
        let mut bare = game.clone();
        bare.set_colours(false);
        game.moves(&mut |one| {
            let mut after = bare.clone();
            let locked = after.place_reachable(one);
            let step = self.keys.outcome_of(&after, Some(locked), game.score());
            found(&MoveOutcome {
                action: self.action(one.placement),
                found: one,
                step,
                game: &after,
                before: game.board(),
                piece: active.piece,
            });
        });
    }

    /// Writes what there is to see.
    ///
    /// # Panics
    /// If the slice is not as long as the observation.
    pub fn observe<T: Element>(&self, out: &mut [T]) {
        self.keys.observe(out);
    }

    /// The layout of the observation.
    #[must_use]
    pub const fn observation(&self) -> &Observation {
        self.keys.observation()
    }

    /// The game.
    #[must_use]
    pub const fn game(&self) -> &Game {
        self.keys.game()
    }

    /// Steps taken in this game, holds among them.
    #[must_use]
    pub const fn steps(&self) -> u64 {
        self.keys.steps()
    }

    /// Switches the colours of the game on or off: see [`Game::set_colours`].
    pub fn set_colours(&mut self, on: bool) {
        self.keys.set_colours(on);
    }
}
