//! Observers and commands.

use super::*;

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
fn commands_are_obeyed_between_steps_and_logged() {
    struct Remote(rl_agent::control::Control, RefCell<Vec<f64>>);
    impl Observer<Ladder> for Remote {
        fn on_step(&mut self, report: &StepReport<'_, Ladder>) {
            match report.step {
                600 => self.0.send(Command::LearningRate(0.125)).unwrap(),
                700 => {
                    self.0.pause();
                    self.0.step(5);
                    self.0.step(5);
                }
                // The ten single steps are over; nothing would go on without this.
                710 => self.0.resume(),
                720 => self.0.send(Command::Epsilon(0.0)).unwrap(),
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
