//! Memory and processor time a step over ten million steps of training Tetris, with games recorded: both should be flat.
//!
//!     cargo bench -p benches --bench long_run

use std::fs::read_to_string;

use benches::training::{sb3_rhythm, tetris, timed};
use cpu_time::ThreadTime;
use rl_agent::env::Environment;
use rl_agent::observer::{MetricsReport, Observer};
use rl_agent::observers::GameRecorder;

/// Prints a line for each report.
struct Flat {
    /// When the last one was printed.
    then: ThreadTime,
    step: u64,
}

impl Flat {
    fn new() -> Self {
        Self {
            then: ThreadTime::now(),
            step: 0,
        }
    }
}

impl<E: Environment> Observer<E> for Flat {
    fn on_metrics(&mut self, report: &MetricsReport<'_>) {
        let (steps, seconds) = (report.step - self.step, self.then.elapsed().as_secs_f64());
        println!(
            "{:>10} steps  {:>6.1} MB  {:>6.2} us a step  {:>8.1} steps a game",
            report.step,
            resident_bytes().unwrap_or(f64::NAN) / 1e6,
            1e6 * seconds / steps as f64,
            report.mean_length,
        );
        (self.step, self.then) = (report.step, ThreadTime::now());
    }
}

/// Memory of this process, where the system tells it in `/proc`.
fn resident_bytes() -> Option<f64> {
    let status = read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kilobytes: f64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(1024.0 * kilobytes)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let steps = if timed() { 10_000_000 } else { 5_000 };
    let mut trainer = tetris(sb3_rhythm(), steps, steps / 20);
    let end = trainer.run((Flat::new(), GameRecorder::new(3, 3)))?;
    assert_eq!(end.step, steps);
    println!("{:.0} s in all", end.seconds);
    Ok(())
}
