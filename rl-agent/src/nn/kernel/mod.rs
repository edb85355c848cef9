//! The matrix product behind every layer, with run-time dispatch to AVX-512, AVX2 or plain code.
//!
//! The networks of this crate are small and their batches thin, so a general BLAS loses most of its time to packing;
//! here a tile of the result stays in registers while both factors are read in place, and nothing is allocated.
//! Sums run over `k` in ascending order for every element, so a row's result does not depend on the other rows.
//!
//! Whatever runs inside a dispatch is `#[inline(always)]` and no closure: a function of its own would be compiled for the
//! least CPU, and whether the optimiser merges it depends on the profile of whoever uses this crate.

#[cfg(test)]
mod tests;

use pulp::{Arch, Simd, WithSimd};

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
    /// What the result holds already.
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
        if let Start::Bias(bias) = self.start {
            assert_eq!(bias.len(), self.n, "bias");
        }
        if self.m == 1 && matches!(self.a, Left::Rows(_)) && self.n > 1 {
            arch.dispatch(OneRow(self));
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

    /// One row leaves registers for wider strips, and needs that many sums lest they wait for each other.
    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let (Self(mut product), lanes) = (self, S::F32_LANES);
        let mut column = 0;
        while column + 8 * lanes <= product.n {
            product.tile::<S, 1, 8>(simd, 0, column);
            column += 8 * lanes;
        }
        while column + 2 * lanes <= product.n {
            product.tile::<S, 1, 2>(simd, 0, column);
            column += 2 * lanes;
        }
        while column + lanes <= product.n {
            product.tile::<S, 1, 1>(simd, 0, column);
            column += lanes;
        }
        if column < product.n {
            product.edge::<S, 1>(simd, 0, column);
        }
    }
}

impl WithSimd for Product<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        if self.n == 1
            && let Left::Rows(a) = self.a
        {
            return self.dots(simd, a);
        }
        match self.a {
            Left::Rows(_) => self.bands(simd),
            Left::Columns(a) => self.blocks(simd, a),
        }
    }
}

/// Rows of a transposed left factor that are gone through at a time.
const DEPTH: usize = 32;

