//! Everything that a run has left in its feed, on the way to the feed of the server.

use serde::{Deserialize, Serialize};

use crate::feed::{Feed, Staged};
use crate::games::Moves;
use crate::history::SCHEMAS;
use crate::protocol::{Boards, Change, Checkpoint, Frame, Schema};

/// What has happened since the last report.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Report {
    step: u64,
    frame: Option<Frame>,
    boards: Option<Boards>,
    /// In the order of [`SCHEMAS`].
    rows: Vec<Vec<f64>>,
    checkpoints: Vec<Checkpoint>,
    changes: Vec<Change>,
    moves: Vec<Moves>,
}

/// Whether these are rows as a table keeps them.
fn fit(rows: &[f64], schema: &Schema) -> bool {
    let width = schema.kept_width();
    let counted = |row: &[f64]| (1.0..1e15).contains(&row[schema.width()]);
    rows.len().is_multiple_of(width) && rows.chunks(width).all(counted)
}

impl Report {
    /// Takes everything out of a feed; `spare` is empty before and after.
    pub(super) fn gather(feed: &Feed, spare: &mut Staged) -> Self {
        feed.take(spare);
        let rows = spare.rows.tables_mut().map(|table| table.take());
        Self {
            step: feed.step(),
            frame: spare.frame.take(),
            boards: feed.grid.take(),
            rows: rows.into(),
            checkpoints: std::mem::take(&mut spare.checkpoints),
            changes: std::mem::take(&mut spare.changes),
            moves: spare.take_moves().collect(),
        }
    }

    /// Puts everything into another feed.
    ///
    /// # Errors
    /// If it makes no sense; then nothing of it is taken over.
    pub(super) fn leave(self, feed: &Feed) -> Result<(), String> {
        if !self.makes_sense() {
            return Err("the run's process sent a report that makes no sense".to_owned());
        }
        feed.set_step(self.step);
        if let Some(boards) = self.boards {
            feed.grid.put(boards);
        }
        feed.stage(|staged| {
            let tables = staged.rows.tables_mut().into_iter();
            for (table, rows) in tables.zip(self.rows) {
                table.extend(&rows);
            }
            staged.checkpoints.extend(self.checkpoints);
            staged.changes.extend(self.changes);
            for moves in self.moves {
                staged.put_moves(moves);
            }
        });
        if let Some(frame) = self.frame {
            feed.put_frame(frame);
        }
        Ok(())
    }

    fn makes_sense(&self) -> bool {
        let mut rows = self.rows.iter().zip(SCHEMAS);
        self.rows.len() == SCHEMAS.len()
            && rows.all(|(rows, schema)| fit(rows, schema))
            && self.boards.as_ref().is_none_or(Boards::is_whole)
            && self.frame.as_ref().is_none_or(Frame::is_whole)
            && self.moves.iter().all(Moves::make_sense)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    /// A report of one move, with something other than it was.
    fn with(pointer: &str, value: Value) -> Report {
        let mut report = json!({
            "step": 9, "frame": null, "boards": null, "rows": [[], [], [], [], []], "checkpoints": [], "changes": [],
            "moves": [{
                "environment": 63, "from": 0, "count": 1, "ending": null,
                "opening": {"width": 4, "height": 4, "cells": vec![0; 16], "lines": 0, "score": 0},
                "log": {"moves": [3], "counts": [1], "highest": [0, 0, 0, 0], "below": [0, 0]},
            }],
        });
        *report.pointer_mut(pointer).unwrap() = value;
        serde_json::from_value(report).unwrap()
    }

    #[test]
    fn what_makes_no_sense_is_not_taken_over() {
        assert!(with("/step", json!(9)).leave(&Feed::new()).is_ok());
        let row = |count: f64| {
            let row = [1.0, 0.5, 0.0, 2.0, 3.0, 4.0, 5.0, count, 2.0, 3.0, 4.0, 5.0];
            with("/rows/0", json!(row))
        };
        assert!(row(1.0).leave(&Feed::new()).is_ok());
        assert!(row(0.0).leave(&Feed::new()).is_err());
        for (pointer, value) in [
            ("/rows", json!([[], [], [], []])),
            ("/rows/0", json!([1.0])),
            ("/moves/0/environment", json!(3_000_000_000_u64)),
            ("/moves/0/from", json!(u64::MAX)),
            ("/moves/0/count", json!(2)),
            ("/moves/0/opening/width", json!(255)),
            ("/moves/0/log/moves", json!([])),
            ("/moves/0/log/counts", json!([2])),
            ("/moves/0/log/highest", json!([])),
        ] {
            let feed = Feed::new();
            assert!(with(pointer, value).leave(&feed).is_err(), "{pointer}");
            assert_eq!(feed.step(), 0, "{pointer}");
        }
    }
}
