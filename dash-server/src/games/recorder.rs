//! The training side: takes moves and values down as they are decided, and hands them over now and then.
//!
//! Finished and running games go together, so that what the server knows of the games is always of one moment: a running
//! game is in it although thousands of games may have come and gone since.

use rl_agent::observer::{DecisionReport, EpisodeReport};

use super::STRETCH;
use super::log::{Ending, Log, Moves, Opening};
use crate::board::{BoardView, drop_count};
use crate::feed::Feed;
use crate::observer::named;
use crate::protocol::Frame;

/// Bytes of moves that are handed over at the latest.
const MOST_BYTES: usize = 1 << 20;

/// Takes down the games of a run.
#[derive(Debug, Default)]
pub(crate) struct Recorder {
    /// One for each environment whose moves have numbers.
    games: Vec<Recording>,
    /// Finished games and full stretches.
    done: Vec<Moves>,
    /// Bytes in `done`.
    bytes: usize,
}

#[derive(Debug, Default)]
struct Recording {
    moves: Moves,
    /// Placements until the next stretch begins.
    left: usize,
    /// Whether a move takes two bytes.
    wide: bool,
}

impl Recorder {
    /// A move was decided on and not yet made.
    pub(crate) fn decided<E: BoardView>(&mut self, report: &DecisionReport<'_, E>, feed: &Feed) {
        let Some(number) = report.env.drop_number(report.action) else {
            return;
        };
        while self.games.len() <= report.env_index {
            let environment = self.games.len();
            self.games.push(Recording {
                moves: Moves {
                    environment,
                    ..Moves::default()
                },
                ..Recording::default()
            });
        }
        let recording = &mut self.games[report.env_index];
        if recording.left == 0 {
            recording.begin(report.env);
        }
        recording.push(number, report);
        if recording.left == 0 {
            let moves = recording.take();
            self.finish(moves, feed);
        }
    }

    /// A game is over.
    pub(crate) fn ended(&mut self, report: &EpisodeReport<'_>, feed: &Feed) {
        if let Some(recording) = self.games.get_mut(report.env_index) {
            recording.moves.ending = Some(Ending {
                episode: report.episode,
                lines: named("lines", report.names, report.measures) as u64,
                score: named("score", report.names, report.measures) as u64,
            });
            recording.left = 0;
            let moves = recording.take();
            self.finish(moves, feed);
        }
    }

    fn finish(&mut self, moves: Moves, feed: &Feed) {
        self.bytes += moves.bytes();
        self.done.push(moves);
        if self.bytes > MOST_BYTES {
            self.hand_over(feed);
        }
    }

    /// Leaves everything so far where the server finds it.
    pub(crate) fn hand_over(&mut self, feed: &Feed) {
        self.bytes = 0;
        let running = self.games.iter_mut();
        let running = running.filter(|recording| recording.moves.count > 0);
        self.done.extend(running.map(Recording::take));
        feed.stage(|staged| {
            self.done
                .drain(..)
                .for_each(|moves| staged.put_moves(moves))
        });
    }
}

impl Recording {
    fn begin(&mut self, env: &impl BoardView) {
        let mut frame = Frame::blank();
        env.draw(&mut frame);
        self.left = STRETCH;
        self.wide = drop_count(frame.width.into()) > 256;
        self.moves.from = frame.pieces;
        self.moves.opening = Some(Opening {
            width: frame.width,
            height: frame.height,
            cells: frame.cells.into_vec(),
            lines: frame.lines,
            score: frame.score,
        });
    }

    fn push<E: BoardView>(&mut self, number: u16, report: &DecisionReport<'_, E>) {
        self.left -= 1;
        self.moves.count += 1;
        let log = &mut self.moves.log;
        let bytes = number.to_le_bytes();
        log.moves
            .extend_from_slice(&bytes[..1 + usize::from(self.wide)]);
        if report.values.is_empty() {
            log.counts.push(0);
        } else if report.candidates.is_some() {
            log.push_values(report.values);
        } else {
            // An agent without afterstates has a value for every action, possible or not.
            let mut legal = vec![false; report.env.action_count()];
            report.env.legal_actions(&mut legal);
            let values = report.values.iter().zip(&legal);
            let possible: Vec<f32> = values
                .filter(|(_, legal)| **legal)
                .map(|(value, _)| *value)
                .collect();
            log.push_values(&possible);
        }
    }

    /// Takes out what has been written down so far: a copy that is no larger than need be, so that the buffers that have
    /// grown stay here.
    fn take(&mut self) -> Moves {
        let moves = &mut self.moves;
        let taken = Moves {
            environment: moves.environment,
            from: moves.from,
            count: moves.count,
            opening: moves.opening.take(),
            log: moves.log.clone(),
            ending: moves.ending.take(),
        };
        moves.from += moves.count;
        moves.count = 0;
        moves.log.clear();
        taken
    }
}

impl Log {
    fn push_values(&mut self, values: &[f32]) {
        let highest = highest(values);
        // A board of 32 columns has 122 placements at most.
        self.counts.push(values.len() as u8);
        self.highest.extend_from_slice(&highest.to_le_bytes());
        let begin = self.below.len();
        self.below.resize(begin + 2 * values.len(), 0);
        let (halves, _) = self.below[begin..].as_chunks_mut();
        for (half, value) in halves.iter_mut().zip(values) {
            *half = upper_half(highest - value).to_le_bytes();
        }
    }
}

/// The highest value, NaN if there is none; in eight lanes, because this is done at every step.
fn highest(values: &[f32]) -> f32 {
    let mut lanes = [f32::NAN; 8];
    for chunk in values.chunks(lanes.len()) {
        for (lane, &value) in lanes.iter_mut().zip(chunk) {
            *lane = lane.max(value);
        }
    }
    lanes.into_iter().fold(f32::NAN, f32::max)
}

/// The upper half of a float, rounded: its first three digits or so, which is plenty for a distance.
fn upper_half(number: f32) -> u16 {
    (number.to_bits().saturating_add(0x8000) >> 16) as u16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_keep_their_first_digits() {
        for distance in [0.0, 1e-7, 0.125, 0.3, 17.25, 12_345.0] {
            let read = f32::from_bits(u32::from(upper_half(distance)) << 16);
            assert!(
                (read - distance).abs() <= distance / 256.0,
                "{distance}: {read}"
            );
        }
        assert!(f32::from_bits(u32::from(upper_half(f32::NAN)) << 16).is_nan());
    }

    #[test]
    fn values_are_written_as_they_travel() {
        let mut log = Log::default();
        log.push_values(&[1.0, 3.0, 2.5]);
        assert_eq!(log.counts, [3]);
        assert_eq!(log.highest, 3.0f32.to_le_bytes());
        let below: Vec<f32> = log
            .below
            .as_chunks()
            .0
            .iter()
            .map(|&half| f32::from_bits(u32::from(u16::from_le_bytes(half)) << 16))
            .collect();
        assert_eq!(below, [2.0, 0.0, 0.5]);
    }
}
