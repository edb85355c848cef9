//! What a thread sleeps by that has something to do at its time, and sooner if it is called.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

/// Wakes one thread. A ring that nobody hears at once is heard at the next wait.
#[derive(Debug, Default)]
pub(crate) struct Bell {
    rung: Mutex<bool>,
    heard: Condvar,
}

impl Bell {
    /// Wakes whoever waits, or comes to wait next.
    pub(crate) fn ring(&self) {
        *self.rung() = true;
        self.heard.notify_one();
    }

    /// Waits until it rings, or until `due` has come; whether it rang.
    pub(crate) fn wait_until(&self, due: Instant) -> bool {
        let wait = due.saturating_duration_since(Instant::now());
        let (mut rung, _) = self
            .heard
            .wait_timeout_while(self.rung(), wait, |rung| !*rung)
            .unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *rung)
    }

    /// A flag is never half changed.
    fn rung(&self) -> MutexGuard<'_, bool> {
        self.rung.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::thread;
    use std::time::Duration;

    #[test]
    fn a_ring_is_heard_once_whether_it_comes_before_the_wait_or_in_it() {
        let bell = Bell::default();
        let long = || Instant::now() + Duration::from_secs(60);
        bell.ring();
        bell.ring();
        assert!(bell.wait_until(long()));
        assert!(!bell.wait_until(Instant::now()), "it rang once");
        thread::scope(|threads| {
            threads.spawn(|| bell.ring());
            assert!(bell.wait_until(long()));
        });
        let due = Instant::now() + Duration::from_millis(5);
        assert!(!bell.wait_until(due));
        assert!(Instant::now() >= due);
    }
}
