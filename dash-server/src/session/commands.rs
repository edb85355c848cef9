//! What the session can be told to do, each time with an answer at once.

use std::sync::Arc;
use std::time::Instant;

use rl_agent::control::{Command as Order, Control};

use super::run::Run;
use super::{Inner, Refusal, Session};
use crate::feed::Feed;
use crate::launch::{Job, JobContext, LaunchError, Launcher, StartRequest};
use crate::protocol::{ErrorCode, State, Status};

impl Session {
    /// Starts a run.
    ///
    /// # Errors
    /// If one is going on, or the configuration is wrong.
    pub fn start(self: &Arc<Self>, request: StartRequest) -> Result<(), Refusal> {
        self.begin(|launcher| launcher.prepare(&request))
    }

    /// Goes on with a run of the output folder from its checkpoint.
    ///
    /// # Errors
    /// If one is going on, or there is no such run.
    pub fn go_on(self: &Arc<Self>, run: &str) -> Result<(), Refusal> {
        self.begin(|launcher| launcher.go_on(run))
    }

    fn begin(
        self: &Arc<Self>,
        prepare: impl FnOnce(&dyn Launcher) -> Result<Job, LaunchError>,
    ) -> Result<(), Refusal> {
        let mut inner = self.inner();
        if inner.live.status.state.is_active() {
            return Err(Refusal::new(
                ErrorCode::AlreadyRunning,
                "a run is going on; stop it first",
            ));
        }
        let job = prepare(&*self.launcher).map_err(|error| match error {
            LaunchError::Config { message, field } => Refusal {
                field,
                ..Refusal::new(ErrorCode::InvalidConfig, message)
            },
            LaunchError::NoRun(message) => Refusal::new(ErrorCode::UnknownRun, message),
            LaunchError::Failed(message) => Refusal::new(ErrorCode::Internal, message),
        })?;
        inner.started += 1;
        let status = Status {
            state: State::Running,
            message: None,
            run: Some(job.name.clone()),
            preset: job.preset.clone(),
            step: 0,
            speed_limit: self.launcher.speed_limit(),
        };
        let config = job.config.clone();
        let context = JobContext {
            control: Control::new(),
            feed: Arc::new(Feed::new()),
        };
        context.feed.connect(&self.bell);
        if status.speed_limit.is_some() {
            // Before the first step: at full speed there are hundreds until a limit that comes later is heard of.
            (context.control).send(Order::SpeedLimit(status.speed_limit))?;
            let watched = self.settings.frame_rate;
            context.feed.want_every_frame(is_slow(&status, watched));
        }
        let run = Run::spawn(inner.started, job, context, Arc::downgrade(self));
        let run = run.map_err(|error| {
            Refusal::new(
                ErrorCode::Internal,
                format!("no thread for the run: {error}"),
            )
        })?;
        inner.live.begin(status, config);
        inner.run = Some(run);
        self.announce(&mut inner, |_| {});
        Ok(())
    }

    /// Holds the run before its next step, or right after it.
    ///
    /// # Errors
    /// If no run is going on.
    pub fn pause(&self) -> Result<(), Refusal> {
        let watched = self.settings.frame_rate;
        self.order(|run, status| {
            not_stopping(status)?;
            if status.state == State::Running {
                // The board that is shown while paused should be the one that training holds at, and a board is only
                // seen with a step: one more step is taken. At watching speed every step is shown anyway.
                run.feed.want_every_frame(true);
                match is_slow(status, watched) {
                    true => run.control.pause(),
                    false => run.control.step(1),
                }
                status.state = State::Paused;
            }
            Ok(())
        })
    }

    /// Goes on after a pause.
    ///
    /// # Errors
    /// If no run is paused.
    pub fn resume(&self) -> Result<(), Refusal> {
        let watched = self.settings.frame_rate;
        self.order(|run, status| {
            paused(status)?;
            run.feed.want_every_frame(is_slow(status, watched));
            run.control.resume();
            status.state = State::Running;
            Ok(())
        })
    }

    /// Takes steps and holds again.
    ///
    /// # Errors
    /// If no run is paused.
    pub fn step(&self, count: u64) -> Result<(), Refusal> {
        self.order(|run, status| {
            paused(status)?;
            run.control.step(count);
            Ok(())
        })
    }

