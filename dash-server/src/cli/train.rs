//! `tetris-dash train`: a run without a page.

use std::env;
use std::path::Path;
use std::thread;

use dash_server::config::{self, Learner, RunConfig};
use dash_server::run::{CONFIG_FILE, Limits, Run, RunError, RunFolder, reason};
use rl_agent::control::Control;
use rl_agent::observer::EndReport;
use rl_agent::observers::ProgressBar;
use rl_agent::tetris::TetrisConfig;
use tokio::runtime::Builder;
use tokio::sync::oneshot;

use super::args::TrainArgs;
use super::signals::Signals;
use super::{Failure, say, shell};

pub(super) fn run(args: &TrainArgs) -> Result<(), Failure> {
    let control = Control::new();
    let (folder, run) = match &args.resume {
        Some(path) => resume(path, args, control.clone())?,
        None => begin(args, control.clone())?,
    };
    let place = folder.path().display();
    let until = if run.is_endless() {
        ", until Ctrl-C, which saves it"
    } else {
        ""
    };
    tracing::info!(
        "run {} in {place}, from step {}{until}",
        folder.name(),
        run.step()
    );
    let runtime = Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(Failure::failed)?;
    let bar = args
        .seconds
        .map_or_else(ProgressBar::new, ProgressBar::lasting);
    let end = runtime.block_on(train(run, control, bar))?;
    say(&format!("{place}: {}", reason(&end)))?;
    // As it was called itself, and so that good players come to an end.
    let program = env::args().next().unwrap_or_else(|| "tetris-dash".into());
    let mut words = vec![program, "evaluate".to_owned(), "--model".to_owned()];
    words.push(place.to_string());
    words.extend(game_options(folder.path()));
    words.extend(["--max-pieces".to_owned(), "100000".to_owned()]);
    say(&format!("Evaluate it with: {}", shell::line(words)))
}

/// The options of `evaluate` that ask for the game a run was trained in, where they are not the usual ones.
fn game_options(folder: &Path) -> Vec<String> {
    let config = config::read(&folder.join(CONFIG_FILE));
    let learner = config.and_then(|tables| Ok(RunConfig::from_tables(&tables)?.learner));
    let Ok(Learner::Placements { environment, .. }) = learner else {
        return Vec::new();
    };
    let usual = TetrisConfig::default();
    let mut options = Vec::new();
    let mut add = |given: bool, name: &str, value: Option<&dyn ToString>| {
        if given {
            options.push(format!("--{name}"));
            options.extend(value.map(ToString::to_string));
        }
    };
    let TetrisConfig {
        width,
        height,
        pieces,
        hold,
        preview,
        ..
    } = environment;
    add(width != usual.width, "width", Some(&width));
    add(height != usual.height, "height", Some(&height));
    add(pieces != usual.pieces, "pieces", Some(&pieces));
    add(hold, "hold", None);
    add(preview > 0, "preview", Some(&preview));
    options
}

fn begin(args: &TrainArgs, control: Control) -> Result<(RunFolder, Run), Failure> {
    let (name, tables) = args.run.tables()?;
    let mut config = RunConfig::from_tables(&tables)?;
    config.trainer.total_steps = args.steps.or(config.trainer.total_steps);
    config.trainer.time_limit = args.seconds.or(config.trainer.time_limit);
    let folder = match &args.out {
        Some(path) => RunFolder::create(path, args.overwrite),
        None => RunFolder::create_numbered(Path::new("runs"), &name),
    };
    let folder = folder.map_err(failure)?;
    let run = Run::begin(&config, &folder, control).map_err(failure)?;
    Ok((folder, run))
}

fn resume(path: &Path, args: &TrainArgs, control: Control) -> Result<(RunFolder, Run), Failure> {
    let folder = RunFolder::open(path).map_err(failure)?;
    let more = Limits {
        steps: args.steps,
        beyond: true,
        seconds: args.seconds,
    };
    let run = Run::resume(&folder, more, control).map_err(|error| match error {
        RunError::Checkpoint(error) => Failure::failed(format!(
            "{error}; put another checkpoint of this run in its place, or begin anew with --config {}",
            path.join(CONFIG_FILE).display()
        )),
        error => failure(error),
    })?;
    Ok((folder, run))
}

/// What another option would mend is a matter of usage.
fn failure(error: RunError) -> Failure {
    match error {
        RunError::Exists(_)
        | RunError::Busy(_)
        | RunError::Folder { .. }
        | RunError::NoRun { .. }
        | RunError::Config(_)
        | RunError::Setting(_) => Failure::usage(error),
        _ => Failure::failed(error),
    }
}

/// Trains on a thread of its own, so that signals are heard; the first one stops the run, which saves it.
async fn train(mut run: Run, control: Control, mut bar: ProgressBar) -> Result<EndReport, Failure> {
    let mut signals = Signals::listen().map_err(Failure::failed)?;
    let (done, mut end) = oneshot::channel();
    thread::Builder::new()
        .name("training".to_owned())
        .spawn(move || {
            // Nobody waits any more if the program is about to end.
            let _ = done.send(run.train(&mut bar));
        })
        .map_err(Failure::failed)?;
    let end = tokio::select! {
        end = &mut end => end,
        () = signals.next() => {
            control.stop();
            tokio::spawn(signals.exit_on_next());
            end.await
        }
    };
    // The thread drops its sender without sending if it panics; the panic has been printed.
    end.map_err(|_| Failure::failed("training panicked"))?
        .map_err(failure)
}

/// Steps of the run in a folder at its last checkpoint; None if there is no run.
pub(super) fn steps_of(path: &Path) -> Option<u64> {
    let folder = RunFolder::open(path).ok()?;
    let run = Run::resume(&folder, Limits::default(), Control::new()).ok()?;
    Some(run.step())
}
