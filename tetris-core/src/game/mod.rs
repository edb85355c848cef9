//! The game at key-press level.

mod entry;
mod garbage;
mod gravity;
mod hash;
mod input;
mod locking;
mod motion;
mod place;
mod pose;
mod rules;
mod score;
mod setup;
mod topout;
#[cfg(feature = "serde")]
mod wire;

use alloc::boxed::Box;
use alloc::sync::Arc;

use crate::board::{Board, ColourPlane};
use crate::envs::check_empty_rows;
use crate::error::{ConfigError, ScenarioError};
use crate::pieces::{Feed, Odds, Piece, Turn};

pub use entry::Active;
pub use garbage::GarbageRules;
pub use gravity::{Gravity, LockDelay, LockReset};
pub use input::Input;
pub use locking::Locked;
use motion::LastMove;
pub use motion::Pressed;
pub use rules::{MAX_PREVIEW, Rules, Spawn};
pub use score::{AttackTable, Clear, ScoreTable};
use setup::Setup;
pub use topout::{TopOut, TopOutRules};

pub(crate) use garbage::Garbage;
pub(crate) use gravity::Rate;
pub(crate) use motion::{HARD_DROP, HOLD};
#[cfg(feature = "serde")]
pub(crate) use wire::FAR;

/// A game at key-press level: the rules' state machine.
///
/// Time is the caller's: keys are [pressed](Self::press) whenever the caller says, and gravity and
/// lock delay advance by one [tick](Self::tick) at a time. There is no clock inside. Same rules,
/// seed and calls, same game, in every version of this crate that reads the same replays.
///
/// It is also the state that a search copies: without colours, see [`Game::set_colours`], it is
/// under 256 bytes on boards of up to 12 columns and clones without allocating (rules are
/// shared) until garbage has come.
///
/// ```
/// use tetris_core::{Game, Input, Rules};
///
/// let mut game = Game::new(Rules::guideline(), 7)?;
/// game.press(Input::Left)?;
/// game.press(Input::Clockwise)?;
/// let ghost = game.ghost().expect("the game goes on");
/// let locked = game.press(Input::HardDrop)?.locked.expect("a hard drop locks");
/// assert_eq!(locked.placement, ghost.placement());
///
/// for _ in 0..60 {
///     game.tick()?; // a second of gravity
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Game {
    setup: Arc<Setup>,
    state: State,
}

/// What happens to the next piece as it enters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
struct Initial {
    turn: Option<Turn>,
    hold: bool,
}

/// Everything that changes. What is marked as derived follows from the rest.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
struct State {
    board: Board,
    /// Height of its highest column: a piece above it is in free air. Derived.
    #[cfg_attr(feature = "serde", serde(skip))]
    pile: u8,
    feed: Feed,
    /// The pieces of the preview, four bits each, the next one lowest.
    queue: u64,
    active: Active,
    /// Whether the active piece is on the ground; never after the end. Derived.
    #[cfg_attr(feature = "serde", serde(skip))]
    grounded: bool,
    /// Lowest row that a cell of the active piece has fallen to.
    lowest: u8,
    last_move: LastMove,
    /// Whether the active piece has been on the ground since it fell to its lowest row.
    landed: bool,
    /// Moves that have started the lock delay again.
    resets: u8,
    /// Ticks of lock delay.
    lock_ticks: u16,
    /// The part of a row that gravity has moved the piece, over `rate.ticks`.
    fallen: u32,
    /// How fast pieces fall. Derived.
    #[cfg_attr(feature = "serde", serde(skip))]
    rate: Rate,
    hold: Option<Piece>,
    hold_used: bool,
    soft: bool,
    initial: Initial,
    over: Option<TopOut>,
    level: u16,
    /// Pieces in a row that cleared lines.
    combo: u16,
    /// Difficult clears in a row.
    chain: u16,
    lines: u32,
    pieces: u32,
    score: u64,
    ticks: u64,
    seed: u64,
    garbage: Option<Box<Garbage>>,
    colours: Option<Box<ColourPlane>>,
}

