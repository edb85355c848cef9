//! The observers, watching a DQN in a small world.

mod games;
mod stopping;
#[path = "../worlds/mod.rs"]
mod worlds;

use std::time::Duration;

use rl_agent::control::Control;
use rl_agent::dqn::{Dqn, DqnConfig};
use rl_agent::env::{Environment, Step};
use rl_agent::evaluation::EvaluationConfig;
use rl_agent::observer::{
    EndReason, EndReport, EpisodeReport, EvaluationReport, Observer, StepReport, UpdateReport,
};
use rl_agent::observers::{EveryN, Guarded, JsonLines, LogTable, Timed};
use rl_agent::trainer::{Trainer, TrainerConfig};
use worlds::{Table, grid};

fn trainer() -> Trainer<Table, Dqn> {
    trainer_of(1)
}

fn trainer_of(environments: usize) -> Trainer<Table, Dqn> {
    let config = DqnConfig {
        hidden: vec![16],
        learning_starts: 100,
        ..DqnConfig::default()
    };
    let agent = Dqn::new(&grid(), config, 1).unwrap();
    let limits = TrainerConfig {
        seed: 1,
        total_steps: Some(2_000),
        metrics_every: 100,
        evaluate_every: 500,
        ..TrainerConfig::default()
    };
    let games = EvaluationConfig {
        games: 4,
        max_steps: Some(50),
        ..EvaluationConfig::default()
    };
    let trainer = Trainer::new(vec![grid(); environments], agent, limits).unwrap();
    trainer.evaluate(grid(), (), games)
}

/// Counts what it is told.
#[derive(Default)]
struct Counts {
    steps: u64,
    updates: u64,
    episodes: u64,
    evaluations: u64,
}

impl<E: Environment> Observer<E> for Counts {
    fn on_step(&mut self, _report: &StepReport<'_, E>) {
        self.steps += 1;
    }
    fn on_update(&mut self, _report: &UpdateReport) {
        self.updates += 1;
    }
    fn on_episode(&mut self, _report: &EpisodeReport<'_>) {
        self.episodes += 1;
    }
    fn on_evaluation(&mut self, _report: &EvaluationReport<'_>) {
        self.evaluations += 1;
    }
}

#[test]
fn json_lines_hold_every_report() {
    let mut log = JsonLines::new(Vec::new()).with_updates();
    let mut counts = Counts::default();
    trainer().run((&mut log, &mut counts)).unwrap();
    let text = String::from_utf8(log.into_inner()).unwrap();
    let lines: Vec<serde_json::Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let count = |event: &str| lines.iter().filter(|line| line["event"] == event).count() as u64;
    assert_eq!((count("start"), count("metrics"), count("end")), (1, 20, 1));
    assert_eq!(
        (count("update"), count("episode")),
        (counts.updates, counts.episodes)
    );
    assert_eq!(count("evaluation"), 4);
    assert_eq!(
        (&lines[0]["event"], &lines[0]["total_steps"]),
        (&"start".into(), &2_000.into())
    );
    let last = lines.last().unwrap();
    assert_eq!(
        (&last["event"], &last["reason"]),
        (&"end".into(), &"Finished".into())
    );
    let episode = lines
        .iter()
        .find(|line| line["event"] == "episode")
        .unwrap();
    assert!(episode["reward"].is_f64() && episode["length"].is_u64());
    let metrics = lines.iter().rfind(|line| line["event"] == "metrics");
    assert_eq!(metrics.unwrap()["last_update"]["update"], counts.updates);
    assert!(
        lines
            .iter()
            .filter(|line| line["event"] != "update")
            .all(|line| line["seconds"].as_f64().is_some_and(|time| time >= 0.0))
    );
}

/// Remembers what of it has been flushed.
#[derive(Default)]
struct Disk {
    written: usize,
    flushed: usize,
}

impl std::io::Write for Disk {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.written += bytes.len();
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        self.flushed = self.written;
        Ok(())
    }
}

#[test]
fn json_lines_wait_no_longer_than_a_second() {
    let env = grid();
    let mut log = JsonLines::new(Disk::default());
    let late = StepReport {
        step: 2,
        env_index: 0,
        episode: 0,
        env: &env,
        action: 0,
        outcome: Step {
            reward: 0.0,
            terminated: false,
            truncated: false,
        },
    };
    Observer::<Table>::on_episode(
        &mut log,
        &EpisodeReport {
            step: 1,
            episode: 0,
            env_index: 0,
            length: 1,
            reward: 1.0,
            truncated: false,
            names: &[],
            measures: &[],
        },
    );
    std::thread::sleep(std::time::Duration::from_millis(1050));
    log.on_step(&late);
    let disk = log.into_inner();
    assert!(disk.written > 0 && disk.flushed == disk.written);
}

