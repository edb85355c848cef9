//! Several threads that play and one that learns.

mod common;
mod worlds;

use std::collections::BTreeMap;

use common::{Ladder, RUNGS, exact_values};
use ndarray::Array2;
use rl_agent::afterstate_dqn::{AfterstateDqn, AfterstateDqnConfig};
use rl_agent::control::{Command, Control};
use rl_agent::dqn::{Dqn, DqnConfig};
use rl_agent::env::{AfterstateEnvironment, Environment, Step};
use rl_agent::nn::{Loss, Workspace};
use rl_agent::observer::{
    DecisionReport, EndReason, EpisodeReport, EpisodeStartReport, MetricsReport, Observer,
    StepReport,
};
use rl_agent::observers::GameRecorder;
use rl_agent::schedule::Schedule;
use rl_agent::trainer::{CHECKPOINT_FILE, TrainError, Trainer, TrainerConfig};
use worlds::{Table, chain};

const GAMMA: f64 = 0.9;

fn limits(total_steps: u64) -> TrainerConfig {
    TrainerConfig {
        seed: 7,
        total_steps: Some(total_steps),
        metrics_every: 100,
        checkpoint_every: 900,
        ..TrainerConfig::default()
    }
}

/// Counts, and checks that every environment is told of in order.
#[derive(Default)]
struct Orderly {
    running: Vec<Option<(u64, u64)>>,
    steps: u64,
    episodes: u64,
    metrics: u64,
}

impl<E: Environment> Observer<E> for Orderly {
    fn on_episode_start(&mut self, report: &EpisodeStartReport<'_, E>) {
        self.running.resize(report.env_index.max(3) + 1, None);
        let before = self.running[report.env_index].replace((report.episode, 0));
        assert_eq!(before, None);
    }
    fn on_step(&mut self, report: &StepReport<'_, E>) {
        self.steps += 1;
        let (episode, length) = self.running[report.env_index].as_mut().unwrap();
        *length += 1;
        assert_eq!(*episode, report.episode);
    }
    fn on_episode(&mut self, report: &EpisodeReport<'_>) {
        self.episodes += 1;
        let ended = self.running[report.env_index].take();
        assert_eq!(ended, Some((report.episode, report.length)));
    }
    fn on_metrics(&mut self, _report: &MetricsReport<'_>) {
        self.metrics += 1;
    }
}

#[test]
fn afterstates_are_learnt_from_several_threads() {
    let config = AfterstateDqnConfig {
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
        loss: Loss::Squared,
        ..AfterstateDqnConfig::default()
    };
    let agent = AfterstateDqn::new(Ladder::new().model(), config, 7).unwrap();
    let worlds = vec![Ladder::new(); 4];
    let mut trainer = Trainer::new(worlds, agent, limits(40_000)).unwrap();
    let mut orderly = Orderly::default();
    let end = trainer.run_with_actors(&mut orderly, 3).unwrap();
    assert_eq!((end.step, end.updates), (40_000, (40_000 - 500) / 2 + 1));
    assert_eq!(orderly.metrics, 400);
    assert!(end.episodes > 100 && orderly.episodes >= end.episodes);
    // Actors are never further ahead than the channel lets them be.
    assert!(
        (40_000..40_200).contains(&orderly.steps),
        "{}",
        orderly.steps
    );

    let every_rung = Array2::eye(RUNGS);
    let mut workspace = Workspace::default();
    let network = trainer.agent().network();
    let learned = network.forward(every_rung.view(), &mut workspace);
    for (rung, (&got, want)) in learned.iter().zip(exact_values(GAMMA)).enumerate() {
        let off = (f64::from(got) - want).abs() / want;
        assert!(off < 0.02, "rung {rung} is {got}, not {want}");
    }
}

fn chain_trainer(steps: u64) -> Trainer<Table, Dqn> {
    let config = DqnConfig {
        hidden: vec![16],
        learning_starts: 200,
        n_step: 3,
        buffer_capacity: 3_000,
        ..DqnConfig::default()
    };
    let agent = Dqn::new(&chain(20), config, 4).unwrap();
    Trainer::new(vec![chain(20), chain(20)], agent, limits(steps)).unwrap()
}

