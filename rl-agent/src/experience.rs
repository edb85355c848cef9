//! Steps to learn from, every observation stored once.
//!
//! What follows a step is the next thing that its environment showed, so a ring of observations in order holds both; a
//! step over several transitions is walked along the ring when it is drawn. Each environment has a ring of its own.

use serde::{Deserialize, Serialize};

use crate::rng::Rng;

/// How the numbers of an observation are stored.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Storage {
    /// As they are: 4 bytes each.
    #[default]
    F32,
    /// One byte each: for whole numbers in 0..=255. Others are rounded and cut.
    U8,
    /// One bit each: for numbers that are 0 or 1. Others become 1 from 0.5 on.
    Bits,
}

/// Shape of an [`Experience`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shape {
    /// Numbers in an observation.
    pub observation_len: usize,
    /// Number of actions.
    pub action_count: usize,
    /// Environments that steps come from.
    pub environments: usize,
    /// Observations that each environment's ring holds; at least `n_step + 2`.
    pub ring: usize,
    /// Rewards summed before a value is asked for.
    pub n_step: usize,
    /// How observations are stored.
    pub storage: Storage,
}

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

/// The episode ended here by the rules.
const TERMINATED: u8 = 1;
/// The episode was cut here; the next slot holds what was seen then.
const TRUNCATED: u8 = 2;
/// All that is needed to learn from this step is there.
const COMPLETE: u8 = 4;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Ring {
    next: usize,
    /// The latest steps that are not complete yet.
    open: usize,
    flags: Vec<u8>,
    actions: Vec<u32>,
    rewards: Vec<f32>,
    /// Legal actions, a bit each.
    legal: Vec<u8>,
    observations: Vec<u8>,
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
            let bits = &ring.legal[at * shape.legal_bytes()..][..shape.legal_bytes()];
            for (action, legal) in next_legal.iter_mut().enumerate() {
                *legal = bits[action / 8] >> (action % 8) & 1 == 1;
            }
        }
        Drawn {
            action,
            reward: reward as f32,
            discount: discount as f32,
        }
    }
}

impl Shape {
    fn legal_bytes(&self) -> usize {
        self.action_count.div_ceil(8)
    }

    /// Bytes that an observation takes.
    pub fn observation_bytes(&self) -> usize {
        match self.storage {
            Storage::F32 => 4 * self.observation_len,
            Storage::U8 => self.observation_len,
            Storage::Bits => self.observation_len.div_ceil(8),
        }
    }

    /// Bytes that a step takes, all told.
    pub fn step_bytes(&self) -> usize {
        let (flags, action, reward) = (1, 4, 4);
        self.observation_bytes() + self.legal_bytes() + flags + action + reward
    }
}

impl Ring {
    /// Writes an observation into the next slot; `step` is action, reward and flags.
    fn write(
        &mut self,
        shape: &Shape,
        observation: &[f32],
        legal: &[bool],
        step: (usize, f32, u8),
        change: &mut impl FnMut(usize, bool),
    ) {
        assert_eq!(
            observation.len(),
            shape.observation_len,
            "length of the observation"
        );
        assert_eq!(legal.len(), shape.action_count, "number of actions");
        let slot = self.next;
        self.next = (slot + 1) % shape.ring;
        if slot == self.flags.len() {
            self.flags.push(0);
            self.actions.push(0);
            self.rewards.push(0.0);
            self.legal.resize((slot + 1) * shape.legal_bytes(), 0);
            self.observations
                .resize((slot + 1) * shape.observation_bytes(), 0);
        } else if self.flags[slot] & COMPLETE != 0 {
            change(slot, false);
        }
        (self.actions[slot], self.rewards[slot], self.flags[slot]) =
            (step.0 as u32, step.1, step.2);
        let bits = &mut self.legal[slot * shape.legal_bytes()..][..shape.legal_bytes()];
        pack(legal.iter().copied(), bits);
        let bytes = shape.observation_bytes();
        let stored = &mut self.observations[slot * bytes..][..bytes];
        match shape.storage {
            Storage::F32 => {
                let (stored, _) = stored.as_chunks_mut::<4>();
                for (stored, value) in stored.iter_mut().zip(observation) {
                    *stored = value.to_le_bytes();
                }
            }
            Storage::U8 => {
                for (stored, value) in stored.iter_mut().zip(observation) {
                    *stored = value.round() as u8;
                }
            }
            Storage::Bits => pack(observation.iter().map(|&value| value >= 0.5), stored),
        }
    }

