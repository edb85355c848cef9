//! One pass over all parameters.

use pulp::{Simd, WithSimd};

/// Moments smaller than this become zero. The first moment of a weight whose gradient stays zero otherwise decays into
/// the denormal range and makes every pass over it many times slower.
const TINY: f32 = 1e-30;

/// What happens to each parameter in one update.
#[derive(Debug, Clone, Copy)]
pub(super) enum Rule {
    Adam {
        beta1: f32,
        beta2: f32,
        epsilon: f32,
        /// What the decay of weights leaves of each.
        keep: f32,
        rate: f32,
        scale: f32,
    },
    RmsProp {
        decay: f32,
        epsilon: f32,
        rate: f32,
    },
    Sgd {
        rate: f32,
    },
    Momentum {
        momentum: f32,
        rate: f32,
    },
}

/// One pass over all parameters. No closure, so that it is compiled for the CPU it is dispatched to.
pub(super) struct Pass<'a> {
    pub(super) rule: Rule,
    pub(super) parameters: &'a mut [f32],
    pub(super) gradient: &'a [f32],
    pub(super) first: &'a mut [f32],
    pub(super) second: &'a mut [f32],
}

impl WithSimd for Pass<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _simd: S) {
        let Self {
            rule,
            parameters,
            gradient,
            first,
            second,
        } = self;
        match rule {
            Rule::Adam {
                beta1,
                beta2,
                epsilon,
                keep,
                rate,
                scale,
            } => {
                for (((w, &g), m), v) in parameters.iter_mut().zip(gradient).zip(first).zip(second)
                {
                    *m = settle(beta1 * *m + (1.0 - beta1) * g);
                    *v = settle(beta2 * *v + (1.0 - beta2) * g * g);
                    *w = keep * *w - rate * *m / (v.sqrt() * scale + epsilon);
                }
            }
            Rule::RmsProp {
                decay,
                epsilon,
                rate,
            } => {
                for ((w, &g), v) in parameters.iter_mut().zip(gradient).zip(second) {
                    *v = settle(decay * *v + (1.0 - decay) * g * g);
                    *w -= rate * g / (v.sqrt() + epsilon);
                }
            }
            Rule::Sgd { rate } => {
                for (w, &g) in parameters.iter_mut().zip(gradient) {
                    *w -= rate * g;
                }
            }
            Rule::Momentum { momentum, rate } => {
                for ((w, &g), m) in parameters.iter_mut().zip(gradient).zip(first) {
                    *m = settle(momentum * *m + g);
                    *w -= rate * *m;
                }
            }
        }
    }
}

/// A moment, or zero instead of a tiny one.
#[inline(always)]
fn settle(moment: f32) -> f32 {
    if moment.abs() < TINY { 0.0 } else { moment }
}
