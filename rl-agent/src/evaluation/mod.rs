//! How well a policy plays: many independent episodes on held-out seeds, many side by side and spread over threads.

mod any_match;
mod play;
mod statistics;

use std::time::Instant;

use serde::{Deserialize, Serialize};
use thiserror::Error;

pub use self::any_match::{AnyMatch, Match, MatchError};
pub use self::play::Playing;
pub use self::statistics::{Evaluation, Game};
use crate::agent::Policy;
use crate::env::Environment;
use crate::rng::mix;

/// Separates the seeds of evaluation from those of training, whatever the seed of either is.
const EVALUATION_SEEDS: u64 = 0x6576_616c_7561_7465;
/// Separates the episodes that a trainer chooses its best model by from those of an evaluation.
const CHOICE_SEEDS: u64 = 0x6368_6f69_6365_0000;

/// Which episodes to play.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct EvaluationConfig {
    /// Number of episodes.
    pub games: u64,
    /// Number of the first one: several machines can share the work, a range of episodes each.
    pub first_game: u64,
    /// Episode i is the same for the same seed, whatever the number of episodes.
    #[serde(with = "crate::seed_format")]
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
            first_game: 0,
            seed: 0,
            max_steps: None,
            threads: 1,
        }
    }
}

impl EvaluationConfig {
    /// The same with other episodes: what a model is chosen by must not be what it is judged by.
    pub(crate) fn for_choice(self) -> Self {
        Self {
            seed: mix(self.seed, CHOICE_SEEDS),
            ..self
        }
    }

    fn episode_seed(&self, index: u64) -> u64 {
        mix(mix(self.seed, EVALUATION_SEEDS), index)
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
/// `cancelled` is asked now and then; once it says true, the evaluation ends without a result. To go on with it later,
/// use [`Playing`].
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
    let mut playing = Playing::new(*config);
    playing.play(env, scenario, policy, cancelled)?;
    if !playing.is_over() {
        return Err(EvaluateError::Cancelled);
    }
    Ok(Evaluation {
        games: playing.games(),
        seconds: started.elapsed().as_secs_f64(),
    })
}
