//! Training on a world whose exact values are known.

mod common;

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

/// An observer that looks at everything.
#[derive(Default)]
struct Nosy {
    decisions: u64,
    steps: u64,
    episodes: u64,
    reward: f64,
    updates: Vec<UpdateReport>,
    metrics: u64,
}

impl Observer<Ladder> for Nosy {
    fn on_decision(&mut self, report: &DecisionReport<'_, Ladder>) {
        assert_eq!(report.step, self.decisions);
        assert_eq!(report.explored, report.values.is_empty());
        self.decisions += 1;
    }
    fn on_step(&mut self, report: &StepReport<'_, Ladder>) {
        self.steps += 1;
        assert_eq!(report.step, self.steps);
    }
    fn on_episode(&mut self, report: &EpisodeReport<'_>) {
        assert_eq!(report.episode, self.episodes);
        assert_eq!(report.measures, [report.reward]);
        self.episodes += 1;
        self.reward += report.reward;
    }
    fn on_update(&mut self, report: &UpdateReport) {
        self.updates.push(*report);
    }
    fn on_metrics(&mut self, report: &MetricsReport<'_>) {
        assert_eq!((report.step, report.episodes), (self.steps, self.episodes));
        self.metrics += 1;
    }
}

#[test]
fn observers_see_everything_and_change_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let bytes = |name: &str, observer: &mut dyn Observer<Ladder>| {
        let folder = folder.path().join(name);
        std::fs::create_dir(&folder).unwrap();
        let mut trainer = short()
            .evaluate(
                Ladder::new(),
                (),
                EvaluationConfig {
                    games: 5,
                    max_steps: Some(200),
                    threads: 2,
                    ..Default::default()
                },
            )
            .save_to(&folder, BTreeMap::new());
        let end = trainer.run(observer).unwrap();
        assert_eq!((end.step, end.reason), (3_000, EndReason::Finished));
        (
            std::fs::read(folder.join(MODEL_FILE)).unwrap(),
            trainer.agent().state().clone(),
        )
    };
    let mut nosy = (Nosy::default(), Some(Nosy::default()));
    let mut boxed: Vec<Box<dyn Observer<Ladder>>> = vec![Box::new(()), Box::new(Nosy::default())];
    let plain = bytes("plain", &mut ());
    assert!(
        plain == bytes("nosy", &mut nosy),
        "observed training differs"
    );
    assert!(
        plain == bytes("boxed", &mut boxed),
        "observed training differs"
    );
    assert_eq!((nosy.0.steps, nosy.0.metrics), (3_000, 30));
    assert_eq!(nosy.0.updates.len(), (3_000 - 500) / 2 + 1);
    assert!(nosy.0.episodes > 10 && nosy.0.reward > 0.0);
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

#[test]
fn resuming_gives_the_same_bytes_as_never_stopping() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("half");
    let whole = {
        let mut trainer = short();
        trainer.run(()).unwrap();
        trainer
    };
    let mut first = trainer(
        config(Backup::Expected, TargetUpdate::Soft { tau: 0.01 }),
        1_501,
    );
    first.run(()).unwrap();
    first.write_checkpoint(&path).unwrap();
    let mut second = short();
    second.read_checkpoint(&path).unwrap();
    assert_eq!(second.progress().step(), 1_501);
    second.run(()).unwrap();
    assert!(
        second.agent().state() == whole.agent().state(),
        "resumed training differs"
    );
    assert_eq!(second.progress().episodes(), whole.progress().episodes());
}

/// Steps of the updates.
#[derive(Default)]
struct Updates(Vec<u64>);

impl Observer<Ladder> for Updates {
    fn on_update(&mut self, report: &UpdateReport) {
        self.0.push(report.step);
    }
}

#[test]
fn a_checkpoint_without_the_replay_buffer_is_small_and_fills_it_anew() {
    let folder = tempfile::tempdir().unwrap();
    let (large, small) = (folder.path().join("large"), folder.path().join("small"));
    let build = |checkpoint_replay, total_steps| {
        let config = AfterstateDqnConfig {
            prioritized: Some(Prioritized {
                alpha: 0.6,
                beta: Schedule::Constant(1.0),
                epsilon: 1e-3,
            }),
            ..config(Backup::Expected, TargetUpdate::Soft { tau: 0.01 })
        };
        let agent = AfterstateDqn::new(Ladder::new().model(), config, 7).unwrap();
        let limits = TrainerConfig {
            seed: 7,
            total_steps: Some(total_steps),
            checkpoint_replay,
            ..TrainerConfig::default()
        };
        Trainer::new(vec![Ladder::new()], agent, limits).unwrap()
    };
    for (path, replay) in [(&large, true), (&small, false)] {
        let mut trainer = build(replay, 2_000);
        trainer.run(()).unwrap();
        trainer.write_checkpoint(path).unwrap();
    }
    let size = |path| std::fs::metadata(path).unwrap().len();
    // Two bytes a transition and eight for its priority.
    assert!(size(&small) + 2_000 * 10 <= size(&large));

    let mut updates = Updates::default();
    let mut trainer = build(false, 3_000);
    trainer.read_checkpoint(&small).unwrap();
    trainer.run(&mut updates).unwrap();
    // 500 steps before the first update, as at the beginning of training.
    assert_eq!((updates.0[0], updates.0.len()), (2_500, 251));
}

