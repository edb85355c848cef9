//! Steps to learn from, every observation stored once.
//!
//! What follows a step is the next thing that its environment showed, so a ring of observations in order holds both; a
//! step over several transitions is walked along the ring when it is drawn. Each environment has a ring of its own.

mod ring;
mod shape;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

pub use self::shape::{Shape, Storage};

use self::ring::{COMPLETE, Ring, TERMINATED, TRUNCATED};
use crate::rng::Rng;

/// How a step ended.
#[derive(Debug, Clone, Copy)]
pub enum End<'a> {
    /// The episode goes on.
    None,
    /// The rules ended the episode.
    Terminated,
    /// The episode was cut; what was seen then, and which actions were legal.
    Truncated(&'a [f32], &'a [bool]),
}

/// A step as it is learnt from. The observations are written into the caller's memory.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Drawn {
    /// The action.
    pub action: usize,
    /// Discounted sum of the rewards along the way.
    pub reward: f32,
    /// Weight of what follows: gamma to the length of the way, or 0 after termination.
    pub discount: f32,
}

/// The rings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Experience {
    shape: Shape,
    complete: usize,
    rings: Vec<Ring>,
}

impl Experience {
    /// Empty rings. Memory is reserved at once and used as it fills.
    ///
    /// # Panics
    /// If a ring has no room for `n_step + 2` observations.
    pub fn new(shape: Shape) -> Self {
        assert!(
            shape.ring >= shape.n_step + 2,
            "a ring must hold more than one way"
        );
        let ring = Ring {
            next: 0,
            open: 0,
            flags: Vec::new(),
            actions: Vec::new(),
            rewards: Vec::new(),
            legal: Vec::new(),
            observations: Vec::new(),
        };
        let mut experience = Self {
            shape,
            complete: 0,
            rings: vec![ring; shape.environments],
        };
        experience.reserve();
        experience
    }

    /// Reserves the memory of full rings.
    pub(crate) fn reserve(&mut self) {
        let Shape { ring: slots, .. } = self.shape;
        let (legal, observation) = (self.shape.legal_bytes(), self.shape.observation_bytes());
        for ring in &mut self.rings {
            let missing = slots - ring.flags.len();
            ring.flags.reserve_exact(missing);
            ring.actions.reserve_exact(missing);
            ring.rewards.reserve_exact(missing);
            ring.legal.reserve_exact(missing * legal);
            ring.observations.reserve_exact(missing * observation);
        }
    }

    /// Its shape.
    pub fn shape(&self) -> &Shape {
        &self.shape
    }

    /// Number of slots, empty ones included.
    pub fn slots(&self) -> usize {
        self.shape.environments * self.shape.ring
    }

    /// Number of steps that can be drawn.
    pub fn complete(&self) -> usize {
        self.complete
    }

    /// Filled part, 0..=1.
    pub fn fill(&self) -> f32 {
        let filled: usize = self.rings.iter().map(|ring| ring.flags.len()).sum();
        filled as f32 / self.slots() as f32
    }

    /// Adds a step of an environment: what it showed, which actions were legal, the action taken and what it brought.
    /// `changed` is told of every slot that can be drawn from now on (true) or no longer (false).
    ///
    /// # Panics
    /// If a length is not that of the shape.
    #[allow(clippy::too_many_arguments)]
    pub fn push(
        &mut self,
        environment: usize,
        observation: &[f32],
        legal: &[bool],
        action: usize,
        reward: f32,
        end: End<'_>,
        changed: &mut impl FnMut(usize, bool),
    ) {
        let shape = self.shape;
        let base = environment * shape.ring;
        let ring = &mut self.rings[environment];
        let complete = &mut self.complete;
        let mut change = |slot: usize, usable: bool| {
            *complete = if usable { *complete + 1 } else { *complete - 1 };
            changed(base + slot, usable);
        };
        // This observation is where the way of the oldest open step ends.
        if ring.open == shape.n_step {
            ring.close_oldest(&shape, &mut change);
        }
        let flags = match end {
            End::None => 0,
            End::Terminated => TERMINATED,
            End::Truncated(..) => TRUNCATED,
        };
        ring.write(
            &shape,
            observation,
            legal,
            (action, reward, flags),
            &mut change,
        );
        ring.open += 1;
        if let End::Truncated(observation, legal) = end {
            ring.write(&shape, observation, legal, (0, 0.0, 0), &mut change);
            // Steps are counted back from the latest; the last sight is none.
            ring.close_all(&shape, 1, &mut change);
        } else if flags == TERMINATED {
            ring.close_all(&shape, 0, &mut change);
        }
    }

    /// All running episodes are given up: their latest steps, of which not all that follows was seen, can never be drawn.
    pub fn begin_anew(&mut self) {
        for ring in &mut self.rings {
            ring.open = 0;
        }
    }

    /// A slot, drawn uniformly among those that can be drawn.
    ///
    /// # Panics
    /// If there is none.
    pub fn draw(&self, rng: &mut Rng) -> usize {
        assert!(self.complete > 0, "there is no complete step yet");
        let filled: usize = self.rings.iter().map(|ring| ring.flags.len()).sum();
        loop {
            let mut index = rng.below(filled);
            let mut environment = 0;
            while index >= self.rings[environment].flags.len() {
                index -= self.rings[environment].flags.len();
                environment += 1;
            }
            if self.rings[environment].flags[index] & COMPLETE != 0 {
                return environment * self.shape.ring + index;
            }
        }
    }

    /// Reads the step of a slot and what follows it. After termination `next` is zero and no action legal.
    ///
    /// # Panics
    /// If the slot cannot be drawn, or a length is not that of the shape.
    pub fn read(
        &self,
        slot: usize,
        gamma: f64,
        observation: &mut [f32],
        next: &mut [f32],
        next_legal: &mut [bool],
    ) -> Drawn {
        let shape = &self.shape;
        let ring = &self.rings[slot / shape.ring];
        let mut at = slot % shape.ring;
        assert!(
            ring.flags[at] & COMPLETE != 0,
            "slot {slot} cannot be drawn"
        );
        ring.observe(shape, at, observation);
        let action = ring.actions[at] as usize;
        let (mut reward, mut discount) = (0.0, 1.0);
        for _ in 0..shape.n_step {
            reward += discount * f64::from(ring.rewards[at]);
            discount *= gamma;
            if ring.flags[at] & TERMINATED != 0 {
                discount = 0.0;
                break;
            }
            let cut = ring.flags[at] & TRUNCATED != 0;
            at = (at + 1) % shape.ring;
            if cut {
                break;
            }
        }
        if discount == 0.0 {
            next.fill(0.0);
            next_legal.fill(false);
        } else {
            ring.observe(shape, at, next);
            ring.legal(shape, at, next_legal);
        }
        Drawn {
            action,
            reward: reward as f32,
            discount: discount as f32,
        }
    }
}
