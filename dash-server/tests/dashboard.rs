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
