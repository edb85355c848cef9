//! The server's side of a run in a process of its own.

use std::io::{self, BufReader};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use rl_agent::control::Control;

use super::Worker;
use super::message::{Assignment, Order, Said, receive, send};
use crate::feed::{Feed, Wants};
use crate::launch::JobContext;
use crate::run::RunFolder;

/// How often the feed is asked what the server would like to see. Commands go at once.
const WISHES: Duration = Duration::from_millis(10);

/// A run's process, which may not have been started yet or be gone already.
#[derive(Debug, Clone, Default)]
pub(crate) struct Process {
    child: Arc<Mutex<Option<Child>>>,
    killed: Arc<AtomicBool>,
}

impl Process {
    /// Ends it without asking.
    pub(crate) fn kill(&self) {
        self.killed.store(true, Ordering::Relaxed);
        if let Some(child) = &mut *self.child()
            && let Err(error) = child.kill()
        {
            tracing::warn!(%error, "the run's process cannot be killed");
        }
    }

    /// Takes it off the system's list, which has it killed if it goes on.
    fn end(&self) -> io::Result<ExitStatus> {
        let mut child = self.child();
        let child = child.as_mut().ok_or(io::ErrorKind::NotFound)?;
        // It has closed its output: either it is gone, and this does nothing, or it is of no more use.
        child.kill()?;
        child.wait()
    }

    /// Held for the time of a system call.
    fn child(&self) -> MutexGuard<'_, Option<Child>> {
        self.child.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Has a run trained by a process: returns in one line why it ended, or what went wrong.
///
/// # Errors
/// If the process cannot be started, says that training failed, or is gone without a word.
pub(crate) fn run(
    worker: &Worker,
    folder: &RunFolder,
    assignment: &Assignment,
    process: &Process,
    context: JobContext,
) -> Result<String, String> {
    let JobContext { control, feed } = context;
    let refused = |error: io::Error| {
        let program = worker.program.display();
        format!("the run's process ({program}) cannot be started: {error}")
    };
    let mut child = start(worker, folder).map_err(refused)?;
    let (input, output) = (child.stdin.take(), child.stdout.take());
    let (Some(mut input), Some(output)) = (input, output) else {
        return Err(refused(io::ErrorKind::BrokenPipe.into()));
    };
    *process.child() = Some(child);
    if process.killed.load(Ordering::Relaxed) {
        process.kill();
    }
    // If it does not listen it is gone, and what became of it is found out below.
    let assigned = send(&mut input, assignment);
    let over = AtomicBool::new(false);
    let (said, status) = thread::scope(|scope| {
        let pass_on = || pass_on(input, &control, &feed, &over);
        if assigned.is_ok() {
            scope.spawn(pass_on);
        }
        let said = listen(&mut BufReader::new(output), &feed);
        over.store(true, Ordering::Relaxed);
        // Before the other thread is waited for: it may be writing to a process that does not read.
        (said, process.end())
    });
    let status = status.map_err(|error| error.to_string())?;
    if process.killed.load(Ordering::Relaxed) {
        return Err("the run did not obey a stop, and its process was killed".to_owned());
    }
    match said {
        Ok(Some(outcome)) => outcome,
        Ok(None) => Err(gone(status)),
        Err(error) => Err(error),
    }
}

fn start(worker: &Worker, folder: &RunFolder) -> io::Result<Child> {
    let mut command = Command::new(&worker.program);
    command
        .args(&worker.arguments)
        .arg(folder.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    #[cfg(unix)]
    {
        use std::os::unix::process::CommandExt;
        // Ctrl-C on a terminal is for the server, which tells its runs in its own way.
        command.process_group(0).arg0("tetris-dash");
    }
    command.spawn()
}

/// Puts what the process says into the feed, until it closes its output; its last word, if there was one.
fn listen(
    output: &mut BufReader<impl io::Read>,
    feed: &Feed,
) -> Result<Option<Result<String, String>>, String> {
    let mut last = None;
    loop {
        match receive(output) {
            Ok(Some(Said::Report(report))) => report.leave(feed)?,
            Ok(Some(Said::Ended(outcome))) => last = Some(outcome),
            Ok(None) => return Ok(last),
            // In the middle of a message: the exit status says more.
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(last),
            Err(error) => {
                return Err(format!(
                    "the run's process said what is no message: {error}"
                ));
            }
        }
    }
}

/// Passes on commands and wishes until the run is over or its process does not listen.
fn pass_on(mut input: ChildStdin, control: &Control, feed: &Feed, over: &AtomicBool) {
    let mut told = Wants::default();
    while !over.load(Ordering::Relaxed) {
        let command = control.receive(Some(Instant::now() + WISHES));
        let wants = feed.take_wants();
        // Wishes first: a step that is taken with a command is seen if it should be.
        let wishes = (wants.is_new(&told)).then_some(Order::Want(wants));
        told = wants;
        for order in wishes.into_iter().chain(command.map(Order::Command)) {
            if let Err(error) = send(&mut input, &order) {
                tracing::debug!(%error, "the run's process does not listen");
                return;
            }
        }
    }
}

/// What became of a process that ended without a word.
fn gone(status: ExitStatus) -> String {
    #[cfg(unix)]
    {
        use std::os::unix::process::ExitStatusExt;
        if status.signal() == Some(9) {
            return format!(
                "the run's process was killed ({status}), as it happens when memory runs out; what it had saved is good"
            );
        }
    }
    format!("the run's process ended without a word ({status}); what it had saved is good")
}
