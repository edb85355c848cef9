//! Running code on CPUs for which there is nothing better.

use super::{Kernel, Level, Plain};

impl Level {
    pub(crate) const fn best() -> Self {
        Self::Plain
    }
}

#[inline(always)]
pub(crate) fn run_at<K: Kernel>(_: Level, kernel: K) -> K::Output {
    kernel.run::<Plain>()
}

#[inline(always)]
pub(crate) fn run_in_vectors_at<K: Kernel>(_: Level, _: K) -> Option<K::Output> {
    None
}
