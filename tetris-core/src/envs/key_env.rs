//! The key-press environment: one action is one key and one tick.

use alloc::boxed::Box;
use alloc::vec;

use crate::envs::{Element, Observation, Reward, Transition};
use crate::error::{ConfigError, IllegalAction};
use crate::game::{Game, HARD_DROP, HOLD, Input, Locked, Rules};

/// Number of actions of the key-press environment: the keys, and to press none.
pub const KEY_ACTIONS: usize = Input::COUNT + 1;

/// What a step of the key-press environment did, or one of [`MoveEnv`](crate::MoveEnv).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct KeyStep {
    /// By the [`Reward`] of the environment.
    pub reward: f32,
    /// The game is lost.
    pub terminated: bool,
    /// The game was cut off by the limit of steps and not lost.
    pub truncated: bool,
    /// What locked, if something did.
    pub locked: Option<Locked>,
}

/// Tetris with one key a step.
///
/// The actions are the [`Input`]s by their numbers, then, as the last, to press nothing: left,
/// right, soft drop, clockwise, counter-clockwise, half turn, hard drop, hold, nothing. A step
/// presses the key and lets one tick pass, but a key that locks a piece takes the whole step, so
/// that gravity does not move the next one before it could be seen. How much falls in a tick is
/// up to the rules: a row a step with [`Rules::tetris_gymnasium`], a row every 60 steps on the
/// first level of [`Rules::guideline`].
///
/// Same rules, seed and actions, same game. A step does not allocate, except where garbage
/// comes.
///
/// ```
/// use tetris_core::{KEY_ACTIONS, KeyEnv, Observation, Part, Rules, TetrisGymnasium};
///
/// let rules = Rules::tetris_gymnasium();
/// let observation = Observation::new(&rules, &[Part::Board, Part::Piece, Part::Queue])?;
/// let mut env = KeyEnv::new(rules, observation, TetrisGymnasium::default())?;
/// let mut seen = vec![0u8; env.observation().len()];
/// env.reset(9);
/// for step in 0.. {
///     env.observe(&mut seen);
///     if env.step(step * 5 % KEY_ACTIONS)?.terminated {
///         break;
///     }
/// }
/// assert!(env.game().pieces() > 5);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct KeyEnv<R> {
    game: Game,
    observation: Observation,
    reward: R,
    bits: Box<[u64]>,
    max_steps: u64,
    steps: u64,
}

impl<R: Reward> KeyEnv<R> {
    /// An environment at the start of a game with seed 0.
    ///
    /// # Errors
    /// If a field of the rules is outside its range.
    ///
    /// # Panics
    /// If the observation is for another width, height, number of hidden rows or preview.
    pub fn new(rules: Rules, observation: Observation, reward: R) -> Result<Self, ConfigError> {
        assert!(
            observation.is_for(&rules),
            "the observation is for other rules"
        );
        let game = Game::new(rules, 0)?;
        let mut bits = vec![0; observation.words()].into_boxed_slice();
        observation.read(&game, &mut bits);
        Ok(Self {
            game,
            observation,
            reward,
            bits,
            max_steps: u64::MAX,
            steps: 0,
        })
    }

    /// The same with games truncated after so many steps.
    ///
    /// # Panics
    /// If they are 0.
    #[must_use]
    pub fn with_max_steps(mut self, steps: u64) -> Self {
        assert!(steps > 0, "a game has one step at least");
        self.max_steps = steps;
        self
    }

    /// Starts a new game.
    pub fn reset(&mut self, seed: u64) {
        self.game.restart(seed);
        self.observation.read(&self.game, &mut self.bits);
        self.steps = 0;
    }

    /// Goes on from a game, such as one that was written down, after so many steps of it.
    ///
    /// # Panics
    /// If it has other rules.
    pub fn set_game(&mut self, game: Game, steps: u64) {
        assert!(
            game.rules() == self.game.rules(),
            "the game has other rules"
        );
        self.game = game;
        self.steps = steps;
        self.observation.read(&self.game, &mut self.bits);
    }

    /// Takes an action.
    ///
    /// # Errors
    /// If the game is over or there is no such action; the environment is then unchanged.
    #[inline(always)]
    pub fn step(&mut self, action: usize) -> Result<KeyStep, IllegalAction> {
        let mut locked = None;
        let outcome = step(
            &mut self.game,
            &mut self.bits,
            &self.observation,
            &self.reward,
            action,
            &mut locked,
        )?;
        self.steps = self.steps.saturating_add(1);
        Ok(outcome.with(locked, self.steps >= self.max_steps))
    }

