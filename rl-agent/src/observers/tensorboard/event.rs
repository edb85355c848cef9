//! The bytes of event files.
//!
//! A file is a sequence of TFRecords (length, masked CRC-32C of the length, data, masked CRC-32C of the data), each a
//! protocol-buffers `Event`; the fields here are those of TensorBoard's `event.proto` and `summary.proto` that scalars
//! need. They are written by hand into buffers that stay, since an episode of a few steps must not cost as much as one.

use std::io::{self, Write};

/// Field 1, a double: when.
const WALL_TIME: u8 = 1 << 3 | FIXED64;
/// Field 2, an integer: the step.
const STEP: u8 = 2 << 3 | VARINT;
/// Field 3, a string: that of the first event.
const FILE_VERSION: u8 = 3 << 3 | BYTES;
/// Field 5, a message: the scalars.
const SUMMARY: u8 = 5 << 3 | BYTES;
/// Field 1 of a summary, a message: one of its scalars.
const SCALAR: u8 = 1 << 3 | BYTES;
/// Field 1 of a scalar, a string: its name.
const TAG: u8 = 1 << 3 | BYTES;
/// Field 2 of a scalar, a float. One of several kinds of value, so it is written also when it is zero.
const VALUE: u8 = 2 << 3 | FIXED32;

/// How values are laid out.
const VARINT: u8 = 0;
const FIXED64: u8 = 1;
const BYTES: u8 = 2;
const FIXED32: u8 = 5;

/// Writes events, one after another.
#[derive(Debug, Default)]
pub(super) struct Events {
    summary: Vec<u8>,
    event: Vec<u8>,
}

impl Events {
    /// The event that opens a file.
    pub(super) fn version(&mut self, wall_time: f64, out: &mut impl Write) -> io::Result<()> {
        self.begin(wall_time, 0);
        bytes(&mut self.event, FILE_VERSION, &[b"brain.Event:2"]);
        write_record(out, &self.event)
    }

    /// A scalar of the next event; its name is `group`, a slash and the parts of `name`.
    pub(super) fn scalar(&mut self, group: &str, name: [&str; 2], value: f32) {
        let parts = [group, "/", name[0], name[1]].map(str::as_bytes);
        let tag: usize = parts.iter().map(|part| part.len()).sum();
        self.summary.push(SCALAR);
        varint(&mut self.summary, (1 + varint_len(tag) + tag + 5) as u64);
        bytes(&mut self.summary, TAG, &parts);
        self.summary.push(VALUE);
        self.summary.extend_from_slice(&value.to_le_bytes());
    }

    /// Whether there is a scalar to write.
    pub(super) fn is_empty(&self) -> bool {
        self.summary.is_empty()
    }

    /// Writes the event with the scalars so far.
    pub(super) fn write(
        &mut self,
        wall_time: f64,
        step: u64,
        out: &mut impl Write,
    ) -> io::Result<()> {
        self.begin(wall_time, step);
        bytes(&mut self.event, SUMMARY, &[&self.summary]);
        self.summary.clear();
        write_record(out, &self.event)
    }

    fn begin(&mut self, wall_time: f64, step: u64) {
        self.event.clear();
        self.event.push(WALL_TIME);
        self.event.extend_from_slice(&wall_time.to_le_bytes());
        if step > 0 {
            self.event.push(STEP);
            varint(&mut self.event, step);
        }
    }
}

/// A field of several parts that belong together.
fn bytes(out: &mut Vec<u8>, field: u8, parts: &[&[u8]]) {
    out.push(field);
    varint(
        out,
        parts.iter().map(|part| part.len()).sum::<usize>() as u64,
    );
    parts.iter().for_each(|part| out.extend_from_slice(part));
}

/// Seven bits a byte, the lowest first; all but the last have the highest bit set.
fn varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn varint_len(value: usize) -> usize {
    (value.max(1).ilog2() as usize) / 7 + 1
}

fn write_record(out: &mut impl Write, data: &[u8]) -> io::Result<()> {
    let length = (data.len() as u64).to_le_bytes();
    out.write_all(&length)?;
    out.write_all(&masked_crc(&length).to_le_bytes())?;
    out.write_all(data)?;
    out.write_all(&masked_crc(data).to_le_bytes())
}

/// The CRC-32C turned and shifted as TFRecord has it, so that the CRC of data with CRCs in it stays a good one.
fn masked_crc(data: &[u8]) -> u32 {
    crc32c::crc32c(data)
        .rotate_right(15)
        .wrapping_add(0xa282_ead8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_framed_as_tensorflow_frames_them() {
        // CRC-32C of "123456789" is the published check value; the mask is that of TFRecord.
        assert_eq!(crc32c::crc32c(b"123456789"), 0xe306_9283);
        assert_eq!(masked_crc(b"123456789"), 0xc78a_b0e5);
        let mut record = Vec::new();
        write_record(&mut record, b"abc").unwrap();
        assert_eq!((record.len(), &record[12..15]), (19, &b"abc"[..]));
    }

    #[test]
    fn an_event_is_what_protocol_buffers_make_of_it() {
        let mut events = Events::default();
        for _ in 0..2 {
            let mut record = Vec::new();
            events.scalar("a", ["b", ""], 2.0);
            events.write(1.0, 5, &mut record).unwrap();
            let expected = [
                0x09, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f, 0x10, 5, 0x2a, 12, 0x0a, 10, 0x0a, 3, b'a',
                b'/', b'b', 0x15, 0, 0, 0, 0x40,
            ];
            assert_eq!(
                record[12..record.len() - 4],
                expected,
                "and nothing is left of the last"
            );
        }
    }

    #[test]
    fn lengths_of_more_than_seven_bits_take_more_bytes() {
        for (value, expected) in [
            (0, &[0][..]),
            (127, &[0x7f]),
            (128, &[0x80, 1]),
            (300, &[0xac, 2]),
            (16_383, &[0xff, 0x7f]),
            (16_384, &[0x80, 0x80, 1]),
        ] {
            let mut out = Vec::new();
            varint(&mut out, value);
            assert_eq!(out, expected);
            assert_eq!(varint_len(value as usize), expected.len());
        }
    }
}
