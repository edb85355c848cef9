//! Trainers and evaluations of Tetris, compiled here once: see [`Training`].

use std::collections::BTreeMap;
use std::path::PathBuf;

use tetris_core::Controller;

use super::{KeyTetris, KeysConfig, Scenario, Tetris, TetrisConfig};
use crate::afterstate_dqn::{AfterstateDqn, AfterstateDqnConfig, AfterstatePolicy};
use crate::agent::Agent;
use crate::config::ConfigError;
use crate::control::Control;
use crate::dqn::{Dqn, DqnConfig, DqnPolicy};
use crate::env::{AfterstateEnvironment, Environment, Resumable};
use crate::evaluation::{AnyMatch, EvaluationConfig, Match};
use crate::model::Model;
use crate::trainer::{Trainer, TrainerConfig, Training};

/// How an agent is trained, whichever it is.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Games that are played side by side.
    pub environments: usize,
    /// How games begin and end in training; evaluations play without it.
    pub scenario: Scenario,
    /// Seed, limits and schedules.
    pub trainer: TrainerConfig,
    /// The games of an evaluation.
    pub evaluation: EvaluationConfig,
    /// Where the best model and checkpoints go; the folder must exist.
    pub folder: PathBuf,
    /// What goes into the model file.
    pub notes: BTreeMap<String, String>,
    /// What commands the trainer.
    pub control: Control,
}

impl Plan {
    /// The trainer of `agent` in copies of `env`, with evaluations in copies of `unseen`.
    fn training<E, A>(
        self,
        env: E,
        unseen: E,
        agent: A,
    ) -> Result<Box<dyn Training<E>>, ConfigError>
    where
        E: Environment<Scenario = Scenario> + Resumable + Clone + Send + 'static,
        A: Agent<E> + Send + 'static,
    {
        let training = self.scenario;
        let trainer = Trainer::new(vec![env; self.environments], agent, self.trainer)?
            .scenarios(move |_| training.clone())
            .evaluate(unseen, Scenario::default(), self.evaluation)
            .save_to(&self.folder, self.notes)
            .controlled_by(self.control);
        Ok(Box::new(trainer))
    }
}

/// An [`AfterstateDqn`] that learns to place pieces.
///
/// # Errors
/// If a setting is outside its range.
pub fn placement_training(
    game: TetrisConfig,
    agent: AfterstateDqnConfig,
    plan: Plan,
) -> Result<Box<dyn Training<Tetris>>, ConfigError> {
    let env = Tetris::new(game)?;
    let agent = AfterstateDqn::new(env.model(), agent, plan.trainer.seed)?;
    plan.training(env, Tetris::without_colours(game)?, agent)
}

/// Games of a trained network, one after the other, by the loop of training: it is commanded and watched like training,
/// and learns nothing.
///
/// # Errors
/// If the network sees other features than there are in this game.
pub fn placement_demo(
    game: TetrisConfig,
    trained: Model,
    seed: u64,
    control: Control,
) -> Result<Box<dyn Training<Tetris>>, ConfigError> {
    let env = Tetris::new(game)?;
    let player = AfterstateDqn::frozen(env.model(), trained)?;
    let config = TrainerConfig {
        seed,
        ..TrainerConfig::default()
    };
    let trainer = Trainer::new(vec![env], player, config)?.controlled_by(control);
    Ok(Box::new(trainer))
}

/// A [`Dqn`] that learns to press keys.
///
/// # Errors
/// If a setting is outside its range.
pub fn key_training(
    game: KeysConfig,
    agent: DqnConfig,
    plan: Plan,
) -> Result<Box<dyn Training<KeyTetris>>, ConfigError> {
    let env = KeyTetris::new(game)?;
    let agent = Dqn::new(&env, agent, plan.trainer.seed)?;
    plan.training(env, KeyTetris::without_colours(game)?, agent)
}

/// Who places pieces in an evaluation.
#[derive(Debug, Clone)]
pub enum Placer {
    /// A trained network.
    Network(Box<AfterstatePolicy>),
    /// A hand-weighted player.
    Controller(Controller),
}

/// Games of a player, before the first step.
pub fn placement_match(env: Tetris, player: Placer, config: EvaluationConfig) -> Box<dyn AnyMatch> {
    let scenario = Scenario::default();
    match player {
        Placer::Network(policy) => Box::new(Match::new(env, scenario, *policy, config)),
        Placer::Controller(policy) => Box::new(Match::new(env, scenario, policy, config)),
    }
}

/// Games of a player with keys, before the first step; cut after so many pieces.
pub fn key_match(
    env: KeyTetris,
    player: DqnPolicy,
    max_pieces: Option<u64>,
    config: EvaluationConfig,
) -> Box<dyn AnyMatch> {
    let scenario = Scenario {
        max_pieces,
        ..Scenario::default()
    };
    Box::new(Match::new(env, scenario, player, config))
}
