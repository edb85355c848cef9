//! What there is on the way back beside matrix products.

use pulp::{Arch, Simd, WithSimd};

/// Adds up the derivatives of a layer over the rows of the batch, which makes the gradient of its biases; before that, if
/// it is followed by a ReLU, takes away those of outputs that were not above zero.
pub(super) struct Biases<'a> {
    /// Derivative of the loss by each output, row after row.
    pub(super) derivatives: &'a mut [f32],
    /// What a ReLU put out, in the same order.
    pub(super) relu: Option<&'a [f32]>,
    /// Is added to.
    pub(super) gradient: &'a mut [f32],
}

impl Biases<'_> {
    pub(super) fn run(self, arch: Arch) {
        arch.dispatch(self);
    }
}

impl WithSimd for Biases<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self {
            derivatives,
            relu,
            gradient,
        } = self;
        let width = gradient.len();
        match relu {
            Some(outputs) => {
                for (row, outputs) in derivatives
                    .chunks_exact_mut(width)
                    .zip(outputs.chunks_exact(width))
                {
                    let_through(simd, row, outputs, gradient);
                }
            }
            None => {
                for row in derivatives.chunks_exact(width) {
                    gradient.iter_mut().zip(row).for_each(|(sum, d)| *sum += d);
                }
            }
        }
    }
}

/// A row of derivatives where the outputs are above zero, and added to the sums. In vectors by hand: the compiler stores
/// only what changes, and waits for that to add it.
#[inline(always)]
fn let_through<S: Simd>(simd: S, row: &mut [f32], outputs: &[f32], sums: &mut [f32]) {
    let zero = simd.splat_f32s(0.0);
    let (row, row_rest) = S::as_mut_simd_f32s(row);
    let (outputs, outputs_rest) = S::as_simd_f32s(outputs);
    let (sums, sums_rest) = S::as_mut_simd_f32s(sums);
    for ((d, &y), sum) in row.iter_mut().zip(outputs).zip(sums) {
        let kept = simd.select_f32s(simd.less_than_f32s(zero, y), *d, zero);
        *d = kept;
        *sum = simd.add_f32s(*sum, kept);
    }
    for ((d, &y), sum) in row_rest.iter_mut().zip(outputs_rest).zip(sums_rest) {
        let kept = if y > 0.0 { *d } else { 0.0 };
        *d = kept;
        *sum += kept;
    }
}

/// The way back through a last layer of which few outputs matter: the loss of a minibatch depends on the value of one
/// action a row. The result is that of the two matrix products, bit for bit, since what is left out is multiplied by zero.
pub(super) struct Sparse<'a> {
    pub(super) inputs: usize,
    pub(super) outputs: usize,
    /// What went into the layer.
    pub(super) below: &'a [f32],
    /// Derivative of the loss by what came out.
    pub(super) upper: &'a [f32],
    /// The weights, transposed: outputs x inputs.
    pub(super) weights: &'a [f32],
    /// Their gradient, transposed; is added to.
    pub(super) gradient: &'a mut [f32],
    /// Becomes the derivative by what went in, if that is asked for.
    pub(super) lower: Option<&'a mut [f32]>,
}

impl Sparse<'_> {
    /// Whether so few of the derivatives by the outputs are not zero that this way is the shorter one.
    pub(super) fn pays(outputs: usize, upper: &[f32]) -> bool {
        let busy: u32 = upper.iter().map(|&d| u32::from(d != 0.0)).sum();
        outputs >= 8 && 8 * busy as usize <= upper.len()
    }

    pub(super) fn run(self, arch: Arch) {
        assert_eq!(self.weights.len(), self.inputs * self.outputs, "weights");
        assert_eq!(self.gradient.len(), self.weights.len(), "gradient");
        arch.dispatch(self);
    }
}

impl WithSimd for Sparse<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        let rows = self.upper.chunks_exact(self.outputs);
        for (row, (upper, below)) in rows.zip(self.below.chunks_exact(self.inputs)).enumerate() {
            let mut lower = match &mut self.lower {
                Some(lower) => Some(&mut lower[row * self.inputs..][..self.inputs]),
                None => None,
            };
            if let Some(lower) = &mut lower {
                lower.fill(0.0);
            }
            for (output, &d) in upper.iter().enumerate() {
                if d != 0.0 {
                    let weights = output * self.inputs..(output + 1) * self.inputs;
                    add_scaled(simd, d, below, &mut self.gradient[weights.clone()]);
                    if let Some(lower) = &mut lower {
                        add_scaled(simd, d, &self.weights[weights], lower);
                    }
                }
            }
        }
    }
}

