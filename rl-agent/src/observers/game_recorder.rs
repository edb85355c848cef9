//! The best and the last games, to be seen again.

use std::collections::VecDeque;
use std::fmt::Debug;
use std::path::PathBuf;
use std::sync::Arc;

use serde::Serialize;

use crate::FileError;
use crate::env::Environment;
use crate::game_log::{GameLog, Games};
use crate::observer::{
    CheckpointReport, EndReport, EpisodeReport, EpisodeStartReport, Observer, StepReport,
};

/// Steps of a game that are kept unless told otherwise.
const LIMIT: u64 = 4_000_000;

type Save<S> = fn(&GameRecorder<S>, &std::path::Path) -> Result<(), FileError>;

/// Records every game and keeps the best ones (by their first measure, or by reward where there is none) and the last
/// ones. It costs a byte or two a step and a bounded amount of memory: at most `best + last + environments` games of at
/// most four million steps each, or as many as [`GameRecorder::limit`] says.
///
/// ```
/// use rl_agent::afterstate_dqn::{AfterstateDqn, AfterstateDqnConfig};
/// use rl_agent::env::AfterstateEnvironment;
/// use rl_agent::observers::GameRecorder;
/// use rl_agent::tetris::{Tetris, TetrisConfig};
/// use rl_agent::trainer::{Trainer, TrainerConfig};
///
/// let mut tetris = Tetris::new(TetrisConfig::default())?;
/// let agent = AfterstateDqn::new(tetris.model(), AfterstateDqnConfig::default(), 1)?;
/// let config = TrainerConfig { total_steps: Some(1_000), ..TrainerConfig::default() };
/// let mut games = GameRecorder::new(3, 10);
/// Trainer::new(vec![tetris.clone()], agent, config)?.run(&mut games)?;
///
/// let best = games.best().next().expect("some games ended");
/// best.play(&mut tetris, best.length / 2)?;
/// println!("{}", tetris.game().board());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// A game that was running when training was resumed from a checkpoint is not recorded, since its beginning was not seen.
pub struct GameRecorder<S> {
    keep_best: usize,
    keep_last: usize,
    limit: u64,
    best: Vec<Arc<GameLog<S>>>,
    last: VecDeque<Arc<GameLog<S>>>,
    running: Vec<Option<GameLog<S>>>,
    file: Option<(PathBuf, Save<S>)>,
    error: Option<FileError>,
}

impl<S> Debug for GameRecorder<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("GameRecorder")
            .field("best", &self.best.len())
            .field("last", &self.last.len())
            .finish_non_exhaustive()
    }
}

impl<S> GameRecorder<S> {
    /// Keeps the `best` best games and the `last` last ones.
    pub fn new(best: usize, last: usize) -> Self {
        Self {
            keep_best: best,
            keep_last: last,
            limit: LIMIT,
            best: Vec::new(),
            last: VecDeque::new(),
            running: Vec::new(),
            file: None,
            error: None,
        }
    }

    /// Keeps the actions of the first `steps` steps of a game at most.
    pub fn limit(mut self, steps: u64) -> Self {
        self.limit = steps;
        self
    }

    /// Writes the games to a file with every checkpoint and at the end, to be read by [`Games::load`].
    pub fn save_to(mut self, path: impl Into<PathBuf>) -> Self
    where
        S: Serialize,
    {
        let save: Save<S> = |recorder, path| {
            Games {
                best: recorder.best().collect(),
                last: recorder.last().collect(),
            }
            .save(path)
        };
        self.file = Some((path.into(), save));
        self
    }

    /// Goes on with the games of an earlier run.
    pub fn with_games(mut self, games: Games<GameLog<S>>) -> Self {
        games
            .best
            .into_iter()
            .for_each(|game| self.keep_if_best(&Arc::new(game)));
        games
            .last
            .into_iter()
            .for_each(|game| self.keep_as_last(&Arc::new(game)));
        self
    }

    /// The best games, the best first; of equals the earlier first.
    pub fn best(&self) -> impl ExactSizeIterator<Item = &GameLog<S>> {
        self.best.iter().map(|game| &**game)
    }

    /// The last games, the oldest first.
    pub fn last(&self) -> impl ExactSizeIterator<Item = &GameLog<S>> {
        self.last.iter().map(|game| &**game)
    }

    /// The best and the last games, shared instead of copied.
    pub fn games(&self) -> Games<Arc<GameLog<S>>> {
        Games {
            best: self.best.clone(),
            last: self.last.iter().cloned().collect(),
        }
    }

    /// The game that an environment is playing, if it was seen from its beginning.
    pub fn running(&self, env_index: usize) -> Option<&GameLog<S>> {
        self.running.get(env_index)?.as_ref()
    }

    /// What went wrong with writing, if anything. Nothing more is written then.
    pub fn error(&self) -> Option<&FileError> {
        self.error.as_ref()
    }

    fn keep_if_best(&mut self, game: &Arc<GameLog<S>>) {
        let place = self
            .best
            .partition_point(|better| better.score() >= game.score());
        if place < self.keep_best {
            self.best.truncate(self.keep_best - 1);
            self.best.insert(place, Arc::clone(game));
        }
    }

    fn keep_as_last(&mut self, game: &Arc<GameLog<S>>) {
        if self.keep_last > 0 {
            if self.last.len() == self.keep_last {
                self.last.pop_front();
            }
            self.last.push_back(Arc::clone(game));
        }
    }

    fn save(&mut self) {
        if let (Some((path, save)), None) = (&self.file, &self.error) {
            self.error = save(self, path).err();
        }
    }
}

impl<E: Environment> Observer<E> for GameRecorder<E::Scenario> {
    fn on_episode_start(&mut self, report: &EpisodeStartReport<'_, E>) {
        if self.running.len() <= report.env_index {
            self.running.resize_with(report.env_index + 1, || None);
        }
        self.running[report.env_index] = Some(GameLog::new(
            report.episode,
            report.env_index,
            report.seed,
            report.scenario.clone(),
            report.env.action_count(),
        ));
    }

    fn on_step(&mut self, report: &StepReport<'_, E>) {
        if let Some(Some(game)) = self.running.get_mut(report.env_index) {
            game.push(report.action, &report.outcome, self.limit);
        }
    }

    fn on_episode(&mut self, report: &EpisodeReport<'_>) {
        let running = self.running.get_mut(report.env_index);
        if let Some(mut game) = running.and_then(Option::take) {
            game.finish(report.measures, report.truncated);
            let game = Arc::new(game);
            self.keep_if_best(&game);
            self.keep_as_last(&game);
        }
    }

    fn on_checkpoint(&mut self, _report: &CheckpointReport<'_>) {
        self.save();
    }

    fn on_end(&mut self, _report: &EndReport) {
        self.save();
    }
}
