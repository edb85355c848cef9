//! What can be asked for.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use dash_server::config::preset_names;
use tetris_core::{Controller, ParseControllerError, ParsePiecesError, RandomizerKind};

use super::examples;
use super::limits::LimitArgs;
use super::logging::LogFormat;

/// Trains a DQN on Tetris, shows it in the browser while it learns, and measures how well it plays.
#[derive(Debug, Parser)]
#[command(name = "tetris-dash", version, after_help = examples::PROGRAM, args_conflicts_with_subcommands = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    #[command(flatten)]
    pub(crate) serve: ServeArgs,
    /// How the log on standard error looks
    #[arg(
        long,
        global = true,
        value_name = "FORMAT",
        default_value = "text",
        help_heading = "Logging"
    )]
    pub(crate) log_format: LogFormat,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Serve the page and train (what happens without a command)
    #[command(after_help = examples::SERVE)]
    Serve(ServeArgs),
    /// Train without a page, with a progress bar
    #[command(after_help = examples::TRAIN)]
    Train(TrainArgs),
    /// Play games with a trained model or a hand-weighted controller, and print how well it plays
    #[command(after_help = examples::EVALUATE)]
    Evaluate(EvaluateArgs),
    /// Train and evaluate every variant of a plan with every seed
    #[command(after_help = examples::SWEEP)]
    Sweep(SweepArgs),
    /// Train as the server on the other side of standard input and output says: what `--isolation process` starts
    #[command(hide = true)]
    Work {
        /// The folder of the run
        folder: PathBuf,
    },
    /// Print one table of all evaluations below a folder
    #[command(after_help = examples::REPORT)]
    Report(ReportArgs),
    /// Print the completions of a shell
    #[command(after_help = examples::COMPLETIONS)]
    Completions {
        /// The shell
        shell: Shell,
    },
}

/// What a run is made of.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct RunArgs {
    /// The settings to begin with
    #[arg(
        long,
        value_name = "NAME",
        value_parser = PossibleValuesParser::new(preset_names()),
        default_value = "quick",
        conflicts_with = "config"
    )]
    pub(crate) preset: String,
    /// Settings from a file, such as the config.toml of a run
    #[arg(long, value_name = "FILE.toml")]
    pub(crate) config: Option<PathBuf>,
    /// Change a setting, e.g. agent.gamma=0.99; may be repeated
    #[arg(long, value_name = "KEY=VALUE")]
    pub(crate) set: Vec<String>,
    /// Everything random follows from it
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,
}

/// Where a run trains.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Where {
    /// On a thread of the server
    Thread,
    /// In a process of its own
    Process,
}

#[derive(Debug, clap::Args)]
pub(crate) struct ServeArgs {
    #[command(flatten)]
    pub(crate) run: RunArgs,
    /// Where to listen, port 0 for any free port; other than loopback addresses need --allow-remote
    #[arg(long, value_name = "IP:PORT", default_value = "127.0.0.1:7878")]
    pub(crate) addr: SocketAddr,
    /// The folder in which every run gets a folder of its own
    #[arg(long, value_name = "DIR", default_value = "runs")]
    pub(crate) out: PathBuf,
    /// Wait for a start from the page
    #[arg(long)]
    pub(crate) idle: bool,
    /// Show games of a trained model instead of training: the one of a file or a run's folder, or the one that comes with
    /// the program
    #[arg(long, value_name = "MODEL", num_args = 0..=1, conflicts_with_all = ["preset", "config", "set", "isolation"])]
    pub(crate) demo: Option<Option<PathBuf>>,
    /// Boards a second
    #[arg(long, value_name = "N", default_value_t = 10.0, value_parser = rate)]
    pub(crate) frame_rate: f64,
    /// Messages of numbers for the charts a second
    #[arg(long, value_name = "N", default_value_t = 10.0, value_parser = rate)]
    pub(crate) metrics_rate: f64,
    /// Where a run trains: a process of its own may crash or hang without harm to the page
    #[arg(long, value_name = "WHERE", default_value = "thread")]
    pub(crate) isolation: Where,
    /// Let other machines in, if they know the token in the address that is printed
    #[arg(long)]
    pub(crate) allow_remote: bool,
    /// Answer to this name too, as a proxy needs it; may be repeated
    #[arg(long, value_name = "NAME", value_parser = host)]
    pub(crate) host: Vec<String>,
    /// Let pages watch and not command
    #[arg(long)]
    pub(crate) read_only: bool,
    #[command(flatten)]
    pub(crate) limits: LimitArgs,
}

