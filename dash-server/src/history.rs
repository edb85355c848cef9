//! The metric history of a run: bounded, and still true.
//!
//! A run of ten million steps makes more rows than a page can hold. When a table is full, neighbouring stretches of rows
//! are merged, and a merged stretch keeps its last row and, for each measured column, the rows of its lowest and its highest value. So no
//! spike is ever lost, every stretch covers the same number of rows produced, and memory is bounded.

use crate::protocol::{EPISODES, EVALUATIONS, POSITIONS, SUMMARIES, Schema, TableData, UPDATES};

/// How many rows a table keeps, about; see [`Table::new`].
const CAPACITY: usize = 8192;

/// The columns of each table, in the order of [`History::tables_mut`].
pub(crate) const SCHEMAS: [&Schema; 5] =
    [&EPISODES, &UPDATES, &SUMMARIES, &EVALUATIONS, &POSITIONS];

/// The tables of a run.
#[derive(Debug)]
pub struct History {
    /// Finished episodes.
    pub episodes: Table,
    /// Sampled network updates.
    pub updates: Table,
    /// Running means every N steps.
    pub summaries: Table,
    /// Evaluations of the greedy policy.
    pub evaluations: Table,
    /// The positions that were shown.
    pub positions: Table,
}

impl Default for History {
    fn default() -> Self {
        Self::with_capacity(CAPACITY)
    }
}

impl History {
    /// Empty tables that keep about `rows` rows each.
    pub fn with_capacity(rows: usize) -> Self {
        let [episodes, updates, summaries, evaluations, positions] =
            SCHEMAS.map(|schema| Table::new(schema, rows));
        Self {
            episodes,
            updates,
            summaries,
            evaluations,
            positions,
        }
    }

    /// Forgets all rows, for a new run.
    pub fn clear(&mut self) {
        for table in self.tables_mut() {
            table.clear();
        }
    }

    /// All tables.
    pub(crate) fn tables_mut(&mut self) -> [&mut Table; 5] {
        [
            &mut self.episodes,
            &mut self.updates,
            &mut self.summaries,
            &mut self.evaluations,
            &mut self.positions,
        ]
    }
}

/// Rows that stand for a stretch of the stream.
#[derive(Debug, Default)]
struct Stretch {
    /// Rows produced in the stretch.
    produced: u64,
    /// Those that are kept, one after another.
    kept: Vec<f64>,
}

/// A bounded stream of rows.
#[derive(Debug)]
pub struct Table {
    schema: &'static Schema,
    /// Rows that a full stretch stands for; doubles when the table is full.
    stretch_rows: u64,
    max_stretches: usize,
    /// All full but the last.
    stretches: Vec<Stretch>,
    /// Rows ever produced.
    total: u64,
}

impl Table {
    /// An empty table that keeps all rows until there are about `capacity`, and between half of that and that many
    /// from then on (fewer when lowest and highest values of several columns fall on the same rows).
    pub fn new(schema: &'static Schema, capacity: usize) -> Self {
        let stretch_rows = kept_rows(schema);
        let max_stretches = (capacity / stretch_rows).max(2);
        Self {
            schema,
            stretch_rows: stretch_rows as u64,
            max_stretches,
            stretches: Vec::new(),
            total: 0,
        }
    }

    /// Rows ever produced.
    pub fn total(&self) -> u64 {
        self.total
    }

    /// Rows kept.
    pub fn len(&self) -> usize {
        self.stretches
            .iter()
            .map(|stretch| stretch.kept.len())
            .sum::<usize>()
            / self.schema.width()
    }

    /// Whether no row was ever produced.
    pub fn is_empty(&self) -> bool {
        self.total == 0
    }

    /// Appends a row.
    ///
    /// # Panics
    /// If `row` has another number of columns than the schema.
    pub fn push(&mut self, row: &[f64]) {
        let width = self.schema.width();
        assert_eq!(row.len(), width, "one number for each column");
        if self
            .stretches
            .last()
            .is_none_or(|last| last.produced >= self.stretch_rows)
        {
            if self.stretches.len() == self.max_stretches {
                self.merge();
            }
            // After a merge of an odd number the last stretch may still take rows.
            if self
                .stretches
                .last()
                .is_none_or(|last| last.produced >= self.stretch_rows)
            {
                self.stretches.push(Stretch::default());
            }
        }
        if let Some(last) = self.stretches.last_mut() {
            last.produced += 1;
            last.kept.extend_from_slice(row);
            // A growing stretch is thinned now and then, at little cost a row; a full one is thinned for good.
            let full = last.produced >= self.stretch_rows;
            if full || last.kept.len() > 2 * kept_rows(self.schema) * width {
                thin(self.schema, &mut last.kept);
            }
        }
        self.total += 1;
    }

