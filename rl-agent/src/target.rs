//! How the target network follows the one that learns.

use ndarray::{ArrayView1, ArrayViewMut1};
use serde::{Deserialize, Serialize};

use crate::config::{ConfigError, check};

/// How the target network follows the online network.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum TargetUpdate {
    /// A copy every so many updates (Mnih et al., 2015).
    Hard {
        /// Updates between two copies.
        every: u64,
    },
    /// At every update a step of `tau` towards it (Lillicrap et al., "Continuous control with deep reinforcement
    /// learning", 2016).
    Soft {
        /// Length of the step, in (0, 1].
        tau: f64,
    },
}

/// Which of the two networks the greedy policy plays with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlayWith {
    /// The one that learns.
    Online,
    /// The target network; averaged over many updates it plays more evenly.
    Target,
}

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
