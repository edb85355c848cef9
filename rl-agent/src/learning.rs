//! What every deep Q-learner has: a network that learns, one that follows it, and how an update moves them.

use std::fmt::Debug;

use ndarray::ArrayViewMut1;
use pulp::Arch;
use serde::{Deserialize, Serialize};

use crate::agent::{NonFinite, StateMismatch};
use crate::nn::{Mlp, OptimizerState, QNetwork, clip_by_global_norm};
use crate::observer::UpdateReport;
use crate::schedule::Schedule;
use crate::target::{PlayWith, TargetUpdate};

/// The networks, what moves them, and the rates that were set by hand.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Learning<N> {
    /// The one that learns.
    pub(crate) online: N,
    /// The one that values what comes next.
    pub(crate) target: N,
    pub(crate) optimizer: OptimizerState,
    pub(crate) updates: u64,
    /// Instead of the schedules.
    pub(crate) learning_rate: Option<f64>,
    pub(crate) epsilon: Option<f64>,
}

/// The settings of an update.
#[derive(Debug)]
pub(crate) struct Descent<'a> {
    pub(crate) learning_rate: &'a Schedule,
    pub(crate) epsilon: &'a Schedule,
    pub(crate) max_gradient_norm: Option<f32>,
    pub(crate) target: TargetUpdate,
}

/// What a minibatch came to, each a mean over it.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Found {
    pub(crate) loss: f32,
    /// Absolute TD error.
    pub(crate) td_error: f32,
    /// Predicted value.
    pub(crate) mean_q: f32,
}

/// A network whose parameters lie in one array.
pub(crate) trait Parameters: Clone {
    fn flat(&mut self) -> ArrayViewMut1<'_, f32>;
}

impl Parameters for Mlp {
    fn flat(&mut self) -> ArrayViewMut1<'_, f32> {
        self.parameters_mut()
    }
}

impl Parameters for QNetwork {
    fn flat(&mut self) -> ArrayViewMut1<'_, f32> {
        self.parameters_mut()
    }
}

impl<N: Parameters> Learning<N> {
    /// Before the first update: the target network is a copy.
    pub(crate) fn new(online: N, optimizer: OptimizerState) -> Self {
        Self {
            target: online.clone(),
            online,
            optimizer,
            updates: 0,
            learning_rate: None,
            epsilon: None,
        }
    }

    /// The network that the greedy policy plays with.
    pub(crate) fn played(&self, with: PlayWith) -> &N {
        match with {
            PlayWith::Online => &self.online,
            PlayWith::Target => &self.target,
        }
    }

    /// Whether these networks and this optimiser are of the kinds that `mine` are of, by what `shape` says of a network.
    pub(crate) fn fit<S: Debug + PartialEq>(
        &self,
        mine: &Self,
        shape: impl Fn(&N) -> S,
    ) -> Result<(), StateMismatch> {
        let expected = shape(&mine.online);
        for network in [&self.online, &self.target] {
            StateMismatch::unless_equal("the network", &shape(network), &expected)?;
        }
        let kinds = (self.optimizer.kind(), mine.optimizer.kind());
        StateMismatch::unless_equal("the optimiser", &kinds.0, &kinds.1)
    }

    pub(crate) fn epsilon(&self, schedule: &Schedule, step: u64) -> f64 {
        self.epsilon.unwrap_or_else(|| schedule.at(step))
    }

    /// Makes an update: clips `gradient`, moves the weights of the online network against it and lets the target network
    /// follow.
    ///
    /// # Errors
    /// If the loss or the norm of the gradient is not finite; the networks are then as before.
    pub(crate) fn descend(
        &mut self,
        step: u64,
        settings: Descent<'_>,
        found: Found,
        mut gradient: ArrayViewMut1<'_, f32>,
        buffer_fill: f32,
    ) -> Result<UpdateReport, NonFinite> {
        let gradient_norm = clip_by_global_norm(gradient.view_mut(), settings.max_gradient_norm);
        for (what, value) in [
            ("the loss", found.loss),
            ("the gradient norm", gradient_norm),
        ] {
            if !value.is_finite() {
                return Err(NonFinite { what, value, step });
            }
        }
        let learning_rate = (self.learning_rate).unwrap_or_else(|| settings.learning_rate.at(step));
        let mut online = self.online.flat();
        self.optimizer.update(
            online.view_mut(),
            gradient.view(),
            learning_rate,
            Arch::new(),
        );
        self.updates += 1;
        let target = self.target.flat();
        settings.target.follow(self.updates, target, online.view());
        Ok(UpdateReport {
            step,
            update: self.updates,
            loss: found.loss,
            td_error: found.td_error,
            mean_q: found.mean_q,
            gradient_norm,
            epsilon: self.epsilon(settings.epsilon, step),
            learning_rate,
            buffer_fill,
        })
    }
}