#[test]
fn the_table_has_a_line_for_every_metrics_report() {
    let mut table = LogTable::new(Vec::new());
    trainer().run(&mut table).unwrap();
    let text = String::from_utf8(table.into_inner()).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 1 + 20);
    assert!(lines[0].contains("steps/s") && lines[20].trim_start().starts_with("2000"));
    let width = lines[0].len();
    assert!(lines.iter().all(|line| line.len() == width), "{text}");
}

#[test]
fn one_in_n_passes() {
    let (mut all, mut some) = (Counts::default(), EveryN::new(7, Counts::default()));
    trainer().run((&mut all, &mut some)).unwrap();
    let some = some.into_inner();
    assert_eq!((all.steps, some.steps), (2_000, 2_000 / 7));
    assert_eq!(some.updates, all.updates / 7);
    assert_eq!(some.episodes, all.episodes / 7);
}

/// Panics at a given step.
struct Fragile(u64);

impl<E: Environment> Observer<E> for Fragile {
    fn on_step(&mut self, report: &StepReport<'_, E>) {
        assert!(report.step < self.0, "no more than {} steps", self.0);
    }
    fn on_end(&mut self, _report: &EndReport) {
        unreachable!("it was removed");
    }
}

#[test]
fn a_panicking_observer_is_removed_and_training_goes_on() {
    let mut plain = trainer();
    plain.run(()).unwrap();
    let mut watched = trainer();
    let mut observers = (Guarded::new("fragile", Fragile(300)), Counts::default());
    let end = watched.run(&mut observers).unwrap();
    assert_eq!((end.step, end.reason), (2_000, EndReason::Finished));
    assert!(observers.0.inner().is_none());
    assert_eq!(observers.0.panic(), Some("no more than 300 steps"));
    assert_eq!(observers.1.steps, 2_000);
    assert!(plain.agent().state() == watched.agent().state());
}

/// Training is paused at step 10 for a while: no line counts that.
#[test]
fn json_lines_leave_pauses_out() {
    struct Pause(Control);
    impl<E: Environment> Observer<E> for Pause {
        fn on_step(&mut self, report: &StepReport<'_, E>) {
            if report.step == 10 {
                self.0.pause();
                let control = self.0.clone();
                std::thread::spawn(move || {
                    std::thread::sleep(Duration::from_secs(2));
                    control.resume();
                });
            }
        }
    }
    let mut log = JsonLines::new(Vec::new());
    let mut trainer = trainer();
    let pause = Pause(trainer.control());
    let begun = std::time::Instant::now();
    trainer.run((&mut log, pause)).unwrap();
    let trained = begun.elapsed().as_secs_f64() - 1.9;
    let text = String::from_utf8(log.into_inner()).unwrap();
    let mut episodes = 0;
    for line in text.lines() {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        if line["event"] == "episode" {
            let seconds = line["seconds"].as_f64().unwrap();
            assert!(seconds <= trained, "{seconds} s of {trained} s");
            episodes += 1;
        }
    }
    assert!(episodes > 0);
}

#[test]
fn time_inside_the_hooks_is_measured() {
    struct Slow;
    impl<E: Environment> Observer<E> for Slow {
        fn on_episode(&mut self, _report: &EpisodeReport<'_>) {
            std::thread::sleep(Duration::from_micros(200));
        }
    }
    let mut slow = Timed::new((Slow, Counts::default()));
    trainer().run(&mut slow).unwrap();
    let pauses = Duration::from_micros(200) * slow.inner().1.episodes as u32;
    assert!(slow.inside() >= pauses && slow.total() >= slow.inside());
    assert!(slow.share() > 0.0 && slow.share() <= 1.0);
}

#[cfg(feature = "tensorboard")]
#[test]
fn event_files_are_sequences_of_framed_records() {
    let folder = tempfile::tempdir().unwrap();
    let mut board = rl_agent::observers::TensorBoard::create(folder.path()).unwrap();
    let path = board.path().to_owned();
    trainer().run(&mut board).unwrap();
    assert!(board.error().is_none());
    let bytes = std::fs::read(path).unwrap();
    let (mut at, mut records) = (0, 0);
    while at < bytes.len() {
        let length = u64::from_le_bytes(bytes[at..at + 8].try_into().unwrap()) as usize;
        at += 8 + 4 + length + 4;
        records += 1;
    }
    assert_eq!(at, bytes.len());
    assert!(records > 20 + 4, "{records} records");
    let text = String::from_utf8_lossy(&bytes);
    for tag in [
        "brain.Event:2",
        "episode/reward",
        "train/loss",
        "metrics/mean_reward",
    ] {
        assert!(text.contains(tag), "{tag}");
    }
}