    /// Appends rows of which some may already have been thinned away: `rows` stand for `produced` rows of the stream.
    ///
    /// # Panics
    /// If `rows` is not a whole number of rows or holds more than `produced`.
    pub fn extend(&mut self, produced: u64, rows: &[f64]) {
        let count = (rows.len() / self.schema.width()) as u64;
        assert!(count <= produced, "no more rows than were produced");
        for row in rows.chunks(self.schema.width()) {
            self.push(row);
        }
        let missing = produced - count;
        self.total += missing;
        if let Some(last) = self.stretches.last_mut() {
            last.produced += missing;
        }
    }

    /// Takes all rows out: how many were produced, and those that are kept.
    pub fn take(&mut self) -> (u64, Vec<f64>) {
        let rows = self.rows();
        let total = self.total;
        self.clear();
        (total, rows)
    }

    /// The kept rows as columns.
    pub fn pack(&self) -> TableData {
        let rows = self.rows();
        let count = (rows.len() / self.schema.width()) as u64;
        self.schema.pack(self.total - count, &rows)
    }

    fn rows(&self) -> Vec<f64> {
        let mut rows = Vec::with_capacity(self.len() * self.schema.width());
        for stretch in &self.stretches {
            rows.extend_from_slice(&stretch.kept);
        }
        rows
    }

    fn clear(&mut self) {
        self.stretches.clear();
        self.stretch_rows = kept_rows(self.schema) as u64;
        self.total = 0;
    }

    /// Makes one stretch of each two.
    fn merge(&mut self) {
        self.stretch_rows *= 2;
        let mut merged: Vec<Stretch> = Vec::with_capacity(self.max_stretches);
        for (index, mut stretch) in self.stretches.drain(..).enumerate() {
            match merged.last_mut() {
                Some(first) if index % 2 == 1 => {
                    first.produced += stretch.produced;
                    first.kept.append(&mut stretch.kept);
                    thin(self.schema, &mut first.kept);
                }
                _ => merged.push(stretch),
            }
        }
        self.stretches = merged;
    }
}

/// At most this many rows of a stretch are kept: the lowest and the highest of each measured column, and the last.
fn kept_rows(schema: &Schema) -> usize {
    2 * schema.values.len() + 1
}

