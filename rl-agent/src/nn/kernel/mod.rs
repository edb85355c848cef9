//! The matrix product behind every layer, with run-time dispatch to AVX-512, AVX2 or plain code.
//!
//! The networks of this crate are small and their batches thin, so a general BLAS loses most of its time to packing;
//! here a tile of the result stays in registers while both factors are read in place, and nothing is allocated. Only where
//! there are rows enough to pay for it, the right factor is read from a copy, strip by strip.
//! Sums run over `k` in ascending order for every element, so a row's result does not depend on the other rows.
//!
//! Whatever runs inside a dispatch is `#[inline(always)]` and no closure: a function of its own would be compiled for the
//! least CPU, and whether the optimiser merges it depends on the profile of whoever uses this crate.

mod strips;
#[cfg(test)]
mod tests;
mod tile;

use std::ops::Range;

use pulp::{Arch, Simd, WithSimd};

pub(super) use tile::dot;
use tile::{Right, Tile, height, width};

/// How the left factor lies in memory.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Left<'a> {
    /// `m` rows of `k`.
    Rows(&'a [f32]),
    /// Transposed: `k` rows of `m`.
    Columns(&'a [f32]),
}

/// What the product is added to.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Start<'a> {
    /// Nothing.
    Zero,
    /// The same row of `n` for each row of the result.
    Bias(&'a [f32]),
    /// What the result holds already; for products of a transposed left factor.
    Result,
}

/// `c = start + a b`, then clipped at zero from below if `relu`; `a` is m x k, `b` k x n, `c` m x n, all row-major
/// unless `a` says otherwise.
#[derive(Debug)]
pub(crate) struct Product<'a> {
    pub(crate) m: usize,
    pub(crate) k: usize,
    pub(crate) n: usize,
    pub(crate) a: Left<'a>,
    pub(crate) b: &'a [f32],
    pub(crate) start: Start<'a>,
    pub(crate) relu: bool,
    pub(crate) c: &'a mut [f32],
}

impl Product<'_> {
    /// Computes it.
    ///
    /// # Panics
    /// If a slice is not as long as its shape says.
    pub(crate) fn run(self, arch: Arch) {
        let (Left::Rows(a) | Left::Columns(a)) = self.a;
        assert_eq!(a.len(), self.m * self.k, "left factor");
        assert_eq!(self.b.len(), self.k * self.n, "right factor");
        assert_eq!(self.c.len(), self.m * self.n, "result");
        match self.start {
            Start::Zero => {}
            Start::Bias(bias) => assert_eq!(bias.len(), self.n, "bias"),
            Start::Result => assert!(matches!(self.a, Left::Columns(_)), "a transposed factor"),
        }
        if self.m == 1 && matches!(self.a, Left::Rows(_)) && self.n > 1 {
            arch.dispatch(OneRow(self));
        } else if strips::pay(&self) {
            strips::run(self, arch);
        } else {
            arch.dispatch(self);
        }
    }
}

/// A product of one row: when an agent acts. It has a dispatch of its own, so that its tiles take no part in how the
/// compiler lays out the others.
struct OneRow<'a>(Product<'a>);

impl WithSimd for OneRow<'_> {
    type Output = ();

    /// One row leaves registers for wider tiles, and needs that many sums lest they wait for each other.
    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let (Self(mut product), lanes) = (self, S::F32_LANES);
        let mut tile = Tile {
            row: 0,
            column: 0,
            from: 0,
            to: product.k,
        };
        while tile.column + 8 * lanes <= product.n {
            product.tile_in_place::<S, 1, 8>(simd, tile);
            tile.column += 8 * lanes;
        }
        while tile.column + 2 * lanes <= product.n {
            product.tile_in_place::<S, 1, 2>(simd, tile);
            tile.column += 2 * lanes;
        }
        while tile.column + lanes <= product.n {
            product.tile_in_place::<S, 1, 1>(simd, tile);
            tile.column += lanes;
        }
        if tile.column < product.n {
            product.edge::<S, 1>(simd, 0, tile.column);
        }
    }
}

impl WithSimd for Product<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        match self.a {
            Left::Rows(a) if self.n == 1 => return self.dots(simd, a),
            _ if self.n < S::F32_LANES => return self.edges(simd, 0),
            _ => {}
        }
        for columns in self.whole_vectors::<S>() {
            self.columns(simd, &columns);
        }
        self.left_over(simd);
    }
}

