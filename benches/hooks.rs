//! The part of training that is spent inside the hooks of the full set of observers, measured inside the run with a
//! stopwatch around all of them, and then around each of them alone. With exact expectations (the default) a step takes
//! long; with the minibatch and the rhythm of Stable-Baselines3 it is short, and twice as many updates are written down.
//!
//!     cargo bench -p benches --bench hooks

use std::fs::File;
use std::io::BufWriter;

use benches::training::{sb3_rhythm, tetris, timed};
use rl_agent::afterstate_dqn::AfterstateDqnConfig;
use rl_agent::observer::Observer;
use rl_agent::observers::{
    CsvLog, GameRecorder, Guarded, JsonLines, LogTable, ProgressBar, Stop, TensorBoard, Timed,
};
use rl_agent::tetris::Tetris;

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let steps = if timed() { 200_000 } else { 2_000 };
    for (name, config) in [
        ("exact expectations", AfterstateDqnConfig::default()),
        ("32 samples every 4 steps", sb3_rhythm()),
    ] {
        println!("{name}:");
        let folder = tempfile::tempdir()?;
        let file = |name: &str| folder.path().join(name);
        let table = |name| File::create(file(name)).map(|file| LogTable::new(BufWriter::new(file)));
        let lines = |name| JsonLines::create(&file(name)).map(JsonLines::with_updates);
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
