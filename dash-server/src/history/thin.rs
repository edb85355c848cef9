//! Which rows of a stretch are kept, and what they stand for.

use crate::protocol::Schema;

/// At most this many rows of a stretch are kept: the lowest and the highest of each measured column, and the last.
pub(super) fn kept_rows(schema: &Schema) -> usize {
    2 * schema.values.len() + 1
}

/// Keeps the last row and those that hold the lowest or the highest value of a measured column, in their order. What is left
/// out is counted, and goes into the means, of the next row that is kept.
pub(super) fn thin(schema: &Schema, rows: &mut Vec<f64>) {
    let width = schema.kept_width();
    let count = rows.len() / width;
    if count <= kept_rows(schema) {
        return;
    }
    let mut left_out: Option<usize> = None;
    let mut kept = 0;
    for (row, keep) in extremes(schema, rows).into_iter().enumerate() {
        if let Some(before) = left_out.take() {
            add(schema, rows, before, row);
        }
        if keep {
            rows.copy_within(row * width..(row + 1) * width, kept * width);
            kept += 1;
        } else {
            left_out = Some(row);
        }
    }
    rows.truncate(kept * width);
}

/// Whether each row is kept.
fn extremes(schema: &Schema, rows: &[f64]) -> Vec<bool> {
    let width = schema.kept_width();
    let mut keep = vec![false; rows.len() / width];
    for column in schema.keys.len()..schema.width() {
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
    if let Some(last) = keep.last_mut() {
        *last = true;
    }
    keep
}

/// Lets one row stand for what another one does as well. A mean that is no number gives way to one that is.
fn add(schema: &Schema, rows: &mut [f64], other: usize, row: usize) {
    let (width, count) = (schema.kept_width(), schema.width());
    let (other, row) = (other * width, row * width);
    let share = rows[other + count] / (rows[other + count] + rows[row + count]);
    for mean in count + 1..width {
        let (more, own) = (rows[other + mean], rows[row + mean]);
        if own.is_nan() {
            rows[row + mean] = more;
        } else if !more.is_nan() {
            rows[row + mean] = own + share * (more - own);
        }
    }
    rows[row + count] += rows[other + count];
}
