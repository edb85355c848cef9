//! Games that are recorded and seen again.

use rl_agent::afterstate_dqn::{AfterstateDqn, AfterstateDqnConfig};
use rl_agent::env::{AfterstateEnvironment, Environment};
use rl_agent::game_log::{GameLog, Games, PlaybackError};
use rl_agent::observer::{EpisodeReport, Observer};
use rl_agent::observers::GameRecorder;
use rl_agent::tetris::{Scenario, Tetris, TetrisConfig};
use rl_agent::trainer::{Trainer, TrainerConfig};

use crate::trainer;

/// Takes down games by hand, to compare with the recorder.
#[derive(Default)]
struct Scores(Vec<f64>);

impl<E: Environment> Observer<E> for Scores {
    fn on_episode(&mut self, report: &EpisodeReport<'_>) {
        self.0.push(report.reward);
    }
}

#[test]
fn the_best_and_the_last_games_can_be_seen_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("games.bin");
    let mut scores = Scores::default();
    let mut recorder = GameRecorder::new(3, 5).save_to(&path);
    trainer().run((&mut scores, &mut recorder)).unwrap();
    let all = &scores.0;
    assert!(all.len() > 20, "{} games", all.len());
    let last: Vec<f64> = recorder.last().map(|game| game.reward).collect();
    assert_eq!(last, all[all.len() - 5..]);
    let mut sorted = all.clone();
    sorted.sort_by(|a, b| b.total_cmp(a));
    let best: Vec<f64> = recorder.best().map(|game| game.reward).collect();
    assert_eq!(best, sorted[..3]);
    assert!(recorder.running(0).is_some() && recorder.running(1).is_none());

    let written = Games::<GameLog<()>>::load(&path).unwrap();
    assert!(written.best.iter().eq(recorder.best()) && written.last.iter().eq(recorder.last()));
    let again = GameRecorder::new(2, 5).with_games(written);
    assert!(again.best().eq(recorder.best().take(2)) && again.last().eq(recorder.last()));
    assert!(recorder.error().is_none());
    let foreign = Games::<GameLog<()>>::load(folder.path());
    assert!(foreign.is_err());
}

#[test]
fn a_recorded_game_goes_as_it_went_and_memory_is_bounded() {
    let config = TetrisConfig::default();
    let tetris = Tetris::new(config).unwrap();
    let agent = AfterstateDqn::new(tetris.model(), AfterstateDqnConfig::default(), 1).unwrap();
    let limits = TrainerConfig {
        total_steps: Some(3_000),
        ..TrainerConfig::default()
    };
    let mut whole = GameRecorder::new(2, 2);
    let mut short = GameRecorder::new(2, 2).limit(10);
    let low = |_: &_| Scenario {
        ceiling: Some(8),
        ..Scenario::default()
    };
    Trainer::new(vec![tetris.clone(), tetris.clone()], agent, limits)
        .unwrap()
        .scenarios(low)
        .run((&mut whole, &mut short))
        .unwrap();
    let mut env = tetris.clone();
    for game in whole.best().chain(whole.last()) {
        assert!(game.is_whole());
        assert_eq!(game.actions.size() as u64, game.length);
        assert_eq!(game.play(&mut env, u64::MAX).unwrap(), game.length);
        assert!(env.game().is_over());
        assert_eq!(
            game.play(&mut env, game.length / 2).unwrap(),
            env.game().pieces()
        );
    }
    for game in short.best().filter(|game| game.length > 10) {
        assert!(!game.is_whole() && game.actions.len() == 10);
        assert_eq!(game.play(&mut env, 11).unwrap(), 10);
    }
    // Another game than the recorded one is noticed.
    let mut other = whole.best().next().unwrap().clone();
    other.measures[0] += 1.0;
    let error = other.play(&mut env, u64::MAX).unwrap_err();
    assert!(matches!(error, PlaybackError::Diverged { .. }), "{error}");
    other.seed ^= 1;
    assert!(other.play(&mut env, u64::MAX).is_err());
}
