//! Deep Q-learning over state-action values, for any environment with discrete actions.
//!
//! A network gives every action of an observation its value Q(s, a). Acting takes the best legal action (or, with
//! probability epsilon, any), and learning moves Q(s, a) of remembered steps towards r + gamma * max Q'(s', .) over the
//! legal actions, where Q' is a slowly following copy (Mnih et al., "Human-level control through deep reinforcement
//! learning", 2015). Termination ends the sum of rewards; truncation does not, what was seen then is still valued. The
//! improvements since then are options of [`DqnConfig`], and all of them together are Rainbow.

mod categorical;
mod config;
mod model;
mod policy;

use std::collections::BTreeMap;
use std::path::Path;

use ndarray::Array1;
use pulp::Arch;
use serde::{Deserialize, Serialize};

pub use self::config::{Categorical, DqnConfig, Prioritized};
pub use self::policy::DqnPolicy;

use self::categorical::{divergence, softmax};
use self::policy::{action_values, best_legal};
use crate::afterstate_dqn::PlayWith;
use crate::agent::{Agent, Decision, NonFinite, StateMismatch, random_legal};
use crate::config::ConfigError;
use crate::env::{Batch, Environment, Step};
use crate::experience::{End, Experience, Shape};
use crate::model::ModelError;
use crate::nn::{Architecture, Noise, OptimizerState, QNetwork, QWorkspace, clip_by_global_norm};
use crate::normalizer::Normalizer;
use crate::observer::UpdateReport;
use crate::rng::Rng;
use crate::sum_tree::SumTree;

/// Everything that changes while [`Dqn`] learns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DqnState {
    online: QNetwork,
    target: QNetwork,
    optimizer: OptimizerState,
    experience: Experience,
    priorities: Option<Priorities>,
    normalizer: Option<Normalizer>,
    /// The noise of the weights that actions are chosen with.
    acting: Noise,
    /// The environment whose turn it is.
    turn: usize,
    exploration: Rng,
    sampling: Rng,
    noise: Rng,
    updates: u64,
    learning_rate: Option<f64>,
    epsilon: Option<f64>,
}

/// How likely each slot of the experience is drawn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Priorities {
    tree: SumTree,
    /// What a new step gets: the highest so far.
    highest: f64,
}

/// The learner.
#[derive(Debug)]
pub struct Dqn {
    config: DqnConfig,
    state: DqnState,
    scratch: Scratch,
}

