//! The life of a run as a page sees it: commands, refusals, panics, stops that are not obeyed, reconnects.

mod common;

use std::time::Duration;

use common::{TestServer, wait_until};
use dash_server::Limits;
use dash_server::launch::StartRequest;
use dash_server::protocol::{
    Command, ConfigMap, ErrorCode, ServerMessage, Setting, Snapshot, State,
};
use dash_server::session::SessionSettings;

fn start(preset: &str) -> Command {
    Command::Start {
        preset: Some(preset.to_owned()),
        config: None,
        seed: Some(1),
    }
}

fn snapshot(client: &mut common::Client) -> Snapshot {
    client.wait_for("a snapshot", |message| match message {
        ServerMessage::Snapshot(snapshot) => Some(*snapshot),
        _ => None,
    })
}

#[test]
fn a_run_is_started_watched_paused_stepped_resumed_and_stopped() {
    let server = TestServer::new();
    let mut client = server.connect();
    let first = snapshot(&mut client);
    assert_eq!(
        (first.status.state, first.config, first.frame),
        (State::Idle, None, None)
    );
    client.obeyed(start("small"));

    let (mut episodes, mut updates, mut frames, mut evaluations) = (0, 0, 0, 0);
    let mut last_seq = 0;
    while episodes < 20 || updates < 3 || frames < 5 || evaluations < 2 {
        let (seq, t) = match client.read() {
            ServerMessage::Metrics(metrics) => {
                if let Some(rows) = metrics.body.episodes {
                    assert_eq!(rows.start, episodes, "no row is missing");
                    episodes += u64::from(rows.rows);
                }
                if let Some(rows) = metrics.body.updates {
                    updates += rows.rows;
                    assert!(
                        rows.column("loss")
                            .expect("a column")
                            .iter()
                            .all(|loss| loss.is_finite())
                    );
                }
                (metrics.seq, metrics.t)
            }
            ServerMessage::Frame(frame) => {
                frames += 1;
                assert_eq!(
                    (frame.body.width, frame.body.height, frame.body.cells.len()),
                    (10, 6, 60)
                );
                assert_eq!(frame.body.placed.len(), 8);
                let decision = frame.body.decision.expect("the reason of the placement");
                assert_eq!(decision.cells.len(), 60);
                let listed = decision.values.len() / 4;
                assert_eq!(decision.placements.len(), listed * 8);
                assert!((decision.chosen as usize) < listed);
                (frame.seq, frame.t)
            }
            ServerMessage::Evaluation(evaluation) => {
                evaluations += evaluation.body.evaluations.rows;
                (evaluation.seq, evaluation.t)
            }
            ServerMessage::Status(status) => (status.seq, status.t),
            ServerMessage::Checkpoint(checkpoint) => {
                assert!(checkpoint.body.path.contains("small-1"));
                (checkpoint.seq, checkpoint.t)
            }
            ServerMessage::Runs(runs) => (runs.seq, runs.t),
            ServerMessage::Ack { .. } => continue,
            other => panic!("{other:?}"),
        };
        assert!(seq > last_seq, "{seq} after {last_seq}");
        last_seq = seq;
        assert!(t > 1_700_000_000_000_000, "microseconds since 1970");
    }

    client.obeyed(Command::Pause);
    client.wait_for("a paused run", |_| {
        (server.session.status().state == State::Paused).then_some(())
    });
    // The pause takes hold; then the count of steps stands still until steps are asked for.
    let mut paused_at = server.session.status().step;
    wait_until("the count of steps stands still", || {
        std::thread::sleep(Duration::from_millis(250));
        let now = server.session.status().step;
        std::mem::replace(&mut paused_at, now) == now
    });
    client.obeyed(Command::Snapshot);
    let held = snapshot(&mut client);
    assert_eq!(
        (held.status.state, held.status.step),
        (State::Paused, paused_at)
    );
    assert_eq!(
        held.frame.as_ref().map(|frame| frame.step),
        Some(paused_at),
        "the board of now"
    );

    client.obeyed(Command::Step { count: 3 });
    let frame = client.wait_for("the board after the steps", |message| match message {
        ServerMessage::Frame(frame) if frame.body.step > paused_at => Some(frame.body),
        _ => None,
    });
    assert!(frame.step <= paused_at + 3);
    let stepped = client.wait_for("the status after the steps", |message| match message {
        ServerMessage::Status(status) if status.body.step >= paused_at + 3 => Some(status.body),
        _ => None,
    });
    assert_eq!(
        (stepped.state, stepped.step),
        (State::Paused, paused_at + 3)
    );

    client.obeyed(Command::Speed { limit: Some(500.0) });
    client.obeyed(Command::Resume);
    let frame = client.wait_for("training goes on", |message| match message {
        ServerMessage::Frame(frame) if frame.body.step > paused_at + 10 => Some(frame.body),
        _ => None,
    });
    assert!(server.session.status().step >= frame.step);
    assert_eq!(server.session.status().speed_limit, Some(500.0));

    client.obeyed(Command::Stop);
    let end = client.wait_for_state(State::Stopped);
    assert!(
        end.message
            .as_deref()
            .is_some_and(|why| why.starts_with("stopped by command after ")),
        "{end:?}"
    );
    assert_eq!(end.run.as_deref(), Some("small-1"));
}

