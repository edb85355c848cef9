//! What a process takes of the machine, where the system tells it in `/proc`.

use std::fs;
use std::path::PathBuf;

use super::Failure;

/// What memory may grow by while nothing that stays is asked for: pages that the allocator had given back, in KiB, or the part
/// of all by which it keeps what it needed at its fullest moment.
const SLACK_KIB: u64 = 2048;
const SLACK_PART: u64 = 4;

/// A process that is looked at from outside.
#[derive(Debug, Clone)]
pub struct Process {
    folder: PathBuf,
    /// Threads of this name do not count.
    except: Option<String>,
}

impl Process {
    /// The process with this number, without its threads called `except`.
    pub fn new(number: u32, except: Option<String>) -> Self {
        let folder = PathBuf::from(format!("/proc/{number}"));
        Self { folder, except }
    }

    /// Processor time of the threads that run now, in microseconds.
    pub fn busy_micros(&self) -> f64 {
        let threads = fs::read_dir(self.folder.join("task"));
        let threads = threads.into_iter().flatten().flatten();
        let counted = threads.filter(|thread| {
            let name = fs::read_to_string(thread.path().join("comm")).unwrap_or_default();
            self.except.as_deref() != Some(name.trim())
        });
        let nanoseconds = counted.filter_map(|thread| {
            let text = fs::read_to_string(thread.path().join("schedstat")).ok()?;
            text.split(' ').next()?.parse::<f64>().ok()
        });
        1e-3 * nanoseconds.sum::<f64>()
    }

    /// Memory now, in KiB.
    pub fn resident_kib(&self) -> Option<u64> {
        self.status("VmRSS:")
    }

    /// The most memory that it ever had, in KiB.
    pub fn peak_kib(&self) -> Option<u64> {
        self.status("VmHWM:")
    }

    fn status(&self, key: &str) -> Option<u64> {
        let status = fs::read_to_string(self.folder.join("status")).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix(key))?;
        line.trim().strip_suffix(" kB")?.parse().ok()
    }
}

/// A process whose memory must not grow.
#[derive(Debug)]
pub struct Flat {
    process: Option<Process>,
    before: Option<u64>,
}

impl Flat {
    /// Looks at nothing if there is no process.
    pub fn new(process: Option<Process>) -> Self {
        let before = None;
        Self { process, before }
    }

    /// From here on it must not grow.
    pub fn begin(&mut self) {
        self.before = self.now();
    }

    /// Prints what the memory was and is.
    ///
    /// # Errors
    /// If it grew, or the process is gone.
    pub fn end(&self) -> Result<(), Failure> {
        let Some(before) = self.before else {
            return Ok(());
        };
        let now = self.now().ok_or("the server is gone")?;
        println!("memory before {before} KiB, after {now} KiB");
        if now > before + SLACK_KIB.max(before / SLACK_PART) {
            return Err(format!("memory grew from {before} to {now} KiB").into());
        }
        Ok(())
    }

    fn now(&self) -> Option<u64> {
        self.process.as_ref()?.resident_kib()
    }
}
