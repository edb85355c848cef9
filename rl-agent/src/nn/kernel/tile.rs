//! A tile of the result, whose sums stay in registers.

use pulp::Simd;

use super::{Left, Product, Start};

/// Where a tile begins, and which part of its sums is added to it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tile {
    pub(super) row: usize,
    pub(super) column: usize,
    pub(super) from: usize,
    pub(super) to: usize,
}

/// What a tile sees of the right factor: rows of `stride` numbers, its own from `column` on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Right<'a> {
    pub(super) rows: &'a [f32],
    pub(super) stride: usize,
    pub(super) column: usize,
}

/// How many of the rows that are left make the next tile: 8 x 3 vectors are 24 of 32 registers, 6 x 2 are 12 of 16, and
/// both factors have to be there too.
#[inline(always)]
pub(super) fn height(left: usize, lanes: usize) -> usize {
    match left {
        8.. if lanes >= 16 => 8,
        // Unless that would leave rows over.
        6..=7 | 10.. if lanes < 16 => 6,
        4.. => 4,
        _ => 1,
    }
}

/// How many of the vectors that are left make the next tile, so that none of one vector follows.
#[inline(always)]
pub(super) fn width(left: usize, lanes: usize) -> usize {
    match left {
        3 | 5.. if lanes >= 16 => 3,
        2.. => 2,
        _ => 1,
    }
}

impl Product<'_> {
    /// A tile of `ROWS` rows and `VECTORS` whole vectors of columns.
    #[inline(always)]
    pub(super) fn tile<S: Simd, const ROWS: usize, const VECTORS: usize>(
        &mut self,
        simd: S,
        tile: Tile,
        right: Right<'_>,
    ) {
        let (n, k, m) = (self.n, self.k, self.m);
        let Tile {
            row,
            column,
            from,
            to,
        } = tile;
        let width = VECTORS * S::F32_LANES;
        let first = match self.start {
            Start::Zero | Start::Result => [simd.splat_f32s(0.0); VECTORS],
            Start::Bias(bias) => load::<S, VECTORS>(simd, &bias[column..column + width]),
        };
        let mut sums = [first; ROWS];
        if from > 0 || matches!(self.start, Start::Result) {
            for (r, sums) in sums.iter_mut().enumerate() {
                let start = (row + r) * n + column;
                *sums = load::<S, VECTORS>(simd, &self.c[start..start + width]);
            }
        }
        let right_rows = right.rows.chunks_exact(right.stride);
        match self.a {
            Left::Rows(a) => {
                let mut rows: [&[f32]; ROWS] = [&[]; ROWS];
                for (r, rows) in rows.iter_mut().enumerate() {
                    *rows = &a[(row + r) * k + from..(row + r) * k + to];
                }
                for (p, b) in right_rows.enumerate() {
                    let b = load::<S, VECTORS>(simd, &b[right.column..right.column + width]);
                    for r in 0..ROWS {
                        let x = simd.splat_f32s(rows[r][p]);
                        for v in 0..VECTORS {
                            sums[r][v] = simd.mul_add_e_f32s(x, b[v], sums[r][v]);
                        }
                    }
                }
            }
            Left::Columns(a) => {
                for (a, b) in a[from * m..to * m].chunks_exact(m).zip(right_rows) {
                    let a: &[f32; ROWS] = a[row..row + ROWS]
                        .try_into()
                        .expect("ROWS elements were sliced");
                    let b = load::<S, VECTORS>(simd, &b[right.column..right.column + width]);
                    for r in 0..ROWS {
                        let x = simd.splat_f32s(a[r]);
                        for v in 0..VECTORS {
                            sums[r][v] = simd.mul_add_e_f32s(x, b[v], sums[r][v]);
                        }
                    }
                }
            }
        }
        let (zero, clipped) = (simd.splat_f32s(0.0), self.relu && to == k);
        for (r, sums) in sums.iter().enumerate() {
            let start = (row + r) * n + column;
            let out = S::as_mut_simd_f32s(&mut self.c[start..start + width]).0;
            for v in 0..VECTORS {
                out[v] = if clipped {
                    simd.max_f32s(sums[v], zero)
                } else {
                    sums[v]
                };
            }
        }
    }

    /// `ROWS` rows of the columns from `column` on, fewer than a vector.
    #[inline(always)]
    pub(super) fn edge<S: Simd, const ROWS: usize>(&mut self, simd: S, row: usize, column: usize) {
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
    pub(super) fn dots<S: Simd>(self, simd: S, a: &[f32]) {
        let start = match self.start {
            Start::Zero | Start::Result => 0.0,
            Start::Bias(bias) => bias[0],
        };
        for (a, out) in a.chunks_exact(self.k.max(1)).zip(self.c.iter_mut()) {
            let total = start + dot(simd, a, self.b);
            *out = if self.relu { total.max(0.0) } else { total };
        }
    }
}

/// The scalar product of two slices of one length.
#[inline(always)]
pub(crate) fn dot<S: Simd>(simd: S, a: &[f32], b: &[f32]) -> f32 {
    let (a, a_rest) = S::as_simd_f32s(a);
    let (b, b_rest) = S::as_simd_f32s(b);
    let mut sum = simd.splat_f32s(0.0);
    for (&x, &y) in a.iter().zip(b) {
        sum = simd.mul_add_e_f32s(x, y, sum);
    }
    let rest: f32 = a_rest.iter().zip(b_rest).map(|(x, y)| x * y).sum();
    simd.reduce_sum_f32s(sum) + rest
}

/// `VECTORS` vectors from the beginning of `slice`.
#[inline(always)]
pub(super) fn load<S: Simd, const VECTORS: usize>(simd: S, slice: &[f32]) -> [S::f32s; VECTORS] {
    let mut vectors = [simd.splat_f32s(0.0); VECTORS];
    vectors.copy_from_slice(&S::as_simd_f32s(slice).0[..VECTORS]);
    vectors
}
