//! Training that is interrupted, by its end or by kill -9, and goes on in a new process as if nothing had been.
//!
//! The tests start this very program again as a worker: `worker` trains in a folder as the environment variables say.

mod common;
mod worlds;

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use common::{Ladder, LadderModel};
use rl_agent::afterstate_dqn::{AfterstateDqn, AfterstateDqnConfig, Prioritized};
use rl_agent::agent::Agent;
use rl_agent::dqn::{Categorical, Dqn, DqnConfig};
use rl_agent::env::{AfterstateEnvironment, Environment, Resumable};
use rl_agent::observer::{Observer, StepReport};
use rl_agent::rng::Rng;
use rl_agent::schedule::Schedule;
use rl_agent::trainer::{CHECKPOINT_FILE, Trainer, TrainerConfig};
use worlds::chain;

const FOLDER: &str = "RL_AGENT_TEST_FOLDER";
const ALGORITHM: &str = "RL_AGENT_TEST_ALGORITHM";
const STEPS: &str = "RL_AGENT_TEST_STEPS";
/// How often the killing test kills; the long tests set it higher.
const KILLS: &str = "RL_AGENT_TEST_KILLS";

const INTERVAL: u64 = 250;
const ALGORITHMS: [&str; 4] = ["afterstate", "prioritised afterstate", "dqn", "rainbow"];

/// Says how far it is.
struct Say;

impl<E: Environment> Observer<E> for Say {
    fn on_step(&mut self, report: &StepReport<'_, E>) {
        if report.step.is_multiple_of(10) {
            println!("step {}", report.step);
        }
    }
}

/// Goes on with what is in the folder, or begins, until `steps`; leaves the agent's state there.
fn train<E: Resumable + Clone, A: Agent<E>>(env: E, agent: A, folder: &Path, steps: u64) {
    let limits = TrainerConfig {
        seed: 9,
        total_steps: Some(steps),
        checkpoint_every: INTERVAL,
        compress_checkpoints: true,
        ..TrainerConfig::default()
    };
    let mut trainer = Trainer::new(vec![env.clone(), env], agent, limits)
        .unwrap()
        .save_to(folder, BTreeMap::new());
    let checkpoint = folder.join(CHECKPOINT_FILE);
    if checkpoint.exists() {
        trainer.read_checkpoint(&checkpoint).unwrap();
    }
    println!("from {}", trainer.progress().step());
    trainer.run(Say).unwrap();
    let state = postcard::to_stdvec(trainer.agent().state()).unwrap();
    std::fs::write(folder.join("state"), state).unwrap();
}

fn afterstate(prioritized: Option<Prioritized>) -> AfterstateDqn<LadderModel> {
    let config = AfterstateDqnConfig {
        buffer_capacity: 3_000,
        prioritized,
        ..AfterstateDqnConfig::default()
    };
    AfterstateDqn::new(Ladder::new().model(), config, 4).unwrap()
}

/// Not a test by itself: does what the environment variables say, if they are set.
#[test]
fn worker() {
    let Ok(folder) = std::env::var(FOLDER) else {
        return;
    };
    let folder = Path::new(&folder);
    let steps = std::env::var(STEPS).unwrap().parse().unwrap();
    let dqn = |config| Dqn::new(&chain(20), config, 4).unwrap();
    match std::env::var(ALGORITHM).unwrap().as_str() {
        "afterstate" => train(Ladder::new(), afterstate(None), folder, steps),
        "prioritised afterstate" => {
            let prioritized = Prioritized {
                alpha: 0.6,
                beta: Schedule::Linear {
                    from: 0.4,
                    to: 1.0,
                    over: 20_000,
                },
                epsilon: 1e-3,
            };
            train(Ladder::new(), afterstate(Some(prioritized)), folder, steps);
        }
        "dqn" => train(chain(20), dqn(DqnConfig::default()), folder, steps),
        _ => {
            let config = DqnConfig {
                hidden: vec![16],
                learning_starts: 200,
                buffer_capacity: 3_000,
                normalize_observations: true,
                categorical: Some(Categorical {
                    atoms: 21,
                    low: 0.0,
                    high: 10.0,
                }),
                ..DqnConfig::rainbow(20_000)
            };
            train(chain(20), dqn(config), folder, steps);
        }
    }
}

fn start(folder: &Path, algorithm: &str, steps: u64) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["worker", "--exact", "--nocapture"])
        .env(FOLDER, folder)
        .env(ALGORITHM, algorithm)
        .env(STEPS, steps.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()
        .unwrap()
}

/// The numbers that a worker said after `word`.
fn said(worker: &mut Child, word: &str) -> Vec<u64> {
    let lines = BufReader::new(worker.stdout.take().unwrap()).lines();
    let numbers = lines.filter_map(|line| line.ok()?.strip_prefix(word)?.trim().parse().ok());
    numbers.collect()
}

fn finish(folder: &Path, algorithm: &str, steps: u64) -> Vec<u8> {
    let mut worker = start(folder, algorithm, steps);
    let from = said(&mut worker, "from ");
    assert!(worker.wait().unwrap().success());
    assert_eq!(from.len(), 1);
    std::fs::read(folder.join("state")).unwrap()
}

#[test]
fn two_halves_in_two_processes_are_one_whole() {
    for algorithm in ALGORITHMS {
        let (whole, halves) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let expected = finish(whole.path(), algorithm, 20_000);
        let half = finish(halves.path(), algorithm, 10_000);
        assert!(half != expected);
        let got = finish(halves.path(), algorithm, 20_000);
        assert!(got == expected, "{algorithm}: resumed training differs");
    }
}

#[test]
fn killed_at_any_moment_it_goes_on_from_the_last_interval() {
    let kills = std::env::var(KILLS).map_or(3, |kills| kills.parse().unwrap());
    let mut rng = Rng::new(u64::from(std::process::id()), 0);
    for round in 0..kills {
        let algorithm = ALGORITHMS[round % ALGORITHMS.len()];
        let folder = tempfile::tempdir().unwrap();
        let mut worker = start(folder.path(), algorithm, u64::MAX);
        let wait = Duration::from_millis(200 + rng.below(600) as u64);
        std::thread::sleep(wait);
        worker.kill().unwrap();
        let last = said(&mut worker, "step ").last().copied().unwrap_or(0);
        worker.wait().unwrap();

        let mut next = start(folder.path(), algorithm, 0);
        let from = said(&mut next, "from ");
        assert!(
            next.wait().unwrap().success(),
            "{algorithm}: not resumable after {wait:?}"
        );
        // The checkpoint of a step is written after the step was told of.
        let due = last.saturating_sub(1) / INTERVAL * INTERVAL;
        assert!(
            from[0] >= due,
            "{algorithm}: from {} although {last} steps were done",
            from[0]
        );
        writeln!(
            std::io::stdout(),
            "{algorithm}: killed after {last} steps, from {}",
            from[0]
        )
        .unwrap();
    }
}
