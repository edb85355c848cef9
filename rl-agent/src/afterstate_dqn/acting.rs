//! The half that acts: candidates, their values, a choice.

use super::bellman::Transition;
use super::config::AfterstateDqnConfig;
use super::policy::{Crowd, Rule, action_values, first_best};
use crate::actor::Actor;
use crate::agent::{Decision, Foreseen, random_legal};
use crate::env::{AfterstateEnvironment, AfterstateModel, Batch, Step};
use crate::finite::not_finite;
use crate::nn::{Mlp, Scoring};
use crate::rng::Rng;

/// A decision being made and carried out.
#[derive(Debug)]
pub(super) struct Acting<After> {
    pub(super) candidates: Batch,
    pub(super) values: Vec<f32>,
    legal: Vec<bool>,
    /// The afterstate of the decision that is being carried out.
    chosen: Option<After>,
    memory: Scoring,
    /// The first reward or feature of a candidate that was not finite.
    pub(super) invalid: Option<f32>,
    /// What can be done in all environments, where decisions are prepared in rounds.
    pub(super) foreseen: Foreseen,
    crowd: Crowd,
}

impl<After> Acting<After> {
    pub(super) fn new(features: usize) -> Self {
        Self {
            candidates: Batch::new(features),
            values: Vec::new(),
            legal: Vec::new(),
            chosen: None,
            memory: Scoring::default(),
            invalid: None,
            foreseen: Foreseen::default(),
            crowd: Crowd::new(features),
        }
    }

    /// Values all that can be done in any of `environments`, for the decisions from `step` on.
    pub(super) fn foresee<E: AfterstateEnvironment>(
        &mut self,
        environments: &[E],
        step: u64,
        network: &Mlp,
        rule: Rule,
    ) {
        self.foreseen = Foreseen::round(step, environments.len());
        self.crowd.look(environments, network, rule);
    }

    /// The best action, or with probability `epsilon` any; none if none is legal.
    pub(super) fn decide<E, M>(
        &mut self,
        env: &E,
        step: u64,
        network: &Mlp,
        rule: Rule,
        epsilon: f64,
        rng: &mut Rng,
    ) -> Option<Decision>
    where
        E: AfterstateEnvironment<Model = M>,
        M: AfterstateModel<After = After>,
    {
        self.candidates.clear();
        self.values.clear();
        let explored = rng.unit() < epsilon;
        let action = if explored {
            self.legal.resize(env.action_count(), false);
            env.legal_actions(&mut self.legal);
            random_legal(&self.legal, rng)?
        } else {
            if let Some(index) = self.foreseen.environment(step) {
                let rows = self.crowd.rows(index);
                self.values
                    .extend_from_slice(&self.crowd.values[rows.clone()]);
                self.candidates.extend_from(&self.crowd.candidates, rows);
            } else {
                env.candidates(&mut self.candidates);
                let (values, memory) = (&mut self.values, &mut self.memory);
                action_values(network, rule, &self.candidates, values, memory);
            }
            self.check_finite();
            *self.candidates.actions().get(first_best(&self.values))? as usize
        };
        self.chosen = Some(env.after(action).expect("a legal action was chosen"));
        Some(Decision { action, explored })
    }

    /// Remembers a number of the candidates that is not finite. The network would hide it: a ReLU makes zero of NaN.
    fn check_finite(&mut self) {
        let (rewards, features) = (self.candidates.rewards(), self.candidates.features());
        let found = not_finite(rewards).or_else(|| not_finite(features));
        self.invalid = self.invalid.or(found);
    }

    /// What there is to remember of the decision, now that `env` has carried it out.
    pub(super) fn remember<E, M>(&mut self, env: &E) -> Transition<After>
    where
        E: AfterstateEnvironment<Model = M>,
        M: AfterstateModel<After = After>,
    {
        let after = self.chosen.take();
        Transition {
            after: after.expect("a decision comes before its memory"),
            outcome: env.outcome() as u32,
        }
    }
}

/// [`AfterstateDqn`](super::AfterstateDqn)'s half that acts, with a copy of its network.
#[derive(Debug)]
pub struct AfterstateActor<After> {
    acting: Acting<After>,
    network: Mlp,
    config: AfterstateDqnConfig,
    epsilon: Option<f64>,
    rng: Rng,
}

impl<After> AfterstateActor<After> {
    pub(super) fn new(
        (network, epsilon): (Mlp, Option<f64>),
        config: AfterstateDqnConfig,
        rng: Rng,
    ) -> Self {
        Self {
            acting: Acting::new(network.input_len()),
            network,
            config,
            epsilon,
            rng,
        }
    }
}

impl<E, M> Actor<E> for AfterstateActor<M::After>
where
    E: AfterstateEnvironment<Model = M>,
    M: AfterstateModel,
{
    /// The network, and the epsilon that was set by hand.
    type Mind = (Mlp, Option<f64>);
    /// The transition, and the first number that was not finite, if one was seen.
    type Memory = (Transition<M::After>, Option<f32>);

    fn renew(&mut self, (network, epsilon): &Self::Mind) {
        self.network.parameters_mut().assign(&network.parameters());
        self.epsilon = *epsilon;
    }

    fn decide(&mut self, env: &E, step: u64) -> Option<Decision> {
        let epsilon = self.epsilon.unwrap_or_else(|| self.config.epsilon.at(step));
        let rule = Rule::of(&self.config);
        self.acting
            .decide(env, step, &self.network, rule, epsilon, &mut self.rng)
    }

    fn considered(&self) -> (Option<&Batch>, &[f32]) {
        (Some(&self.acting.candidates), &self.acting.values)
    }

    fn remember(&mut self, env: &E, _outcome: &Step) -> Self::Memory {
        (self.acting.remember(env), self.acting.invalid)
    }
}
