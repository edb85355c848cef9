//! What the server knows of the session: the truth of which every message is a piece.

mod beginning;

use std::time::{SystemTime, UNIX_EPOCH};

use bytes::Bytes;

use crate::feed::{Feed, Staged};
use crate::games::Games;
use crate::history::{History, Table};
use crate::outbox::{self, Kind, Picture};
use crate::protocol::{
    Change, ConfigMap, EPISODES, EVALUATIONS, Evaluation, Frame, Metrics, POSITIONS, Present,
    RunChanges, RunEntry, SUMMARIES, Schema, ServerMessage, Snapshot, Stamped, State, Status,
    TableData, UPDATES,
};

use beginning::Beginning;

/// Changes that are remembered; a person who makes more has the oldest forgotten.
const MOST_CHANGES: usize = 1000;

/// Unix time in microseconds.
pub(crate) fn unix_micros() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |time| time.as_micros() as u64)
}

/// A message with what happens to it when a client is slow.
pub(crate) type Outgoing = (Kind, Bytes);

/// Status, configuration, board and history, and the number of the last message made of them.
#[derive(Debug)]
pub(crate) struct Live {
    pub(crate) status: Status,
    pub(crate) config: Option<ConfigMap>,
    frame: Option<Frame>,
    history: History,
    changes: Vec<Change>,
    /// What can be shown again of the games of the run.
    pub(crate) games: Games,
    /// The runs of the output folder at the last look, if there was one.
    runs: Option<Vec<RunEntry>>,
    seq: u64,
    /// The emptied other half of the feed's exchange.
    spare: Staged,
    /// Where those who come now begin.
    beginning: Option<Beginning>,
}

impl Default for Live {
    fn default() -> Self {
        let status = Status {
            state: State::Idle,
            message: None,
            run: None,
            preset: None,
            step: 0,
            speed_limit: None,
        };
        Self {
            status,
            config: None,
            frame: None,
            history: History::default(),
            changes: Vec::new(),
            games: Games::default(),
            runs: None,
            seq: 0,
            spare: Staged::default(),
            beginning: None,
        }
    }
}

impl Live {
    /// The latest board and whose it is: a page need not wait for the history to show it.
    pub(crate) fn present(&self) -> Option<Outgoing> {
        let frame = self.frame.clone()?;
        let message = ServerMessage::Present(Box::new(Present {
            status: self.status.clone(),
            config: self.config.clone(),
            frame,
        }));
        Some((Kind::Reliable, outbox::binary(&message)))
    }

    /// Everything, for a client that knows nothing: a snapshot, and what came after it.
    pub(crate) fn beginning(&mut self) -> Vec<Outgoing> {
        let Self {
            status,
            config,
            frame,
            history,
            changes,
            runs,
            beginning,
            ..
        } = self;
        let make = || {
            Beginning::new(&ServerMessage::Snapshot(Box::new(Snapshot {
                status: status.clone(),
                config: config.clone(),
                frame: frame.clone(),
                episodes: history.episodes.pack(),
                updates: history.updates.pack(),
                summaries: history.summaries.pack(),
                evaluations: history.evaluations.pack(),
                positions: history.positions.pack(),
                changes: changes.clone(),
                runs: runs.clone(),
            })))
        };
        beginning.get_or_insert_with(make).messages()
    }

    /// Messages made, finished episodes and evaluations of the run.
    pub(crate) fn counts(&self) -> (u64, u64, u64) {
        let History {
            episodes,
            evaluations,
            ..
        } = &self.history;
        (self.seq, episodes.total(), evaluations.total())
    }

    /// Forgets the last run.
    pub(crate) fn begin(&mut self, status: Status, config: ConfigMap) {
        self.history.clear();
        self.changes.clear();
        self.games.clear();
        self.frame = None;
        self.config = Some(config);
        self.status = status;
        self.beginning = None;
    }

    /// Changes the status and makes the message about it.
    pub(crate) fn set_status(&mut self, change: impl FnOnce(&mut Status)) -> Outgoing {
        change(&mut self.status);
        let body = self.status.clone();
        let stamped = self.stamp(body);
        self.say(Kind::Reliable, &ServerMessage::Status(stamped))
    }

    /// Takes a new board over, if the run has left one.
    pub(crate) fn collect_frame(&mut self, feed: &Feed) -> Option<Outgoing> {
        let frame = feed.take_frame()?;
        Some(self.show(frame))
    }

