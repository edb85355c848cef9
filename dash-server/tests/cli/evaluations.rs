//! Evaluations: their results, their folders and the tables made of them.

use super::{SMALL, expect, folder, run, train};

#[test]
fn results_do_not_depend_on_threads() {
    let place = folder();
    let of = |threads: &str, seed: &str| {
        let args = [
            "evaluate",
            "--controller",
            "bcts",
            "--width",
            "8",
            "--height",
            "10",
            "--games",
            "30",
            "--json",
        ];
        let output = run(
            place.path(),
            &[
                &args[..],
                &["--pieces", "bag7", "--threads", threads, "--seed", seed],
            ]
            .concat(),
        );
        expect(&output, 0, "{");
        let mut report: serde_json::Map<String, serde_json::Value> =
            serde_json::from_slice(&output.stdout).expect("one JSON object");
        let mut keys: Vec<_> = report.keys().cloned().collect();
        keys.sort();
        let expected = [
            "ci95_high",
            "ci95_low",
            "cut",
            "deaths",
            "games",
            "lines_per_death",
            "lines_per_death_high",
            "lines_per_death_low",
            "max_lines",
            "mean_lines",
            "median_lines",
            "min_lines",
            "pieces",
            "pieces_per_second",
        ];
        assert_eq!(keys, expected);
        assert!(
            report
                .remove("pieces_per_second")
                .and_then(|speed| speed.as_f64())
                .is_some_and(|speed| speed > 0.0)
        );
        report
    };
    let one = of("1", "4");
    assert_eq!(one["games"], 30);
    assert_eq!(one["deaths"], 30);
    assert_eq!(one["mean_lines"], one["lines_per_death"]);
    assert!(one["min_lines"].as_f64() <= one["median_lines"].as_f64());
    assert!(one["ci95_low"].as_f64() < one["mean_lines"].as_f64());
    assert_eq!(one, of("2", "4"));
    assert_eq!(one, of("7", "4"));
    assert_ne!(one, of("1", "5"));

    let args = [
        "evaluate",
        "--controller",
        "dt10",
        "--games",
        "1",
        "--max-pieces",
        "50",
        "--json",
    ];
    let output = run(place.path(), &args);
    let report: serde_json::Value =
        serde_json::from_slice(&output.stdout).expect("one JSON object");
    assert_eq!(
        (&report["deaths"], &report["pieces"]),
        (&0.into(), &50.into())
    );
    assert!(report["lines_per_death"].is_null() && report["ci95_low"].is_null());
}

#[test]
fn hold_and_preview_are_trained_with_and_evaluated_with() {
    let place = folder();
    let place = place.path();
    let known = [
        "--set",
        "environment.hold=true",
        "--set",
        "environment.preview=2",
    ];
    let args = [&known[..], &["--steps", "300", "--out", "held"]].concat();
    let trained = train(place, &args);
    expect(&trained, 0, "finished after 300 steps");
    expect(&trained, 0, "--model held --hold --preview 2 --max-pieces");
    let evaluate = |more: &[&str]| {
        let args = ["evaluate", "--games", "2", "--max-pieces", "50"];
        run(place, &[&args[..], more].concat())
    };
    let told = "evaluate it with --hold --preview 2";
    expect(&evaluate(&["--model", "held"]), 2, told);
    expect(&evaluate(&["--model", "held", "--hold"]), 2, told);
    let right = ["--model", "held", "--hold", "--preview", "2"];
    expect(&evaluate(&right), 0, "lines, mean");
    expect(&evaluate(&["--hold"]), 2, "name another with --model");
    expect(
        &evaluate(&["--controller", "bcts", "--hold"]),
        0,
        "lines, mean",
    );
}