impl State {
    fn before_the_first_piece(rules: &Rules, board: Board, seed: u64) -> Self {
        let mut feed = Feed::new(&rules.pieces, seed);
        let mut queue = 0;
        for place in 0..rules.preview {
            queue |= u64::from(feed.draw().cell()) << (4 * place);
        }
        Self {
            pile: board.pile_height() as u8,
            board,
            feed,
            queue,
            active: Active::NONE,
            grounded: false,
            lowest: 0,
            last_move: LastMove::Other,
            landed: false,
            resets: 0,
            lock_ticks: 0,
            fallen: 0,
            rate: rules.gravity.rate(rules.start_level),
            hold: None,
            hold_used: false,
            soft: false,
            initial: Initial::default(),
            over: None,
            level: rules.start_level,
            combo: 0,
            chain: 0,
            lines: 0,
            pieces: 0,
            score: 0,
            ticks: 0,
            seed,
            garbage: None,
            colours: None,
        }
    }
}

impl Game {
    /// A game with its first piece entered, without colours.
    ///
    /// # Errors
    /// If a field of the rules is outside its range.
    pub fn new(rules: Rules, seed: u64) -> Result<Self, ConfigError> {
        rules.validate()?;
        let board = Board::new(rules.width.into(), rules.rows())
            .expect("valid rules have the size of a board");
        Ok(Self::start(Arc::new(Setup::new(rules)), board, seed))
    }

    /// The same on a board with full cells.
    ///
    /// # Errors
    /// If a field of the rules is outside its range, or the board is of another size (visible
    /// and hidden rows together) or has a full row.
    pub fn with_board(rules: Rules, board: Board, seed: u64) -> Result<Self, ScenarioError> {
        rules.validate()?;
        check_empty_rows(&board, rules.width, rules.rows() as u8)?;
        Ok(Self::start(Arc::new(Setup::new(rules)), board, seed))
    }

    /// Starts over on an empty board with the same rules. Colours stay on or off. Does not
    /// allocate.
    pub fn restart(&mut self, seed: u64) {
        let rules = &self.setup.rules;
        let mut board = core::mem::replace(&mut self.state.board, Board::SMALLEST);
        board.clear();
        let mut colours = self.state.colours.take();
        if let Some(colours) = &mut colours {
            colours.clear();
        }
        self.state = State::before_the_first_piece(rules, board, seed);
        self.state.colours = colours;
        self.enter_next();
    }

    fn start(setup: Arc<Setup>, board: Board, seed: u64) -> Self {
        let state = State::before_the_first_piece(&setup.rules, board, seed);
        let mut game = Self { setup, state };
        game.enter_next();
        game
    }

    /// The rules.
    #[must_use]
    #[inline]
    pub fn rules(&self) -> &Rules {
        &self.setup.rules
    }

    /// The locked cells, hidden rows included.
    #[must_use]
    #[inline]
    pub const fn board(&self) -> &Board {
        &self.state.board
    }

    /// The piece in play; `None` after the end.
    #[must_use]
    #[inline]
    pub const fn active(&self) -> Option<Active> {
        match self.state.over {
            None => Some(self.state.active),
            Some(_) => None,
        }
    }

    /// The same where it is. A step writes its four bytes one by one: whoever reads them all at once right
    /// after has to wait until they have arrived in the cache.
    #[inline]
    pub(crate) const fn active_in_place(&self) -> Option<&Active> {
        match self.state.over {
            None => Some(&self.state.active),
            Some(_) => None,
        }
    }

    /// Where the piece in play would come to rest if it fell straight down.
    #[must_use]
    #[inline]
    pub fn ghost(&self) -> Option<Active> {
        let active = self.active()?;
        Some(active.lower(active.rows_below(&self.state.board)))
    }

    /// The held piece.
    #[must_use]
    pub const fn held(&self) -> Option<Piece> {
        self.state.hold
    }

    /// Whether [`Input::Hold`](crate::Input::Hold) would do something.
    #[must_use]
    pub fn can_hold(&self) -> bool {
        self.setup.rules.hold && !self.state.hold_used && self.state.over.is_none()
    }

