//! What waits for one client, and how it leaves.
//!
//! A message is written straight into the socket by whoever sends it, without waking anybody: that is what makes a
//! client cheap. Only what the socket refuses waits here, by the rules of its kind, and a task per client carries it on.

mod queue;

use std::io::{self, IoSlice};
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use fastwebsockets::{Frame, OpCode, Payload};
use tokio::net::tcp::OwnedWriteHalf;
use tokio::sync::Notify;
use tokio::time::timeout_at;

use crate::limits::Limits;
use crate::protocol::ServerMessage;
use queue::Queue;

/// What happens to a message when a client is slow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Only the latest one of its sort waits.
    Latest(Picture),
    /// A bounded number waits; the oldest goes.
    Droppable,
    /// Never dropped; too many of them close the client.
    Reliable,
}

/// What is worth nothing when a newer one is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Picture {
    /// The board of the environment that is watched.
    Board,
    /// The small boards of several environments.
    Grid,
    /// A person's own game.
    Play,
}

/// Close codes that the server sends of its own accord.
pub(crate) const GOING_AWAY: u16 = 1001;
pub(crate) const TRY_AGAIN: u16 = 1013;

/// A whole WebSocket frame around a message. Server frames are not masked, so all clients share the bytes.
pub(crate) fn binary(message: &ServerMessage) -> Bytes {
    let mut encoded = message.encode_with_room();
    let mut head = [0; MAX_HEAD];
    let length = Frame::binary(Payload::Borrowed(encoded.message())).fmt_head(&mut head);
    encoded.put_before(&head[..length]);
    let (bytes, start) = encoded.into_parts();
    Bytes::from(bytes).slice(start..)
}

pub(crate) fn close(code: u16, reason: &str) -> Bytes {
    frame(Frame::close(code, reason.as_bytes()))
}

pub(crate) fn ping() -> Bytes {
    frame(Frame::new(true, OpCode::Ping, None, Payload::Borrowed(&[])))
}

pub(crate) fn pong(payload: &[u8]) -> Bytes {
    frame(Frame::pong(Payload::Borrowed(payload)))
}

pub(crate) fn frame(mut frame: Frame<'_>) -> Bytes {
    let mut buffer = Vec::new();
    let length = frame.write(&mut buffer).len();
    buffer.truncate(length);
    buffer.into()
}

/// The longest head of a frame that is not masked.
const MAX_HEAD: usize = 10;

/// Frames that are written at once: more than come at once, but for a client that was slow.
const SLICES: usize = 8;

/// Why a client's writer came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WriteEnd {
    /// The closing frame has been written.
    Closed,
    /// The client took nothing for as long as the write timeout, or a message more slowly than may be.
    Slow,
    /// The connection broke.
    Broken,
}

/// Everything on its way to one client.
#[derive(Debug)]
pub(crate) struct Outbox {
    socket: OwnedWriteHalf,
    queue: Mutex<Queue>,
    /// Wakes the writer task when the socket has refused bytes or the queue ends.
    refused: Notify,
    limits: Limits,
}

impl Outbox {
    pub(crate) fn new(socket: OwnedWriteHalf, limits: Limits) -> Self {
        Self {
            socket,
            queue: Mutex::default(),
            refused: Notify::new(),
            limits,
        }
    }

    /// Sends or queues whole frames, in one call of the system where the socket takes them. Never waits.
    pub(crate) fn send(&self, frames: &[(Kind, Bytes)]) {
        let mut queue = self.queue();
        // Nearly always nothing waits and the socket takes everything: then nothing need be queued.
        let mut written = match queue.is_idle() {
            true => self.write(frames),
            false => 0,
        };
        for (kind, frame) in frames {
            if written >= frame.len() {
                written -= frame.len();
            } else {
                queue.push(*kind, frame.clone(), &self.limits);
                queue.written += std::mem::take(&mut written);
            }
        }
        // A queue that is already waiting for the socket is the writer task's.
        if !queue.waiting && !queue.frames.is_empty() {
            self.flush(&mut queue);
            if queue.waiting || queue.end.is_some() {
                self.refused.notify_one();
            }
        }
    }

    /// Sends a closing frame instead of everything that still waits.
    pub(crate) fn close(&self, code: u16, reason: &str) {
        let mut queue = self.queue();
        queue.close(close(code, reason));
        if !queue.waiting {
            self.flush(&mut queue);
        }
        self.refused.notify_one();
    }

    /// Whether something waits until the socket takes it.
    pub(crate) fn waits(&self) -> bool {
        self.queue().waiting
    }

    /// Carries on whatever the socket refused, until the client is gone.
    pub(crate) async fn run(&self) -> WriteEnd {
        loop {
            let deadline = {
                let mut queue = self.queue();
                self.flush(&mut queue);
                if let Some(end) = queue.end {
                    return end;
                }
                queue
                    .waiting
                    .then(|| queue.deadline(self.limits.write_timeout))
            };
            match deadline {
                None => self.refused.notified().await,
                Some(deadline) => match timeout_at(deadline, self.socket.writable()).await {
                    Ok(Ok(())) => {}
                    Ok(Err(_)) => return WriteEnd::Broken,
                    Err(_) => return WriteEnd::Slow,
                },
            }
        }
    }