    /// A step in which something else than a key is done to the game, which must not be over, and
    /// no tick passes.
    pub(super) fn step_by(&mut self, act: impl FnOnce(&mut Game) -> Option<Locked>) -> KeyStep {
        let score = self.game.score();
        let locked = act(&mut self.game);
        let (game, bits) = (&self.game, &mut self.bits);
        match &locked {
            Some(locked) => self.observation.read_locked(game, locked, bits),
            None => self.observation.read_pieces(game, bits),
        }
        let step = self.outcome_of(&self.game, locked, score);
        self.steps = self.steps.saturating_add(1);
        step
    }

    /// What the next step gives if it leads to a game.
    pub(super) fn outcome_of(&self, after: &Game, locked: Option<Locked>, score: u64) -> KeyStep {
        let last = self.steps.saturating_add(1) >= self.max_steps;
        outcome(after, &self.reward, locked, score, after.is_over()).with(locked, last)
    }

    /// Writes what there is to see.
    ///
    /// # Panics
    /// If the slice is not as long as the observation.
    #[inline]
    pub fn observe<T: Element>(&self, out: &mut [T]) {
        self.observation.write_with(&self.game, &self.bits, out);
    }

    /// The layout of the observation.
    #[must_use]
    pub const fn observation(&self) -> &Observation {
        &self.observation
    }

    /// Writes for each action whether the rules have it: all keys do, but half turns where they
    /// are off, and the hold while it is used up. A key may still do nothing. After the end of a
    /// game none is legal.
    ///
    /// # Panics
    /// If the slice is not [`KEY_ACTIONS`] long.
    pub fn legal_actions(&self, legal: &mut [bool]) {
        assert_eq!(legal.len(), KEY_ACTIONS, "one entry for each action");
        let alive = !self.game.is_over();
        for (action, legal) in (0..).zip(legal) {
            *legal = alive && self.game.in_effect(action) == action;
        }
    }

    /// The game.
    #[must_use]
    pub const fn game(&self) -> &Game {
        &self.game
    }

    /// Steps taken in this game.
    #[must_use]
    pub const fn steps(&self) -> u64 {
        self.steps
    }

    /// Switches the colours of the game on or off: see [`Game::set_colours`].
    pub fn set_colours(&mut self, on: bool) {
        self.game.set_colours(on);
    }
}

/// What a step came to: small enough for a register. Where the parts of it are written to memory one by one and read back
/// as a whole, a processor waits for a dozen cycles.
#[derive(Clone, Copy)]
pub(crate) struct Outcome {
    pub(crate) reward: f32,
    pub(crate) terminated: bool,
}

impl Outcome {
    /// With what locked, and truncated if it was the last step that may be.
    #[inline(always)]
    fn with(self, locked: Option<Locked>, last: bool) -> KeyStep {
        KeyStep {
            reward: self.reward,
            terminated: self.terminated,
            truncated: last && !self.terminated,
            locked,
        }
    }
}

/// One step of a game and the bits of its observation. What has locked is left in `locked`, which must be empty.
#[inline(always)]
pub(crate) fn step<R: Reward>(
    game: &mut Game,
    bits: &mut [u64],
    observation: &Observation,
    reward: &R,
    action: usize,
    locked: &mut Option<Locked>,
) -> Result<Outcome, IllegalAction> {
    if game.is_over() {
        return Err(IllegalAction::GameOver);
    }
    let score = game.score();
    if action >= KEY_ACTIONS {
        let last = KEY_ACTIONS - 1;
        return Err(IllegalAction::OutOfRange { action, last });
    }
    let mut over = false;
    match game.in_effect(action as u8) {
        HARD_DROP => game.hard_drop(locked),
        HOLD => {
            game.hold();
            observation.read_pieces(game, bits);
            // Which is no time for a tick.
            over = game.is_over();
        }
        key => {
            game.move_or_wait(key, locked);
        }
    }
    if locked.is_none() && !over {
        game.tick_alive(locked);
    }
    // Most steps lock nothing, and are short if the others are kept apart.
    Ok(match locked {
        None => outcome(game, reward, None, score, over),
        Some(locked) => {
            if observation.has_bits() {
                observation.read_locked(game, locked, bits);
            }
            locked_outcome(game, reward, locked, score)
        }
    })
}

#[inline(never)]
fn locked_outcome<R: Reward>(
    game: &Game,
    reward: &R,
    locked: &Locked,
    score_before: u64,
) -> Outcome {
    outcome(game, reward, Some(*locked), score_before, game.is_over())
}

#[inline(always)]
fn outcome<R: Reward>(
    game: &Game,
    reward: &R,
    locked: Option<Locked>,
    score_before: u64,
    terminated: bool,
) -> Outcome {
    let points = game.score() - score_before;
    let reward = reward.reward(&Transition {
        game,
        locked,
        points,
        terminated,
    });
    Outcome { reward, terminated }
}
