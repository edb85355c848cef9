//! What stops training, and what comes after a stop.

use std::time::Duration;

use rl_agent::control::Control;
use rl_agent::env::Environment;
use rl_agent::observer::{EndReason, Observer, StepReport};
use rl_agent::observers::Stop;

use crate::{Counts, trainer, trainer_of};

/// A stop is over once it was obeyed: whoever trains on evaluates as before.
#[test]
fn training_that_goes_on_after_a_stop_evaluates_again() {
    let mut trainer = trainer();
    let mut stop = Stop::at_evaluation(&trainer.control(), -100.0);
    assert_eq!(trainer.run(&mut stop).unwrap().reason, EndReason::Stopped);
    let mut counts = Counts::default();
    assert_eq!(
        trainer.run(&mut counts).unwrap().reason,
        EndReason::Finished
    );
    assert_eq!((counts.steps, counts.evaluations), (1_500, 3));
}

/// A stop during an evaluation cuts it short; whoever goes on begins with it, so that the model chosen is the same.
#[test]
fn an_evaluation_that_was_cut_short_is_made_up_for() {
    /// Asks for a stop in the step after which an evaluation is due.
    struct Hasty(Control);
    impl<E: Environment> Observer<E> for Hasty {
        fn on_step(&mut self, report: &StepReport<'_, E>) {
            if report.step == 500 {
                self.0.stop();
            }
        }
    }
    let mut trainer = trainer();
    let mut observers = (Hasty(trainer.control()), Counts::default());
    let end = trainer.run(&mut observers).unwrap();
    assert_eq!((end.step, observers.1.evaluations), (500, 0));
    let mut counts = Counts::default();
    trainer.run(&mut counts).unwrap();
    assert_eq!((counts.steps, counts.evaluations), (1_500, 4));
}

#[test]
fn every_rule_stops_training() {
    let steps = |stop: fn(&Control) -> Stop| {
        let mut trainer = trainer();
        let mut stop = stop(&trainer.control());
        let end = trainer.run(&mut stop).unwrap();
        assert_eq!(end.reason == EndReason::Stopped, stop.reason().is_some());
        (end.step, stop.reason().map(str::to_owned))
    };
    assert_eq!(
        steps(|control| Stop::after_episodes(control, 10))
            .1
            .as_deref(),
        Some("10 episodes have ended")
    );
    // Of several environments one may end its episode long before another that began earlier.
    let mut several = trainer_of(8);
    let mut observers = (
        Stop::after_episodes(&several.control(), 10),
        Counts::default(),
    );
    several.run(&mut observers).unwrap();
    assert_eq!(observers.1.episodes, 10);
    assert_eq!(steps(|control| Stop::after(control, Duration::ZERO)).0, 1);
    assert_eq!(steps(|control| Stop::at_evaluation(control, -100.0)).0, 500);
    assert_eq!(steps(|control| Stop::at_reward(control, -100.0, 1)).0, 100);
    // Nothing is ever better than the first of equals.
    let (step, reason) = steps(|control| Stop::without_improvement(control, 1));
    assert!(step >= 1_000 && reason.is_none_or(|reason| reason.contains("nothing better")));
    for never in [
        |control: &Control| Stop::at_evaluation(control, 100.0),
        |control: &Control| Stop::at_reward(control, 100.0, 1),
        |control: &Control| Stop::at_non_finite_loss(control),
    ] {
        assert_eq!(steps(never), (2_000, None));
    }
}