/// Working memory, sized by the configuration and the first updates and then never again.
#[derive(Debug, Default)]
struct Scratch {
    /// The decision that is being carried out: what was seen, which actions were legal, which was chosen.
    observation: Vec<f32>,
    legal: Vec<bool>,
    chosen: usize,
    /// What is seen when an episode is cut.
    last: Vec<f32>,
    last_legal: Vec<bool>,
    /// What the network sees of an observation, and what it says.
    seen: Vec<f32>,
    values: Vec<f32>,
    /// The first number that was not finite since the last update.
    invalid: Option<(&'static str, f32)>,

    /// The minibatch.
    slots: Vec<usize>,
    actions: Vec<usize>,
    rewards: Vec<f32>,
    discounts: Vec<f32>,
    weights: Vec<f32>,
    inputs: Vec<f32>,
    next: Vec<f32>,
    next_legal: Vec<bool>,
    /// The best action of what follows each step; none after termination.
    best: Vec<Option<usize>>,
    /// What each step's value, or each of its atoms' probability, is moved towards.
    targets: Vec<f32>,
    probabilities: Vec<f32>,
    d_output: Vec<f32>,
    gradient: Array1<f32>,
    online_noise: Noise,
    target_noise: Noise,
    workspace: QWorkspace,
}

impl Dqn {
    /// A learner with random weights for environments like `env`. Its random streams follow from `seed`.
    ///
    /// # Errors
    /// If the configuration makes no sense, or does not fit the environment.
    pub fn new<E: Environment>(env: &E, config: DqnConfig, seed: u64) -> Result<Self, ConfigError> {
        config.validate()?;
        let (observation_len, action_count) = (env.observation_len(), env.action_count());
        let architecture = Architecture {
            inputs: observation_len,
            convolution: config.convolution.clone(),
            hidden: config.hidden.clone(),
            activation: config.activation,
            dueling: config.dueling,
            noisy: config.noisy,
            actions: action_count,
            atoms: config
                .categorical
                .map_or(1, |categorical| categorical.atoms),
        };
        architecture.validate()?;
        let online = QNetwork::new(architecture, &mut Rng::new(seed, 1));
        let parameters = online.parameters().len();
        let batch = config.batch_size;
        let outputs = action_count * online.architecture().atoms;
        let shape = Shape {
            observation_len,
            action_count,
            environments: 1,
            ring: config.buffer_capacity.max(config.n_step + 2),
            n_step: config.n_step,
            storage: config.storage,
        };
        Ok(Self {
            scratch: Scratch {
                observation: vec![0.0; observation_len],
                legal: vec![false; action_count],
                last: vec![0.0; observation_len],
                last_legal: vec![false; action_count],
                inputs: vec![0.0; batch * observation_len],
                next: vec![0.0; batch * observation_len],
                next_legal: vec![false; batch * action_count],
                targets: vec![0.0; batch * online.architecture().atoms],
                probabilities: vec![0.0; online.architecture().atoms],
                d_output: vec![0.0; batch * outputs],
                gradient: Array1::zeros(parameters),
                ..Scratch::default()
            },
            state: DqnState {
                target: online.clone(),
                online,
                optimizer: OptimizerState::new(config.optimizer, parameters),
                priorities: config.prioritized.is_some().then(|| Priorities {
                    tree: SumTree::new(shape.ring),
                    highest: 1.0,
                }),
                normalizer: config
                    .normalize_observations
                    .then(|| Normalizer::new(observation_len)),
                experience: Experience::new(shape),
                acting: Noise::default(),
                turn: 0,
                exploration: Rng::new(seed, 2),
                sampling: Rng::new(seed, 3),
                noise: Rng::new(seed, 4),
                updates: 0,
                learning_rate: None,
                epsilon: None,
            },
            config,
        })
    }

    /// The settings.
    pub fn config(&self) -> &DqnConfig {
        &self.config
    }

    /// The network that learns.
    pub fn network(&self) -> &QNetwork {
        &self.state.online
    }

    /// Everything that changes while it learns.
    pub fn state(&self) -> &DqnState {
        &self.state
    }

    /// The greedy policy as of now.
    pub fn policy(&self) -> DqnPolicy {
        let network = match self.config.play_with {
            PlayWith::Online => &self.state.online,
            PlayWith::Target => &self.state.target,
        };
        let normalizer = self.state.normalizer.clone();
        DqnPolicy::new(network.clone(), self.config.categorical, normalizer)
    }

    fn epsilon(&self, step: u64) -> f64 {
        let set = self.state.epsilon;
        set.unwrap_or_else(|| self.config.epsilon.at(step))
    }

    /// Writes the value of every action for what `scratch.observation` shows.
    fn evaluate(&mut self) {
        let (state, scratch) = (&self.state, &mut self.scratch);
        scratch.seen.clear();
        scratch.seen.extend_from_slice(&scratch.observation);
        if let Some(normalizer) = &state.normalizer {
            normalizer.apply(&mut scratch.seen);
        }
        let weights = state.online.weights_with(&state.acting);
        let outputs = state
            .online
            .forward(weights, &scratch.seen, 1, &mut scratch.workspace);
        action_values(self.config.categorical, outputs, &mut scratch.values);
    }

