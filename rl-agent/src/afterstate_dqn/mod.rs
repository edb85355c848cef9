//! Deep Q-learning on afterstates.
//!
//! Where the outcome of an action is known before chance strikes, Q(s, a) = r(s, a) + gamma * V(afterstate): one network
//! V scores afterstates, acting takes the best of r + gamma * V, and learning moves V(x) towards the best
//! r + gamma * V' that can follow x. Experience replay, the target network and epsilon-greedy exploration are those of
//! Mnih et al., "Human-level control through deep reinforcement learning" (2015); afterstates are those of Sutton and
//! Barto, "Reinforcement learning", section 6.8.

mod acting;
mod agent;
mod bellman;
mod config;
mod policy;

use ndarray::{Array1, Array2};
use serde::{Deserialize, Serialize};

pub use self::acting::AfterstateActor;
pub use self::bellman::Transition;
pub use self::config::{AfterstateDqnConfig, Backup, Objective};
pub use self::policy::AfterstatePolicy;
pub use crate::prioritized::Prioritized;
pub use crate::target::{PlayWith, TargetUpdate};

use self::acting::Acting;
use self::bellman::{Bellman, Expansion};
use self::policy::Rule;
use crate::agent::NonFinite;
use crate::config::{ConfigError, check_room};
use crate::env::AfterstateModel;
use crate::finite::not_finite;
use crate::learning::{Descent, Found, Learning};
use crate::model::Model;
use crate::nn::{Mlp, OptimizerState, Workspace};
use crate::observer::UpdateReport;
use crate::prioritized::Priorities;
use crate::replay_buffer::ReplayBuffer;
use crate::rng::Rng;
use crate::schedule::Schedule;

/// Everything that changes while [`AfterstateDqn`] learns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AfterstateDqnState<After> {
    learning: Learning<Mlp>,
    buffer: ReplayBuffer<Transition<After>>,
    priorities: Option<Priorities>,
    /// Step from which on the buffer holds everything, unless it is full: later than 0 after a checkpoint without it.
    buffer_from: u64,
    seed: u64,
    exploration: Rng,
    sampling: Rng,
}

/// The learner.
#[derive(Debug)]
pub struct AfterstateDqn<M: AfterstateModel> {
    config: AfterstateDqnConfig,
    model: M,
    state: AfterstateDqnState<M::After>,
    acting: Acting<M::After>,
    scratch: Scratch,
}

/// Working memory, sized by the first few updates and then never again.
#[derive(Debug)]
struct Scratch {
    samples: Vec<usize>,
    /// By how much each sample's gradient counts.
    weights: Vec<f32>,
    /// One for each thread.
    expansions: Vec<Expansion>,
    inputs: Array2<f32>,
    targets: Array1<f32>,
    d_output: Array2<f32>,
    gradient: Array1<f32>,
    workspace: Workspace,
}

/// A network of the configured layers, with random weights.
fn network(
    model: &impl AfterstateModel,
    config: &AfterstateDqnConfig,
    rng: &mut Rng,
) -> Result<Mlp, ConfigError> {
    let network = match config.patches_of(model.board())? {
        None => {
            let sizes = [&[model.feature_len()], &config.hidden[..], &[1]].concat();
            Mlp::new(&sizes, rng)
        }
        Some(patches) => Mlp::of_patches(patches, &config.hidden, rng),
    };
    Ok(network
        .expect("validated sizes")
        .activated_by(config.activation))
}

impl<M: AfterstateModel> AfterstateDqn<M> {
    /// A learner with random weights. Its random streams follow from `seed`.
    ///
    /// # Errors
    /// If the configuration makes no sense.
    pub fn new(model: M, config: AfterstateDqnConfig, seed: u64) -> Result<Self, ConfigError> {
        config.validate()?;
        let online = network(&model, &config, &mut Rng::new(seed, 1))?;
        let priority = match config.prioritized {
            Some(_) => Priorities::SLOT_BYTES,
            None => 0,
        };
        let (capacity, bytes) = (config.buffer_capacity, size_of::<Transition<M::After>>());
        check_room(capacity, capacity, bytes + priority)?;
        let (features, parameters) = (model.feature_len(), online.parameters().len());
        Ok(Self {
            scratch: Scratch {
                samples: Vec::new(),
                weights: Vec::new(),
                expansions: (0..config.threads)
                    .map(|_| Expansion::new(features))
                    .collect(),
                inputs: Array2::zeros((config.batch_size, features)),
                targets: Array1::zeros(config.batch_size),
                d_output: Array2::zeros((config.batch_size, 1)),
                gradient: Array1::zeros(parameters),
                workspace: Workspace::default(),
            },
            state: AfterstateDqnState {
                learning: Learning::new(online, OptimizerState::new(config.optimizer, parameters)),
                buffer: ReplayBuffer::new(config.buffer_capacity),
                priorities: (config.prioritized.as_ref())
                    .map(|_| Priorities::new(config.buffer_capacity)),
                buffer_from: 0,
                seed,
                exploration: Rng::new(seed, 2),
                sampling: Rng::new(seed, 3),
            },
            acting: Acting::new(features),
            model,
            config,
        })
    }

