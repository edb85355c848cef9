//! What comes out of the vector code.

use crate::features::Features;

/// Eight placements of an orientation on neighbouring columns, and what each leads to. They leave
/// the vector code together, so that it is compiled once, whatever is done with them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Neighbours {
    /// The action of the first.
    pub(super) first_action: usize,
    /// Bits of the legal ones; the others hold nonsense.
    pub(super) legal: u32,
    /// Rows that each clears.
    pub(super) lines: [u32; 8],
    /// Floats, in the order of the fields of [`Features`].
    pub(super) features: [[u32; 8]; Features::LEN],
}

impl Neighbours {
    /// Calls `found(action, lines, features)` for each legal one, from the left.
    #[inline]
    pub(crate) fn each(&self, found: &mut impl FnMut(usize, u32, &Features)) {
        let mut legal = self.legal;
        while legal != 0 {
            let lane = legal.trailing_zeros() as usize % 8;
            legal &= legal - 1;
            // One number of each: `map` would copy all eight of all first.
            let numbers = core::array::from_fn(|i| f32::from_bits(self.features[i][lane]));
            let features = Features::from_array(numbers);
            found(self.first_action + lane, self.lines[lane], &features);
        }
    }
}
