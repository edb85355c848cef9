//! How the target network follows the one that learns.

use ndarray::{ArrayView1, ArrayViewMut1};

use crate::afterstate_dqn::TargetUpdate;
use crate::config::{ConfigError, check};

impl TargetUpdate {
    pub(crate) fn validate(&self) -> Result<(), ConfigError> {
        match *self {
            Self::Hard { every } => check(every >= 1).or("target.hard.every", &every, "at least 1"),
            Self::Soft { tau } => {
                check(tau > 0.0 && tau <= 1.0).or("target.soft.tau", &tau, "in (0, 1]")
            }
        }
    }

    /// Moves `target` after the update with this number, from 1.
    pub(crate) fn follow(
        self,
        update: u64,
        mut target: ArrayViewMut1<'_, f32>,
        online: ArrayView1<'_, f32>,
    ) {
        match self {
            Self::Hard { every } if update.is_multiple_of(every) => target.assign(&online),
            Self::Hard { .. } => {}
            Self::Soft { tau } => {
                let tau = tau as f32;
                target.zip_mut_with(&online, |t, &w| *t += tau * (w - *t));
            }
        }
    }
}
