//! Training in a process of its own: the same for those who watch, and no harm to the server whatever happens in it.
#![cfg(target_os = "linux")]

mod common;

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command as Program, Stdio};
use std::time::{Duration, Instant};

use common::{Client, PATIENCE, TestServer, wait_until};
use dash_server::isolation::{Isolation, Worker};
use dash_server::protocol::{Command, Frame, ServerMessage, State};
use dash_server::session::SessionSettings;
use dash_server::{Access, Limits};

const PROGRAM: &str = env!("CARGO_BIN_EXE_tetris-dash");

fn worker(program: &str) -> Isolation {
    Isolation::Process(Worker {
        program: program.into(),
        arguments: vec!["work".into()],
    })
}

fn server(program: &str) -> TestServer {
    let settings = SessionSettings {
        frame_rate: 50.0,
        stop_timeout: Duration::from_millis(500),
        ..SessionSettings::default()
    };
    TestServer::isolated(
        settings,
        Limits::default(),
        Access::local(),
        worker(program),
    )
}

fn start(client: &mut Client, config: Option<&str>) -> String {
    client.obeyed(Command::Start {
        preset: None,
        config: config.map(|text| text.parse().expect("valid TOML")),
        seed: Some(7),
    });
    client.wait_for_state(State::Running).run.expect("a name")
}

fn frame(client: &mut Client) -> Frame {
    client.wait_for("a board", |message| match message {
        ServerMessage::Frame(frame) => Some(frame.body),
        _ => None,
    })
}

/// The processes that another one has started and that have not ended.
fn children(parent: u32) -> Vec<u32> {
    let stat = |id: u32| fs::read_to_string(format!("/proc/{id}/stat"));
    let all = fs::read_dir("/proc").expect("processes");
    let ids = all.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    ids.filter(|&id| {
        // After the name in brackets, which may hold anything: the state and the parent.
        let words = stat(id).unwrap_or_default();
        let mut words = words
            .rsplit(')')
            .next()
            .unwrap_or_default()
            .split(' ')
            .skip(1);
        words.next() != Some("Z") && words.next() == Some(&parent.to_string())
    })
    .collect()
}

fn is_there(id: u32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
    stat.rsplit(')')
        .next()
        .is_some_and(|rest| !rest.is_empty() && !rest.starts_with(" Z"))
}

fn signal(name: &str, id: u32) {
    let sent = Program::new("kill").args([name, &id.to_string()]).status();
    assert!(sent.expect("kill").success(), "{name} {id}");
}

/// The process that trains into a folder.
fn trainer(folder: &Path) -> u32 {
    let name = folder.as_os_str().as_encoded_bytes();
    let is_it = |id: &u32| {
        let line = fs::read(format!("/proc/{id}/cmdline")).unwrap_or_default();
        line.split(|&byte| byte == 0).any(|word| word == name)
    };
    let ids = children(std::process::id()).into_iter().find(is_it);
    ids.expect("a process for the run")
}

/// Rows of a run's table without what is of the clock.
fn metrics(folder: &Path) -> Vec<String> {
    let text = fs::read_to_string(folder.join("metrics.csv")).expect("metrics");
    let timeless = |line: &str| {
        let cells = line.split(',').enumerate();
        let cells = cells.filter(|(index, _)| ![1, 4].contains(index));
        cells.map(|(_, cell)| cell.to_owned() + ",").collect()
    };
    text.lines().map(timeless).collect()
}

#[test]
fn it_looks_the_same_and_learns_the_same() {
    let (mut apart, mut together) = (server(PROGRAM), TestServer::new());
    let short = "trainer.total_steps = 6000";
    let run = |server: &mut TestServer| {
        let mut client = server.connect();
        let name = start(&mut client, Some(short));
        let mut seen = (0, 0, 0);
        let status = loop {
            match client.read() {
                ServerMessage::Status(status) if !status.body.state.is_active() => {
                    break status.body;
                }
                ServerMessage::Frame(_) => seen.0 += 1,
                ServerMessage::Metrics(metrics) => {
                    seen.1 += metrics.body.episodes.map_or(0, |rows| rows.rows);
                }
                ServerMessage::Evaluation(rows) => seen.2 += rows.body.evaluations.rows,
                _ => {}
            }
        };
        assert_eq!(status.state, State::Stopped, "{status:?}");
        assert_eq!(status.step, 6000);
        assert!(seen.0 > 0, "boards");
        client.command(Command::Games);
        let games = client.wait_for("the games", |message| match message {
            ServerMessage::Games(list) => Some(list.games),
            _ => None,
        });
        assert!(games.len() > 50, "{games:?}");
        (metrics(&server.runs.join(name)), seen.1, seen.2)
    };
    let (here, there) = (run(&mut together), run(&mut apart));
    assert!(here.0.len() > 50 && here.1 > 100 && here.2 == 3, "{here:?}");
    assert_eq!(here, there);
}

