//! What the dashboard costs the thread that trains, with ten pages that watch ten boards a second: the part of its time
//! that it spends inside the dashboard's hooks, and its processor time with and without the dashboard, in turn.
//!
//!     cargo bench -p benches --bench dashboard

use std::thread;
use std::time::Duration;

use benches::load::{Failure, Target};
use benches::training::{sb3_rhythm, tetris, timed};
use cpu_time::ThreadTime;
use dash_server::dashboard::Dashboard;
use rl_agent::afterstate_dqn::AfterstateDqnConfig;
use rl_agent::control::Control;
use rl_agent::observer::Observer;
use rl_agent::observers::Timed;
use rl_agent::tetris::Tetris;

/// Pages that watch.
const CLIENTS: usize = 10;

fn main() -> Result<(), Failure> {
    let (steps, pairs) = if timed() { (30_000, 20) } else { (2_000, 1) };
    for (name, config) in [
        ("exact expectations", AfterstateDqnConfig::default()),
        ("32 samples every 4 steps", sb3_rhythm()),
    ] {
        let mut observer = Timed::new(watched()?);
        // Ten times as long, so that the many short games of the first second are not most of it.
        train(&config, 10 * steps, &mut observer)?;
        println!(
            "{name}: {:.2} % of the training thread inside the hooks",
            100.0 * observer.share()
        );
        let mut ratios = Vec::new();
        for pair in 0..pairs {
            let with = || train(&config, steps, watched()?);
            let without = || train(&config, steps, ());
            // Whoever comes second finds warmer caches.
            let (with, without) = if pair % 2 == 0 {
                let first = with()?;
                (first, without()?)
            } else {
                let first = without()?;
                (with()?, first)
            };
            ratios.push(with / without);
        }
        ratios.sort_by(f64::total_cmp);
        let percent = |index: usize| 100.0 * (ratios[index] - 1.0);
        println!(
            "  {pairs} pairs with and without: {:+.1} % in the middle, from {:+.1} to {:+.1} %",
            percent(pairs / 2),
            percent(0),
            percent(pairs - 1)
        );
    }
    Ok(())
}

/// A dashboard that ten clients watch until it is dropped.
fn watched() -> Result<Dashboard, Failure> {
    let dashboard = Dashboard::bind(([127, 0, 0, 1], 0).into(), Control::new())?;
    let target = Target::parse(&format!("ws://{}/ws", dashboard.addr()))?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    thread::spawn(move || {
        runtime.block_on(async {
            let mut pages = tokio::task::JoinSet::new();
            for _ in 0..CLIENTS {
                let target = target.clone();
                pages.spawn(async move {
                    let mut socket = target.open().await?;
                    while socket.read_frame().await.is_ok() {}
                    Ok::<_, Failure>(())
                });
            }
            while pages.join_next().await.is_some() {}
        });
    });
    while dashboard.client_count() < CLIENTS {
        thread::sleep(Duration::from_millis(1));
    }
    Ok(dashboard)
}

/// Trains and returns the processor seconds of this thread.
fn train(
    config: &AfterstateDqnConfig,
    steps: u64,
    observer: impl Observer<Tetris>,
) -> Result<f64, Failure> {
    let mut trainer = tetris(config.clone(), steps, 1_000);
    let begin = ThreadTime::now();
    let end = trainer.run(observer)?;
    assert_eq!(end.step, steps);
    Ok(begin.elapsed().as_secs_f64())
}
