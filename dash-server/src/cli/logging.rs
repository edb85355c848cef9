//! What the program says about its own work, on standard error.

use std::env;
use std::io::{self, IsTerminal};

use clap::ValueEnum;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::fmt;

use super::Failure;

/// How a line of the log looks.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum LogFormat {
    /// For people
    Text,
    /// One JSON object a line, for programs
    Json,
}

/// Sends the log to standard error, filtered by `RUST_LOG`, in colours only on a terminal and unless `NO_COLOR` is set.
///
/// # Errors
/// When `RUST_LOG` is no filter.
pub(crate) fn start(format: LogFormat) -> Result<(), Failure> {
    let filter = match env::var("RUST_LOG") {
        Ok(text) if !text.is_empty() => EnvFilter::try_new(&text).map_err(|error| {
            Failure::usage(format!(
                "RUST_LOG is {text:?}, which is no filter ({error}); expected a level (error, warn, info, debug, \
                 trace) or module=level, separated by commas"
            ))
        })?,
        _ => EnvFilter::new("info"),
    };
    let colours =
        io::stderr().is_terminal() && env::var_os("NO_COLOR").is_none_or(|set| set.is_empty());
    let log = fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .with_ansi(colours)
        .with_target(false);
    match format {
        LogFormat::Text => log.init(),
        LogFormat::Json => log.json().init(),
    }
    Ok(())
}
