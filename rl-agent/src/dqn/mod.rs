//! Deep Q-learning over state-action values, for any environment with discrete actions.
//!
//! A network gives every action of an observation its value Q(s, a). Acting takes the best legal action (or, with
//! probability epsilon, any), and learning moves Q(s, a) of remembered steps towards r + gamma * max Q'(s', .) over the
//! legal actions, where Q' is a slowly following copy (Mnih et al., "Human-level control through deep reinforcement
//! learning", 2015). Termination ends the sum of rewards; truncation does not, what was seen then is still valued. The
//! improvements since then are options of [`DqnConfig`], and all of them together are Rainbow.

mod acting;
mod agent;
mod categorical;
mod config;
mod model;
mod policy;
mod state;

use std::ops::Range;

use ndarray::Array1;
use pulp::Arch;

pub use self::acting::{DqnActor, DqnMemory, DqnMind};
pub use self::config::{Categorical, DqnConfig};
pub(crate) use self::model::KIND as MODEL_KIND;
pub use self::policy::DqnPolicy;
pub use self::state::DqnState;
pub use crate::prioritized::Prioritized;
pub use crate::target::{PlayWith, TargetUpdate};

use self::acting::{Acting, Remembered};
use self::categorical::{divergence, softmax};
use self::policy::{BestLegal, action_values};
use crate::agent::NonFinite;
use crate::config::{ConfigError, check_room};
use crate::env::Environment;
use crate::experience::{Drawn, End, Experience, Shape};
use crate::finite::not_finite;
use crate::learning::{Descent, Found, Learning};
use crate::nn::{Architecture, Noise, OptimizerState, QNetwork, QWorkspace};
use crate::normalizer::Normalizer;
use crate::observer::UpdateReport;
use crate::prioritized::Priorities;
use crate::rng::Rng;

/// Rows of a minibatch that go through the networks at a time, at most: few enough for what they need to stay in the
/// second cache.
const PART: usize = 256;

/// The learner.
#[derive(Debug)]
pub struct Dqn {
    config: DqnConfig,
    state: DqnState,
    acting: Acting,
    scratch: Scratch,
}

/// Working memory, sized by the configuration and the first updates and then never again.
#[derive(Debug, Default)]
struct Scratch {
    /// The first number of an observation that was not finite.
    invalid: Option<f32>,

    /// The minibatch.
    slots: Vec<usize>,
    weights: Vec<f32>,

    /// A part of it.
    steps: Vec<Drawn>,
    inputs: Vec<f32>,
    next: Vec<f32>,
    next_legal: Vec<bool>,
    values: Vec<f32>,
    /// The best action of what follows each step; none after termination.
    best: Vec<Option<usize>>,
    /// What each step's value, or each of its atoms' probability, is moved towards.
    targets: Vec<f32>,
    probabilities: Vec<f32>,
    /// The action of each step, and the loss's derivative by its value or logits.
    taken: Vec<usize>,
    slopes: Vec<f32>,

    gradient: Array1<f32>,
    online_noise: Noise,
    target_noise: Noise,
    workspace: QWorkspace,
}

