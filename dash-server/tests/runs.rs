//! The runs of the output folder: their list, their files, and what is told of them.

mod common;

use std::collections::BTreeMap;
use std::path::PathBuf;

use common::{Client, TestServer, wait_until};
use dash_server::launch::StartRequest;
use dash_server::protocol::{
    Command, ErrorCode, GameFile, GameInfo, RunChanges, RunEntry, RunHistory, RunState,
    ServerMessage, State,
};
use dash_server::run::DemoLauncher;
use dash_server::session::{Session, SessionSettings};
use dash_server::{Access, Limits};

/// Status, headers in lower case, and body.
fn get(server: &TestServer, path: &str) -> (u16, BTreeMap<String, String>, Vec<u8>) {
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n",
        server.addr
    );
    let answer = server.exchange(request.as_bytes());
    let end = answer
        .windows(4)
        .position(|part| part == b"\r\n\r\n")
        .expect("a head");
    let head = String::from_utf8_lossy(&answer[..end]).into_owned();
    let status = head
        .split(' ')
        .nth(1)
        .and_then(|code| code.parse().ok())
        .expect("a status");
    let headers = head
        .lines()
        .skip(1)
        .filter_map(|line| line.split_once(": "));
    let headers = headers
        .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
        .collect();
    (status, headers, answer[end + 4..].to_vec())
}

/// A server with a run that has ended, and the name of that run.
fn with_run() -> (TestServer, String) {
    let server = TestServer::new();
    let config = "[trainer]\ntotal_steps = 400\nevaluate_every = 200"
        .parse()
        .expect("valid TOML");
    let request = StartRequest {
        config: Some(config),
        ..StartRequest::default()
    };
    let mut client = server.connect();
    server.session.start(request).expect("a run");
    let end = client.wait_for_state(State::Stopped);
    (server, end.run.expect("a name"))
}

#[test]
fn a_run_is_listed_and_its_files_can_be_downloaded() {
    let (server, name) = with_run();
    let (status, headers, body) = get(&server, "/api/runs");
    assert_eq!(
        (status, headers["content-type"].as_str()),
        (200, "application/json")
    );
    let runs: Vec<RunEntry> = serde_json::from_slice(&body).expect("a list");
    let [run] = runs.as_slice() else {
        panic!("{runs:?}")
    };
    assert_eq!(
        (&run.name, run.state, run.step),
        (&name, RunState::Ended, 400)
    );
    for (file, kind) in [
        ("config.toml", "application/toml"),
        ("metrics.csv", "text/csv; charset=utf-8"),
        ("events.jsonl", "application/x-ndjson"),
        ("model.safetensors", "application/octet-stream"),
        ("checkpoint.bin", "application/octet-stream"),
    ] {
        let (status, headers, body) = get(&server, &format!("/api/runs/{name}/{file}"));
        assert_eq!(
            (status, headers["content-type"].as_str()),
            (200, kind),
            "{file}"
        );
        assert_eq!(body.len() as u64, run.files[file], "{file}");
        assert_eq!(
            body,
            std::fs::read(server.runs.join(&name).join(file)).expect("the file"),
            "{file}"
        );
        assert_eq!(
            headers["content-disposition"],
            format!("attachment; filename=\"{name}-{file}\"")
        );
        assert_eq!(headers["x-content-type-options"], "nosniff");
    }
    let (status, _, body) = get(&server, &format!("/api/runs/{name}/history"));
    assert_eq!(status, 200);
    let history: RunHistory = rmp_serde::from_slice(&body).expect("a history");
    assert_eq!((history.summaries.rows, history.evaluations.rows), (4, 2));
    assert!(
        history
            .config
            .is_some_and(|config| config.contains_key("agent"))
    );
    let (_, _, body) = get(
        &server,
        &format!("/api/runs/{name}/history?from={}", history.next),
    );
    let rest: RunHistory = rmp_serde::from_slice(&body).expect("a history");
    assert_eq!((rest.summaries.rows, rest.config), (0, None));
}

