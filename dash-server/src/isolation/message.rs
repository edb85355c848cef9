//! What goes over the pipe.

use std::io::{self, BufRead, Write};

use rl_agent::control::Command;
use rmp_serde::decode::Error;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::report::Report;
use crate::feed::Wants;
use crate::protocol::ConfigMap;

/// The first thing that the process is told: what to do in the folder that it was started with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum Assignment {
    /// Train from the beginning.
    Begin(ConfigMap),
    /// Go on from the checkpoint.
    GoOn,
}

/// What it is told from then on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) enum Order {
    /// A command for the trainer.
    Command(Command),
    /// What the server would like to see.
    Want(Wants),
}

/// What the process says.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Said {
    /// What has happened since the last report.
    Report(Box<Report>),
    /// The last word: why training ended, or what went wrong.
    Ended(Result<String, String>),
}

/// Sends a message and has it on its way when it returns.
pub(super) fn send(output: &mut impl Write, message: &impl Serialize) -> io::Result<()> {
    // As a whole, so that a message is one write and not one for each number.
    let bytes = rmp_serde::to_vec_named(message).map_err(io::Error::other)?;
    output.write_all(&bytes)?;
    output.flush()
}

/// The next message; `None` when the other side has closed the pipe between two.
pub(super) fn receive<T: DeserializeOwned>(input: &mut impl BufRead) -> io::Result<Option<T>> {
    if input.fill_buf()?.is_empty() {
        return Ok(None);
    }
    rmp_serde::from_read(input)
        .map(Some)
        .map_err(|error| match error {
            Error::InvalidMarkerRead(error) | Error::InvalidDataRead(error) => error,
            error => io::Error::new(io::ErrorKind::InvalidData, error),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_come_one_after_the_other_and_a_cut_one_is_an_error() {
        let orders = [
            Order::Command(Command::SpeedLimit(Some(2.5))),
            Order::Want(Wants {
                every_frame: true,
                followed: 3,
                ..Wants::default()
            }),
            Order::Command(Command::Step(u64::MAX)),
        ];
        let mut bytes = Vec::new();
        for order in &orders {
            send(&mut bytes, order).unwrap();
        }
        let mut input = bytes.as_slice();
        for order in &orders {
            assert_eq!(receive(&mut input).unwrap().as_ref(), Some(order));
        }
        assert_eq!(receive::<Order>(&mut input).unwrap(), None);
        let mut cut = &bytes[..bytes.len() - 1];
        for _ in 0..2 {
            receive::<Order>(&mut cut).unwrap();
        }
        let error = receive::<Order>(&mut cut).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
        let error = receive::<Order>(&mut b"hello".as_slice()).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidData);
    }
}