#[test]
fn every_command_has_its_time() {
    let server = TestServer::new();
    let mut client = server.connect();
    for command in [
        Command::Pause,
        Command::Resume,
        Command::Step { count: 1 },
        Command::Stop,
        Command::Speed { limit: None },
        Command::LearningRate { value: 0.001 },
        Command::Epsilon { value: 0.0 },
        Command::Save,
    ] {
        assert_eq!(client.refused(command).0, ErrorCode::NotRunning);
    }
    client.obeyed(start("small"));
    assert_eq!(client.refused(start("small")).0, ErrorCode::AlreadyRunning);
    assert_eq!(client.refused(Command::Resume).0, ErrorCode::NotPaused);
    assert_eq!(
        client.refused(Command::Step { count: 1 }).0,
        ErrorCode::NotPaused
    );
    for limit in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert_eq!(
            client.refused(Command::Speed { limit: Some(limit) }).0,
            ErrorCode::InvalidConfig
        );
    }
    for value in [0.0, -0.1, 1.5, f64::NAN] {
        assert_eq!(
            client.refused(Command::LearningRate { value }).0,
            ErrorCode::InvalidConfig
        );
    }
    for value in [-0.1, 1.5, f64::NAN] {
        assert_eq!(
            client.refused(Command::Epsilon { value }).0,
            ErrorCode::InvalidConfig
        );
    }
    client.obeyed(Command::Pause);
    client.obeyed(Command::Pause);
    assert_eq!(client.refused(start("small")).0, ErrorCode::AlreadyRunning);
    client.obeyed(Command::Stop);
    client.wait_for_state(State::Stopped);
    assert_eq!(client.refused(Command::Stop).0, ErrorCode::NotRunning);
}

#[test]
fn rates_change_while_training_runs_and_everybody_hears_of_it() {
    let server = TestServer::new();
    let mut client = server.connect();
    let mut watcher = server.connect();
    client.obeyed(start("small"));
    client.obeyed(Command::LearningRate { value: 0.000_25 });
    client.obeyed(Command::Epsilon { value: 0.5 });
    // What one client asks for, another hears of.
    let mut heard = Vec::new();
    while heard.len() < 2 {
        heard.push(watcher.wait_for("a change", |message| match message {
            ServerMessage::Change(change) => Some(change.body),
            _ => None,
        }));
    }
    assert_eq!(
        [&heard[0], &heard[1]].map(|change| (change.setting, change.value)),
        [(Setting::LearningRate, 0.000_25), (Setting::Epsilon, 0.5)]
    );
    let since = heard[1].step;
    client.wait_for("updates at the new rates", |message| match message {
        ServerMessage::Metrics(metrics) => {
            let updates = metrics.body.updates?;
            let newest = |name| {
                updates
                    .column(name)
                    .and_then(|column| column.last().copied())
            };
            (newest("step")? > since as f64
                && newest("learning_rate") == Some(f64::from(0.000_25f32))
                && newest("epsilon") == Some(0.5))
            .then_some(())
        }
        _ => None,
    });
    let mut late = server.connect();
    assert_eq!(snapshot(&mut late).changes, heard);
}

