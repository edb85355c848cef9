//! The dashboard as an observer of training: what it costs the training thread is a few loads and stores a step.

use std::sync::Arc;
use std::time::{Duration, Instant};

use rl_agent::control::{Command, LoggedCommand};
use rl_agent::observer::{
    CheckpointReport, DecisionReport, EndReport, EpisodeReport, EvaluationReport, MetricsReport,
    Observer, StartReport, StepReport, UpdateReport,
};
use serde_bytes::ByteBuf;

use crate::board::BoardView;
use crate::decision::{Seen, explain};
use crate::feed::Feed;
use crate::games::Recorder;
use crate::protocol::{Change, Checkpoint, Frame, Setting, UPDATES};

/// Least time between two samples of the speed while no update has been reported, which brings it along.
const SPEED_EVERY: Duration = Duration::from_secs(1);

/// Turns the trainer's reports into messages; attach it to a trainer like any other observer.
///
/// A board is copied only when the server has asked for one, an update is reported only when the last report is old
/// enough, and nothing here waits for anybody. Of several environments the one that is
/// followed is shown, at first the first, and small pictures of the others.
#[derive(Debug)]
pub struct DashObserver {
    feed: Arc<Feed>,
    begin: Instant,
    /// Seconds trained before, if the run was gone on with.
    before: f64,
    /// Episodes finished.
    episodes: u64,
    /// What the agent sees of placements, once it is known.
    seen: Option<Seen>,
    /// The board that the present move leads to, as far as it is known before the move, if a board is wanted.
    coming: Option<Frame>,
    games: Recorder,
    /// Time, step and update of the last sample, for the speeds between two.
    sample: (Instant, u64, u64),
}

impl DashObserver {
    /// An observer that reports to `feed`.
    pub fn new(feed: Arc<Feed>) -> Self {
        let now = Instant::now();
        Self {
            feed,
            begin: now,
            before: 0.0,
            episodes: 0,
            seen: None,
            coming: None,
            games: Recorder::default(),
            sample: (now, 0, 0),
        }
    }

    /// Seconds of the whole run.
    fn seconds(&self) -> f64 {
        self.before + self.begin.elapsed().as_secs_f64()
    }

    /// Reports the speed, and nothing else that comes with an update: none has come yet, and where a trained model only
    /// plays none ever will.
    fn report_speed(&mut self, step: u64) {
        let (then, before, updates) = self.sample;
        if updates > 0 {
            return;
        }
        let now = Instant::now();
        if now - then < SPEED_EVERY || !self.feed.take_update_wanted() {
            return;
        }
        self.sample = (now, step, 0);
        let keys = [step as f64, self.seconds(), self.episodes as f64, f64::NAN];
        let speed = (step - before) as f64 / (now - then).as_secs_f64();
        let values = UPDATES.values.iter().map(|&name| match name {
            "steps_per_second" => speed,
            _ => f64::NAN,
        });
        let row: Vec<f64> = keys.into_iter().chain(values).collect();
        self.feed.stage(|staged| staged.rows.updates.push(&row));
    }
}

impl<E: BoardView> Observer<E> for DashObserver {
    fn on_start(&mut self, report: &StartReport<'_>) {
        self.begin = Instant::now();
        self.before = report.seconds;
        self.sample = (self.begin, report.step, 0);
        self.episodes = report.episodes;
        self.feed.set_step(report.step);
    }

    fn on_decision(&mut self, report: &DecisionReport<'_, E>) {
        self.games.decided(report, &self.feed);
        if report.env_index == self.feed.grid.followed() && self.feed.frame_wanted() {
            let mut cells = Vec::with_capacity(4);
            report.env.fills(report.action, &mut cells);
            let mut frame = blank_frame();
            report.env.draw(&mut frame);
            let seen = self.seen.get_or_insert_with(|| Seen::of(report.env));
            frame.decision = explain(report, &frame, seen).map(Box::new);
            frame.value = report.values.iter().copied().fold(f32::NAN, f32::max);
            frame.placed = cells
                .into_iter()
                .flat_map(u16::to_le_bytes)
                .collect::<Vec<_>>()
                .into();
            self.coming = Some(frame);
        }
    }

    fn on_step(&mut self, report: &StepReport<'_, E>) {
        self.feed.set_step(report.step);
        self.feed.grid.see(report.env_index, report.env);
        self.report_speed(report.step);
        if report.env_index == self.feed.grid.followed()
            && let Some(mut frame) = self.coming.take()
        {
            frame.episode = report.episode;
            frame.step = report.step;
            report.env.draw(&mut frame);
            if frame.value.is_finite() {
                let row = [
                    report.step as f64,
                    self.seconds(),
                    self.episodes as f64,
                    frame.value.into(),
                ];
                self.feed.stage(|staged| staged.rows.positions.push(&row));
            }
            // Whoever sees the board can look back on the way to it.
            self.games.hand_over(&self.feed);
            self.feed.put_frame(frame);
        }
    }

