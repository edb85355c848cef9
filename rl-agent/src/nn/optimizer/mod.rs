//! Optimisers and gradient clipping.

mod pass;
#[cfg(test)]
mod tests;

use ndarray::{Array1, ArrayView1, ArrayViewMut1};
use pulp::{Arch, Simd, WithSimd};
use serde::{Deserialize, Serialize};

use self::pass::{Pass, Rule};
use crate::config::{ConfigError, check};

/// Which optimiser moves the parameters.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Optimizer {
    /// Adam (Kingma and Ba, "Adam: a method for stochastic optimization", 2015).
    Adam {
        /// Decay of the mean gradient, in [0, 1).
        #[serde(serialize_with = "crate::short_float::serialize")]
        beta1: f32,
        /// Decay of the mean squared gradient, in [0, 1).
        #[serde(serialize_with = "crate::short_float::serialize")]
        beta2: f32,
        /// Added to the root of the mean squared gradient; above 0.
        #[serde(serialize_with = "crate::short_float::serialize")]
        epsilon: f32,
    },
    /// Adam with weight decay apart from the gradient (Loshchilov and Hutter, "Decoupled weight decay regularization",
    /// 2019).
    AdamW {
        /// Decay of the mean gradient, in [0, 1).
        #[serde(serialize_with = "crate::short_float::serialize")]
        beta1: f32,
        /// Decay of the mean squared gradient, in [0, 1).
        #[serde(serialize_with = "crate::short_float::serialize")]
        beta2: f32,
        /// Added to the root of the mean squared gradient; above 0.
        #[serde(serialize_with = "crate::short_float::serialize")]
        epsilon: f32,
        /// Part of each parameter that a learning rate of 1 would take away.
        #[serde(serialize_with = "crate::short_float::serialize")]
        weight_decay: f32,
    },
    /// The gradient over the root of its mean square (Tieleman and Hinton, "Lecture 6.5", 2012).
    RmsProp {
        /// Decay of the mean squared gradient, in [0, 1).
        #[serde(serialize_with = "crate::short_float::serialize")]
        decay: f32,
        /// Added to the root; above 0.
        #[serde(serialize_with = "crate::short_float::serialize")]
        epsilon: f32,
    },
    /// Stochastic gradient descent (Robbins and Monro, "A stochastic approximation method", 1951), with heavy-ball momentum
    /// (Polyak, "Some methods of speeding up the convergence of iteration methods", 1964) if above 0.
    Sgd {
        /// Decay of the sum of past gradients, in [0, 1).
        #[serde(serialize_with = "crate::short_float::serialize")]
        momentum: f32,
    },
}

impl Default for Optimizer {
    fn default() -> Self {
        Self::Adam {
            beta1: 0.9,
            beta2: 0.999,
            epsilon: 1e-8,
        }
    }
}

impl Optimizer {
    /// Whether the settings make sense.
    ///
    /// # Errors
    /// Names the first field that does not, with its allowed range.
    pub fn validate(&self) -> Result<(), ConfigError> {
        let decay = |field, value: f32| {
            check((0.0..1.0).contains(&value)).or(field, &value, "a number in [0, 1)")
        };
        let positive = |field, value: f32| {
            check(value > 0.0 && value.is_finite()).or(field, &value, "a positive number")
        };
        match *self {
            Self::Adam {
                beta1,
                beta2,
                epsilon,
            } => {
                decay("optimizer.adam.beta1", beta1)?;
                decay("optimizer.adam.beta2", beta2)?;
                positive("optimizer.adam.epsilon", epsilon)
            }
            Self::AdamW {
                beta1,
                beta2,
                epsilon,
                weight_decay,
            } => {
                decay("optimizer.adam_w.beta1", beta1)?;
                decay("optimizer.adam_w.beta2", beta2)?;
                positive("optimizer.adam_w.epsilon", epsilon)?;
                check(weight_decay >= 0.0 && weight_decay.is_finite()).or(
                    "optimizer.adam_w.weight_decay",
                    &weight_decay,
                    "0 or a positive number",
                )
            }
            Self::RmsProp { decay: d, epsilon } => {
                decay("optimizer.rms_prop.decay", d)?;
                positive("optimizer.rms_prop.epsilon", epsilon)
            }
            Self::Sgd { momentum } => decay("optimizer.sgd.momentum", momentum),
        }
    }
}

/// An optimiser at work: its settings and what it remembers of past gradients.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OptimizerState {
    kind: Optimizer,
    step: u64,
    /// Mean gradient (Adam) or sum of gradients (momentum); empty if not needed.
    first: Array1<f32>,
    /// Mean squared gradient; empty if not needed.
    second: Array1<f32>,
}

