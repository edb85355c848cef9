//! The part of training that is spent inside the hooks of the full set of observers, measured inside the run with a
//! stopwatch around all of them.
//!
//!     cargo bench -p benches --bench hooks

use std::fs::File;
use std::io::BufWriter;

use benches::training::{tetris, timed};
use rl_agent::afterstate_dqn::AfterstateDqnConfig;
use rl_agent::observers::{
    CsvLog, GameRecorder, Guarded, JsonLines, LogTable, ProgressBar, Stop, TensorBoard, Timed,
};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let steps = if timed() { 200_000 } else { 5_000 };
    let folder = tempfile::tempdir()?;
    let file = |name: &str| folder.path().join(name);
    let mut trainer = tetris(AfterstateDqnConfig::default(), steps, 1_000);
    let control = trainer.control();
    let games = GameRecorder::new(10, 10).save_to(file("games.bin"));
    let mut observers = Timed::new((
        Guarded::new("progress", ProgressBar::new()),
        Guarded::new(
            "table",
            LogTable::new(BufWriter::new(File::create(file("log.txt"))?)),
        ),
        Guarded::new("csv", CsvLog::create(&file("metrics.csv"))?),
        Guarded::new(
            "json",
            JsonLines::create(&file("log.jsonl"))?.with_updates(),
        ),
        Guarded::new("tensorboard", TensorBoard::create(folder.path())?),
        Guarded::new("stop", Stop::at_non_finite_loss(&control)),
        Guarded::new("games", games),
    ));
    let end = trainer.run(&mut observers)?;
    assert_eq!(end.step, steps);
    println!(
        "{steps} steps in {:.1} s, of which {:.3} s = {:.2} % inside the hooks of {} observers",
        observers.total().as_secs_f64(),
        observers.inside().as_secs_f64(),
        100.0 * observers.share(),
        7,
    );
    Ok(())
}
