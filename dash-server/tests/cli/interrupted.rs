//! What is left, and what is said, when a signal comes first.

use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use super::{SMALL, expect, folder, program, run, signal, wait_for};

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
    // The tests themselves may run under nohup, whose children outlive the terminal too.
    let mut closed = Command::new("env");
    closed
        .args(["--default-signal=HUP", env!("CARGO_BIN_EXE_tetris-dash")])
        .args(words("a"))
        .current_dir(place)
        .stdin(Stdio::null());
    let closed = train_on(&mut closed, &place.join("a"));
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

/// A sweep of two jobs at a time that has begun to train, told to end by `told`; what it says in the end. A job that is not
/// told ends all the same, so that a test never hangs.
fn end_sweep(place: &Path, told: impl FnOnce(&Child)) -> Output {
    let plan = "seeds = [1, 2, 3]\nsteps = 100000000\n[[variants]]\nname = \"run\"\n\
        set = [\"scenario.ceiling=6\", \"agent.learning_starts=64\", \"trainer.metrics_every=50\", \
        \"trainer.time_limit=20.0\"]\n\
        [evaluation]\ngames = 2\n";
    std::fs::write(place.join("plan.toml"), plan).expect("a plan");
    let mut command = program(
        place,
        &["sweep", "plan.toml", "--out", "out", "--jobs", "2"],
    );
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    // Of its own, so that a signal to all of them does not reach the tests.
    let sweep = command.process_group(0).spawn().expect("a sweep");
    let rows = |job: &str| {
        let table = std::fs::read_to_string(place.join("out").join(job).join("metrics.csv"));
        table.map_or(0, |text| text.lines().count())
    };
    wait_for(|| rows("run-1") > 3 && rows("run-2") > 3);
    told(&sweep);
    // Its jobs write where it writes: this is over when all of them have ended.
    sweep.wait_with_output().expect("an end")
}

#[test]
fn a_sweep_that_is_told_to_end_tells_its_jobs_and_waits_for_them() {
    // To the sweep alone, and to all of its processes as a terminal does; a job is told twice then, and saves itself.
    type Tell = fn(&Child);
    let alone: Tell = |sweep| signal(sweep, "-TERM");
    let all: Tell = |sweep| {
        let sent = Command::new("kill")
            .args(["-INT", "--", &format!("-{}", sweep.id())])
            .status();
        assert!(sent.expect("kill runs").success());
    };
    for tell in [alone, all] {
        let place = folder();
        let output = end_sweep(place.path(), tell);
        expect(&output, 1, "tetris-dash: stopped before the end");
        let text = String::from_utf8_lossy(&output.stdout);
        assert_eq!(text.matches("stopped by command").count(), 2, "{text}");
        assert!(!text.contains("Table of results"), "{text}");
        let out = place.path().join("out");
        for job in ["run-1", "run-2"] {
            assert!(out.join(job).join("checkpoint.bin").is_file());
        }
        assert!(!out.join("run-3").exists(), "begun after the signal");
    }
}

#[test]
fn a_sweep_whose_evaluation_is_interrupted_has_no_table() {
    let place = folder();
    let place = place.path();
    std::fs::write(place.join("plan.toml"), LONG_EVALUATION).expect("a plan");
    let sweep = start(place, &["sweep", "plan.toml", "--out", "out"]);
    wait_for(|| place.join("out/run-1/evaluation/evaluation.json").exists());
    signal(&sweep, "-TERM");
    let output = sweep.wait_with_output().expect("an end");
    expect(&output, 1, "stopped before the end");
    assert!(!String::from_utf8_lossy(&output.stdout).contains("Table of results"));
}

#[test]
fn an_evaluation_says_how_far_it_is_in_its_own_steps() {
    let place = folder();
    let place = place.path();
    let train = [
        "train",
        "--preset",
        "key-press",
        "--steps",
        "100",
        "--out",
        "a",
    ];
    // The game with keys has no ceiling.
    let trained = run(place, &[&train[..], &SMALL[2..]].concat());
    expect(&trained, 0, "finished after 100 steps");
    for (player, unit) in [("--model a", "keys"), ("--controller dt10", "pieces")] {
        let words = format!("evaluate {player} --games 100000 --out {unit}");
        let words: Vec<&str> = words.split(' ').collect();
        let evaluation = start(place, &words);
        wait_for(|| place.join(unit).join("evaluation.json").exists());
        signal(&evaluation, "-TERM");
        let output = evaluation.wait_with_output().expect("an end");
        expect(&output, 0, &format!(" {unit} so far"));
    }
}
