//! The dashboard as an observer of training: what it costs the training thread is a few loads and stores a step.

mod metrics;

pub(crate) use metrics::named;

use std::sync::Arc;

use rl_agent::control::LoggedCommand;
use rl_agent::observer::{
    CheckpointReport, DecisionReport, EndReport, EpisodeReport, EvaluationReport, HeldReport,
    MetricsReport, Observer, StartReport, StepReport, UpdateReport,
};

use crate::board::BoardView;
use crate::decision::{Seen, explain};
use crate::feed::Feed;
use crate::games::Recorder;
use crate::protocol::{Checkpoint, Frame};

use metrics::Metrics;

/// Turns the trainer's reports into messages; attach it to a trainer like any other observer.
///
/// A board is copied only when the server has asked for one, an update is reported only when the last report is old
/// enough, and nothing here waits for anybody. Of several environments the one that is
/// followed is shown, at first the first, and small pictures of the others.
#[derive(Debug)]
pub struct DashObserver {
    feed: Arc<Feed>,
    metrics: Metrics,
    /// What the agent sees of placements, once it is known.
    seen: Option<Seen>,
    /// The board that the present move leads to, as far as it is known before the move, if a board is wanted.
    coming: Option<Frame>,
    games: Recorder,
}

impl DashObserver {
    /// An observer that reports to `feed`.
    pub fn new(feed: Arc<Feed>) -> Self {
        Self {
            feed,
            metrics: Metrics::new(),
            seen: None,
            coming: None,
            games: Recorder::default(),
        }
    }
}

impl<E: BoardView> Observer<E> for DashObserver {
    fn on_start(&mut self, report: &StartReport<'_>) {
        self.metrics.started(report);
        self.feed.set_step(report.step);
    }

    fn on_decision(&mut self, report: &DecisionReport<'_, E>) {
        self.games.decided(report, &self.feed);
        if report.env_index == self.feed.grid.followed() && self.feed.frame_wanted() {
            let mut cells = Vec::with_capacity(4);
            report.env.fills(report.action, &mut cells);
            let mut frame = Frame::blank();
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
        self.metrics.stepped(report.step, &self.feed);
        if report.env_index == self.feed.grid.followed()
            && let Some(mut frame) = self.coming.take()
        {
            frame.episode = report.episode;
            frame.step = report.step;
            report.env.draw(&mut frame);
            if frame.value.is_finite() {
                self.metrics.position(report.step, frame.value, &self.feed);
            }
            // Whoever sees the board can look back on the way to it.
            self.games.hand_over(&self.feed);
            self.feed.put_frame(frame);
        }
    }

    fn on_episode(&mut self, report: &EpisodeReport<'_>) {
        self.games.ended(report, &self.feed);
        self.metrics.episode(report, &self.feed);
    }

    fn on_update(&mut self, report: &UpdateReport) {
        self.metrics.update(report, &self.feed);
    }

    fn on_metrics(&mut self, report: &MetricsReport<'_>) {
        self.metrics.summary(report, &self.feed);
    }

    fn on_evaluation(&mut self, report: &EvaluationReport<'_>) {
        self.metrics.evaluation(report, &self.feed);
    }

    fn on_checkpoint(&mut self, report: &CheckpointReport<'_>) {
        let checkpoint = Checkpoint {
            step: report.step,
            path: report.path.display().to_string(),
        };
        self.feed
            .stage(|staged| staged.checkpoints.push(checkpoint));
    }

    fn on_held(&mut self, report: &HeldReport) {
        self.metrics.held(report.time);
    }

    fn on_command(&mut self, report: &LoggedCommand) {
        self.metrics.command(report, &self.feed);
    }

    fn on_end(&mut self, _report: &EndReport) {
        self.games.hand_over(&self.feed);
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
