//! Time that other work on the machine does not lengthen.

use std::fs::read_to_string;
use std::time::Instant;

/// Processor time of one thread.
#[derive(Debug)]
pub struct ThreadClock {
    begun: Instant,
}

impl ThreadClock {
    /// Begins for the thread that asks.
    pub fn begin() -> Self {
        let begun = Instant::now();
        Self { begun }
    }

    /// Seconds that the thread that asks has been at work since whenever; wall-clock time since the beginning where the
    /// system does not tell. Only differences mean something.
    pub fn seconds(&self) -> f64 {
        let nanoseconds = read_to_string("/proc/thread-self/schedstat")
            .ok()
            .and_then(|text| text.split(' ').next()?.parse::<f64>().ok());
        nanoseconds.map_or_else(|| self.begun.elapsed().as_secs_f64(), |time| 1e-9 * time)
    }
}
