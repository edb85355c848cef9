//! What a number of episodes says about a policy.

use serde::{Deserialize, Serialize};

/// One episode played.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Game {
    /// The environment's first measure at the end (Tetris: lines), or the reward if it has none.
    pub score: f64,
    /// Undiscounted sum of rewards.
    pub reward: f64,
    /// Steps taken.
    pub steps: u64,
    /// Whether the rules ended it; false if it was cut.
    pub terminated: bool,
}

/// The episodes of an evaluation, in the order of their seeds.
#[derive(Debug, Clone, PartialEq)]
pub struct Evaluation {
    /// Each episode.
    pub games: Vec<Game>,
    /// Wall-clock seconds it took.
    pub seconds: f64,
}

impl Evaluation {
    /// Mean score; NaN without games.
    pub fn mean(&self) -> f64 {
        self.scores().sum::<f64>() / self.games.len() as f64
    }

    /// Median score; NaN without games.
    pub fn median(&self) -> f64 {
        let mut scores: Vec<f64> = self.scores().collect();
        scores.sort_by(f64::total_cmp);
        match scores.len() {
            0 => f64::NAN,
            n => (scores[(n - 1) / 2] + scores[n / 2]) / 2.0,
        }
    }

    /// Lowest score; infinity without games.
    pub fn min(&self) -> f64 {
        self.scores().fold(f64::INFINITY, f64::min)
    }

    /// Highest score; negative infinity without games.
    pub fn max(&self) -> f64 {
        self.scores().fold(f64::NEG_INFINITY, f64::max)
    }

    /// 95 % confidence interval of the mean by Student's t distribution; NaN with fewer than two games.
    pub fn ci95(&self) -> (f64, f64) {
        let n = self.games.len() as f64;
        let mean = self.mean();
        let variance = self
            .scores()
            .map(|score| (score - mean).powi(2))
            .sum::<f64>()
            / (n - 1.0);
        let half = student_t_975(n - 1.0) * (variance / n).sqrt();
        (mean - half, mean + half)
    }

    /// Episodes that the rules ended.
    pub fn deaths(&self) -> u64 {
        self.games.iter().filter(|game| game.terminated).count() as u64
    }

    /// All scores together for each death: an unbiased figure also when games were cut. None if nobody died.
    pub fn score_per_death(&self) -> Option<f64> {
        let deaths = self.deaths();
        (deaths > 0).then(|| self.scores().sum::<f64>() / deaths as f64)
    }

    /// 95 % confidence interval of [`score_per_death`](Self::score_per_death), as if an episode were in the same danger
    /// at any time, which makes the number of deaths a Poisson variable; None if nobody died.
    pub fn score_per_death_ci95(&self) -> Option<(f64, f64)> {
        let (deaths, total) = (self.deaths(), self.scores().sum::<f64>());
        (deaths > 0).then(|| {
            let fewest = poisson_mean(deaths - 1, 0.975);
            let most = poisson_mean(deaths, 0.025);
            (total / most, total / fewest)
        })
    }

    /// Episodes that were cut before the rules ended them.
    pub fn cut(&self) -> u64 {
        self.games.len() as u64 - self.deaths()
    }

    /// Steps of all episodes.
    pub fn steps(&self) -> u64 {
        self.games.iter().map(|game| game.steps).sum()
    }

    fn scores(&self) -> impl Iterator<Item = f64> {
        self.games.iter().map(|game| game.score)
    }
}

/// The mean of a Poisson variable that is at most `count` with this probability: the exact bounds of Garwood, "Fiducial
/// limits for the Poisson distribution" (1936), by bisection.
fn poisson_mean(count: u64, probability: f64) -> f64 {
    // Beyond nine standard deviations from the count the probability is nil or one.
    let reach = 9.0 * (count as f64 + 1.0).sqrt();
    let (mut low, mut high) = ((count as f64 - reach).max(0.0), count as f64 + reach + 9.0);
    for _ in 0..60 {
        let middle = (low + high) / 2.0;
        if poisson_at_most(count, middle) > probability {
            low = middle;
        } else {
            high = middle;
        }
    }
    (low + high) / 2.0
}

/// The probability that a Poisson variable of this mean is at most `count`: its terms, the last one first, until they no
/// longer matter.
fn poisson_at_most(count: u64, mean: f64) -> f64 {
    let last = count as f64 * mean.ln() - mean - ln_factorial(count);
    let (mut term, mut sum, mut k) = (1.0, 1.0, count as f64);
    while k > 0.0 && term > 1e-17 * sum {
        term *= k / mean;
        sum += term;
        k -= 1.0;
    }
    (last + sum.ln()).exp()
}