#[test]
fn every_command_arrives() {
    let server = server(PROGRAM);
    let mut client = server.connect();
    let name = start(&mut client, Some("scenario.environments = 3"));
    frame(&mut client);
    client.obeyed(Command::Pause);
    client.wait_for_state(State::Paused);
    // The step that shows where training holds may still be on its way.
    let mut held = server.session.status().step;
    wait_until("training holds", || {
        std::thread::sleep(Duration::from_millis(200));
        std::mem::replace(&mut held, server.session.status().step) == held
    });
    client.obeyed(Command::Step { count: 3 });
    let last = loop {
        let frame = frame(&mut client);
        if frame.step > held {
            break frame.step;
        }
    };
    assert!((held + 1..=held + 3).contains(&last), "{held} {last}");
    client.command(Command::Epsilon { value: 0.25 });
    let change = client.wait_for("a change", |message| match message {
        ServerMessage::Change(change) => Some(change.body),
        _ => None,
    });
    assert_eq!((change.step, change.value), (held + 3, 0.25));
    client.obeyed(Command::Speed { limit: Some(500.0) });
    client.obeyed(Command::Resume);
    client.wait_for("three boards", |message| match message {
        ServerMessage::Boards(boards) => (boards.body.count == 3).then_some(()),
        _ => None,
    });
    client.obeyed(Command::Follow { environment: 2 });
    client.wait_for("the third board", |message| match message {
        ServerMessage::Boards(boards) => (boards.body.followed == 2).then_some(()),
        _ => None,
    });
    client.obeyed(Command::Save);
    client.wait_for("a checkpoint", |message| match message {
        ServerMessage::Checkpoint(checkpoint) => Some(checkpoint.body),
        _ => None,
    });
    let process = trainer(&server.runs.join(&name));
    client.obeyed(Command::Stop);
    let status = client.wait_for_state(State::Stopped);
    let held = status.step;
    assert!(
        status
            .message
            .is_some_and(|why| why.contains("stopped by command"))
    );
    assert!(!is_there(process));
    client.obeyed(Command::GoOn { run: name });
    wait_until("it goes on", || server.session.status().step > held);
    client.obeyed(Command::Stop);
    client.wait_for_state(State::Stopped);
}

#[test]
fn a_run_that_is_killed_has_failed_and_another_one_can_be_started() {
    let server = server(PROGRAM);
    let mut client = server.connect();
    let name = start(&mut client, None);
    frame(&mut client);
    signal("-KILL", trainer(&server.runs.join(name)));
    let why = client.wait_for_state(State::Failed).message.expect("why");
    assert!(
        why.contains("was killed") && why.contains("SIGKILL"),
        "{why}"
    );
    let name = start(&mut client, None);
    frame(&mut client);
    signal("-ABRT", trainer(&server.runs.join(name)));
    let why = client.wait_for_state(State::Failed).message.expect("why");
    assert!(
        why.contains("without a word") && why.contains("SIGABRT"),
        "{why}"
    );
    start(&mut client, None);
    frame(&mut client);
}

#[test]
fn a_run_that_does_not_obey_a_stop_is_killed() {
    let server = server(PROGRAM);
    let mut client = server.connect();
    let name = start(&mut client, None);
    frame(&mut client);
    let process = trainer(&server.runs.join(name));
    signal("-STOP", process);
    client.obeyed(Command::Stop);
    let why = client.wait_for_state(State::Failed).message.expect("why");
    assert!(why.contains("did not obey a stop"), "{why}");
    assert!(!is_there(process));
    start(&mut client, None);
    frame(&mut client);
}

#[test]
fn a_program_that_cannot_train_fails_the_run() {
    for (program, words) in [
        ("/does/not/exist", "cannot be started"),
        ("/bin/false", "exit status: 1"),
        ("/bin/true", "without a word"),
        ("/bin/echo", "no message"),
    ] {
        let server = server(program);
        let mut client = server.connect();
        client.command(Command::Start {
            preset: None,
            config: None,
            seed: None,
        });
        let why = client.wait_for_state(State::Failed).message.expect("why");
        assert!(why.contains(words), "{program}: {why}");
    }
}

/// A server as people start it, and where it listens.
fn serve(folder: &Path) -> (Child, String) {
    let mut child = Program::new(PROGRAM)
        .args([
            "serve",
            "--isolation",
            "process",
            "--addr",
            "127.0.0.1:0",
            "--out",
        ])
        .arg(folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("a server");
    let mut line = String::new();
    let output = child.stdout.take().expect("its output");
    BufReader::new(output).read_line(&mut line).expect("a line");
    let at = line
        .split("http://")
        .nth(1)
        .and_then(|rest| rest.split('/').next());
    (child, at.expect("an address").to_owned())
}

#[test]
fn no_process_outlives_its_server() {
    for held in [false, true] {
        let folder = tempfile::tempdir().expect("a folder");
        let (mut server, address) = serve(folder.path());
        let mut client = Client::open(address.parse().expect("an address"));
        frame(&mut client);
        let ids = children(server.id());
        assert_eq!(ids.len(), 1, "{ids:?}");
        if held {
            signal("-STOP", ids[0]);
        }
        server.kill().expect("killed");
        server.wait().expect("gone");
        wait_until("the run's process is gone", || !is_there(ids[0]));
        let checkpoint = folder.path().join("quick-1").join("checkpoint.bin");
        assert!(checkpoint.is_file(), "it saved itself");
    }
}

#[test]
fn ctrl_c_ends_both_also_when_the_run_hangs() {
    for held in [false, true] {
        let folder = tempfile::tempdir().expect("a folder");
        let (mut server, address) = serve(folder.path());
        let mut client = Client::open(address.parse().expect("an address"));
        frame(&mut client);
        let process = children(server.id())[0];
        if held {
            signal("-STOP", process);
        }
        let begin = Instant::now();
        signal("-INT", server.id());
        let status = server.wait().expect("gone");
        assert_eq!(status.success(), !held, "{status}");
        assert!(!is_there(process));
        assert!(begin.elapsed() < PATIENCE);
    }
}
