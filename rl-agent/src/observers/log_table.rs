//! Metrics as a table for human eyes.

use std::io::{self, Write};

use crate::env::Environment;
use crate::observer::{
    EndReport, EvaluationReport, MetricsReport, Observer, StartReport, UpdateReport,
};

/// Writes a line for each [`MetricsReport`], under headings that are repeated now and then.
///
/// ```
/// use rl_agent::observers::LogTable;
///
/// let observer = LogTable::new(std::io::stdout());
/// # let _ = observer;
/// ```
///
/// After the first write error nothing more is written; [`LogTable::error`] tells what it was.
#[derive(Debug)]
pub struct LogTable<W> {
    out: W,
    measure: &'static str,
    lines: u64,
    update: Option<UpdateReport>,
    evaluation: Option<f64>,
    error: Option<io::Error>,
}

/// Lines between two headings.
const PAGE: u64 = 30;

impl<W: Write> LogTable<W> {
    /// A table written to `out`.
    pub fn new(out: W) -> Self {
        Self {
            out,
            measure: "reward",
            lines: 0,
            update: None,
            evaluation: None,
            error: None,
        }
    }

    /// What went wrong with writing, if anything.
    pub fn error(&self) -> Option<&io::Error> {
        self.error.as_ref()
    }

    /// Back to where it wrote.
    pub fn into_inner(self) -> W {
        self.out
    }

    fn line(&mut self, cells: [&str; 9]) {
        if self.error.is_some() {
            return;
        }
        let line: Vec<String> = cells.iter().map(|cell| format!("{cell:>11}")).collect();
        self.error = writeln!(self.out, "{}", line.join(" ")).err();
    }
}

/// Four significant digits, or nothing for what is not known.
fn digits(value: f64) -> String {
    if value.is_nan() {
        return "-".to_owned();
    }
    if value == 0.0 || (1e-3..1e6).contains(&value.abs()) {
        let decimals = 3 - (value.abs().max(1e-3).log10().floor() as i32).clamp(-3, 3);
        return format!("{value:.0$}", decimals as usize);
    }
    format!("{value:.3e}")
}

impl<E: Environment, W: Write> Observer<E> for LogTable<W> {
    fn on_start(&mut self, report: &StartReport<'_>) {
        self.measure = report.measures.first().copied().unwrap_or("reward");
    }

    fn on_update(&mut self, report: &UpdateReport) {
        self.update = Some(*report);
    }

    fn on_evaluation(&mut self, report: &EvaluationReport<'_>) {
        self.evaluation = Some(report.evaluation.mean());
    }

    fn on_metrics(&mut self, report: &MetricsReport<'_>) {
        if self.lines.is_multiple_of(PAGE) {
            self.line([
                "step",
                "episodes",
                self.measure,
                "length",
                "steps/s",
                "epsilon",
                "loss",
                "mean Q",
                "greedy",
            ]);
        }
        self.lines += 1;
        let measured = report.mean_measures.first().copied();
        let update = self.update.take();
        let of_update = |value: fn(&UpdateReport) -> f32| {
            digits(
                update
                    .as_ref()
                    .map_or(f64::NAN, |update| f64::from(value(update))),
            )
        };
        let cells = [
            report.step.to_string(),
            report.episodes.to_string(),
            digits(measured.unwrap_or(report.mean_reward)),
            digits(report.mean_length),
            digits(report.steps_per_second.round()),
            digits(report.epsilon),
            of_update(|update| update.loss),
            of_update(|update| update.mean_q),
            self.evaluation.take().map(digits).unwrap_or_default(),
        ];
        self.line(cells.each_ref().map(String::as_str));
    }

    fn on_end(&mut self, _report: &EndReport) {
        if self.error.is_none() {
            self.error = self.out.flush().err();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_four_digits() {
        for (value, text) in [
            (0.0, "0.000000"),
            (0.0123456, "0.01235"),
            (1.5, "1.500"),
            (123.456, "123.5"),
            (12_345.6, "12346"),
            (1.5e9, "1.500e9"),
            (-3.25e-7, "-3.250e-7"),
            (f64::NAN, "-"),
        ] {
            assert_eq!(digits(value), text);
        }
    }
}