/// `to += factor * from`, with the same roundings as the matrix product has.
#[inline(always)]
fn add_scaled<S: Simd>(simd: S, factor: f32, from: &[f32], to: &mut [f32]) {
    let factor = simd.splat_f32s(factor);
    let (from, from_rest) = S::as_simd_f32s(from);
    let (to, to_rest) = S::as_mut_simd_f32s(to);
    for (to, &from) in to.iter_mut().zip(from) {
        *to = simd.mul_add_e_f32s(factor, from, *to);
    }
    let (from, to) = (
        simd.partial_load_f32s(from_rest),
        simd.partial_load_f32s(to_rest),
    );
    simd.partial_store_f32s(to_rest, simd.mul_add_e_f32s(factor, from, to));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nn::kernel::{Left, Product, Start, transpose};
    use crate::rng::Rng;

    fn random(rng: &mut Rng, len: usize) -> Vec<f32> {
        (0..len).map(|_| rng.normal() as f32).collect()
    }

    fn product(m: usize, k: usize, n: usize, a: Left<'_>, b: &[f32]) -> Vec<f32> {
        let mut c = vec![0.0; m * n];
        let (start, relu, result) = (Start::Zero, false, &mut c[..]);
        Product {
            m,
            k,
            n,
            a,
            b,
            start,
            relu,
            c: result,
        }
        .run(Arch::new());
        c
    }

    #[test]
    fn leaving_out_zeros_changes_no_bit() {
        let mut rng = Rng::new(5, 0);
        for (rows, inputs, outputs) in [(1, 3, 8), (37, 64, 40), (64, 37, 17)] {
            let below = random(&mut rng, rows * inputs);
            let weights = random(&mut rng, inputs * outputs);
            let mut upper = vec![0.0; rows * outputs];
            for row in upper.chunks_exact_mut(outputs) {
                // Some rows have two, some none.
                row[rng.below(outputs)] = rng.normal() as f32;
                row[rng.below(outputs)] = if rng.below(3) == 0 { 0.5 } else { 0.0 };
            }
            let mut transposed = vec![0.0; weights.len()];
            transpose(&weights, outputs, &mut transposed);
            let (mut gradient, mut put) = (vec![0.0; weights.len()], vec![1.0; weights.len()]);
            let mut lower = vec![1.0; rows * inputs];
            Sparse {
                inputs,
                outputs,
                below: &below,
                upper: &upper,
                weights: &transposed,
                gradient: &mut gradient,
                lower: Some(&mut lower),
            }
            .run(Arch::new());
            transpose(&gradient, inputs, &mut put);
            let expected = product(inputs, rows, outputs, Left::Columns(&below), &upper);
            assert_eq!(put, expected);
            let expected = product(rows, outputs, inputs, Left::Rows(&upper), &transposed);
            assert_eq!(lower, expected);
        }
    }

    #[test]
    fn it_pays_where_most_is_zero() {
        let mut upper = vec![0.0; 16];
        assert!(Sparse::pays(8, &upper) && !Sparse::pays(4, &upper));
        upper[..2].fill(1.0);
        assert!(Sparse::pays(8, &upper));
        upper[2] = -1.0;
        assert!(!Sparse::pays(8, &upper));
    }

    #[test]
    fn biases_are_sums_of_what_a_relu_let_through() {
        let mut derivatives = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
        let mut gradient = [9.0, 0.0, 0.0];
        Biases {
            derivatives: &mut derivatives,
            relu: Some(&[1.0, 0.0, 2.0, 0.0, 3.0, 4.0]),
            gradient: &mut gradient,
        }
        .run(Arch::new());
        assert_eq!(derivatives, [1.0, 0.0, 3.0, 0.0, 5.0, 6.0]);
        assert_eq!(gradient, [10.0, 5.0, 9.0]);
    }
}
