//! Tables of numbers as columns of bytes: the browser makes typed arrays of them without looking at a single value.

use std::borrow::Cow;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_bytes::{ByteBuf, Bytes};

/// The columns of a table and how wide their numbers are.
#[derive(Debug, PartialEq, Eq)]
pub struct Schema {
    /// The leading columns: positions on an axis, 64-bit floats.
    pub keys: &'static [&'static str],
    /// The remaining columns: measured values, 32-bit floats.
    pub values: &'static [&'static str],
}

impl Schema {
    /// Number of columns.
    pub const fn width(&self) -> usize {
        self.keys.len() + self.values.len()
    }

    /// Numbers of a row as it is kept: its columns, how many rows of the stream it stands for (itself and those left out
    /// since the row before it), and the mean of those for each measured column.
    pub const fn kept_width(&self) -> usize {
        self.width() + 1 + self.values.len()
    }

    /// A row that stands for itself alone, as it is kept.
    pub fn whole<'a>(&self, row: &'a [f64]) -> impl Iterator<Item = f64> + use<'a> {
        let values = &row[self.keys.len()..];
        row.iter()
            .copied()
            .chain([1.0])
            .chain(values.iter().copied())
    }

    /// Packs rows into columns. `rows` holds [`kept_width`](Self::kept_width) numbers a row; `start` is how many rows of the
    /// stream came before the first. What rows stand for is only said where some stand for others.
    ///
    /// # Panics
    /// If `rows` is not a whole number of rows.
    pub fn pack(&self, start: u64, rows: &[f64]) -> TableData {
        let width = self.kept_width();
        assert_eq!(rows.len() % width, 0, "whole rows");
        let column = |index: usize| rows.iter().skip(index).step_by(width);
        let (keys, own) = (self.keys.len(), self.width());
        let mut names: Vec<Cow<'static, str>> = Vec::with_capacity(width);
        names.extend(self.keys.iter().chain(self.values).map(|&name| name.into()));
        if column(own).any(|&count| count != 1.0) {
            names.push(COUNT.into());
            names.extend(self.values.iter().map(|name| mean_of(name).into()));
        }
        let columns = names.into_iter().enumerate().map(|(index, name)| {
            let bytes = match index < keys {
                true => column(index)
                    .flat_map(|value| value.to_le_bytes())
                    .collect(),
                false => column(index)
                    .flat_map(|&value| (value as f32).to_le_bytes())
                    .collect(),
            };
            (name, bytes)
        });
        TableData {
            start,
            rows: (rows.len() / width) as u32,
            columns: columns.collect(),
        }
    }
}

/// The column of how many rows of the stream each row stands for.
const COUNT: &str = "count";

/// The column of the means of a measured column over those rows.
fn mean_of(column: &str) -> String {
    format!("{column}_mean")
}

/// One row for each finished episode.
pub const EPISODES: Schema = Schema {
    keys: &["step", "seconds", "episode"],
    values: &["length", "reward", "lines", "score"],
};

/// One row for each sampled network update.
pub const UPDATES: Schema = Schema {
    keys: &["step", "seconds", "episode", "update"],
    values: &[
        "loss",
        "td_error",
        "mean_q",
        "gradient_norm",
        "epsilon",
        "learning_rate",
        "steps_per_second",
        "updates_per_second",
        "buffer_fill",
    ],
};

/// One row every N steps.
pub const SUMMARIES: Schema = Schema {
    keys: &["step", "seconds", "episode"],
    values: &["mean_reward", "mean_lines", "mean_length"],
};

/// One row for each evaluation.
pub const EVALUATIONS: Schema = Schema {
    keys: &["step", "seconds", "episode"],
    values: &["games", "mean_lines", "ci95_low", "ci95_high", "best"],
};

/// One row for each board that was shown and that the agent had a value for.
pub const POSITIONS: Schema = Schema {
    keys: &["step", "seconds", "episode"],
    values: &["value"],
};

