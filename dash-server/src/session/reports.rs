//! What goes out to those who watch, and when.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval, timeout};

use super::{Inner, Session};
use crate::archive::Archive;
use crate::bell::Bell;
use crate::play::{MOST_LATE, TICK};
use crate::protocol::{RunEntry, State};

/// Time for a run that was killed to be gone.
const KILLING: Duration = Duration::from_secs(1);

/// How often the output folder is looked at while somebody watches.
const RUNS_INTERVAL: Duration = Duration::from_secs(1);

/// Time for the first look at the output folder, which reads all events of all runs: a folder that takes longer is not waited
/// for, and its runs follow: until then pages show those that they know of.
const FIRST_LOOK: Duration = Duration::from_secs(1);

/// The most beats a second; a settled rate above it is taken for it, and so is one below the least for the least.
const RATES: (f64, f64) = (1e-3, 1e3);

/// An even beat on a grid of its own, so that a board and metrics which are due together leave together however long it goes.
#[derive(Debug)]
struct Beat {
    begin: Instant,
    rate: f64,
    /// Beats that have been or were missed.
    past: f64,
}

impl Beat {
    fn new(begin: Instant, rate: f64) -> Self {
        let (least, most) = RATES;
        Self {
            begin,
            rate: rate.clamp(least, most),
            past: 0.0,
        }
    }

    /// When the next one is due.
    fn next(&self) -> Instant {
        self.begin + Duration::from_secs_f64(self.past / self.rate)
    }

    /// Whether the next one is due now; then it has been, and those that were missed have been too.
    fn take_due(&mut self, now: Instant) -> bool {
        let due = self.next() <= now;
        if due {
            let seconds = (now - self.begin).as_secs_f64();
            self.past = (seconds * self.rate).floor().max(self.past) + 1.0;
        }
        due
    }
}

/// The reporter of a session, until this is dropped.
///
/// It has a thread, not a task: the runtime is woken once more each time its clock goes round, 16 times a second, and each
/// time a timer is set that is the next one of all. What a thread that sleeps costs is what it does.
#[derive(Debug)]
pub(crate) struct Reporter {
    over: Arc<AtomicBool>,
    bell: Arc<Bell>,
}

impl Reporter {
    /// Has `session` gather what its run reports and send it out, in one of `threads`.
    pub(crate) fn start(session: Arc<Session>, threads: &mut JoinSet<()>) -> Self {
        let reporter = Self {
            over: Arc::default(),
            bell: session.bell.clone(),
        };
        let over = reporter.over.clone();
        threads.spawn_blocking(move || session.report(&over));
        reporter
    }
}

impl Drop for Reporter {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        self.bell.ring();
    }
}

impl Session {
    /// Gathers what the run reports and sends it out, until it is over.
    fn report(&self, over: &AtomicBool) {
        let begin = Instant::now();
        let mut frames = Beat::new(begin, self.settings.frame_rate);
        let mut metrics = Beat::new(begin, self.settings.metrics_rate);
        loop {
            self.bell.wait_until(frames.next().min(metrics.next()));
            if over.load(Ordering::Relaxed) {
                return;
            }
            let now = Instant::now();
            let (frame, all) = (frames.take_due(now), metrics.take_due(now));
            // At full speed the board that was left since the last time is shown now: to be woken for each one the moment it
            // is there would cost more than all the rest.
            self.collect(frame, all);
        }
    }

    /// Ticks the games of those who play, sixty times a second for as long as there is one.
    pub(crate) async fn run_clock(&self) {
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

    /// Looks at the output folder, by the sizes of its files, and tells what is new; runs for as long as the server does.
    pub(crate) async fn watch_runs(&self) {
        let Some(archive) = &self.archive else {
            return std::future::pending().await;
        };
        loop {
            if self.client_count() == 0 {
                self.curious.notified().await;
            }
            self.look(archive).await;
            let _ = timeout(RUNS_INTERVAL, self.curious.notified()).await;
        }
    }

    /// Looks at the output folder before anybody watches, so that most pages find its runs in what they are told first.
    pub(crate) async fn look_ahead(&self) {
        let Some(archive) = &self.archive else {
            // Without a folder it is known that there are none.
            return self.tell_runs(Vec::new());
        };
        if timeout(FIRST_LOOK, self.look(archive)).await.is_err() {
            tracing::debug!("the output folder takes long to read; its runs follow");
        }
    }

    async fn look(&self, archive: &Arc<Archive>) {
        let archive = archive.clone();
        match tokio::task::spawn_blocking(move || archive.list()).await {
            Ok(Ok(runs)) => self.tell_runs(runs),
            Ok(Err(error)) => tracing::warn!(%error, "the output folder cannot be read"),
            Err(error) => tracing::error!(%error, "looking at the output folder failed"),
        }
    }

    /// Tells what is new in the output folder, which holds these runs now.
    fn tell_runs(&self, runs: Vec<RunEntry>) {
        let message = self.inner().live.set_runs(runs);
        self.send(message.as_slice());
    }

    /// Takes over what the run has left: boards and rare events at any time, `all` when metrics are due too. Asks for the next
    /// board when `frame` is due.
    fn collect(&self, frame: bool, all: bool) {
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
        if frame {
            run.feed.want_frame();
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beats_of_a_common_grid_meet_however_long_it_goes() {
        let begin = Instant::now();
        let (mut frames, mut metrics) = (Beat::new(begin, 60.0), Beat::new(begin, 10.0));
        for beat in 0..1_000_000_u32 {
            let now = frames.next().min(metrics.next());
            assert!(frames.take_due(now), "beat {beat}");
            assert_eq!(metrics.take_due(now), beat % 6 == 0, "beat {beat}");
        }
    }

    #[test]
    fn beats_that_were_missed_are_not_made_up_for() {
        let begin = Instant::now();
        let after = |seconds| begin + Duration::from_secs_f64(seconds);
        let mut beat = Beat::new(begin, 10.0);
        assert!(beat.take_due(begin));
        assert!(!beat.take_due(after(0.05)));
        assert!(beat.take_due(after(7.25)));
        assert!(!beat.take_due(after(7.29)));
        assert!(beat.take_due(after(7.3)));
        for rate in [f64::INFINITY, f64::MIN_POSITIVE] {
            let mut beat = Beat::new(begin, rate);
            assert!(beat.take_due(begin));
            assert!(beat.next() > begin, "{rate}");
        }
    }
}
