//! The loop: commands, a step, and all that is due after it.

use super::clock::Clock;
use super::pace::Pace;
use super::{TrainError, Trainer};
use crate::agent::Agent;
use crate::control::{Command, LoggedCommand};
use crate::env::Environment;
use crate::observer::{EndReason, EndReport, HeldReport, Observer};

impl<E: Environment, A: Agent<E>> Trainer<E, A> {
    /// Trains until a limit is reached or a stop command comes, telling `observer` what happens.
    ///
    /// # Errors
    /// If a number is not finite, the environment breaks its promises, or a file cannot be written. The last checkpoint
    /// on the disk is then still good.
    pub fn run(&mut self, mut observer: impl Observer<E>) -> Result<EndReport, TrainError> {
        self.report_start(&mut observer);
        let result = match self.begin_episodes(&mut observer) {
            Ok(()) => self.turns(&mut observer, self.config.batched, Self::step),
            Err(error) => Err(error),
        };
        self.end(&mut observer, result)
    }

    /// Takes steps until it is time to end, in rounds if `batched`.
    pub(super) fn turns<O: Observer<E>>(
        &mut self,
        observer: &mut O,
        batched: bool,
        mut step: impl FnMut(&mut Self, &mut O) -> Result<(), TrainError>,
    ) -> Result<EndReason, TrainError> {
        let mut clock = Clock::start(
            self.progress.seconds,
            self.progress.step,
            self.agent.updates(),
        );
        let mut pace = Pace::new();
        if let Some(error) = &self.unfit {
            return Err(TrainError::Evaluation(error.clone()));
        }
        if std::mem::take(&mut self.progress.owed) {
            self.report_evaluation(observer)?;
        }
        loop {
            let ended = self.turn(observer, batched, &mut step, &mut pace, &mut clock);
            if !matches!(ended, Ok(None)) {
                self.progress.seconds = clock.seconds(&pace);
            }
            if let Some(reason) = ended? {
                return Ok(reason);
            }
        }
    }

    /// A step, or a step of every environment, with what comes before and after; or why training ends, if it does.
    fn turn<O: Observer<E>>(
        &mut self,
        observer: &mut O,
        batched: bool,
        step: &mut impl FnMut(&mut Self, &mut O) -> Result<(), TrainError>,
        pace: &mut Pace,
        clock: &mut Clock,
    ) -> Result<Option<EndReason>, TrainError> {
        let steps = if batched { self.environments.len() } else { 1 };
        while let Some(command) = self.wait(observer, pace, steps as u32) {
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
        let mut save = match (self.config.checkpoint_seconds, seconds) {
            (Some(limit), Some(seconds)) => seconds - clock.saved >= limit,
            _ => false,
        };
        if batched {
            self.agent.foresee(&self.environments, step_now);
        }
        for _ in 0..steps {
            step(self, observer)?;
            pace.stepped();
            self.after_step(observer, pace, clock)?;
            save |= self
                .progress
                .step
                .is_multiple_of(self.config.checkpoint_every);
        }
        if save {
            self.progress.seconds = clock.seconds(pace);
            clock.saved = self.progress.seconds;
            self.save(observer)?;
        }
        Ok(None)
    }

    /// Waits until the next `steps` steps are due or a command arrives.
    fn wait(
        &self,
        observer: &mut impl Observer<E>,
        pace: &mut Pace,
        steps: u32,
    ) -> Option<Command> {
        let before = pace.held();
        let command = pace.wait(&self.control, steps);
        let time = pace.held() - before;
        if !time.is_zero() {
            let step = self.progress.step;
            observer.on_held(&HeldReport { step, time });
        }
        command
    }

    /// What comes after a step: an update, reports, an evaluation, each when it is due.
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