fn ln_factorial(n: u64) -> f64 {
    (2..=n).map(|k| (k as f64).ln()).sum()
}

/// The 97.5 % quantile of Student's t distribution: exact for 1 and 2 degrees of freedom, for others by its expansion around
/// the normal quantile (Abramowitz and Stegun, 26.7.5), within 1 % from 3 degrees of freedom on.
fn student_t_975(degrees: f64) -> f64 {
    /// Of the normal distribution.
    const Z: f64 = 1.959_963_984_540_054;
    if degrees == 1.0 {
        return 12.706_204_736_432_1;
    }
    if degrees == 2.0 {
        return 4.302_652_729_911_28;
    }
    let (z3, z5, z7, z9) = (Z.powi(3), Z.powi(5), Z.powi(7), Z.powi(9));
    Z + (z3 + Z) / (4.0 * degrees)
        + (5.0 * z5 + 16.0 * z3 + 3.0 * Z) / (96.0 * degrees.powi(2))
        + (3.0 * z7 + 19.0 * z5 + 17.0 * z3 - 15.0 * Z) / (384.0 * degrees.powi(3))
        + (79.0 * z9 + 776.0 * z7 + 1482.0 * z5 - 1920.0 * z3 - 945.0 * Z)
            / (92160.0 * degrees.powi(4))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(scores: &[f64]) -> Evaluation {
        let games = scores.iter().map(|&score| Game {
            score,
            reward: score,
            steps: 10,
            terminated: score < 5.0,
        });
        Evaluation {
            games: games.collect(),
            seconds: 1.0,
        }
    }

    #[test]
    fn statistics_of_known_scores() {
        let evaluation = of(&[4.0, 1.0, 3.0, 2.0, 5.0]);
        assert_eq!((evaluation.mean(), evaluation.median()), (3.0, 3.0));
        assert_eq!(
            (evaluation.min(), evaluation.max(), evaluation.deaths()),
            (1.0, 5.0, 4)
        );
        assert_eq!(evaluation.score_per_death(), Some(15.0 / 4.0));
        // 2.776 is the tabulated quantile for 4 degrees of freedom; the standard error is sqrt(2.5 / 5).
        let (low, high) = evaluation.ci95();
        assert!((high - 3.0 - 2.776 * 0.5f64.sqrt()).abs() < 0.02, "{high}");
        assert!((low + high - 6.0).abs() < 1e-12);
        assert_eq!(of(&[9.0]).score_per_death(), None);
        assert_eq!(of(&[1.0, 2.0]).median(), 1.5);
    }

    /// Exact Poisson bounds from the tables.
    #[test]
    fn bounds_of_the_score_per_death_agree_with_the_tables() {
        for (deaths, low, high) in [
            (1, 0.025318, 5.571643),
            (2, 0.242209, 7.224688),
            (10, 4.795389, 18.390356),
            (100, 81.363961, 121.627243),
        ] {
            let scores: Vec<f64> = (0..deaths).map(|_| 1.0).collect();
            let (from, to) = of(&scores).score_per_death_ci95().unwrap();
            let deaths = f64::from(deaths);
            assert!((deaths / to - low).abs() < 1e-5 * low, "{to}");
            assert!((deaths / from - high).abs() < 1e-5 * high, "{from}");
        }
        // So many that a probability of none would be no number above zero.
        let (low, high) = (poisson_mean(99_999, 0.975), poisson_mean(100_000, 0.025));
        assert!((low - 99_381.1).abs() < 1.0, "{low}");
        assert!((high - 100_621.7).abs() < 1.0, "{high}");
        assert_eq!(of(&[9.0]).score_per_death_ci95(), None);
    }

    #[test]
    fn student_quantiles_agree_with_the_tables() {
        for (degrees, table) in [
            (1.0, 12.706),
            (2.0, 4.303),
            (3.0, 3.182),
            (4.0, 2.776),
            (9.0, 2.262),
            (19.0, 2.093),
            (99.0, 1.984),
            (1e9, 1.960),
        ] {
            assert!(
                (student_t_975(degrees) - table).abs() < 0.01 * table,
                "{degrees}"
            );
        }
    }
}
