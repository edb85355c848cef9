//! The settings of [`Dqn`](super::Dqn).

use serde::{Deserialize, Serialize};

pub use super::categorical::Categorical;
use crate::config::{ConfigError, check};
use crate::experience::Storage;
use crate::nn::{Activation, Convolution, Filters, Loss, Optimizer};
use crate::prioritized::Prioritized;
use crate::schedule::Schedule;
use crate::target::{PlayWith, TargetUpdate};

/// The settings of [`Dqn`](super::Dqn). Every option names its paper and works together with every other.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DqnConfig {
    /// Convolutions over the first part of the observation.
    pub convolution: Option<Convolution>,
    /// Sizes of the hidden layers.
    pub hidden: Vec<usize>,
    /// What follows every layer but the last.
    pub activation: Activation,
    /// One stream for the value of the state and one for the advantages of the actions (Wang et al., "Dueling network
    /// architectures for deep reinforcement learning", 2016).
    pub dueling: bool,
    /// Exploration by noisy weights with this sigma at the start, usually 0.5 (Fortunato et al., "Noisy networks for
    /// exploration", 2018). Epsilon is then usually 0.
    pub noisy: Option<f64>,
    /// Learn the distribution of the return (Bellemare et al., "A distributional perspective on reinforcement learning",
    /// 2017). The loss is then the cross-entropy and `loss` is not used.
    pub categorical: Option<Categorical>,
    /// The online network chooses the next action, the target network gives its value (van Hasselt et al., "Deep
    /// reinforcement learning with double Q-learning", 2016).
    pub double: bool,
    /// Rewards summed before a value is asked for (Sutton, "Learning to predict by the methods of temporal differences",
    /// 1988; used as in Hessel et al., "Rainbow", 2018).
    pub n_step: usize,
    /// Discount of the future, in [0, 1].
    pub gamma: f64,
    /// Learning rate over the environment steps.
    pub learning_rate: Schedule,
    /// What moves the weights.
    pub optimizer: Optimizer,
    /// Probability of a random action over the environment steps, in [0, 1].
    pub epsilon: Schedule,
    /// Steps in a minibatch.
    pub batch_size: usize,
    /// Steps remembered.
    pub buffer_capacity: usize,
    /// How observations are remembered.
    pub storage: Storage,
    /// Draw surprising steps more often.
    pub prioritized: Option<Prioritized>,
    /// Steps before the first update; at least `batch_size`.
    pub learning_starts: u64,
    /// Steps between two rounds of updates.
    pub update_every: u64,
    /// Updates in a round.
    pub updates_per_round: u64,
    /// How the target network follows.
    pub target: TargetUpdate,
    /// The loss of a TD error.
    pub loss: Loss,
    /// Longest gradient, as Euclidean norm over all parameters; none if absent.
    #[serde(serialize_with = "crate::short_float::serialize")]
    pub max_gradient_norm: Option<f32>,
    /// Rewards are cut to +- this before they are learnt from (to +-1 in Mnih et al., "Human-level control through deep
    /// reinforcement learning", 2015); none if absent.
    #[serde(serialize_with = "crate::short_float::serialize")]
    pub reward_clip: Option<f32>,
    /// Shift and scale observations by what has been seen so far.
    pub normalize_observations: bool,
    /// Which network the greedy policy plays with.
    pub play_with: PlayWith,
}

impl Default for DqnConfig {
    fn default() -> Self {
        Self {
            convolution: None,
            hidden: vec![64, 64],
            activation: Activation::Relu,
            dueling: false,
            noisy: None,
            categorical: None,
            double: true,
            n_step: 1,
            gamma: 0.99,
            learning_rate: Schedule::Constant(5e-4),
            optimizer: Optimizer::default(),
            epsilon: Schedule::Linear {
                from: 1.0,
                to: 0.05,
                over: 20_000,
            },
            batch_size: 32,
            buffer_capacity: 100_000,
            storage: Storage::F32,
            prioritized: None,
            learning_starts: 1_000,
            update_every: 4,
            updates_per_round: 1,
            target: TargetUpdate::Hard { every: 500 },
            loss: Loss::default(),
            max_gradient_norm: Some(10.0),
            reward_clip: None,
            normalize_observations: false,
            play_with: PlayWith::Online,
        }
    }
}

impl DqnConfig {
    /// The defaults of Stable-Baselines3's DQN (2.x, `MlpPolicy`) for a run of `total_steps`: exploration falls from 1 to
    /// 0.05 over the first tenth of it. Its target network is copied every 10,000 steps, which are 2,500 updates.
    pub fn sb3(total_steps: u64) -> Self {
        Self {
            hidden: vec![64, 64],
            double: false,
            gamma: 0.99,
            learning_rate: Schedule::Constant(1e-4),
            epsilon: Schedule::Linear {
                from: 1.0,
                to: 0.05,
                over: total_steps / 10,
            },
            batch_size: 32,
            buffer_capacity: 1_000_000,
            learning_starts: 100,
            update_every: 4,
            updates_per_round: 1,
            target: TargetUpdate::Hard { every: 2_500 },
            loss: Loss::Huber { delta: 1.0 },
            max_gradient_norm: Some(10.0),
            ..Self::default()
        }
    }

