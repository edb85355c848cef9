//! Observations on one scale: shifted and scaled by what has been seen so far.

use serde::{Deserialize, Serialize};

/// Running mean and variance of every number of an observation (Welford, "Note on a method for calculating corrected sums
/// of squares and products", 1962).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Normalizer {
    count: u64,
    mean: Vec<f64>,
    /// Sum of squared distances from the mean.
    spread: Vec<f64>,
}

/// Normalised numbers further from zero are cut.
pub(crate) const LIMIT: f32 = 10.0;

impl Normalizer {
    /// Nothing seen yet: observations of `len` numbers pass unchanged but for the cut.
    pub fn new(len: usize) -> Self {
        Self {
            count: 0,
            mean: vec![0.0; len],
            spread: vec![0.0; len],
        }
    }

    /// Takes note of an observation.
    ///
    /// # Panics
    /// If it has another length.
    pub fn see(&mut self, observation: &[f32]) {
        assert_eq!(
            observation.len(),
            self.mean.len(),
            "length of the observation"
        );
        self.count += 1;
        let share = 1.0 / self.count as f64;
        let statistics = self.mean.iter_mut().zip(&mut self.spread);
        for (&x, (mean, spread)) in observation.iter().zip(statistics) {
            let distance = f64::from(x) - *mean;
            *mean += share * distance;
            *spread += distance * (f64::from(x) - *mean);
        }
    }

    /// Shift and scale of each number: what is used is `(x - shift) * scale`, cut to +-10.
    pub fn shift_and_scale(&self) -> impl Iterator<Item = (f32, f32)> {
        let seen = self.count.max(1) as f64;
        let statistics = self.mean.iter().zip(&self.spread);
        statistics.map(move |(&mean, &spread)| {
            let deviation = (spread / seen).sqrt();
            // A number that never changes is only shifted.
            let scale = if deviation > 1e-6 {
                1.0 / deviation
            } else {
                1.0
            };
            (mean as f32, scale as f32)
        })
    }

    /// Normalises rows of observations in place.
    pub fn apply(&self, rows: &mut [f32]) {
        for row in rows.chunks_exact_mut(self.mean.len()) {
            for (x, (shift, scale)) in row.iter_mut().zip(self.shift_and_scale()) {
                *x = ((*x - shift) * scale).clamp(-LIMIT, LIMIT);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Rng;

    #[test]
    fn what_was_seen_has_mean_zero_and_variance_one_afterwards() {
        let mut rng = Rng::new(1, 0);
        let mut rows: Vec<f32> = (0..3_000)
            .flat_map(|_| {
                let x = rng.normal() as f32;
                [100.0 + 3.0 * x, 0.01 * x, 7.0]
            })
            .collect();
        let mut normalizer = Normalizer::new(3);
        rows.chunks_exact(3).for_each(|row| normalizer.see(row));
        normalizer.apply(&mut rows);
        for index in 0..2 {
            let column = || rows[index..].iter().step_by(3).map(|&x| f64::from(x));
            let mean = column().sum::<f64>() / 3_000.0;
            let variance = column().map(|x| x * x).sum::<f64>() / 3_000.0;
            assert!(
                mean.abs() < 1e-3 && (variance - 1.0).abs() < 1e-2,
                "{mean} {variance}"
            );
        }
        assert!(rows[2..].iter().step_by(3).all(|&x| x == 0.0));
        let mut far = [1e9, 0.0, 7.0];
        normalizer.apply(&mut far);
        assert_eq!(far[0], LIMIT);
    }
}