    /// Writes the beginning of some frames; returns how much of it. What is wrong with the socket shows again at the next try.
    fn write(&self, frames: &[(Kind, Bytes)]) -> usize {
        let mut slices = [IoSlice::new(&[]); SLICES];
        let pairs = slices.iter_mut().zip(frames);
        let count = pairs
            .map(|(slice, (_, frame))| *slice = IoSlice::new(frame))
            .count();
        self.try_write(&slices[..count]).unwrap_or(0)
    }

    fn try_write(&self, slices: &[IoSlice<'_>]) -> io::Result<usize> {
        match slices {
            [one] => self.socket.try_write(one),
            several => self.socket.try_write_vectored(several),
        }
    }

    /// Writes as much as the socket takes now.
    fn flush(&self, queue: &mut Queue) {
        queue.waiting = false;
        loop {
            let mut slices = [IoSlice::new(&[]); SLICES];
            let count = queue.next(&mut slices);
            if count == 0 {
                return;
            }
            match self.try_write(&slices[..count]) {
                Ok(0) => queue.end = Some(WriteEnd::Broken),
                Ok(count) => queue.advance(count),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    queue.waiting = true;
                    return;
                }
                Err(_) => queue.end = Some(WriteEnd::Broken),
            }
        }
    }

    /// A queue of whole frames is never left half changed, so a panic elsewhere does not spoil it.
    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::io::AsyncReadExt;
    use tokio::net::{TcpSocket, TcpStream};
    use tokio::time::{Instant, sleep};

    use super::*;

    /// What became of a frame of 2 MiB that a client reads in pieces of `size` with `pause` before each, and for how long it
    /// was waited for; the system keeps little of it.
    async fn read_slowly(size: usize, pause: Duration) -> (WriteEnd, Duration) {
        const LENGTH: usize = 2 << 20;
        let small = || {
            let socket = TcpSocket::new_v4().unwrap();
            socket.set_send_buffer_size(16 << 10).unwrap();
            socket.set_recv_buffer_size(16 << 10).unwrap();
            socket
        };
        let listening = small();
        listening.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let listener = listening.listen(1).unwrap();
        let connected = small().connect(listener.local_addr().unwrap()).await;
        let (mut reader, (socket, _)) = (connected.unwrap(), listener.accept().await.unwrap());
        let limits = Limits {
            write_timeout: PATIENCE,
            ..Limits::default()
        };
        let (_read, write) = socket.into_split();
        let outbox = Outbox::new(write, limits);
        outbox.send(&[(Kind::Reliable, Bytes::from(vec![7; LENGTH]))]);
        assert!(outbox.queue().waiting, "the system keeps all of it");
        let begin = Instant::now();
        let read = async {
            let (mut piece, mut length) = (vec![0; size], 0);
            while length < LENGTH {
                sleep(pause).await;
                length += reader.read(&mut piece).await.unwrap();
            }
            outbox.close(GOING_AWAY, "");
            std::future::pending().await
        };
        let end = tokio::select! {
            end = outbox.run() => end,
            () = read => unreachable!("it waits for the end"),
        };
        (end, begin.elapsed())
    }

    const PATIENCE: Duration = Duration::from_millis(400);

    #[tokio::test]
    async fn a_client_that_is_slow_gets_a_long_message_all_the_same() {
        let (end, time) = read_slowly(16 << 10, Duration::from_millis(10)).await;
        assert_eq!(end, WriteEnd::Closed, "after {time:?}");
        assert!(time > 2 * PATIENCE, "it was not slow: {time:?}");
    }

    #[tokio::test]
    async fn a_client_that_takes_next_to_nothing_is_given_up_at_once() {
        let (end, time) = read_slowly(1, Duration::from_millis(10)).await;
        assert_eq!(end, WriteEnd::Slow);
        assert!(time < 10 * PATIENCE, "{time:?}");
    }

    #[tokio::test]
    async fn what_the_socket_does_not_take_at_once_follows_in_order() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let connected = TcpStream::connect(listener.local_addr().unwrap()).await;
        let (mut reader, (socket, _)) = (connected.unwrap(), listener.accept().await.unwrap());
        let (_read, write) = socket.into_split();
        let outbox = Outbox::new(write, Limits::default());
        let mut sent = Vec::new();
        let read = async {
            let mut heard = vec![0; 64 << 20];
            let mut length = 0;
            // It begins to read when the socket is full.
            sleep(Duration::from_millis(50)).await;
            while length < heard.len() {
                match reader.read(&mut heard[length..]).await.unwrap() {
                    0 => break,
                    count => length += count,
                }
            }
            heard.truncate(length);
            heard
        };
        // Pairs of odd lengths, more than the system keeps of them.
        let mut number = 0_u8;
        for _ in 0..8 {
            let pair = [(); 2].map(|()| {
                number += 1;
                let length = (1 << 20) + usize::from(number);
                (Kind::Reliable, Bytes::from(vec![number; length]))
            });
            outbox.send(&pair);
            sent.extend(pair.iter().flat_map(|(_, frame)| frame.to_vec()));
        }
        assert!(outbox.queue().waiting, "the system keeps 16 MiB");
        let write = async {
            let end = outbox.run();
            let close = async {
                while !outbox.queue().frames.is_empty() {
                    sleep(Duration::from_millis(1)).await;
                }
                outbox.close(GOING_AWAY, "");
            };
            assert_eq!(tokio::join!(end, close).0, WriteEnd::Closed);
            drop(outbox);
        };
        let (heard, ()) = tokio::join!(read, write);
        sent.extend([0x88, 2, 0x03, 0xe9]);
        assert!(heard == sent, "{} bytes of {}", heard.len(), sent.len());
    }
}
