//! The half that acts: an observation, the values of its actions, a choice.

use super::config::DqnConfig;
use super::policy::{action_values, best_legal};
use crate::actor::Actor;
use crate::agent::{Decision, Foreseen, random_legal};
use crate::env::{Batch, Environment, Step};
use crate::experience::End;
use crate::nn::{Noise, QNetwork, QWorkspace};
use crate::normalizer::Normalizer;
use crate::rng::Rng;

/// A decision being made and carried out.
#[derive(Debug)]
pub(super) struct Acting {
    /// What was seen, which actions were legal, which was chosen.
    observation: Vec<f32>,
    legal: Vec<bool>,
    chosen: usize,
    /// What is seen when an episode is cut.
    last: Vec<f32>,
    last_legal: Vec<bool>,
    /// What the network sees of an observation, and what it says.
    seen: Vec<f32>,
    pub(super) values: Vec<f32>,
    /// What all environments showed and the values of their actions, where decisions are prepared in rounds.
    pub(super) foreseen: Foreseen,
    observations: Vec<f32>,
    values_of_all: Vec<f32>,
    workspace: QWorkspace,
}

/// What a decision depends on beside the state.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sight<'a> {
    pub(super) network: &'a QNetwork,
    pub(super) noise: &'a Noise,
    pub(super) normalizer: Option<&'a Normalizer>,
}

impl Sight<'_> {
    /// What the network says of `rows` observations.
    fn look<'w>(
        &self,
        observations: &[f32],
        seen: &mut Vec<f32>,
        rows: usize,
        workspace: &'w mut QWorkspace,
    ) -> &'w [f32] {
        seen.clear();
        seen.extend_from_slice(observations);
        if let Some(normalizer) = self.normalizer {
            normalizer.apply(seen);
        }
        let weights = self.network.weights_with(self.noise);
        self.network.forward(weights, seen, rows, workspace)
    }
}

impl Acting {
    pub(super) fn new(observation_len: usize, action_count: usize) -> Self {
        Self {
            observation: vec![0.0; observation_len],
            legal: vec![false; action_count],
            chosen: 0,
            last: vec![0.0; observation_len],
            last_legal: vec![false; action_count],
            seen: Vec::new(),
            values: Vec::new(),
            foreseen: Foreseen::default(),
            observations: Vec::new(),
            values_of_all: Vec::new(),
            workspace: QWorkspace::default(),
        }
    }

    /// Values the actions of all environments, for the decisions from `step` on.
    pub(super) fn foresee<E: Environment>(
        &mut self,
        environments: &[E],
        step: u64,
        sight: Sight<'_>,
        config: &DqnConfig,
    ) {
        self.foreseen = Foreseen::round(step, environments.len());
        let len = self.observation.len();
        self.observations.resize(environments.len() * len, 0.0);
        for (env, out) in environments
            .iter()
            .zip(self.observations.chunks_exact_mut(len))
        {
            env.observe(out);
        }
        let (seen, workspace) = (&mut self.seen, &mut self.workspace);
        let outputs = sight.look(&self.observations, seen, environments.len(), workspace);
        action_values(config.categorical, outputs, &mut self.values_of_all);
    }

    /// The best legal action, or with probability `epsilon` any; none if none is legal.
    pub(super) fn decide<E: Environment>(
        &mut self,
        env: &E,
        step: u64,
        sight: Sight<'_>,
        config: &DqnConfig,
        epsilon: f64,
        rng: &mut Rng,
    ) -> Option<Decision> {
        let foreseen = self.foreseen.environment(step);
        let (len, actions) = (self.observation.len(), self.legal.len());
        match foreseen {
            Some(index) => self
                .observation
                .copy_from_slice(&self.observations[index * len..][..len]),
            None => env.observe(&mut self.observation),
        }
        env.legal_actions(&mut self.legal);
        self.values.clear();
        let explored = rng.unit() < epsilon;
        let action = if explored {
            random_legal(&self.legal, rng)?
        } else {
            if let Some(index) = foreseen {
                let row = &self.values_of_all[index * actions..][..actions];
                self.values.extend_from_slice(row);
            } else {
                let (seen, workspace) = (&mut self.seen, &mut self.workspace);
                let outputs = sight.look(&self.observation, seen, 1, workspace);
                action_values(config.categorical, outputs, &mut self.values);
            }
            best_legal(&self.values, &self.legal)?
        };
        self.chosen = action;
        Some(Decision { action, explored })
    }

