//! `tetris-dash evaluate`: how well a model or a controller plays.

use std::num::NonZero;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use rl_agent::dqn::DqnPolicy;
use rl_agent::env::{AfterstateEnvironment, AfterstateModel, Environment};
use rl_agent::evaluation::{AnyMatch, Evaluation, EvaluationConfig};
use rl_agent::model::Model;
use rl_agent::tetris::{
    Inputs, KeyTetris, KeysConfig, Placer, Tetris, TetrisConfig, key_match, placement_match,
};
use rl_agent::trainer::MODEL_FILE;
use rl_agent::{AnyModel, models};

use super::args::EvaluateArgs;
use super::results::{Folder, Question, Statistics};
use super::signals;
use super::{Failure, hint, say};

/// Time between two moments at which an evaluation says how far it is, and is put away if it has a folder.
const SAVE_EVERY: Duration = Duration::from_secs(20);

/// How an evaluation came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// All games are over, and the result is there.
    Finished,
    /// A signal came first. What has been played is saved; there is no result.
    Interrupted,
}

/// Plays until the end or, where something can be saved, until a signal comes.
pub(super) fn run(args: &EvaluateArgs) -> Result<Outcome, Failure> {
    match args.out {
        // Heard from before the folder is there, so that nobody who sees it ends the program without a save.
        Some(_) => run_until(args, &*signals::flag()?),
        None => run_until(args, &AtomicBool::new(false)),
    }
}

/// Plays until the end or until `stop` is raised.
pub(super) fn run_until(args: &EvaluateArgs, stop: &AtomicBool) -> Result<Outcome, Failure> {
    let Some((evaluation, unit)) = evaluation(args, stop)? else {
        // Not among the results: programs read those.
        hint("interrupted, with everything saved; the same command goes on with it");
        return Ok(Outcome::Interrupted);
    };
    let statistics = Statistics::new(&evaluation);
    say(&if args.json {
        serde_json::to_string(&statistics).map_err(Failure::failed)?
    } else {
        statistics.to_text(unit)
    })?;
    Ok(Outcome::Finished)
}

/// Plays the games, or what is left of them, and says what a step of them is; None if `stop` was raised first.
fn evaluation(
    args: &EvaluateArgs,
    stop: &AtomicBool,
) -> Result<Option<(Evaluation, &'static str)>, Failure> {
    if args.first_game.checked_add(args.games).is_none() {
        return Err(Failure::usage(format!(
            "there are no {} games from --first-game {} on: the last one is {}",
            args.games,
            args.first_game,
            u64::MAX - 1
        )));
    }
    let contest = match (&args.controller, &args.model) {
        (Some(controller), _) => {
            let name = format!("controller {controller:?}");
            Contest::of_pieces(
                name,
                placed(args, Inputs::Features, Placer::Controller(*controller))?,
            )
        }
        (None, Some(path)) => loaded(path, args)?,
        (None, None) if args.hold || args.preview > 0 => {
            return Err(Failure::usage(
                "the models that come with the program play without --hold and --preview; name another with \
                 --model, or a --controller",
            ));
        }
        (None, None) => {
            let small = args.height <= 10;
            let model = if small {
                models::small_board()
            } else {
                models::standard()
            };
            placing(model, "this model", args)?
        }
    };
    let unit = contest.unit;
    let evaluation = play(contest, args, stop)?;
    Ok(evaluation.map(|evaluation| (evaluation, unit)))
}

/// A player and its games before the first step.
struct Contest {
    player: String,
    /// What a step is called, in the plural.
    unit: &'static str,
    playing: Box<dyn AnyMatch>,
}

impl Contest {
    fn of_pieces(player: String, playing: Box<dyn AnyMatch>) -> Self {
        Self {
            player,
            unit: "pieces",
            playing,
        }
    }
}

/// The games of the model in a file or in a run's folder.
fn loaded(path: &Path, args: &EvaluateArgs) -> Result<Contest, Failure> {
    let path = match path.is_dir() {
        true => path.join(MODEL_FILE),
        false => path.to_owned(),
    };
    match AnyModel::load(&path).map_err(Failure::usage)? {
        AnyModel::Afterstates(model) => placing(*model, &path.display().to_string(), args),
        AnyModel::Actions(policy) => pressing(*policy, &path.display().to_string(), args),
    }
}

fn placed(
    args: &EvaluateArgs,
    inputs: Inputs,
    placer: Placer,
) -> Result<Box<dyn AnyMatch>, Failure> {
    let env = Tetris::without_colours(placements(args, inputs)).map_err(Failure::usage)?;
    Ok(placement_match(env, placer, games(args, args.max_pieces)))
}