#[test]
fn the_games_of_the_run_can_be_downloaded() {
    let (server, name) = with_run();
    let (status, headers, body) = get(&server, &format!("/api/runs/{name}/games"));
    assert_eq!(
        (status, &*headers["content-type"]),
        (200, "application/json")
    );
    let games: Vec<GameInfo> = serde_json::from_slice(&body).expect("a list");
    assert!(games.len() > 2, "{games:?}");
    for info in games {
        let path = format!("/api/runs/{name}/games/{}", info.game);
        let (status, headers, body) = get(&server, &path);
        assert_eq!(
            (status, &*headers["content-type"]),
            (200, "application/vnd.msgpack")
        );
        let file = format!("filename=\"{name}-game-{}.tetris\"", info.game);
        assert!(
            headers["content-disposition"].ends_with(&file),
            "{headers:?}"
        );
        let game: GameFile = rmp_serde::from_slice(&body).expect("a game");
        assert_eq!((&*game.format, game.version), ("tetris-dash game", 1));
        assert_eq!(game.over, info.episode.is_some());
        assert!(game.config.is_some());
        let moves: usize = game.blocks.iter().map(|block| block.moves.len()).sum();
        assert_eq!(moves as u64, info.pieces - info.first);
    }
    for path in [
        "x/games",
        "x/games/0",
        &format!("{name}/games/999999"),
        &format!("{name}/games/x"),
    ] {
        assert_eq!(get(&server, &format!("/api/runs/{path}")).0, 404, "{path}");
    }
}

#[test]
fn nothing_outside_the_runs_is_served() {
    let (server, name) = with_run();
    std::fs::write(server.runs.join("secret.txt"), "top secret").expect("a file");
    std::fs::write(server.runs.join(&name).join("other.txt"), "top secret").expect("a file");
    #[cfg(unix)]
    std::os::unix::fs::symlink("../secret.txt", server.runs.join(&name).join("note.txt"))
        .expect("a link");
    let mut client = server.connect();
    let run = client.wait_for("the run", |message| match message {
        ServerMessage::Snapshot(snapshot) => snapshot.runs?.into_iter().next(),
        ServerMessage::Runs(runs) => runs.body.changed.into_iter().next(),
        _ => None,
    });
    assert_eq!((&run.name, &*run.note), (&name, ""));
    let (status, _, body) = get(&server, "/api/runs");
    assert_eq!(status, 200);
    assert!(!String::from_utf8_lossy(&body).contains("top secret"));
    for path in [
        "/api/runs/secret.txt",
        "/api/runs/nobody/config.toml",
        "/api/runs/../runs/config.toml",
        "/api/runs/%2e%2e/secret.txt",
        "/api/runs/..%2fruns/config.toml",
        "/api/runs/.%00/config.toml",
        "/api/runs/%ff/config.toml",
        &format!("/api/runs/{name}"),
        &format!("/api/runs/{name}/"),
        &format!("/api/runs/{name}/other.txt"),
        &format!("/api/runs/{name}/note.txt"),
        &format!("/api/runs/{name}/..%2f..%2fsecret.txt"),
        &format!("/api/runs/{name}/config.toml/x"),
        &format!("/api/runs//{name}/config.toml"),
        "/api/runsx",
    ] {
        let (status, _, body) = get(&server, path);
        assert_eq!(status, 404, "{path}");
        assert!(
            !String::from_utf8_lossy(&body).contains("top secret"),
            "{path}"
        );
    }
    let (status, ..) = get(&server, &format!("/api/runs/{name}/history?from=-1"));
    assert_eq!(status, 400);
}

#[test]
fn pages_hear_of_runs_and_notes() {
    let (server, name) = with_run();
    let mut client = server.connect();
    let told = |message: ServerMessage| match message {
        ServerMessage::Snapshot(snapshot) => snapshot
            .runs?
            .into_iter()
            .find(|run| run.state == RunState::Ended),
        ServerMessage::Runs(runs) => runs
            .body
            .changed
            .into_iter()
            .find(|run| run.state == RunState::Ended),
        _ => None,
    };
    assert_eq!(client.wait_for("the run", told).name, name);
    let note = |run: &str, text: &str| Command::Note {
        run: run.to_owned(),
        text: text.to_owned(),
    };
    client.obeyed(note(&name, "good"));
    let run = client.wait_for("the note", told);
    assert_eq!(
        (run.name.as_str(), run.note.as_str()),
        (name.as_str(), "good")
    );
    assert_eq!(
        std::fs::read(server.runs.join(&name).join("note.txt")).expect("a note"),
        b"good"
    );
    assert_eq!(client.refused(note("../x", "bad")).0, ErrorCode::UnknownRun);
    assert_eq!(
        client.refused(note(&name, &"x".repeat(5000))).0,
        ErrorCode::InvalidConfig
    );

    std::fs::remove_dir_all(server.runs.join(&name)).expect("the run goes away");
    client.wait_for("the run is gone", |message| match message {
        ServerMessage::Runs(runs) if runs.body.removed.contains(&name) => Some(()),
        _ => None,
    });
}