    /// One update: draw a minibatch, see what its values should be, and move them there.
    fn learn(&mut self, step: u64) -> Result<UpdateReport, NonFinite> {
        self.draw(step);
        self.bootstrap();
        let (loss, td_error, mean_q) = self.descend();
        let gradient = self.scratch.gradient.view_mut();
        let gradient_norm = clip_by_global_norm(gradient, self.config.max_gradient_norm);
        for (what, value) in [("the loss", loss), ("the gradient norm", gradient_norm)] {
            if !value.is_finite() {
                return Err(NonFinite { what, value, step });
            }
        }
        let state = &mut self.state;
        let learning_rate = state
            .learning_rate
            .unwrap_or_else(|| self.config.learning_rate.at(step));
        state.optimizer.update(
            state.online.parameters_mut(),
            self.scratch.gradient.view(),
            learning_rate,
            Arch::new(),
        );
        state.updates += 1;
        let (target, online) = (state.target.parameters_mut(), state.online.parameters());
        self.config.target.follow(state.updates, target, online);
        Ok(UpdateReport {
            step,
            update: self.state.updates,
            loss,
            td_error,
            mean_q,
            gradient_norm,
            epsilon: self.epsilon(step),
            learning_rate,
            buffer_fill: self.state.experience.fill(),
        })
    }

    /// Draws the minibatch and weighs it.
    fn draw(&mut self, step: u64) {
        let (state, s) = (&mut self.state, &mut self.scratch);
        let batch = self.config.batch_size;
        let Shape {
            observation_len,
            action_count,
            ..
        } = *state.experience.shape();
        s.slots.clear();
        s.actions.clear();
        s.rewards.clear();
        s.discounts.clear();
        s.weights.clear();
        for row in 0..batch {
            let slot = match &state.priorities {
                Some(priorities) => priorities.tree.draw(row, batch, &mut state.sampling),
                None => state.experience.draw(&mut state.sampling),
            };
            let drawn = state.experience.read(
                slot,
                self.config.gamma,
                &mut s.inputs[row * observation_len..][..observation_len],
                &mut s.next[row * observation_len..][..observation_len],
                &mut s.next_legal[row * action_count..][..action_count],
            );
            s.slots.push(slot);
            s.actions.push(drawn.action);
            s.rewards.push(drawn.reward);
            s.discounts.push(drawn.discount);
        }
        if let Some(normalizer) = &state.normalizer {
            normalizer.apply(&mut s.inputs);
            normalizer.apply(&mut s.next);
        }
        match (&state.priorities, &self.config.prioritized) {
            (Some(Priorities { tree, .. }), Some(Prioritized { beta, .. })) => {
                let beta = beta.at(step);
                // The number of steps and the sum of priorities cancel out: only the largest weight is 1.
                let weight = |&slot: &usize| tree.get(slot).powf(-beta) as f32;
                s.weights.extend(s.slots.iter().map(weight));
                let largest = s.weights.iter().copied().fold(0.0, f32::max);
                s.weights.iter_mut().for_each(|weight| *weight /= largest);
            }
            _ => s.weights.resize(batch, 1.0),
        }
    }

    /// Writes what each drawn step's value should be: reward + discount * the value of the best next action.
    fn bootstrap(&mut self) {
        let (state, s) = (&mut self.state, &mut self.scratch);
        let Architecture { actions, atoms, .. } = *state.online.architecture();
        let (batch, categorical) = (self.config.batch_size, self.config.categorical);
        state.online.perturb(&mut state.noise, &mut s.online_noise);
        state.target.perturb(&mut state.noise, &mut s.target_noise);

        let mut choose = |outputs: &[f32], values: &mut Vec<f32>| {
            action_values(categorical, outputs, values);
            let rows = values
                .chunks_exact(actions)
                .zip(s.next_legal.chunks_exact(actions));
            s.best.clear();
            s.best
                .extend(rows.map(|(values, legal)| best_legal(values, legal)));
        };
        if self.config.double {
            let weights = state.online.weights_with(&s.online_noise);
            let outputs = state
                .online
                .forward(weights, &s.next, batch, &mut s.workspace);
            choose(outputs, &mut s.values);
        }
        let weights = state.target.weights_with(&s.target_noise);
        let outputs = state
            .target
            .forward(weights, &s.next, batch, &mut s.workspace);
        if !self.config.double {
            choose(outputs, &mut s.values);
        }

        for (row, (outputs, target)) in outputs
            .chunks_exact(actions * atoms)
            .zip(s.targets.chunks_exact_mut(atoms))
            .enumerate()
        {
            let reward = s.rewards[row];
            // Where nothing can be done any more, nothing is to be had.
            let (discount, action) = match s.best[row] {
                Some(action) => (s.discounts[row], action),
                None => (0.0, 0),
            };
            let outputs = &outputs[action * atoms..][..atoms];
            match categorical {
                Some(categorical) => {
                    softmax(outputs, &mut s.probabilities);
                    categorical.project(&s.probabilities, reward, discount, target);
                }
                None if discount == 0.0 => target[0] = reward,
                None => target[0] = reward + discount * outputs[0],
            }
        }
    }

