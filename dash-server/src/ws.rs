//! One WebSocket connection: RFC 6455 to the letter, although the library underneath is lenient.
//!
//! The library parses frames; what it lets pass (unmasked frames, long pongs and closes, fragments beyond the cap) is
//! refused here, and every refusal sends the closing frame that the standard asks for.

use std::convert::Infallible;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use fastwebsockets::{CloseCode, Frame, OpCode, Role, WebSocketError, WebSocketRead};
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::time::{Instant, sleep, sleep_until, timeout};

use crate::limits::Limits;
use crate::outbox::{self, Kind, Outbox, WriteEnd};
use crate::patience::Patient;
use crate::session::Session;

const PROTOCOL_ERROR: u16 = 1002;
const UNSUPPORTED: u16 = 1003;
const INVALID_DATA: u16 = 1007;
const TOO_BIG: u16 = 1009;
const SERVER_ERROR: u16 = 1011;

/// The longest payload of a control frame.
const MAX_CONTROL: usize = 125;

/// Why reading came to an end.
#[derive(Debug, PartialEq, Eq)]
enum ReadEnd {
    /// The client sent a proper closing frame; this is the code to answer with.
    Closed(u16),
    /// The client broke a rule; close with this code and reason.
    Refused(u16, &'static str),
    /// The connection is gone.
    Gone,
}

/// Serves one client until it is gone, in one task: reading and writing are two futures of it, and neither is dropped
/// before the connection ends, because neither may be cancelled half way.
pub(crate) async fn serve(upgraded: Upgraded, session: Arc<Session>, limits: Limits) {
    let Ok(parts) = upgraded.downcast::<TokioIo<Patient>>() else {
        tracing::error!("an upgraded connection is not a TCP stream");
        return;
    };
    let (read, write) = parts.io.into_inner().into_inner().into_split();
    // The first frames may have come together with the request.
    let mut read = std::io::Cursor::new(parts.read_buf).chain(read);
    let client = Arc::new(Outbox::new(write, limits.clone()));
    let begin = Instant::now();
    let heard = AtomicU64::new(0);
    session.connect(&client);
    let read_end = tokio::select! {
        end = read_all(&mut read, &limits, |event| {
            heard.store(begin.elapsed().as_millis() as u64, Ordering::Relaxed);
            match event {
                Event::Message(message) => {
                    catch_unwind(AssertUnwindSafe(|| session.receive(&client, message))).is_ok()
                }
                Event::Ping(payload) => {
                    client.send(&[(Kind::Reliable, outbox::pong(payload))]);
                    true
                }
                Event::Pong => true,
            }
        }) => Some(end),
        end = client.run() => {
            tracing::debug!(?end, "a client's writer ended");
            // The server closed: the client's answer is still to be read.
            (end != WriteEnd::Closed).then_some(ReadEnd::Gone)
        }
        () = keep_alive(&client, &limits, begin, &heard) => Some(ReadEnd::Gone),
    };
    session.disconnect(&client);
    let goodbye = async {
        match read_end {
            Some(ReadEnd::Gone) => return,
            Some(ReadEnd::Closed(code)) => client.close(code, ""),
            Some(ReadEnd::Refused(code, reason)) => client.close(code, reason),
            None => {}
        }
        // What the client still sends is read and thrown away, or the system would reset the connection and the
        // closing frame with it.
        if client.run().await == WriteEnd::Closed {
            // The last handle on the sending half: dropping it says that nothing more comes.
            drop(client);
            let _ = tokio::io::copy(&mut read, &mut tokio::io::sink()).await;
        }
    };
    let _ = timeout(limits.close_timeout, goodbye).await;
}

/// Pings the client and returns when it has been silent for too long.
async fn keep_alive(client: &Outbox, limits: &Limits, begin: Instant, heard: &AtomicU64) {
    loop {
        sleep(limits.ping_interval.min(limits.idle_timeout)).await;
        // It cannot answer a ping before it has what waits for it; whether it takes that fast enough is the outbox's to say.
        if client.waits() {
            heard.store(begin.elapsed().as_millis() as u64, Ordering::Relaxed);
            continue;
        }
        let silent = begin.elapsed().as_millis() as u64 - heard.load(Ordering::Relaxed);
        if u128::from(silent) >= limits.idle_timeout.as_millis() {
            tracing::debug!(silent, "a client has been silent for too long");
            return;
        }
        client.send(&[(Kind::Reliable, outbox::ping())]);
    }
}

/// What a client sent.
enum Event<'a> {
    Message(&'a [u8]),
    Ping(&'a [u8]),
    Pong,
}

/// Reads until the end. `on_event` returns whether all is well on our side.
async fn read_all<S>(
    stream: &mut S,
    limits: &Limits,
    mut on_event: impl FnMut(Event<'_>) -> bool,
) -> ReadEnd
where
    S: AsyncRead + Unpin,
{
    let (mut reader, _) =
        fastwebsockets::after_handshake_split(stream, tokio::io::sink(), Role::Server);
    reader.set_auto_close(false);
    reader.set_auto_pong(false);
    // The library refuses this length and everything above it.
    reader.set_max_message_size(limits.message_bytes + 1);
    let mut message = Assembler {
        bytes: Vec::new(),
        open: false,
        cap: limits.message_bytes,
    };
    let mut pace = Pace::new(limits.commands_per_second);
    loop {
        let mut frame = match next_frame(&mut reader).await {
            Ok(frame) => frame,
            Err(error) => return end_of(&error),
        };
        if !is_masked(&mut frame) {
            return ReadEnd::Refused(PROTOCOL_ERROR, "frames from a client must be masked");
        }
        let well = match accept(&frame, &mut message) {
            Ok(Some(event)) => on_event(event),
            Ok(None) => true,
            Err(end) => return end,
        };
        message.finish(&frame);
        if !well {
            return ReadEnd::Refused(SERVER_ERROR, "an error inside the server");
        }
        pace.wait().await;
    }
}

/// Keeps a client to a number of frames a second, by reading no faster; a second's worth may come at once.
struct Pace {
    between: Duration,
    burst: Duration,
    /// When the next frame would be due if they came evenly.
    due: Instant,
}

impl Pace {
    fn new(per_second: f64) -> Self {
        let between = Duration::from_secs_f64(1.0 / per_second);
        Self {
            between,
            burst: Duration::from_secs(1).max(between),
            due: Instant::now(),
        }
    }

    async fn wait(&mut self) {
        let now = Instant::now();
        self.due = self.due.max(now) + self.between;
        if self.due > now + self.burst {
            sleep_until(self.due - self.burst).await;
        }
    }
}

async fn next_frame<S>(reader: &mut WebSocketRead<S>) -> Result<Frame<'_>, WebSocketError>
where
    S: AsyncRead + Unpin,
{
    // With automatic pongs and closes off there is nothing to send.
    reader
        .read_frame(&mut |_| std::future::ready(Ok::<(), Infallible>(())))
        .await
}

/// The library does not say whether a frame came masked, but writes the frame's own head.
fn is_masked(frame: &mut Frame<'_>) -> bool {
    let mut head = [0; 16];
    frame.fmt_head(&mut head);
    head[1] & 0x80 != 0
}

fn end_of(error: &WebSocketError) -> ReadEnd {
    match error {
        WebSocketError::UnexpectedEOF
        | WebSocketError::IoError(_)
        | WebSocketError::ConnectionClosed => ReadEnd::Gone,
        WebSocketError::FrameTooLarge => ReadEnd::Refused(TOO_BIG, "the message is too big"),
        WebSocketError::InvalidUTF8 => ReadEnd::Refused(INVALID_DATA, "the text is not UTF-8"),
        WebSocketError::ReservedBitsNotZero => {
            ReadEnd::Refused(PROTOCOL_ERROR, "reserved bits must be zero")
        }
        WebSocketError::ControlFrameFragmented => {
            ReadEnd::Refused(PROTOCOL_ERROR, "control frames must not be fragmented")
        }
        WebSocketError::PingFrameTooLarge => {
            ReadEnd::Refused(PROTOCOL_ERROR, "the control frame is too long")
        }
        _ => ReadEnd::Refused(PROTOCOL_ERROR, "the frame breaks RFC 6455"),
    }
}

/// Judges a frame; a message is complete with its last fragment.
fn accept<'a>(
    frame: &'a Frame<'_>,
    message: &'a mut Assembler,
) -> Result<Option<Event<'a>>, ReadEnd> {
    let payload: &[u8] = &frame.payload;
    match frame.opcode {
        OpCode::Close | OpCode::Ping | OpCode::Pong if payload.len() > MAX_CONTROL => Err(
            ReadEnd::Refused(PROTOCOL_ERROR, "the control frame is too long"),
        ),
        OpCode::Close => Err(closed(payload)),
        OpCode::Ping => Ok(Some(Event::Ping(payload))),
        OpCode::Pong => Ok(Some(Event::Pong)),
        OpCode::Text => Err(ReadEnd::Refused(
            UNSUPPORTED,
            "messages are binary MessagePack",
        )),
        OpCode::Binary | OpCode::Continuation => {
            let whole = message.add(frame.opcode, frame.fin, payload)?;
            Ok(whole.map(Event::Message))
        }
    }
}

/// The answer to a closing frame.
fn closed(payload: &[u8]) -> ReadEnd {
    match payload {
        [] => ReadEnd::Closed(1000),
        [high, low, reason @ ..] => {
            let code = u16::from_be_bytes([*high, *low]);
            if !CloseCode::from(code).is_allowed() {
                ReadEnd::Refused(PROTOCOL_ERROR, "there is no such close code")
            } else if std::str::from_utf8(reason).is_err() {
                ReadEnd::Refused(INVALID_DATA, "the close reason is not UTF-8")
            } else {
                ReadEnd::Closed(code)
            }
        }
        [_] => ReadEnd::Refused(PROTOCOL_ERROR, "half a close code"),
    }
}

/// Puts fragments together, with a cap on all of them together.
struct Assembler {
    bytes: Vec<u8>,
    open: bool,
    cap: usize,
}

impl Assembler {
    fn add(&mut self, opcode: OpCode, fin: bool, payload: &[u8]) -> Result<Option<&[u8]>, ReadEnd> {
        match (opcode, self.open) {
            (OpCode::Continuation, false) => {
                return Err(ReadEnd::Refused(
                    PROTOCOL_ERROR,
                    "there is nothing to continue",
                ));
            }
            (OpCode::Binary, true) => {
                return Err(ReadEnd::Refused(
                    PROTOCOL_ERROR,
                    "the fragmented message is not finished",
                ));
            }
            _ => {}
        }
        if self.bytes.len() + payload.len() > self.cap {
            return Err(ReadEnd::Refused(TOO_BIG, "the message is too big"));
        }
        self.bytes.extend_from_slice(payload);
        self.open = !fin;
        Ok(fin.then_some(&self.bytes))
    }

