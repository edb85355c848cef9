//! Puts a server under load and prints what came of it.
//!
//!     cargo run --release -p benches --example load -- watch --url ws://127.0.0.1:7878/ws --clients 100 --pid PID
//!     cargo run --release -p benches --example load -- malformed --url ws://127.0.0.1:7878/ws
//!     cargo run --release -p benches --example load -- half-open --url ws://127.0.0.1:7878/ws
//!
//! `watch` prints a line of JSON. The others end with an error if the server does not stand what they do to it; it must have
//! been started with limits that let them in (`--max-connections`, `--command-rate`).

use std::process::ExitCode;
use std::time::{Duration, Instant};

use benches::load::report::Report;
use benches::load::{Failure, Flat, Process, Target, half_open, malformed, serve_one, watch};
use clap::{Parser, Subcommand};
use tokio::time::sleep;

/// Time for a server to notice that connections have ended or do not go on.
const HALF_OPEN_TIME: Duration = Duration::from_secs(6);

/// While bad connections pour in, a good client may have to wait this many times longer.
const POURING: u32 = 10;

/// Puts a server under load and prints what came of it.
#[derive(Debug, Parser)]
struct Args {
    #[command(subcommand)]
    attack: Attack,
    /// The WebSocket of the server
    #[arg(long, global = true, default_value = "ws://127.0.0.1:7878/ws", value_parser = Target::parse)]
    url: Target,
    /// The number of the server's process, to look at its time and memory
    #[arg(long, global = true)]
    pid: Option<u32>,
    /// The server's threads of this name do not count
    #[arg(long, global = true, value_name = "THREAD")]
    except: Option<String>,
    /// How long a good client may have to wait, in milliseconds
    #[arg(long, global = true, default_value_t = 100)]
    within: u64,
}

#[derive(Debug, Subcommand)]
enum Attack {
    /// Clients that read, beside clients that do not
    Watch {
        /// Clients that read
        #[arg(long, default_value_t = 100)]
        clients: usize,
        /// Clients that never read
        #[arg(long, default_value_t = 0)]
        stalled: usize,
        /// Seconds before it counts
        #[arg(long, default_value_t = 1.0)]
        warm: f64,
        /// Seconds that count
        #[arg(long, default_value_t = 10.0)]
        seconds: f64,
        /// The type of the messages that are boards
        #[arg(long, default_value = "frame")]
        board: String,
    },
    /// Clients that read, first by themselves, then beside clients that never do and must not harm them
    Stalled {
        /// Clients that read
        #[arg(long, default_value_t = 80)]
        clients: usize,
        /// Clients that never read
        #[arg(long, default_value_t = 20)]
        stalled: usize,
    },
    /// Messages that are none
    Malformed {
        /// How many
        #[arg(long, default_value_t = 1_000_000)]
        messages: u64,
        /// Connections at a time
        #[arg(long, default_value_t = 16)]
        clients: u64,
    },
    /// Connections that begin and do not go on
    HalfOpen {
        /// How many
        #[arg(long, default_value_t = 100_000)]
        connections: usize,
        /// How many of them stay open at a time
        #[arg(long, default_value_t = 5_000)]
        held: usize,
    },
    /// One client, as a page that is opened
    One,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run(Args::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(args: Args) -> Result<(), Failure> {
    let target = args.url;
    let process = args.pid.map(|pid| Process::new(pid, args.except));
    let limit = Duration::from_millis(args.within);
    match args.attack {
        Attack::Watch {
            clients,
            stalled,
            warm,
            seconds,
            board,
        } => {
            let plan = watch::Plan {
                target,
                process,
                clients,
                stalled,
                warm: Duration::from_secs_f64(warm),
                length: Duration::from_secs_f64(seconds),
                grace: Duration::ZERO,
                board,
            };
            print(&watch::watch(&plan).await?)?;
        }
        Attack::Stalled { clients, stalled } => {
            let plan = |stalled| watch::Plan {
                target: target.clone(),
                process: process.clone(),
                clients,
                stalled,
                // They are full after two seconds, and evicted five seconds later.
                warm: Duration::from_secs(3),
                length: Duration::from_secs(3),
                grace: Duration::from_secs(if stalled > 0 { 5 } else { 0 }),
                board: "frame".to_owned(),
            };
            let without = watch::watch(&plan(0)).await?;
            print(&without)?;
            let with = watch::watch(&plan(stalled)).await?;
            print(&with)?;
            with.stands_beside(&without, limit)?;
        }
        Attack::Malformed { messages, clients } => {
            let mut memory = Flat::new(process);
            // The allocator's and the system's own buffers are there after the first of them.
            malformed::send(&target, messages / 10, clients).await?;
            memory.begin();
            let begin = Instant::now();
            let outcome = malformed::send(&target, messages - messages / 10, clients).await?;
            println!("{outcome:?} in {:.1} s", begin.elapsed().as_secs_f64());
            let took = expect_good(&target, limit).await?;
            println!(
                "the next good client waited {:.1} ms",
                1e3 * took.as_secs_f64()
            );
            memory.end()?;
        }
        Attack::HalfOpen { connections, held } => {
            let mut memory = Flat::new(process);
            let begin = Instant::now();
            let (mut slowest, mut next) = (Duration::ZERO, Duration::ZERO);
            // Four times the same, each time to the end: the last two must not cost more than those before.
            for turn in 0..4 {
                let good = async || {
                    slowest = slowest.max(expect_good(&target, POURING * limit).await?);
                    Ok(())
                };
                half_open::open(&target, connections / 4, held, good).await?;
                next = next.max(expect_good(&target, limit).await?);
                sleep(HALF_OPEN_TIME).await;
                if turn == 1 {
                    memory.begin();
                }
            }
            println!(
                "{connections} in {:.1} s; good clients between them waited {:.1} ms at most, the next one after them {:.1} ms",
                begin.elapsed().as_secs_f64(),
                1e3 * slowest.as_secs_f64(),
                1e3 * next.as_secs_f64()
            );
            memory.end()?;
        }
        Attack::One => {
            let served = serve_one(&target).await?;
            let millis = 1e3 * served.took.as_secs_f64();
            println!("{millis:.1} ms, a snapshot of {} bytes", served.snapshot);
        }
    }
    Ok(())
}

fn print(report: &Report) -> Result<(), Failure> {
    println!("{}", serde_json::to_string(report)?);
    Ok(())
}

/// Is served like a page; an error if that takes longer than it may.
async fn expect_good(target: &Target, limit: Duration) -> Result<Duration, Failure> {
    let took = serve_one(target).await?.took;
    if took > limit {
        return Err(format!("a good client waited {took:?}").into());
    }
    Ok(took)
}
