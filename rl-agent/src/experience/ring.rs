//! The observations, actions and rewards of one environment in order.

use serde::{Deserialize, Serialize};

use super::{Shape, Storage};

/// The episode ended here by the rules.
pub(super) const TERMINATED: u8 = 1;
/// The episode was cut here; the next slot holds what was seen then.
pub(super) const TRUNCATED: u8 = 2;
/// All that is needed to learn from this step is there.
pub(super) const COMPLETE: u8 = 4;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Ring {
    pub(super) next: usize,
    /// The latest steps that are not complete yet.
    pub(super) open: usize,
    pub(super) flags: Vec<u8>,
    pub(super) actions: Vec<u32>,
    pub(super) rewards: Vec<f32>,
    /// Legal actions, a bit each.
    pub(super) legal: Vec<u8>,
    pub(super) observations: Vec<u8>,
}

impl Ring {
    /// Writes an observation into the next slot; `step` is action, reward and flags.
    pub(super) fn write(
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

    pub(super) fn observe(&self, shape: &Shape, slot: usize, out: &mut [f32]) {
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
            Storage::Bits => unpack(stored, out, f32::from),
        }
    }

    pub(super) fn legal(&self, shape: &Shape, slot: usize, out: &mut [bool]) {
        let bytes = shape.legal_bytes();
        let stored = &self.legal[slot * bytes..][..bytes];
        unpack(stored, out, |bit| bit == 1);
    }

    /// The oldest open step has all it needs.
    pub(super) fn close_oldest(&mut self, shape: &Shape, change: &mut impl FnMut(usize, bool)) {
        let slot = (self.next + shape.ring - self.open) % shape.ring;
        self.flags[slot] |= COMPLETE;
        self.open -= 1;
        change(slot, true);
    }

    /// The episode is over: every open step has all it needs. `after` slots were written since the latest.
    pub(super) fn close_all(
        &mut self,
        shape: &Shape,
        after: usize,
        change: &mut impl FnMut(usize, bool),
    ) {
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

/// The way back, byte by byte: `of` says what a 0 or a 1 stands for.
fn unpack<T>(bits: &[u8], values: &mut [T], of: impl Fn(u8) -> T) {
    let (whole, rest) = values.as_chunks_mut::<8>();
    let (of_whole, of_rest) = bits.split_at(whole.len());
    for (values, bits) in whole.iter_mut().zip(of_whole) {
        *values = std::array::from_fn(|index| of(bits >> index & 1));
    }
    for (index, value) in rest.iter_mut().enumerate() {
        *value = of(of_rest[0] >> index & 1);
    }
}
