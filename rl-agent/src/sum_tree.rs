//! Sampling in proportion to priorities that keep changing.

use serde::{Deserialize, Serialize};

use crate::rng::Rng;

/// A binary tree of sums over the priorities of `len` slots: changing one and drawing one take log2(len) steps
/// (Schaul et al., "Prioritized experience replay", 2016, appendix B.2.1).
///
/// Every inner node is always the sum of its two children, computed anew and never by differences, so that errors do not
/// pile up and a tree that was written and read is the same to the bit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(from = "Stored", into = "Stored")]
pub struct SumTree {
    len: usize,
    /// Node 1 is the root, node i has children 2i and 2i + 1, the slots are the second half.
    nodes: Vec<f64>,
}

/// What is written of a tree.
#[derive(Serialize, Deserialize)]
struct Stored {
    len: usize,
    /// Without the zeros at the end: a replay buffer fills up slowly.
    priorities: Vec<f64>,
}

impl From<Stored> for SumTree {
    fn from(stored: Stored) -> Self {
        let mut tree = Self::new(stored.len);
        let leaves = tree.nodes.len() / 2;
        for (leaf, priority) in tree.nodes[leaves..].iter_mut().zip(stored.priorities) {
            *leaf = priority;
        }
        for node in (1..leaves).rev() {
            tree.nodes[node] = tree.nodes[2 * node] + tree.nodes[2 * node + 1];
        }
        tree
    }
}

impl From<SumTree> for Stored {
    fn from(tree: SumTree) -> Self {
        let slots = &tree.nodes[tree.nodes.len() / 2..][..tree.len];
        let used = slots.iter().rposition(|&priority| priority != 0.0);
        Self {
            len: tree.len,
            priorities: slots[..used.map_or(0, |last| last + 1)].to_vec(),
        }
    }
}

impl SumTree {
    /// A tree of `len` slots, all of priority 0.
    pub fn new(len: usize) -> Self {
        let leaves = len.next_power_of_two().max(2);
        Self {
            len,
            nodes: vec![0.0; 2 * leaves],
        }
    }

    /// Number of slots.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is no slot.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Sum of all priorities.
    pub fn total(&self) -> f64 {
        self.nodes[1]
    }

    /// The priority of a slot.
    ///
    /// # Panics
    /// If `slot >= self.len()`.
    pub fn get(&self, slot: usize) -> f64 {
        assert!(slot < self.len, "slot {slot} of {}", self.len);
        self.nodes[self.nodes.len() / 2 + slot]
    }

    /// Sets the priority of a slot; 0 is never drawn.
    ///
    /// # Panics
    /// If `slot >= self.len()`, or `priority` is negative or not finite.
    pub fn set(&mut self, slot: usize, priority: f64) {
        assert!(slot < self.len, "slot {slot} of {}", self.len);
        assert!(
            priority >= 0.0 && priority.is_finite(),
            "the priority {priority} is no finite number from 0 on"
        );
        let mut node = self.nodes.len() / 2 + slot;
        self.nodes[node] = priority;
        while node > 1 {
            node /= 2;
            self.nodes[node] = self.nodes[2 * node] + self.nodes[2 * node + 1];
        }
    }

    /// A slot, drawn in proportion to priorities from the `part`-th of `parts` equal parts of their sum. Drawing once from
    /// each part is stratified sampling.
    ///
    /// # Panics
    /// If all priorities are 0, or `part >= parts`.
    pub fn draw(&self, part: usize, parts: usize, rng: &mut Rng) -> usize {
        assert!(part < parts, "part {part} of {parts}");
        assert!(self.total() > 0.0, "all priorities are 0");
        let mut rest = self.total() * ((part as f64 + rng.unit()) / parts as f64);
        let leaves = self.nodes.len() / 2;
        let mut node = 1;
        while node < leaves {
            let (left, right) = (self.nodes[2 * node], self.nodes[2 * node + 1]);
            // Rounding may leave a rest beyond the last slot; an empty side is never entered.
            let go_left = right == 0.0 || (rest < left && left > 0.0);
            if !go_left {
                rest -= left;
            }
            node = 2 * node + usize::from(!go_left);
        }
        node - leaves
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_in_proportion_to_priorities() {
        let mut rng = Rng::new(2, 0);
        let mut tree = SumTree::new(11);
        let mut naive = [0.0; 11];
        for _ in 0..500 {
            let (slot, priority) = (rng.below(11), rng.unit());
            tree.set(slot, priority);
            naive[slot] = priority;
        }
        for slot in [3, 10] {
            tree.set(slot, 0.0);
            naive[slot] = 0.0;
        }
        let total: f64 = naive.iter().sum();
        assert!((tree.total() - total).abs() < 1e-12);
        for parts in [1, 32] {
            let draws = 96_000;
            let mut counts = [0u32; 11];
            (0..draws).for_each(|i| counts[tree.draw(i % parts, parts, &mut rng)] += 1);
            let chi_square: f64 = (0..11)
                .filter(|&slot| naive[slot] > 0.0)
                .map(|slot| {
                    let expected = draws as f64 * naive[slot] / total;
                    (f64::from(counts[slot]) - expected).powi(2) / expected
                })
                .sum();
            assert_eq!((counts[3], counts[10]), (0, 0));
            assert!(
                chi_square < 26.1,
                "chi-square {chi_square} with 8 degrees of freedom (p < 0.001)"
            );
        }
    }

    #[test]
    fn what_was_written_is_read_to_the_bit() {
        let mut rng = Rng::new(3, 0);
        let mut tree = SumTree::new(100);
        (0..1000).for_each(|_| tree.set(rng.below(60), rng.unit()));
        let bytes = postcard::to_stdvec(&tree).unwrap();
        assert!(
            bytes.len() < 8 * 60 + 4,
            "the zeros at the end are left out"
        );
        assert_eq!(postcard::from_bytes::<SumTree>(&bytes).unwrap(), tree);
    }

    #[test]
    #[should_panic(expected = "is no finite number")]
    fn a_priority_that_is_no_number_is_refused() {
        SumTree::new(3).set(0, f64::NAN);
    }
}
