//! Games as data: rules and state, checked against each other when they are read.

use alloc::sync::Arc;
use core::ops::RangeInclusive;

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Game, Setup, State};
use crate::game::Rules;

#[derive(Serialize)]
#[serde(rename = "Game")]
struct Borrowed<'a> {
    rules: &'a Rules,
    state: &'a State,
}

#[derive(Deserialize)]
#[serde(rename = "Game", deny_unknown_fields)]
struct Owned {
    rules: Rules,
    state: State,
}

impl Serialize for Game {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (rules, state) = (&self.setup.rules, &self.state);
        Borrowed { rules, state }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Game {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Owned { rules, mut state } = Owned::deserialize(deserializer)?;
        rules.validate().map_err(D::Error::custom)?;
        if !state.suits(&rules) {
            let broken = "the parts of this game do not fit together";
            return Err(D::Error::custom(broken));
        }
        state.rate = rules.gravity.rate(state.level);
        state.pile = state.board.pile_height() as u8;
        if state.over.is_none() {
            state.grounded = state.probe(state.active) == Some(true);
        }
        let setup = Arc::new(Setup::new(rules));
        Ok(Self { setup, state })
    }
}

/// What a count of a game does not reach in a lifetime, and adding to it cannot overflow.
pub(crate) const FAR: u64 = 1 << 62;

impl State {
    fn suits(&self, rules: &Rules) -> bool {
        let size = (self.board.width(), self.board.height());
        let pieces: RangeInclusive<u64> = 1..=7;
        let queue_is_fine = (0..16).all(|place| {
            let cell = self.queue >> (4 * place) & 0xf;
            if place < rules.preview {
                pieces.contains(&cell)
            } else {
                cell == 0
            }
        });
        // A pivot far outside would overflow when its corner is worked out or moved.
        let active_is_fine = (-4..=36).contains(&self.active.x)
            && (-4..=68).contains(&self.active.y)
            && (self.over.is_some() || self.active.fits(&self.board));
        size == (rules.width.into(), rules.rows())
            // A piece that loses the game by locking takes no rows out.
            && (self.over.is_some() || self.board.full_rows() == 0)
            && self.feed.is_of(&rules.pieces)
            && queue_is_fine
            && active_is_fine
            && self.level > 0
            && self.score < FAR
            && self.ticks < FAR
            && (rules.hold || self.hold.is_none())
            && self
                .garbage
                .as_ref()
                .is_none_or(|garbage| garbage.suits(rules.width))
            && self
                .colours
                .as_ref()
                .is_none_or(|colours| colours.agrees_with(&self.board))
    }
}
