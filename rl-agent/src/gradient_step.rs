//! The end of an update: from a gradient to moved networks.

use ndarray::ArrayViewMut1;
use pulp::Arch;

use crate::agent::NonFinite;
use crate::nn::{OptimizerState, clip_by_global_norm};
use crate::target::TargetUpdate;

/// How a gradient is gone down.
pub(crate) struct GradientStep<'a> {
    /// Steps taken in training so far.
    pub(crate) step: u64,
    /// Number of this update, from 1.
    pub(crate) update: u64,
    pub(crate) learning_rate: f64,
    pub(crate) max_gradient_norm: Option<f32>,
    pub(crate) optimizer: &'a mut OptimizerState,
    pub(crate) target: TargetUpdate,
}

impl GradientStep<'_> {
    /// Clips `gradient`, moves the weights of the online network against it and lets the target network follow. Returns the
    /// norm of the gradient before it was clipped.
    ///
    /// # Errors
    /// If the loss or the norm is not finite; the networks are then as before.
    pub(crate) fn take(
        self,
        loss: f32,
        mut gradient: ArrayViewMut1<'_, f32>,
        mut online: ArrayViewMut1<'_, f32>,
        target: ArrayViewMut1<'_, f32>,
    ) -> Result<f32, NonFinite> {
        let norm = clip_by_global_norm(gradient.view_mut(), self.max_gradient_norm);
        for (what, value) in [("the loss", loss), ("the gradient norm", norm)] {
            if !value.is_finite() {
                let step = self.step;
                return Err(NonFinite { what, value, step });
            }
        }
        let (weights, gradient) = (online.view_mut(), gradient.view());
        self.optimizer
            .update(weights, gradient, self.learning_rate, Arch::new());
        self.target.follow(self.update, target, online.view());
        Ok(norm)
    }
}