    fn observe(&self, shape: &Shape, slot: usize, out: &mut [f32]) {
        let bytes = shape.observation_bytes();
        let stored = &self.observations[slot * bytes..][..bytes];
        match shape.storage {
            Storage::F32 => {
                let (stored, _) = stored.as_chunks::<4>();
                for (out, &stored) in out.iter_mut().zip(stored) {
                    *out = f32::from_le_bytes(stored);
                }
            }
            Storage::U8 => {
                for (out, &stored) in out.iter_mut().zip(stored) {
                    *out = f32::from(stored);
                }
            }
            Storage::Bits => {
                for (index, out) in out.iter_mut().enumerate() {
                    *out = f32::from(stored[index / 8] >> (index % 8) & 1);
                }
            }
        }
    }

    /// The oldest open step has all it needs.
    fn close_oldest(&mut self, shape: &Shape, change: &mut impl FnMut(usize, bool)) {
        let slot = (self.next + shape.ring - self.open) % shape.ring;
        self.flags[slot] |= COMPLETE;
        self.open -= 1;
        change(slot, true);
    }

    /// The episode is over: every open step has all it needs. `after` slots were written since the latest.
    fn close_all(&mut self, shape: &Shape, after: usize, change: &mut impl FnMut(usize, bool)) {
        for back in (1..=self.open).rev() {
            let slot = (self.next + 2 * shape.ring - back - after) % shape.ring;
            self.flags[slot] |= COMPLETE;
            change(slot, true);
        }
        self.open = 0;
    }
}