    /// A player by a trained network, which never explores and never learns: for a loop that is made for learners, to show
    /// how well it plays.
    ///
    /// # Errors
    /// If the network sees other features than `model` has.
    pub fn frozen(model: M, trained: Model) -> Result<Self, ConfigError> {
        let (found, expected) = (trained.features, model.feature_names());
        if found != expected {
            return Err(ConfigError {
                field: "features",
                found: found.join(", "),
                expected: expected.join(", "),
            });
        }
        let config = AfterstateDqnConfig {
            objective: trained.objective,
            gamma: trained.gamma,
            epsilon: Schedule::Constant(0.0),
            batch_size: 1,
            buffer_capacity: 1,
            learning_starts: u64::MAX,
            ..AfterstateDqnConfig::default()
        };
        let mut player = Self::new(model, config, 0)?;
        let optimizer = player.state.learning.optimizer.clone();
        player.state.learning = Learning::new(trained.network, optimizer);
        Ok(player)
    }

    /// The settings.
    pub fn config(&self) -> &AfterstateDqnConfig {
        &self.config
    }

    /// The network that learns.
    pub fn network(&self) -> &Mlp {
        &self.state.learning.online
    }

    /// Everything that changes while it learns.
    pub fn state(&self) -> &AfterstateDqnState<M::After> {
        &self.state
    }

    fn epsilon(&self, step: u64) -> f64 {
        self.state.learning.epsilon(&self.config.epsilon, step)
    }

    fn remember(&mut self, transition: Transition<M::After>) {
        let state = &mut self.state;
        let place = state.buffer.push(transition);
        if let Some(priorities) = &mut state.priorities {
            priorities.changed(place, true);
        }
    }

    /// One update: draw a minibatch, see what its values should be, and move them there.
    fn learn(&mut self, step: u64) -> Result<UpdateReport, NonFinite> {
        self.draw(step);
        let inputs = self.scratch.inputs.as_slice();
        if let Some(value) = not_finite(inputs.expect("a standard layout")) {
            let what = "a feature of an afterstate";
            return Err(NonFinite { what, value, step });
        }
        let found = self.descend();
        let (state, config) = (&mut self.state, &self.config);
        let settings = Descent {
            learning_rate: &config.learning_rate,
            epsilon: &config.epsilon,
            max_gradient_norm: config.max_gradient_norm,
            target: config.target,
        };
        let gradient = self.scratch.gradient.view_mut();
        let fill = state.buffer.fill();
        state
            .learning
            .descend(step, settings, found, gradient, fill)
    }

    /// Draws a minibatch, weighs it, and computes its inputs and targets.
    fn draw(&mut self, step: u64) {
        let (state, s) = (&mut self.state, &mut self.scratch);
        let (batch, rng) = (self.config.batch_size, &mut state.sampling);
        s.samples.clear();
        s.samples
            .extend((0..batch).map(|row| match &state.priorities {
                Some(priorities) => priorities.draw(row, batch, rng),
                None => rng.below(state.buffer.len()),
            }));
        match (&state.priorities, &self.config.prioritized) {
            (Some(priorities), Some(settings)) => {
                priorities.weigh(&s.samples, settings.beta.at(step), &mut s.weights);
            }
            _ => s.weights.resize(batch, 1.0),
        }
        for (mut input, &sample) in s.inputs.rows_mut().into_iter().zip(&s.samples) {
            let row = input.as_slice_mut().expect("rows of a standard layout");
            self.model.features(&state.buffer[sample].after, row);
        }
        let bellman = Bellman {
            model: &self.model,
            buffer: &state.buffer,
            network: &state.learning.target,
            rule: Rule::of(&self.config),
            backup: self.config.backup,
        };
        let targets = s.targets.as_slice_mut().expect("one contiguous array");
        bellman.targets(&s.samples, targets, &mut s.expansions);
    }

    /// Computes the gradient of the loss. The priorities of the drawn afterstates become what was found.
    fn descend(&mut self) -> Found {
        let (state, s) = (&mut self.state, &mut self.scratch);
        let online = &state.learning.online;
        let predictions = online.forward(s.inputs.view(), &mut s.workspace);
        let share = 1.0 / self.config.batch_size as f32;
        let mut found = Found::default();
        let slopes = s.d_output.iter_mut();
        for (row, (d, &prediction)) in slopes.zip(predictions).enumerate() {
            let error = prediction - s.targets[row];
            let weight = share * s.weights[row];
            let (value, slope) = self.config.loss.of(error);
            found.loss += weight * value;
            found.td_error += share * error.abs();
            found.mean_q += share * prediction;
            *d = weight * slope;
            if let (Some(priorities), Some(settings)) =
                (&mut state.priorities, &self.config.prioritized)
            {
                priorities.surprised(s.samples[row], error, settings);
            }
        }
        let (inputs, d_output) = (s.inputs.view(), s.d_output.view());
        let gradient = s.gradient.view_mut();
        online.backward(inputs, d_output, &mut s.workspace, gradient);
        found
    }
}
