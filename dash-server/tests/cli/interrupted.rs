//! What is left, and what is said, when a signal comes first.

use std::path::Path;
use std::process::{Child, Stdio};

use super::{expect, folder, program, signal, wait_for};

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
