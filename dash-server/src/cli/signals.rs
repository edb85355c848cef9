//! Ctrl-C, SIGTERM and SIGHUP, which a terminal sends that is closed.

use std::io;
use std::process::Child;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use tokio::runtime::Builder;
use tokio::signal;
use tokio::time::timeout;

use super::Failure;

/// Time in which a second signal is the first one once more: a terminal, or what runs services, tells the jobs of a sweep
/// as well as the sweep, which passes it on to them.
const ECHO: Duration = Duration::from_millis(500);

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

/// Asks a program that this one has started to end, as this one is asked. It has not been waited for, so that its number
/// is still its own.
#[cfg(unix)]
pub(super) fn pass_on(child: &Child) {
    use rustix::process::{Pid, Signal, kill_process};
    // That it has ended already is as good.
    let _ = kill_process(Pid::from_child(child), Signal::TERM);
}

/// A console tells every program in it by itself.
#[cfg(not(unix))]
pub(super) fn pass_on(_child: &Child) {}

/// Listens for the ways of asking a program to end.
#[derive(Debug)]
pub(crate) struct Signals {
    #[cfg(unix)]
    interrupt: signal::unix::Signal,
    #[cfg(unix)]
    terminate: signal::unix::Signal,
    /// None where it must not be listened to.
    #[cfg(unix)]
    hangup: Option<signal::unix::Signal>,
}

impl Signals {
    /// From now on, none of them ends the program by itself.
    pub(crate) fn listen() -> io::Result<Self> {
        Ok(Self {
            #[cfg(unix)]
            interrupt: signal::unix::signal(signal::unix::SignalKind::interrupt())?,
            #[cfg(unix)]
            terminate: signal::unix::signal(signal::unix::SignalKind::terminate())?,
            #[cfg(unix)]
            hangup: hangup()?,
        })
    }

    /// Waits for the next one.
    pub(crate) async fn next(&mut self) {
        #[cfg(unix)]
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
            Some(_) = async { self.hangup.as_mut()?.recv().await } => {}
        }
        #[cfg(not(unix))]
        if signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// After one, ends the program at once with the next one.
    pub(crate) async fn exit_on_next(mut self) {
        let echoes = async {
            loop {
                self.next().await;
            }
        };
        // It ends by the time alone.
        let _ = timeout(ECHO, echoes).await;
        self.next().await;
        std::process::exit(130);
    }
}

/// Listens for the end of the terminal, unless the program was told to outlive it, as `nohup` does: a listener would take
/// the place of that.
#[cfg(unix)]
fn hangup() -> io::Result<Option<signal::unix::Signal>> {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let heard = ignored(&status).is_some_and(|mask| mask & HANGUP == 0);
    heard
        .then(|| signal::unix::signal(signal::unix::SignalKind::hangup()))
        .transpose()
}

/// SIGHUP, signal 1, in a mask of signals.
#[cfg(unix)]
const HANGUP: u64 = 1;

/// The signals that a process ignores, of its status as Linux tells it. None where that is not told; there SIGHUP keeps the
/// meaning that it was given.
#[cfg(unix)]
fn ignored(status: &str) -> Option<u64> {
    let mask = status
        .lines()
        .find_map(|line| line.strip_prefix("SigIgn:"))?;
    u64::from_str_radix(mask.trim(), 16).ok()
}