    /// After a whole message has been used.
    fn finish(&mut self, frame: &Frame<'_>) {
        if frame.fin && matches!(frame.opcode, OpCode::Binary | OpCode::Continuation) {
            self.bytes.clear();
            // A rare big message does not hold its memory for the life of the connection.
            self.bytes.shrink_to(1024);
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::net::{TcpListener, TcpStream};

    use super::*;

    /// How long a client that says nothing is kept, of which it takes what waits for it after `delay`.
    async fn kept(waits: usize, delay: Duration) -> Duration {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let connected = TcpStream::connect(listener.local_addr().unwrap()).await;
        let (mut reader, (socket, _)) = (connected.unwrap(), listener.accept().await.unwrap());
        let limits = Limits {
            ping_interval: Duration::from_millis(20),
            idle_timeout: Duration::from_millis(200),
            ..Limits::default()
        };
        let (_read, write) = socket.into_split();
        let client = Outbox::new(write, limits.clone());
        client.send(&[(Kind::Reliable, vec![0; waits].into())]);
        assert_eq!(client.waits(), waits > 0);
        let (begin, heard) = (Instant::now(), AtomicU64::new(0));
        let read = async {
            sleep(delay).await;
            tokio::io::copy(&mut reader, &mut tokio::io::sink()).await
        };
        tokio::select! {
            () = keep_alive(&client, &limits, begin, &heard) => begin.elapsed(),
            end = client.run() => panic!("{end:?}"),
            end = read => panic!("{end:?}"),
        }
    }

    #[tokio::test]
    async fn who_still_has_something_to_take_is_not_taken_for_dead() {
        let (delay, idle) = (Duration::from_millis(600), Duration::from_millis(200));
        let silent = kept(0, Duration::ZERO).await;
        assert!(silent >= idle);
        let busy = kept(32 << 20, delay).await;
        assert!(busy >= delay + idle, "{busy:?}, not {silent:?}");
    }
}
