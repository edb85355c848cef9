//! `tetris-dash serve`: the page, and a run to watch.

use std::cell::Cell;
use std::time::Duration;

use dash_server::Access;
use dash_server::isolation::{Isolation, Worker};
use dash_server::launch::{Launcher, StartRequest};
use dash_server::protocol::ErrorCode;
use dash_server::run::{DemoLauncher, TrainingLauncher};
use dash_server::server::Server;
use dash_server::session::{Session, SessionSettings};
use tokio::runtime::Builder;
use tokio::time::timeout;

use super::args::{ServeArgs, Where};
use super::signals::Signals;
use super::{Failure, say};

/// Time for a run to save itself when the program is asked to end; closing the sockets comes after it, and both together
/// stay below two seconds.
const GRACE: Duration = Duration::from_millis(1200);

pub(super) fn run(args: &ServeArgs) -> Result<(), Failure> {
    if let Some(model) = &args.demo {
        let demo = model.as_deref().map(DemoLauncher::load);
        let demo = demo.transpose().map_err(Failure::usage)?;
        return run_with(args, demo.unwrap_or_default());
    }
    let launcher = TrainingLauncher {
        runs: args.out.clone(),
        default: args.run.tables()?,
        isolation: match args.isolation {
            Where::Thread => Isolation::Thread,
            Where::Process => {
                Isolation::Process(Worker::this_program(["work".into()]).map_err(Failure::failed)?)
            }
        },
    };
    run_with(args, launcher)
}

fn run_with(args: &ServeArgs, launcher: impl Launcher) -> Result<(), Failure> {
    // One thread serves a thousand clients with half a core; the others are for training.
    let runtime = Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(Failure::failed)?;
    let served = runtime.block_on(serve(args, launcher));
    // A run that did not stop in time must not keep the program from ending.
    runtime.shutdown_background();
    served
}

async fn serve(args: &ServeArgs, launcher: impl Launcher) -> Result<(), Failure> {
    let settings = SessionSettings {
        frame_rate: args.frame_rate,
        metrics_rate: args.metrics_rate,
        read_only: args.read_only,
        runs: Some(args.out.clone()),
        ..SessionSettings::default()
    };
    let session = Session::new(launcher, settings);
    let access = if args.allow_remote {
        Access::remote().map_err(Failure::failed)?
    } else {
        Access::local()
    };
    let access = access.with_hosts(args.host.iter().cloned());
    let key = access
        .token()
        .map_or_else(String::new, |token| format!("?token={token}"));
    let limits = args.limits.limits();
    let server =
        Server::bind_for(args.addr, session.clone(), limits, access).map_err(Failure::usage)?;
    let mut signals = Signals::listen().map_err(Failure::failed)?;
    say(&format!(
        "Watch at http://{}/{key} - Ctrl-C {}ends.",
        server.addr(),
        if args.demo.is_some() {
            ""
        } else {
            "saves and "
        },
    ))?;
    if !args.idle {
        session
            .start(StartRequest::default())
            .map_err(|refusal| match refusal.code {
                ErrorCode::InvalidConfig => Failure::usage(refusal),
                // With settings that are good, what can be wrong with a run that begins is its place: another --out helps.
                ErrorCode::Internal if args.demo.is_none() => Failure::usage(refusal),
                _ => Failure::failed(refusal),
            })?;
    }
    let (ending, killed) = (session.clone(), Cell::new(false));
    server
        .run(async {
            signals.next().await;
            tokio::spawn(signals.exit_on_next());
            if timeout(GRACE, ending.stop_and_wait()).await.is_err() && ending.kill() {
                killed.set(true);
                ending.stop_and_wait().await;
            }
        })
        .await;
    if killed.get() || session.status().state.is_active() {
        return Err(Failure::failed(
            "the run did not stop in time; its last checkpoint is good",
        ));
    }
    Ok(())
}