#[test]
fn the_dqn_goes_on_from_a_checkpoint_of_actors_either_way() {
    let folder = tempfile::tempdir().unwrap();
    let checkpoint = folder.path().join(CHECKPOINT_FILE);
    let mut trainer = chain_trainer(2_000).save_to(folder.path(), BTreeMap::new());
    trainer.run_with_actors((), 2).unwrap();
    for actors in [0, 2] {
        let mut next = chain_trainer(4_000);
        next.read_checkpoint(&checkpoint).unwrap();
        assert!(next.agent().state() == trainer.agent().state());
        let mut recorder = GameRecorder::new(2, 2);
        let end = match actors {
            0 => next.run(&mut recorder),
            _ => next.run_with_actors(&mut recorder, actors),
        };
        let end = end.unwrap();
        assert_eq!((end.step, end.updates), (4_000, (4_000 - 200) / 4 + 1));
        let mut world = chain(20);
        for game in recorder.best() {
            assert_eq!(game.play(&mut world, u64::MAX).unwrap(), game.length);
        }
        assert_eq!(recorder.best().len(), 2);
    }
}

/// What begins, and what is done at first.
#[derive(Default)]
struct Beginnings {
    episodes: Vec<(u64, u64)>,
    actions: Vec<usize>,
}

impl Observer<Table> for Beginnings {
    fn on_episode_start(&mut self, report: &EpisodeStartReport<'_, Table>) {
        self.episodes.push((report.episode, report.seed));
    }
    fn on_step(&mut self, report: &StepReport<'_, Table>) {
        self.actions.push(report.action);
    }
}

/// Or every session would play the same games again, and number them twice.
#[test]
fn every_session_of_actors_begins_episodes_of_its_own() {
    // Walking at random takes long to the end of it.
    let random = DqnConfig {
        hidden: vec![4],
        epsilon: Schedule::Constant(1.0),
        learning_starts: 1_000_000,
        ..DqnConfig::default()
    };
    let folder = tempfile::tempdir().unwrap();
    let checkpoint = folder.path().join(CHECKPOINT_FILE);
    let mut all = Beginnings::default();
    let mut sessions = Vec::new();
    for session in 1..=4 {
        let agent = Dqn::new(&chain(20), random.clone(), 4).unwrap();
        let mut trainer = Trainer::new(vec![chain(20)], agent, limits(150 * session)).unwrap();
        trainer = trainer.save_to(folder.path(), BTreeMap::new());
        if session > 1 {
            trainer.read_checkpoint(&checkpoint).unwrap();
        }
        let mut seen = Beginnings::default();
        match session {
            4 => trainer.run(&mut seen).unwrap(),
            _ => trainer.run_with_actors(&mut seen, 1).unwrap(),
        };
        all.episodes.extend(seen.episodes);
        sessions.push(seen.actions[..100].to_vec());
    }
    let numbers: BTreeMap<u64, u64> = all.episodes.iter().copied().collect();
    assert_eq!(numbers.len(), all.episodes.len(), "{:?}", all.episodes);
    assert!(numbers.keys().copied().eq(0..numbers.len() as u64));
    sessions.sort();
    sessions.dedup();
    assert_eq!(sessions.len(), 4, "two sessions walked the same way");
}