    /// Limits the speed to a number of steps a second; `None` is as fast as it goes.
    ///
    /// # Errors
    /// If no run is going on or the limit is not a number above 0.
    pub fn limit_speed(&self, limit: Option<f64>) -> Result<(), Refusal> {
        if limit.is_some_and(|limit| !(limit.is_finite() && limit > 0.0)) {
            return Err(Refusal::new(
                ErrorCode::InvalidConfig,
                "limit must be a number of steps a second above 0, or nil",
            ));
        }
        let watched = self.settings.frame_rate;
        self.order(|run, status| {
            not_stopping(status)?;
            run.control.send(Order::SpeedLimit(limit))?;
            status.speed_limit = limit;
            let holds = status.state == State::Paused;
            run.feed.want_every_frame(holds || is_slow(status, watched));
            Ok(())
        })
    }

    /// Uses this learning rate from the next step on instead of the schedule's.
    ///
    /// # Errors
    /// If no run is going on or the rate is not above 0 and at most 1.
    pub fn set_learning_rate(&self, rate: f64) -> Result<(), Refusal> {
        if !(rate > 0.0 && rate <= 1.0) {
            return Err(Refusal::new(
                ErrorCode::InvalidConfig,
                format!(
                    "the learning rate {rate} makes no sense: expected a number above 0, at most 1"
                ),
            ));
        }
        self.pass_on(Order::LearningRate(rate))
    }

    /// Uses this exploration rate from the next step on instead of the schedule's.
    ///
    /// # Errors
    /// If no run is going on or the rate is not in 0..=1.
    pub fn set_epsilon(&self, epsilon: f64) -> Result<(), Refusal> {
        if !(0.0..=1.0).contains(&epsilon) {
            return Err(Refusal::new(
                ErrorCode::InvalidConfig,
                format!("epsilon {epsilon} makes no sense: expected a number from 0 to 1"),
            ));
        }
        self.pass_on(Order::Epsilon(epsilon))
    }

    /// Shows another one of several environments.
    ///
    /// # Errors
    /// If no run is going on or it has no such environment.
    pub fn follow(&self, environment: u32) -> Result<(), Refusal> {
        self.order(|run, _| {
            if run.feed.grid.follow(environment as usize) {
                run.feed.want_frame();
                return Ok(());
            }
            Err(Refusal::new(
                ErrorCode::InvalidConfig,
                format!("there is no environment {environment}, or it has not been seen yet"),
            ))
        })
    }

    /// Has a checkpoint written before the next step.
    ///
    /// # Errors
    /// If no run is going on.
    pub fn save(&self) -> Result<(), Refusal> {
        self.pass_on(Order::Save)
    }

    /// A command that changes nothing of the status.
    fn pass_on(&self, order: Order) -> Result<(), Refusal> {
        self.order(|run, status| {
            not_stopping(status)?;
            run.control.send(order)?;
            Ok(())
        })
    }

    /// Ends the run, which saves a checkpoint first.
    ///
    /// # Errors
    /// If no run is going on.
    pub fn stop(&self) -> Result<(), Refusal> {
        let deadline = Instant::now() + self.settings.stop_timeout;
        self.order(|run, status| {
            if status.state != State::Stopping {
                run.control.stop();
                run.stop_deadline = Some(deadline);
                status.state = State::Stopping;
            }
            Ok(())
        })
    }

    /// Passes something on to the run, and tells everybody if that changed the status.
    fn order(
        &self,
        order: impl FnOnce(&mut Run, &mut Status) -> Result<(), Refusal>,
    ) -> Result<(), Refusal> {
        let mut inner = self.inner();
        let Inner { live, run, .. } = &mut *inner;
        let Some(run) = run.as_mut().filter(|_| live.status.state.is_active()) else {
            return Err(Refusal::new(ErrorCode::NotRunning, "no run is going on"));
        };
        let mut status = live.status.clone();
        order(run, &mut status)?;
        if status != live.status {
            self.announce(&mut inner, |now| *now = status);
        }
        Ok(())
    }
}

/// Whether pieces are put down so slowly that each of them is shown.
fn is_slow(status: &Status, frame_rate: f64) -> bool {
    status.speed_limit.is_some_and(|limit| limit <= frame_rate)
}

fn not_stopping(status: &Status) -> Result<(), Refusal> {
    match status.state {
        State::Stopping => Err(Refusal::new(ErrorCode::NotRunning, "the run is stopping")),
        _ => Ok(()),
    }
}

fn paused(status: &Status) -> Result<(), Refusal> {
    match status.state {
        State::Paused => Ok(()),
        _ => Err(Refusal::new(ErrorCode::NotPaused, "the run is not paused")),
    }
}
