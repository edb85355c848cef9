//! A game of the placement environment.

#[cfg(feature = "serde")]
use super::PlacementEnv;
#[cfg(feature = "serde")]
use crate::board::MIN_HEIGHT;
use crate::board::{Board, ColourPlane};
use crate::envs::PlacementConfig;
use crate::error::IllegalAction;
#[cfg(feature = "serde")]
use crate::game::FAR;
use crate::game::MAX_PREVIEW;
use crate::moves::{NoDrop, Placement, drop_action};
use crate::pieces::{Hand, Odds, Piece, PieceQueue, Randomizer, Shape};

/// A legal action.
pub(super) struct Drop {
    pub(super) piece: Piece,
    /// Whether the pieces change places before.
    pub(super) swapped: bool,
    pub(super) placement: Placement,
    pub(super) shape: &'static Shape,
}

#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub(super) struct State {
    pub(super) config: PlacementConfig,
    pub(super) ceiling: u8,
    pub(super) max_pieces: Option<u64>,
    pub(super) board: Board,
    pub(super) colours: Option<ColourPlane>,
    pub(super) hand: Hand,
    /// Drawn, and not known to the player yet.
    pub(super) next: Piece,
    /// What `next` was drawn from: what the player knows of it.
    pub(super) odds: Odds,
    pub(super) randomizer: Randomizer,
    pub(super) lines: u64,
    pub(super) pieces: u64,
    pub(super) score: u64,
    pub(super) over: bool,
}

impl State {
    pub(super) fn start(
        config: PlacementConfig,
        ceiling: u8,
        max_pieces: Option<u64>,
        board: Board,
        colours: Option<ColourPlane>,
        seed: u64,
    ) -> Self {
        let mut randomizer = Randomizer::new(config.pieces, seed);
        let held = config.hold.then(|| randomizer.draw());
        let current = randomizer.draw();
        let mut known = [current; MAX_PREVIEW];
        let known = &mut known[..config.preview.into()];
        known.fill_with(|| randomizer.draw());
        let queue = PieceQueue::new(known).expect("a preview of a valid configuration");
        let odds = randomizer.odds();
        let next = randomizer.draw();
        Self {
            config,
            ceiling,
            max_pieces,
            board,
            colours,
            hand: Hand {
                current,
                held,
                queue,
            },
            next,
            odds,
            randomizer,
            lines: 0,
            pieces: 0,
            score: 0,
            over: false,
        }
    }

    /// Whether the current piece or the one on hold has a place.
    #[inline]
    pub(super) fn has_legal_action(&self) -> bool {
        let has_place = |piece| self.board.has_hard_drop(piece, self.ceiling.into());
        has_place(self.hand.current) || self.hand.swap().is_some_and(has_place)
    }

    /// Fills the cells of a piece and takes out full rows; returns them.
    #[inline]
    pub(super) fn lock(&mut self, drop: &Drop) -> u64 {
        let placement = drop.placement;
        let dropped = self.board.drop_shape(drop.shape, placement.column.into());
        let full = dropped.expect("a legal action is below the ceiling").full;
        if let Some(colours) = &mut self.colours {
            colours.lock(drop.piece, placement.cells(drop.piece));
            colours.remove_rows(full);
        }
        full
    }

    /// What an action does, if it is legal.
    #[inline]
    pub(super) fn drop(&self, action: usize) -> Result<Drop, IllegalAction> {
        if self.over {
            return Err(IllegalAction::GameOver);
        }
        let count = self.config.action_count();
        if action >= count {
            let last = count - 1;
            return Err(IllegalAction::OutOfRange { action, last });
        }
        let swap_action = self.config.swap_action();
        let (swapped, drop) = match action.checked_sub(swap_action) {
            Some(drop) => (true, drop),
            None => (false, action),
        };
        let (mut piece, ceiling) = (self.hand.current, self.ceiling);
        if swapped {
            piece = self.hand.swap().ok_or(IllegalAction::NoSwap {
                action,
                piece,
                instead: drop,
            })?;
        }
        match drop_action(&self.board, piece, ceiling.into(), drop) {
            Ok((placement, shape)) => Ok(Drop {
                piece,
                swapped,
                placement,
                shape,
            }),
            Err(NoDrop::NotAPlacement) => Err(IllegalAction::NoSuchPlacement { action, piece }),
            Err(NoDrop::AboveCeiling) => Err(IllegalAction::AboveCeiling {
                action,
                piece,
                ceiling,
            }),
        }
    }
}

#[cfg(feature = "serde")]
impl<'de> serde::Deserialize<'de> for PlacementEnv {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        use serde::de::Error;

        let state = State::deserialize(deserializer)?;
        let config = &state.config;
        config.validate().map_err(D::Error::custom)?;
        let size = (usize::from(config.width), usize::from(config.height));
        let colours_agree = |colours: &ColourPlane| colours.agrees_with(&state.board);
        let limit = state.max_pieces.is_some_and(|max| state.pieces >= max);
        let agrees = (state.board.width(), state.board.height()) == size
            && (MIN_HEIGHT..=size.1).contains(&state.ceiling.into())
            && state.odds.weight(state.next) != 0
            && state.hand.held.is_some() == config.hold
            && state.hand.queue.len() == config.preview.into()
            && state.randomizer.kind() == config.pieces
            && state.colours.as_ref().is_none_or(colours_agree)
            && state.board.full_rows() == 0
            && [state.lines, state.pieces, state.score]
                .iter()
                .all(|&count| count < FAR)
            && state.over == (limit || !state.has_legal_action());
        if agrees {
            Ok(Self { state })
        } else {
            Err(D::Error::custom(
                "the parts of this environment do not fit together",
            ))
        }
    }
}