impl Product<'_> {
    /// The product with a transposed left factor, as a sum over blocks of `k`. Down a column every number lies in another
    /// line of the cache: in a block they are few enough to be still there for the next tile.
    #[inline(always)]
    fn blocks<S: Simd>(self, simd: S, a: &[f32]) {
        let mut from = 0;
        loop {
            let to = self.k.min(from + DEPTH);
            let mut block = Product {
                k: to - from,
                a: Left::Columns(&a[from * self.m..to * self.m]),
                b: &self.b[from * self.n..to * self.n],
                start: if from == 0 { self.start } else { Start::Result },
                relu: self.relu && to == self.k,
                c: &mut *self.c,
                ..self
            };
            block.bands(simd);
            from = to;
            if from == self.k {
                break;
            }
        }
    }

    /// All of the result, band by band of rows.
    #[inline(always)]
    fn bands<S: Simd>(&mut self, simd: S) {
        let mut row = 0;
        if S::F32_LANES >= 16 {
            while row + 8 <= self.m {
                self.band::<S, 8>(simd, row);
                row += 8;
            }
        }
        // As many rows as sixteen registers hold beside both factors, unless that would leave rows over.
        while S::F32_LANES < 16 && matches!(self.m - row, 6..=7 | 10..) {
            self.band::<S, 6>(simd, row);
            row += 6;
        }
        while row + 4 <= self.m {
            self.band::<S, 4>(simd, row);
            row += 4;
        }
        while row < self.m {
            self.band::<S, 1>(simd, row);
            row += 1;
        }
    }

    /// `ROWS` rows of the result, strip by strip of two vectors, then one, then the rest of the columns.
    #[inline(always)]
    fn band<S: Simd, const ROWS: usize>(&mut self, simd: S, row: usize) {
        let lanes = S::F32_LANES;
        let mut column = 0;
        while column + 2 * lanes <= self.n {
            self.tile::<S, ROWS, 2>(simd, row, column);
            column += 2 * lanes;
        }
        while column + lanes <= self.n {
            self.tile::<S, ROWS, 1>(simd, row, column);
            column += lanes;
        }
        if column < self.n {
            self.edge::<S, ROWS>(simd, row, column);
        }
    }

    /// A tile of `ROWS` rows and `VECTORS` whole vectors of columns.
    #[inline(always)]
    fn tile<S: Simd, const ROWS: usize, const VECTORS: usize>(
        &mut self,
        simd: S,
        row: usize,
        column: usize,
    ) {
        let width = VECTORS * S::F32_LANES;
        let first = match self.start {
            Start::Zero | Start::Result => [simd.splat_f32s(0.0); VECTORS],
            Start::Bias(bias) => load::<S, VECTORS>(simd, &bias[column..column + width]),
        };
        let mut sums = [first; ROWS];
        if let Start::Result = self.start {
            for (r, sums) in sums.iter_mut().enumerate() {
                let start = (row + r) * self.n + column;
                *sums = load::<S, VECTORS>(simd, &self.c[start..start + width]);
            }
        }
        let (n, k, m) = (self.n, self.k, self.m);
        match self.a {
            Left::Rows(a) => {
                let mut rows: [&[f32]; ROWS] = [&[]; ROWS];
                for (r, rows) in rows.iter_mut().enumerate() {
                    *rows = &a[(row + r) * k..(row + r + 1) * k];
                }
                for (p, b) in self.b.chunks_exact(n).take(k).enumerate() {
                    let b = load::<S, VECTORS>(simd, &b[column..column + width]);
                    for r in 0..ROWS {
                        let x = simd.splat_f32s(rows[r][p]);
                        for v in 0..VECTORS {
                            sums[r][v] = simd.mul_add_e_f32s(x, b[v], sums[r][v]);
                        }
                    }
                }
            }
            Left::Columns(a) => {
                for (a, b) in a.chunks_exact(m).zip(self.b.chunks_exact(n)) {
                    let a: &[f32; ROWS] = a[row..row + ROWS]
                        .try_into()
                        .expect("ROWS elements were sliced");
                    let b = load::<S, VECTORS>(simd, &b[column..column + width]);
                    for r in 0..ROWS {
                        let x = simd.splat_f32s(a[r]);
                        for v in 0..VECTORS {
                            sums[r][v] = simd.mul_add_e_f32s(x, b[v], sums[r][v]);
                        }
                    }
                }
            }
        }
        let zero = simd.splat_f32s(0.0);
        for (r, sums) in sums.iter().enumerate() {
            let start = (row + r) * n + column;
            let out = S::as_mut_simd_f32s(&mut self.c[start..start + width]).0;
            for v in 0..VECTORS {
                out[v] = if self.relu {
                    simd.max_f32s(sums[v], zero)
                } else {
                    sums[v]
                };
            }
        }
    }

    /// The columns from `column` on, fewer than a vector.
    #[inline(always)]
    fn edge<S: Simd, const ROWS: usize>(&mut self, simd: S, row: usize, column: usize) {
        let first = match self.start {
            Start::Zero | Start::Result => simd.splat_f32s(0.0),
            Start::Bias(bias) => simd.partial_load_f32s(&bias[column..]),
        };
        let mut sums = [first; ROWS];
        if let Start::Result = self.start {
            for (r, sum) in sums.iter_mut().enumerate() {
                let start = (row + r) * self.n;
                *sum = simd.partial_load_f32s(&self.c[start + column..start + self.n]);
            }
        }
        for (p, b) in self.b.chunks_exact(self.n).enumerate() {
            let b = simd.partial_load_f32s(&b[column..]);
            for (r, sum) in sums.iter_mut().enumerate() {
                let x = match self.a {
                    Left::Rows(a) => a[(row + r) * self.k + p],
                    Left::Columns(a) => a[p * self.m + row + r],
                };
                *sum = simd.mul_add_e_f32s(simd.splat_f32s(x), b, *sum);
            }
        }
        let zero = simd.splat_f32s(0.0);
        for (r, &sum) in sums.iter().enumerate() {
            let out = &mut self.c[(row + r) * self.n + column..(row + r + 1) * self.n];
            simd.partial_store_f32s(
                out,
                if self.relu {
                    simd.max_f32s(sum, zero)
                } else {
                    sum
                },
            );
        }
    }

    /// A result of one column: a scalar product for each row.
    #[inline(always)]
    fn dots<S: Simd>(self, simd: S, a: &[f32]) {
        let start = match self.start {
            Start::Zero | Start::Result => 0.0,
            Start::Bias(bias) => bias[0],
        };
        let (b, b_rest) = S::as_simd_f32s(self.b);
        for (a, out) in a.chunks_exact(self.k.max(1)).zip(self.c.iter_mut()) {
            let (a, a_rest) = S::as_simd_f32s(a);
            let mut sum = simd.splat_f32s(0.0);
            for (&x, &y) in a.iter().zip(b) {
                sum = simd.mul_add_e_f32s(x, y, sum);
            }
            let rest: f32 = a_rest.iter().zip(b_rest).map(|(x, y)| x * y).sum();
            let total = start + simd.reduce_sum_f32s(sum) + rest;
            *out = if self.relu { total.max(0.0) } else { total };
        }
    }
}

/// `VECTORS` vectors from the beginning of `slice`.
#[inline(always)]
fn load<S: Simd, const VECTORS: usize>(simd: S, slice: &[f32]) -> [S::f32s; VECTORS] {
    let mut vectors = [simd.splat_f32s(0.0); VECTORS];
    vectors.copy_from_slice(&S::as_simd_f32s(slice).0[..VECTORS]);
    vectors
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
