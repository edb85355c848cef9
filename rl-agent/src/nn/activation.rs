//! What stands between two linear layers.

use serde::{Deserialize, Serialize};

/// A function applied to every output of a hidden layer.
///
/// All of them have derivatives that follow from their own output, so that a forward pass keeps
/// nothing else.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Activation {
    /// max(x, 0).
    #[default]
    Relu,
    /// x above zero, 0.01 x below.
    LeakyRelu,
    /// x above zero, exp(x) - 1 below (Clevert et al., "Fast and accurate deep network learning by
    /// exponential linear units", 2016).
    Elu,
    /// The hyperbolic tangent.
    Tanh,
}

impl Activation {
    /// Applies it in place.
    pub(super) fn apply(self, values: &mut [f32]) {
        match self {
            Self::Relu => values.iter_mut().for_each(|x| *x = x.max(0.0)),
            Self::LeakyRelu => values.iter_mut().for_each(|x| *x = x.max(0.01 * *x)),
            Self::Elu => values
                .iter_mut()
                .for_each(|x| *x = if *x > 0.0 { *x } else { x.exp_m1() }),
            Self::Tanh => values.iter_mut().for_each(|x| *x = x.tanh()),
        }
    }

    /// Multiplies each of `derivatives` by the slope at the place where the function gave the same
    /// element of `outputs`.
    pub(super) fn chain(self, derivatives: &mut [f32], outputs: &[f32]) {
        let pairs = derivatives.iter_mut().zip(outputs);
        match self {
            Self::Relu => pairs.for_each(|(d, &y)| *d = if y > 0.0 { *d } else { 0.0 }),
            Self::LeakyRelu => pairs.for_each(|(d, &y)| *d *= if y > 0.0 { 1.0 } else { 0.01 }),
            Self::Elu => pairs.for_each(|(d, &y)| *d *= if y > 0.0 { 1.0 } else { y + 1.0 }),
            Self::Tanh => pairs.for_each(|(d, &y)| *d *= 1.0 - y * y),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slopes_agree_with_finite_differences() {
        for activation in [
            Activation::Relu,
            Activation::LeakyRelu,
            Activation::Elu,
            Activation::Tanh,
        ] {
            for x in [-2.0f32, -0.5, -0.1, 0.1, 0.4, 3.0] {
                let (h, mut y) = (1e-2, [x, x + 1e-2, x - 1e-2]);
                activation.apply(&mut y);
                let mut slope = [1.0];
                activation.chain(&mut slope, &y[..1]);
                let want = (y[1] - y[2]) / (2.0 * h);
                assert!((slope[0] - want).abs() < 1e-3, "{activation:?} at {x}");
            }
        }
    }
}
