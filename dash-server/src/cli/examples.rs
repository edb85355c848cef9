//! What `--help` ends with: command lines to begin with, and what the program answers.

/// Of the program.
pub(super) const PROGRAM: &str = "\
Examples:
  tetris-dash                                           train, and watch it
  tetris-dash --seed 3 --set agent.gamma=0.99           with other settings
  tetris-dash train --seconds 60 --seed 1 --out runs/a  train without a page
  tetris-dash train --resume runs/a --seconds 60        go on with it
  tetris-dash evaluate --model runs/a --games 20        how well it plays
  tetris-dash evaluate --controller dt10 --width 10 --height 10 --games 2000
  tetris-dash sweep sweeps/quick.toml --out runs/quick  many runs
  tetris-dash report runs/quick                         and their table

Exit codes:
  0    done, or stopped by Ctrl-C, SIGTERM or (on Linux) SIGHUP with everything saved
  1    something failed; the last line says what
  2    wrong options or settings, an existing run, or an address in use
  130  a second Ctrl-C: stopped at once

Environment:
  RUST_LOG   what is logged: error, warn, info, debug, trace or module=level
  NO_COLOR   no colours, on a terminal neither";

pub(super) const SERVE: &str = "\
Examples:
  tetris-dash serve --preset small-board --seed 3        other settings and games
  tetris-dash serve --set scenario.environments=9        nine games at a time
  tetris-dash serve --idle --addr 127.0.0.1:0            started from the page
  tetris-dash serve --demo                                games of the model that comes with the program
  tetris-dash serve --isolation process                  a crash spares the page
  tetris-dash serve --allow-remote --addr 0.0.0.0:7878   for other machines
  tetris-dash serve --read-only --host dash.example.org  watched through a proxy";

pub(super) const TRAIN: &str = "\
Examples:
  tetris-dash train --seconds 60 --seed 1 --out runs/a
  tetris-dash train --steps 100000 --set agent.gamma=0.995 --set agent.hidden=[64,64]
  tetris-dash train --config runs/a/config.toml --seed 2  other random numbers
  tetris-dash train --resume runs/a --seconds 60          go on with it

Without --steps and --seconds it trains until Ctrl-C, which saves everything.
The progress bar is for terminals; the metrics are in metrics.csv and
events.jsonl of the run's folder.";

pub(super) const EVALUATE: &str = "\
Examples:
  tetris-dash evaluate --max-pieces 100000   a model that comes with the program
  tetris-dash evaluate --model runs/a --games 100 --max-pieces 100000
  tetris-dash evaluate --controller bcts --height 10 --games 2000
  tetris-dash evaluate --controller bcts --pieces bag7 --hold --max-pieces 10000
  tetris-dash evaluate --model runs/a --games 1000 --out evaluations/a
  tetris-dash evaluate --model runs/a --json | jq .mean_lines";

pub(super) const SWEEP: &str = "\
Examples:
  tetris-dash sweep sweeps/quick.toml --out runs/quick --jobs 2
  tetris-dash sweep sweeps/quick.toml --out runs/quick --list

--list prints a command line for each job, for a scheduler. A job that is done is
not done again, and one that was interrupted goes on. Ctrl-C and SIGTERM reach all
jobs, which save themselves; the exit code is 1 then, for there are results to come.";

pub(super) const REPORT: &str = "\
Example:
  tetris-dash report runs/quick";

pub(super) const COMPLETIONS: &str = "\
Examples:
  tetris-dash completions bash > ~/.local/share/bash-completion/completions/tetris-dash
  tetris-dash completions fish > ~/.config/fish/completions/tetris-dash.fish
  tetris-dash completions zsh > ~/.zfunc/_tetris-dash";
