//! The loop: commands, a step, and all that is due after it.

use super::clock::Clock;
use super::pace::Pace;
use super::{TrainError, Trainer};
use crate::agent::Agent;
use crate::control::{Command, LoggedCommand};
use crate::env::Environment;
use crate::observer::{EndReason, EndReport, Observer};

impl<E: Environment, A: Agent<E>> Trainer<E, A> {
    /// Trains until a limit is reached or a stop command comes, telling `observer` what happens.
    ///
    /// # Errors
    /// If a number is not finite, the environment breaks its promises, or a file cannot be written. The last checkpoint
    /// on the disk is then still good.
    pub fn run(&mut self, mut observer: impl Observer<E>) -> Result<EndReport, TrainError> {
        self.report_start(&mut observer);
        let result = match self.begin_episodes(&mut observer) {
            Ok(()) => self.turns(&mut observer, Self::step),
            Err(error) => Err(error),
        };
        self.report_end(&mut observer, result)
    }

    /// Takes steps until it is time to end.
    pub(super) fn turns<O: Observer<E>>(
        &mut self,
        observer: &mut O,
        mut step: impl FnMut(&mut Self, &mut O) -> Result<(), TrainError>,
    ) -> Result<EndReason, TrainError> {
        let mut clock = Clock::start(self.progress.seconds);
        let mut pace = Pace::new();
        loop {
            let ended = self.commands_and_limits(observer, &mut pace, &clock)?;
            if let Some(reason) = ended {
                self.finish(observer)?;
                return Ok(reason);
            }
            step(self, observer)?;
            pace.stepped();
            self.after_step(observer, &pace, &mut clock)?;
        }
    }

    /// What comes before a step; why training ends, if it does.
    fn commands_and_limits(
        &mut self,
        observer: &mut impl Observer<E>,
        pace: &mut Pace,
        clock: &Clock,
    ) -> Result<Option<EndReason>, TrainError> {
        while let Some(command) = pace.wait(&self.control) {
            self.apply(command, observer, pace)?;
            if command == Command::Stop {
                return Ok(Some(EndReason::Stopped));
            }
        }
        if self
            .config
            .total_steps
            .is_some_and(|total| self.progress.step >= total)
        {
            return Ok(Some(EndReason::Finished));
        }
        if let Some(limit) = self.config.time_limit
            && self.progress.step.is_multiple_of(16)
            && clock.seconds(pace) >= limit
        {
            self.progress.seconds = clock.seconds(pace);
            return Ok(Some(EndReason::TimeLimit));
        }
        Ok(None)
    }

    /// What comes after a step: an update, reports, an evaluation, a checkpoint, each when it is due.
    fn after_step(
        &mut self,
        observer: &mut impl Observer<E>,
        pace: &Pace,
        clock: &mut Clock,
    ) -> Result<(), TrainError> {
        if let Some(update) = self.agent.update(self.progress.step)? {
            observer.on_update(&update);
        }
        let step = self.progress.step;
        if step.is_multiple_of(self.config.metrics_every) {
            self.progress.seconds = clock.seconds(pace);
            self.report_metrics(observer, clock);
        }
        if step.is_multiple_of(self.config.evaluate_every) {
            self.report_evaluation(observer)?;
        }
        let late = self.config.checkpoint_seconds.is_some_and(|limit| {
            step.is_multiple_of(16) && clock.seconds(pace) - clock.saved >= limit
        });
        if late || step.is_multiple_of(self.config.checkpoint_every) {
            self.progress.seconds = clock.seconds(pace);
            clock.saved = self.progress.seconds;
            self.save(observer)?;
        }
        Ok(())
    }

    fn apply(
        &mut self,
        command: Command,
        observer: &mut impl Observer<E>,
        pace: &mut Pace,
    ) -> Result<(), TrainError> {
        let logged = LoggedCommand {
            step: self.progress.step,
            command,
        };
        self.progress.log.push(logged);
        pace.apply(command);
        match command {
            Command::LearningRate(rate) => self.agent.set_learning_rate(rate),
            Command::Epsilon(epsilon) => self.agent.set_epsilon(epsilon),
            Command::Save => self.save(observer)?,
            Command::Pause
            | Command::Resume
            | Command::Step(_)
            | Command::SpeedLimit(_)
            | Command::Stop => {}
        }
        observer.on_command(&logged);
        Ok(())
    }
}