#[test]
fn a_checkpoint_is_written_on_command() {
    let server = TestServer::new();
    let mut client = server.connect();
    client.obeyed(start("small"));
    client.obeyed(Command::Pause);
    let written = |client: &mut common::Client| {
        client.wait_for("a checkpoint", |message| match message {
            ServerMessage::Checkpoint(checkpoint) => Some(checkpoint.body),
            _ => None,
        })
    };
    client.obeyed(Command::Save);
    let checkpoint = written(&mut client);
    assert!(checkpoint.path.contains("small-1"));
    client.obeyed(Command::Step { count: 1 });
    // The order to save may come before the step was taken, and checkpoints of the schedule may lie between.
    wait_until("a checkpoint after the step", || {
        client.obeyed(Command::Save);
        written(&mut client).step > checkpoint.step
    });
}

#[test]
fn a_wrong_configuration_is_refused_with_the_name_of_the_field() {
    let server = TestServer::new();
    let mut client = server.connect();
    let with = |text: &str| {
        let config: ConfigMap = text.parse().expect("valid TOML");
        Command::Start {
            preset: None,
            config: Some(config),
            seed: None,
        }
    };
    for (text, expected) in [
        ("agent.gamma = 2.0", "agent.gamma = 2 makes no sense"),
        ("agent.gama = 0.9", "did you mean `gamma`?"),
        ("scenario.ceiling = 99", "scenario.ceiling = 99"),
        ("agent.hidden = 5", "hidden"),
    ] {
        let (code, message) = client.refused(with(text));
        assert_eq!(code, ErrorCode::InvalidConfig);
        assert!(message.contains(expected), "{message}");
    }
    let (code, message) = client.refused(start("unheard-of"));
    assert_eq!(code, ErrorCode::InvalidConfig);
    assert!(message.contains("unheard-of"), "{message}");
    assert_eq!(server.session.status().state, State::Idle);

    client.obeyed(with("agent.gamma = 0.9\ntrainer.total_steps = 300"));
    let end = client.wait_for_state(State::Stopped);
    assert_eq!(end.step, 300);
    assert!(
        end.message
            .is_some_and(|why| why.starts_with("finished after 300 steps"))
    );
    client.obeyed(Command::Snapshot);
    let config = snapshot(&mut client)
        .config
        .expect("the configuration of the run");
    assert_eq!(config["agent"]["gamma"].as_float(), Some(0.9));
    assert_eq!(
        config["scenario"]["ceiling"].as_integer(),
        Some(6),
        "the rest is the preset's"
    );
}

#[test]
fn a_panic_or_an_error_in_training_is_a_status_and_the_next_run_works() {
    let server = TestServer::new();
    let mut client = server.connect();
    for (preset, why) in [
        (
            "panics",
            "training panicked: the tower fell after 17 pieces",
        ),
        ("fails", "the disk is full"),
    ] {
        client.obeyed(start(preset));
        let status = server_state(&server, State::Failed);
        assert_eq!(status.message.as_deref(), Some(why));
        assert_eq!(status.preset.as_deref(), Some(preset));
    }
    client.obeyed(start("small"));
    wait_until("steps are taken", || server.session.status().step > 100);
    assert_eq!(server.session.status().state, State::Running);

    let mut late = server.connect();
    assert_eq!(
        snapshot(&mut late).status.message,
        None,
        "the old failure is forgotten"
    );
}

fn server_state(server: &TestServer, state: State) -> dash_server::protocol::Status {
    wait_until(&format!("{state:?}"), || {
        server.session.status().state == state
    });
    server.session.status()
}

