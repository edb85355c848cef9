//! The placement environment: one action puts one piece down.

mod state;

use crate::board::{Board, ColourPlane, PackedBoard};
use crate::envs::{PlacementConfig, Scenario};
use crate::error::{ConfigError, IllegalAction, ScenarioError};
use crate::features::{Afterstate, Features, Move, PlacementModel, candidates};
use crate::moves::Placement;
use crate::pieces::{Hand, Piece};
use state::{Drop, State};

/// What a step did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StepOutcome {
    /// Rows cleared, 0 to 4.
    pub lines: u32,
    /// The game is lost: the piece that came has no legal placement.
    pub terminated: bool,
    /// The game was cut off by [`Scenario::max_pieces`] and not lost.
    pub truncated: bool,
}

/// Points for 0 to 4 lines at once: those of the Tetris guideline on level 1.
const LINE_SCORE: [u64; 5] = [0, 100, 300, 500, 800];

/// Tetris with one action a piece: an orientation and a column, from which the piece falls
/// straight down.
///
/// An action is `rotation index x width + leftmost column` ([`Placement::action`]). It is legal
/// if the orientation is one of [`Piece::distinct_rotations`] and the whole piece comes to rest
/// within the walls and under the ceiling before full rows are taken out. With
/// [`PlacementConfig::hold`] there are as many actions again, `4 x width` higher: the current
/// piece and the one on hold change places, and then the latter is placed; they are legal if the
/// two are not the same. The game is lost as soon as no action is legal. The player knows the
/// pieces of the [`Hand`]; one more is there to be shown.
///
/// Same configuration, seed, scenario and actions, same game; the whole state, random numbers
/// included, can be cloned and serialised.
///
/// ```
/// use tetris_core::{PlacementConfig, PlacementEnv, Scenario};
///
/// let mut env = PlacementEnv::new(PlacementConfig::default())?;
/// env.reset(7, &Scenario::default())?;
/// let mut legal = vec![false; env.config().action_count()];
/// let ended = loop {
///     env.legal_actions(&mut legal);
///     let action = legal.iter().position(|&legal| legal).expect("the game goes on");
///     let outcome = env.step(action)?;
///     if outcome.terminated {
///         break outcome;
///     }
/// };
/// assert!(!ended.truncated);
/// assert!(env.pieces() > 5);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(transparent))]
pub struct PlacementEnv {
    state: State,
}

impl PlacementEnv {
    /// An environment at the start of a game with seed 0 and the default scenario. Colours are
    /// on: see [`PlacementEnv::set_colours`].
    ///
    /// # Errors
    /// If a field of the configuration is outside its range.
    pub fn new(config: PlacementConfig) -> Result<Self, ConfigError> {
        config.validate()?;
        let board = config.empty_board();
        let colours = Some(ColourPlane::of_garbage(&board));
        Ok(Self {
            state: State::start(config, config.height, None, board, colours, 0),
        })
    }

    /// Starts a new game.
    ///
    /// # Errors
    /// If the scenario does not suit the environment, which is then unchanged: the ceiling or
    /// piece limit out of range, or a starting position of another size, with a full row, or
    /// without room for every piece.
    pub fn reset(&mut self, seed: u64, scenario: &Scenario) -> Result<(), ScenarioError> {
        let state = &mut self.state;
        let config = state.config;
        let (board, ceiling) = scenario.opening(&config)?;
        let colours = state
            .colours
            .as_ref()
            .map(|_| ColourPlane::of_garbage(&board));
        *state = State::start(config, ceiling, scenario.max_pieces, board, colours, seed);
        Ok(())
    }

    /// Puts a piece down.
    ///
    /// # Errors
    /// If the game is over or the action not legal; the environment is then unchanged.
    #[inline]
    pub fn step(&mut self, action: usize) -> Result<StepOutcome, IllegalAction> {
        let drop = self.state.drop(action)?;
        let state = &mut self.state;
        let full = state.lock(&drop);
        let lines = full.count_ones();
        state.lines += u64::from(lines);
        state.score += LINE_SCORE[lines as usize];
        state.pieces += 1;
        state.hand.held = state.hand.held_after(drop.swapped);
        state.hand.current = state.hand.queue.shift(state.next);
        state.odds = state.randomizer.odds();
        state.next = state.randomizer.draw();

        let terminated = !state.has_legal_action();
        let truncated = !terminated && state.max_pieces.is_some_and(|max| state.pieces >= max);
        state.over = terminated || truncated;
        Ok(StepOutcome {
            lines,
            terminated,
            truncated,
        })
    }

    /// Where an action puts its piece.
    ///
    /// # Errors
    /// If the game is over or the action not legal.
    #[inline]
    pub fn placement(&self, action: usize) -> Result<Placement, IllegalAction> {
        self.state.drop(action).map(|drop| drop.placement)
    }

