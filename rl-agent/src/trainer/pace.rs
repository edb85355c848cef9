//! When the next step may be taken: pausing, single steps, the speed limit.

use std::time::{Duration, Instant};

use crate::control::{Command, Control};

/// The part of the trainer's commands that is about time. It decides when steps happen and never which.
#[derive(Debug)]
pub(super) struct Pace {
    paused: bool,
    /// Steps that may be taken although paused.
    allowance: u64,
    period: Option<Duration>,
    due: Instant,
    /// Time spent holding, which does not count as training.
    held: Duration,
}

impl Pace {
    pub(super) fn new() -> Self {
        Self {
            paused: false,
            allowance: 0,
            period: None,
            due: Instant::now(),
            held: Duration::ZERO,
        }
    }

    /// Time spent paused so far.
    pub(super) fn held(&self) -> Duration {
        self.held
    }

    /// Takes note of a command that is about time.
    pub(super) fn apply(&mut self, command: Command) {
        match command {
            Command::Pause => (self.paused, self.allowance) = (true, 0),
            Command::Resume => (self.paused, self.allowance) = (false, 0),
            Command::Step(count) => {
                self.paused = true;
                self.allowance = self.allowance.saturating_add(count);
            }
            Command::SpeedLimit(limit) => {
                self.period = limit.map(|rate| Duration::from_secs_f64((1.0 / rate).min(3600.0)));
                self.due = Instant::now();
            }
            Command::LearningRate(_) | Command::Epsilon(_) | Command::Save | Command::Stop => {}
        }
    }

    /// Waits until the next `steps` steps are due or a command arrives, whichever is first. `None` means: take the steps.
    pub(super) fn wait(&mut self, control: &Control, steps: u32) -> Option<Command> {
        if let Some(command) = control.try_receive() {
            return Some(command);
        }
        if self.paused && self.allowance == 0 {
            let since = Instant::now();
            let command = control.receive(None);
            self.held += since.elapsed();
            self.due = Instant::now();
            return command;
        }
        let period = self.period?;
        if self.allowance > 0 {
            return None;
        }
        if self.due > Instant::now()
            && let Some(command) = control.receive(Some(self.due))
        {
            return Some(command);
        }
        // Late steps are not caught up with for longer than a tenth of a second.
        self.due = (self.due + steps * period).max(Instant::now() - Duration::from_millis(100));
        None
    }

    /// A step has been taken.
    pub(super) fn stepped(&mut self) {
        self.allowance = self.allowance.saturating_sub(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paused_it_waits_for_commands_and_counts_single_steps() {
        let (mut pace, control) = (Pace::new(), Control::new());
        assert_eq!(pace.wait(&control, 1), None);
        pace.apply(Command::Pause);
        control.step(2);
        assert_eq!(pace.wait(&control, 1), Some(Command::Step(2)));
        pace.apply(Command::Step(2));
        for _ in 0..2 {
            assert_eq!(pace.wait(&control, 1), None);
            pace.stepped();
        }
        control.resume();
        assert_eq!(pace.wait(&control, 1), Some(Command::Resume));
        pace.apply(Command::Resume);
        assert_eq!(pace.wait(&control, 1), None);
    }

    #[test]
    fn a_command_ends_the_wait_of_a_speed_limit() {
        let (mut pace, control) = (Pace::new(), Control::new());
        pace.apply(Command::SpeedLimit(Some(0.001)));
        assert_eq!(
            pace.wait(&control, 1),
            None,
            "the first step is due at once"
        );
        let sender = control.clone();
        std::thread::spawn(move || sender.stop());
        assert_eq!(pace.wait(&control, 1), Some(Command::Stop));
    }
}
