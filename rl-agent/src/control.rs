//! The third seam: commands to a running trainer.
//!
//! A [`Control`] is a handle that can be cloned and sent anywhere: to a signal handler, a web server, an early-stopping
//! observer. Sending never blocks. The trainer applies commands between two steps and logs each with its step.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use crate::config::{ConfigError, check};

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

impl Command {
    fn validate(self) -> Result<(), ConfigError> {
        match self {
            Self::LearningRate(rate) => {
                check(rate > 0.0 && rate.is_finite()).or("learning_rate", &rate, "a number above 0")
            }
            Self::Epsilon(epsilon) => check((0.0..=1.0).contains(&epsilon)).or(
                "epsilon",
                &epsilon,
                "a number from 0 to 1",
            ),
            Self::SpeedLimit(Some(limit)) => check(limit > 0.0).or(
                "speed_limit",
                &limit,
                "a number of steps a second above 0, or none for no limit",
            ),
            Self::Pause
            | Self::Resume
            | Self::Step(_)
            | Self::SpeedLimit(None)
            | Self::Save
            | Self::Stop => Ok(()),
        }
    }
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
    ///
    /// # Errors
    /// If its value makes no sense; the trainer then never hears of it.
    pub fn send(&self, command: Command) -> Result<(), ConfigError> {
        command.validate()?;
        self.queue_up(command);
        Ok(())
    }

    fn queue_up(&self, command: Command) {
        let mut queue = self.queue();
        queue.push_back(command);
        if command == Command::Stop {
            self.shared.stop.store(true, Ordering::Release);
        }
        self.shared.pending.store(true, Ordering::Release);
        drop(queue);
        self.shared.arrived.notify_all();
    }

    /// Queues [`Command::Pause`].
    pub fn pause(&self) {
        self.queue_up(Command::Pause);
    }

    /// Queues [`Command::Resume`].
    pub fn resume(&self) {
        self.queue_up(Command::Resume);
    }

    /// Queues [`Command::Step`].
    pub fn step(&self, count: u64) {
        self.queue_up(Command::Step(count));
    }

    /// Queues [`Command::Save`].
    pub fn save(&self) {
        self.queue_up(Command::Save);
    }

    /// Queues [`Command::Stop`].
    pub fn stop(&self) {
        self.queue_up(Command::Stop);
    }

    /// Whether a stop was asked for and has not been received yet. Long work between two steps (an evaluation) looks here to
    /// end early.
    pub fn stop_requested(&self) -> bool {
        self.shared.stop.load(Ordering::Acquire)
    }

    /// Takes the oldest command, if any. One atomic load when there is none.
    pub fn try_receive(&self) -> Option<Command> {
        if !self.shared.pending.load(Ordering::Acquire) {
            return None;
        }
        self.take(&mut self.queue())
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
        self.take(&mut queue)
    }

    /// The oldest command of the queue.
    fn take(&self, queue: &mut VecDeque<Command>) -> Option<Command> {
        let command = queue.pop_front();
        let stop = queue.contains(&Command::Stop);
        self.shared.stop.store(stop, Ordering::Release);
        self.shared
            .pending
            .store(!queue.is_empty(), Ordering::Release);
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
        clone.step(3);
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
        sender.join().unwrap();
    }

    #[test]
    fn values_that_make_no_sense_are_never_heard_of() {
        let control = Control::new();
        for command in [
            Command::LearningRate(-1e-3),
            Command::LearningRate(0.0),
            Command::LearningRate(f64::NAN),
            Command::LearningRate(f64::INFINITY),
            Command::Epsilon(1.5),
            Command::Epsilon(f64::NAN),
            Command::SpeedLimit(Some(0.0)),
            Command::SpeedLimit(Some(f64::NAN)),
        ] {
            assert!(control.send(command).is_err(), "{command:?}");
        }
        let error = control.send(Command::Epsilon(1.5)).unwrap_err();
        assert_eq!(
            error.to_string(),
            "epsilon = 1.5 makes no sense: expected a number from 0 to 1"
        );
        assert_eq!(control.try_receive(), None);
    }

    #[test]
    fn a_stop_is_asked_for_until_it_is_received() {
        let control = Control::new();
        control.pause();
        control.stop();
        assert!(control.stop_requested());
        assert_eq!(control.try_receive(), Some(Command::Pause));
        assert!(control.stop_requested());
        assert_eq!(control.try_receive(), Some(Command::Stop));
        assert!(!control.stop_requested());
    }
}
