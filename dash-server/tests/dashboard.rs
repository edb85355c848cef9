//! The page for a program that trains by itself.

mod common;

use common::Client;
use dash_server::dashboard::Dashboard;
use dash_server::protocol::{Command, ErrorCode, ServerMessage, State};
use rl_agent::afterstate_dqn::{AfterstateDqn, AfterstateDqnConfig};
use rl_agent::control::Control;
use rl_agent::env::AfterstateEnvironment;
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
