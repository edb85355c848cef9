//! The page for a program that trains by itself.

mod common;

use common::Client;
use dash_server::board::BoardView;
use dash_server::dashboard::Dashboard;
use dash_server::protocol::{Command, ErrorCode, ServerMessage, State};
use rl_agent::afterstate_dqn::{AfterstateDqn, AfterstateDqnConfig};
use rl_agent::control::Control;
use rl_agent::dqn::{Dqn, DqnConfig};
use rl_agent::env::{AfterstateEnvironment, Environment, Step};
use rl_agent::observer::EndReason;
use rl_agent::observers::Stop;
use rl_agent::tetris::{Tetris, TetrisConfig};
use rl_agent::trainer::{Trainer, TrainerConfig};

#[test]
fn a_program_is_watched_and_steered_and_its_port_is_free_afterwards() {
    let control = Control::new();
    let any = "127.0.0.1:0".parse().expect("an address");
    let dashboard = Dashboard::bind(any, control.clone()).expect("a free port");
    let addr = dashboard.addr();
    let training = std::thread::spawn(move || {
        let env = Tetris::new(TetrisConfig::default()).expect("an environment");
        let agent = AfterstateDqn::new(env.model(), AfterstateDqnConfig::default(), 1);
        let config = TrainerConfig::default();
        let mut trainer = Trainer::new(vec![env], agent.expect("an agent"), config)
            .expect("a trainer")
            .controlled_by(control);
        trainer.run(dashboard).expect("training ends well")
    });
    let mut client = Client::open(addr);
    client.wait_for("a board", |message| match message {
        ServerMessage::Frame(frame) if frame.body.step > 0 => Some(()),
        _ => None,
    });
    let start = Command::Start {
        preset: None,
        config: None,
        seed: None,
    };
    assert_eq!(client.refused(start).0, ErrorCode::AlreadyRunning);
    client.obeyed(Command::Pause);
    client.obeyed(Command::Resume);
    client.obeyed(Command::Stop);
    let end = client.wait_for_state(State::Stopped);
    assert!(
        end.message
            .is_some_and(|why| why.starts_with("stopped by command"))
    );
    assert_eq!(
        training.join().expect("no panic").reason,
        EndReason::Stopped
    );
    std::net::TcpListener::bind(addr).expect("the port is free");
}

/// In phases, as in a curriculum; then another trainer.
#[test]
fn one_training_after_another_is_watched() {
    let control = Control::new();
    let any = "127.0.0.1:0".parse().expect("an address");
    let mut dashboard = Dashboard::bind(any, control.clone()).expect("a free port");
    let addr = dashboard.addr();
    let trainer = |steps: u64| {
        let env = Tetris::new(TetrisConfig::default()).expect("an environment");
        let agent = AfterstateDqn::new(env.model(), AfterstateDqnConfig::default(), 1);
        let config = TrainerConfig {
            total_steps: Some(steps),
            metrics_every: 100,
            ..TrainerConfig::default()
        };
        let trainer = Trainer::new(vec![env], agent.expect("an agent"), config);
        trainer.expect("a trainer").controlled_by(control.clone())
    };
    // Whoever comes after each of them finds the rows of its charts; the snapshot may be a little older than the end.
    let rows_at = |step: u64| {
        let mut rows = 0;
        Client::open(addr).wait_for("the end of it", |message| {
            let status = match message {
                ServerMessage::Snapshot(seen) => {
                    rows = seen.summaries.rows;
                    seen.status
                }
                ServerMessage::Metrics(more) => {
                    rows += more.body.summaries.as_ref().map_or(0, |more| more.rows);
                    return None;
                }
                ServerMessage::Status(status) => status.body,
                _ => return None,
            };
            (status.state == State::Stopped && status.step == step).then_some(rows)
        })
    };
    let mut phases = trainer(1_000);
    let stop = Stop::after_episodes(&control, 20);
    let first = phases.run((&mut dashboard, stop)).expect("it ends well");
    assert_eq!(first.reason, EndReason::Stopped);
    assert_eq!(u64::from(rows_at(first.step)), first.step / 100);
    phases.run(&mut dashboard).expect("it ends well");
    assert_eq!(rows_at(1_000), 10, "both phases");
    trainer(200).run(&mut dashboard).expect("it ends well");
    assert_eq!(rows_at(200), 2, "the other alone");
}

/// A way with one direction, whose tenth step is not worth a number.
#[derive(Debug, Default)]
struct Broken {
    steps: u64,
}

impl Environment for Broken {
    type Scenario = ();
    type Error = std::fmt::Error;

    fn observation_len(&self) -> usize {
        1
    }

    fn action_count(&self) -> usize {
        1
    }

    fn reset(&mut self, _seed: u64, _scenario: &()) -> Result<(), Self::Error> {
        Ok(())
    }

    fn observe(&self, out: &mut [f32]) {
        out.fill(0.0);
    }

    fn legal_actions(&self, legal: &mut [bool]) {
        legal.fill(true);
    }

    fn step(&mut self, _action: usize) -> Result<Step, Self::Error> {
        self.steps += 1;
        Ok(Step {
            reward: if self.steps == 10 { f32::NAN } else { 0.0 },
            terminated: false,
            truncated: false,
        })
    }
}

impl BoardView for Broken {}

#[test]
fn a_training_that_fails_is_shown_as_failed() {
    let control = Control::new();
    let any = "127.0.0.1:0".parse().expect("an address");
    let mut dashboard = Dashboard::bind(any, control.clone()).expect("a free port");
    let mut client = Client::open(dashboard.addr());
    client.wait_for("the beginning", |message| {
        matches!(message, ServerMessage::Snapshot(_)).then_some(())
    });
    let env = Broken::default();
    let agent = Dqn::new(&env, DqnConfig::default(), 1).expect("an agent");
    let mut trainer = Trainer::new(vec![env], agent, TrainerConfig::default())
        .expect("a trainer")
        .controlled_by(control);
    trainer.run(&mut dashboard).expect_err("a reward of NaN");
    let end = client.wait_for("the end", |message| match message {
        ServerMessage::Status(status) if !status.body.state.is_active() => Some(status.body),
        _ => None,
    });
    let why = end.message.expect("a reason");
    assert_eq!(end.state, State::Failed, "{why}");
    assert!(why.starts_with("training failed after 9 steps"), "{why}");
    assert!(why.contains("the program"), "who knows the error: {why}");
}
