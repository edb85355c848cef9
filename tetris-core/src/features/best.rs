//! The best of all placements of a piece.

use crate::features::counting;
use crate::simd::Vector;

/// The values of the placements of a piece: for each orientation groups of eight neighbouring
/// columns, from column 0 on.
pub(crate) struct Values<V, const GROUPS: usize> {
    /// Whole numbers of the same order; the least of all where no placement is legal.
    all: [[V; GROUPS]; 4],
    most: V,
}

impl<V: Vector, const GROUPS: usize> Values<V, GROUPS> {
    #[inline(always)]
    pub(crate) fn new() -> Self {
        let none = V::splat(i32::MIN as u32);
        Self {
            all: [[none; GROUPS]; 4],
            most: none,
        }
    }

    /// Puts in a group, floats, of which those whose bit is set are legal.
    #[inline(always)]
    pub(crate) fn put(&mut self, rotation: usize, group: usize, value: V, legal: u32) {
        let none = V::splat(i32::MIN as u32);
        let lane = V::splat(1).up(counting(0));
        let below_zero = V::splat(0).greater(value).down_by::<1>();
        let legal = V::splat(legal).and(lane).equal(lane);
        let value = value.xor(below_zero).and(legal).or(none.without(legal));
        self.all[rotation][group] = value;
        self.most = self.most.max(value);
    }

    /// The action of the greatest, the first of equals.
    #[inline(always)]
    pub(crate) fn best(&self, width: usize) -> Option<usize> {
        let mut best = i32::MIN;
        for lane in self.most.store() {
            best = best.max(lane as i32);
        }
        if best == i32::MIN {
            return None;
        }
        let best = V::splat(best as u32);
        for (rotation, groups) in self.all.iter().enumerate() {
            for (group, value) in groups.iter().enumerate() {
                let lanes = value.equal(best).signs();
                if lanes != 0 {
                    let x = 8 * group + lanes.trailing_zeros() as usize;
                    return Some(rotation * width + x);
                }
            }
        }
        None
    }
}

/// Puts a float in the place of the one in a lane.
#[inline(always)]
pub(crate) fn replaced<V: Vector>(values: V, lane: usize, value: f32) -> V {
    let here = counting::<V>(0).equal(V::splat(lane as u32));
    values.without(here).or(V::float(value).and(here))
}