fn pack(values: impl Iterator<Item = bool>, bits: &mut [u8]) {
    bits.fill(0);
    for (index, value) in values.enumerate() {
        bits[index / 8] |= u8::from(value) << (index % 8);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    /// What is drawn against transitions written down one by one, for random episodes in two environments.
    #[test]
    fn agrees_with_a_list_of_transitions() {
        const GAMMA: f64 = 0.9;
        for (n_step, storage) in [
            (1, Storage::F32),
            (3, Storage::U8),
            (2, Storage::Bits),
            (5, Storage::F32),
        ] {
            let shape = Shape {
                observation_len: 11,
                action_count: 9,
                environments: 2,
                ring: 20,
                n_step,
                storage,
            };
            let mut rng = Rng::new(n_step as u64, 0);
            let mut experience = Experience::new(shape);
            let mut usable = BTreeSet::new();
            // The whole history of each environment: sight, legal actions, action, reward, end (0, 1 terminated, 2 cut).
            type Seen = (Vec<f32>, Vec<bool>);
            type Taken = (Seen, usize, f32, u8, Seen);
            let mut history: [Vec<Taken>; 2] = Default::default();
            let mut ends = [0; 3];
            for turn in 0..600 {
                let environment = turn % 2;
                let mut sight = || -> Seen {
                    let top = if storage == Storage::Bits { 2 } else { 256 };
                    (
                        (0..11).map(|_| rng.below(top) as f32).collect(),
                        (0..9).map(|_| rng.below(2) == 1).collect(),
                    )
                };
                let (now, last) = (sight(), sight());
                let (action, reward) = (rng.below(9), rng.normal() as f32);
                let ended = [0, 0, 0, 0, 1, 2][rng.below(6)];
                ends[usize::from(ended)] += 1;
                let end = match ended {
                    0 => End::None,
                    1 => End::Terminated,
                    _ => End::Truncated(&last.0, &last.1),
                };
                experience.push(
                    environment,
                    &now.0,
                    &now.1,
                    action,
                    reward,
                    end,
                    &mut |slot, can| {
                        assert!(if can {
                            usable.insert(slot)
                        } else {
                            usable.remove(&slot)
                        });
                    },
                );
                history[environment].push((now, action, reward, ended, last));
                assert_eq!(usable.len(), experience.complete());
                let mut expected: Vec<(Vec<f32>, Drawn, Option<Seen>)> = Vec::new();
                for steps in &history {
                    // Complete: n steps and one more sight, or an end before.
                    for (i, first) in steps.iter().enumerate() {
                        let (mut reward, mut discount, mut follow) = (0.0, 1.0, None);
                        let mut known = false;
                        for (k, step) in steps[i..].iter().take(n_step + 1).enumerate() {
                            if k == n_step {
                                (follow, known) = (Some(step.0.clone()), true);
                                break;
                            }
                            reward += discount * f64::from(step.2);
                            discount *= GAMMA;
                            if step.3 > 0 {
                                follow = (step.3 == 2).then(|| step.4.clone());
                                known = true;
                                break;
                            }
                        }
                        if known {
                            let drawn = Drawn {
                                action: first.1,
                                reward: reward as f32,
                                discount: if follow.is_some() {
                                    discount as f32
                                } else {
                                    0.0
                                },
                            };
                            expected.push((first.0.0.clone(), drawn, follow));
                        }
                    }
                }
                for &slot in &usable {
                    let (mut now, mut next) = (vec![-1.0; 11], vec![-1.0; 11]);
                    let mut legal = vec![true; 9];
                    let drawn = experience.read(slot, GAMMA, &mut now, &mut next, &mut legal);
                    let follow = (drawn.discount > 0.0).then_some((next, legal));
                    assert!(
                        expected.contains(&(now, drawn, follow)),
                        "turn {turn}, slot {slot}"
                    );
                }
            }
            assert!(ends.iter().all(|&count| count > 50), "{ends:?}");
            let bytes = postcard::to_stdvec(&experience).unwrap();
            assert_eq!(
                postcard::from_bytes::<Experience>(&bytes).unwrap(),
                experience
            );
        }
    }

    #[test]
    fn drawing_is_uniform_over_complete_steps() {
        let shape = Shape {
            observation_len: 1,
            action_count: 2,
            environments: 2,
            ring: 12,
            n_step: 2,
            storage: Storage::F32,
        };
        let mut experience = Experience::new(shape);
        for step in 0..9 {
            for environment in 0..2 {
                let end = match step % 4 {
                    3 => End::Truncated(&[0.5], &[true, true]),
                    _ => End::None,
                };
                experience.push(environment, &[0.0], &[true; 2], 0, 0.0, end, &mut |_, _| {});
            }
        }
        let mut rng = Rng::new(1, 0);
        let mut counts = [0u32; 24];
        (0..32_000).for_each(|_| counts[experience.draw(&mut rng)] += 1);
        let drawn: Vec<u32> = counts.into_iter().filter(|&count| count > 0).collect();
        assert_eq!((drawn.len(), experience.complete()), (16, 16));
        let chi_square: f64 = drawn
            .iter()
            .map(|&n| (f64::from(n) - 2_000.0).powi(2) / 2_000.0)
            .sum();
        assert!(
            chi_square < 37.7,
            "chi-square {chi_square} with 15 degrees of freedom (p < 0.001)"
        );
    }

    #[test]
    fn a_tetris_board_takes_less_than_64_bytes() {
        let shape = Shape {
            observation_len: 207,
            action_count: 40,
            environments: 1,
            ring: 10,
            n_step: 1,
            storage: Storage::Bits,
        };
        assert_eq!(shape.step_bytes(), 26 + 5 + 9);
    }
}
