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
    /// A placement that was looked at by itself.
    pub(crate) fn alone(action: usize, lines: u32, features: &Features) -> Self {
        let mut all = Self {
            first_action: action,
            legal: 1,
            lines: [lines; 8],
            features: [[0; 8]; Features::LEN],
        };
        for (lanes, feature) in all.features.iter_mut().zip(features.to_array()) {
            lanes[0] = feature.to_bits();
        }
        all
    }

    /// Calls `found(action, lines, features)` for each legal one, from the left.
    ///
    /// To be called from one place for each `found`: then all of it becomes one function, and the features do not go through
    /// memory, which they would enter one by one and leave four at once, at the price of a stall for each placement.
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
