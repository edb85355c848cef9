//! Deep Q-learning on afterstates.
//!
//! Where the outcome of an action is known before chance strikes, Q(s, a) = r(s, a) + gamma * V(afterstate): one network
//! V scores afterstates, acting takes the best of r + gamma * V, and learning moves V(x) towards the best
//! r + gamma * V' that can follow x. Experience replay, the target network and epsilon-greedy exploration are those of
//! Mnih et al., "Human-level control through deep reinforcement learning" (2015); afterstates are those of Sutton and
//! Barto, "Reinforcement learning", section 6.8.

mod bellman;
mod config;
mod policy;

use std::collections::BTreeMap;
use std::path::Path;

use ndarray::{Array1, Array2};
use pulp::Arch;
use serde::{Deserialize, Serialize};

pub use self::bellman::Transition;
use self::bellman::{Bellman, Expansion};
pub use self::config::{AfterstateDqnConfig, Backup, Objective, PlayWith, TargetUpdate};
pub use self::policy::AfterstatePolicy;
use self::policy::{Rule, action_values, first_best};
use crate::agent::{Agent, Decision, NonFinite, StateMismatch};
use crate::config::ConfigError;
use crate::env::{AfterstateEnvironment, AfterstateModel, Batch, Environment, Step};
use crate::model::{Model, ModelError};
use crate::nn::{Mlp, OptimizerState, Workspace, clip_by_global_norm};
use crate::observer::UpdateReport;
use crate::replay_buffer::ReplayBuffer;
use crate::rng::Rng;

/// Everything that changes while [`AfterstateDqn`] learns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AfterstateDqnState<After> {
    online: Mlp,
    target: Mlp,
    optimizer: OptimizerState,
    buffer: ReplayBuffer<Transition<After>>,
    exploration: Rng,
    sampling: Rng,
    updates: u64,
    learning_rate: Option<f64>,
    epsilon: Option<f64>,
}

/// The learner.
#[derive(Debug)]
pub struct AfterstateDqn<M: AfterstateModel> {
    config: AfterstateDqnConfig,
    model: M,
    state: AfterstateDqnState<M::After>,
    /// The afterstate of the decision that is being carried out.
    chosen: Option<M::After>,
    scratch: Scratch,
}

/// Working memory, sized by the first few updates and then never again.
#[derive(Debug)]
struct Scratch {
    candidates: Batch,
    values: Vec<f32>,
    legal: Vec<bool>,
    samples: Vec<usize>,
    /// One for each thread.
    expansions: Vec<Expansion>,
    inputs: Array2<f32>,
    targets: Array1<f32>,
    d_output: Array2<f32>,
    gradient: Array1<f32>,
    workspace: Workspace,
}

impl<M: AfterstateModel> AfterstateDqn<M> {
    /// A learner with random weights. Its random streams follow from `seed`.
    ///
    /// # Errors
    /// If the configuration makes no sense.
    pub fn new(model: M, config: AfterstateDqnConfig, seed: u64) -> Result<Self, ConfigError> {
        config.validate()?;
        let sizes: Vec<usize> = [model.feature_len()]
            .into_iter()
            .chain(config.hidden.iter().copied())
            .chain([1])
            .collect();
        let online = Mlp::new(&sizes, &mut Rng::new(seed, 1))
            .expect("validated sizes")
            .activated_by(config.activation);
        let (features, parameters) = (model.feature_len(), online.parameters().len());
        Ok(Self {
            scratch: Scratch {
                candidates: Batch::new(features),
                values: Vec::new(),
                legal: Vec::new(),
                samples: Vec::new(),
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
                target: online.clone(),
                online,
                optimizer: OptimizerState::new(config.optimizer, parameters),
                buffer: ReplayBuffer::new(config.buffer_capacity),
                exploration: Rng::new(seed, 2),
                sampling: Rng::new(seed, 3),
                updates: 0,
                learning_rate: None,
                epsilon: None,
            },
            chosen: None,
            model,
            config,
        })
    }

    /// The settings.
    pub fn config(&self) -> &AfterstateDqnConfig {
        &self.config
    }

    /// The network that learns.
    pub fn network(&self) -> &Mlp {
        &self.state.online
    }

    /// Everything that changes while it learns.
    pub fn state(&self) -> &AfterstateDqnState<M::After> {
        &self.state
    }

    /// Draws a minibatch and computes its inputs and targets.
    fn draw(&mut self) {
        let Scratch {
            samples,
            expansions,
            inputs,
            targets,
            ..
        } = &mut self.scratch;
        let AfterstateDqnState {
            buffer,
            sampling,
            target,
            ..
        } = &mut self.state;
        samples.clear();
        samples.extend((0..self.config.batch_size).map(|_| sampling.below(buffer.len())));
        for (mut input, &sample) in inputs.rows_mut().into_iter().zip(&*samples) {
            let row = input.as_slice_mut().expect("rows of a standard layout");
            self.model.features(&buffer[sample].after, row);
        }
        let bellman = Bellman {
            model: &self.model,
            buffer,
            network: target,
            rule: Rule::of(&self.config),
            backup: self.config.backup,
        };
        let targets = targets.as_slice_mut().expect("one contiguous array");
        bellman.targets(samples, targets, expansions);
    }
}

