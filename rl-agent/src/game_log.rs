//! Games as a seed, a scenario and the actions taken: a byte or two a step, and enough to see every moment again.
//!
//! An [`Environment`] promises that the same reset and the same actions give the same game, so nothing else has to be
//! kept. Tetris takes one byte a piece: a game of a million pieces is a megabyte.

use std::path::Path;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::env::{Environment, Step};
use crate::sealed_file::{self, FileError, Kind};

/// Actions in order, each in the fewest whole bytes that hold every action of the environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actions {
    /// Bytes an action.
    width: u8,
    bytes: Vec<u8>,
}

impl Actions {
    /// None yet, of an environment with `action_count` actions.
    pub fn new(action_count: usize) -> Self {
        let bits = usize::BITS - action_count.saturating_sub(1).leading_zeros();
        Self {
            width: bits.div_ceil(8).max(1) as u8,
            bytes: Vec::new(),
        }
    }

    /// Appends an action below the action count.
    #[inline]
    pub fn push(&mut self, action: usize) {
        let bytes = action.to_le_bytes();
        self.bytes.extend_from_slice(&bytes[..self.width.into()]);
    }

    /// Number of actions.
    pub fn len(&self) -> usize {
        self.bytes.len() / usize::from(self.width)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// Memory they take, in bytes.
    pub fn size(&self) -> usize {
        self.bytes.len()
    }

    /// The actions, the first one first.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = usize> + '_ {
        self.bytes.chunks_exact(self.width.into()).map(|bytes| {
            let mut wide = [0; size_of::<usize>()];
            wide[..bytes.len()].copy_from_slice(bytes);
            usize::from_le_bytes(wide)
        })
    }

    fn shrink(&mut self) {
        self.bytes.shrink_to_fit();
    }
}

/// A game, or the part of it that has been played.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GameLog<S> {
    /// Number of the episode in its training, from 0.
    pub episode: u64,
    /// Which of several environments played it.
    pub env_index: usize,
    /// What the environment was reset with.
    pub seed: u64,
    /// What the environment was reset with.
    pub scenario: S,
    /// What was done. Fewer than `length` if the game was longer than its recorder keeps.
    pub actions: Actions,
    /// Steps taken.
    pub length: u64,
    /// Undiscounted sum of the rewards.
    pub reward: f64,
    /// Values of the environment's measures at the end; empty as long as the game goes on.
    pub measures: Vec<f64>,
    /// The game was cut rather than ended by the rules.
    pub truncated: bool,
}

/// A recorded game that cannot be played again.
#[derive(Debug, Error)]
pub enum PlaybackError<E: std::error::Error> {
    /// The environment refused the scenario or an action: it is configured differently, or its rules have changed.
    #[error("the environment refused step {step} of the recorded game: {source}")]
    Refused {
        /// Steps taken before it.
        step: u64,
        /// What the environment said.
        source: E,
    },
    /// The game ends differently: the environment is configured differently, or its rules have changed.
    #[error("the recorded game ended with {recorded:?} and now ends with {found:?}")]
    Diverged {
        /// Reward, then the measures, as they were.
        recorded: Vec<f64>,
        /// As they are now.
        found: Vec<f64>,
    },
}

impl<S> GameLog<S> {
    /// A game that begins.
    pub fn new(
        episode: u64,
        env_index: usize,
        seed: u64,
        scenario: S,
        action_count: usize,
    ) -> Self {
        Self {
            episode,
            env_index,
            seed,
            scenario,
            actions: Actions::new(action_count),
            length: 0,
            reward: 0.0,
            measures: Vec::new(),
            truncated: false,
        }
    }

    /// Takes down a step. Beyond `limit` steps only their number and their rewards are.
    #[inline]
    pub fn push(&mut self, action: usize, outcome: &Step, limit: u64) {
        if self.length < limit {
            self.actions.push(action);
        }
        self.length += 1;
        self.reward += f64::from(outcome.reward);
    }

    /// The game is over and nothing will be added.
    pub fn finish(&mut self, measures: &[f64], truncated: bool) {
        self.measures = measures.to_vec();
        self.truncated = truncated;
        self.actions.shrink();
    }

    /// What games are ranked by: the first measure, or the reward if there is none.
    pub fn score(&self) -> f64 {
        self.measures.first().copied().unwrap_or(self.reward)
    }

    /// Whether every action of the game is here, up to its end.
    pub fn is_whole(&self) -> bool {
        self.actions.len() as u64 == self.length
    }

    /// Brings `env` to the moment after `steps` steps, or after the last recorded one, and returns after how many.
    ///
    /// At the end of a whole finished game its reward and measures are compared with the recorded ones, bit for bit, in
    /// environments that have measures.
    ///
    /// # Errors
    /// If `env` is configured differently from the one that played, or its rules have changed.
    pub fn play<E>(&self, env: &mut E, steps: u64) -> Result<u64, PlaybackError<E::Error>>
    where
        E: Environment<Scenario = S>,
    {
        let refused = |step, source| PlaybackError::Refused { step, source };
        env.reset(self.seed, &self.scenario)
            .map_err(|source| refused(0, source))?;
        let mut played = 0;
        let mut reward = 0.0;
        let wanted = usize::try_from(steps).unwrap_or(usize::MAX);
        for action in self.actions.iter().take(wanted) {
            let outcome = env.step(action).map_err(|source| refused(played, source))?;
            reward += f64::from(outcome.reward);
            played += 1;
        }
        let finished = !self.measures.is_empty() && played == self.length;
        if finished {
            let mut measures = vec![0.0; env.measures().len()];
            env.measure(&mut measures);
            if reward != self.reward || measures != self.measures {
                let with = |reward, measures: &[f64]| [&[reward], measures].concat();
                return Err(PlaybackError::Diverged {
                    recorded: with(self.reward, &self.measures),
                    found: with(reward, &measures),
                });
            }
        }
        Ok(played)
    }
}

/// Games on the disk.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Games<G> {
    /// The best, the best first.
    pub best: Vec<G>,
    /// The latest, the oldest first.
    pub last: Vec<G>,
}

const GAMES: Kind = Kind {
    magic: b"RLGAMES\n",
    name: "a file of recorded games",
    format: 1,
};

impl<G> Games<G> {
    /// Writes the games, compressed; the file is replaced as a whole or not at all.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn save(&self, path: &Path) -> Result<(), FileError>
    where
        G: Serialize,
    {
        sealed_file::save(path, GAMES, self, true)
    }

    /// Reads games; `G` is [`GameLog`] with the scenario of the environment that played.
    ///
    /// # Errors
    /// If the file cannot be read, is damaged, or holds something else.
    pub fn load(path: &Path) -> Result<Self, FileError>
    where
        G: DeserializeOwned,
    {
        sealed_file::load(path, GAMES)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn actions_take_as_many_bytes_as_they_need() {
        for (count, bytes) in [(1, 1), (2, 1), (256, 1), (257, 2), (65_536, 2), (65_537, 3)] {
            let mut actions = Actions::new(count);
            let all = [0, count / 2, count - 1];
            all.iter().for_each(|&action| actions.push(action));
            assert_eq!((actions.len(), actions.size()), (3, 3 * bytes), "{count}");
            assert_eq!(actions.iter().collect::<Vec<_>>(), all);
        }
    }
}