#[test]
fn nobody_writes_a_note_on_a_server_that_takes_no_commands() {
    let settings = SessionSettings {
        read_only: true,
        ..SessionSettings::default()
    };
    let server = TestServer::with(settings, Limits::default());
    let note = Command::Note {
        run: "a".to_owned(),
        text: "b".to_owned(),
    };
    assert_eq!(server.connect().refused(note).0, ErrorCode::ReadOnly);
}

/// A server that shows the runs of a folder, if any, and trains none itself.
fn watching(runs: Option<PathBuf>) -> TestServer {
    let settings = SessionSettings {
        runs: runs.clone(),
        ..SessionSettings::default()
    };
    let session = Session::new(DemoLauncher::default(), settings);
    TestServer::of(
        session,
        runs.unwrap_or_default(),
        Limits::default(),
        Access::local(),
    )
}

/// What the next snapshot says about runs.
fn first_runs(client: &mut Client) -> Option<Vec<RunEntry>> {
    client.wait_for("a snapshot", |message| match message {
        ServerMessage::Snapshot(snapshot) => Some(snapshot.runs),
        _ => None,
    })
}

#[test]
fn the_first_page_of_a_server_is_told_the_runs_at_once() {
    let (server, name) = with_run();
    let fresh = watching(Some(server.runs.clone()));
    let runs = first_runs(&mut fresh.connect()).expect("the folder was looked at");
    let names: Vec<&str> = runs.iter().map(|run| &*run.name).collect();
    assert_eq!(names, [name]);
}

#[test]
fn a_page_is_told_of_no_runs_only_where_it_is_known_that_there_are_none() {
    let place = tempfile::tempdir().expect("a folder");
    let runs = place.path().join("runs");
    let told = |runs| first_runs(&mut watching(runs).connect());
    assert_eq!(told(None), Some(vec![]), "no folder");
    assert_eq!(told(Some(runs.clone())), Some(vec![]), "none yet");

    // What cannot be read has not been looked at.
    std::fs::write(&runs, "no folder").expect("a file");
    let server = watching(Some(runs.clone()));
    let mut client = server.connect();
    assert_eq!(first_runs(&mut client), None);
    std::fs::remove_file(&runs).expect("it goes away");
    std::fs::create_dir(&runs).expect("a folder");
    let all = client.wait_for("the first look", |message| match message {
        ServerMessage::Runs(runs) => Some(runs.body),
        _ => None,
    });
    assert_eq!(all, RunChanges::default());
}

#[test]
fn a_run_that_has_ended_goes_on_with_its_curves() {
    let (server, name) = with_run();
    let mut client = server.connect();
    let go_on = |run: &str| Command::GoOn {
        run: run.to_owned(),
    };
    for stranger in ["none-1", "..", "", "/etc"] {
        let (code, message) = client.refused(go_on(stranger));
        assert_eq!(code, ErrorCode::UnknownRun, "{message}");
    }
    client.obeyed(go_on(&name));
    assert_eq!(client.refused(go_on(&name)).0, ErrorCode::AlreadyRunning);
    wait_until("it is further than it was", || {
        server.session.status().step > 600
    });
    client.obeyed(Command::Stop);
    let end = client.wait_for_state(State::Stopped);
    assert_eq!(end.run.as_ref(), Some(&name));
    client.command(Command::Snapshot);
    let snapshot = client.wait_for("a snapshot", |message| match message {
        ServerMessage::Snapshot(snapshot) => Some(snapshot),
        _ => None,
    });
    for (table, what) in [
        (&snapshot.episodes, "episodes"),
        (&snapshot.summaries, "summaries"),
        (&snapshot.evaluations, "evaluations"),
    ] {
        let steps = table.column("step").expect("steps");
        assert!(steps[0] <= 200.0, "{what} begin at {}", steps[0]);
        assert!(steps.is_sorted(), "{what}");
        let seconds = table.column("seconds").expect("seconds");
        assert!(seconds.is_sorted(), "{what}: {seconds:?}");
    }
    let games = snapshot.episodes.column("episode").expect("numbers");
    assert!(games.is_sorted_by(|one, next| one + 1.0 == *next));

    std::fs::remove_file(server.runs.join(&name).join("checkpoint.bin")).expect("a checkpoint");
    let (code, message) = client.refused(go_on(&name));
    assert_eq!(code, ErrorCode::UnknownRun);
    assert!(message.contains("checkpoint.bin"), "{message}");
}
