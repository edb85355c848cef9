//! `tetris-dash evaluate`: how well a model or a controller plays.

use std::num::NonZero;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use rl_agent::env::{AfterstateEnvironment, AfterstateModel};
use rl_agent::evaluation::{Evaluation, EvaluationConfig};
use rl_agent::model::Model;
use rl_agent::models;
use rl_agent::tetris::{Placer, Tetris, TetrisConfig, placement_match};
use rl_agent::trainer::MODEL_FILE;
use tokio::runtime::Builder;

use super::args::EvaluateArgs;
use super::results::{Folder, Question, Statistics};
use super::signals::Signals;
use super::{Failure, say};

/// Time between two moments at which an evaluation says how far it is, and is put away if it has a folder.
const SAVE_EVERY: Duration = Duration::from_secs(20);

pub(super) fn run(args: &EvaluateArgs) -> Result<(), Failure> {
    let Some(evaluation) = evaluation(args)? else {
        say("interrupted, with everything saved; the same command goes on with it");
        return Ok(());
    };
    let statistics = Statistics::new(&evaluation);
    say(&if args.json {
        serde_json::to_string(&statistics).map_err(Failure::failed)?
    } else {
        statistics.to_text()
    });
    Ok(())
}

/// Plays the games, or what is left of them; None if a signal came first.
pub(super) fn evaluation(args: &EvaluateArgs) -> Result<Option<Evaluation>, Failure> {
    let config = TetrisConfig {
        width: args.width,
        height: args.height,
        pieces: args.pieces,
        hold: args.hold,
        preview: args.preview,
        ..TetrisConfig::default()
    };
    let env = Tetris::without_colours(config).map_err(Failure::usage)?;
    match (&args.controller, &args.model) {
        (Some(controller), _) => {
            let name = format!("controller {controller:?}");
            play(env, Placer::Controller(*controller), name, args)
        }
        (None, path) => {
            let model = match path {
                Some(path) => load(path, &env)?,
                None if args.hold || args.preview > 0 => {
                    return Err(Failure::usage(
                        "the models that come with the program play without --hold and --preview; name another with \
                         --model, or a --controller",
                    ));
                }
                None if args.height <= 10 => models::small_board(),
                None => models::standard(),
            };
            let name = format!("model {:016x}", model.fingerprint());
            play(env, Placer::Network(Box::new(model.policy())), name, args)
        }
    }
}

fn play(
    env: Tetris,
    placer: Placer,
    player: String,
    args: &EvaluateArgs,
) -> Result<Option<Evaluation>, Failure> {
    let cores = || thread::available_parallelism().map_or(1, NonZero::get);
    let config = EvaluationConfig {
        games: args.games,
        first_game: args.first_game,
        seed: args.seed,
        max_steps: args.max_pieces,
        threads: args.threads.map_or_else(cores, usize::from),
    };
    let question = Question {
        player,
        width: args.width,
        height: args.height,
        pieces: args.pieces.to_string(),
        hold: args.hold,
        preview: args.preview,
        seed: args.seed,
        max_pieces: args.max_pieces,
        first_game: args.first_game,
        games: args.games,
    };
    let folder = args.out.as_deref().map(|path| Folder::of(path, &question));
    let folder = folder.transpose()?;
    let mut playing = placement_match(env, placer, config);
    if let Some(folder) = &folder {
        folder.go_on(&mut *playing)?;
    }

    let stop = Arc::new(AtomicBool::new(false));
    if folder.is_some() {
        raise_on_signal(stop.clone());
    }
    let (started, before) = (Instant::now(), playing.steps());
    while !playing.is_over() {
        if stop.load(Ordering::Relaxed) {
            return Ok(None);
        }
        let since = Instant::now();
        let pause = || stop.load(Ordering::Relaxed) || since.elapsed() > SAVE_EVERY;
        playing.play(&pause).map_err(Failure::failed)?;
        if let Some(folder) = &folder {
            folder.save_state(&*playing)?;
        }
        if !playing.is_over() {
            let (over, steps) = (playing.games().len(), playing.steps());
            tracing::info!(
                "{over} of {} games are over, {steps} pieces so far",
                args.games
            );
        }
    }
    // The speed is that of this part of the evaluation; the games are all of them.
    let now = playing.steps() - before;
    let share = (now as f64 / playing.steps().max(1) as f64).max(f64::MIN_POSITIVE);
    let evaluation = Evaluation {
        games: playing.games(),
        seconds: started.elapsed().as_secs_f64() / share,
    };
    if let Some(folder) = &folder {
        folder.save_games(args.first_game, &evaluation.games)?;
    }
    Ok(Some(evaluation))
}

/// Raises `flag` with the first signal, and ends the program with the second.
fn raise_on_signal(flag: Arc<AtomicBool>) {
    thread::spawn(move || {
        let Ok(runtime) = Builder::new_current_thread().enable_all().build() else {
            return;
        };
        runtime.block_on(async {
            let Ok(mut signals) = Signals::listen() else {
                return;
            };
            signals.next().await;
            flag.store(true, Ordering::Relaxed);
            signals.exit_on_next().await;
        });
    });
}

/// Whether a model looks at the piece on hold, and at how many of the preview.
fn known_pieces(features: &[String]) -> (bool, usize) {
    let seen = |name: &str| features.iter().any(|feature| feature == name);
    let preview = (1..)
        .take_while(|place| seen(&format!("next_{place}_I")))
        .count();
    (seen("hold_I"), preview)
}

/// The model of a file or of a run's folder.
fn load(path: &Path, env: &Tetris) -> Result<Model, Failure> {
    let path = if path.is_dir() {
        path.join(MODEL_FILE)
    } else {
        path.to_owned()
    };
    let model = Model::load(&path).map_err(Failure::usage)?;
    let expected = env.model().feature_names();
    let offered = (env.config().hold, usize::from(env.config().preview));
    let (hold, preview) = known_pieces(&model.features);
    if model.features != expected && (hold, preview) != offered {
        let hold = if hold { " --hold" } else { "" };
        return Err(Failure::usage(format!(
            "{} was trained with other pieces known; evaluate it with{hold} --preview {preview}",
            path.display()
        )));
    }
    if model.features != expected {
        let (found, expected) = (model.features.join(", "), expected.join(", "));
        return Err(Failure::usage(format!(
            "{} is of another kind: it looks at {found}; this program offers {expected}",
            path.display()
        )));
    }
    Ok(model)
}
