//! A dashboard before a training that is held to an even pace, so that what the server's own threads take of the machine is
//! what watching takes. Training has the thread `training`, whose time can be left out (`load watch --except training`).
//!
//!     cargo run --release -p benches --example paced_server -- --frame-rate 60
//!
//! It prints its address and serves until it is killed.

use std::net::SocketAddr;
use std::thread;

use benches::load::Failure;
use benches::training::{sb3_rhythm, tetris};
use clap::Parser;
use dash_server::Limits;
use dash_server::dashboard::Dashboard;
use dash_server::session::SessionSettings;
use rl_agent::afterstate_dqn::AfterstateDqnConfig;
use rl_agent::control::{Command, Control};
use rl_agent::observer::{Observer, StepReport};
use rl_agent::tetris::Tetris;

/// A dashboard before a training that is held to an even pace.
#[derive(Debug, Parser)]
struct Args {
    /// Where to listen
    #[arg(long, default_value = "127.0.0.1:0")]
    addr: SocketAddr,
    /// Boards a second
    #[arg(long, default_value_t = 10.0)]
    frame_rate: f64,
    /// Messages of metrics a second
    #[arg(long, default_value_t = 10.0)]
    metrics_rate: f64,
    /// Steps a second
    #[arg(long, default_value_t = 500.0)]
    pace: f64,
    /// Steps that are taken as fast as it goes, before the address is printed
    #[arg(long, default_value_t = 0)]
    history: u64,
    /// Connections at a time
    #[arg(long, default_value_t = 256)]
    max_connections: usize,
}

/// Slows training down, and says where to watch, once there is enough history.
struct Pace {
    control: Control,
    history: u64,
    per_second: f64,
    addr: SocketAddr,
}

impl Pace {
    fn begin(&self) {
        let limit = Command::SpeedLimit(Some(self.per_second));
        self.control.send(limit).expect("a pace above 0");
        println!("Watch at http://{}/", self.addr);
    }
}

impl Observer<Tetris> for Pace {
    fn on_step(&mut self, report: &StepReport<'_, Tetris>) {
        if report.step == self.history {
            self.begin();
        }
    }
}

fn main() -> Result<(), Failure> {
    let args = Args::parse();
    let training = thread::Builder::new().name("training".to_owned());
    let training = training.spawn(move || train(&args))?;
    training.join().map_err(|_| "training panicked")?
}

fn train(args: &Args) -> Result<(), Failure> {
    let settings = SessionSettings {
        frame_rate: args.frame_rate,
        metrics_rate: args.metrics_rate,
        ..SessionSettings::default()
    };
    let limits = Limits {
        connections: args.max_connections,
        ..Limits::default()
    };
    let control = Control::new();
    let dashboard = Dashboard::bind_with(args.addr, control.clone(), settings, limits)?;
    let pace = Pace {
        control: control.clone(),
        history: args.history,
        per_second: args.pace,
        addr: dashboard.addr(),
    };
    if args.history == 0 {
        pace.begin();
    }
    // What it remembers and learns is small, because it is not what is looked at.
    let config = AfterstateDqnConfig {
        buffer_capacity: 2_000,
        update_every: 16,
        ..sb3_rhythm()
    };
    let mut trainer = tetris(config, u64::MAX, 1_000).controlled_by(control);
    trainer.run((dashboard, pace))?;
    Ok(())
}
