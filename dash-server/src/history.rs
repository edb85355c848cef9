//! The metric history of a run: bounded, and still true.
//!
//! A run of ten million steps makes more rows than a page can hold. When a table is full, neighbouring stretches of rows
//! are merged, and a merged stretch keeps its last row and, for each measured column, the rows of its lowest and its highest
//! value. So no spike is ever lost, every stretch covers the same number of rows produced, and memory is bounded. A row that
//! is kept counts those left out before it and has their mean, so that averages over rows stay true too.

mod thin;

use crate::protocol::{EPISODES, EVALUATIONS, POSITIONS, SUMMARIES, Schema, TableData, UPDATES};

use thin::{kept_rows, thin};

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
    /// Those that are kept, one after another, each of [`Schema::kept_width`] numbers.
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
            / self.schema.kept_width()
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
        self.append(1, self.schema.whole(row));
    }

    /// Appends a row as it is kept, which stands for `count`.
    fn append(&mut self, count: u64, row: impl Iterator<Item = f64>) {
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
            last.produced += count;
            last.kept.extend(row);
            // A growing stretch is thinned now and then, at little cost a row; a full one is thinned for good.
            let full = last.produced >= self.stretch_rows;
            if full || last.kept.len() > 2 * kept_rows(self.schema) * self.schema.kept_width() {
                thin(self.schema, &mut last.kept);
            }
        }
        self.total += count;
    }

    /// Appends rows that were [taken](Self::take) out of another table.
    ///
    /// # Panics
    /// If `rows` is not a whole number of rows.
    pub fn extend(&mut self, rows: &[f64]) {
        let width = self.schema.kept_width();
        assert_eq!(rows.len() % width, 0, "whole rows");
        for row in rows.chunks(width) {
            self.append(row[self.schema.width()] as u64, row.iter().copied());
        }
    }

    /// Takes all rows out as they are kept: [`Schema::kept_width`] numbers each.
    pub fn take(&mut self) -> Vec<f64> {
        let rows = self.rows();
        self.clear();
        rows
    }

    /// The kept rows as columns.
    pub fn pack(&self) -> TableData {
        let rows = self.rows();
        let count = (rows.len() / self.schema.kept_width()) as u64;
        self.schema.pack(self.total - count, &rows)
    }

    fn rows(&self) -> Vec<f64> {
        let mut rows = Vec::with_capacity(self.len() * self.schema.kept_width());
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

    /// Whoever averages over the rows that are kept gets what averaging over all of them gives.
    #[test]
    fn what_is_left_out_is_counted_and_averaged() {
        let (mut direct, mut staged) = (Table::new(&SUMMARIES, 300), Table::new(&SUMMARIES, 300));
        let mut stage = Table::new(&SUMMARIES, 60);
        for index in 0..20_011 {
            direct.push(&row(index));
            stage.push(&row(index));
            if index % 500 == 0 || index == 20_010 {
                staged.extend(&stage.take());
            }
        }
        for table in [direct, staged] {
            let packed = table.pack();
            let (steps, counts) = (values(&packed, "step"), values(&packed, "count"));
            assert_eq!(counts.iter().sum::<f64>(), 20_011.0);
            let means = values(&packed, "mean_lines_mean");
            let mut from = 0;
            for ((&step, &count), &mean) in steps.iter().zip(&counts).zip(&means) {
                let to = from + count as u64;
                assert_eq!(row(to - 1)[0], step, "the row is the last of its own");
                let sum: f64 = (from..to).map(|index| row(index)[4]).sum();
                assert!((sum / count - mean).abs() < 1e-5, "{from}..{to}: {mean}");
                from = to;
            }
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
                staged.extend(&stage.take());
                assert_eq!(staged.total(), index + 1);
            }
        }
        assert_eq!(direct.pack(), staged.pack());
        assert!(stage.is_empty());

        for index in 3000..13_000 {
            stage.push(&row(index));
        }
        staged.extend(&stage.take());
        assert_eq!(staged.total(), 13_000);
        let packed = staged.pack();
        assert_eq!(packed.start + u64::from(packed.rows), 13_000);
    }
}
