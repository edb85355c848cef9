//! `tetris-dash sweep`: many runs, each trained and then evaluated, as independent jobs that can be cut and gone on with.

use std::collections::VecDeque;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::thread;
use std::time::{Duration, Instant};

use cpu_time::ProcessTime;
use dash_server::config::{self, Learner, RunConfig};
use dash_server::run::CONFIG_FILE;
use rl_agent::atomic_file;
use rl_agent::trainer::CHECKPOINT_FILE;
use serde::{Deserialize, Serialize};
use tetris_core::RandomizerKind;

use super::args::{EvaluateArgs, RunArgs, SweepArgs, TrainArgs};
use super::evaluate::Outcome;
use super::results::GAMES_FILE;
use super::{Failure, evaluate, say, signals, train};

/// Folder of the evaluation within that of a job.
const EVALUATION: &str = "evaluation";
/// What training took, within the folder of a job.
pub(super) const COST_FILE: &str = "cost.json";

/// A plan: what is trained, in which variants, with which seeds, and how it is judged.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Plan {
    preset: Option<String>,
    config: Option<PathBuf>,
    seeds: Vec<u64>,
    steps: u64,
    #[serde(default = "as_it_is")]
    variants: Vec<Variant>,
    evaluation: Judgement,
}

/// Settings on top of the plan's.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Variant {
    name: String,
    #[serde(default)]
    set: Vec<String>,
}

fn as_it_is() -> Vec<Variant> {
    let (name, set) = ("run".to_owned(), Vec::new());
    vec![Variant { name, set }]
}

/// The games every model plays in the end.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Judgement {
    games: u64,
    #[serde(default)]
    seed: u64,
    max_pieces: Option<u64>,
    #[serde(default = "ten")]
    width: u8,
    #[serde(default = "twenty")]
    height: u8,
}

fn ten() -> u8 {
    10
}

fn twenty() -> u8 {
    20
}

/// What the training of a job took, over all its parts.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Cost {
    /// Of the clock.
    pub(super) wall_seconds: f64,
    /// Of all threads together.
    pub(super) cpu_seconds: f64,
}

impl Plan {
    fn read(path: &Path) -> Result<Self, Failure> {
        let wrong = |error: &dyn ToString| {
            Failure::usage(format!("{}: {}", path.display(), error.to_string()))
        };
        let text = fs::read_to_string(path).map_err(|error| wrong(&error))?;
        let plan: Self = toml::from_str(&text).map_err(|error| wrong(&error))?;
        if plan.seeds.is_empty() || plan.variants.is_empty() {
            return Err(wrong(&"a plan needs at least one seed and one variant"));
        }
        Ok(plan)
    }

    /// Variant by variant, each with every seed.
    fn jobs(&self) -> Vec<(&Variant, u64)> {
        let variants = self.variants.iter();
        variants
            .flat_map(|variant| self.seeds.iter().map(move |&seed| (variant, seed)))
            .collect()
    }
}

