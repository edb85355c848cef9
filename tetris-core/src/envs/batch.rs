//! Many key-press games stepped by one call.

use alloc::vec;
use alloc::vec::Vec;

use crate::envs::{Element, KEY_ACTIONS, Observation, Reward, step};
use crate::error::{BatchError, ConfigError};
use crate::game::{Game, Rules};
use crate::hash::mix;

/// Where a [`BatchEnv`] writes what a step gave. Every slice has one entry, or one observation,
/// for each game, in order.
#[derive(Debug)]
pub struct BatchBuffers<'a, T> {
    /// What there is to see after the step; of a game that ended, of the next one.
    pub observations: &'a mut [T],
    /// The last observations of games that ended in this step. What was written for other games
    /// stays.
    pub final_observations: &'a mut [T],
    /// Rewards.
    pub rewards: &'a mut [f32],
    /// Whether the game was lost.
    pub terminated: &'a mut [bool],
    /// Whether the game was cut off by the limit of steps and not lost.
    pub truncated: &'a mut [bool],
}

/// Many games of the key-press environment, stepped together.
///
/// All games are in one allocation, and observations go straight into the caller's buffers. A
/// game that ends starts again at once with its next seed, [`episode_seed`]. Each game depends on
/// its own seed and actions alone: the results are the same in a batch of any size, on any number
/// of threads, and from a single [`KeyEnv`](crate::KeyEnv). Colours are off.
///
/// ```
/// use tetris_core::{BatchBuffers, BatchEnv, Observation, Part, PerLine, Rules};
///
/// let rules = Rules::tetris_gymnasium();
/// let observation = Observation::new(&rules, &[Part::BoardAndPiece])?;
/// let seeds: Vec<u64> = (0..64).collect();
/// let mut batch = BatchEnv::new(rules, observation, PerLine(1.0), &seeds)?;
/// let numbers = batch.len() * batch.observation().len();
/// let (mut observations, mut final_observations) = (vec![0u8; numbers], vec![0u8; numbers]);
/// let mut rewards = vec![0.0; batch.len()];
/// let (mut terminated, mut truncated) = (vec![false; batch.len()], vec![false; batch.len()]);
/// batch.observe(&mut observations)?;
/// let actions = vec![6; batch.len()]; // hard drops
/// for _ in 0..100 {
///     batch.step(&actions, BatchBuffers {
///         observations: &mut observations,
///         final_observations: &mut final_observations,
///         rewards: &mut rewards,
///         terminated: &mut terminated,
///         truncated: &mut truncated,
///     })?;
/// }
/// assert!(batch.episode(0) > 3);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct BatchEnv<R> {
    slots: Vec<Slot>,
    /// Where their games come from: apart, because a step does not look there, and a batch is as fast as it is small.
    origins: Vec<Origin>,
    /// The bits of the observations, one after the other.
    bits: Vec<u64>,
    observation: Observation,
    reward: R,
    max_steps: u64,
}

#[derive(Clone, Debug)]
struct Slot {
    game: Game,
    steps: u64,
}

#[derive(Clone, Copy, Debug)]
struct Origin {
    seed: u64,
    /// Games that have ended in this place.
    episode: u64,
}

/// The seed of a game's so many-th episode, counted from 0, which has the seed itself: what a
/// [`BatchEnv`] starts games with.
#[must_use]
pub const fn episode_seed(seed: u64, episode: u64) -> u64 {
    match episode {
        0 => seed,
        _ => mix(mix(seed).wrapping_add(episode)),
    }
}