impl OptimizerState {
    /// At rest, for `parameters` parameters.
    pub fn new(kind: Optimizer, parameters: usize) -> Self {
        let (first, second) = match kind {
            Optimizer::Adam { .. } | Optimizer::AdamW { .. } => (parameters, parameters),
            Optimizer::RmsProp { .. } => (0, parameters),
            Optimizer::Sgd { momentum } if momentum > 0.0 => (parameters, 0),
            Optimizer::Sgd { .. } => (0, 0),
        };
        Self {
            kind,
            step: 0,
            first: Array1::zeros(first),
            second: Array1::zeros(second),
        }
    }

    /// Its settings.
    pub fn kind(&self) -> Optimizer {
        self.kind
    }

    /// Number of updates made.
    pub fn steps(&self) -> u64 {
        self.step
    }

    /// Moves `parameters` against `gradient`.
    ///
    /// # Panics
    /// If a length is not the one that `self` was made for, or an array is not contiguous.
    pub fn update(
        &mut self,
        mut parameters: ArrayViewMut1<'_, f32>,
        gradient: ArrayView1<'_, f32>,
        learning_rate: f64,
        arch: Arch,
    ) {
        assert_eq!(gradient.len(), parameters.len(), "length of the gradient");
        for moments in [&self.first, &self.second] {
            assert!(
                moments.is_empty() || moments.len() == parameters.len(),
                "number of parameters"
            );
        }
        self.step += 1;
        let parameters = parameters.as_slice_mut().expect("contiguous parameters");
        let gradient = gradient.to_slice().expect("a contiguous gradient");
        let first = self.first.as_slice_mut().expect("one contiguous array");
        let second = self.second.as_slice_mut().expect("one contiguous array");
        let rate = learning_rate as f32;
        let rule = match self.kind {
            Optimizer::Adam {
                beta1,
                beta2,
                epsilon,
            }
            | Optimizer::AdamW {
                beta1,
                beta2,
                epsilon,
                ..
            } => {
                let keep = match self.kind {
                    Optimizer::AdamW { weight_decay, .. } => 1.0 - rate * weight_decay,
                    _ => 1.0,
                };
                // In f64: 1 - beta2^t of the first steps has few correct digits in f32.
                let age = self.step.min(1 << 20) as i32;
                let correction1 = 1.0 - f64::from(beta1).powi(age);
                let correction2 = 1.0 - f64::from(beta2).powi(age);
                Rule::Adam {
                    beta1,
                    beta2,
                    epsilon,
                    keep,
                    rate: (learning_rate / correction1) as f32,
                    scale: (1.0 / correction2.sqrt()) as f32,
                }
            }
            Optimizer::RmsProp { decay, epsilon } => Rule::RmsProp {
                decay,
                epsilon,
                rate,
            },
            Optimizer::Sgd { momentum: 0.0 } => Rule::Sgd { rate },
            Optimizer::Sgd { momentum } => Rule::Momentum { momentum, rate },
        };
        arch.dispatch(Pass {
            rule,
            parameters,
            gradient,
            first,
            second,
        });
    }
}

/// Scales `gradient` down to the Euclidean norm `limit` if it is longer (Pascanu et al., "On the difficulty of training
/// recurrent neural networks", 2013). Returns its norm before that.
pub fn clip_by_global_norm(mut gradient: ArrayViewMut1<'_, f32>, limit: Option<f32>) -> f32 {
    let (arch, slice) = (Arch::new(), gradient.as_slice_mut());
    let slice = slice.expect("a contiguous gradient");
    let norm = arch.dispatch(SquaredNorm(slice)).sqrt();
    if let Some(limit) = limit
        && norm > limit
    {
        arch.dispatch(Scaled(slice, limit / norm));
    }
    norm
}

/// Every number of a slice times another.
struct Scaled<'a>(&'a mut [f32], f32);

impl WithSimd for Scaled<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _simd: S) {
        for x in self.0 {
            *x *= self.1;
        }
    }
}

/// The sum of the squares of a slice.
struct SquaredNorm<'a>(&'a [f32]);

impl WithSimd for SquaredNorm<'_> {
    type Output = f32;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> f32 {
        let (vectors, rest) = S::as_simd_f32s(self.0);
        // Four partial sums, so that the additions do not wait for each other.
        let (fours, ones) = vectors.as_chunks::<4>();
        let mut sums = [simd.splat_f32s(0.0); 4];
        for four in fours {
            for (sum, &x) in sums.iter_mut().zip(four) {
                *sum = simd.mul_add_e_f32s(x, x, *sum);
            }
        }
        for &x in ones {
            sums[0] = simd.mul_add_e_f32s(x, x, sums[0]);
        }
        let [a, b, c, d] = sums;
        let sum = simd.add_f32s(simd.add_f32s(a, b), simd.add_f32s(c, d));
        let tail: f32 = rest.iter().map(|x| x * x).sum();
        simd.reduce_sum_f32s(sum) + tail
    }
}