    /// The piece that an action puts down: the current one, or, with a swap, the one on hold.
    ///
    /// # Errors
    /// If the game is over or the action not legal.
    #[inline]
    pub fn piece(&self, action: usize) -> Result<Piece, IllegalAction> {
        self.state.drop(action).map(|drop| drop.piece)
    }

    /// Writes for each action whether it is legal. After the end of a game none is.
    ///
    /// # Panics
    /// If the slice is not as long as [`PlacementConfig::action_count`].
    #[inline]
    pub fn legal_actions(&self, legal: &mut [bool]) {
        let state = &self.state;
        let count = state.config.action_count();
        assert_eq!(legal.len(), count, "one entry for each action");
        legal.fill(false);
        if state.over {
            return;
        }
        let (width, ceiling) = (state.board.width(), state.ceiling.into());
        for (first, piece) in state.hand.choices(state.config.swap_action()) {
            for placement in state.board.hard_drops(piece, ceiling) {
                legal[first + placement.action(width)] = true;
            }
        }
    }

    /// The position after an action, before the next piece is drawn. The environment stays as it
    /// is.
    ///
    /// # Errors
    /// If the game is over or the action not legal.
    #[inline]
    pub fn after(&self, action: usize) -> Result<Afterstate, IllegalAction> {
        let Drop {
            swapped,
            placement,
            shape,
            ..
        } = self.state.drop(action)?;
        let state = &self.state;
        let (x, row) = (placement.column.into(), placement.row.into());
        let mut board = state.board.clone();
        board.lock(shape, x, row);
        let full = board.clear_full_rows();
        Ok(Afterstate {
            board: PackedBoard::pack(board.width(), board.height(), board.columns()),
            ceiling: state.ceiling,
            odds: state.odds,
            held: state.hand.held_after(swapped),
            queue: state.hand.queue,
            move_: Move::new(shape, row, full),
        })
    }

    /// Calls `found(action, lines, features)` for every legal action: the lines it clears, and
    /// the features of the move and of the board after it. Actions ascend. With a pile of more
    /// than 28 rows it takes ten times as long and more.
    #[inline]
    pub fn candidates(&self, found: &mut impl FnMut(usize, u32, &Features)) {
        let state = &self.state;
        if state.over {
            return;
        }
        let (board, ceiling) = (&state.board, state.ceiling.into());
        // One closure for both pieces, because the code behind it is large.
        for (first, piece) in state.hand.choices(state.config.swap_action()) {
            let mut numbered =
                |action, lines, features: &Features| found(first + action, lines, features);
            candidates(board, ceiling, piece, &mut numbered);
        }
    }

    /// What can follow a position, without a live game.
    #[must_use]
    pub const fn model(&self) -> PlacementModel {
        PlacementModel::of_valid(self.state.config)
    }

    /// The configuration.
    #[must_use]
    pub const fn config(&self) -> &PlacementConfig {
        &self.state.config
    }

    /// The occupancy of the board.
    #[must_use]
    pub const fn board(&self) -> &Board {
        &self.state.board
    }

    /// Which tetromino each cell came from; `None` when switched off.
    #[must_use]
    pub const fn colours(&self) -> Option<&ColourPlane> {
        self.state.colours.as_ref()
    }

    /// Switches colours on or off, for this game and later ones. Play is the same; without them
    /// it is faster and the environment clones without allocating. Cells that filled while they
    /// were off are shown as [`GARBAGE`](crate::GARBAGE).
    pub fn set_colours(&mut self, on: bool) {
        let state = &mut self.state;
        if !on {
            state.colours = None;
        } else if state.colours.is_none() {
            state.colours = Some(ColourPlane::of_garbage(&state.board));
        }
    }

    /// What the player can choose from and knows to come.
    #[must_use]
    pub const fn hand(&self) -> Hand {
        self.state.hand
    }

    /// The piece to place, or, after a lost game, the one that found no place.
    #[must_use]
    pub const fn current_piece(&self) -> Piece {
        self.state.hand.current
    }

    /// The piece after the current one, to be shown. In games without preview the player does
    /// not know it; an agent that sees it plays another game than the one that the results in
    /// the literature are for.
    #[must_use]
    pub fn next_piece(&self) -> Piece {
        self.state.hand.queue.get(0).unwrap_or(self.state.next)
    }

    /// Rows under the ceiling in this game.
    #[must_use]
    pub const fn ceiling(&self) -> usize {
        self.state.ceiling as usize
    }

    /// Rows cleared in this game.
    #[must_use]
    pub const fn lines(&self) -> u64 {
        self.state.lines
    }

    /// Pieces placed in this game.
    #[must_use]
    pub const fn pieces(&self) -> u64 {
        self.state.pieces
    }

    /// Points of this game: 100, 300, 500 and 800 for one to four lines at once, which is the
    /// Tetris guideline on level 1.
    #[must_use]
    pub const fn score(&self) -> u64 {
        self.state.score
    }

    /// Whether the game has ended, by loss or by the limit.
    #[must_use]
    pub const fn is_over(&self) -> bool {
        self.state.over
    }
}
