//! What goes out to those who watch, and when.

use std::time::Duration;

use tokio::time::{Instant, Interval, MissedTickBehavior, interval, interval_at, timeout};

use super::{Inner, Session};
use crate::play::{MOST_LATE, TICK};
use crate::protocol::State;

/// Time for a run that was killed to be gone.
const KILLING: Duration = Duration::from_secs(1);

/// How often the output folder is looked at while somebody watches.
const RUNS_INTERVAL: Duration = Duration::from_secs(1);

/// An even beat that keeps to its grid, so that a board and metrics which are due together leave together.
///
/// Two timers take turns. To set a timer that is the next one of all wakes the runtime once more by a call of the system; here
/// the next one has been set long before.
struct Beat {
    timers: [Interval; 2],
}

impl Beat {
    fn new(rate: f64) -> Self {
        let period = Duration::from_secs_f64(1.0 / rate);
        let begin = Instant::now();
        let timers = [begin, begin + period].map(|at| {
            let mut timer = interval_at(at, 2 * period);
            timer.set_missed_tick_behavior(MissedTickBehavior::Skip);
            timer
        });
        Self { timers }
    }

    async fn tick(&mut self) {
        let [even, odd] = &mut self.timers;
        tokio::select! {
            _ = even.tick() => {}
            _ = odd.tick() => {}
        }
    }
}

impl Session {
    /// Gathers what the run reports and sends it out; runs for as long as the server does.
    pub async fn report(&self) {
        tokio::join!(self.report_training(), self.run_clock());
    }

    /// Ticks the games of those who play, sixty times a second for as long as there is one.
    async fn run_clock(&self) {
        loop {
            self.playing.notified().await;
            let mut clock = interval(TICK);
            clock.set_missed_tick_behavior(MissedTickBehavior::Skip);
            let mut last = Instant::now();
            while !self.players.is_empty() {
                clock.tick().await;
                // A busy server makes up for what it missed, but does not fast-forward after a long stop.
                let late = (last.elapsed().as_nanos() / TICK.as_nanos()) as u32;
                (0..late.min(MOST_LATE)).for_each(|_| self.players.tick());
                if late > 0 {
                    last += TICK * late;
                }
            }
        }
    }

    async fn report_training(&self) {
        let mut frames = Beat::new(self.settings.frame_rate);
        let mut metrics = Beat::new(self.settings.metrics_rate);
        loop {
            let feed = self.inner().run.as_ref().map(|run| run.feed.clone());
            tokio::select! {
                biased;
                () = metrics.tick() => self.collect(true),
                () = frames.tick() => {
                    // At full speed the board that was left since the last time is shown now: to be woken for each one the
                    // moment it is there would cost more than all the rest.
                    self.collect(false);
                    feed.iter().for_each(|feed| feed.want_frame());
                }
                () = async { match &feed { Some(feed) => feed.urgent().await, None => std::future::pending().await } } => {
                    self.collect(false);
                }
                () = self.changed.notified() => {}
            }
        }
    }

    /// Looks at the output folder, by the sizes of its files, and tells what is new; runs for as long as the server does.
    pub(crate) async fn watch_runs(&self) {
        let Some(archive) = &self.archive else {
            return std::future::pending().await;
        };
        loop {
            if self.client_count() == 0 {
                self.curious.notified().await;
            }
            let archive = archive.clone();
            match tokio::task::spawn_blocking(move || archive.list()).await {
                Ok(Ok(runs)) => {
                    let message = self.inner().live.set_runs(runs);
                    self.send(message.as_slice());
                }
                Ok(Err(error)) => tracing::warn!(%error, "the output folder cannot be read"),
                Err(error) => tracing::error!(%error, "looking at the output folder failed"),
            }
            let _ = timeout(RUNS_INTERVAL, self.curious.notified()).await;
        }
    }

    /// Takes over what the run has left: boards and rare events at any time, `all` when metrics are due too.
    fn collect(&self, all: bool) {
        let mut inner = self.inner();
        let Inner { live, run, .. } = &mut *inner;
        let Some(run) = run else { return };
        let told = live.status.step;
        if all {
            run.feed.want_update();
            run.feed.grid.want();
        }
        if all || run.feed.is_eventful() {
            self.send(&live.collect(&run.feed));
        } else {
            self.send(live.collect_frame(&run.feed).as_slice());
        }
        if live.status.state == State::Paused && live.status.step != told {
            self.announce(&mut inner, |_| {});
        }
        self.check_stop(&mut inner);
    }

    /// Kills a run that was told to stop and did not, and calls it unresponsive if that is impossible or did not help.
    fn check_stop(&self, inner: &mut Inner) {
        let overdue = |deadline: &mut Instant| *deadline <= Instant::now();
        if let Some(run) = &mut inner.run
            && run.stop_deadline.take_if(overdue).is_some()
        {
            let seconds = self.settings.stop_timeout.as_secs_f64();
            tracing::error!("the run has not obeyed a stop for {seconds} s");
            if let Some(kill) = run.kill.take() {
                kill();
                run.stop_deadline = Some(Instant::now() + KILLING);
                return;
            }
            self.announce(inner, |status| {
                status.state = State::Unresponsive;
                status.message = Some(format!(
                    "the run has not obeyed a stop for {seconds} s; a new one can be started"
                ));
            });
            self.changed.notify_waiters();
        }
    }
}
