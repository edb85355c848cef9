//! The time that a trainer tells of: wall-clock seconds, pauses left out, also when nothing was reported before the end.

mod worlds;

use std::time::{Duration, Instant};

use rl_agent::control::{Command, Control, LoggedCommand};
use rl_agent::dqn::{Dqn, DqnConfig};
use rl_agent::observer::{
    EndReason, HeldReport, MetricsReport, Observer, StartReport, StepReport, UpdateReport,
};
use rl_agent::trainer::{Trainer, TrainerConfig};
use worlds::{Table, grid};

const STEPS: u64 = 20;
const SLEEP: Duration = Duration::from_millis(5);

/// Makes every step last, resumes or stops training, and adds up what it is told of pauses.
struct Slow {
    control: Control,
    stop_at: u64,
    paused: Option<Instant>,
    pause: Duration,
    held: Duration,
}

impl Observer<Table> for Slow {
    fn on_held(&mut self, report: &HeldReport) {
        self.held += report.time;
    }

    fn on_step(&mut self, report: &StepReport<'_, Table>) {
        std::thread::sleep(SLEEP);
        if report.step == self.stop_at {
            self.control.stop();
        }
    }

    fn on_command(&mut self, report: &LoggedCommand) {
        match report.command {
            Command::Pause => {
                self.paused = Some(Instant::now());
                let control = self.control.clone();
                std::thread::spawn(move || {
                    std::thread::sleep(Duration::from_millis(500));
                    control.resume();
                });
            }
            Command::Resume => self.pause = self.paused.expect("it was paused").elapsed(),
            _ => {}
        }
    }
}

#[test]
fn the_end_knows_how_long_training_took_and_leaves_pauses_out() {
    for (stop_at, reason) in [(u64::MAX, EndReason::Finished), (STEPS, EndReason::Stopped)] {
        let agent = Dqn::new(&grid(), DqnConfig::default(), 1).unwrap();
        let limits = TrainerConfig {
            total_steps: (stop_at > STEPS).then_some(STEPS),
            ..TrainerConfig::default()
        };
        let mut trainer = Trainer::new(vec![grid()], agent, limits).unwrap();
        let control = trainer.control();
        control.pause();
        let mut slow = Slow {
            control,
            stop_at,
            paused: None,
            pause: Duration::ZERO,
            held: Duration::ZERO,
        };
        let begun = Instant::now();
        let end = trainer.run(&mut slow).unwrap();
        let wall = begun.elapsed();
        assert_eq!((end.step, end.reason), (STEPS, reason));
        assert!(slow.pause >= Duration::from_millis(500));
        let trained = Duration::from_secs_f64(end.seconds);
        assert!(trained >= STEPS as u32 * SLEEP, "{trained:?} is too short");
        let least_pause = slow.pause / 2;
        assert!(
            trained + least_pause <= wall,
            "{trained:?} of {wall:?}, paused for {:?}",
            slow.pause
        );
        assert!(slow.held + Duration::from_millis(50) >= slow.pause);
        assert!(slow.held + trained <= wall);
        assert_eq!(trainer.progress().seconds(), end.seconds);
    }
}

/// Checks that rates are what was done since the last report, or since this run began, over the time that took.
struct Rates {
    control: Control,
    last: (u64, u64, f64),
    reports: u64,
}

impl Observer<Table> for Rates {
    fn on_start(&mut self, report: &StartReport<'_>) {
        (self.last.0, self.last.2) = (report.step, report.seconds);
    }

    fn on_step(&mut self, report: &StepReport<'_, Table>) {
        if report.step == 150 {
            self.control.stop();
        }
    }

    fn on_update(&mut self, report: &UpdateReport) {
        if report.step == 150 {
            self.last.1 = report.update;
        }
    }

    fn on_metrics(&mut self, report: &MetricsReport<'_>) {
        let (step, updates, seconds) = self.last;
        let done = |rate: f64| rate * (report.seconds - seconds);
        for (done, counted) in [
            (done(report.steps_per_second), report.step - step),
            (done(report.updates_per_second), report.updates - updates),
        ] {
            assert!((done - counted as f64).abs() < 1e-6, "{done} of {counted}");
        }
        self.last = (report.step, report.updates, report.seconds);
        self.reports += 1;
    }
}

#[test]
fn rates_are_of_this_run_from_the_first_report_on() {
    let config = DqnConfig {
        learning_starts: 32,
        update_every: 2,
        ..DqnConfig::default()
    };
    let agent = Dqn::new(&grid(), config, 1).unwrap();
    let limits = TrainerConfig {
        total_steps: Some(400),
        metrics_every: 100,
        ..TrainerConfig::default()
    };
    let mut trainer = Trainer::new(vec![grid()], agent, limits).unwrap();
    let mut rates = Rates {
        control: trainer.control(),
        last: (0, 0, 0.0),
        reports: 0,
    };
    assert_eq!(trainer.run(&mut rates).unwrap().step, 150);
    assert_eq!(trainer.run(&mut rates).unwrap().step, 400);
    assert_eq!(rates.reports, 4);
}