/// Rows of a table, column by column.
#[derive(Debug, Clone, PartialEq)]
pub struct TableData {
    /// How many rows of this stream came before the first one here.
    pub start: u64,
    /// Number of rows.
    pub rows: u32,
    /// Name and little-endian floats of each column.
    pub columns: Vec<(Cow<'static, str>, Vec<u8>)>,
}

impl TableData {
    /// The numbers of a column, if there is one of that name.
    pub fn column(&self, name: &str) -> Option<Vec<f64>> {
        let (_, bytes) = self.columns.iter().find(|(column, _)| column == name)?;
        let rows = self.rows as usize;
        if bytes.len() == rows * 8 {
            Some(
                bytes
                    .as_chunks()
                    .0
                    .iter()
                    .map(|&chunk| f64::from_le_bytes(chunk))
                    .collect(),
            )
        } else {
            Some(
                bytes
                    .as_chunks()
                    .0
                    .iter()
                    .map(|&chunk| f64::from(f32::from_le_bytes(chunk)))
                    .collect(),
            )
        }
    }
}

impl Serialize for TableData {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(2 + self.columns.len()))?;
        map.serialize_entry("start", &self.start)?;
        map.serialize_entry("rows", &self.rows)?;
        for (name, bytes) in &self.columns {
            map.serialize_entry(name.as_ref(), Bytes::new(bytes))?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for TableData {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Columns;
        impl<'de> Visitor<'de> for Columns {
            type Value = TableData;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("a map with start, rows and columns of bytes")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<TableData, A::Error> {
                let (mut start, mut rows, mut columns) = (None, None, Vec::new());
                while let Some(key) = map.next_key::<String>()? {
                    match key.as_str() {
                        "start" => start = Some(map.next_value()?),
                        "rows" => rows = Some(map.next_value()?),
                        _ => {
                            columns.push((Cow::Owned(key), map.next_value::<ByteBuf>()?.into_vec()))
                        }
                    }
                }
                let start = start.ok_or_else(|| A::Error::missing_field("start"))?;
                let rows: u32 = rows.ok_or_else(|| A::Error::missing_field("rows"))?;
                for (name, bytes) in &columns {
                    if ![4, 8]
                        .iter()
                        .any(|size| bytes.len() == size * rows as usize)
                    {
                        return Err(A::Error::custom(format_args!(
                            "column {name} does not hold {rows} floats"
                        )));
                    }
                }
                Ok(TableData {
                    start,
                    rows,
                    columns,
                })
            }
        }
        deserializer.deserialize_map(Columns)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_come_back_from_columns() {
        let rows = [
            [100.0, 0.5, 0.0, 24.0, 20.0, 3.0, f64::NAN],
            [260.0, 0.75, 1.0, 30.0, 27.5, 5.0, 900.0],
        ];
        let rows: Vec<f64> = rows.iter().flat_map(|row| EPISODES.whole(row)).collect();
        let table = EPISODES.pack(7, &rows);
        let bytes = rmp_serde::to_vec_named(&table).unwrap();
        let back: TableData = rmp_serde::from_slice(&bytes).unwrap();
        assert_eq!(back, table);
        assert_eq!((back.start, back.rows), (7, 2));
        assert_eq!(back.column("seconds"), Some(vec![0.5, 0.75]));
        assert_eq!(back.column("reward"), Some(vec![20.0, 27.5]));
        assert!(back.column("score").unwrap()[0].is_nan());
        assert_eq!(back.column("loss"), None);
        assert_eq!(back.column(COUNT), None, "each stands for itself");
    }

    #[test]
    fn what_a_row_stands_for_is_said_where_it_is_not_itself() {
        let rows = [
            [1.0, 0.5, 0.0, 24.0, 1.0, 24.0],
            [4.0, 0.75, 1.0, 30.0, 3.0, 28.0],
        ];
        let table = POSITIONS.pack(2, rows.as_flattened());
        assert_eq!(table.column("value"), Some(vec![24.0, 30.0]));
        assert_eq!(table.column(COUNT), Some(vec![1.0, 3.0]));
        assert_eq!(table.column("value_mean"), Some(vec![24.0, 28.0]));
    }

    #[test]
    fn columns_of_the_wrong_length_are_refused() {
        let table = TableData {
            start: 0,
            rows: 2,
            columns: vec![("step".into(), vec![0; 15])],
        };
        let bytes = rmp_serde::to_vec_named(&table).unwrap();
        let error = rmp_serde::from_slice::<TableData>(&bytes).unwrap_err();
        assert!(
            error
                .to_string()
                .contains("column step does not hold 2 floats"),
            "{error}"
        );
    }
}