impl<R: Reward> BatchEnv<R> {
    /// One game for each seed, at its start.
    ///
    /// # Errors
    /// If a field of the rules is outside its range.
    ///
    /// # Panics
    /// If the observation is for another width, height, number of hidden rows or preview.
    pub fn new(
        rules: Rules,
        observation: Observation,
        reward: R,
        seeds: &[u64],
    ) -> Result<Self, ConfigError> {
        assert!(
            observation.is_for(&rules),
            "the observation is for other rules"
        );
        let first = Game::new(rules, 0)?;
        let slot = |&seed: &u64| {
            let mut game = first.clone();
            game.restart(seed);
            Slot { game, steps: 0 }
        };
        let slots: Vec<_> = seeds.iter().map(slot).collect();
        let origin = |&seed| Origin { seed, episode: 0 };
        let words = observation.words();
        let mut bits = vec![0; slots.len() * words];
        for (slot, bits) in slots.iter().zip(bits.chunks_exact_mut(words)) {
            observation.read(&slot.game, bits);
        }
        Ok(Self {
            slots,
            origins: seeds.iter().map(origin).collect(),
            bits,
            observation,
            reward,
            max_steps: u64::MAX,
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

    /// How many games there are.
    #[must_use]
    #[expect(
        clippy::len_without_is_empty,
        reason = "it says how long the buffers must be"
    )]
    pub const fn len(&self) -> usize {
        self.slots.len()
    }

    /// The layout of the observation of each game.
    #[must_use]
    pub const fn observation(&self) -> &Observation {
        &self.observation
    }

    /// A game.
    ///
    /// # Panics
    /// If there is no such game.
    #[must_use]
    pub fn game(&self, index: usize) -> &Game {
        &self.slots[index].game
    }

    /// How many games have ended in a place before its game now.
    ///
    /// # Panics
    /// If there is no such game.
    #[must_use]
    pub fn episode(&self, index: usize) -> u64 {
        self.origins[index].episode
    }

    /// Writes what there is to see of every game.
    ///
    /// # Errors
    /// If the slice is not so many observations long.
    pub fn observe<T: Element>(&self, observations: &mut [T]) -> Result<(), BatchError> {
        let len = self.observation.len();
        check("observations", observations.len(), self.len() * len)?;
        let bits = self.bits.chunks_exact(self.observation.words());
        let games = self.slots.iter().zip(bits);
        for (numbers, (slot, bits)) in observations.chunks_exact_mut(len.max(1)).zip(games) {
            self.observation.write_with(&slot.game, bits, numbers);
        }
        Ok(())
    }

    /// Takes an action in every game.
    ///
    /// # Errors
    /// If a slice is of the wrong length or there is no such action; nothing is changed then.
    pub fn step<T: Element>(
        &mut self,
        actions: &[u8],
        buffers: BatchBuffers<'_, T>,
    ) -> Result<(), BatchError> {
        self.check(actions, &buffers)?;
        let shared = Shared {
            observation: &self.observation,
            reward: &self.reward,
            max_steps: self.max_steps,
        };
        shared.step(
            &mut self.slots,
            &mut self.origins,
            &mut self.bits,
            actions,
            buffers,
        );
        Ok(())
    }

    /// The same on the threads of the current rayon pool, so many games at a time.
    ///
    /// # Errors
    /// As [`BatchEnv::step`].
    ///
    /// # Panics
    /// If `games` is 0.
    #[cfg(feature = "rayon")]
    pub fn par_step<T: Element>(
        &mut self,
        actions: &[u8],
        buffers: BatchBuffers<'_, T>,
        games: usize,
    ) -> Result<(), BatchError>
    where
        R: Sync,
    {
        use rayon::prelude::*;

        assert!(games > 0, "a chunk has one game at least");
        let games = games.min(self.len().max(1));
        self.check(actions, &buffers)?;
        let shared = Shared {
            observation: &self.observation,
            reward: &self.reward,
            max_steps: self.max_steps,
        };
        if self.observation.len() == 0 {
            // Nothing to cut into chunks.
            shared.step(
                &mut self.slots,
                &mut self.origins,
                &mut self.bits,
                actions,
                buffers,
            );
            return Ok(());
        }
        let len = games * self.observation.len();
        let words = games * self.observation.words();
        let games = self
            .slots
            .par_chunks_mut(games)
            .zip(self.origins.par_chunks_mut(games))
            .zip(self.bits.par_chunks_mut(words))
            .zip(actions.par_chunks(games))
            .zip(buffers.observations.par_chunks_mut(len))
            .zip(buffers.final_observations.par_chunks_mut(len))
            .zip(buffers.rewards.par_chunks_mut(games))
            .zip(buffers.terminated.par_chunks_mut(games))
            .zip(buffers.truncated.par_chunks_mut(games));
        games.for_each(|(games, truncated)| {
            let ((games, rewards), terminated) = games;
            let ((games, observations), final_observations) = games;
            let (((slots, origins), bits), actions) = games;
            let buffers = BatchBuffers {
                observations,
                final_observations,
                rewards,
                terminated,
                truncated,
            };
            shared.step(slots, origins, bits, actions, buffers);
        });
        Ok(())
    }

    fn check<T>(&self, actions: &[u8], buffers: &BatchBuffers<'_, T>) -> Result<(), BatchError> {
        let (games, numbers) = (self.len(), self.len() * self.observation.len());
        check("actions", actions.len(), games)?;
        check("observations", buffers.observations.len(), numbers)?;
        check(
            "final_observations",
            buffers.final_observations.len(),
            numbers,
        )?;
        check("rewards", buffers.rewards.len(), games)?;
        check("terminated", buffers.terminated.len(), games)?;
        check("truncated", buffers.truncated.len(), games)?;
        match actions
            .iter()
            .position(|&action| usize::from(action) >= KEY_ACTIONS)
        {
            None => Ok(()),
            Some(game) => Err(BatchError::Action {
                game,
                action: actions[game],
                last: KEY_ACTIONS as u8 - 1,
            }),
        }
    }
}

fn check(buffer: &'static str, found: usize, expected: usize) -> Result<(), BatchError> {
    if found == expected {
        return Ok(());
    }
    Err(BatchError::Length {
        buffer,
        found,
        expected,
    })
}

/// What all games of a batch have in common.
struct Shared<'a, R> {
    observation: &'a Observation,
    reward: &'a R,
    max_steps: u64,
}

impl<R: Reward> Shared<'_, R> {
    /// Steps some games; all slices are of the right length and the actions exist.
    fn step<T: Element>(
        &self,
        slots: &mut [Slot],
        origins: &mut [Origin],
        bits: &mut [u64],
        actions: &[u8],
        buffers: BatchBuffers<'_, T>,
    ) {
        let len = self.observation.len();
        let words = self.observation.words();
        for (game, slot) in slots.iter_mut().enumerate() {
            let bits = &mut bits[game * words..(game + 1) * words];
            let numbers = game * len..(game + 1) * len;
            let action = actions[game].into();
            let step = step(
                &mut slot.game,
                bits,
                self.observation,
                self.reward,
                action,
                &mut None,
            );
            let Ok(step) = step else {
                unreachable!("no game of a batch is left over, and the actions were checked");
            };
            slot.steps += 1;
            let last = slot.steps >= self.max_steps;
            buffers.rewards[game] = step.reward;
            buffers.terminated[game] = step.terminated;
            buffers.truncated[game] = last && !step.terminated;
            if last || step.terminated {
                let last = &mut buffers.final_observations[numbers.clone()];
                self.observation.write_with(&slot.game, bits, last);
                slot.steps = 0;
                slot.game.restart(origins[game].next_seed());
                self.observation.read(&slot.game, bits);
            }
            let now = &mut buffers.observations[numbers];
            self.observation.write_with(&slot.game, bits, now);
        }
    }
}

impl Origin {
    fn next_seed(&mut self) -> u64 {
        self.episode += 1;
        episode_seed(self.seed, self.episode)
    }
}