fn placements(args: &EvaluateArgs, inputs: Inputs) -> TetrisConfig {
    TetrisConfig {
        width: args.width,
        height: args.height,
        pieces: args.pieces,
        hold: args.hold,
        preview: args.preview,
        inputs,
        ..TetrisConfig::default()
    }
}

/// The games of a model that values placements.
fn placing(model: Model, name: &str, args: &EvaluateArgs) -> Result<Contest, Failure> {
    let inputs = Inputs::named(&model.features);
    let env = Tetris::new(placements(args, inputs)).map_err(Failure::usage)?;
    fits(&model, name, &env)?;
    let player = format!("model {:016x}", model.fingerprint());
    let placer = Placer::Network(Box::new(model.policy()));
    Ok(Contest::of_pieces(player, placed(args, inputs, placer)?))
}

/// The games of a model that values keys.
fn pressing(policy: DqnPolicy, name: &str, args: &EvaluateArgs) -> Result<Contest, Failure> {
    if args.hold || args.preview > 0 {
        return Err(Failure::usage(format!(
            "{name} presses keys, in a game without --hold and --preview"
        )));
    }
    let env = KeyTetris::without_colours(KeysConfig {
        width: args.width,
        height: args.height,
        pieces: args.pieces,
        ..KeysConfig::default()
    })
    .map_err(Failure::usage)?;
    let (seen, offered) = (
        policy.network().architecture().inputs,
        env.observation_len(),
    );
    if seen != offered {
        return Err(Failure::usage(format!(
            "{name} was trained on a board of another width: it looks at {seen} numbers, and there are {offered}"
        )));
    }
    let player = format!("model {:016x}", policy.fingerprint());
    // The limit is one of pieces, and the steps of this game are keys.
    Ok(Contest {
        player,
        unit: "keys",
        playing: key_match(env, policy, args.max_pieces, games(args, None)),
    })
}

/// Which games are played.
fn games(args: &EvaluateArgs, max_steps: Option<u64>) -> EvaluationConfig {
    let cores = || thread::available_parallelism().map_or(1, NonZero::get);
    EvaluationConfig {
        games: args.games,
        first_game: args.first_game,
        seed: args.seed,
        max_steps,
        threads: args.threads.map_or_else(cores, usize::from),
    }
}

fn play(
    contest: Contest,
    args: &EvaluateArgs,
    stop: &AtomicBool,
) -> Result<Option<Evaluation>, Failure> {
    let Contest {
        player,
        unit,
        mut playing,
    } = contest;
    let question = Question::of(player, args);
    let folder = args.out.as_deref().map(|path| Folder::of(path, &question));
    let folder = folder.transpose()?;
    if let Some(folder) = &folder {
        folder.go_on(&mut *playing)?;
    }

    let (started, before) = (Instant::now(), playing.steps());
    while !playing.is_over() {
        let since = Instant::now();
        let pause = || stop.load(Ordering::Relaxed) || since.elapsed() > SAVE_EVERY;
        playing.play(&pause).map_err(Failure::failed)?;
        if let Some(folder) = &folder {
            folder.save_state(&*playing)?;
        }
        if !playing.is_over() {
            let (over, steps) = (playing.games().len(), playing.steps());
            tracing::info!(
                "{over} of {} games are over, {steps} {unit} so far",
                args.games
            );
            // After the save, so that it is true that everything is saved, however early the signal came.
            if stop.load(Ordering::Relaxed) {
                return Ok(None);
            }
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

/// Whether a model looks at the piece on hold, and at how many of the preview.
fn known_pieces(features: &[String]) -> (bool, usize) {
    let seen = |name: &str| features.iter().any(|feature| feature == name);
    let preview = (1..)
        .take_while(|place| seen(&format!("next_{place}_I")))
        .count();
    (seen("hold_I"), preview)
}

/// Whether a model plays this game.
fn fits(model: &Model, name: &str, env: &Tetris) -> Result<(), Failure> {
    let expected = env.model().feature_names();
    if model.features == expected {
        return Ok(());
    }
    let offered = (env.config().hold, usize::from(env.config().preview));
    let (hold, preview) = known_pieces(&model.features);
    if (hold, preview) != offered {
        let hold = if hold { " --hold" } else { "" };
        return Err(Failure::usage(format!(
            "{name} was trained with other pieces known; evaluate it with{hold} --preview {preview}"
        )));
    }
    if env.config().inputs == Inputs::Cells {
        return Err(Failure::usage(format!(
            "{name} looks at the cells of a board of another size; evaluate it with the --width and --height of its \
             training"
        )));
    }
    let (found, expected) = (model.features.join(", "), expected.join(", "));
    Err(Failure::usage(format!(
        "{name} is of another kind: it looks at {found}; this program offers {expected}"
    )))
}