    /// The settings of Rainbow (Hessel et al., "Rainbow: combining improvements in deep reinforcement learning", 2018,
    /// table 1) in a run of `total_steps`, with steps counted as the agent's (four Atari frames). Returns must lie within
    /// +-10; rewards are cut to +-1. The paper's are made for 50 million steps: shorter runs want a higher learning rate,
    /// fewer steps before learning, and more frequent copies.
    pub fn rainbow(total_steps: u64) -> Self {
        Self {
            hidden: vec![512],
            dueling: true,
            noisy: Some(0.5),
            categorical: Some(Categorical {
                atoms: 51,
                low: -10.0,
                high: 10.0,
            }),
            double: true,
            n_step: 3,
            learning_rate: Schedule::Constant(6.25e-5),
            optimizer: Optimizer::Adam {
                beta1: 0.9,
                beta2: 0.999,
                epsilon: 1.5e-4,
            },
            epsilon: Schedule::Constant(0.0),
            batch_size: 32,
            buffer_capacity: 1_000_000,
            prioritized: Some(Prioritized {
                alpha: 0.5,
                beta: Schedule::Linear {
                    from: 0.4,
                    to: 1.0,
                    over: total_steps,
                },
                epsilon: 1e-6,
            }),
            learning_starts: 20_000,
            update_every: 4,
            target: TargetUpdate::Hard { every: 2_000 },
            max_gradient_norm: Some(10.0),
            reward_clip: Some(1.0),
            ..Self::default()
        }
    }

    /// A start for Tetris on a board of this width and height as [`Tetris`](crate::tetris::Tetris) shows it, with a reward
    /// of 1 a piece: convolutions over the board, boards remembered as bits. [`AfterstateDqn`](crate::afterstate_dqn) learns
    /// Tetris far better; this is for whoever wants to learn from the cells.
    pub fn tetris(width: usize, height: usize) -> Self {
        let filters = |count, stride| Filters {
            count,
            size: 3,
            stride,
        };
        Self {
            convolution: Some(Convolution {
                planes: 1,
                height,
                width,
                layers: vec![filters(16, 1), filters(32, 2)],
            }),
            hidden: vec![128],
            dueling: true,
            n_step: 3,
            gamma: 0.97,
            learning_rate: Schedule::Constant(3e-4),
            storage: Storage::Bits,
            epsilon: Schedule::Linear {
                from: 1.0,
                to: 0.01,
                over: 100_000,
            },
            target: TargetUpdate::Soft { tau: 0.005 },
            ..Self::default()
        }
    }

    /// Whether the settings make sense. Those of the network are checked when there is one.
    ///
    /// # Errors
    /// Names the first field that does not, with its allowed range.
    pub fn validate(&self) -> Result<(), ConfigError> {
        if let Some(categorical) = &self.categorical {
            categorical.validate()?;
        }
        check((1..=1_000).contains(&self.n_step)).or("n_step", &self.n_step, "1..=1000")?;
        check((0.0..=1.0).contains(&self.gamma)).or("gamma", &self.gamma, "a number in [0, 1]")?;
        let positive = |rate: f64| rate > 0.0 && rate.is_finite();
        let unit = |value: f64| (0.0..=1.0).contains(&value);
        self.learning_rate
            .validate("learning_rate", positive, "positive numbers")?;
        self.optimizer.validate()?;
        self.epsilon
            .validate("epsilon", unit, "numbers in [0, 1]")?;
        let batch = self.batch_size;
        check((1..=65_536).contains(&batch)).or("batch_size", &batch, "1..=65536")?;
        check(self.buffer_capacity >= batch).or(
            "buffer_capacity",
            &self.buffer_capacity,
            &format!("at least batch_size ({batch})"),
        )?;
        if let Some(prioritized) = &self.prioritized {
            prioritized.validate()?;
        }
        check(self.learning_starts >= batch as u64).or(
            "learning_starts",
            &self.learning_starts,
            &format!("at least batch_size ({batch})"),
        )?;
        check(self.update_every >= 1).or("update_every", &self.update_every, "at least 1")?;
        check((1..=1_000_000).contains(&self.updates_per_round)).or(
            "updates_per_round",
            &self.updates_per_round,
            "1..=1000000",
        )?;
        self.target.validate()?;
        self.loss.validate()?;
        for (field, value) in [
            ("max_gradient_norm", self.max_gradient_norm),
            ("reward_clip", self.reward_clip),
        ] {
            if let Some(value) = value {
                check(value > 0.0).or(field, &value, "a positive number")?;
            }
        }
        Ok(())
    }
}
