//! Many clients at once, some of them bad: nobody waits for anybody.

mod common;

use std::io::Read;
use std::time::Duration;

use common::{TestServer, wait_until};
use dash_server::Limits;
use dash_server::launch::StartRequest;
use dash_server::protocol::ServerMessage;
use dash_server::session::SessionSettings;

/// Fast boards and small buffers, so that a client that does not read is full within a second.
fn busy_server() -> TestServer {
    let settings = SessionSettings {
        frame_rate: 1000.0,
        ..SessionSettings::default()
    };
    let limits = Limits {
        send_buffer: 4 << 10,
        write_timeout: Duration::from_millis(300),
        ..Limits::default()
    };
    TestServer::with(settings, limits)
}

#[test]
fn clients_that_never_read_are_evicted_and_the_others_lose_nothing_that_counts() {
    let server = busy_server();
    let stalled: Vec<_> = (0..5).map(|_| server.connect()).collect();
    let mut readers: Vec<_> = (0..5).map(|_| server.connect()).collect();
    wait_until("all are connected", || server.session.client_count() == 10);
    server
        .session
        .start(StartRequest::default())
        .expect("a run");

    let threads: Vec<_> = readers
        .drain(..)
        .map(|mut reader| {
            std::thread::spawn(move || {
                let (mut evaluations, mut frames, mut rows) = (0, 0, None);
                while evaluations < 6 {
                    match reader.read() {
                        ServerMessage::Evaluation(evaluation) => {
                            let table = evaluation.body.evaluations;
                            assert_eq!(table.start, evaluations, "no evaluation is missing");
                            evaluations += u64::from(table.rows);
                        }
                        ServerMessage::Frame(_) => frames += 1,
                        ServerMessage::Metrics(metrics) => {
                            if let Some(table) = metrics.body.episodes {
                                assert_eq!(
                                    *rows.get_or_insert(table.start),
                                    table.start,
                                    "no episode is missing"
                                );
                                rows = Some(table.start + u64::from(table.rows));
                            }
                        }
                        _ => {}
                    }
                }
                (reader, frames)
            })
        })
        .collect();
    let readers: Vec<_> = threads
        .into_iter()
        .map(|thread| thread.join().expect("a reader"))
        .collect();
    assert!(readers.iter().all(|(_, frames)| *frames > 50));
    wait_until("those who do not read are evicted", || {
        server.session.client_count() == readers.len()
    });

    // What they find when they look at last: some of the messages, then the end, and never half of a frame forever.
    for mut client in stalled {
        let mut rest = Vec::new();
        let _ = client.stream.read_to_end(&mut rest);
        assert!(
            !rest.is_empty() && rest.len() < 16 << 20,
            "{} bytes were waiting",
            rest.len()
        );
    }
    server.connect();
}

#[test]
fn a_client_that_leaves_without_a_word_is_forgotten() {
    let server = busy_server();
    server
        .session
        .start(StartRequest::default())
        .expect("a run");
    let mut stays = server.connect();
    for _ in 0..20 {
        drop(server.connect());
    }
    wait_until("only one is left", || server.session.client_count() == 1);
    stays.wait_for("a board", |message| {
        matches!(message, ServerMessage::Frame(_)).then_some(())
    });
}
