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
    }
}
