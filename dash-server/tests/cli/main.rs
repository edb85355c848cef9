//! The program as people run it: exit codes, run folders, signals, results.

mod evaluations;
#[cfg(unix)]
mod interrupted;
mod manners;
mod sweeps;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// Settings under which a run is over soon.
const SMALL: [&str; 12] = [
    "--set",
    "scenario.ceiling=6",
    "--set",
    "agent.learning_starts=64",
    "--set",
    "agent.buffer_capacity=2000",
    "--set",
    "trainer.metrics_every=50",
    "--set",
    "evaluation.games=2",
    "--set",
    "evaluation.max_steps=50",
];

fn program(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tetris-dash"));
    command.current_dir(folder).args(args).stdin(Stdio::null());
    command
}

fn run(folder: &Path, args: &[&str]) -> Output {
    program(folder, args).output().expect("the program runs")
}

fn train(folder: &Path, args: &[&str]) -> Output {
    run(folder, &[&["train"], args, &SMALL[..]].concat())
}

#[track_caller]
fn expect(output: &Output, code: i32, words: &str) {
    let text = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{text}");
    assert!(text.contains(words), "expected {words:?} in {text}");
}

fn folder() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

#[test]
fn a_run_is_trained_evaluated_guarded_and_gone_on_with() {
    let place = folder();
    let place = place.path();
    expect(
        &train(place, &["--steps", "300", "--seed", "1", "--out", "runs/a"]),
        0,
        "finished after 300 steps",
    );
    for file in [
        "config.toml",
        "metrics.csv",
        "model.safetensors",
        "checkpoint.bin",
    ] {
        assert!(place.join("runs/a").join(file).is_file(), "{file}");
    }
    let csv = std::fs::read_to_string(place.join("runs/a/metrics.csv")).expect("a table");
    assert!(csv.starts_with("step,seconds,episodes,"));
    assert_eq!(csv.lines().count(), 1 + 6);

    let model = std::fs::read(place.join("runs/a/model.safetensors")).expect("a model");
    expect(
        &train(place, &["--steps", "300", "--out", "runs/a"]),
        2,
        "holds a run already",
    );
    assert_eq!(
        std::fs::read(place.join("runs/a/model.safetensors")).expect("a model"),
        model,
        "untouched"
    );

    expect(
        &run(place, &["train", "--resume", "runs/a", "--steps", "500"]),
        0,
        "finished after 500 steps",
    );
    let csv = std::fs::read_to_string(place.join("runs/a/metrics.csv")).expect("a table");
    assert_eq!(csv.lines().count(), 1 + 10);

    // The configuration that it left is one that it reads, and the same seed gives the same model.
    let config = [
        "train",
        "--config",
        "runs/a/config.toml",
        "--steps",
        "300",
        "--out",
        "runs/b",
    ];
    expect(&run(place, &config), 0, "finished after 300 steps");
    assert_eq!(
        std::fs::read(place.join("runs/b/config.toml")).ok(),
        std::fs::read(place.join("runs/a/config.toml")).ok()
    );
    expect(
        &train(
            place,
            &[
                "--steps",
                "300",
                "--seed",
                "1",
                "--out",
                "runs/a",
                "--overwrite",
            ],
        ),
        0,
        "finished",
    );
    assert_eq!(
        weights(&place.join("runs/a")),
        weights(&place.join("runs/b"))
    );

    for path in ["runs/a", "runs/a/model.safetensors"] {
        let played = run(
            place,
            &[
                "evaluate",
                "--model",
                path,
                "--games",
                "3",
                "--max-pieces",
                "100",
            ],
        );
        expect(&played, 0, "lines, mean");
    }
    expect(
        &run(place, &["evaluate", "--model", "runs/none"]),
        2,
        "runs/none",
    );
    expect(
        &run(place, &["evaluate", "--model", "runs/a/config.toml"]),
        2,
        "is not a model",
    );
    expect(
        &run(place, &["train", "--resume", "runs/none"]),
        2,
        "there is no config.toml",
    );
    // Without --out the folders are numbered.
    expect(
        &train(place, &["--steps", "50"]),
        0,
        "runs/quick-1: finished",
    );
    expect(
        &train(place, &["--steps", "50"]),
        0,
        "runs/quick-2: finished",
    );
}

/// The tensors of a model: the part of the file after its head, which names the run.
fn weights(run: &Path) -> Vec<u8> {
    let bytes = std::fs::read(run.join("model.safetensors")).expect("a model");
    let head = u64::from_le_bytes(bytes[..8].try_into().expect("eight bytes"));
    bytes[8 + head as usize..].to_vec()
}

#[test]
fn an_address_in_use_is_one_clear_line() {
    let place = folder();
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let addr = taken.local_addr().expect("an address").to_string();
    let output = run(place.path(), &["--addr", &addr]);
    expect(&output, 2, &format!("{addr} is already in use"));
    assert_eq!(String::from_utf8_lossy(&output.stderr).lines().count(), 1);
    assert!(
        !place.path().join("runs").exists(),
        "no training without a page"
    );
}

/// A server as a child process, killed if the test fails.
struct Served {
    child: Child,
    addr: String,
}

