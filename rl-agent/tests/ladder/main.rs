//! Training on a world whose exact values are known.

mod checkpoints;
#[path = "../common/mod.rs"]
mod common;
mod settings;
mod watching;

use std::cell::RefCell;
use std::collections::BTreeMap;

use common::{Ladder, LadderModel, RUNGS, exact_survival, exact_values};
use ndarray::Array2;
use rl_agent::afterstate_dqn::{
    AfterstateDqn, AfterstateDqnConfig, Backup, Objective, PlayWith, Prioritized, TargetUpdate,
};
use rl_agent::control::Command;
use rl_agent::env::AfterstateEnvironment;
use rl_agent::evaluation::EvaluationConfig;
use rl_agent::model::Model;
use rl_agent::nn::{Loss, Workspace};
use rl_agent::observer::{
    DecisionReport, EndReason, EpisodeReport, MetricsReport, Observer, StepReport, UpdateReport,
};
use rl_agent::schedule::Schedule;
use rl_agent::trainer::{MODEL_FILE, Trainer, TrainerConfig};

const GAMMA: f64 = 0.9;

fn config(backup: Backup, target: TargetUpdate) -> AfterstateDqnConfig {
    AfterstateDqnConfig {
        hidden: vec![32],
        gamma: GAMMA,
        learning_rate: Schedule::Exponential {
            from: 5e-3,
            to: 1e-5,
            over: 40_000,
        },
        epsilon: Schedule::Constant(0.5),
        buffer_capacity: 10_000,
        learning_starts: 500,
        update_every: 2,
        backup,
        target,
        loss: Loss::Squared,
        play_with: PlayWith::Online,
        ..AfterstateDqnConfig::default()
    }
}

fn trainer(config: AfterstateDqnConfig, steps: u64) -> Trainer<Ladder, AfterstateDqn<LadderModel>> {
    trainer_on(Ladder::new(), config, steps)
}

fn trainer_on(
    world: Ladder,
    config: AfterstateDqnConfig,
    steps: u64,
) -> Trainer<Ladder, AfterstateDqn<LadderModel>> {
    let agent = AfterstateDqn::new(world.model(), config, 7).unwrap();
    let limits = TrainerConfig {
        seed: 7,
        total_steps: Some(steps),
        metrics_every: 100,
        evaluate_every: 700,
        checkpoint_every: 900,
        ..TrainerConfig::default()
    };
    Trainer::new(vec![world], agent, limits).unwrap()
}

fn short() -> Trainer<Ladder, AfterstateDqn<LadderModel>> {
    trainer(
        config(Backup::Expected, TargetUpdate::Soft { tau: 0.01 }),
        3_000,
    )
}

#[test]
fn learns_the_values_that_value_iteration_computes() {
    let exact = exact_values(GAMMA);
    let (soft, hard) = (
        TargetUpdate::Soft { tau: 0.01 },
        TargetUpdate::Hard { every: 100 },
    );
    let prioritized = AfterstateDqnConfig {
        prioritized: Some(Prioritized {
            alpha: 0.6,
            beta: Schedule::Constant(1.0),
            epsilon: 1e-3,
        }),
        ..config(Backup::Expected, soft)
    };
    for (config, tolerance) in [
        (config(Backup::Expected, soft), 0.01),
        (config(Backup::Expected, hard), 0.01),
        (prioritized, 0.01),
        (config(Backup::Sampled, soft), 0.05),
    ] {
        let mut trainer = trainer(config.clone(), 40_000);
        trainer.run(()).unwrap();
        let every_rung = Array2::eye(RUNGS);
        let mut workspace = Workspace::default();
        let learned = trainer
            .agent()
            .network()
            .forward(every_rung.view(), &mut workspace);
        for (rung, (&got, want)) in learned.iter().zip(&exact).enumerate() {
            let off = (f64::from(got) - want).abs() / want;
            assert!(
                off < tolerance,
                "{config:?}: rung {rung} is {got}, not {want}"
            );
        }
    }
}

#[test]
fn learns_how_likely_it_is_to_live() {
    let config = AfterstateDqnConfig {
        objective: Objective::Survival,
        ..config(Backup::Expected, TargetUpdate::Soft { tau: 0.01 })
    };
    let mut trainer = trainer_on(Ladder::with_storms(true), config, 40_000);
    trainer.run(()).unwrap();
    let every_rung = Array2::eye(RUNGS);
    let mut workspace = Workspace::default();
    let learned = trainer
        .agent()
        .network()
        .forward(every_rung.view(), &mut workspace);
    for (rung, (&got, want)) in learned.iter().zip(exact_survival(GAMMA)).enumerate() {
        let off = (f64::from(got) - want).abs() / want;
        assert!(off < 0.01, "rung {rung} is {got}, not {want}");
    }
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let trained = |threads| {
        let config = AfterstateDqnConfig {
            threads,
            ..config(Backup::Expected, TargetUpdate::Soft { tau: 0.01 })
        };
        let mut trainer = trainer(config, 1_500);
        trainer.run(()).unwrap();
        trainer.agent().state().clone()
    };
    let alone = trained(1);
    assert!(
        [2, 3, 7]
            .into_iter()
            .all(|threads| trained(threads) == alone)
    );
}
