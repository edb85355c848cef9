//! The process of a run that is isolated from the server.

use std::io::{self, IsTerminal};
use std::path::PathBuf;

use dash_server::isolation;
use dash_server::run::RunFolder;

use super::Failure;

pub(super) fn run(folder: PathBuf) -> Result<(), Failure> {
    if io::stdin().is_terminal() {
        return Err(Failure::usage(
            "this is what `serve --isolation process` starts for itself; to train without a page there is `train`",
        ));
    }
    isolation::work(RunFolder::existing(folder), io::stdin(), io::stdout())
        .map_err(|error| Failure::failed(format!("the server is gone: {error}")))
}
