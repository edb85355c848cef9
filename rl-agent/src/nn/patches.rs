//! A network over the cells of a board: the same layers value every small patch, and the values add up.
//!
//! A convolution with a channel for the row (Liu et al., "An intriguing failing of convolutional neural networks and the
//! CoordConv solution", 2018), layers of 1x1 after it, and a sum over all places. Its cells are bits, so a patch is a small
//! number: of what can follow a board most patches are alike, and each of those is computed once.

use serde::{Deserialize, Serialize};

use crate::config::{ConfigError, check};

/// How a board is cut into patches.
///
/// The inputs are its cells, row after row from the floor, each from the left; full where over a half. Left and right of it
/// stands a full column and under it a full row. A patch is a square of these cells, wherever one fits, and what the layers
/// see of it are its cells, row after row from its lowest, each from the left, and then its lowest row over ten, that of
/// the floor being 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Patches {
    /// Rows of the board.
    pub height: usize,
    /// Columns of the board.
    pub width: usize,
    /// Rows and columns of a patch.
    pub size: usize,
}

/// Rows of which one counts 1.
const SPAN: f32 = 10.0;

/// The least and the greatest size that a patch can have, so that it fits a key.
const SIZES: (usize, usize) = (2, 5);

impl Patches {
    /// Number of cells.
    pub fn cells(&self) -> usize {
        self.height * self.width
    }

    /// Numbers that the layers see of a patch.
    pub fn inputs(&self) -> usize {
        self.size * self.size + 1
    }

    /// Places along a row and along a column, the walls and the floor included.
    pub fn places(&self) -> [usize; 2] {
        [self.width + 3 - self.size, self.height + 2 - self.size]
    }

    /// Whether patches of this size fit the board, and the board fits into what holds it.
    ///
    /// # Errors
    /// Names the field that does not.
    pub fn validate(&self) -> Result<(), ConfigError> {
        let (least, most) = SIZES;
        let most = most.min(self.width + 2).min(self.height + 1);
        check((1..=62).contains(&self.width)).or("patches.width", &self.width, "1..=62")?;
        check((1..=64).contains(&self.height)).or("patches.height", &self.height, "1..=64")?;
        let expected = format!("{least}..={most} on this board");
        check((least..=most).contains(&self.size)).or("patches.size", &self.size, &expected)
    }

    /// Writes what the layers see of a patch.
    fn write(&self, key: u32, out: &mut [f32]) {
        let cells = self.size * self.size;
        for (bit, cell) in out[..cells].iter_mut().enumerate() {
            *cell = (key >> bit & 1) as f32;
        }
        out[cells] = self.seen_row((key >> cells) as usize);
    }

    /// How the layers see a row.
    pub(crate) fn seen_row(&self, y: usize) -> f32 {
        y as f32 / SPAN
    }
}

/// The patches of some boards.
#[derive(Debug, Clone, Default)]
pub(super) struct Seen {
    /// What the layers see of those that differ.
    pub(super) inputs: Vec<f32>,
    /// The value of each of those; written by whoever knows.
    pub(super) values: Vec<f32>,
    /// For every place of every board which of them is there.
    which: Vec<u32>,
    distinct: Distinct,
    /// The rows of the board that is read and of the one before, walls and floor included.
    rows: [Vec<u64>; 2],
}

impl Seen {
    /// Reads boards.
    pub(super) fn read(&mut self, patches: &Patches, boards: &[f32]) {
        let [across, up] = patches.places();
        let count = boards.len() / patches.cells();
        self.which.clear();
        self.which.reserve(count * across * up);
        self.distinct.clear(patches);
        self.rows[1].clear();
        for board in boards.chunks_exact(patches.cells()) {
            let [rows, before] = &mut self.rows;
            read_rows(patches, board, rows);
            for y in 0..up {
                let strip = &rows[y..y + patches.size];
                if before.get(y..y + patches.size) == Some(strip) {
                    // A move changes few rows: the others are those of the board before.
                    let start = self.which.len() - across * up;
                    self.which.extend_from_within(start..start + across);
                } else {
                    let key = |x| key_of(patches.size, strip, x, y);
                    let which = (0..across).map(|x| self.distinct.index(key(x)));
                    self.which.extend(which);
                }
            }
            self.rows.swap(0, 1);
        }
        let keys = &self.distinct.keys;
        self.inputs.resize(keys.len() * patches.inputs(), 0.0);
        let inputs = self.inputs.chunks_exact_mut(patches.inputs());
        for (&key, inputs) in keys.iter().zip(inputs) {
            patches.write(key, inputs);
        }
    }

