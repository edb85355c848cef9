//! `tetris-dash sweep`: many runs, each trained and then evaluated, as independent jobs that can be cut and gone on with.

mod plan;
mod same;

use std::collections::VecDeque;
use std::ffi::OsString;
use std::fs;
use std::iter;
use std::path::Path;
use std::process::{Child, Command};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use cpu_time::ProcessTime;
use dash_server::config::Learner;
use rl_agent::atomic_file;
use rl_agent::trainer::CHECKPOINT_FILE;
use serde::{Deserialize, Serialize};

use super::args::{EvaluateArgs, RunArgs, SweepArgs, TrainArgs};
use super::evaluate::Outcome;
use super::results::GAMES_FILE;
use super::{Failure, evaluate, say, shell, signals, train};
use plan::{Job, Plan};

/// Folder of the evaluation within that of a job.
const EVALUATION: &str = "evaluation";
/// What training took, within the folder of a job.
pub(super) const COST_FILE: &str = "cost.json";

/// What the training of a job took, over all its parts.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Cost {
    /// Of the clock.
    pub(super) wall_seconds: f64,
    /// Of all threads together.
    pub(super) cpu_seconds: f64,
}

pub(super) fn run(args: &SweepArgs) -> Result<(), Failure> {
    let (plan, planned) = Plan::read(&args.plan)?;
    let jobs = planned.len();
    match args.job {
        Some(job) if job < jobs => run_job(&plan, &planned[job], args),
        Some(job) => Err(Failure::usage(format!(
            "there is no job {job}: the jobs of {} are 0 to {}",
            args.plan.display(),
            jobs - 1
        ))),
        None if args.list => {
            for job in 0..jobs {
                let words = iter::once("tetris-dash".into()).chain(arguments(job, args));
                say(&shell::line(words))?;
            }
            Ok(())
        }
        None => {
            // Before anything runs: with one job that does not fit, the others would make half a table.
            for job in &planned {
                let folder = args.out.join(&job.name);
                same::check(job, &games(&plan, job, args), &folder)?;
            }
            run_all(jobs, args)
        }
    }
}

/// What the program is told for a process of its own to do a job.
fn arguments(job: usize, args: &SweepArgs) -> Vec<OsString> {
    let (plan, out) = (args.plan.clone().into(), args.out.clone().into());
    let mut words = vec!["sweep".into(), plan, "--out".into(), out];
    words.extend(["--job".into(), job.to_string().into()]);
    if let Some(threads) = args.threads {
        words.extend(["--threads".into(), threads.to_string().into()]);
    }
    words
}

/// Every job in a process of its own, some at a time. A signal is passed on to those that run, and no other one begins.
fn run_all(jobs: usize, args: &SweepArgs) -> Result<(), Failure> {
    let stop = signals::flag()?;
    let mut waiting: VecDeque<usize> = (0..jobs).collect();
    let mut running: Vec<(usize, Child)> = Vec::new();
    let mut failed = Vec::new();
    let mut told = false;
    while !running.is_empty() || !(waiting.is_empty() || told) {
        if stop.load(Ordering::Relaxed) && !told {
            told = true;
            running
                .iter()
                .for_each(|(_, child)| signals::pass_on(child));
        }
        while !told
            && running.len() < usize::from(args.jobs)
            && let Some(job) = waiting.pop_front()
        {
            running.push((job, start(job, args)?));
        }
        failed.extend(reap(&mut running)?);
        thread::sleep(Duration::from_millis(50));
    }
    if failed.is_empty() && waiting.is_empty() {
        let report = [
            "tetris-dash".as_ref(),
            "report".as_ref(),
            args.out.as_os_str(),
        ];
        return say(&format!("Table of results: {}", shell::line(report)));
    }
    Err(match told {
        true => stopped(),
        false => Failure::failed(format!(
            "jobs {failed:?} failed; the same command tries them again"
        )),
    })
}

fn start(job: usize, args: &SweepArgs) -> Result<Child, Failure> {
    let program = std::env::current_exe().map_err(Failure::failed)?;
    let mut command = Command::new(program);
    let child = command.args(arguments(job, args)).spawn();
    child.map_err(Failure::failed)
}

