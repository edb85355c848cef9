//! Messages that are none: wrong MessagePack in good frames, frames that break RFC 6455, requests that are no HTTP.

use fastwebsockets::{Frame, OpCode, Payload};
use rl_agent::rng::Rng;
use serde::Deserialize;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use super::{Failure, Socket, Target};

/// Messages that are sent before their answers are read.
const AT_ONCE: u64 = 32;

/// One message in so many is a frame, or a request, that ends its connection.
const RUDE: u64 = 100;

/// What came of them.
#[derive(Debug, Clone, Copy, Default)]
pub struct Outcome {
    /// Messages that were answered with an error, each with one.
    pub answered: u64,
    /// Frames and requests after which the server ended the connection, as it must.
    pub ended: u64,
}

#[derive(Debug, Deserialize)]
struct Kind<'a> {
    r#type: &'a str,
}

/// Sends `messages` of them over `clients` connections at a time.
///
/// # Errors
/// If a message is not answered with an error, or a connection ends that should not, or the other way round.
pub async fn send(target: &Target, messages: u64, clients: u64) -> Result<Outcome, Failure> {
    let mut senders = JoinSet::new();
    for client in 0..clients {
        let share = messages / clients + u64::from(client < messages % clients);
        let target = target.clone();
        senders.spawn(async move {
            let mut rng = Rng::new(7, client);
            let rude = share / RUDE;
            let answered = insist(&target, share - rude, &mut rng).await?;
            for _ in 0..rude {
                provoke(&target, &mut rng).await?;
            }
            Ok::<_, Failure>((answered, rude))
        });
    }
    let mut outcome = Outcome::default();
    while let Some(sent) = senders.join_next().await {
        let (answered, ended) = sent??;
        outcome.answered += answered;
        outcome.ended += ended;
    }
    Ok(outcome)
}

/// Sends wrong messages over one connection, which must outlive them all.
async fn insist(target: &Target, messages: u64, rng: &mut Rng) -> Result<u64, Failure> {
    let mut socket = target.open().await?;
    let mut answered = 0;
    while answered < messages {
        let batch = AT_ONCE.min(messages - answered);
        for _ in 0..batch {
            let payload = Payload::Owned(wrong_message(rng));
            socket.write_frame(Frame::binary(payload)).await?;
        }
        for _ in 0..batch {
            next_error(&mut socket).await?;
        }
        answered += batch;
    }
    Ok(answered)
}

/// Reads up to the next message that says what was wrong.
async fn next_error(socket: &mut Socket) -> Result<(), Failure> {
    loop {
        let frame = socket.read_frame().await?;
        match frame.opcode {
            OpCode::Close => return Err("a wrong message closed its connection".into()),
            OpCode::Binary => {
                let Kind { r#type } = rmp_serde::from_slice(&frame.payload)?;
                if r#type == "error" {
                    return Ok(());
                }
            }
            _ => {}
        }
    }
}

/// Bytes that are no command: noise, truncated maps, lengths of gigabytes, towers of arrays, wrong types, unknown commands.
fn wrong_message(rng: &mut Rng) -> Vec<u8> {
    match rng.below(7) {
        0 => (0..rng.below(64)).map(|_| rng.below(256) as u8).collect(),
        1 => b"\x82\xa4type\xa5pause\xa2id".to_vec(),
        2 => vec![0xdf, 0xff, 0xff, 0xff, 0xff],
        3 => b"\x81\xa4type\xc6\x7f\xff\xff\xff".to_vec(),
        4 => vec![0x91; 1 + rng.below(2000)],
        5 => b"\x82\xa4type\x07\xa2id\xa3one".to_vec(),
        _ => b"\x82\xa4type\xa3fly\xa2id\x01".to_vec(),
    }
}

/// Opens a connection and sends what must end it.
async fn provoke(target: &Target, rng: &mut Rng) -> Result<(), Failure> {
    let mut stream = TcpStream::connect(target.addr).await?;
    stream.write_all(rude_bytes(target, rng).as_slice()).await?;
    // Whatever the server says before it ends the connection; a reset is an end too.
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    Ok(())
}

/// A request that is no HTTP, or a handshake and a frame that breaks RFC 6455.
fn rude_bytes(target: &Target, rng: &mut Rng) -> Vec<u8> {
    let addr = target.addr;
    let frame: &[u8] = match rng.below(8) {
        0 => return b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03".repeat(8),
        1 => return b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\0\r\n\r\n".to_vec(),
        2 => return format!("GET /{} HTTP/1.1\r\n", "x".repeat(40_000)).into_bytes(),
        // No mask.
        3 => b"\x82\x01a",
        // Reserved bits.
        4 => b"\xf2\x80\0\0\0\0",
        // A ping of 126 bytes, and one in fragments.
        5 => b"\x89\xfe\x00\x7e\0\0\0\0",
        6 => b"\x09\x80\0\0\0\0",
        // A message of 2^62 bytes.
        _ => b"\x82\xff\x40\0\0\0\0\0\0\0\0\0\0\0",
    };
    let handshake = format!(
        "GET /ws HTTP/1.1\r\nHost: {addr}\r\nOrigin: http://{addr}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    );
    [handshake.as_bytes(), frame].concat()
}
