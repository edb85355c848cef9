//! A message as bytes, with room in front for what is only known once it is written.

use rmp::decode::read_map_len;
use rmp::encode::{write_map_len, write_str, write_uint};
use serde::Serialize;

use super::{ServerMessage, Stamped};

/// Bytes that are left free before the first one: enough for the head of a WebSocket frame and what stands before a body.
const ROOM: usize = 64;

/// Bytes of a board and its decision, which is the message that there are most of.
const USUAL: usize = 2048;

/// The fields of a stamped message that are not those of its body: `type`, `seq` and `t`.
const STAMP: u32 = 3;

/// The bytes of a message.
#[derive(Debug)]
pub(crate) struct Encoded {
    bytes: Vec<u8>,
    /// Where the message begins; what is before it is free.
    start: usize,
}

impl Encoded {
    /// # Panics
    /// Never: every value of these types has an encoding.
    pub(super) fn new(message: &ServerMessage) -> Self {
        match message {
            // Serde flattens by way of a map of unknown length, which is written twice: too dear for what is sent most.
            ServerMessage::Frame(frame) => Self::stamped("frame", frame),
            other => Self::of(other),
        }
    }

    fn of(value: &impl Serialize) -> Self {
        let mut bytes = Vec::with_capacity(ROOM + USUAL);
        bytes.resize(ROOM, 0);
        rmp_serde::encode::write_named(&mut bytes, value)
            .expect("plain maps, numbers, strings and bytes always encode");
        Self { bytes, start: ROOM }
    }

    /// The fields of a stamp and those of its body in one map.
    fn stamped(kind: &str, Stamped { seq, t, body }: &Stamped<impl Serialize>) -> Self {
        let mut encoded = Self::of(body);
        let mut rest = encoded.message();
        let fields = read_map_len(&mut rest).expect("a body is a map");
        encoded.start = encoded.bytes.len() - rest.len();
        let mut head = [0; ROOM];
        let mut free = &mut head[..];
        let written = write_map_len(&mut free, STAMP + fields)
            .and_then(|_| write_str(&mut free, "type"))
            .and_then(|()| write_str(&mut free, kind))
            .and_then(|()| write_str(&mut free, "seq"))
            .and_then(|()| write_uint(&mut free, *seq).map(drop))
            .and_then(|()| write_str(&mut free, "t"))
            .and_then(|()| write_uint(&mut free, *t).map(drop));
        written.expect("there is room for a stamp");
        let length = ROOM - free.len();
        encoded.put_before(&head[..length]);
        encoded
    }

    /// The message, and what was put before it.
    pub(crate) fn message(&self) -> &[u8] {
        &self.bytes[self.start..]
    }

    /// Puts bytes before all others.
    ///
    /// # Panics
    /// If there is no room for them.
    pub(crate) fn put_before(&mut self, head: &[u8]) {
        let end = self.start;
        self.start -= head.len();
        self.bytes[self.start..end].copy_from_slice(head);
    }

    /// All bytes, and where the first one that counts is among them.
    pub(crate) fn into_parts(self) -> (Vec<u8>, usize) {
        (self.bytes, self.start)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::Frame;

    #[test]
    fn a_stamped_message_is_what_serde_makes_of_it() {
        for (seq, t, text) in [
            (0, 0, String::new()),
            (127, 1 << 20, "words".to_owned()),
            (u64::MAX, u64::MAX, "w".repeat(70_000)),
        ] {
            let body = Frame {
                text,
                ..Frame::blank()
            };
            let message = ServerMessage::Frame(Stamped { seq, t, body });
            let expected = rmp_serde::to_vec_named(&message).unwrap();
            let mut encoded = Encoded::new(&message);
            assert_eq!(encoded.message(), expected);
            encoded.put_before(&[0xff; 10]);
            assert_eq!(encoded.message()[..10], [0xff; 10]);
            assert_eq!(encoded.message()[10..], expected);
        }
    }
}
