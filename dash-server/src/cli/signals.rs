//! Ctrl-C and SIGTERM.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use tokio::runtime::Builder;
use tokio::signal;

use super::Failure;

/// A flag that the first signal from now on raises; the second one ends the program.
pub(super) fn flag() -> Result<Arc<AtomicBool>, Failure> {
    let runtime = Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(Failure::failed)?;
    let mut signals = {
        let _inside = runtime.enter();
        Signals::listen().map_err(Failure::failed)?
    };
    let flag = Arc::new(AtomicBool::new(false));
    let raised = flag.clone();
    thread::spawn(move || {
        runtime.block_on(async {
            signals.next().await;
            raised.store(true, Ordering::Relaxed);
            signals.exit_on_next().await;
        });
    });
    Ok(flag)
}

/// Listens for the two ways of asking a program to end.
#[derive(Debug)]
pub(crate) struct Signals {
    #[cfg(unix)]
    interrupt: signal::unix::Signal,
    #[cfg(unix)]
    terminate: signal::unix::Signal,
}

impl Signals {
    /// From now on, neither ends the program by itself.
    pub(crate) fn listen() -> io::Result<Self> {
        Ok(Self {
            #[cfg(unix)]
            interrupt: signal::unix::signal(signal::unix::SignalKind::interrupt())?,
            #[cfg(unix)]
            terminate: signal::unix::signal(signal::unix::SignalKind::terminate())?,
        })
    }

    /// Waits for the next one.
    pub(crate) async fn next(&mut self) {
        #[cfg(unix)]
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
        #[cfg(not(unix))]
        if signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// Ends the program at once with the next one.
    pub(crate) async fn exit_on_next(mut self) {
        self.next().await;
        std::process::exit(130);
    }
}
