//! The third seam: commands to a running trainer.
//!
//! A [`Control`] is a handle that can be cloned and sent anywhere: to a signal handler, a web server, an early-stopping
//! observer. Sending never blocks. The trainer applies commands between two steps and logs each with its step.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

/// What a trainer can be told.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub enum Command {
    /// Hold before the next step.
    Pause,
    /// Go on.
    Resume,
    /// Take this many steps and hold again.
    Step(u64),
    /// At most this many steps a second; `None` is as fast as it goes.
    SpeedLimit(Option<f64>),
    /// Use this learning rate from now on instead of the schedule's.
    LearningRate(f64),
    /// Use this epsilon from now on instead of the schedule's.
    Epsilon(f64),
    /// Write a checkpoint now.
    Save,
    /// End training.
    Stop,
}

/// A command as it was applied.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct LoggedCommand {
    /// Steps taken when it was applied.
    pub step: u64,
    /// The command.
    pub command: Command,
}

#[derive(Debug, Default)]
struct Shared {
    queue: Mutex<VecDeque<Command>>,
    arrived: Condvar,
    /// Lets the trainer ask at every step without taking the lock.
    pending: AtomicBool,
    stop: AtomicBool,
}

/// The handle. All clones command the same trainer.
#[derive(Debug, Clone, Default)]
pub struct Control {
    shared: Arc<Shared>,
}

impl Control {
    /// A handle with an empty queue.
    pub fn new() -> Self {
        Self::default()
    }

    /// Queues a command.
    pub fn send(&self, command: Command) {
        if command == Command::Stop {
            self.shared.stop.store(true, Ordering::Release);
        }
        self.queue().push_back(command);
        self.shared.pending.store(true, Ordering::Release);
        self.shared.arrived.notify_all();
    }

    /// Queues [`Command::Pause`].
    pub fn pause(&self) {
        self.send(Command::Pause);
    }

    /// Queues [`Command::Resume`].
    pub fn resume(&self) {
        self.send(Command::Resume);
    }

    /// Queues [`Command::Stop`].
    pub fn stop(&self) {
        self.send(Command::Stop);
    }

    /// Whether a stop was ever asked for. Long work between two steps (an evaluation) looks here to end early.
    pub fn stop_requested(&self) -> bool {
        self.shared.stop.load(Ordering::Acquire)
    }

    /// Takes the oldest command, if any. One atomic load when there is none.
    pub fn try_receive(&self) -> Option<Command> {
        if !self.shared.pending.load(Ordering::Acquire) {
            return None;
        }
        let mut queue = self.queue();
        let command = queue.pop_front();
        if queue.is_empty() {
            self.shared.pending.store(false, Ordering::Release);
        }
        command
    }

    /// Waits for a command, at most until `deadline` (`None`: without limit).
    pub fn receive(&self, deadline: Option<Instant>) -> Option<Command> {
        let mut queue = self.queue();
        while queue.is_empty() {
            let wait = match deadline {
                Some(deadline) => deadline.saturating_duration_since(Instant::now()),
                None => Duration::from_secs(3600),
            };
            if wait.is_zero() {
                return None;
            }
            queue = self
                .shared
                .arrived
                .wait_timeout(queue, wait)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
        let command = queue.pop_front();
        if queue.is_empty() {
            self.shared.pending.store(false, Ordering::Release);
        }
        command
    }

    /// The queue holds plain values, so a panic elsewhere while it was locked leaves nothing half done.
    fn queue(&self) -> MutexGuard<'_, VecDeque<Command>> {
        self.shared
            .queue
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_arrive_in_order_on_every_clone() {
        let control = Control::new();
        let clone = control.clone();
        clone.pause();
        clone.send(Command::Step(3));
        assert_eq!(control.try_receive(), Some(Command::Pause));
        assert_eq!(control.receive(None), Some(Command::Step(3)));
        assert_eq!(control.try_receive(), None);
    }

    #[test]
    fn waiting_ends_at_the_deadline_or_with_a_command() {
        let control = Control::new();
        assert_eq!(
            control.receive(Some(Instant::now() + Duration::from_millis(5))),
            None
        );
        let clone = control.clone();
        let sender = std::thread::spawn(move || clone.stop());
        assert_eq!(control.receive(None), Some(Command::Stop));
        assert!(control.stop_requested());
        sender.join().unwrap();
    }
}
