//! Observers ready for use. All of them can be combined: as a tuple, a `Vec` of boxes, inside each other.

mod around;
mod csv_log;
mod every;
mod game_recorder;
mod json_lines;
mod log_table;
#[cfg(feature = "progress")]
mod progress_bar;
mod stop;
#[cfg(feature = "tensorboard")]
mod tensorboard;
#[cfg(feature = "tui")]
mod terminal;

pub(crate) use around::panic_message;
pub use around::{Guarded, Timed};
pub use csv_log::CsvLog;
pub use every::EveryN;
pub use game_recorder::GameRecorder;
pub use json_lines::JsonLines;
pub use log_table::LogTable;
#[cfg(feature = "progress")]
pub use progress_bar::ProgressBar;
pub use stop::Stop;
#[cfg(feature = "tensorboard")]
pub use tensorboard::TensorBoard;
#[cfg(feature = "tui")]
pub use terminal::Terminal;
