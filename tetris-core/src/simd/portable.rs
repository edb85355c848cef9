//! Running code on CPUs for which there is nothing better.

use super::{Kernel, Level, Plain};

impl Level {
    pub(crate) const fn best() -> Self {
        Self::Plain
    }

    #[inline(always)]
    pub(super) fn run<K: Kernel>(self, kernel: K) -> K::Output {
        kernel.run::<Plain>()
    }

    #[inline(always)]
    pub(super) fn run_in_vectors<K: Kernel>(self, _: K) -> Option<K::Output> {
        None
    }

    #[inline(always)]
    pub(super) fn run_large<K: Kernel>(self, kernel: K) -> Option<K::Output> {
        Some(self.run(kernel))
    }
}
