//! The command line.

mod args;
mod evaluate;
mod examples;
mod limits;
mod logging;
mod report;
mod results;
mod serve;
mod shell;
mod signals;
mod sweep;
mod train;
mod work;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::{CommandFactory, Parser};
use dash_server::config::{self, RunConfig, RunConfigError};
use dash_server::protocol::ConfigMap;

use args::{Args, Command, RunArgs};

/// Why the program ends without having done what it was asked for, and with which exit code.
#[derive(Debug)]
pub(crate) struct Failure {
    code: u8,
    message: String,
}

impl Failure {
    /// Something went wrong.
    pub(crate) fn failed(message: impl ToString) -> Self {
        Self {
            code: 1,
            message: message.to_string(),
        }
    }

    /// It was asked for something that cannot be: the answer is to ask for something else.
    pub(crate) fn usage(message: impl ToString) -> Self {
        Self {
            code: 2,
            message: message.to_string(),
        }
    }
}

impl From<RunConfigError> for Failure {
    fn from(error: RunConfigError) -> Self {
        Self::usage(error)
    }
}

pub(crate) fn main() -> ExitCode {
    let args = Args::parse();
    let done = logging::start(args.log_format).and_then(|()| run(args));
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure { code, message }) => {
            hint(&format!("tetris-dash: {message}"));
            ExitCode::from(code)
        }
    }
}

fn run(args: Args) -> Result<(), Failure> {
    match args.command {
        Some(Command::Train(train)) => train::run(&train),
        Some(Command::Evaluate(evaluate)) => evaluate::run(&evaluate).map(drop),
        Some(Command::Sweep(sweep)) => sweep::run(&sweep),
        Some(Command::Report(report)) => report::run(&report),
        Some(Command::Serve(serve)) => serve::run(&serve),
        Some(Command::Work { folder }) => work::run(folder),
        Some(Command::Completions { shell }) => {
            let mut program = Args::command();
            let name = program.get_name().to_owned();
            // First as a whole into memory, for the generator panics when nobody reads it to the end.
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut program, name, &mut script);
            print(&script)
        }
        None => serve::run(&args.serve),
    }
}

/// Prints a line of results.
pub(crate) fn say(line: &str) -> Result<(), Failure> {
    print(format!("{line}\n").as_bytes())
}

/// Prints results. That nobody reads them to the end is no failure; that they cannot be kept, as on a full disk, is one.
fn print(text: &[u8]) -> Result<(), Failure> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(text).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Failure::failed(format!(
            "what was to be printed is lost: {error}"
        ))),
        _ => Ok(()),
    }
}

/// Tells people something that is no result.
pub(crate) fn hint(line: &str) {
    let _ = writeln!(io::stderr(), "{line}");
}

impl RunArgs {
    /// What the run is called, and the tables that its options describe.
    fn tables(&self) -> Result<(String, ConfigMap), RunConfigError> {
        let (name, mut tables) = match &self.config {
            Some(path) => {
                let stem = path
                    .file_stem()
                    .map_or("run".into(), |stem| stem.to_string_lossy());
                (stem.into_owned(), config::read(path)?)
            }
            None => (self.preset.clone(), config::preset(&self.preset)?),
        };
        for text in &self.set {
            config::overlay(&mut tables, &config::parse_override(text)?);
        }
        if let Some(seed) = self.seed {
            let mut config = RunConfig::from_tables(&tables)?;
            config.trainer.seed = seed;
            tables = config.tables();
        }
        // Mistakes come to light before anything starts.
        RunConfig::from_tables(&tables)?;
        Ok((name, tables))
    }
}
