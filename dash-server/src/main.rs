//! `tetris-dash`: trains a DQN on Tetris, shows it in the browser while it learns, and measures how well it plays.
#![forbid(unsafe_code)]

mod cli;

fn main() -> std::process::ExitCode {
    cli::main()
}
