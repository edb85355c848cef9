//! The product of many rows. The right factor is cut into strips as wide as a tile, and each is copied together before the
//! rows go past it: where it lies, its lines are a power of two apart and drive each other out of the first cache, and most
//! vectors lie across two of them.

use std::cell::RefCell;

use pulp::{Arch, Simd, WithSimd};

use super::tile::{Right, Tile, height, load, width};
use super::{Left, Product};

/// Rows that pay for the copy.
const MANY: usize = 64;

/// Rows of the right factor in a copy, which then takes up at most the 48 KiB of a large first cache.
const DEPTH: usize = 256;

/// The same where the left factor lies in columns: every number down a column is in another line, and those have to be
/// still there for the next tile.
const DEPTH_OF_COLUMNS: usize = 128;

/// Three vectors of AVX-512.
const WIDEST: usize = 48;

/// A copy. Its vectors are whole lines of the cache.
#[repr(align(64))]
struct Copied([f32; DEPTH * WIDEST]);

thread_local! {
    /// Made once a thread, so that a product neither allocates nor clears it.
    static COPY: RefCell<Copied> = const { RefCell::new(Copied([0.0; DEPTH * WIDEST])) };
}

/// Whether a product is faster this way.
pub(super) fn pay(product: &Product<'_>) -> bool {
    product.m >= MANY && product.n >= WIDEST / 2
}

/// Computes a product that is wider than a vector.
pub(super) fn run(product: Product<'_>, arch: Arch) {
    COPY.with_borrow_mut(|copy| arch.dispatch(Strips { product, copy }));
}

struct Strips<'a> {
    product: Product<'a>,
    copy: &'a mut Copied,
}

impl WithSimd for Strips<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        let lanes = S::F32_LANES;
        for columns in self.product.whole_vectors::<S>() {
            let mut column = columns.start;
            while column < columns.end {
                let vectors = width((columns.end - column) / lanes, lanes);
                match vectors {
                    3 => self.strip::<S, 3>(simd, column),
                    2 => self.strip::<S, 2>(simd, column),
                    _ => self.strip::<S, 1>(simd, column),
                }
                column += vectors * lanes;
            }
        }
        self.product.left_over(simd);
    }
}

impl Strips<'_> {
    /// A strip of the result, from `column` on.
    #[inline(always)]
    fn strip<S: Simd, const VECTORS: usize>(&mut self, simd: S, column: usize) {
        let Self { product, copy } = self;
        let (n, stride) = (product.n, VECTORS * S::F32_LANES);
        let depth = match product.a {
            Left::Rows(_) => DEPTH,
            Left::Columns(_) => DEPTH_OF_COLUMNS,
        };
        let mut from = 0;
        loop {
            let to = product.k.min(from + depth);
            let copy = &mut copy.0[..(to - from) * stride];
            let rows = product.b[from * n..to * n].chunks_exact(n);
            for (out, b) in copy.chunks_exact_mut(stride).zip(rows) {
                let b = load::<S, VECTORS>(simd, &b[column..column + stride]);
                S::as_mut_simd_f32s(out).0.copy_from_slice(&b);
            }
            let right = Right {
                rows: copy,
                stride,
                column: 0,
            };
            bands::<S, VECTORS>(product, simd, column, from, to, right);
            from = to;
            if from == product.k {
                break;
            }
        }
    }
}

/// All rows past one copy.
#[inline(always)]
fn bands<S: Simd, const VECTORS: usize>(
    product: &mut Product<'_>,
    simd: S,
    column: usize,
    from: usize,
    to: usize,
    right: Right<'_>,
) {
    let mut row = 0;
    while row < product.m {
        let rows = height(product.m - row, S::F32_LANES);
        let tile = Tile {
            row,
            column,
            from,
            to,
        };
        match rows {
            8 => product.tile::<S, 8, VECTORS>(simd, tile, right),
            6 => product.tile::<S, 6, VECTORS>(simd, tile, right),
            4 => product.tile::<S, 4, VECTORS>(simd, tile, right),
            _ => product.tile::<S, 1, VECTORS>(simd, tile, right),
        }
        row += rows;
    }
}
