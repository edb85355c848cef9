//! The return as a distribution over fixed values (Bellemare et al., "A distributional perspective on reinforcement
//! learning", 2017).

use serde::{Deserialize, Serialize};

use crate::config::{ConfigError, check};

/// The values that a return can have: `atoms` of them, evenly from `low` to `high`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Categorical {
    /// Number of values; the paper's is 51.
    pub atoms: usize,
    /// The lowest.
    #[serde(serialize_with = "crate::short_float::serialize")]
    pub low: f32,
    /// The highest.
    #[serde(serialize_with = "crate::short_float::serialize")]
    pub high: f32,
}

impl Categorical {
    pub(super) fn validate(&self) -> Result<(), ConfigError> {
        check((2..=1_001).contains(&self.atoms)).or(
            "categorical.atoms",
            &self.atoms,
            "2..=1001",
        )?;
        check(self.low.is_finite() && self.high.is_finite() && self.low < self.high).or(
            "categorical.low",
            &self.low,
            &format!("a number below categorical.high ({})", self.high),
        )
    }

    fn step(&self) -> f32 {
        (self.high - self.low) / (self.atoms - 1) as f32
    }

    /// The value of an atom.
    pub fn value(&self, atom: usize) -> f32 {
        self.low + atom as f32 * self.step()
    }

    /// The mean of the distribution with these logits.
    pub fn mean(&self, logits: &[f32]) -> f32 {
        let top = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let (mut mean, mut total) = (0.0, 0.0);
        for (atom, logit) in logits.iter().enumerate() {
            let weight = (logit - top).exp();
            total += weight;
            mean += weight * self.value(atom);
        }
        mean / total
    }

    /// The distribution of `reward + discount * return` for a return of the distribution `probabilities`, shared out
    /// between neighbouring atoms (the paper's algorithm 1).
    pub fn project(&self, probabilities: &[f32], reward: f32, discount: f32, out: &mut [f32]) {
        out.fill(0.0);
        for (atom, probability) in probabilities.iter().enumerate() {
            let value = (reward + discount * self.value(atom)).clamp(self.low, self.high);
            let place = (value - self.low) / self.step();
            let below = (place as usize).min(self.atoms - 2);
            let upper = place - below as f32;
            out[below] += probability * (1.0 - upper);
            out[below + 1] += probability * upper;
        }
    }
}

/// Turns logits into probabilities.
pub(super) fn softmax(logits: &[f32], out: &mut [f32]) {
    let top = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let mut total = 0.0;
    for (out, logit) in out.iter_mut().zip(logits) {
        *out = (logit - top).exp();
        total += *out;
    }
    out.iter_mut().for_each(|out| *out /= total);
}

/// Cross-entropy of `target` under the logits, less its least possible value (the entropy of `target`): the
/// Kullback-Leibler divergence. `slope` becomes its derivative by the logits.
pub(super) fn divergence(target: &[f32], logits: &[f32], slope: &mut [f32]) -> f32 {
    softmax(logits, slope);
    let mut sum = 0.0;
    for (slope, &target) in slope.iter_mut().zip(target) {
        if target > 0.0 {
            sum += target * (target.ln() - slope.max(f32::MIN_POSITIVE).ln());
        }
        *slope -= target;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Rng;

    const SUPPORT: Categorical = Categorical {
        atoms: 11,
        low: -1.0,
        high: 4.0,
    };

    #[test]
    fn projection_keeps_mass_and_mean() {
        let mut rng = Rng::new(1, 0);
        for _ in 0..200 {
            let logits: Vec<f32> = (0..11).map(|_| rng.normal() as f32).collect();
            let (mut before, mut after) = ([0.0; 11], [0.0; 11]);
            softmax(&logits, &mut before);
            let (reward, discount) = (rng.unit() as f32, 0.5);
            SUPPORT.project(&before, reward, discount, &mut after);
            assert!((after.iter().sum::<f32>() - 1.0).abs() < 1e-5);
            let mean = |p: &[f32; 11]| -> f32 {
                p.iter()
                    .enumerate()
                    .map(|(atom, p)| p * SUPPORT.value(atom))
                    .sum()
            };
            // Nothing is cut here: from -0.5 to 3.
            let want = reward + discount * SUPPORT.mean(&logits);
            assert!((mean(&after) - want).abs() < 1e-5);
            assert!((mean(&before) - SUPPORT.mean(&logits)).abs() < 1e-5);
        }
        let mut cut = [0.0; 11];
        SUPPORT.project(&[1.0 / 11.0; 11], 100.0, 1.0, &mut cut);
        assert!((cut[10] - 1.0).abs() < 1e-6);
        SUPPORT.project(&[1.0 / 11.0; 11], 0.75, 0.0, &mut cut);
        assert!((cut[3] - 0.5).abs() < 1e-6 && (cut[4] - 0.5).abs() < 1e-6);
    }

    #[test]
    fn slopes_agree_with_finite_differences() {
        let mut rng = Rng::new(2, 0);
        let mut logits: Vec<f32> = (0..11).map(|_| rng.normal() as f32).collect();
        let (mut target, mut slope, mut other) = ([0.0; 11], [0.0; 11], [0.0; 11]);
        let draws: Vec<f32> = (0..11).map(|_| rng.normal() as f32).collect();
        softmax(&draws, &mut target);
        let middle = divergence(&target, &logits, &mut slope);
        assert!(middle > 0.0);
        for atom in 0..11 {
            let (at, h) = (logits[atom], 1e-2);
            logits[atom] = at + h;
            let above = divergence(&target, &logits, &mut other);
            logits[atom] = at - h;
            let want = (above - divergence(&target, &logits, &mut other)) / (2.0 * h);
            logits[atom] = at;
            assert!(
                (slope[atom] - want).abs() < 1e-3,
                "{} for {want}",
                slope[atom]
            );
        }
        assert!(divergence(&target, &draws, &mut other).abs() < 1e-5);
    }
}
