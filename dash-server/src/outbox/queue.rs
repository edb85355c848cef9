//! What waits for one client: frames in order, by the rules of their kinds.

use std::collections::VecDeque;
use std::io::IoSlice;
use std::time::Duration;

use bytes::Bytes;
use tokio::time::Instant;

use super::{Kind, TRY_AGAIN, WriteEnd, close};
use crate::limits::Limits;

/// Bytes a second that a client must take of a frame on the whole: a long history is there for a slow line too, but not for a
/// client that spins it out.
const LEAST_RATE: f64 = 16384.0;

/// Frames in order, by the rules of their kinds.
#[derive(Debug)]
pub(super) struct Queue {
    pub(super) frames: VecDeque<(Kind, Bytes)>,
    /// Bytes of the first frame that are already out; it can then no longer be dropped.
    pub(super) written: usize,
    /// Bytes of the longest frame that has come since nothing waited: a history on a slow line has that much come after it.
    longest: usize,
    /// When the first frame came to be the first.
    pub(super) since: Instant,
    /// When the socket last took anything.
    taken: Instant,
    /// Whether the socket refused the last attempt.
    pub(super) waiting: bool,
    /// The closing frame is the last one in the queue; nothing may follow it.
    closing: bool,
    pub(super) end: Option<WriteEnd>,
}

impl Default for Queue {
    fn default() -> Self {
        let now = Instant::now();
        Self {
            frames: VecDeque::new(),
            written: 0,
            longest: 0,
            since: now,
            taken: now,
            waiting: false,
            closing: false,
            end: None,
        }
    }
}

impl Queue {
    /// Whether nothing waits, and more may come.
    pub(super) fn is_idle(&self) -> bool {
        self.frames.is_empty() && !self.closing && self.end.is_none()
    }

    pub(super) fn push(&mut self, kind: Kind, frame: Bytes, limits: &Limits) {
        if self.closing || self.end.is_some() {
            return;
        }
        match kind {
            Kind::Latest(_) => self.drop_oldest(kind, 0),
            Kind::Droppable => {
                let most = limits.metrics_bytes.max(self.longest);
                self.drop_oldest(kind, most.saturating_sub(frame.len()));
            }
            Kind::Reliable => {
                let many = self.waiting(kind).count() >= limits.reliable_queue.max(1);
                if many && self.bytes(kind) >= self.longest {
                    self.close(close(TRY_AGAIN, "too slow; come back for a snapshot"));
                    return;
                }
            }
        }
        if self.frames.is_empty() {
            self.since = Instant::now();
        }
        self.longest = self.longest.max(frame.len());
        self.frames.push_back((kind, frame));
    }

    /// The frames of a kind that have not begun, and their places.
    fn waiting(&self, kind: Kind) -> impl Iterator<Item = (usize, &Bytes)> {
        let begun = usize::from(self.written > 0);
        let frames = self.frames.iter().enumerate().skip(begun);
        frames.filter_map(move |(place, (other, frame))| (*other == kind).then_some((place, frame)))
    }

    fn bytes(&self, kind: Kind) -> usize {
        self.waiting(kind).map(|(_, frame)| frame.len()).sum()
    }

    /// Drops the oldest frames of a kind, so that no more than so many bytes of them wait.
    fn drop_oldest(&mut self, kind: Kind, most: usize) {
        let mut bytes = self.bytes(kind);
        while bytes > most {
            let oldest = self.waiting(kind).next();
            let Some((place, length)) = oldest.map(|(place, frame)| (place, frame.len())) else {
                return;
            };
            self.frames.remove(place);
            bytes -= length;
        }
    }

    /// Drops what nobody has begun to write, and ends with `frame`.
    pub(super) fn close(&mut self, frame: Bytes) {
        if self.closing || self.end.is_some() {
            return;
        }
        self.frames.truncate(usize::from(self.written > 0));
        if self.frames.is_empty() {
            self.since = Instant::now();
        }
        self.frames.push_back((Kind::Reliable, frame));
        self.closing = true;
    }

