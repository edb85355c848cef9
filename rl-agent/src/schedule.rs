//! Quantities that change as training goes on: epsilon, the learning rate.

use serde::{Deserialize, Serialize};

/// A value for every step. Steps are environment steps.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Schedule {
    /// Always the same.
    Constant(f64),
    /// From `from` in a straight line to `to` over the first `over` steps, then `to`.
    Linear {
        /// Value at step 0.
        from: f64,
        /// Value from step `over` on.
        to: f64,
        /// Length of the way, in steps.
        over: u64,
    },
    /// From `from` geometrically to `to` over the first `over` steps, then `to`. Both above 0.
    Exponential {
        /// Value at step 0.
        from: f64,
        /// Value from step `over` on.
        to: f64,
        /// Length of the way, in steps.
        over: u64,
    },
}

impl Schedule {
    /// The value at `step`.
    pub fn at(&self, step: u64) -> f64 {
        let part = |over: u64| {
            if over == 0 {
                1.0
            } else {
                (step as f64 / over as f64).min(1.0)
            }
        };
        match *self {
            Self::Constant(value) => value,
            Self::Linear { from, to, over } => from + (to - from) * part(over),
            Self::Exponential { from, to, over } => from * (to / from).powf(part(over)),
        }
    }

    /// The lowest and the highest value.
    pub fn range(&self) -> (f64, f64) {
        match *self {
            Self::Constant(value) => (value, value),
            Self::Linear { from, to, .. } | Self::Exponential { from, to, .. } => {
                (from.min(to), from.max(to))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_and_middle() {
        let linear = Schedule::Linear {
            from: 1.0,
            to: 0.5,
            over: 10,
        };
        assert_eq!(
            [0, 5, 10, 99].map(|step| linear.at(step)),
            [1.0, 0.75, 0.5, 0.5]
        );
        let exponential = Schedule::Exponential {
            from: 1.0,
            to: 0.01,
            over: 10,
        };
        assert!((exponential.at(5) - 0.1).abs() < 1e-12);
        assert_eq!(exponential.at(11), 0.01);
        assert_eq!(
            Schedule::Linear {
                from: 1.0,
                to: 0.5,
                over: 0
            }
            .at(0),
            0.5
        );
        assert_eq!(linear.range(), (0.5, 1.0));
    }
}
