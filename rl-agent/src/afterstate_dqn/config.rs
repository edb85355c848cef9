//! The settings of the afterstate DQN.

use serde::{Deserialize, Serialize};

use crate::config::{ConfigError, check};
use crate::nn::{Activation, Loss, Optimizer, Patches};
use crate::prioritized::Prioritized;
use crate::schedule::Schedule;
use crate::target::{PlayWith, TargetUpdate};

/// What the network learns of an afterstate x: the return of Bellman's equation, or a logarithm in the way of the
/// exponential utility of Howard and Matheson, "Risk-sensitive Markov decision processes" (1972).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Objective {
    /// V(x), the expected discounted sum of rewards after x.
    #[default]
    Return,
    /// u(x) = -ln E[gamma^T], where T is the number of steps until the episode terminates.
    ///
    /// For whom every step lived through is worth the same. The return of one a step is then
    /// (1 - E[gamma^T]) / (1 - gamma), so both rank actions alike; but with good play that is almost the same number
    /// everywhere, and what tells a safe position from a safer one drowns in the error of the fit. The logarithm keeps
    /// the ratio of two dangers visible however small both are, down to e^-100, below which all count as safe alike. Rewards
    /// are not looked at, and the backup must be [`Backup::Expected`]: a logarithm of samples is not the logarithm of their
    /// mean.
    Survival,
}

impl Objective {
    /// The value of an action is `a * reward + b * value of its afterstate + c`; this gives a, b and c. Higher is
    /// better.
    pub(super) fn action_value(self, gamma: f64) -> (f32, f32, f32) {
        match self {
            Self::Return => (1.0, gamma as f32, 0.0),
            Self::Survival => (0.0, 1.0, -gamma.ln() as f32),
        }
    }

    /// The value of an afterstate from its chance outcomes: the probability of each and the best action value under it,
    /// `None` when no action is left.
    pub(super) fn value(self, outcomes: impl Iterator<Item = (f32, Option<f32>)> + Clone) -> f32 {
        match self {
            Self::Return => outcomes
                .map(|(probability, best)| probability * best.unwrap_or(0.0))
                .sum(),
            Self::Survival => {
                let outcomes = outcomes.map(|(probability, best)| {
                    (probability, best.map_or(0.0, |best| best.max(0.0)))
                });
                // Seen from the greatest danger, which is then 1, none is too small for a float.
                let least = outcomes
                    .clone()
                    .map(|(_, u)| u)
                    .fold(f32::INFINITY, f32::min);
                let danger: f32 = outcomes.map(|(p, u)| p * (least - u).exp()).sum();
                (least - danger.ln()).min(SAFEST)
            }
        }
    }
}

/// The greatest -ln of a danger that is learned: nobody lives to see so small a one. Where the agent never dies (7-bag with
/// hold) values would grow by another step with every backup for ever, and the errors of the fit with them.
const SAFEST: f32 = 100.0;

/// What V(x) is moved towards: samples, or the expectation itself (Sutton and Barto, "Reinforcement learning", 2018, section
/// 8.5, compare the two).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Backup {
    /// The best successor under the chance outcome that was seen: what every DQN does.
    Sampled,
    /// The expectation over all chance outcomes of the best successor under each. Costs as many times more as there are
    /// outcomes and has none of the noise of chance.
    Expected,
}

/// The settings of [`AfterstateDqn`](super::AfterstateDqn).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AfterstateDqnConfig {
    /// Sizes of the hidden layers.
    pub hidden: Vec<usize>,
    /// Rows and columns of the patches over which the layers go, if the features are the cells of a board: see
    /// [`Patches`](crate::nn::Patches). Without it they see all features at once.
    pub patches: Option<usize>,
    /// What stands between the layers.
    pub activation: Activation,
    /// What the network learns.
    pub objective: Objective,
    /// Discount of the future, in [0, 1].
    pub gamma: f64,
    /// Learning rate over the environment steps.
    pub learning_rate: Schedule,
    /// What moves the weights.
    pub optimizer: Optimizer,
    /// Probability of a random action over the environment steps, in [0, 1].
    pub epsilon: Schedule,
    /// Afterstates in a minibatch.
    pub batch_size: usize,
    /// Afterstates remembered.
    pub buffer_capacity: usize,
    /// Draw surprising afterstates more often.
    pub prioritized: Option<Prioritized>,
    /// Steps before the first update; at least `batch_size`.
    pub learning_starts: u64,
    /// Steps between two updates.
    pub update_every: u64,
    /// What values are moved towards.
    pub backup: Backup,
    /// How the target network follows.
    pub target: TargetUpdate,
    /// The loss of a TD error.
    pub loss: Loss,
    /// Longest gradient, as Euclidean norm over all parameters; none if absent.
    #[serde(serialize_with = "crate::short_float::serialize")]
    pub max_gradient_norm: Option<f32>,
    /// Which network the greedy policy plays with.
    pub play_with: PlayWith,
    /// Threads to compute targets on; the results do not depend on it.
    pub threads: usize,
}

impl Default for AfterstateDqnConfig {
    fn default() -> Self {
        Self {
            hidden: vec![32, 32],
            patches: None,
            activation: Activation::Relu,
            objective: Objective::Return,
            gamma: 0.99,
            learning_rate: Schedule::Constant(1e-3),
            optimizer: Optimizer::default(),
            epsilon: Schedule::Linear {
                from: 0.1,
                to: 0.0,
                over: 50_000,
            },
            batch_size: 32,
            buffer_capacity: 100_000,
            prioritized: None,
            learning_starts: 1_000,
            update_every: 8,
            backup: Backup::Expected,
            target: TargetUpdate::Soft { tau: 0.01 },
            loss: Loss::default(),
            max_gradient_norm: Some(10.0),
            play_with: PlayWith::Target,
            threads: 1,
        }
    }
}