impl<E, M> Agent<E> for AfterstateDqn<M>
where
    E: AfterstateEnvironment<Model = M>,
    M: AfterstateModel,
{
    type Policy = AfterstatePolicy;
    type State = AfterstateDqnState<M::After>;

    fn decide(&mut self, env: &E, step: u64) -> Decision {
        let Scratch {
            candidates,
            values,
            legal,
            workspace,
            ..
        } = &mut self.scratch;
        candidates.clear();
        values.clear();
        let rule = Rule::of(&self.config);
        let epsilon = self
            .state
            .epsilon
            .unwrap_or_else(|| self.config.epsilon.at(step));
        let explored = self.state.exploration.unit() < epsilon;
        let action = if explored {
            random_legal(env, legal, &mut self.state.exploration)
        } else {
            env.candidates(candidates);
            action_values(&self.state.online, rule, candidates, values, workspace);
            candidates.actions()[first_best(values)] as usize
        };
        self.chosen = Some(env.after(action).expect("a legal action was chosen"));
        Decision { action, explored }
    }

    fn considered(&self) -> (Option<&Batch>, &[f32]) {
        (Some(&self.scratch.candidates), &self.scratch.values)
    }

    fn record(&mut self, env: &E, _outcome: &Step) {
        let after = self.chosen.take().expect("record follows decide");
        self.state.buffer.push(Transition {
            after,
            outcome: env.outcome() as u32,
        });
    }

    fn update(&mut self, step: u64) -> Result<Option<UpdateReport>, NonFinite> {
        if step < self.config.learning_starts || !step.is_multiple_of(self.config.update_every) {
            return Ok(None);
        }
        self.draw();

        let Scratch {
            inputs,
            targets,
            d_output,
            gradient,
            workspace,
            ..
        } = &mut self.scratch;
        let state = &mut self.state;
        let predictions = state.online.forward(inputs.view(), workspace);
        let share = 1.0 / self.config.batch_size as f32;
        let (mut loss, mut td_error, mut mean_q) = (0.0, 0.0, 0.0);
        for ((d, &prediction), &target) in d_output.iter_mut().zip(predictions).zip(targets.iter())
        {
            let error = prediction - target;
            let (value, slope) = self.config.loss.of(error);
            loss += share * value;
            td_error += share * error.abs();
            mean_q += share * prediction;
            *d = share * slope;
        }
        state.online.backward(
            inputs.view(),
            d_output.view(),
            workspace,
            gradient.view_mut(),
        );
        let gradient_norm = clip_by_global_norm(gradient.view_mut(), self.config.max_gradient_norm);
        for (what, value) in [("the loss", loss), ("the gradient norm", gradient_norm)] {
            if !value.is_finite() {
                return Err(NonFinite { what, value, step });
            }
        }

        let learning_rate = state
            .learning_rate
            .unwrap_or_else(|| self.config.learning_rate.at(step));
        state.optimizer.update(
            state.online.parameters_mut(),
            gradient.view(),
            learning_rate,
            Arch::new(),
        );
        state.updates += 1;
        match self.config.target {
            TargetUpdate::Hard { every } if state.updates.is_multiple_of(every) => {
                state
                    .target
                    .parameters_mut()
                    .assign(&state.online.parameters());
            }
            TargetUpdate::Hard { .. } => {}
            TargetUpdate::Soft { tau } => {
                let tau = tau as f32;
                state
                    .target
                    .parameters_mut()
                    .zip_mut_with(&state.online.parameters(), |t, &w| *t += tau * (w - *t));
            }
        }
        Ok(Some(UpdateReport {
            step,
            update: state.updates,
            loss,
            td_error,
            mean_q,
            gradient_norm,
            epsilon: state
                .epsilon
                .unwrap_or_else(|| self.config.epsilon.at(step)),
            learning_rate,
            buffer_fill: state.buffer.fill(),
        }))
    }

    fn updates(&self) -> u64 {
        self.state.updates
    }

    fn epsilon(&self, step: u64) -> f64 {
        self.state
            .epsilon
            .unwrap_or_else(|| self.config.epsilon.at(step))
    }

    fn set_learning_rate(&mut self, learning_rate: f64) {
        self.state.learning_rate = Some(learning_rate);
    }

    fn set_epsilon(&mut self, epsilon: f64) {
        self.state.epsilon = Some(epsilon);
    }

    fn policy(&self) -> AfterstatePolicy {
        let network = match self.config.play_with {
            PlayWith::Online => &self.state.online,
            PlayWith::Target => &self.state.target,
        };
        AfterstatePolicy::new(network.clone(), self.config.objective, self.config.gamma)
    }

    fn save_model(&self, path: &Path, notes: &BTreeMap<String, String>) -> Result<(), ModelError> {
        Model {
            network: Agent::<E>::policy(self).network().clone(),
            objective: self.config.objective,
            gamma: self.config.gamma,
            features: self.model.feature_names(),
            notes: notes.clone(),
        }
        .save(path)
    }

    fn state(&self) -> &Self::State {
        &self.state
    }

    fn set_state(&mut self, state: Self::State) -> Result<(), StateMismatch> {
        for network in [&state.online, &state.target] {
            if network.sizes() != self.state.online.sizes() {
                return Err(StateMismatch {
                    what: "the size of the network",
                    found: format!("{:?}", network.sizes()),
                    expected: format!("{:?}", self.state.online.sizes()),
                });
            }
        }
        self.state = state;
        self.chosen = None;
        Ok(())
    }
}

fn random_legal<E: Environment>(env: &E, legal: &mut Vec<bool>, rng: &mut Rng) -> usize {
    legal.resize(env.action_count(), false);
    env.legal_actions(legal);
    let chosen = rng.below(legal.iter().filter(|&&legal| legal).count());
    let mut actions = legal
        .iter()
        .enumerate()
        .filter(|&(_, &legal)| legal)
        .map(|(action, _)| action);
    actions.nth(chosen).expect("fewer were counted than drawn")
}
