//! The part of training that is spent inside the hooks of the full set of observers, measured inside the run with a
//! stopwatch around all of them, and then around each of them alone. With exact expectations (the default) a step takes
//! long; with the minibatch and the rhythm of Stable-Baselines3 it is short. JSON lines of every update are asked for apart,
//! and measured apart: a line takes about a microsecond.
//!
//!     cargo bench -p benches --bench hooks
//!
//! Without an observer there is nothing to measure: `rl-agent/tests/full/15-empty-hooks` looks at what the compiler made of
//! [`nobody_listens`] and [`somebody_listens`] below.

use std::fs::File;
use std::hint::black_box;
use std::io::BufWriter;

use benches::training::{sb3_rhythm, tetris, timed};
use rl_agent::afterstate_dqn::AfterstateDqnConfig;
use rl_agent::env::{Environment, Step};
use rl_agent::observer::{DecisionReport, EpisodeReport, Observer, StepReport, UpdateReport};
use rl_agent::observers::{
    CsvLog, GameRecorder, Guarded, JsonLines, LogTable, ProgressBar, Stop, TensorBoard, Timed,
};
use rl_agent::tetris::Tetris;

type Failure = Box<dyn std::error::Error>;

/// Tells `observer` of a step as the trainer does.
#[inline(always)]
fn tell(observer: &mut impl Observer<Tetris>, env: &Tetris, measures: &[f64], numbers: [u64; 4]) {
    let [step, episode, update, length] = numbers;
    let action = length as usize;
    observer.on_decision(&DecisionReport {
        step,
        env_index: 0,
        env,
        action,
        explored: false,
        candidates: None,
        values: &[],
    });
    let outcome = Step {
        reward: length as f32,
        terminated: length > 5,
        truncated: false,
    };
    observer.on_step(&StepReport {
        step: step + 1,
        env_index: 0,
        episode,
        env,
        action,
        outcome,
    });
    observer.on_episode(&EpisodeReport {
        step,
        episode,
        env_index: 0,
        length,
        reward: length as f64,
        truncated: outcome.truncated,
        names: env.measures(),
        measures,
    });
    observer.on_update(&UpdateReport {
        step,
        update,
        loss: length as f32,
        td_error: 0.0,
        mean_q: 0.0,
        gradient_norm: 0.0,
        epsilon: 0.0,
        learning_rate: 0.0,
        buffer_fill: 0.0,
    });
}

type Teller = fn(&Tetris, &[f64], [u64; 4]) -> u64;

/// The hooks of a step when there is no observer, also wrapped: nothing but the return of a zero.
#[inline(never)]
fn nobody_listens(env: &Tetris, measures: &[f64], numbers: [u64; 4]) -> u64 {
    tell(&mut ((), Some(()), ((), ())), env, measures, numbers);
    0
}

/// The same with an observer: more than that.
#[inline(never)]
fn somebody_listens(env: &Tetris, measures: &[f64], numbers: [u64; 4]) -> u64 {
    struct Sum(u64);
    impl Observer<Tetris> for Sum {
        fn on_step(&mut self, report: &StepReport<'_, Tetris>) {
            self.0 += report.step ^ u64::from(report.outcome.terminated);
        }
        fn on_update(&mut self, report: &UpdateReport) {
            self.0 += report.update;
        }
    }
    let mut sum = Sum(0);
    tell(&mut ((), Some(&mut sum)), env, measures, numbers);
    sum.0
}

fn main() -> Result<(), Failure> {
    let tellers: [Teller; 2] = [nobody_listens, somebody_listens];
    let env = Tetris::without_colours(Default::default())?;
    let told = black_box(tellers).map(|tell| tell(&env, &[], [2, 0, 7, 9]));
    assert_eq!(told, [0, (3 ^ 1) + 7]);

    let steps = if timed() { 200_000 } else { 2_000 };
    for (name, config) in [
        ("exact expectations", AfterstateDqnConfig::default()),
        ("32 samples every 4 steps", sb3_rhythm()),
    ] {
        println!("{name}:");
        let folder = tempfile::tempdir()?;
        let file = |name: &str| folder.path().join(name);
        let table = |name| File::create(file(name)).map(|file| LogTable::new(BufWriter::new(file)));
        let lines = |name| JsonLines::create(&file(name));
        let recorder = |name| GameRecorder::new(10, 10).save_to(file(name));
        let stop = || Stop::at_non_finite_loss(&Default::default());

        let all = (
            Guarded::new("progress", ProgressBar::new()),
            Guarded::new("table", table("log.txt")?),
            Guarded::new("csv", CsvLog::create(&file("metrics.csv"))?),
            Guarded::new("json", lines("log.jsonl")?),
            Guarded::new("tensorboard", TensorBoard::create(folder.path())?),
            Guarded::new("stop", stop()),
            Guarded::new("games", recorder("games.bin")),
        );
        measure("all seven", all, &config, steps)?;

        let steps = steps / 4;
        measure("  progress bar", ProgressBar::new(), &config, steps)?;
        measure("  log table", table("log2.txt")?, &config, steps)?;
        let csv = CsvLog::create(&file("metrics2.csv"))?;
        measure("  CSV", csv, &config, steps)?;
        measure("  JSON lines", lines("log2.jsonl")?, &config, steps)?;
        let updates = lines("log3.jsonl")?.with_updates();
        measure("  with updates", updates, &config, steps)?;
        let events = TensorBoard::create(&file("events"))?;
        measure("  TensorBoard", events, &config, steps)?;
        measure("  stop", stop(), &config, steps)?;
        measure("  games", recorder("games2.bin"), &config, steps)?;
    }
    Ok(())
}

fn measure(
    name: &str,
    observer: impl Observer<Tetris>,
    config: &AfterstateDqnConfig,
    steps: u64,
) -> Result<(), Failure> {
    let mut observer = Timed::new(observer);
    let end = tetris(config.clone(), steps, 1_000).run(&mut observer)?;
    assert_eq!(end.step, steps);
    println!(
        "{name:<16} {:>6.2} % of {:>5.1} us a step",
        100.0 * observer.share(),
        1e6 * observer.total().as_secs_f64() / steps as f64,
    );
    Ok(())
}