    fn on_episode(&mut self, report: &EpisodeReport<'_>) {
        self.episodes += 1;
        self.games.ended(report, &self.feed);
        let row = [
            report.step as f64,
            self.seconds(),
            report.episode as f64,
            pieces(report.names, report.measures, report.length as f64),
            report.reward,
            named("lines", report.names, report.measures),
            named("score", report.names, report.measures),
        ];
        self.feed.stage(|staged| staged.rows.episodes.push(&row));
    }

    fn on_update(&mut self, report: &UpdateReport) {
        if !self.feed.take_update_wanted() {
            return;
        }
        let now = Instant::now();
        let (then, step, update) =
            std::mem::replace(&mut self.sample, (now, report.step, report.update));
        let elapsed = (now - then).as_secs_f64();
        // The number of updates made before a resumed run began is not known.
        let updates = if update == 0 {
            f64::NAN
        } else {
            (report.update - update) as f64
        };
        let row = [
            report.step as f64,
            self.seconds(),
            self.episodes as f64,
            report.update as f64,
            report.loss.into(),
            report.td_error.into(),
            report.mean_q.into(),
            report.gradient_norm.into(),
            report.epsilon,
            report.learning_rate,
            (report.step - step) as f64 / elapsed,
            updates / elapsed,
            report.buffer_fill.into(),
        ];
        self.feed.stage(|staged| staged.rows.updates.push(&row));
    }

    fn on_metrics(&mut self, report: &MetricsReport<'_>) {
        let row = [
            report.step as f64,
            self.seconds(),
            report.episodes as f64,
            report.mean_reward,
            named("lines", report.names, report.mean_measures),
            pieces(report.names, report.mean_measures, report.mean_length),
        ];
        self.feed.stage(|staged| staged.rows.summaries.push(&row));
    }

    fn on_evaluation(&mut self, report: &EvaluationReport<'_>) {
        let evaluation = report.evaluation;
        let (low, high) = evaluation.ci95();
        let row = [
            report.step as f64,
            self.seconds(),
            self.episodes as f64,
            evaluation.games.len() as f64,
            evaluation.mean(),
            low,
            high,
            f64::from(u8::from(report.best)),
        ];
        self.feed.stage(|staged| staged.rows.evaluations.push(&row));
    }

    fn on_checkpoint(&mut self, report: &CheckpointReport<'_>) {
        let checkpoint = Checkpoint {
            step: report.step,
            path: report.path.display().to_string(),
        };
        self.feed
            .stage(|staged| staged.checkpoints.push(checkpoint));
    }

    fn on_command(&mut self, report: &LoggedCommand) {
        let (setting, value) = match report.command {
            Command::LearningRate(rate) => (Setting::LearningRate, rate),
            Command::Epsilon(epsilon) => (Setting::Epsilon, epsilon),
            _ => return,
        };
        let change = Change {
            step: report.step,
            seconds: self.seconds(),
            episode: self.episodes,
            setting,
            value,
        };
        self.feed.stage(|staged| staged.changes.push(change));
    }

    fn on_end(&mut self, _report: &EndReport) {
        self.games.hand_over(&self.feed);
    }
}

/// A measure by its name; NaN if the environment has none of it.
pub(crate) fn named(name: &str, names: &[&str], values: &[f64]) -> f64 {
    let index = names.iter().position(|other| *other == name);
    index
        .and_then(|index| values.get(index))
        .copied()
        .unwrap_or(f64::NAN)
}

/// Pieces of a game: its steps, unless the environment counts them apart.
fn pieces(names: &[&str], values: &[f64], steps: f64) -> f64 {
    match named("pieces", names, values) {
        counted if counted.is_nan() => steps,
        counted => counted,
    }
}

