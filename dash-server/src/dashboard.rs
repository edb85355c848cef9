//! The page for a program that trains by itself: an observer with a server behind it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use rl_agent::control::{Control, LoggedCommand};
use rl_agent::observer::{
    CheckpointReport, DecisionReport, EndReason, EndReport, EpisodeReport, EvaluationReport,
    HeldReport, MetricsReport, Observer, StartReport, StepReport, UpdateReport,
};
use tokio::sync::oneshot;

use crate::board::BoardView;
use crate::feed::Feed;
use crate::launch::{Job, LaunchError, Launcher, StartRequest};
use crate::limits::Limits;
use crate::observer::DashObserver;
use crate::run::reason;
use crate::server::{BindError, Server};
use crate::session::{Session, SessionSettings};

/// An observer that shows training in the browser, and passes what is pressed there on to a [`Control`].
///
/// The server runs on a thread of its own, which training never waits for, until the dashboard is dropped. It may watch one
/// training after another: one that goes on where the last one ended, such as a second phase by the same trainer, goes on
/// in the charts too; any other begins anew.
#[derive(Debug)]
pub struct Dashboard {
    addr: SocketAddr,
    session: Arc<Session>,
    control: Control,
    observer: DashObserver,
    feed: Arc<Feed>,
    /// Whether the last training has ended.
    ended: bool,
    /// Dropped to end the server.
    stop: Option<oneshot::Sender<()>>,
    server: Option<JoinHandle<()>>,
}

/// Whoever started the program starts its training, and nobody else.
struct ByProgram;

impl Launcher for ByProgram {
    fn presets(&self) -> Vec<String> {
        Vec::new()
    }

    fn prepare(&self, _request: &StartRequest) -> Result<Job, LaunchError> {
        let message = "this training was started by a program: start that again for another run";
        Err(LaunchError::Failed(message.to_owned()))
    }
}

impl Dashboard {
    /// Serves the page on a loopback address (port 0 is any free one). Attach it to the trainer that `control` commands.
    ///
    /// # Errors
    /// If the address is not a loopback address or the port is taken, or the system gives no thread.
    pub fn bind(addr: SocketAddr, control: Control) -> Result<Self, BindError> {
        Self::bind_with(addr, control, SessionSettings::default(), Limits::default())
    }

    /// The same with other rates and bounds than the usual ones.
    ///
    /// # Errors
    /// If the address is not a loopback address or the port is taken, or the system gives no thread.
    pub fn bind_with(
        addr: SocketAddr,
        control: Control,
        settings: SessionSettings,
        limits: Limits,
    ) -> Result<Self, BindError> {
        let refused = |error| BindError::Io { addr, error };
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(refused)?;
        let session = Session::new(ByProgram, settings);
        let server = {
            let _entered = runtime.enter();
            Server::bind(addr, session.clone(), limits)?
        };
        let addr = server.addr();
        let feed = Arc::new(Feed::new());
        session.attach(control.clone(), feed.clone());
        let (stop, stopped) = oneshot::channel::<()>();
        let server = thread::Builder::new()
            .name("dashboard".to_owned())
            .spawn(move || runtime.block_on(server.run(async { drop(stopped.await) })))
            .map_err(refused)?;
        Ok(Self {
            addr,
            session,
            control,
            observer: DashObserver::new(feed.clone()),
            feed,
            ended: false,
            stop: Some(stop),
            server: Some(server),
        })
    }

    /// Where the page is: `http://` and this.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Pages that watch now.
    pub fn client_count(&self) -> usize {
        self.session.client_count()
    }

    /// Takes on the training after one that has ended.
    fn watch_again(&mut self, step: u64) {
        if step == self.feed.step() {
            self.session
                .attach_again(self.control.clone(), self.feed.clone());
            return;
        }
        self.feed = Arc::new(Feed::new());
        self.observer = DashObserver::new(self.feed.clone());
        self.session.attach(self.control.clone(), self.feed.clone());
    }
}

impl Drop for Dashboard {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(server) = self.server.take()
            && server.join().is_err()
        {
            tracing::error!("the dashboard's server panicked");
        }
    }
}

/// Passes hooks on to the observer that feeds the server.
macro_rules! pass_on {
    ($($hook:ident: $report:ty),+ $(,)?) => {
        $(fn $hook(&mut self, report: &$report) {
            Observer::<E>::$hook(&mut self.observer, report);
        })+
    };
}

impl<E: BoardView> Observer<E> for Dashboard {
    pass_on! {
        on_decision: DecisionReport<'_, E>,
        on_step: StepReport<'_, E>,
        on_episode: EpisodeReport<'_>,
        on_update: UpdateReport,
        on_metrics: MetricsReport<'_>,
        on_evaluation: EvaluationReport<'_>,
        on_checkpoint: CheckpointReport<'_>,
        on_held: HeldReport,
        on_command: LoggedCommand,
    }

    fn on_start(&mut self, report: &StartReport<'_>) {
        if std::mem::take(&mut self.ended) {
            self.watch_again(report.step);
        }
        Observer::<E>::on_start(&mut self.observer, report);
    }

    fn on_end(&mut self, report: &EndReport) {
        self.ended = true;
        Observer::<E>::on_end(&mut self.observer, report);
        let why = reason(report);
        self.session.detach(match report.reason {
            // The error itself goes to whoever called the trainer.
            EndReason::Failed => Err(format!(
                "training {why}; the program that runs it has the error"
            )),
            _ => Ok(why),
        });
    }
}