impl AfterstateDqnConfig {
    /// What learns Tetris fast, for a run of `total_steps` pieces: with 450,000, a minute of a core, these are the settings
    /// of the preset `quick` of `tetris-dash`, whose file (`dash-server/presets/quick.toml`) gives the reason of each.
    /// Games need no ceiling, since one piece in sixteen is put down at random.
    pub fn tetris(total_steps: u64) -> Self {
        Self {
            objective: Objective::Survival,
            learning_rate: Schedule::Exponential {
                from: 2e-3,
                to: 5e-5,
                over: total_steps,
            },
            epsilon: Schedule::Constant(0.06),
            batch_size: 16,
            update_every: 2,
            ..Self::default()
        }
    }

    /// The patches of a board of these rows and columns, where features are the cells of one.
    ///
    /// # Errors
    /// If there are to be patches, and there is no board or they do not fit it.
    pub(crate) fn patches_of(
        &self,
        board: Option<[usize; 2]>,
    ) -> Result<Option<Patches>, ConfigError> {
        let Some(size) = self.patches else {
            return Ok(None);
        };
        check(board.is_some()).or(
            "patches",
            &size,
            "an environment whose features are the cells of a board and nothing else",
        )?;
        let [height, width] = board.unwrap_or_default();
        let patches = Patches {
            height,
            width,
            size,
        };
        patches.validate()?;
        Ok(Some(patches))
    }

    /// Whether the settings make sense.
    ///
    /// # Errors
    /// Names the first field that does not, with its allowed range.
    pub fn validate(&self) -> Result<(), ConfigError> {
        check(
            !self.hidden.is_empty() && self.hidden.iter().all(|&size| (1..=4096).contains(&size)),
        )
        .or(
            "hidden",
            &format!("{:?}", self.hidden),
            "one or more sizes in 1..=4096",
        )?;
        check((0.0..=1.0).contains(&self.gamma)).or("gamma", &self.gamma, "a number in [0, 1]")?;
        if self.objective == Objective::Survival {
            check(self.gamma > 0.0 && self.gamma < 1.0).or(
                "gamma",
                &self.gamma,
                "a number in (0, 1) for the objective `survival`",
            )?;
            check(self.backup == Backup::Expected).or(
                "backup",
                &"sampled",
                "`expected` for the objective `survival`",
            )?;
        }
        let positive = |rate: f64| rate > 0.0 && rate.is_finite();
        let unit = |value: f64| (0.0..=1.0).contains(&value);
        self.learning_rate
            .validate("learning_rate", positive, "positive numbers")?;
        self.optimizer.validate()?;
        self.epsilon
            .validate("epsilon", unit, "numbers in [0, 1]")?;
        check((1..=65_536).contains(&self.batch_size)).or(
            "batch_size",
            &self.batch_size,
            "1..=65536",
        )?;
        check(self.buffer_capacity >= self.batch_size).or(
            "buffer_capacity",
            &self.buffer_capacity,
            &format!("at least batch_size ({})", self.batch_size),
        )?;
        check(self.learning_starts >= self.batch_size as u64).or(
            "learning_starts",
            &self.learning_starts,
            &format!("at least batch_size ({})", self.batch_size),
        )?;
        check(self.update_every >= 1).or("update_every", &self.update_every, "at least 1")?;
        check((1..=1024).contains(&self.threads)).or("threads", &self.threads, "1..=1024")?;
        self.target.validate()?;
        if let Some(prioritized) = &self.prioritized {
            prioritized.validate()?;
        }
        self.loss.validate()?;
        if let Some(norm) = self.max_gradient_norm {
            check(norm > 0.0).or("max_gradient_norm", &norm, "a positive number")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Against the formulas in double precision. With the last outcome nothing is left, so that the danger is 1; without
    /// it, it may be far below what a float can hold, and then counts as the least that is told apart.
    #[test]
    fn values_are_expectations_however_small_the_danger() {
        for scale in [0.01, 1.0, 30.0, 2_000.0] {
            let all = [(0.5, Some(0.7 * scale)), (0.3, Some(scale)), (0.2, None)];
            for outcomes in [&all[..], &all[..2]] {
                let wide = || {
                    let wide = |best: Option<f32>| f64::from(best.unwrap_or(0.0));
                    outcomes
                        .iter()
                        .map(move |&(p, best)| (f64::from(p), wide(best)))
                };
                let value = Objective::Return.value(outcomes.iter().copied());
                let want: f64 = wide().map(|(p, best)| p * best).sum();
                assert!(
                    (f64::from(value) - want).abs() < 1e-6 * want,
                    "{value} for {want}"
                );

                let value = Objective::Survival.value(outcomes.iter().copied());
                let least = wide().map(|(_, u)| u).fold(f64::INFINITY, f64::min);
                let danger: f64 = wide().map(|(p, u)| p * (least - u).exp()).sum();
                let want = (least - danger.ln()).min(100.0);
                let off = (f64::from(value) - want).abs();
                assert!(off < 1e-6 * (1.0 + want), "{value} for {want}");
            }
        }
    }
}
