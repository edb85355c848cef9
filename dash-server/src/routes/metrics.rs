//! Figures for a monitor, in the text format of Prometheus.

use std::fmt::{Display, Write};

use crate::protocol::State;
use crate::session::Session;

/// The version of the format.
pub(super) const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

const STATES: [(State, &str); 7] = [
    (State::Idle, "idle"),
    (State::Running, "running"),
    (State::Paused, "paused"),
    (State::Stopping, "stopping"),
    (State::Stopped, "stopped"),
    (State::Failed, "failed"),
    (State::Unresponsive, "unresponsive"),
];

/// Where server and run stand now.
pub(super) fn text(session: &Session) -> String {
    let figures = session.figures();
    let mut text = String::new();
    let mut put = |name: &str, kind: &str, help: &str, value: &dyn Display| {
        let _ = writeln!(
            text,
            "# HELP tetris_dash_{name} {help}\n# TYPE tetris_dash_{name} {kind}\ntetris_dash_{name} {value}"
        );
    };
    put(
        "clients",
        "gauge",
        "Pages and programs that watch.",
        &figures.clients,
    );
    put(
        "messages_total",
        "counter",
        "Messages broadcast since the start.",
        &figures.messages,
    );
    put(
        "start_time_seconds",
        "gauge",
        "Unix time of the start.",
        &figures.started,
    );
    put("run_steps", "gauge", "Steps of the run.", &figures.step);
    put(
        "run_episodes",
        "gauge",
        "Finished episodes that were reported of the run.",
        &figures.episodes,
    );
    put(
        "run_evaluations",
        "gauge",
        "Evaluations of the run.",
        &figures.evaluations,
    );
    let _ = writeln!(
        text,
        "# HELP tetris_dash_run_state 1 for the state that the run is in.\n# TYPE tetris_dash_run_state gauge"
    );
    for (state, name) in STATES {
        let value = u8::from(state == figures.state);
        let _ = writeln!(text, "tetris_dash_run_state{{state=\"{name}\"}} {value}");
    }
    text
}
