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

/// The least and the greatest size that a patch can have, so that there is a place for each that is possible.
const SIZES: (usize, usize) = (2, 4);

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
    /// Which of those are side by side in strips, each as high as a patch and as wide as the board.
    patches: Vec<u32>,
    /// For every place up every board which strip is there.
    strips: Vec<u32>,
    strip_values: Vec<f32>,
    distinct: Distinct,
    /// For every cell of the board that is read whether it is full.
    full: Vec<u8>,
    /// The rows of that board and of the one before, walls and floor included.
    rows: [Vec<u64>; 2],
}

impl Seen {
    /// Reads boards.
    pub(super) fn read(&mut self, patches: &Patches, boards: &[f32]) {
        let [across, up] = patches.places();
        self.patches.clear();
        self.strips.clear();
        self.distinct.clear(patches);
        self.rows[1].clear();
        for board in boards.chunks_exact(patches.cells()) {
            let [rows, before] = &mut self.rows;
            read_rows(patches, board, &mut self.full, rows);
            for y in 0..up {
                let strip = &rows[y..y + patches.size];
                // A move changes few rows: the other strips are those of the board before.
                let same = before.get(y..y + patches.size) == Some(strip);
                let strip = if same {
                    self.strips[self.strips.len() - up]
                } else {
                    let index = self.patches.len() / across;
                    let key = |x| key_of(patches.size, strip, x, y);
                    let found = (0..across).map(|x| self.distinct.index(key(x)));
                    self.patches.extend(found);
                    index as u32
                };
                self.strips.push(strip);
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

    /// Appends the sum of `values` over the patches of each board.
    pub(super) fn add_up(&mut self, patches: &Patches, values: &[f32], out: &mut Vec<f32>) {
        let [across, up] = patches.places();
        let sum = |indices: &[u32], values: &[f32]| -> f32 {
            indices.iter().map(|&index| values[index as usize]).sum()
        };
        let strips = self.patches.chunks_exact(across);
        self.strip_values.clear();
        self.strip_values
            .extend(strips.map(|strip| sum(strip, values)));
        let boards = self.strips.chunks_exact(up);
        out.extend(boards.map(|board| sum(board, &self.strip_values)));
    }

    /// Writes the derivative of the loss by each patch's value, given that by the sum of each board.
    pub(super) fn spread(&mut self, patches: &Patches, d_sums: &[f32], d_values: &mut Vec<f32>) {
        let [across, up] = patches.places();
        let d_strips = &mut self.strip_values;
        d_strips.fill(0.0);
        for (board, d) in self.strips.chunks_exact(up).zip(d_sums) {
            board
                .iter()
                .for_each(|&strip| d_strips[strip as usize] += d);
        }
        d_values.clear();
        d_values.resize(self.distinct.keys.len(), 0.0);
        for (strip, d) in self.patches.chunks_exact(across).zip(d_strips) {
            strip
                .iter()
                .for_each(|&patch| d_values[patch as usize] += *d);
        }
    }
}

/// Turns cells into rows of bits: the floor first, in each the left wall in the lowest bit.
fn read_rows(patches: &Patches, board: &[f32], full: &mut Vec<u8>, rows: &mut Vec<u64>) {
    let (width, walls) = (patches.width, 1 | 2 << patches.width);
    // With room behind it, so that the last row is read eight cells at a time too.
    full.resize(board.len() + 8, 0);
    for (full, &cell) in full.iter_mut().zip(board) {
        *full = u8::from(cell > 0.5);
    }
    rows.clear();
    rows.push(u64::MAX);
    rows.extend((0..patches.height).map(|y| {
        let eights = (0..width).step_by(8);
        let cells = eights.fold(0, |bits, x| bits | gather(&full[y * width + x..]) << x);
        walls | (cells & ((1 << width) - 1)) << 1
    }));
}

/// The first eight of some bytes that are 0 or 1, as bits.
#[inline]
fn gather(bytes: &[u8]) -> u64 {
    // Moves byte i, at bit 8 i, to bit 56 + i by the factor's bit 7 (8 - i); no other product reaches those bits.
    const FACTOR: u64 = 0x0102_0408_1020_4080;
    let bytes: &[u8; 8] = bytes.first_chunk().expect("eight bytes");
    u64::from_le_bytes(*bytes).wrapping_mul(FACTOR) >> 56
}

/// The cells of a patch, its lowest row in the lowest bits, and above them the place of that row.
#[inline]
fn key_of(size: usize, strip: &[u64], x: usize, y: usize) -> u32 {
    let cells = |row: u64| (row >> x) as u32 & ((1 << size) - 1);
    let place = |key, &row| key << size | cells(row);
    strip.iter().rev().fold(y as u32, place)
}

/// Which keys there are.
#[derive(Debug, Clone, Default)]
struct Distinct {
    keys: Vec<u32>,
    /// For every key there can be its place among those there are, or [`ABSENT`].
    places: Vec<u32>,
}

const ABSENT: u32 = u32::MAX;

impl Distinct {
    fn clear(&mut self, patches: &Patches) {
        for key in self.keys.drain(..) {
            self.places[key as usize] = ABSENT;
        }
        let [_, up] = patches.places();
        self.places
            .resize(up << (patches.size * patches.size), ABSENT);
    }

    #[inline]
    fn index(&mut self, key: u32) -> u32 {
        let place = &mut self.places[key as usize];
        if *place == ABSENT {
            *place = self.keys.len() as u32;
            self.keys.push(key);
        }
        *place
    }
}
