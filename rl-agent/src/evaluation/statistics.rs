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
        let deaths = self.deaths() as f64;
        let total: f64 = self.scores().sum();
        (deaths > 0.0).then(|| {
            let fewest = chi_square(0.5 * 2.0 * deaths, -NORMAL_975);
            let most = chi_square(0.5 * (2.0 * deaths + 2.0), NORMAL_975);
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

/// The 97.5 % quantile of the normal distribution.
const NORMAL_975: f64 = 1.959_963_984_540_054;

/// Half the quantile of the chi-square distribution with `2 * half` degrees of freedom that lies `z` standard
/// deviations from the middle: the bound of a Poisson mean (Wilson and Hilferty, "The distribution of chi-square",
/// 1931).
fn chi_square(half: f64, z: f64) -> f64 {
    let ninth = 1.0 / (9.0 * half);
    half * (1.0 - ninth + z * ninth.sqrt()).powi(3)
}

/// The 97.5 % quantile of Student's t distribution, by its expansion around the normal quantile (Abramowitz and
/// Stegun, 26.7.5); within 1 % from 4 degrees of freedom on.
fn student_t_975(degrees: f64) -> f64 {
    let z = NORMAL_975;
    let (z3, z5, z7) = (z.powi(3), z.powi(5), z.powi(7));
    z + (z3 + z) / (4.0 * degrees)
        + (5.0 * z5 + 16.0 * z3 + 3.0 * z) / (96.0 * degrees.powi(2))
        + (3.0 * z7 + 19.0 * z5 + 17.0 * z3 - 15.0 * z) / (384.0 * degrees.powi(3))
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

    /// Exact Poisson bounds (Garwood, 1936): 10 deaths speak for 4.80 to 18.39, 100 for 81.4 to 121.6.
    #[test]
    fn bounds_of_the_score_per_death_agree_with_the_tables() {
        for (deaths, low, high) in [(10, 4.795, 18.39), (100, 81.36, 121.63)] {
            let scores: Vec<f64> = (0..deaths).map(|_| 1.0).collect();
            let (from, to) = of(&scores).score_per_death_ci95().unwrap();
            let deaths = f64::from(deaths);
            assert!((deaths / to - low).abs() < 0.01 * low, "{to}");
            assert!((deaths / from - high).abs() < 0.01 * high, "{from}");
        }
        assert_eq!(of(&[9.0]).score_per_death_ci95(), None);
    }

    #[test]
    fn student_quantiles_agree_with_the_tables() {
        for (degrees, table) in [
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
