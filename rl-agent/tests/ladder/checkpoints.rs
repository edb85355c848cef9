//! Training that is saved and gone on with.

use rl_agent::nn::{Activation, Optimizer};

use super::*;

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
    type Change = fn(&mut AfterstateDqnConfig);
    let changes: [(&str, Change); 5] = [
        (
            "the network is ([6, 32, 1], Relu), expected ([6, 64, 1], Relu)",
            |c| c.hidden = vec![64],
        ),
        ("expected ([6, 32, 1], Tanh)", |c| {
            c.activation = Activation::Tanh
        }),
        ("the optimiser is Adam", |c| {
            c.optimizer = Optimizer::Sgd { momentum: 0.0 }
        }),
        (
            "the capacity of the replay buffer is 10000, expected 9999",
            |c| c.buffer_capacity = 9_999,
        ),
        ("prioritised replay is off, expected on", |c| {
            c.prioritized = Some(Prioritized {
                alpha: 0.5,
                beta: Schedule::Constant(1.0),
                epsilon: 1e-6,
            });
        }),
    ];
    for (words, change) in changes {
        let mut config = config(Backup::Expected, TargetUpdate::Soft { tau: 0.01 });
        trainer(config.clone(), 10).read_checkpoint(&path).unwrap();
        change(&mut config);
        let error = trainer(config, 10).read_checkpoint(&path).unwrap_err();
        let error = error.to_string();
        assert!(error.contains(words), "{error}");
    }
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
    assert!(error.ends_with("1 environments, expected 2"), "{error}");
}
