//! Losses of one prediction against one target.

use serde::{Deserialize, Serialize};

use crate::config::{ConfigError, check};

/// How far off a prediction is.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Loss {
    /// Half the squared error.
    Squared,
    /// Huber's loss: squared up to `delta`, linear beyond (Huber, "Robust estimation of a location parameter", 1964).
    /// Its gradient never exceeds `delta`, so one surprising reward does not tear the network apart.
    Huber {
        /// Where the parabola ends; above 0.
        #[serde(serialize_with = "crate::short_float::serialize")]
        delta: f32,
    },
}

impl Default for Loss {
    fn default() -> Self {
        Self::Huber { delta: 1.0 }
    }
}

impl Loss {
    /// Whether the settings make sense.
    ///
    /// # Errors
    /// Names the field that does not, with its allowed range.
    pub fn validate(&self) -> Result<(), ConfigError> {
        match *self {
            Self::Squared => Ok(()),
            Self::Huber { delta } => check(delta > 0.0 && delta.is_finite()).or(
                "loss.huber.delta",
                &delta,
                "a positive number",
            ),
        }
    }

    /// The loss of an error `prediction - target`, and its derivative by the prediction.
    pub fn of(self, error: f32) -> (f32, f32) {
        match self {
            Self::Huber { delta } if error.abs() > delta => {
                (delta * (error.abs() - 0.5 * delta), delta * error.signum())
            }
            _ => (0.5 * error * error, error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derivatives_agree_with_finite_differences() {
        for loss in [
            Loss::Squared,
            Loss::Huber { delta: 1.0 },
            Loss::Huber { delta: 0.3 },
        ] {
            for error in [-5.0f32, -0.7, -0.1, 0.0, 0.2, 0.9, 3.0] {
                let h = 1e-2;
                let slope = (loss.of(error + h).0 - loss.of(error - h).0) / (2.0 * h);
                assert!(
                    (slope - loss.of(error).1).abs() < 1e-2,
                    "{loss:?} at {error}"
                );
            }
        }
    }

    #[test]
    fn huber_is_squared_near_zero_and_linear_far_away() {
        let huber = Loss::Huber { delta: 2.0 };
        assert_eq!(huber.of(1.0), Loss::Squared.of(1.0));
        assert_eq!(huber.of(10.0), (2.0 * 9.0, 2.0));
        assert_eq!(huber.of(-10.0), (2.0 * 9.0, -2.0));
    }
}