    /// Computes the gradient of the loss; returns the mean loss, the mean absolute TD error and the mean value. The
    /// priorities of the drawn steps become what was found.
    fn descend(&mut self) -> (f32, f32, f32) {
        let (state, s) = (&mut self.state, &mut self.scratch);
        let Architecture { actions, atoms, .. } = *state.online.architecture();
        let batch = self.config.batch_size;
        let weights = state.online.weights_with(&s.online_noise);
        let outputs = state
            .online
            .forward(weights, &s.inputs, batch, &mut s.workspace);
        s.d_output.fill(0.0);
        let share = 1.0 / batch as f32;
        let (mut loss, mut td_error, mut mean_q) = (0.0, 0.0, 0.0);
        for row in 0..batch {
            let at = (row * actions + s.actions[row]) * atoms;
            let (outputs, slopes) = (&outputs[at..at + atoms], &mut s.d_output[at..at + atoms]);
            let target = &s.targets[row * atoms..][..atoms];
            let (value, surprise, prediction) = match self.config.categorical {
                Some(categorical) => {
                    let divergence = divergence(target, outputs, slopes);
                    (divergence, divergence, categorical.mean(outputs))
                }
                None => {
                    let error = outputs[0] - target[0];
                    let (value, slope) = self.config.loss.of(error);
                    slopes[0] = slope;
                    (value, error.abs(), outputs[0])
                }
            };
            let weight = s.weights[row] * share;
            slopes.iter_mut().for_each(|slope| *slope *= weight);
            loss += weight * value;
            td_error += share * surprise;
            mean_q += share * prediction;
            if let (Some(priorities), Some(config)) =
                (&mut state.priorities, &self.config.prioritized)
                && surprise.is_finite()
            {
                let error = f64::from(surprise.abs()) + config.epsilon;
                let priority = error.powf(config.alpha);
                priorities.tree.set(s.slots[row], priority);
                priorities.highest = priorities.highest.max(priority);
            }
        }
        state.online.backward(
            weights,
            &s.online_noise,
            &s.inputs,
            &s.d_output,
            &mut s.workspace,
            s.gradient.view_mut(),
        );
        (loss, td_error, mean_q)
    }
}

impl<E: Environment> Agent<E> for Dqn {
    type Policy = DqnPolicy;
    type State = DqnState;

    fn environments(&mut self, count: usize) {
        let shape = *self.state.experience.shape();
        if shape.environments == count {
            return;
        }
        let ring = (self.config.buffer_capacity / count).max(self.config.n_step + 2);
        self.state.experience = Experience::new(Shape {
            environments: count,
            ring,
            ..shape
        });
        self.state.turn = 0;
        if let Some(priorities) = &mut self.state.priorities {
            priorities.tree = SumTree::new(count * ring);
        }
    }

    fn decide(&mut self, env: &E, step: u64) -> Decision {
        env.observe(&mut self.scratch.observation);
        env.legal_actions(&mut self.scratch.legal);
        self.scratch.values.clear();
        let state = &mut self.state;
        if step.is_multiple_of(self.config.update_every) {
            state.online.perturb(&mut state.noise, &mut state.acting);
        }
        let explored = self.state.exploration.unit() < self.epsilon(step);
        let action = if explored {
            random_legal(&self.scratch.legal, &mut self.state.exploration)
        } else {
            self.evaluate();
            best_legal(&self.scratch.values, &self.scratch.legal)
                .expect("at least one action is legal")
        };
        self.scratch.chosen = action;
        Decision { action, explored }
    }