#[derive(Debug, clap::Args)]
pub(crate) struct TrainArgs {
    #[command(flatten)]
    pub(crate) run: RunArgs,
    /// Stop after this many steps, counted from the beginning of the run
    #[arg(long, value_name = "N")]
    pub(crate) steps: Option<u64>,
    /// Stop after this many seconds
    #[arg(long, value_name = "N", value_parser = seconds)]
    pub(crate) seconds: Option<f64>,
    /// The folder of the run; a numbered one below runs/ if not given
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Replace the run that is in the folder
    #[arg(long)]
    pub(crate) overwrite: bool,
    /// Go on with the run in this folder, with the settings it has
    #[arg(long, value_name = "DIR", conflicts_with_all = ["preset", "config", "set", "seed", "out", "overwrite"])]
    pub(crate) resume: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
pub(crate) struct EvaluateArgs {
    /// The model: a file or the folder of a run; one that comes with the program if not given
    #[arg(long, value_name = "FILE", conflicts_with = "controller")]
    pub(crate) model: Option<PathBuf>,
    /// A hand-weighted player: dellacherie, bcts, dt10 or dt20
    #[arg(long, value_name = "NAME", value_parser = controller)]
    pub(crate) controller: Option<Controller>,
    /// Number of games
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) games: u64,
    /// Number of the first game, so that several machines can play a range each
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) first_game: u64,
    /// The pieces of every game follow from it
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) seed: u64,
    /// Columns
    #[arg(long, value_name = "N", default_value_t = 10)]
    pub(crate) width: u8,
    /// Rows
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub(crate) height: u8,
    #[arg(long, help = format!("How pieces are drawn: {}", RandomizerKind::NAMES.join(", ")))]
    #[arg(value_name = "KIND", default_value = "uniform", value_parser = pieces)]
    pub(crate) pieces: RandomizerKind,
    /// One piece is on hold, to be placed instead of the current one
    #[arg(long)]
    pub(crate) hold: bool,
    /// Pieces after the current one that the player sees
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) preview: u8,
    /// Cut games after this many pieces
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) max_pieces: Option<u64>,
    /// Threads to play on, all cores if not given; the results do not depend on it
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) threads: Option<u16>,
    /// Keep games and state in this folder; the same command goes on after an interruption
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct SweepArgs {
    /// What is trained, in which variants, with which seeds, and how it is judged
    #[arg(value_name = "PLAN.toml")]
    pub(crate) plan: PathBuf,
    /// The folder in which every job gets a folder of its own
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
    /// Do this job only, counted from 0
    #[arg(long, value_name = "N")]
    pub(crate) job: Option<usize>,
    /// Print the command line of each job and do nothing
    #[arg(long, conflicts_with = "job")]
    pub(crate) list: bool,
    /// Jobs at a time, each in a process of its own
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) jobs: u16,
    /// Threads of an evaluation, all cores if not given
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) threads: Option<u16>,
}

#[derive(Debug, clap::Args)]
pub(crate) struct ReportArgs {
    /// A folder with evaluations, such as the --out of a sweep
    #[arg(value_name = "DIR")]
    pub(crate) folder: PathBuf,
}

fn controller(name: &str) -> Result<Controller, ParseControllerError> {
    name.parse()
}

fn pieces(kind: &str) -> Result<RandomizerKind, ParsePiecesError> {
    kind.parse()
}

/// A name as it stands in a Host header, without a port.
fn host(name: &str) -> Result<String, String> {
    let fits = |sign: char| sign.is_ascii_alphanumeric() || "-._".contains(sign);
    if !name.is_empty() && name.chars().all(fits) {
        Ok(name.to_owned())
    } else {
        Err("a name like dash.example.org is expected, without http:// and port".to_owned())
    }
}

fn rate(text: &str) -> Result<f64, String> {
    let rate: f64 = text
        .parse()
        .map_err(|_| "a number is expected".to_owned())?;
    if (0.1..=1000.0).contains(&rate) {
        Ok(rate)
    } else {
        Err("a number in 0.1..=1000 is expected".to_owned())
    }
}

fn seconds(text: &str) -> Result<f64, String> {
    let seconds: f64 = text
        .parse()
        .map_err(|_| "a number is expected".to_owned())?;
    if seconds.is_finite() && seconds > 0.0 {
        Ok(seconds)
    } else {
        Err("a number above 0 is expected".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_options_hold_together() {
        Args::command().debug_assert();
    }

    #[test]
    fn serving_is_what_happens_without_a_command() {
        let args = Args::try_parse_from(["tetris-dash", "--idle", "--seed", "3"]).unwrap();
        assert!(args.command.is_none() && args.serve.idle);
        assert_eq!(args.serve.run.seed, Some(3));
        let args = Args::try_parse_from(["tetris-dash", "serve", "--addr", "127.0.0.1:0"]).unwrap();
        assert!(matches!(args.command, Some(Command::Serve(serve)) if serve.addr.port() == 0));
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        for line in [
            "--preset quick --config a.toml",
            "--preset slow",
            "--frame-rate 0",
            "--frame-rate nan",
            "--metrics-rate 0",
            "--addr localhost",
            "--host http://dash.example.org",
            "--host dash.example.org:443",
            "--max-connections 0",
            "train --seconds -1",
            "train --resume runs/a --seed 2",
            "train --resume runs/a --overwrite",
            "evaluate --games 0",
            "evaluate --controller best",
            "evaluate --controller bcts --model a",
            "evaluate --controller bcts --games 0",
            "evaluate --controller bcts --pieces random",
        ] {
            let words = std::iter::once("tetris-dash").chain(line.split(' '));
            assert!(Args::try_parse_from(words).is_err(), "{line}");
        }
    }
}
