//! Observers ready for use.

mod csv_log;
#[cfg(feature = "progress")]
mod progress_bar;

pub use csv_log::CsvLog;
#[cfg(feature = "progress")]
pub use progress_bar::ProgressBar;