    /// Number of patches that differ.
    pub(super) fn len(&self) -> usize {
        self.distinct.keys.len()
    }

    /// The sums of `values` over the patches of each board.
    pub(super) fn sums<'a>(
        &'a self,
        patches: &Patches,
        values: &'a [f32],
    ) -> impl Iterator<Item = f32> + 'a {
        let [across, up] = patches.places();
        let value = |&index: &u32| values[index as usize];
        // Row by row, so that one sum need not wait for another.
        let row = move |row: &[u32]| row.iter().map(value).sum::<f32>();
        (self.which.chunks_exact(across * up))
            .map(move |board| board.chunks_exact(across).map(row).sum())
    }

    /// Writes the derivative of the loss by each patch's value, given that by the sum of each board.
    pub(super) fn spread(&self, patches: &Patches, d_sums: &[f32], d_values: &mut Vec<f32>) {
        let [across, up] = patches.places();
        d_values.clear();
        d_values.resize(self.len(), 0.0);
        for (board, d) in self.which.chunks_exact(across * up).zip(d_sums) {
            for &index in board {
                d_values[index as usize] += d;
            }
        }
    }
}

/// Turns cells into rows of bits: the floor first, in each the left wall in the lowest bit.
fn read_rows(patches: &Patches, board: &[f32], rows: &mut Vec<u64>) {
    let walls = 1 | 2 << patches.width;
    rows.clear();
    rows.push(u64::MAX);
    rows.extend(board.chunks_exact(patches.width).map(|cells| {
        let full = |bits, (x, &cell)| bits | u64::from(cell > 0.5) << x;
        walls | cells.iter().enumerate().fold(0, full) << 1
    }));
}

/// The cells of a patch, its lowest row in the lowest bits, and above them the place of that row.
#[inline]
fn key_of(size: usize, strip: &[u64], x: usize, y: usize) -> u32 {
    let cells = |row: u64| (row >> x) as u32 & ((1 << size) - 1);
    let place = |key, &row| key << size | cells(row);
    strip.iter().rev().fold(y as u32, place)
}

/// Which keys there are: a hash table with open addressing.
#[derive(Debug, Clone, Default)]
struct Distinct {
    keys: Vec<u32>,
    /// An index into the keys, or [`FREE`].
    slots: Vec<u32>,
}

const FREE: u32 = u32::MAX;

impl Distinct {
    fn clear(&mut self, patches: &Patches) {
        self.keys.clear();
        let [across, up] = patches.places();
        let least = (4 * across * up).next_power_of_two();
        self.slots.resize(self.slots.len().max(least), FREE);
        self.slots.fill(FREE);
    }

    #[inline]
    fn index(&mut self, key: u32) -> u32 {
        let slot = self.slot(key);
        if self.slots[slot] != FREE {
            return self.slots[slot];
        }
        let index = self.keys.len() as u32;
        self.keys.push(key);
        self.slots[slot] = index;
        // At most half full, so that a free slot is near.
        if 2 * self.keys.len() > self.slots.len() {
            self.grow();
        }
        index
    }

    /// Where the key is, or where it should be.
    #[inline]
    fn slot(&self, key: u32) -> usize {
        let mask = self.slots.len() - 1;
        let spread = key.wrapping_mul(0x9E37_79B9);
        let mut slot = (spread ^ spread >> 15) as usize & mask;
        while self.slots[slot] != FREE && self.keys[self.slots[slot] as usize] != key {
            slot = (slot + 1) & mask;
        }
        slot
    }

    #[cold]
    fn grow(&mut self) {
        let slots = 2 * self.slots.len();
        self.slots.clear();
        self.slots.resize(slots, FREE);
        for index in 0..self.keys.len() {
            let slot = self.slot(self.keys[index]);
            self.slots[slot] = index as u32;
        }
    }
}
