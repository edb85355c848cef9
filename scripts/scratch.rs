//! A program outside the workspace that uses the three crates from their packages: see `packages` beside this file.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};

use dash_server::launch::{Job, LaunchError, Launcher, StartRequest};
use dash_server::server::Server;
use dash_server::session::{Session, SessionSettings};
use rl_agent::afterstate_dqn::{AfterstateDqn, AfterstateDqnConfig};
use rl_agent::env::AfterstateEnvironment;
use rl_agent::tetris::{Tetris, TetrisConfig};
use rl_agent::trainer::{Trainer, TrainerConfig};
use tetris_core::{BCTS, PlacementConfig, PlacementEnv, Scenario};

type AnyError = Box<dyn std::error::Error>;

/// Only serves the page.
struct Nothing;

impl Launcher for Nothing {
    fn presets(&self) -> Vec<String> {
        Vec::new()
    }

    fn prepare(&self, _: &StartRequest) -> Result<Job, LaunchError> {
        Err(LaunchError::Config {
            message: "nothing to run".to_owned(),
            field: None,
        })
    }
}

fn page(addr: SocketAddr) -> Result<String, std::io::Error> {
    let mut stream = TcpStream::connect(addr)?;
    write!(
        stream,
        "GET / HTTP/1.1\r\nHost: {addr}\r\nConnection: close\r\n\r\n"
    )?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

#[tokio::main]
async fn main() -> Result<(), AnyError> {
    let mut game = PlacementEnv::new(PlacementConfig::default())?;
    game.reset(
        1,
        &Scenario {
            max_pieces: Some(1_000),
            ..Scenario::default()
        },
    )?;
    while let Some(action) = BCTS.choose(&game) {
        game.step(action)?;
    }
    assert_eq!(game.pieces(), 1_000);

    let tetris = Tetris::new(TetrisConfig::default())?;
    let agent = AfterstateDqn::new(tetris.model(), AfterstateDqnConfig::default(), 1)?;
    let config = TrainerConfig {
        seed: 1,
        total_steps: Some(500),
        ..TrainerConfig::default()
    };
    assert_eq!(
        Trainer::new(vec![tetris], agent, config)?.run(())?.step,
        500
    );

    let session = Session::new(Nothing, SessionSettings::default());
    let server = Server::bind("127.0.0.1:0".parse()?, session, Default::default())?;
    let addr = server.addr();
    let (done, ended) = tokio::sync::oneshot::channel::<()>();
    let serving = tokio::spawn(server.run(async move {
        let _ = ended.await;
    }));
    let answer = tokio::task::spawn_blocking(move || page(addr)).await??;
    assert!(
        answer.starts_with("HTTP/1.1 200") && answer.contains("<canvas"),
        "{answer}"
    );
    drop(done);
    serving.await?;
    println!(
        "packages: passed; {} lines, 500 steps and the page from packages alone",
        game.lines()
    );
    Ok(())
}