impl Served {
    fn start(place: &Path, args: &[&str]) -> Self {
        let mut child = program(place, &[&["--addr", "127.0.0.1:0"], args].concat())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program starts");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("a pipe"))
            .read_line(&mut line)
            .expect("a line");
        let addr = line
            .split("http://")
            .nth(1)
            .and_then(|rest| rest.split('/').next())
            .expect("an address")
            .to_owned();
        Self { child, addr }
    }

    fn get(&self, path: &str) -> String {
        let mut stream = TcpStream::connect(&self.addr).expect("a connection");
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n",
            self.addr
        );
        stream
            .write_all(request.as_bytes())
            .expect("the request is sent");
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).expect("an answer");
        String::from_utf8_lossy(&answer).into_owned()
    }

    #[cfg(unix)]
    fn signal(&self, name: &str) {
        signal(&self.child, name);
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[cfg(unix)]
#[test]
fn a_signal_saves_the_run_frees_the_port_and_ends_well() {
    for signal in ["-INT", "-TERM"] {
        let place = folder();
        let mut served = Served::start(place.path(), &SMALL);
        assert!(served.get("/healthz").contains("200 OK"));
        let metrics = place.path().join("runs/quick-1/metrics.csv");
        wait_for(|| std::fs::read_to_string(&metrics).is_ok_and(|text| text.lines().count() > 3));
        served.signal(signal);
        assert_eq!(
            served.child.wait().expect("it ends").code(),
            Some(0),
            "{signal}"
        );
        TcpListener::bind(&served.addr).expect("the port is free");
        assert!(
            place.path().join("runs/quick-1/checkpoint.bin").is_file(),
            "{signal}"
        );

        let resumed = ["train", "--resume", "runs/quick-1", "--seconds", "0.2"];
        expect(&run(place.path(), &resumed), 0, "time limit reached");
    }
}

#[cfg(unix)]
#[test]
fn an_idle_server_waits_and_a_signal_ends_training_without_a_page_too() {
    let place = folder();
    let mut served = Served::start(place.path(), &["--idle", "--max-connections", "1"]);
    assert!(served.get("/healthz").contains("200 OK"));
    let busy = TcpStream::connect(&served.addr).expect("a connection");
    assert!(served.get("/healthz").contains("503"));
    drop(busy);
    assert!(!place.path().join("runs").exists());
    served.signal("-INT");
    assert_eq!(served.child.wait().expect("it ends").code(), Some(0));

    let child = program(
        place.path(),
        &[&["train", "--out", "a"], &SMALL[..]].concat(),
    )
    .stdout(Stdio::piped())
    .stderr(Stdio::piped())
    .spawn()
    .expect("the program starts");
    let metrics = place.path().join("a/metrics.csv");
    wait_for(|| std::fs::read_to_string(&metrics).is_ok_and(|text| text.lines().count() > 3));
    signal(&child, "-INT");
    let output = child.wait_with_output().expect("it ends");
    expect(&output, 0, "stopped by command");
    expect(&output, 0, "from step 0, until Ctrl-C, which saves it\n");
    assert!(place.path().join("a/checkpoint.bin").is_file());

    let limited = train(place.path(), &["--steps", "100", "--out", "b"]);
    expect(&limited, 0, "from step 0\n");
}

#[cfg(unix)]
fn signal(child: &Child, name: &str) {
    let sent = Command::new("kill")
        .args([name, &child.id().to_string()])
        .status()
        .expect("kill runs");
    assert!(sent.success());
}

fn wait_for(mut holds: impl FnMut() -> bool) {
    let begin = Instant::now();
    while !holds() {
        assert!(
            begin.elapsed() < Duration::from_secs(60),
            "it never happened"
        );
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Its metrics survive whatever happens to the process, and the list of runs tells what happened.
#[cfg(unix)]
#[test]
fn a_run_that_is_killed_keeps_its_metrics() {
    let place = folder();
    let place = place.path();
    let args = [
        &["train", "--steps", "100000000", "--out", "runs/a"][..],
        &SMALL,
    ]
    .concat();
    let mut child = program(place, &args)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program runs");
    let events = place.join("runs/a/events.jsonl");
    let table = place.join("runs/a/metrics.csv");
    let reports = || {
        let text = std::fs::read_to_string(&events).unwrap_or_default();
        text.matches("\"event\":\"metrics\"").count()
    };
    let begin = Instant::now();
    while reports() < 3 {
        assert!(begin.elapsed() < Duration::from_secs(60), "no metrics");
        std::thread::sleep(Duration::from_millis(20));
    }
    let seen = reports();
    let busy = train(place, &["--steps", "100", "--out", "runs/a", "--overwrite"]);
    expect(&busy, 2, "another process trains into runs/a");
    child.kill().expect("SIGKILL");
    child.wait().expect("its end");
    assert!(reports() >= seen);
    let rows = std::fs::read_to_string(&table).expect("a table");
    assert!(rows.lines().count() > seen);

    // What no agent can be made of leaves it all there.
    let huge = "train --steps 100 --preset key-press --set agent.buffer_capacity=1000000000000 --out runs/a --overwrite";
    let words: Vec<&str> = huge.split(' ').collect();
    expect(&run(place, &words), 2, "buffer_capacity");
    assert_eq!(std::fs::read_to_string(&table).expect("a table"), rows);

    // The same folder can be trained into again.
    expect(
        &train(place, &["--steps", "100", "--out", "runs/a", "--overwrite"]),
        0,
        "finished after 100 steps",
    );
}
