//! The gradient of biases, and what a ReLU does on the way back.

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

#[cfg(test)]
mod tests {
    use super::*;

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
