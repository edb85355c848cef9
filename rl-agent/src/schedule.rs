//! Quantities that change as training goes on: epsilon, the learning rate.

use serde::{Deserialize, Serialize};

use crate::config::{ConfigError, check};

/// A value for every step. Steps are environment steps.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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
    /// From `from` along half a cosine wave to `to` over the first `over` steps, then `to` (Loshchilov and Hutter, "SGDR",
    /// 2017, without restarts).
    Cosine {
        /// Value at step 0.
        from: f64,
        /// Value from step `over` on.
        to: f64,
        /// Length of the way, in steps.
        over: u64,
    },
    /// Straight lines between points `(step, value)` in ascending order of steps; the first value before the first point,
    /// the last one after the last.
    Piecewise(Vec<(u64, f64)>),
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
            Self::Cosine { from, to, over } => {
                let wave = (std::f64::consts::PI * part(over)).cos();
                to + (from - to) * 0.5 * (1.0 + wave)
            }
            Self::Piecewise(ref points) => {
                let next = points.partition_point(|&(at, _)| at <= step);
                let value = |index: usize| points.get(index).map_or(f64::NAN, |point| point.1);
                if next == 0 || next == points.len() {
                    return value(next.saturating_sub(1));
                }
                let (from, to) = (points[next - 1].0, points[next].0);
                let part = (step - from) as f64 / (to - from) as f64;
                value(next - 1) + (value(next) - value(next - 1)) * part
            }
        }
    }

    /// The lowest and the highest value.
    pub fn range(&self) -> (f64, f64) {
        match *self {
            Self::Constant(value) => (value, value),
            Self::Linear { from, to, .. }
            | Self::Exponential { from, to, .. }
            | Self::Cosine { from, to, .. } => (from.min(to), from.max(to)),
            Self::Piecewise(ref points) => points
                .iter()
                .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), point| {
                    (low.min(point.1), high.max(point.1))
                }),
        }
    }

    /// Whether every value is within `holds`, in words `expected`.
    pub(crate) fn validate(
        &self,
        field: &'static str,
        holds: impl Fn(f64) -> bool,
        expected: &str,
    ) -> Result<(), ConfigError> {
        let values = match self {
            Self::Constant(value) => vec![*value],
            Self::Linear { from, to, .. } | Self::Cosine { from, to, .. } => vec![*from, *to],
            Self::Exponential { from, to, .. } => {
                check(*from > 0.0 && *to > 0.0).or(
                    field,
                    &format!("exponential from {from} to {to}"),
                    "both ends above 0",
                )?;
                vec![*from, *to]
            }
            Self::Piecewise(points) => {
                let ascending = points.windows(2).all(|pair| pair[0].0 < pair[1].0);
                check(!points.is_empty() && ascending).or(
                    field,
                    &format!("piecewise {points:?}"),
                    "one or more points in ascending order of steps",
                )?;
                points.iter().map(|point| point.1).collect()
            }
        };
        values
            .into_iter()
            .try_for_each(|value| check(holds(value)).or(field, &value, expected))
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
        let cosine = Schedule::Cosine {
            from: 1.0,
            to: 0.0,
            over: 10,
        };
        assert!((cosine.at(5) - 0.5).abs() < 1e-12 && cosine.at(1) > 0.97);
        assert_eq!((cosine.at(0), cosine.at(10)), (1.0, 0.0));
        let piecewise = Schedule::Piecewise(vec![(10, 1.0), (20, 3.0), (30, 2.0)]);
        assert_eq!(
            [0, 10, 15, 20, 25, 30, 99].map(|step| piecewise.at(step)),
            [1.0, 1.0, 2.0, 3.0, 2.5, 2.0, 2.0]
        );
        assert_eq!(piecewise.range(), (1.0, 3.0));
    }

    #[test]
    fn nonsense_is_refused() {
        let refused = |schedule: Schedule| {
            let holds = |value: f64| (0.0..=1.0).contains(&value);
            let error = schedule.validate("epsilon", holds, "a number in [0, 1]");
            error.unwrap_err().to_string()
        };
        assert!(refused(Schedule::Piecewise(vec![])).contains("one or more points"));
        assert!(refused(Schedule::Piecewise(vec![(5, 0.0), (5, 1.0)])).contains("ascending"));
        assert!(refused(Schedule::Piecewise(vec![(0, f64::NAN)])).contains("[0, 1]"));
        assert!(refused(Schedule::Constant(2.0)).starts_with("epsilon = 2 "));
        let exponential = Schedule::Exponential {
            from: 1.0,
            to: 0.0,
            over: 5,
        };
        assert!(refused(exponential).contains("both ends above 0"));
    }
}