    fn considered(&self) -> (Option<&Batch>, &[f32]) {
        (None, &self.scratch.values)
    }

    fn record(&mut self, env: &E, outcome: &Step) {
        let (state, s) = (&mut self.state, &mut self.scratch);
        let environment = state.turn;
        state.turn = (environment + 1) % state.experience.shape().environments;
        let action = s.chosen;
        let reward = match self.config.reward_clip {
            Some(limit) => outcome.reward.clamp(-limit, limit),
            None => outcome.reward,
        };
        let end = if outcome.terminated {
            End::Terminated
        } else if outcome.truncated {
            env.observe(&mut s.last);
            env.legal_actions(&mut s.last_legal);
            End::Truncated(&s.last, &s.last_legal)
        } else {
            End::None
        };
        let mut shown = s.observation.iter();
        if let Some(&value) = shown.find(|value| !value.is_finite()) {
            s.invalid.get_or_insert(("an observation", value));
        }
        if let Some(normalizer) = &mut state.normalizer {
            normalizer.see(&s.observation);
        }
        let priorities = &mut state.priorities;
        let mut changed = |slot: usize, usable: bool| {
            if let Some(Priorities { tree, highest }) = priorities {
                tree.set(slot, if usable { *highest } else { 0.0 });
            }
        };
        state.experience.push(
            environment,
            &s.observation,
            &s.legal,
            action,
            reward,
            end,
            &mut changed,
        );
    }

    fn update(&mut self, step: u64) -> Result<Option<UpdateReport>, NonFinite> {
        if let Some((what, value)) = self.scratch.invalid {
            return Err(NonFinite { what, value, step });
        }
        let due = step >= self.config.learning_starts
            && step.is_multiple_of(self.config.update_every)
            && self.state.experience.complete() > 0;
        let mut report = None;
        if due {
            for _ in 0..self.config.updates_per_round {
                report = Some(self.learn(step)?);
            }
        }
        Ok(report)
    }

    fn updates(&self) -> u64 {
        self.state.updates
    }

    fn epsilon(&self, step: u64) -> f64 {
        self.epsilon(step)
    }

    fn set_learning_rate(&mut self, learning_rate: f64) {
        self.state.learning_rate = Some(learning_rate);
    }

    fn set_epsilon(&mut self, epsilon: f64) {
        self.state.epsilon = Some(epsilon);
    }

    fn policy(&self) -> DqnPolicy {
        self.policy()
    }

    fn save_model(&self, path: &Path, notes: &BTreeMap<String, String>) -> Result<(), ModelError> {
        self.policy().save(path, notes)
    }

    fn state(&self) -> &DqnState {
        &self.state
    }

    fn set_state(&mut self, mut state: DqnState) -> Result<(), StateMismatch> {
        let fits = |what, found: String, expected: String| {
            if found == expected {
                return Ok(());
            }
            Err(StateMismatch {
                what,
                found,
                expected,
            })
        };
        let mine = &self.state;
        for network in [&state.online, &state.target] {
            fits(
                "the network",
                format!("{:?}", network.architecture()),
                format!("{:?}", mine.online.architecture()),
            )?;
        }
        fits(
            "the optimiser",
            format!("{:?}", state.optimizer.kind()),
            format!("{:?}", mine.optimizer.kind()),
        )?;
        fits(
            "the replay buffer",
            format!("{:?}", state.experience.shape()),
            format!("{:?}", mine.experience.shape()),
        )?;
        for (what, found, expected) in [
            (
                "prioritised replay",
                state.priorities.is_some(),
                mine.priorities.is_some(),
            ),
            (
                "normalisation of observations",
                state.normalizer.is_some(),
                mine.normalizer.is_some(),
            ),
        ] {
            let word = |on: bool| if on { "on" } else { "off" }.to_owned();
            fits(what, word(found), word(expected))?;
        }
        state.experience.reserve();
        self.state = state;
        self.scratch.invalid = None;
        Ok(())
    }
}
