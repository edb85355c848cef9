//! What is left, and what is said, when a signal comes first.

use std::path::Path;
use std::process::{Child, Command, Stdio};

use super::{SMALL, expect, folder, program, signal, wait_for};

/// A program whose output is kept.
fn start(place: &Path, args: &[&str]) -> Child {
    let mut command = program(place, args);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().expect("the program starts")
}

/// A plan whose training is over at once and whose evaluation lasts.
const LONG_EVALUATION: &str = "seeds = [1]\nsteps = 100\n[evaluation]\ngames = 100000\n";

#[test]
fn an_interrupted_evaluation_is_no_result() {
    let place = folder();
    let place = place.path();
    std::fs::write(place.join("plan.toml"), LONG_EVALUATION).expect("a plan");
    let job = start(place, &["sweep", "plan.toml", "--out", "out", "--job", "0"]);
    wait_for(|| place.join("out/run-1/evaluation/evaluation.json").exists());
    signal(&job, "-TERM");
    let output = job.wait_with_output().expect("an end");
    expect(&output, 1, "stopped before the end");
    assert!(!place.join("out/run-1/evaluation/games.csv").exists());

    // Of a person's own evaluation it is what was asked for, and no word of it is among the results.
    let endless = "evaluate --controller dt10 --json --out alone";
    let words: Vec<&str> = endless.split(' ').collect();
    let alone = start(place, &words);
    wait_for(|| place.join("alone/evaluation.json").exists());
    signal(&alone, "-TERM");
    let output = alone.wait_with_output().expect("an end");
    expect(&output, 0, "interrupted, with everything saved");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "");
}

/// Trains without an end; returns once there is something to lose.
#[cfg(target_os = "linux")]
fn train_on(command: &mut Command, folder: &Path) -> Child {
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command.spawn().expect("the program starts");
    let metrics = folder.join("metrics.csv");
    wait_for(|| std::fs::read_to_string(&metrics).is_ok_and(|text| text.lines().count() > 3));
    child
}

#[cfg(target_os = "linux")]
#[test]
fn a_terminal_that_is_closed_saves_the_run_and_one_that_is_to_be_outlived_is_outlived() {
    let place = folder();
    let place = place.path();
    let words = |out: &'static str| [&["train", "--out", out], &SMALL[..]].concat();
    let closed = train_on(&mut program(place, &words("a")), &place.join("a"));
    signal(&closed, "-HUP");
    let output = closed.wait_with_output().expect("an end");
    expect(&output, 0, "stopped by command");
    assert!(place.join("a/checkpoint.bin").is_file());

    // As by nohup.
    let mut outliving = Command::new("sh");
    outliving
        .args(["-c", "trap '' HUP; exec \"$0\" \"$@\""])
        .arg(env!("CARGO_BIN_EXE_tetris-dash"))
        .args(words("b"))
        .current_dir(place)
        .stdin(Stdio::null());
    let mut outliving = train_on(&mut outliving, &place.join("b"));
    signal(&outliving, "-HUP");
    let metrics = || std::fs::read_to_string(place.join("b/metrics.csv")).expect("a table");
    let before = metrics().lines().count();
    wait_for(|| metrics().lines().count() > before + 10);
    assert!(outliving.try_wait().expect("a state").is_none());
    signal(&outliving, "-TERM");
    let output = outliving.wait_with_output().expect("an end");
    expect(&output, 0, "stopped by command");
}
