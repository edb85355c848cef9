//! The real server with real training, except that a run with seed 13 panics. For the end-to-end test of the page.
//!
//!     panicking_server ADDRESS FOLDER

use std::error::Error;
use std::net::SocketAddr;
use std::path::PathBuf;

use dash_server::isolation::Isolation;
use dash_server::launch::{Job, LaunchError, Launcher, StartRequest};
use dash_server::run::TrainingLauncher;
use dash_server::server::Server;
use dash_server::session::{Session, SessionSettings};
use dash_server::{Limits, config};

const UNLUCKY: u64 = 13;

struct PanickingLauncher(TrainingLauncher);

impl Launcher for PanickingLauncher {
    fn presets(&self) -> Vec<String> {
        self.0.presets()
    }

    fn prepare(&self, request: &StartRequest) -> Result<Job, LaunchError> {
        let mut job = self.0.prepare(request)?;
        if request.seed == Some(UNLUCKY) {
            job.work = Box::new(|_| panic!("seed {UNLUCKY} is unlucky"));
        }
        Ok(job)
    }

    fn go_on(&self, run: &str) -> Result<Job, LaunchError> {
        self.0.go_on(run)
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(addr), Some(folder)) = (arguments.next(), arguments.next()) else {
        return Err("usage: panicking_server ADDRESS FOLDER".into());
    };
    let addr: SocketAddr = addr.parse()?;
    let launcher = PanickingLauncher(TrainingLauncher {
        runs: PathBuf::from(folder),
        default: ("quick".to_owned(), config::preset("quick")?),
        isolation: Isolation::Thread,
    });
    let session = Session::new(launcher, SessionSettings::default());
    let server = Server::bind(addr, session.clone(), Limits::default())?;
    server.run(std::future::pending()).await;
    Ok(())
}
