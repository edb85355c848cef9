//! How the program talks: help, mistakes, logs, colours, completions.

use std::path::Path;
use std::process::{Command, Stdio};

use super::{SMALL, expect, folder, program, run, train};

#[test]
fn mistakes_have_exit_code_two_and_a_line_that_helps() {
    let place = folder();
    let place = place.path();
    expect(
        &run(place, &["train", "--set", "agent.gama=0.9"]),
        2,
        "did you mean `gamma`?",
    );
    expect(
        &run(place, &["train", "--set", "agent.gamma=9"]),
        2,
        "expected a number in [0, 1]",
    );
    expect(
        &run(place, &["train", "--preset", "slow"]),
        2,
        "[possible values: quick, minutes,",
    );
    expect(
        &run(place, &["train", "--config", "none.toml"]),
        2,
        "none.toml",
    );
    expect(
        &run(place, &["train", "--seed", "18446744073709551616"]),
        2,
        "--seed",
    );
    expect(
        &run(place, &["--addr", "0.0.0.0:0"]),
        2,
        "not a loopback address",
    );
    expect(
        &run(place, &["evaluate", "--controller", "dt10", "--width", "3"]),
        2,
        "width = 3",
    );
    expect(&run(place, &["fly"]), 2, "unrecognized subcommand");
    std::fs::write(place.join("file"), "gama = 1\n").unwrap();
    expect(
        &run(place, &["train", "--steps", "1", "--out", "file/a"]),
        2,
        "the folder file/a cannot be made",
    );
    expect(
        &run(
            place,
            &["serve", "--addr", "127.0.0.1:0", "--out", "file/a"],
        ),
        2,
        "the folder file/a cannot be made",
    );
    let beyond =
        "evaluate --controller bcts --height 8 --games 20 --first-game 18446744073709551615";
    let words: Vec<&str> = beyond.split(' ').collect();
    expect(
        &run(place, &words),
        2,
        "there are no 20 games from --first-game",
    );
    let huge = "agent.buffer_capacity=1000000000000000";
    let keys = [
        "train",
        "--preset",
        "key-press",
        "--set",
        huge,
        "--out",
        "big",
    ];
    expect(&run(place, &keys), 2, "as there is memory for");
    assert!(!place.join("big/config.toml").exists());
    expect(
        &run(place, &["train", "--config", "file"]),
        2,
        "file: there is no `gama`",
    );
    assert!(!place.join("runs").exists(), "nothing was begun");
    expect(&run(place, &["--help"]), 0, "Exit codes:");
    expect(&run(place, &["--version"]), 0, "tetris-dash 0.1.0");
}

#[test]
fn logs_are_json_when_asked_for_and_a_bad_filter_is_named() {
    let place = folder();
    let place = place.path();
    let output = train(
        place,
        &["--steps", "100", "--out", "a", "--log-format", "json"],
    );
    expect(&output, 0, "finished after 100 steps");
    let log = String::from_utf8_lossy(&output.stderr);
    let line = log.lines().next().expect("a line");
    let line: serde_json::Value = serde_json::from_str(line).expect("an object");
    assert_eq!(line["level"], "INFO");
    assert!(line["fields"]["message"].is_string());

    let silent = |out: &str, filter: &str| {
        let mut filtered = program(place, &["train", "--steps", "100", "--out", out]);
        let output = filtered.args(SMALL).env("RUST_LOG", filter).output();
        output.expect("an end").stderr.is_empty()
    };
    assert!(silent("off", "off"));
    assert!(silent("module-off", "info,tetris_dash=off"));
    assert!(!silent("module-on", "off,tetris_dash=info"));

    let mut wrong = program(place, &["train", "--steps", "100", "--out", "c"]);
    let output = wrong.env("RUST_LOG", "a=b=c").output().expect("an end");
    expect(&output, 2, "RUST_LOG is \"a=b=c\", which is no filter");
    assert!(!place.join("c").exists());
}

#[test]
fn the_help_of_every_command_has_examples() {
    let place = folder();
    let help = |args: &[&str]| {
        let output = run(place.path(), &[args, &["--help"]].concat());
        expect(&output, 0, "Usage: tetris-dash");
        String::from_utf8(output.stdout).expect("text")
    };
    let program = help(&[]);
    let commands = program.split("Commands:").nth(1).expect("a list");
    let commands = commands.lines().skip(1).take_while(|line| !line.is_empty());
    let names: Vec<&str> = commands
        .filter_map(|line| line.strip_prefix("  ")?.split(' ').next())
        .filter(|name| !name.is_empty() && *name != "help")
        .collect();
    assert!(names.len() >= 6, "{names:?}");
    for name in names {
        let text = help(&[name]);
        assert!(text.contains(&format!("  tetris-dash {name}")), "{text}");
    }
}

/// What the program writes to a terminal of its own, which `script` of util-linux makes.
#[cfg(target_os = "linux")]
fn in_a_terminal(place: &Path, args: &str, no_color: &str) -> String {
    let line = format!("{} {args}", env!("CARGO_BIN_EXE_tetris-dash"));
    let output = Command::new("script")
        .args(["-qec", &line, "/dev/null"])
        .current_dir(place)
        .env("TERM", "xterm")
        .env("NO_COLOR", no_color)
        .stdin(Stdio::null())
        .output()
        .expect("script, of util-linux");
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).expect("text")
}

#[cfg(target_os = "linux")]
#[test]
fn colours_are_for_terminals_and_no_color_takes_them_away() {
    /// Whether a text sets a colour or a weight: ESC [ numbers m.
    fn is_coloured(text: &str) -> bool {
        let mut codes = text.split("\u{1b}[").skip(1);
        codes.any(|code| {
            code.trim_start_matches(|sign: char| sign.is_ascii_digit() || sign == ';')
                .starts_with('m')
        })
    }
    let place = folder();
    let place = place.path();
    let settings = SMALL.join(" ");
    let train = |out: &str, no_color: &str| {
        let args = format!("train --steps 100 --out {out} {settings}");
        in_a_terminal(place, &args, no_color)
    };
    let (coloured, plain) = (train("a", ""), train("b", "1"));
    assert!(is_coloured(&coloured), "{coloured:?}");
    assert!(!is_coloured(&plain), "{plain:?}");
    // The bar is there all the same.
    assert!(plain.contains("100/100 steps"), "{plain:?}");
    assert!(is_coloured(&in_a_terminal(place, "--help", "")));
    assert!(!is_coloured(&in_a_terminal(place, "--help", "1")));
}

#[test]
fn shells_get_their_completions_even_through_a_pipe_that_closes() {
    let place = folder();
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        expect(&run(place.path(), &["completions", shell]), 0, "evaluate");
    }
    let mut child = program(place.path(), &["completions", "zsh"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program runs");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("an end");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert!(output.status.success());
}

#[cfg(target_os = "linux")]
#[test]
fn results_that_cannot_be_printed_are_a_failure() {
    let place = folder();
    let evaluate = "evaluate --controller bcts --height 8 --games 2 --out a";
    for line in [evaluate, "report .", "completions bash"] {
        let words: Vec<&str> = line.split(' ').collect();
        // A disk that is full.
        let full = std::fs::File::options().write(true).open("/dev/full");
        let output = program(place.path(), &words)
            .stdout(full.expect("a device"))
            .output()
            .expect("the program runs");
        expect(&output, 1, "what was to be printed is lost: No space left");
        // Nobody reads.
        let mut child = program(place.path(), &words)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program runs");
        drop(child.stdout.take());
        let output = child.wait_with_output().expect("an end");
        expect(&output, 0, "");
    }
}
