//! Experience to learn from: a ring of the latest transitions, sampled uniformly with replacement.

use serde::{Deserialize, Serialize};

use crate::rng::Rng;

/// A ring buffer. When full, a new item takes the place of the oldest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReplayBuffer<T> {
    capacity: usize,
    oldest: usize,
    items: Vec<T>,
}

impl<T> ReplayBuffer<T> {
    /// An empty buffer for `capacity` items.
    ///
    /// # Panics
    /// If `capacity` is 0.
    pub fn new(capacity: usize) -> Self {
        assert!(
            capacity > 0,
            "a replay buffer needs room for at least one item"
        );
        Self {
            capacity,
            oldest: 0,
            items: Vec::new(),
        }
    }

    /// Adds the latest item and returns its place.
    pub fn push(&mut self, item: T) -> usize {
        if self.items.len() < self.capacity {
            if self.items.len() == self.items.capacity() {
                // Never more room than the capacity needs, which doubling would leave.
                let room = self.capacity - self.items.len();
                self.items
                    .reserve_exact(room.min(self.items.len().max(1024)));
            }
            self.items.push(item);
            return self.items.len() - 1;
        }
        let place = self.oldest;
        self.items[place] = item;
        self.oldest = (place + 1) % self.capacity;
        place
    }

    /// Number of items there is room for.
    pub fn capacity(&self) -> usize {
        self.capacity
    }

    /// Number of items.
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Whether there is no item.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// Filled part, 0..=1.
    pub fn fill(&self) -> f32 {
        self.items.len() as f32 / self.capacity as f32
    }

    /// One item drawn at random.
    ///
    /// # Panics
    /// If the buffer is empty.
    pub fn sample(&self, rng: &mut Rng) -> &T {
        &self.items[rng.below(self.items.len())]
    }

    /// The items from the oldest to the latest.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        let (late, early) = self.items.split_at(self.oldest);
        early.iter().chain(late)
    }
}

/// The item in a place; places are below [`len`](ReplayBuffer::len) and in no order of age.
impl<T> std::ops::Index<usize> for ReplayBuffer<T> {
    type Output = T;

    fn index(&self, place: usize) -> &T {
        &self.items[place]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_goes_first() {
        let mut buffer = ReplayBuffer::new(3);
        for item in 0..3 {
            buffer.push(item);
        }
        assert_eq!(buffer.iter().copied().collect::<Vec<_>>(), [0, 1, 2]);
        assert_eq!((buffer.push(3), buffer.push(4)), (0, 1));
        assert_eq!(buffer.iter().copied().collect::<Vec<_>>(), [2, 3, 4]);
        assert_eq!((buffer.len(), buffer.fill()), (3, 1.0));
    }

    #[test]
    fn sampling_is_uniform() {
        let mut buffer = ReplayBuffer::new(8);
        (0..11).for_each(|item| {
            buffer.push(item);
        });
        let mut rng = Rng::new(1, 1);
        let mut counts = [0u32; 11];
        (0..80_000).for_each(|_| counts[*buffer.sample(&mut rng)] += 1);
        assert_eq!(counts[..3], [0; 3]);
        let chi_square: f64 = counts[3..]
            .iter()
            .map(|&n| (f64::from(n) - 10_000.0).powi(2) / 10_000.0)
            .sum();
        assert!(
            chi_square < 24.3,
            "chi-square {chi_square} with 7 degrees of freedom (p < 0.001)"
        );
    }
}