    /// The bytes to write next, as many frames of them as there are slices; returns how many there are.
    pub(super) fn next<'a>(&'a self, slices: &mut [IoSlice<'a>]) -> usize {
        if self.end.is_some() {
            return 0;
        }
        let mut begun = self.written;
        let pairs = slices.iter_mut().zip(&self.frames);
        let filled = pairs.map(|(slice, (_, frame))| {
            *slice = IoSlice::new(&frame[std::mem::take(&mut begun)..]);
        });
        filled.count()
    }

    /// When a client is given up unless it takes something before: so long after it last did, and sooner if it has taken the
    /// first frame more slowly than may be.
    pub(super) fn deadline(&self, patience: Duration) -> Instant {
        let earned = Duration::from_secs_f64(self.written as f64 / LEAST_RATE);
        (self.since + earned).min(self.taken.max(self.since)) + patience
    }

    /// `count` of those bytes have been written.
    pub(super) fn advance(&mut self, count: usize) {
        self.written += count;
        self.taken = Instant::now();
        let mut out = 0;
        while let Some((_, frame)) = self.frames.front()
            && self.written >= frame.len()
        {
            self.written -= frame.len();
            self.frames.pop_front();
            out += 1;
        }
        if out > 0 {
            self.since = self.taken;
            if self.frames.is_empty() {
                self.longest = 0;
            }
            if self.closing && self.frames.is_empty() {
                self.end = Some(WriteEnd::Closed);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outbox::{GOING_AWAY, Picture};

    const BOARD: Kind = Kind::Latest(Picture::Board);
    const GRID: Kind = Kind::Latest(Picture::Grid);

    fn limits() -> Limits {
        Limits {
            metrics_bytes: 2,
            reliable_queue: 3,
            ..Limits::default()
        }
    }

    /// Everything in the queue, as the client would read it.
    fn drain(queue: &mut Queue) -> Vec<u8> {
        let mut out = Vec::new();
        loop {
            let mut slices = [IoSlice::new(&[]); 2];
            if queue.next(&mut slices) == 0 {
                return out;
            }
            // More than the rest of the first frame, so that a write may end anywhere in the second one.
            let bytes: Vec<u8> = slices.iter().flat_map(|slice| slice.to_vec()).collect();
            let count = bytes.len().min(slices[0].len() + 1);
            out.extend(&bytes[..count]);
            queue.advance(count);
        }
    }

    fn push(queue: &mut Queue, kind: Kind, bytes: &'static [u8]) {
        queue.push(kind, Bytes::from_static(bytes), &limits());
    }

    #[test]
    fn order_is_kept_and_each_kind_has_its_bound() {
        let mut queue = Queue::default();
        push(&mut queue, BOARD, b"a");
        push(&mut queue, Kind::Reliable, b"1");
        push(&mut queue, Kind::Droppable, b"x");
        push(&mut queue, BOARD, b"b");
        push(&mut queue, Kind::Droppable, b"y");
        push(&mut queue, Kind::Reliable, b"2");
        push(&mut queue, Kind::Droppable, b"z");
        push(&mut queue, BOARD, b"c");
        assert_eq!(drain(&mut queue), b"1y2zc");
        assert_eq!(queue.end, None);
    }

    #[test]
    fn one_picture_of_each_sort_waits() {
        let mut queue = Queue::default();
        for (kind, bytes) in [(GRID, b"g"), (BOARD, b"b"), (GRID, b"h"), (BOARD, b"c")] {
            push(&mut queue, kind, bytes);
        }
        assert_eq!(drain(&mut queue), b"hc");
    }

    /// What is left when ten messages have come behind a long one and two more while those go out.
    fn behind_a_long_message(kind: Kind) -> Queue {
        let mut queue = Queue::default();
        push(&mut queue, Kind::Reliable, &[b'.'; 50]);
        queue.advance(1);
        for message in [
            b"00000", b"11111", b"22222", b"33333", b"44444", b"55555", b"66666", b"77777",
            b"88888", b"99999",
        ] {
            push(&mut queue, kind, message);
        }
        queue.advance(49 + 10);
        push(&mut queue, kind, b"aaaaa");
        push(&mut queue, kind, b"bbbbb");
        queue
    }

    #[test]
    fn as_much_waits_behind_a_long_message_as_that_is_long() {
        let all = b"2222233333444445555566666777778888899999aaaaabbbbb";
        for kind in [Kind::Droppable, Kind::Reliable] {
            assert_eq!(drain(&mut behind_a_long_message(kind)), all);
        }
        let mut metrics = behind_a_long_message(Kind::Droppable);
        push(&mut metrics, Kind::Droppable, b"c");
        assert_eq!(drain(&mut metrics), [&all[5..], b"c"].concat());
        let mut status = behind_a_long_message(Kind::Reliable);
        push(&mut status, Kind::Reliable, b"c");
        assert_eq!(drain(&mut status)[2..4], TRY_AGAIN.to_be_bytes());
    }

    #[test]
    fn a_long_message_that_is_out_is_forgotten() {
        let mut queue = behind_a_long_message(Kind::Reliable);
        drain(&mut queue);
        for message in [b"1", b"2", b"3", b"4"] {
            push(&mut queue, Kind::Droppable, message);
        }
        assert_eq!(drain(&mut queue), b"34");
    }

    #[test]
    fn a_frame_that_has_begun_is_finished() {
        let mut queue = Queue::default();
        push(&mut queue, BOARD, b"old");
        queue.advance(1);
        push(&mut queue, BOARD, b"mid");
        push(&mut queue, BOARD, b"new");
        assert_eq!(drain(&mut queue), b"ldnew");
    }

    #[test]
    fn too_many_reliable_messages_close_the_client() {
        let mut queue = Queue::default();
        for message in [b"1", b"2", b"3", b"4", b"5"] {
            push(&mut queue, Kind::Reliable, message);
        }
        let out = drain(&mut queue);
        assert_eq!(&out[..1], [0x88], "only the closing frame is left");
        assert_eq!(&out[2..4], TRY_AGAIN.to_be_bytes());
        assert_eq!(queue.end, Some(WriteEnd::Closed));
        push(&mut queue, Kind::Reliable, b"6");
        assert_eq!(drain(&mut queue), b"");
    }

    #[test]
    fn whoever_takes_something_is_waited_for_but_not_below_the_least_rate() {
        let (patience, second) = (Duration::from_secs(5), Duration::from_secs(1));
        let mut queue = Queue::default();
        queue.push(Kind::Reliable, Bytes::from(vec![0; 4 << 20]), &limits());
        assert_eq!(queue.deadline(patience), queue.since + patience);
        // Whoever takes twice the least rate is waited for ever further.
        let rate = LEAST_RATE as usize;
        for seconds in 1..20 {
            queue.since -= second;
            queue.advance(2 * rate);
            let left = queue.deadline(patience) - Instant::now();
            assert!(left > patience - second / 2, "{left:?} after {seconds} s");
        }
        // Then half of it, for longer than what was gained lasts, and no moment without taking something.
        let mut given_up = 0;
        while queue.deadline(patience) > Instant::now() {
            queue.since -= second;
            queue.advance(rate / 2);
            given_up += 1;
        }
        assert_eq!(given_up, 2 * (20 - 1 + 5), "what was gained, and patience");
    }

    #[test]
    fn closing_waits_for_the_frame_that_has_begun_and_for_nothing_else() {
        let mut queue = Queue::default();
        push(&mut queue, Kind::Reliable, b"12");
        push(&mut queue, Kind::Reliable, b"34");
        queue.advance(1);
        queue.close(close(GOING_AWAY, ""));
        queue.close(close(1002, ""));
        assert_eq!(drain(&mut queue), [b'2', 0x88, 2, 0x03, 0xe9]);
    }
}