/// Keeps the last row and those that hold the lowest or the highest value of a measured column, in their order.
fn thin(schema: &Schema, rows: &mut Vec<f64>) {
    let width = schema.width();
    let count = rows.len() / width;
    if count <= kept_rows(schema) {
        return;
    }
    let mut keep = vec![false; count];
    for column in schema.keys.len()..width {
        let (mut lowest, mut highest) = (None::<(usize, f64)>, None::<(usize, f64)>);
        for (row, &value) in rows.iter().skip(column).step_by(width).enumerate() {
            if lowest.is_none_or(|(_, low)| value < low) && !value.is_nan() {
                lowest = Some((row, value));
            }
            if highest.is_none_or(|(_, high)| value > high) && !value.is_nan() {
                highest = Some((row, value));
            }
        }
        for (row, _) in [lowest, highest].into_iter().flatten() {
            keep[row] = true;
        }
    }
    // The newest row of all must be there, and a stretch without any number still shows where it ended.
    keep[count - 1] = true;
    let mut row = 0;
    let mut column = 0;
    rows.retain(|_| {
        let kept = keep[row];
        column += 1;
        if column == width {
            (row, column) = (row + 1, 0);
        }
        kept
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Deterministic noise with rare spikes.
    fn noise(index: u64) -> f64 {
        let mut bits = index.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        bits ^= bits >> 29;
        bits = bits.wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits ^= bits >> 32;
        let unit = (bits >> 11) as f64 / (1u64 << 53) as f64;
        if index % 997 == 3 { 100.0 * unit } else { unit }
    }

    fn row(index: u64) -> [f64; 6] {
        let step = 10.0 * index as f64;
        [
            step,
            step / 100.0,
            index as f64,
            noise(index),
            -noise(index + 7),
            noise(2 * index),
        ]
    }

    fn values(table: &TableData, name: &str) -> Vec<f64> {
        table.column(name).unwrap()
    }

    #[test]
    fn a_short_history_is_whole() {
        let mut table = Table::new(&SUMMARIES, 600);
        for index in 0..500 {
            table.push(&row(index));
        }
        let packed = table.pack();
        assert_eq!((packed.start, packed.rows, table.len()), (0, 500, 500));
        assert_eq!(
            values(&packed, "episode"),
            (0..500).map(|index| index as f64).collect::<Vec<_>>()
        );
    }

    #[test]
    fn a_long_history_is_bounded_and_keeps_every_extreme_in_order() {
        let mut table = Table::new(&SUMMARIES, 300);
        for index in 0..100_000 {
            table.push(&row(index));
            assert!(
                table.len() <= 300 + 14,
                "{} rows after {index}",
                table.len()
            );
        }
        let packed = table.pack();
        assert_eq!(packed.start + u64::from(packed.rows), 100_000);
        assert!(table.len() > 75, "{} rows are too few to draw", table.len());
        let steps = values(&packed, "step");
        assert!(steps.is_sorted_by(|a, b| a < b));
        assert_eq!(
            *steps.last().unwrap(),
            row(99_999)[0],
            "the newest row is there"
        );

        // A row that is kept is a row that was produced.
        let rewards = values(&packed, "mean_reward");
        for (step, reward) in steps.iter().zip(&rewards) {
            assert_eq!(*reward, f64::from(row((step / 10.0) as u64)[3] as f32));
        }
        // Any window of the run shows the lowest and the highest of all its rows, at most one stretch off.
        let slack = table.stretch_rows;
        assert!(slack < 10_000);
        for tenth in 0..10 {
            let (from, to) = (tenth * 10_000, (tenth + 1) * 10_000u64);
            let all = (from..to).map(|index| f64::from(row(index)[3] as f32));
            let highest = all.clone().fold(f64::MIN, f64::max);
            let lowest = all.fold(f64::MAX, f64::min);
            let shown = || {
                let near = 10.0 * from.saturating_sub(slack) as f64..10.0 * (to + slack) as f64;
                steps
                    .iter()
                    .zip(&rewards)
                    .filter(move |(step, _)| near.contains(step))
                    .map(|(_, &reward)| reward)
            };
            assert!(shown().fold(f64::MIN, f64::max) >= highest);
            assert!(shown().fold(f64::MAX, f64::min) <= lowest);
        }
    }

    #[test]
    fn columns_without_numbers_do_not_matter() {
        let mut table = Table::new(&SUMMARIES, 60);
        for index in 0..1000 {
            table.push(&[index as f64, 0.0, 0.0, f64::NAN, f64::NAN, f64::NAN]);
        }
        assert!(!table.is_empty() && table.len() < 80);
        assert_eq!(values(&table.pack(), "step").last(), Some(&999.0));
    }

    #[test]
    fn rows_move_from_one_table_to_another() {
        let mut direct = Table::new(&SUMMARIES, 4096);
        let mut staged = Table::new(&SUMMARIES, 4096);
        let mut stage = Table::new(&SUMMARIES, 256);
        for index in 0..3000 {
            direct.push(&row(index));
            stage.push(&row(index));
            if index % 100 == 99 {
                let (produced, rows) = stage.take();
                assert_eq!(produced, 100);
                staged.extend(produced, &rows);
            }
        }
        assert_eq!(direct.pack(), staged.pack());
        assert_eq!(stage.take(), (0, vec![]));

        for index in 3000..13_000 {
            stage.push(&row(index));
        }
        let (produced, rows) = stage.take();
        staged.extend(produced, &rows);
        assert_eq!(staged.total(), 13_000);
        let packed = staged.pack();
        assert_eq!(packed.start + u64::from(packed.rows), 13_000);
    }
}
