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
            let ended = self.turn(observer, &mut step, &mut pace, &mut clock);
            if !matches!(ended, Ok(None)) {
                self.progress.seconds = clock.seconds(&pace);
            }
            if let Some(reason) = ended? {
                self.finish(observer)?;
                return Ok(reason);
            }
        }
    }

    /// A step with what comes before and after it; or why training ends, if it does.
    fn turn<O: Observer<E>>(
        &mut self,
        observer: &mut O,
        step: &mut impl FnMut(&mut Self, &mut O) -> Result<(), TrainError>,
        pace: &mut Pace,
        clock: &mut Clock,
    ) -> Result<Option<EndReason>, TrainError> {
        while let Some(command) = pace.wait(&self.control) {
            self.apply(command, observer, pace, clock)?;
            if command == Command::Stop {
                return Ok(Some(EndReason::Stopped));
            }
        }
        let (step_now, limits) = (self.progress.step, &self.config);
        if limits.total_steps.is_some_and(|total| step_now >= total) {
            return Ok(Some(EndReason::Finished));
        }
        let seconds = clock.look(pace);
        if let (Some(limit), Some(seconds)) = (limits.time_limit, seconds)
            && seconds >= limit
        {
            return Ok(Some(EndReason::TimeLimit));
        }
        step(self, observer)?;
        pace.stepped();
        let late = match (self.config.checkpoint_seconds, seconds) {
            (Some(limit), Some(seconds)) => seconds - clock.saved >= limit,
            _ => false,
        };
        self.after_step(observer, late, pace, clock)?;
        Ok(None)
    }

    /// What comes after a step: an update, reports, an evaluation, a checkpoint, each when it is due.
    fn after_step(
        &mut self,
        observer: &mut impl Observer<E>,
        checkpoint_late: bool,
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
        if checkpoint_late || step.is_multiple_of(self.config.checkpoint_every) {
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
        clock: &Clock,
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
            Command::Save => {
                self.progress.seconds = clock.seconds(pace);
                self.save(observer)?;
            }
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
