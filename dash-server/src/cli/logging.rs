//! What the program says about its own work, on standard error.

use std::env;
use std::io::{self, IsTerminal};

use clap::ValueEnum;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{fmt, registry};

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
        Ok(text) if !text.is_empty() => text.parse::<Targets>().map_err(|error| {
            Failure::usage(format!(
                "RUST_LOG is {text:?}, which is no filter ({error}); expected a level (error, warn, info, debug, \
                 trace) or module=level, separated by commas"
            ))
        })?,
        _ => Targets::new().with_default(LevelFilter::INFO),
    };
    let colours =
        io::stderr().is_terminal() && env::var_os("NO_COLOR").is_none_or(|set| set.is_empty());
    let log = fmt::layer()
        .with_writer(io::stderr)
        .with_ansi(colours)
        .with_target(false);
    match format {
        LogFormat::Text => registry().with(filter).with(log).init(),
        LogFormat::Json => registry().with(filter).with(log.json()).init(),
    }
    Ok(())
}