/// A frame with nothing on it, to be filled in.
pub(crate) fn blank_frame() -> Frame {
    Frame {
        width: 0,
        height: 0,
        cells: ByteBuf::new(),
        placed: ByteBuf::new(),
        piece: 0,
        next: ByteBuf::new(),
        hold: 0,
        lines: 0,
        pieces: 0,
        score: 0,
        episode: 0,
        step: 0,
        value: f32::NAN,
        decision: None,
        text: String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::live::Live;
    use rl_agent::afterstate_dqn::{AfterstateDqn, AfterstateDqnConfig};
    use rl_agent::env::{AfterstateEnvironment, Environment};
    use rl_agent::evaluation::EvaluationConfig;
    use rl_agent::tetris::{Scenario, Tetris, TetrisConfig};
    use rl_agent::trainer::{Trainer, TrainerConfig};

    fn trainer() -> Trainer<Tetris, AfterstateDqn<<Tetris as AfterstateEnvironment>::Model>> {
        let env = Tetris::new(TetrisConfig::default()).unwrap();
        let config = AfterstateDqnConfig {
            learning_starts: 64,
            buffer_capacity: 500,
            ..AfterstateDqnConfig::default()
        };
        let agent = AfterstateDqn::new(env.model(), config, 5).unwrap();
        let trainer_config = TrainerConfig {
            seed: 5,
            total_steps: Some(1000),
            metrics_every: 100,
            evaluate_every: 500,
            ..Default::default()
        };
        let scenario = Scenario {
            ceiling: Some(8),
            ..Scenario::default()
        };
        let evaluation = EvaluationConfig {
            games: 2,
            max_steps: Some(50),
            ..EvaluationConfig::default()
        };
        let training = scenario.clone();
        Trainer::new(vec![env.clone()], agent, trainer_config)
            .unwrap()
            .scenarios(move |_| training.clone())
            .evaluate(env, scenario, evaluation)
    }

    #[test]
    fn everything_that_is_reported_arrives() {
        let feed = Arc::new(Feed::new());
        let end = trainer().run(DashObserver::new(feed.clone())).unwrap();
        assert_eq!(feed.step(), 1000);
        let mut live = Live::default();
        let messages = live.collect(&feed);
        assert_eq!(messages.len(), 3, "a board, metrics, evaluations");
        let games = live.games.list(0).games;
        let running = games.iter().filter(|game| game.episode.is_none());
        let pieces = running.map(|game| game.pieces).sum::<u64>();
        assert!(pieces > 0, "the running game can be looked at");
        let snapshot = live.snapshot();
        assert_eq!(u64::from(snapshot.episodes.rows), end.episodes);
        assert_eq!(
            snapshot.updates.rows, 1,
            "the server asked for one and did not ask again"
        );
        assert_eq!(snapshot.summaries.rows, 10);
        assert_eq!(snapshot.evaluations.rows, 2);
        assert_eq!(snapshot.evaluations.column("games"), Some(vec![2.0, 2.0]));
        let frame = snapshot.frame.unwrap();
        assert_eq!(
            (frame.step, frame.pieces, frame.width, frame.height),
            (1, 1, 10, 8)
        );
        assert_eq!(frame.placed.len(), 8);
        let lengths = snapshot.episodes.column("length").unwrap();
        assert!(
            lengths.iter().all(|&length| length >= 8.0),
            "ten columns of eight rows take more pieces: {lengths:?}"
        );
        assert_eq!(
            snapshot.episodes.column("reward").unwrap(),
            lengths,
            "one point a piece"
        );
    }

    #[test]
    fn the_speed_is_told_once_a_second_until_updates_bring_it_along() {
        let feed = Arc::new(Feed::new());
        let mut observer = DashObserver::new(feed.clone());
        let mut told_after = |millis: u64, updates: u64| {
            let then = Instant::now() - Duration::from_millis(millis);
            observer.sample = (then, 100, updates);
            feed.want_update();
            observer.report_speed(150);
            let mut staged = Default::default();
            feed.take(&mut staged);
            UPDATES.pack(0, &staged.rows.updates.take().1)
        };
        assert_eq!(told_after(500, 0).rows, 0, "too soon");
        assert_eq!(told_after(2_000, 7).rows, 0, "updates have come");
        let told = told_after(2_000, 0);
        let first = |name: &str| told.column(name).unwrap()[0];
        assert_eq!(first("step"), 150.0);
        let speed = first("steps_per_second");
        assert!(20.0 < speed && speed <= 25.0, "{speed}");
        assert!(first("loss").is_nan() && first("update").is_nan());
    }

    #[test]
    fn a_board_is_copied_when_it_is_wanted_and_never_else() {
        let feed = Arc::new(Feed::new());
        let mut observer = DashObserver::new(feed.clone());
        let mut env = Tetris::new(TetrisConfig::default()).unwrap();
        let mut legal = vec![false; env.action_count()];
        let mut take = |step: u64| {
            env.legal_actions(&mut legal);
            let action = legal.iter().position(|&legal| legal).unwrap();
            observer.on_decision(&DecisionReport {
                step: step - 1,
                env_index: 0,
                env: &env,
                action,
                explored: false,
                candidates: None,
                values: &[1.5, 7.25, -3.0],
            });
            let outcome = env.step(action).unwrap();
            observer.on_step(&StepReport {
                step,
                env_index: 0,
                episode: 0,
                env: &env,
                action,
                outcome,
            });
        };
        take(1);
        let frame = feed.take_frame().unwrap();
        assert_eq!((frame.step, frame.value), (1, 7.25));
        take(2);
        assert_eq!(feed.take_frame(), None);
        feed.want_frame();
        take(3);
        assert_eq!(feed.take_frame().map(|frame| frame.step), Some(3));
    }
}