/// Actors had noise of their own; whoever goes on without them, at whatever step, draws some.
#[test]
fn a_noisy_network_goes_on_without_actors() {
    let config = DqnConfig {
        hidden: vec![16],
        noisy: Some(0.5),
        learning_starts: 200,
        buffer_capacity: 3_000,
        epsilon: Schedule::Constant(0.0),
        ..DqnConfig::default()
    };
    let trainer = |total_steps: u64, batched: bool| {
        let limits = TrainerConfig {
            batched,
            ..limits(total_steps)
        };
        let agent = Dqn::new(&chain(20), config.clone(), 4).unwrap();
        Trainer::new(vec![chain(20), chain(20)], agent, limits).unwrap()
    };
    for batched in [false, true] {
        let folder = tempfile::tempdir().unwrap();
        let mut acted = trainer(301, false).save_to(folder.path(), BTreeMap::new());
        assert_eq!(acted.run_with_actors((), 2).unwrap().step, 301);
        let mut alone = trainer(402, batched);
        alone
            .read_checkpoint(&folder.path().join(CHECKPOINT_FILE))
            .unwrap();
        assert_eq!(alone.run(()).unwrap().reason, EndReason::Finished);
    }
}

/// Before anything is learnt, so that no update brings the actors another network.
#[test]
fn actors_obey_an_epsilon_set_by_hand_at_once() {
    #[derive(Default)]
    struct Late {
        decisions: u64,
        explored: u64,
    }
    impl Observer<Table> for Late {
        fn on_decision(&mut self, report: &DecisionReport<'_, Table>) {
            if report.step >= 500 {
                self.decisions += 1;
                self.explored += u64::from(report.explored);
            }
        }
    }
    let config = DqnConfig {
        hidden: vec![16],
        epsilon: Schedule::Constant(1.0),
        learning_starts: 1_000_000,
        ..DqnConfig::default()
    };
    let agent = Dqn::new(&chain(20), config, 4).unwrap();
    let mut trainer = Trainer::new(vec![chain(20), chain(20)], agent, limits(2_000)).unwrap();
    trainer.control().send(Command::Epsilon(0.0)).unwrap();
    let mut late = Late::default();
    trainer.run_with_actors(&mut late, 2).unwrap();
    assert!(late.decisions >= 1_500, "{}", late.decisions);
    assert_eq!(late.explored, 0);
}

#[test]
fn commands_reach_actors() {
    let control = Control::new();
    let mut trainer = chain_trainer(1_000_000).controlled_by(control.clone());
    control.pause();
    control.step(500);
    let stopper = control.clone();
    let stop = std::thread::spawn(move || {
        std::thread::sleep(std::time::Duration::from_secs(1));
        stopper.stop();
    });
    let end = trainer.run_with_actors((), 2).unwrap();
    stop.join().unwrap();
    assert_eq!((end.step, end.reason), (500, EndReason::Stopped));
}

/// A world that breaks down after some steps.
#[derive(Clone)]
struct Fragile {
    steps: u64,
    reward: f32,
}

impl Environment for Fragile {
    type Scenario = ();
    type Error = std::convert::Infallible;

    fn observation_len(&self) -> usize {
        1
    }
    fn action_count(&self) -> usize {
        2
    }
    fn reset(&mut self, _seed: u64, _scenario: &()) -> Result<(), Self::Error> {
        Ok(())
    }
    fn observe(&self, out: &mut [f32]) {
        out.fill(1.0);
    }
    fn legal_actions(&self, out: &mut [bool]) {
        out.fill(true);
    }
    fn step(&mut self, _action: usize) -> Result<Step, Self::Error> {
        self.steps += 1;
        let broken = self.steps > 700;
        assert!(!broken || self.reward != 0.0, "the world broke down");
        Ok(Step {
            reward: if broken { self.reward } else { 0.0 },
            terminated: self.steps.is_multiple_of(10),
            truncated: false,
        })
    }
}

#[test]
fn what_breaks_an_actor_is_told_and_all_threads_end() {
    for (reward, expected) in [
        (0.0, "panicked, and training stopped: the world broke down"),
        (f32::NAN, "gave the reward NaN at step"),
    ] {
        let world = Fragile { steps: 0, reward };
        let agent = Dqn::new(&world, DqnConfig::default(), 4).unwrap();
        let mut trainer = Trainer::new(vec![world; 3], agent, limits(1_000_000)).unwrap();
        let error: TrainError = trainer.run_with_actors((), 3).unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
    }
}