    /// The pieces of the preview, the next one first.
    pub fn queue(&self) -> impl ExactSizeIterator<Item = Piece> + use<> {
        let queue = self.state.queue;
        (0..self.setup.rules.preview)
            .map(move |place| Piece::ALL[(queue >> (4 * place) & 0xf) as usize - 1])
    }

    /// The same as [`Piece::cell`]s of four bits each, the next one lowest.
    #[inline]
    pub(crate) const fn queued_cells(&self) -> u64 {
        self.state.queue
    }

    /// What is known of the piece after the preview.
    #[must_use]
    pub fn odds(&self) -> Odds {
        self.state.feed.odds()
    }

    /// The level, which gravity and points go by.
    #[must_use]
    pub const fn level(&self) -> u16 {
        self.state.level
    }

    /// Rows cleared; the count stops at [`u32::MAX`].
    #[must_use]
    pub const fn lines(&self) -> u32 {
        self.state.lines
    }

    /// Pieces locked; the count stops at [`u32::MAX`].
    #[must_use]
    pub const fn pieces(&self) -> u32 {
        self.state.pieces
    }

    /// Points by [`Rules::score`].
    #[must_use]
    pub const fn score(&self) -> u64 {
        self.state.score
    }

    /// Ticks that have passed.
    #[must_use]
    pub const fn ticks(&self) -> u64 {
        self.state.ticks
    }

    /// Pieces in a row, up to the last one locked, that cleared lines.
    #[must_use]
    pub const fn combo(&self) -> u16 {
        self.state.combo
    }

    /// Difficult clears since the last one that was not: the next difficult one is back-to-back
    /// if there are any.
    #[must_use]
    pub const fn back_to_back(&self) -> u16 {
        self.state.chain
    }

    /// Why the game ended; `None` while it goes on.
    #[must_use]
    #[inline]
    pub const fn top_out(&self) -> Option<TopOut> {
        self.state.over
    }

    /// Whether the game has ended.
    #[must_use]
    #[inline]
    pub const fn is_over(&self) -> bool {
        self.state.over.is_some()
    }

    /// Rows of garbage that have not come in yet.
    #[must_use]
    pub fn pending_garbage(&self) -> u32 {
        self.state
            .garbage
            .as_ref()
            .map_or(0, |garbage| garbage.pending())
    }

    /// Sends rows of garbage, to come in by [`Rules::garbage`].
    pub fn receive_garbage(&mut self, rows: u16) {
        let state = &mut self.state;
        let from = state.ticks + u64::from(self.setup.rules.garbage.delay);
        let garbage = state
            .garbage
            .get_or_insert_with(|| Box::new(Garbage::new(state.seed)));
        garbage.receive(rows, from);
    }

    /// Asks for what happens to the next piece as it enters: a turn in place if that fits, and a
    /// hold first if it may be, as far as the rules have
    /// [`initial_rotation`](Rules::initial_rotation) and [`initial_hold`](Rules::initial_hold).
    /// It is what a player asks for by keeping those keys down. Forgotten once a piece enters.
    pub const fn set_initial(&mut self, turn: Option<Turn>, hold: bool) {
        self.state.initial = Initial { turn, hold };
    }

    /// Whether the soft-drop key is down from now on: gravity is then
    /// [`Rules::soft_drop`] times as fast. For single rows see
    /// [`Input::SoftDrop`](crate::Input::SoftDrop).
    pub const fn set_soft_drop(&mut self, down: bool) {
        self.state.soft = down;
    }

    /// Which tetromino each locked cell came from; `None` when switched off, as it is at first.
    #[must_use]
    pub fn colours(&self) -> Option<&ColourPlane> {
        self.state.colours.as_deref()
    }

    /// Switches colours on or off. Play is the same; without them it is faster. Cells that filled
    /// while they were off are shown as [`GARBAGE`](crate::GARBAGE).
    pub fn set_colours(&mut self, on: bool) {
        let state = &mut self.state;
        if !on {
            state.colours = None;
        } else if state.colours.is_none() {
            state.colours = Some(Box::new(ColourPlane::of_garbage(&state.board)));
        }
    }
}