    /// What there is to remember of the last decision, now that `env` has carried it out.
    pub(super) fn remember<E: Environment>(&mut self, env: &E, outcome: &Step) -> Remembered<'_> {
        let end = if outcome.terminated {
            End::Terminated
        } else if outcome.truncated {
            env.observe(&mut self.last);
            env.legal_actions(&mut self.last_legal);
            End::Truncated(&self.last, &self.last_legal)
        } else {
            End::None
        };
        Remembered {
            observation: &self.observation,
            legal: &self.legal,
            action: self.chosen,
            reward: outcome.reward,
            end,
        }
    }
}

/// A step to be remembered.
#[derive(Debug, Clone, Copy)]
pub(super) struct Remembered<'a> {
    pub(super) observation: &'a [f32],
    pub(super) legal: &'a [bool],
    pub(super) action: usize,
    pub(super) reward: f32,
    pub(super) end: End<'a>,
}

/// The same on its way from an actor to the learner.
#[derive(Debug)]
pub struct DqnMemory {
    observation: Vec<f32>,
    legal: Vec<bool>,
    action: usize,
    reward: f32,
    terminated: bool,
    /// What was seen when the episode was cut, and which actions were legal.
    cut: Option<(Vec<f32>, Vec<bool>)>,
}

impl DqnMemory {
    fn of(step: Remembered<'_>) -> Self {
        let cut = match step.end {
            End::Truncated(observation, legal) => Some((observation.to_vec(), legal.to_vec())),
            End::None | End::Terminated => None,
        };
        Self {
            observation: step.observation.to_vec(),
            legal: step.legal.to_vec(),
            action: step.action,
            reward: step.reward,
            terminated: matches!(step.end, End::Terminated),
            cut,
        }
    }

    pub(super) fn step(&self) -> Remembered<'_> {
        let end = match &self.cut {
            Some((observation, legal)) => End::Truncated(observation, legal),
            None if self.terminated => End::Terminated,
            None => End::None,
        };
        Remembered {
            observation: &self.observation,
            legal: &self.legal,
            action: self.action,
            reward: self.reward,
            end,
        }
    }
}

/// What [`DqnActor`] decides by: the network, how observations are normalised, and the epsilon that was set by hand.
#[derive(Debug)]
pub struct DqnMind {
    pub(super) network: QNetwork,
    pub(super) normalizer: Option<Normalizer>,
    pub(super) epsilon: Option<f64>,
}

/// [`Dqn`](super::Dqn)'s half that acts, with a copy of its network.
#[derive(Debug)]
pub struct DqnActor {
    acting: Acting,
    network: QNetwork,
    noise: Noise,
    normalizer: Option<Normalizer>,
    epsilon: Option<f64>,
    config: DqnConfig,
    rng: Rng,
    /// Decisions so far.
    decided: u64,
}

impl DqnActor {
    pub(super) fn new(mind: DqnMind, config: DqnConfig, rng: Rng) -> Self {
        let architecture = mind.network.architecture();
        let mut actor = Self {
            acting: Acting::new(architecture.inputs, architecture.actions),
            network: mind.network,
            noise: Noise::default(),
            normalizer: mind.normalizer,
            epsilon: mind.epsilon,
            config,
            rng,
            decided: 0,
        };
        actor.network.perturb(&mut actor.rng, &mut actor.noise);
        actor
    }
}

impl<E: Environment> Actor<E> for DqnActor {
    type Mind = DqnMind;
    type Memory = DqnMemory;

    fn renew(&mut self, mind: &DqnMind) {
        let parameters = mind.network.parameters();
        self.network.parameters_mut().assign(&parameters);
        self.network.perturb(&mut self.rng, &mut self.noise);
        self.normalizer.clone_from(&mind.normalizer);
        self.epsilon = mind.epsilon;
    }

    fn decide(&mut self, env: &E, step: u64) -> Option<Decision> {
        let epsilon = self.epsilon.unwrap_or_else(|| self.config.epsilon.at(step));
        self.decided += 1;
        if self.decided.is_multiple_of(self.config.update_every) {
            self.network.perturb(&mut self.rng, &mut self.noise);
        }
        let sight = Sight {
            network: &self.network,
            noise: &self.noise,
            normalizer: self.normalizer.as_ref(),
        };
        self.acting
            .decide(env, step, sight, &self.config, epsilon, &mut self.rng)
    }

    fn considered(&self) -> (Option<&Batch>, &[f32]) {
        (None, &self.acting.values)
    }

    fn remember(&mut self, env: &E, outcome: &Step) -> DqnMemory {
        DqnMemory::of(self.acting.remember(env, outcome))
    }
}
