//! Every example runs, in a short mode, and says what it is for.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The folder of the built examples: beside that of the tests.
fn built() -> PathBuf {
    let test = std::env::current_exe().expect("a path");
    let profile = test
        .ancestors()
        .nth(2)
        .expect("deps lies in a profile's folder");
    profile.join("examples")
}

/// What an example prints in a folder of its own.
#[track_caller]
fn run(folder: &Path, name: &str, args: &[&str]) -> String {
    let mut command = Command::new(built().join(name));
    command.args(args).current_dir(folder).stdin(Stdio::null());
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{name}: {error}"));
    let text = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{name} {args:?}: {text}");
    text.into_owned()
}

#[track_caller]
fn expect(name: &str, args: &[&str], words: &str) {
    let folder = tempfile::tempdir().expect("a folder");
    let text = run(folder.path(), name, args);
    assert!(text.contains(words), "{name}: expected {words:?} in {text}");
}

#[test]
fn each_says_in_its_help_what_it_does_and_what_it_takes() {
    let sources = std::fs::read_dir(env!("CARGO_MANIFEST_DIR")).expect("a folder");
    let mut seen = 0;
    for path in sources.map(|entry| entry.expect("an entry").path()) {
        let is_source = path.extension().is_some_and(|extension| extension == "rs");
        let name = path.file_stem().and_then(|stem| stem.to_str());
        // The one about the page is not built without it.
        let Some(name) = name.filter(|name| is_source && built().join(name).exists()) else {
            continue;
        };
        expect(name, &["--help"], &format!("Usage: {name}"));
        seen += 1;
    }
    assert!(seen >= 12, "examples: {seen}");
}

#[test]
fn engine() {
    expect(
        "perft",
        &["--queue", "IOLJSZT", "--depth", "4"],
        "nodes: 188374",
    );
    expect(
        "perft",
        &["--board", "XX......../X...XXXXXX/XX.XXXXXXX"],
        "I=17 O=9 T=37 L=34 J=35 S=18 Z=17",
    );
    expect("controllers", &["2"], "DT-10");
    // One game has no interval.
    let folder = tempfile::tempdir().expect("a folder");
    let alone = run(folder.path(), "controllers", &["1"]);
    assert!(!alone.contains("NaN"), "{alone}");
    expect("batched", &["1000"], "steps");
    expect("search", &["10"], "lines");
}

#[test]
fn learning() {
    expect(
        "train_dqn",
        &["--seconds", "1", "--max-pieces", "200"],
        "10 greedy games",
    );
    expect("custom_env", &["--steps", "2000"], "0 of 1 seeds");
    expect(
        "custom_observer",
        &["--steps", "2000"],
        "% of the time went into observers",
    );
    expect("custom_reward", &["--steps", "1000"], " games, ");
}

#[test]
fn a_game_becomes_a_picture() {
    let folder = tempfile::tempdir().expect("a folder");
    run(folder.path(), "random_agent", &["20", "random.replay"]);
    let text = run(
        folder.path(),
        "replay_to_png",
        &["random.replay", "last.png"],
    );
    assert!(text.starts_with("1 pictures of "), "{text}");
    let picture = std::fs::read(folder.path().join("last.png")).expect("a picture");
    assert!(picture.starts_with(b"\x89PNG"));
    for file in ["last.png", "none.replay"] {
        let output = Command::new(built().join("replay_to_png"))
            .args([file, "out.png"])
            .current_dir(folder.path())
            .output()
            .expect("it runs");
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && told.contains(file), "{told}");
    }
}

#[test]
fn metrics_become_curves() {
    let folder = tempfile::tempdir().expect("a folder");
    let place = folder.path();
    for (name, lines) in [("first", ["0", "2.5", "40"]), ("second", ["", "7", "100"])] {
        std::fs::create_dir(place.join(name)).expect("a folder");
        let rows = (1..).zip(lines);
        let rows: String = rows
            .map(|(row, lines)| format!("{row}000,{row}.5,{lines},\n"))
            .collect();
        let table = "step,seconds,mean_lines,evaluation\n".to_owned() + &rows;
        std::fs::write(place.join(name).join("metrics.csv"), table).expect("a table");
    }
    for more in [&[][..], &["--log"], &["--x", "seconds"]] {
        let text = run(
            place,
            "learning_curves",
            &[&["first", "second"], more].concat(),
        );
        assert!(text.starts_with("2 curves in curves.svg"), "{text}");
        let picture = std::fs::read_to_string(place.join("curves.svg")).expect("a picture");
        assert!(picture.starts_with("<svg") && picture.contains("second"));
        assert_eq!(
            picture.matches("stroke-width=\"2\"").count(),
            4,
            "two lines, two legends"
        );
    }
    let output = Command::new(built().join("learning_curves"))
        .args(["first", "--y", "evaluation"])
        .current_dir(place)
        .output()
        .expect("it runs");
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success(), "{told}");
    assert!(
        told.contains("no run has a value of evaluation yet"),
        "{told}"
    );
}

#[test]
fn a_network_is_written_for_python() {
    let folder = tempfile::tempdir().expect("a folder");
    run(
        folder.path(),
        "load_in_python",
        &["trained", "--steps", "2000"],
    );
    for file in ["model.safetensors", "model.onnx", "values.csv"] {
        assert!(folder.path().join("trained").join(file).is_file(), "{file}");
    }
    let table = std::fs::read_to_string(folder.path().join("trained/values.csv")).expect("a table");
    assert_eq!(table.lines().count(), 1 + 20);
}

/// In a terminal of its own, which `script` of util-linux makes.
#[cfg(target_os = "linux")]
#[test]
fn a_human_plays() {
    use std::io::Write;

    let folder = tempfile::tempdir().expect("a folder");
    let mut terminal = Command::new("script")
        .args([
            "-qec",
            &format!("{} mine.replay 5", built().join("play").display()),
            "screen.txt",
        ])
        .current_dir(folder.path())
        .env("TERM", "xterm")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .expect("script, of util-linux");
    let keys = terminal.stdin.as_mut().expect("a pipe");
    keys.write_all(b"z  q").expect("keys");
    assert!(terminal.wait().expect("an end").success());
    let screen = std::fs::read(folder.path().join("screen.txt")).expect("a screen");
    let screen = String::from_utf8_lossy(&screen);
    assert!(screen.contains("2 pieces, seed 5"), "{screen}");
    assert!(folder.path().join("mine.replay").is_file());
}

#[test]
fn without_a_terminal_nobody_can_play() {
    let output = Command::new(built().join("play"))
        .stdin(Stdio::null())
        .output()
        .expect("play");
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("playing needs a terminal"));
}