#[test]
fn a_stop_that_is_not_obeyed_is_said_so_and_a_new_run_can_begin() {
    let settings = SessionSettings {
        stop_timeout: Duration::from_millis(200),
        ..SessionSettings::default()
    };
    let server = TestServer::with(settings, Limits::default());
    let mut client = server.connect();
    client.obeyed(start("stubborn"));
    client.obeyed(Command::Stop);
    client.wait_for_state(State::Unresponsive);
    assert_eq!(client.refused(Command::Pause).0, ErrorCode::NotRunning);

    client.obeyed(start("small"));
    wait_until("the new run takes steps", || {
        server.session.status().step > 10
    });
    assert_eq!(server.session.status().run.as_deref(), Some("small-1"));
    client.obeyed(Command::Stop);
    client.wait_for_state(State::Stopped);
}

#[test]
fn a_stop_that_is_obeyed_late_is_a_stop() {
    let settings = SessionSettings {
        stop_timeout: Duration::from_secs(600),
        ..SessionSettings::default()
    };
    let server = TestServer::with(settings, Limits::default());
    let mut client = server.connect();
    client.obeyed(start("stubborn"));
    client.obeyed(Command::Speed { limit: Some(1.0) });
    let end = client.wait_for_state(State::Stopped);
    assert_eq!(end.message.as_deref(), Some("in the end"));
}

/// Reads on after a snapshot until at least `rows` episodes have been told of; returns how many.
fn follow(client: &mut common::Client, begin: &Snapshot, rows: u64) -> u64 {
    let mut found = begin.episodes.start + u64::from(begin.episodes.rows);
    while found < rows {
        if let ServerMessage::Metrics(metrics) = client.read()
            && let Some(episodes) = metrics.body.episodes
        {
            assert_eq!(
                episodes.start, found,
                "increments follow the snapshot without a gap"
            );
            found += u64::from(episodes.rows);
        }
    }
    found
}

#[test]
fn whoever_comes_later_or_again_finds_everything() {
    let server = TestServer::new();
    server
        .session
        .start(StartRequest {
            seed: Some(3),
            ..StartRequest::default()
        })
        .expect("a run");
    let mut first = server.connect();
    let begin = snapshot(&mut first);
    let rows = follow(&mut first, &begin, 30);
    first.wait_for("a board", |message| {
        matches!(message, ServerMessage::Frame(_)).then_some(())
    });
    drop(first);
    let mut second = server.connect();
    assert!(
        matches!(second.read(), ServerMessage::Hello(hello) if hello.protocol == 1 && hello.presets[0] == "small")
    );
    assert!(
        matches!(second.read(), ServerMessage::Present(now) if now.status.run.as_deref() == Some("small-1")),
        "the board does not wait for the history"
    );
    let ServerMessage::Snapshot(again) = second.read() else {
        panic!("the history comes next")
    };
    follow(&mut second, &again, rows);
    assert_eq!(again.episodes.start, 0, "from the very first episode");
    second.wait_for("a board", |message| {
        matches!(message, ServerMessage::Frame(_)).then_some(())
    });
    assert_eq!(again.status.run.as_deref(), Some("small-1"));
}

#[test]
fn watchers_of_a_read_only_server_cannot_command() {
    let settings = SessionSettings {
        read_only: true,
        ..SessionSettings::default()
    };
    let server = TestServer::with(settings, Limits::default());
    let mut client = server.connect();
    assert_eq!(client.refused(start("small")).0, ErrorCode::ReadOnly);
    assert_eq!(client.refused(Command::Stop).0, ErrorCode::ReadOnly);
    client.obeyed(Command::Snapshot);
}

#[test]
fn the_end_of_the_server_is_told_and_frees_the_port() {
    let mut server = TestServer::new();
    let mut clients = [server.connect(), server.connect(), server.connect()];
    let addr = server.addr;
    let stopping = std::thread::spawn(move || {
        server.stop();
        server
    });
    for client in &mut clients {
        assert_eq!(client.close_code(), 1001);
    }
    drop(clients);
    stopping.join().expect("the server ends");
    std::net::TcpListener::bind(addr).expect("the port is free at once");
}
