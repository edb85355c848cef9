//! Memory and time a step over ten million steps of training Tetris, with games recorded: both should be flat.
//!
//!     cargo bench -p benches --bench long_run

use benches::training::{sb3_rhythm, tetris, timed};
use rl_agent::env::Environment;
use rl_agent::observer::{MetricsReport, Observer};
use rl_agent::observers::GameRecorder;

/// Prints a line for each report.
struct Flat;

impl<E: Environment> Observer<E> for Flat {
    fn on_metrics(&mut self, report: &MetricsReport<'_>) {
        println!(
            "{:>10} steps  {:>6.1} MB  {:>6.2} us a step  {:>8.1} steps a game",
            report.step,
            resident_bytes().unwrap_or(f64::NAN) / 1e6,
            1e6 / report.steps_per_second,
            report.mean_length,
        );
    }
}

/// Memory of this process, where the system tells it in `/proc`.
fn resident_bytes() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kilobytes: f64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(1024.0 * kilobytes)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let steps = if timed() { 10_000_000 } else { 5_000 };
    let mut trainer = tetris(sb3_rhythm(), steps, steps / 20);
    let end = trainer.run((Flat, GameRecorder::new(3, 3)))?;
    assert_eq!(end.step, steps);
    println!("{:.0} s in all", end.seconds);
    Ok(())
}