/// Takes out the jobs that have ended; returns those that have failed.
fn reap(running: &mut Vec<(usize, Child)>) -> Result<Vec<usize>, Failure> {
    let mut failed = Vec::new();
    let mut still = Vec::new();
    for (job, mut child) in running.drain(..) {
        match child.try_wait().map_err(Failure::failed)? {
            None => still.push((job, child)),
            Some(status) if status.success() => {}
            Some(_) => failed.push(job),
        }
    }
    *running = still;
    Ok(failed)
}

/// Trains, from where its checkpoint stands if there is one, and evaluates. A job that is done does nothing.
fn run_job(plan: &Plan, job: &Job, args: &SweepArgs) -> Result<(), Failure> {
    let folder = args.out.join(&job.name);
    let games = games(plan, job, args);
    same::check(job, &games, &folder)?;
    if folder.join(EVALUATION).join(GAMES_FILE).exists() {
        say(&format!("{} is done", folder.display()))?;
        return Ok(());
    }
    let stop = train_to_the_end(&job.run, plan.steps, &folder)?;
    match evaluate::run_until(&games, &stop)? {
        Outcome::Finished => Ok(()),
        Outcome::Interrupted => Err(stopped()),
    }
}

/// Trains to the last step of the plan, unless that has been done; returns a flag that a signal since then raises.
fn train_to_the_end(run: &RunArgs, steps: u64, folder: &Path) -> Result<Arc<AtomicBool>, Failure> {
    let begun = folder.join(CHECKPOINT_FILE).exists();
    let cost_path = folder.join(COST_FILE);
    if cost_path.exists() && train::steps_of(folder) >= Some(steps) {
        return signals::flag();
    }
    let mut cost = read_cost(folder).unwrap_or_default();
    let (wall, cpu) = (Instant::now(), ProcessTime::now());
    train::run(&TrainArgs {
        run: run.clone(),
        steps: Some(steps),
        seconds: None,
        out: Some(folder.to_owned()),
        overwrite: !begun,
        resume: begun.then(|| folder.to_owned()),
    })?;
    // Training listens no more, and the system does not end a program that has listened once.
    let stop = signals::flag()?;
    cost.wall_seconds += wall.elapsed().as_secs_f64();
    cost.cpu_seconds += cpu.elapsed().as_secs_f64();
    let text = serde_json::to_string_pretty(&cost).map_err(Failure::failed)?;
    atomic_file::write(&cost_path, text.as_bytes()).map_err(Failure::failed)?;
    if train::steps_of(folder) < Some(steps) {
        return Err(stopped());
    }
    Ok(stop)
}

/// What a job, or the sweep, that a signal has ended says: there is no result, so it has not succeeded.
fn stopped() -> Failure {
    Failure::failed("stopped before the end; the same command goes on")
}

/// The evaluation of a job's model: its pieces come, and are known, in the way they are in training.
fn games(plan: &Plan, job: &Job, args: &SweepArgs) -> EvaluateArgs {
    let (pieces, hold, preview) = match &job.config.learner {
        Learner::Placements { environment, .. } => {
            (environment.pieces, environment.hold, environment.preview)
        }
        Learner::Keys { environment, .. } => (environment.pieces, false, 0),
    };
    let folder = args.out.join(&job.name);
    let judgement = &plan.evaluation;
    EvaluateArgs {
        out: Some(folder.join(EVALUATION)),
        model: Some(folder),
        controller: None,
        games: judgement.games,
        first_game: 0,
        seed: judgement.seed,
        width: judgement.width,
        height: judgement.height,
        pieces,
        hold,
        preview,
        max_pieces: judgement.max_pieces,
        threads: args.threads,
        json: false,
    }
}

/// What the training of a job took; None if it has not ended once.
pub(super) fn read_cost(folder: &Path) -> Option<Cost> {
    let text = fs::read_to_string(folder.join(COST_FILE)).ok()?;
    serde_json::from_str(&text).ok()
}
