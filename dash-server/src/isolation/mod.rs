//! Where a run trains: on a thread of the server, or in a process of its own that the server can lose.
//!
//! ```text
//!          server                          run's process
//!   Session                                     Trainer
//!      |  Control  --- Order ---> stdin  ----->  Control
//!      |  Feed    <--- Said ----  stdout <-----  Feed  <--- DashObserver
//! ```
//!
//! Both ends have a [`Feed`](crate::feed::Feed) and a `Control`, and what crosses one crosses the pipe: the session and
//! the trainer do not know the difference. The messages are MessagePack, one after the other.

mod child;
mod message;
mod parent;
mod report;

use std::ffi::OsString;
use std::path::PathBuf;

pub use child::work;
pub(crate) use message::Assignment;
pub(crate) use parent::{Process, run};

/// Where a run trains.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Isolation {
    /// On a thread of the server. A panic there fails the run; whatever takes a process down takes the server too.
    #[default]
    Thread,
    /// In a child process, which may abort, run out of memory or hang without harm to the server.
    Process(Worker),
}

/// The program that trains in a process of its own: it calls [`work`] with its standard input and output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Worker {
    /// The program.
    pub program: PathBuf,
    /// Its arguments; the folder of the run comes after them.
    pub arguments: Vec<OsString>,
}

impl Worker {
    /// The program that runs now, started with other arguments.
    ///
    /// # Errors
    /// If the system does not tell where the program is.
    pub fn this_program(arguments: impl IntoIterator<Item = OsString>) -> std::io::Result<Self> {
        // The very program that runs, also when its file has been replaced by a newer build.
        let program = if cfg!(target_os = "linux") {
            PathBuf::from("/proc/self/exe")
        } else {
            std::env::current_exe()?
        };
        Ok(Self {
            program,
            arguments: arguments.into_iter().collect(),
        })
    }
}