pub(super) fn run(args: &SweepArgs) -> Result<(), Failure> {
    let plan = Plan::read(&args.plan)?;
    let jobs = plan.jobs().len();
    match args.job {
        Some(job) if job < jobs => run_job(&plan, job, args),
        Some(job) => Err(Failure::usage(format!(
            "there is no job {job}: the jobs of {} are 0 to {}",
            args.plan.display(),
            jobs - 1
        ))),
        None if args.list => {
            for job in 0..jobs {
                let line = arguments(job, args).join(OsStr::new(" "));
                say(&format!("tetris-dash {}", line.display()));
            }
            Ok(())
        }
        None => run_all(jobs, args),
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

/// Every job in a process of its own, some at a time.
fn run_all(jobs: usize, args: &SweepArgs) -> Result<(), Failure> {
    let program = std::env::current_exe().map_err(Failure::failed)?;
    let mut waiting: VecDeque<usize> = (0..jobs).collect();
    let mut running: Vec<(usize, Child)> = Vec::new();
    let mut failed = Vec::new();
    while !waiting.is_empty() || !running.is_empty() {
        while running.len() < usize::from(args.jobs)
            && let Some(job) = waiting.pop_front()
        {
            let child = Command::new(&program)
                .args(arguments(job, args))
                .spawn()
                .map_err(Failure::failed)?;
            running.push((job, child));
        }
        let mut still = Vec::new();
        for (job, mut child) in running {
            match child.try_wait().map_err(Failure::failed)? {
                None => still.push((job, child)),
                Some(status) if status.success() => {}
                Some(_) => failed.push(job),
            }
        }
        running = still;
        thread::sleep(Duration::from_millis(50));
    }
    if failed.is_empty() {
        say(&format!(
            "Table of results: tetris-dash report {}",
            args.out.display()
        ));
        Ok(())
    } else {
        Err(Failure::failed(format!(
            "jobs {failed:?} failed; the same command tries them again"
        )))
    }
}

/// Trains, from where its checkpoint stands if there is one, and evaluates. A job that is done does nothing.
fn run_job(plan: &Plan, job: usize, args: &SweepArgs) -> Result<(), Failure> {
    let (variant, seed) = plan.jobs()[job];
    let folder = args.out.join(format!("{}-{seed}", variant.name));
    let judged = folder.join(EVALUATION);
    if judged.join(GAMES_FILE).exists() {
        say(&format!("{} is done", folder.display()));
        return Ok(());
    }
    let stop = train_to_the_end(plan, variant, seed, &folder)?;
    judge(&plan.evaluation, folder, judged, args.threads, &stop)
}

/// Trains to the last step of the plan, unless that has been done; returns a flag that a signal since then raises.
fn train_to_the_end(
    plan: &Plan,
    variant: &Variant,
    seed: u64,
    folder: &Path,
) -> Result<Arc<AtomicBool>, Failure> {
    let begun = folder.join(CHECKPOINT_FILE).exists();
    let cost_path = folder.join(COST_FILE);
    if cost_path.exists() && train::steps_of(folder) >= Some(plan.steps) {
        return signals::flag();
    }
    let mut cost = read_cost(folder).unwrap_or_default();
    let (wall, cpu) = (Instant::now(), ProcessTime::now());
    train::run(&TrainArgs {
        run: RunArgs {
            preset: plan.preset.clone().unwrap_or_else(|| "quick".to_owned()),
            config: plan.config.clone(),
            set: variant.set.clone(),
            seed: Some(seed),
        },
        steps: Some(plan.steps),
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
    if train::steps_of(folder) < Some(plan.steps) {
        return Err(stopped());
    }
    Ok(stop)
}

/// What a job, or the sweep, that a signal has ended says: there is no result, so it has not succeeded.
fn stopped() -> Failure {
    Failure::failed("stopped before the end; the same command goes on")
}

/// Evaluates the model in `folder`, into `judged`.
fn judge(
    judgement: &Judgement,
    folder: PathBuf,
    judged: PathBuf,
    threads: Option<u16>,
    stop: &AtomicBool,
) -> Result<(), Failure> {
    let known = Known::of(&folder)?;
    let games = EvaluateArgs {
        model: Some(folder),
        controller: None,
        games: judgement.games,
        first_game: 0,
        seed: judgement.seed,
        width: judgement.width,
        height: judgement.height,
        pieces: known.pieces,
        hold: known.hold,
        preview: known.preview,
        max_pieces: judgement.max_pieces,
        threads,
        out: Some(judged),
        json: false,
    };
    match evaluate::run_until(&games, stop)? {
        Outcome::Finished => Ok(()),
        Outcome::Interrupted => Err(stopped()),
    }
}

/// How the pieces of a run come, and which of them its player knows: those of its evaluation come and are known in the same
/// way.
struct Known {
    pieces: RandomizerKind,
    hold: bool,
    preview: u8,
}

impl Known {
    fn of(folder: &Path) -> Result<Self, Failure> {
        let tables = config::read(&folder.join(CONFIG_FILE)).map_err(Failure::failed)?;
        let config = RunConfig::from_tables(&tables).map_err(Failure::failed)?;
        Ok(match config.learner {
            Learner::Placements { environment, .. } => Self {
                pieces: environment.pieces,
                hold: environment.hold,
                preview: environment.preview,
            },
            Learner::Keys { environment, .. } => Self {
                pieces: environment.pieces,
                hold: false,
                preview: 0,
            },
        })
    }
}

/// What the training of a job took; None if it has not ended once.
pub(super) fn read_cost(folder: &Path) -> Option<Cost> {
    let text = fs::read_to_string(folder.join(COST_FILE)).ok()?;
    serde_json::from_str(&text).ok()
}
