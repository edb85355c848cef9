//! How well a policy plays: many independent episodes on held-out seeds, spread over threads.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::agent::Policy;
use crate::env::Environment;
use crate::rng::mix;

/// Separates the seeds of evaluation from those of training, whatever the seed of either is.
const EVALUATION_SEEDS: u64 = 0x6576_616c_7561_7465;

/// Which episodes to play.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct EvaluationConfig {
    /// Number of episodes.
    pub games: u64,
    /// Episode i is the same for the same seed, whatever the number of episodes.
    pub seed: u64,
    /// Steps after which an episode is cut; none if absent.
    pub max_steps: Option<u64>,
    /// Threads to play on; the results do not depend on it.
    pub threads: usize,
}

impl Default for EvaluationConfig {
    fn default() -> Self {
        Self {
            games: 20,
            seed: 0,
            max_steps: None,
            threads: 1,
        }
    }
}

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

    /// Steps of all episodes.
    pub fn steps(&self) -> u64 {
        self.games.iter().map(|game| game.steps).sum()
    }

    fn scores(&self) -> impl Iterator<Item = f64> {
        self.games.iter().map(|game| game.score)
    }
}

/// Why no evaluation came back.
#[derive(Debug, Error)]
pub enum EvaluateError<E: std::error::Error> {
    /// It was cancelled.
    #[error("the evaluation was cancelled")]
    Cancelled,
    /// The environment refused the scenario or an action of the policy.
    #[error(transparent)]
    Environment(#[from] E),
}

/// Plays the episodes of `config` with `policy` on copies of `env`.
///
/// The result depends on the policy, the environment's configuration, `scenario` and `config` alone, not on threads.
/// `cancelled` is asked now and then; once it says true, the evaluation ends without a result.
///
/// # Errors
/// If it was cancelled, or the environment refused the scenario or an action.
pub fn evaluate<E, P>(
    env: &E,
    scenario: &E::Scenario,
    policy: &P,
    config: &EvaluationConfig,
    cancelled: impl Fn() -> bool + Sync,
) -> Result<Evaluation, EvaluateError<E::Error>>
where
    E: Environment + Clone + Send,
    P: Policy<E> + Clone + Send,
{
    let started = Instant::now();
    let next = AtomicU64::new(0);
    let play = |mut env: E, mut policy: P| {
        let mut played = Vec::new();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            if index >= config.games {
                return Ok(played);
            }
            env.reset(mix(mix(config.seed, EVALUATION_SEEDS), index), scenario)?;
            played.push((
                index,
                play_one(&mut env, &mut policy, config.max_steps, &cancelled)?,
            ));
        }
    };
    let workers = config.threads.clamp(1, config.games.max(1) as usize);
    let played: Result<Vec<_>, EvaluateError<E::Error>> = std::thread::scope(|scope| {
        let others: Vec<_> = (1..workers)
            .map(|_| {
                let (env, policy) = (env.clone(), policy.clone());
                scope.spawn(|| play(env, policy))
            })
            .collect();
        let mine = play(env.clone(), policy.clone());
        let others = others.into_iter().map(|worker| {
            worker
                .join()
                .unwrap_or_else(|p| std::panic::resume_unwind(p))
        });
        std::iter::once(mine).chain(others).collect()
    });
    let mut played: Vec<(u64, Game)> = played?.into_iter().flatten().collect();
    played.sort_by_key(|&(index, _)| index);
    let games = played.into_iter().map(|(_, game)| game).collect();
    Ok(Evaluation {
        games,
        seconds: started.elapsed().as_secs_f64(),
    })
}

/// Plays the episode that `env` was reset to.
fn play_one<E: Environment, P: Policy<E>>(
    env: &mut E,
    policy: &mut P,
    max_steps: Option<u64>,
    cancelled: &impl Fn() -> bool,
) -> Result<Game, EvaluateError<E::Error>> {
    let (mut reward, mut steps, mut terminated) = (0.0, 0, false);
    while max_steps.is_none_or(|limit| steps < limit) {
        let step = env.step(policy.act(env))?;
        reward += f64::from(step.reward);
        steps += 1;
        terminated = step.terminated;
        if step.done() {
            break;
        }
        if steps.is_multiple_of(1024) && cancelled() {
            return Err(EvaluateError::Cancelled);
        }
    }
    let mut measures = vec![0.0; env.measures().len()];
    env.measure(&mut measures);
    Ok(Game {
        score: measures.first().copied().unwrap_or(reward),
        reward,
        steps,
        terminated,
    })
}

/// The 97.5 % quantile of Student's t distribution, by its expansion around the normal quantile (Abramowitz and
/// Stegun, 26.7.5); within 1 % from 4 degrees of freedom on.
fn student_t_975(degrees: f64) -> f64 {
    const Z: f64 = 1.959_963_984_540_054;
    let (z3, z5, z7) = (Z.powi(3), Z.powi(5), Z.powi(7));
    Z + (z3 + Z) / (4.0 * degrees)
        + (5.0 * z5 + 16.0 * z3 + 3.0 * Z) / (96.0 * degrees.powi(2))
        + (3.0 * z7 + 19.0 * z5 + 17.0 * z3 - 15.0 * Z) / (384.0 * degrees.powi(3))
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