    /// Takes everything over that the run has left, and makes the messages about it.
    pub(crate) fn collect(&mut self, feed: &Feed) -> Vec<Outgoing> {
        let mut staged = std::mem::take(&mut self.spare);
        feed.take(&mut staged);
        self.status.step = feed.step();
        let mut messages = Vec::new();
        if let Some(frame) = staged.frame.take() {
            messages.push(self.show(frame));
        }
        let rows = &mut staged.rows;
        let metrics = Metrics {
            episodes: append(&EPISODES, &mut rows.episodes, &mut self.history.episodes),
            updates: append(&UPDATES, &mut rows.updates, &mut self.history.updates),
            summaries: append(&SUMMARIES, &mut rows.summaries, &mut self.history.summaries),
            positions: append(&POSITIONS, &mut rows.positions, &mut self.history.positions),
        };
        if metrics != Metrics::default() {
            let stamped = self.stamp(metrics);
            messages.push(self.say(Kind::Droppable, &ServerMessage::Metrics(stamped)));
        }
        if let Some(evaluations) = append(
            &EVALUATIONS,
            &mut rows.evaluations,
            &mut self.history.evaluations,
        ) {
            let stamped = self.stamp(Evaluation { evaluations });
            messages.push(self.say(Kind::Reliable, &ServerMessage::Evaluation(stamped)));
        }
        for checkpoint in staged.checkpoints.drain(..) {
            let stamped = self.stamp(checkpoint);
            messages.push(self.say(Kind::Reliable, &ServerMessage::Checkpoint(stamped)));
        }
        for change in staged.changes.drain(..) {
            if self.changes.len() == MOST_CHANGES {
                self.changes.remove(0);
            }
            self.changes.push(change.clone());
            let stamped = self.stamp(change);
            messages.push(self.say(Kind::Reliable, &ServerMessage::Change(stamped)));
        }
        if let Some(boards) = feed.grid.take() {
            let stamped = self.stamp(boards);
            messages.push(self.say(Kind::Latest(Picture::Grid), &ServerMessage::Boards(stamped)));
        }
        for moves in staged.take_moves() {
            self.games.extend(moves);
        }
        self.spare = staged;
        messages
    }

    /// Takes over what the output folder holds now; the message about what is new in it, if anything is. After the first
    /// look there is one in any case: those whose snapshot said nothing of runs wait for it.
    pub(crate) fn set_runs(&mut self, runs: Vec<RunEntry>) -> Option<Outgoing> {
        let is_first = self.runs.is_none();
        let before = self.runs.take().unwrap_or_default();
        let changed = runs.iter().filter(|run| !before.contains(run));
        let is_gone = |run: &&RunEntry| !runs.iter().any(|other| other.name == run.name);
        let removed = before.iter().filter(is_gone);
        let changes = RunChanges {
            changed: changed.cloned().collect(),
            removed: removed.map(|run| run.name.clone()).collect(),
        };
        self.runs = Some(runs);
        (is_first || changes != RunChanges::default()).then(|| {
            let stamped = self.stamp(changes);
            self.say(Kind::Reliable, &ServerMessage::Runs(stamped))
        })
    }

    fn show(&mut self, frame: Frame) -> Outgoing {
        let message = ServerMessage::Frame(self.stamp(frame));
        let outgoing = self.say(Kind::Latest(Picture::Board), &message);
        // A board is many small pieces of memory: it is moved on rather than copied.
        if let ServerMessage::Frame(Stamped { body, .. }) = message {
            self.frame = Some(body);
        }
        outgoing
    }

    /// A message as everybody gets it, those included who begin with the snapshot before it.
    fn say(&mut self, kind: Kind, message: &ServerMessage) -> Outgoing {
        let outgoing = (kind, outbox::binary(message));
        self.beginning.take_if(|beginning| !beginning.is_fresh());
        if let Some(beginning) = &mut self.beginning {
            beginning.push(outgoing.clone());
        }
        outgoing
    }

    fn stamp<T>(&mut self, body: T) -> Stamped<T> {
        self.seq += 1;
        Stamped {
            seq: self.seq,
            t: unix_micros(),
            body,
        }
    }
}