impl Scratch {
    /// Looks at all that a step shows, what was seen when it was cut included.
    fn check(&mut self, step: &Remembered<'_>) {
        let last = match step.end {
            End::Truncated(observation, _) => observation,
            End::None | End::Terminated => &[],
        };
        if let Some(value) = not_finite(step.observation).or_else(|| not_finite(last)) {
            self.invalid.get_or_insert(value);
        }
    }
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
        let part = config.batch_size.min(PART);
        let shape = Shape {
            observation_len,
            action_count,
            environments: 1,
            ring: config.buffer_capacity.max(config.n_step + 2),
            n_step: config.n_step,
            storage: config.storage,
        };
        let priority = config
            .prioritized
            .as_ref()
            .map_or(0, |_| Priorities::SLOT_BYTES);
        let bytes = shape.step_bytes() + priority;
        check_room(config.buffer_capacity, shape.ring, bytes)?;
        Ok(Self {
            acting: Acting::new(observation_len, action_count),
            scratch: Scratch {
                inputs: vec![0.0; part * observation_len],
                next: vec![0.0; part * observation_len],
                next_legal: vec![false; part * action_count],
                targets: vec![0.0; part * online.architecture().atoms],
                probabilities: vec![0.0; online.architecture().atoms],
                slopes: vec![0.0; part * online.architecture().atoms],
                gradient: Array1::zeros(parameters),
                ..Scratch::default()
            },
            state: DqnState {
                learning: Learning::new(online, OptimizerState::new(config.optimizer, parameters)),
                priorities: (config.prioritized.as_ref()).map(|_| Priorities::new(shape.ring)),
                normalizer: config
                    .normalize_observations
                    .then(|| Normalizer::new(observation_len)),
                experience: Experience::new(shape),
                experience_from: 0,
                acting: Noise::default(),
                turn: 0,
                seed,
                exploration: Rng::new(seed, 2),
                sampling: Rng::new(seed, 3),
                noise: Rng::new(seed, 4),
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
        &self.state.learning.online
    }

    /// Everything that changes while it learns.
    pub fn state(&self) -> &DqnState {
        &self.state
    }

    /// The greedy policy as of now.
    pub fn policy(&self) -> DqnPolicy {
        let network = self.state.learning.played(self.config.play_with);
        let normalizer = self.state.normalizer.clone();
        DqnPolicy::new(network.clone(), self.config.categorical, normalizer)
    }

    fn epsilon(&self, step: u64) -> f64 {
        self.state.learning.epsilon(&self.config.epsilon, step)
    }

    /// One update: draw a minibatch, see what its values should be, and move them there.
    fn learn(&mut self, step: u64) -> Result<UpdateReport, NonFinite> {
        self.draw(step);
        let mut found = Found::default();
        let batch = self.config.batch_size;
        let rows = batch.div_ceil(batch.div_ceil(PART));
        for from in (0..batch).step_by(rows) {
            let part = from..batch.min(from + rows);
            self.read(part.clone());
            self.bootstrap();
            self.differentiate(part, &mut found);
        }
        let (state, config) = (&mut self.state, &self.config);
        let settings = Descent {
            learning_rate: &config.learning_rate,
            epsilon: &config.epsilon,
            max_gradient_norm: config.max_gradient_norm,
            target: config.target,
        };
        let gradient = self.scratch.gradient.view_mut();
        let fill = state.experience.fill();
        state
            .learning
            .descend(step, settings, found, gradient, fill)
    }

    /// Draws the minibatch and weighs it, and draws the noise with which it is learnt.
    fn draw(&mut self, step: u64) {
        let (state, s) = (&mut self.state, &mut self.scratch);
        let batch = self.config.batch_size;
        s.slots.clear();
        for row in 0..batch {
            s.slots.push(match &state.priorities {
                Some(priorities) => priorities.draw(row, batch, &mut state.sampling),
                None => state.experience.draw(&mut state.sampling),
            });
        }
        match (&state.priorities, &self.config.prioritized) {
            (Some(priorities), Some(settings)) => {
                priorities.weigh(&s.slots, settings.beta.at(step), &mut s.weights);
            }
            _ => s.weights.resize(batch, 1.0),
        }
        let Learning { online, target, .. } = &state.learning;
        online.perturb(&mut state.noise, &mut s.online_noise);
        target.perturb(&mut state.noise, &mut s.target_noise);
    }

    /// Reads a part of the minibatch.
    fn read(&mut self, part: Range<usize>) {
        let (state, s) = (&self.state, &mut self.scratch);
        let Shape {
            observation_len,
            action_count,
            ..
        } = *state.experience.shape();
        s.steps.clear();
        s.inputs.resize(part.len() * observation_len, 0.0);
        s.next.resize(part.len() * observation_len, 0.0);
        s.next_legal.resize(part.len() * action_count, false);
        for (row, &slot) in s.slots[part].iter().enumerate() {
            s.steps.push(state.experience.read(
                slot,
                self.config.gamma,
                &mut s.inputs[row * observation_len..][..observation_len],
                &mut s.next[row * observation_len..][..observation_len],
                &mut s.next_legal[row * action_count..][..action_count],
            ));
        }
        if let Some(normalizer) = &state.normalizer {
            normalizer.apply(&mut s.inputs);
            normalizer.apply(&mut s.next);
        }
    }

    /// Writes what each step's value should be: reward + discount * the value of the best next action.
    fn bootstrap(&mut self) {
        let (state, s) = (&self.state, &mut self.scratch);
        let Learning { online, target, .. } = &state.learning;
        let Architecture { actions, atoms, .. } = *online.architecture();
        let (rows, categorical) = (s.steps.len(), self.config.categorical);

        let mut choose = |outputs: &[f32], values: &mut Vec<f32>| {
            action_values(categorical, outputs, values);
            Arch::new().dispatch(BestLegal {
                actions,
                values,
                legal: &s.next_legal,
                best: &mut s.best,
            });
        };
        if self.config.double {
            let weights = online.weights_with(&s.online_noise);
            let outputs = online.forward(weights, &s.next, rows, &mut s.workspace);
            choose(outputs, &mut s.values);
        }
        let weights = target.weights_with(&s.target_noise);
        let outputs = target.forward(weights, &s.next, rows, &mut s.workspace);
        if !self.config.double {
            choose(outputs, &mut s.values);
        }

        let outputs = outputs.chunks_exact(actions * atoms);
        for (row, (outputs, target)) in outputs.zip(s.targets.chunks_exact_mut(atoms)).enumerate() {
            let Drawn {
                reward, discount, ..
            } = s.steps[row];
            // Where nothing can be done any more, nothing is to be had.
            let (discount, action) = match s.best[row] {
                Some(action) => (discount, action),
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

    /// Computes the part's share of the gradient of the loss. The priorities of its steps become what was found.
    fn differentiate(&mut self, part: Range<usize>, found: &mut Found) {
        let (state, s) = (&mut self.state, &mut self.scratch);
        let online = &state.learning.online;
        let atoms = online.architecture().atoms;
        let weights = online.weights_with(&s.online_noise);
        s.taken.clear();
        s.taken.extend(s.steps.iter().map(|step| step.action));
        let outputs = online.forward_taken(weights, &s.inputs, &s.taken, &mut s.workspace);
        s.slopes.resize(outputs.len(), 0.0);
        let share = 1.0 / self.config.batch_size as f32;
        for (row, index) in part.clone().enumerate() {
            let of_row = row * atoms..(row + 1) * atoms;
            let (outputs, target) = (&outputs[of_row.clone()], &s.targets[of_row.clone()]);
            let slopes = &mut s.slopes[of_row];
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
            let weight = s.weights[index] * share;
            slopes.iter_mut().for_each(|slope| *slope *= weight);
            found.loss += weight * value;
            found.td_error += share * surprise;
            found.mean_q += share * prediction;
            if let (Some(priorities), Some(settings)) =
                (&mut state.priorities, &self.config.prioritized)
            {
                priorities.surprised(s.slots[index], surprise, settings);
            }
        }
        online.backward(
            weights,
            &s.online_noise,
            &s.inputs,
            &s.slopes,
            &mut s.workspace,
            s.gradient.view_mut(),
            part.start > 0,
        );
    }
}