impl Product<'_> {
    /// These columns of the result.
    #[inline(always)]
    fn columns<S: Simd>(&mut self, simd: S, columns: &Range<usize>) {
        // Down a column of the left factor every number lies in another line of the cache: in a block they are few enough
        // to be still there for the next tile.
        let depth = match self.a {
            Left::Rows(_) => self.k.max(1),
            Left::Columns(_) => 4 * S::F32_LANES,
        };
        let mut from = 0;
        loop {
            let to = self.k.min(from + depth);
            self.block(simd, columns, from, to);
            from = to;
            if from == self.k {
                break;
            }
        }
    }

    /// The columns in ranges of whole vectors. If some are left over, their vector begins within the first range, and those
    /// before them are calculated twice, to the same bits. Where that would add them twice, [`left_over`](Self::left_over)
    /// does the rest.
    #[inline(always)]
    fn whole_vectors<S: Simd>(&self) -> [Range<usize>; 2] {
        let over = self.n % S::F32_LANES;
        let last = match self.start {
            Start::Zero | Start::Bias(_) if over > 0 => S::F32_LANES,
            _ => 0,
        };
        [0..self.n - over, self.n - last..self.n]
    }

    /// What whole vectors leave of a product that is added to what is there.
    #[inline(always)]
    fn left_over<S: Simd>(&mut self, simd: S) {
        let over = self.n % S::F32_LANES;
        if over > 0 && matches!(self.start, Start::Result) {
            self.edges(simd, self.n - over);
        }
    }

    /// The part of the sums between `from` and `to`, for these columns: band by band of rows, each tile by tile.
    #[inline(always)]
    fn block<S: Simd>(&mut self, simd: S, columns: &Range<usize>, from: usize, to: usize) {
        let (lanes, mut row) = (S::F32_LANES, 0);
        while row < self.m {
            let rows = height(self.m - row, lanes);
            match rows {
                8 => self.band::<S, 8>(simd, row, columns, from, to),
                6 => self.band::<S, 6>(simd, row, columns, from, to),
                4 => self.band::<S, 4>(simd, row, columns, from, to),
                _ => self.band::<S, 1>(simd, row, columns, from, to),
            }
            row += rows;
        }
    }

    #[inline(always)]
    fn band<S: Simd, const ROWS: usize>(
        &mut self,
        simd: S,
        row: usize,
        columns: &Range<usize>,
        from: usize,
        to: usize,
    ) {
        let (lanes, mut column) = (S::F32_LANES, columns.start);
        while column < columns.end {
            let vectors = width((columns.end - column) / lanes, lanes);
            let tile = Tile {
                row,
                column,
                from,
                to,
            };
            match vectors {
                3 => self.tile_in_place::<S, ROWS, 3>(simd, tile),
                2 => self.tile_in_place::<S, ROWS, 2>(simd, tile),
                _ => self.tile_in_place::<S, ROWS, 1>(simd, tile),
            }
            column += vectors * lanes;
        }
    }

    /// A tile that reads the right factor where it lies.
    #[inline(always)]
    fn tile_in_place<S: Simd, const ROWS: usize, const VECTORS: usize>(
        &mut self,
        simd: S,
        tile: Tile,
    ) {
        let right = Right {
            rows: &self.b[tile.from * self.n..tile.to * self.n],
            stride: self.n,
            column: tile.column,
        };
        self.tile::<S, ROWS, VECTORS>(simd, tile, right);
    }

    /// The columns from `column` on, fewer than a vector.
    #[inline(always)]
    fn edges<S: Simd>(&mut self, simd: S, column: usize) {
        let mut row = 0;
        while row + 4 <= self.m {
            self.edge::<S, 4>(simd, row, column);
            row += 4;
        }
        while row < self.m {
            self.edge::<S, 1>(simd, row, column);
            row += 1;
        }
    }
}

/// Writes the transpose of `matrix`, which has `columns` columns, into `out`, which is as long.
///
/// Goes through both in squares, so that what was fetched of either is used up before it leaves the cache.
pub(crate) fn transpose(matrix: &[f32], columns: usize, out: &mut [f32]) {
    const SIDE: usize = 16;
    let rows = matrix.len() / columns;
    for row in (0..rows).step_by(SIDE) {
        let height = SIDE.min(rows - row);
        for column in (0..columns).step_by(SIDE) {
            for to in column..columns.min(column + SIDE) {
                let line = &mut out[to * rows + row..][..height];
                let from = matrix[row * columns + to..].iter().step_by(columns);
                line.iter_mut().zip(from).for_each(|(out, x)| *out = *x);
            }
        }
    }
}
