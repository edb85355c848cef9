//! The run's process.

use std::io::{self, BufReader, Read, Write};
use std::process;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, TryRecvError};
use std::thread;
use std::time::{Duration, Instant};

use rl_agent::control::Control;

use super::message::{Assignment, Order, Said, receive, send};
use super::report::Report;
use crate::bell::Bell;
use crate::feed::{Feed, Staged};
use crate::launch::{JobContext, guarded};
use crate::run::RunFolder;

/// How often what is not urgent is reported.
const INTERVAL: Duration = Duration::from_millis(50);

/// Time for a run to save itself when the server is gone.
const ORPHANED: Duration = Duration::from_secs(1);

/// The exit code of a process that did not save itself in time.
const GAVE_UP: i32 = 70;

/// Trains in the folder of a run as the server at the other end of `input` and `output` says, and tells it everything.
/// When the server is gone the run saves itself and ends, and after a second the process ends in any case.
///
/// # Errors
/// If the first message is no assignment, the system refuses a thread, or the server does not listen.
pub fn work(
    folder: RunFolder,
    input: impl Read + Send + 'static,
    mut output: impl Write,
) -> io::Result<()> {
    #[cfg(target_os = "linux")]
    {
        // One that is held, by a debugger or by SIGSTOP, must see that too.
        let signal = Some(rustix::process::Signal::CONT);
        rustix::process::set_parent_process_death_signal(signal)?;
    }
    let mut input = BufReader::new(input);
    let assignment: Assignment = receive(&mut input)?.ok_or(io::ErrorKind::UnexpectedEof)?;
    let context = JobContext {
        control: Control::new(),
        feed: Arc::new(Feed::prompt()),
    };
    let (control, feed) = (context.control.clone(), context.feed.clone());
    let bell = Arc::new(Bell::default());
    feed.connect(&bell);
    let (tell, ended) = mpsc::channel();
    let orders = {
        let (control, feed) = (control.clone(), feed.clone());
        move || obey(&mut input, &control, &feed)
    };
    let training = {
        let bell = bell.clone();
        move || {
            let _ = tell.send(guarded(|| assignment.carry_out(&folder, context)));
            bell.ring();
        }
    };
    let named = |name: &str| thread::Builder::new().name(name.to_owned());
    named("orders").spawn(orders)?;
    named("training").spawn(training)?;
    let told = tell_all(&feed, &bell, &ended, &mut output);
    if told.is_err() {
        // Nobody listens any more; the thread of the orders gives the run its time.
        control.stop();
        thread::sleep(2 * ORPHANED);
    }
    told
}

/// Passes on what the server orders, until it is gone.
fn obey(input: &mut BufReader<impl Read>, control: &Control, feed: &Feed) {
    while let Ok(Some(order)) = receive(input) {
        match order {
            // The server has looked at its value before.
            Order::Command(command) => drop(control.send(command)),
            Order::Want(wants) => feed.want(wants),
        }
    }
    control.stop();
    thread::sleep(ORPHANED);
    process::exit(GAVE_UP);
}

/// Tells everything that happens, until training has ended.
fn tell_all(
    feed: &Feed,
    bell: &Bell,
    ended: &Receiver<Result<String, String>>,
    output: &mut impl Write,
) -> io::Result<()> {
    let mut spare = Staged::default();
    loop {
        bell.wait_until(Instant::now() + INTERVAL);
        // Before the report is gathered, so that nothing is left after the last one.
        let ended = ended.try_recv();
        let report = Report::gather(feed, &mut spare);
        send(output, &Said::Report(Box::new(report)))?;
        let outcome = match ended {
            Err(TryRecvError::Empty) => continue,
            Err(TryRecvError::Disconnected) => Err("training ended without a word".to_owned()),
            Ok(outcome) => outcome,
        };
        return send(output, &Said::Ended(outcome));
    }
}