/// Moves rows into the history; the message about them, if there are any.
fn append(schema: &Schema, from: &mut Table, to: &mut Table) -> Option<TableData> {
    if from.is_empty() {
        return None;
    }
    let rows = from.take();
    to.extend(&rows);
    let count = (rows.len() / schema.kept_width()) as u64;
    Some(schema.pack(to.total() - count, &rows))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read((_, frame): &Outgoing) -> ServerMessage {
        let head = match frame[1] {
            126 => 4,
            127 => 10,
            _ => 2,
        };
        rmp_serde::from_slice(&frame[head..]).unwrap()
    }

    impl Live {
        /// What a client finds that comes now, if nobody came shortly before.
        pub(crate) fn snapshot(&mut self) -> Snapshot {
            match read(&self.beginning()[0]) {
                ServerMessage::Snapshot(snapshot) => *snapshot,
                other => panic!("{other:?}"),
            }
        }
    }

    #[test]
    fn increments_add_up_to_the_snapshot() {
        let (mut live, feed) = (Live::default(), Feed::new());
        let mut seen = EPISODES.pack(0, &[]);
        let mut last_seq = 0;
        for index in 0..10u32 {
            for episode in 0..index {
                let row = [
                    f64::from(episode),
                    0.5,
                    f64::from(index),
                    1.0,
                    2.0,
                    3.0,
                    4.0,
                ];
                feed.stage(|staged| staged.rows.episodes.push(&row));
            }
            feed.set_step(u64::from(index));
            for message in live.collect(&feed) {
                let ServerMessage::Metrics(metrics) = read(&message) else {
                    panic!("only metrics were staged")
                };
                assert_eq!(metrics.seq, last_seq + 1);
                last_seq = metrics.seq;
                let rows = metrics.body.episodes.unwrap();
                assert_eq!(rows.start, u64::from(seen.rows), "no row is missing");
                assert_eq!((metrics.body.updates, metrics.body.summaries), (None, None));
                seen.rows += rows.rows;
                for (column, more) in seen.columns.iter_mut().zip(rows.columns) {
                    column.1.extend(more.1);
                }
            }
        }
        assert_eq!(last_seq, 9, "the first look found nothing");
        let snapshot = live.snapshot();
        assert_eq!(snapshot.episodes, seen);
        assert_eq!(snapshot.status.step, 9);
    }

    #[test]
    fn the_board_goes_ahead_of_the_history() {
        let (mut live, feed) = (Live::default(), Feed::new());
        assert_eq!(live.present(), None, "there is no board yet");
        let frame = Frame {
            step: 7,
            ..Frame::blank()
        };
        feed.stage(|staged| staged.frame = Some(frame.clone()));
        live.collect(&feed);
        let ServerMessage::Present(present) = read(&live.present().unwrap()) else {
            panic!("something else was said")
        };
        assert_eq!(present.status, live.status);
        assert_eq!(present.frame.step, frame.step);
        live.begin(live.status.clone(), ConfigMap::new());
        assert_eq!(live.present(), None, "that was of another run");
    }

    #[test]
    fn whoever_comes_soon_gets_the_same_snapshot_and_what_came_since() {
        let (mut live, feed) = (Live::default(), Feed::new());
        let first = live.beginning();
        assert_eq!(first.len(), 1);
        let mut said = Vec::new();
        for value in 0..beginning::MESSAGES {
            feed.stage(|staged| staged.rows.evaluations.push(&[value as f64; 8]));
            said.extend(live.collect(&feed));
            assert_eq!(live.beginning(), [&first[..], &said].concat());
        }
        feed.stage(|staged| staged.rows.evaluations.push(&[0.0; 8]));
        live.collect(&feed);
        assert_eq!(live.beginning().len(), 1, "there were too many");
        let rows = live.snapshot().evaluations.rows;
        assert_eq!(rows as usize, beginning::MESSAGES + 1);
    }

    #[test]
    fn no_runs_are_told_of_before_the_first_look_and_then_all_even_if_there_are_none() {
        let mut live = Live::default();
        assert_eq!(live.snapshot().runs, None);
        let look = live.set_runs(vec![]).expect("somebody may wait for it");
        let ServerMessage::Runs(Stamped { body, .. }) = read(&look) else {
            panic!("something else was said")
        };
        assert_eq!(body, RunChanges::default());
        assert_eq!(live.beginning()[1..], [look], "to those who come soon too");
        live.beginning = None;
        assert_eq!(live.snapshot().runs, Some(vec![]));
        assert_eq!(live.set_runs(vec![]), None, "nothing is new");
    }

    #[test]
    fn a_new_run_begins_with_an_empty_history() {
        let (mut live, feed) = (Live::default(), Feed::new());
        feed.stage(|staged| staged.rows.evaluations.push(&[0.0; 8]));
        let messages = live.collect(&feed);
        assert!(matches!(read(&messages[0]), ServerMessage::Evaluation(_)));
        assert_eq!(live.snapshot().evaluations.rows, 1);
        let status = Status {
            run: Some("next".to_owned()),
            state: State::Running,
            ..live.status.clone()
        };
        live.begin(status, ConfigMap::new());
        let snapshot = live.snapshot();
        assert_eq!(
            (snapshot.evaluations.start, snapshot.evaluations.rows),
            (0, 0)
        );
        assert_eq!(snapshot.status.run.as_deref(), Some("next"));
    }
}