#[test]
fn every_agent_is_evaluated_by_its_model() {
    let place = folder();
    let place = place.path();
    let evaluate = |more: &[&str]| {
        let args = ["evaluate", "--games", "2", "--max-pieces", "30"];
        run(place, &[&args[..], more].concat())
    };
    for preset in ["raw-board", "key-press"] {
        let args = [
            "train", "--preset", preset, "--steps", "300", "--out", preset,
        ];
        // The game with keys has no ceiling.
        let trained = run(place, &[&args[..], &SMALL[2..]].concat());
        expect(&trained, 0, "finished after 300 steps");
        expect(&evaluate(&["--model", preset]), 0, "lines, mean");
        let more = ["train", "--resume", preset, "--steps", "400"];
        expect(&run(place, &more), 0, "finished after 400 steps");
    }
    let told = "board of another size";
    expect(
        &evaluate(&["--model", "raw-board", "--height", "12"]),
        2,
        told,
    );
    let told = "board of another width";
    expect(
        &evaluate(&["--model", "key-press", "--width", "8"]),
        2,
        told,
    );
    expect(
        &evaluate(&["--model", "key-press", "--hold"]),
        2,
        "without --hold",
    );
}

#[test]
fn an_evaluation_in_a_folder_is_merged_and_not_confused() {
    let place = folder();
    let ask = |games: &str, first: &str, out: &str| {
        let args = ["evaluate", "--controller", "bcts", "--height", "8"];
        let range = ["--games", games, "--first-game", first, "--out", out];
        run(place.path(), &[&args[..], &range].concat())
    };
    let whole = ask("12", "0", "whole");
    expect(&whole, 0, "games                      12");
    expect(&ask("12", "0", "whole"), 0, "games                      12");
    expect(&ask("13", "0", "whole"), 2, "holds another evaluation");
    expect(&ask("5", "0", "parts/a/x"), 0, "games");
    expect(&ask("7", "5", "parts/b/x"), 0, "games");
    let games = |folder: &str| {
        let path = place.path().join(folder).join("games.csv");
        std::fs::read_to_string(path).expect("a table of games")
    };
    let parts = games("parts/a/x") + games("parts/b/x").split_once('\n').expect("a header").1;
    assert_eq!(parts, games("whole"));
    let merged = run(place.path(), &["report", "parts"]);
    expect(&merged, 0, "| a | 10x8 | 12 | 12 |");
    expect(
        &run(place.path(), &["report", "."]),
        0,
        "| 10x8 | 12 | 12 |",
    );
    std::fs::create_dir(place.path().join("empty")).expect("a folder");
    expect(
        &run(place.path(), &["report", "empty"]),
        2,
        "no finished evaluation",
    );
}

#[test]
fn a_table_of_games_that_is_not_whole_is_no_result() {
    let place = folder();
    let place = place.path();
    let words = "evaluate --controller bcts --height 8 --games 4 --first-game 2 --out a/x";
    let words: Vec<&str> = words.split(' ').collect();
    expect(&run(place, &words), 0, "games");
    let path = place.join("a/x/games.csv");
    let whole = std::fs::read_to_string(&path).expect("a table");
    let report = |text: &str| {
        std::fs::write(&path, text).expect("a table");
        run(place, &["report", "."])
    };
    expect(&report(&whole), 0, "| a | 10x8 | 4 | 4 |");
    let rows: Vec<&str> = whole.split_inclusive('\n').collect();
    for (text, expected) in [
        ("", "does not begin with game,lines"),
        (&*rows[1..].concat(), "does not begin with game,lines"),
        (rows[0], "is cut: 0 rows are there of 4"),
        (&*rows[..4].concat(), "is cut: 3 rows are there of 4"),
        (&whole[..whole.len() - 2], "is no table of games"),
        (
            &whole.replacen("\n3,", "\n4,", 1),
            "has game 4 where game 3 is due",
        ),
    ] {
        let refused = report(text);
        expect(&refused, 1, &format!("a/x/games.csv {expected}"));
        assert!(refused.stdout.is_empty(), "{refused:?}");
    }
}
