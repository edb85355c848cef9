//! Positions between two pieces, and what can follow them.

#[cfg(feature = "serde")]
use crate::board::MIN_HEIGHT;
use crate::board::{MAX_WIDTH, PackedBoard};
use crate::envs::PlacementConfig;
use crate::error::ConfigError;
use crate::features::{Features, Move, ReadBoard, totals};
use crate::pieces::{Hand, Odds, Piece, PieceQueue};

/// A position after a piece was placed and full rows were taken out, before the next piece is
/// drawn, together with all that the future depends on.
///
/// 56 bytes without an allocation on boards of up to 256 cells (10x20 has 200): millions fit in
/// a replay buffer.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Afterstate {
    pub(crate) board: PackedBoard,
    pub(crate) ceiling: u8,
    /// What is known of the next piece.
    pub(crate) odds: Odds,
    pub(crate) held: Option<Piece>,
    pub(crate) queue: PieceQueue,
    pub(crate) move_: Move,
}

impl Afterstate {
    /// The occupancy of the board.
    #[must_use]
    pub const fn board(&self) -> &PackedBoard {
        &self.board
    }

    /// Rows under the ceiling.
    #[must_use]
    pub const fn ceiling(&self) -> usize {
        self.ceiling as usize
    }

    /// What is known of the piece that is drawn next.
    #[must_use]
    pub const fn odds(&self) -> Odds {
        self.odds
    }

    /// The piece on hold; `None` in games without hold.
    #[must_use]
    pub const fn held(&self) -> Option<Piece> {
        self.held
    }

    /// The known pieces, the first of which is about to come into play; empty in games without
    /// preview.
    #[must_use]
    pub const fn queue(&self) -> PieceQueue {
        self.queue
    }

    /// What the player holds once a piece is drawn: the drawn one comes at the end of the
    /// preview, or, in games without preview, into play.
    #[must_use]
    #[inline]
    pub fn hand(&self, drawn: Piece) -> Hand {
        let mut queue = self.queue;
        Hand {
            current: queue.shift(drawn),
            held: self.held,
            queue,
        }
    }
}

/// What can follow a position, by the rules of a [`PlacementConfig`] and without a live game.
///
/// It holds no state: all answers depend on the arguments alone, and any thread may ask.
///
/// ```
/// use tetris_core::{Piece, PlacementConfig, PlacementEnv};
///
/// let env = PlacementEnv::new(PlacementConfig::default())?;
/// let after = env.after(0).expect("the first column of an empty board is free");
/// let expanded = env.model().expand(&after);
/// let mut fewest_holes = f32::MAX;
/// expanded.successors(Piece::T, &mut |_action, _lines, features| {
///     fewest_holes = fewest_holes.min(features.holes);
/// });
/// assert_eq!(fewest_holes, 0.0);
/// # Ok::<(), tetris_core::ConfigError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlacementModel {
    config: PlacementConfig,
}

impl PlacementModel {
    /// The model of an environment.
    ///
    /// # Errors
    /// If a field of the configuration is outside its range.
    pub fn new(config: PlacementConfig) -> Result<Self, ConfigError> {
        config.validate()?;
        Ok(Self { config })
    }

    /// The model of a configuration that was validated before.
    pub(crate) const fn of_valid(config: PlacementConfig) -> Self {
        Self { config }
    }

    /// The configuration it was made from.
    #[must_use]
    pub const fn config(&self) -> &PlacementConfig {
        &self.config
    }

    /// The chance of each piece to be drawn next, by [`Piece::index`]; they add up to 1.
    #[must_use]
    #[inline]
    pub fn outcomes(&self, after: &Afterstate) -> [f32; 7] {
        after.odds.chances()
    }

    /// Unpacks and reads an afterstate once, to ask for what follows on each of several pieces.
    #[must_use]
    #[inline]
    pub fn expand(&self, after: &Afterstate) -> Expanded {
        let mut columns = [0; MAX_WIDTH];
        let (width, height) = (after.board.width(), after.board.height());
        after.board.unpack_into(&mut columns[..width]);
        Expanded {
            board: ReadBoard::new(&columns[..width], height, after.ceiling()),
            swap_action: 4 * width,
            held: after.held,
            first: after.queue.get(0),
        }
    }

    /// Calls `found(action, lines, features)` for every action that is legal once a piece is
    /// drawn: the lines it clears, and the features of the move and of the board after it. No
    /// call means that the game would be over. Order as in
    /// [`PlacementEnv::candidates`](crate::PlacementEnv::candidates).
    ///
    /// For several pieces on one board [`PlacementModel::expand`] is cheaper.
    #[inline]
    pub fn successors(
        &self,
        after: &Afterstate,
        drawn: Piece,
        found: &mut impl FnMut(usize, u32, &Features),
    ) {
        self.expand(after).successors(drawn, found);
    }

    /// The features of the move that led to an afterstate, and of its board.
    #[must_use]
    #[inline]
    pub fn features(&self, after: &Afterstate) -> Features {
        let mut columns = [0; MAX_WIDTH];
        let (width, height) = (after.board.width(), after.board.height());
        after.board.unpack_into(&mut columns[..width]);
        totals(&columns[..width], height).features(after.move_, width)
    }
}

/// An afterstate that was read once: see [`PlacementModel::expand`].
///
/// Boards 10 wide with a pile of at most 28 rows need no allocation. Piles of more rows take ten times
/// as long and more on any width, placement by placement.
#[derive(Clone, Debug)]
pub struct Expanded {
    board: ReadBoard,
    swap_action: usize,
    held: Option<Piece>,
    /// The piece that comes into play; `None` if it is the drawn one.
    first: Option<Piece>,
}

impl Expanded {
    /// Calls `found(action, lines, features)` for every action that is legal once a piece is
    /// drawn, as [`PlacementModel::successors`] does.
    #[inline]
    pub fn successors(&self, drawn: Piece, found: &mut impl FnMut(usize, u32, &Features)) {
        let hand = Hand {
            current: self.first.unwrap_or(drawn),
            held: self.held,
            queue: PieceQueue::EMPTY,
        };
        // One closure for both pieces, because the code behind it is large.
        for (first, piece) in hand.choices(self.swap_action) {
            let mut numbered =
                |action, lines, features: &Features| found(first + action, lines, features);
            self.board.successors(piece, &mut numbered);
        }
    }
}

#[cfg(feature = "serde")]
impl<'de> serde::Deserialize<'de> for Afterstate {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        use serde::de::Error;

        #[derive(serde::Deserialize)]
        #[serde(rename = "Afterstate", deny_unknown_fields)]
        struct Unchecked {
            board: PackedBoard,
            ceiling: u8,
            odds: Odds,
            held: Option<Piece>,
            queue: PieceQueue,
            move_: Move,
        }

        let Unchecked {
            board,
            ceiling,
            odds,
            held,
            queue,
            move_,
        } = Unchecked::deserialize(deserializer)?;
        if !(MIN_HEIGHT..=board.height()).contains(&ceiling.into()) {
            let outside = "the ceiling of an afterstate is outside its board";
            return Err(D::Error::custom(outside));
        }
        let mut columns = [u64::MAX; MAX_WIDTH];
        board.unpack_into(&mut columns[..board.width()]);
        if columns.iter().fold(u64::MAX, |full, column| full & column) != 0 {
            let full = "the board of an afterstate has a full row";
            return Err(D::Error::custom(full));
        }
        Ok(Self {
            board,
            ceiling,
            odds,
            held,
            queue,
            move_,
        })
    }
}