#[test]
fn a_checkpoint_of_another_configuration_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("checkpoint");
    short().write_checkpoint(&path).unwrap();
    let wide = AfterstateDqnConfig {
        hidden: vec![64],
        ..AfterstateDqnConfig::default()
    };
    let error = trainer(wide, 10)
        .read_checkpoint(&path)
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("size of the network is [6, 32, 1], expected [6, 64, 1]"),
        "{error}"
    );
    let agent =
        AfterstateDqn::new(Ladder::new().model(), AfterstateDqnConfig::default(), 7).unwrap();
    let two = vec![Ladder::new(), Ladder::new()];
    let mut two = Trainer::new(
        two,
        agent,
        TrainerConfig {
            seed: 7,
            ..Default::default()
        },
    )
    .unwrap();
    let error = two.read_checkpoint(&path).unwrap_err().to_string();
    assert!(
        error.contains("1 environments, expected 2") || error.contains("0 environments"),
        "{error}"
    );
}

#[test]
fn commands_are_obeyed_between_steps_and_logged() {
    struct Remote(rl_agent::control::Control, RefCell<Vec<f64>>);
    impl Observer<Ladder> for Remote {
        fn on_step(&mut self, report: &StepReport<'_, Ladder>) {
            match report.step {
                600 => self.0.send(Command::LearningRate(0.125)),
                700 => {
                    self.0.pause();
                    self.0.send(Command::Step(5));
                    self.0.send(Command::Step(5));
                }
                // The ten single steps are over; nothing would go on without this.
                710 => self.0.resume(),
                720 => self.0.send(Command::Epsilon(0.0)),
                800 => self.0.stop(),
                _ => {}
            }
        }
        fn on_update(&mut self, report: &UpdateReport) {
            self.1.borrow_mut().push(report.learning_rate);
        }
    }
    let mut trainer = short();
    let mut remote = Remote(trainer.control(), RefCell::default());
    let end = trainer.run(&mut remote).unwrap();
    assert_eq!((end.step, end.reason), (800, EndReason::Stopped));
    let log: Vec<_> = trainer
        .progress()
        .log()
        .iter()
        .map(|logged| (logged.step, logged.command))
        .collect();
    assert_eq!(
        log,
        [
            (600, Command::LearningRate(0.125)),
            (700, Command::Pause),
            (700, Command::Step(5)),
            (700, Command::Step(5)),
            (710, Command::Resume),
            (720, Command::Epsilon(0.0)),
            (800, Command::Stop),
        ]
    );
    let rates = remote.1.into_inner();
    assert!(rates[0] < 0.01 && rates.last() == Some(&0.125));
    assert_eq!(trainer.agent().config().epsilon, Schedule::Constant(0.5));
}

#[test]
fn the_saved_model_is_the_policy() {
    let folder = tempfile::tempdir().unwrap();
    let notes = BTreeMap::from([("world".to_owned(), "ladder".to_owned())]);
    let mut trainer = short().save_to(folder.path(), notes.clone());
    trainer.run(()).unwrap();
    let model = Model::load(&folder.path().join(MODEL_FILE)).unwrap();
    assert_eq!(
        (&model.network, model.gamma),
        (trainer.agent().network(), GAMMA)
    );
    assert_eq!((model.features.len(), &model.notes), (RUNGS, &notes));
}

#[test]
fn settings_that_make_no_sense_are_refused_by_name() {
    let refused = |config: AfterstateDqnConfig| {
        AfterstateDqn::new(Ladder::new().model(), config, 0)
            .unwrap_err()
            .to_string()
    };
    let base = AfterstateDqnConfig::default;
    assert_eq!(
        refused(AfterstateDqnConfig {
            gamma: 1.5,
            ..base()
        }),
        "gamma = 1.5 makes no sense: expected a number in [0, 1]"
    );
    assert_eq!(
        refused(AfterstateDqnConfig {
            batch_size: 64,
            buffer_capacity: 63,
            ..base()
        }),
        "buffer_capacity = 63 makes no sense: expected at least batch_size (64)"
    );
    for (config, field) in [
        (
            AfterstateDqnConfig {
                hidden: vec![],
                ..base()
            },
            "hidden",
        ),
        (
            AfterstateDqnConfig {
                hidden: vec![8, 0],
                ..base()
            },
            "hidden",
        ),
        (
            AfterstateDqnConfig {
                objective: Objective::Survival,
                backup: Backup::Sampled,
                ..base()
            },
            "backup",
        ),
        (
            AfterstateDqnConfig {
                gamma: f64::NAN,
                ..base()
            },
            "gamma",
        ),
        (
            AfterstateDqnConfig {
                learning_rate: Schedule::Constant(0.0),
                ..base()
            },
            "learning_rate",
        ),
        (
            AfterstateDqnConfig {
                epsilon: Schedule::Constant(1.1),
                ..base()
            },
            "epsilon",
        ),
        (
            AfterstateDqnConfig {
                batch_size: 0,
                ..base()
            },
            "batch_size",
        ),
        (
            AfterstateDqnConfig {
                learning_starts: 3,
                ..base()
            },
            "learning_starts",
        ),
        (
            AfterstateDqnConfig {
                update_every: 0,
                ..base()
            },
            "update_every",
        ),
        (
            AfterstateDqnConfig {
                target: TargetUpdate::Soft { tau: 0.0 },
                ..base()
            },
            "target",
        ),
        (
            AfterstateDqnConfig {
                loss: Loss::Huber { delta: -1.0 },
                ..base()
            },
            "loss",
        ),
    ] {
        assert!(refused(config).starts_with(field), "{field}");
    }
}
