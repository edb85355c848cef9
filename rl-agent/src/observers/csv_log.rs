//! Metrics as a CSV table.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::Path;

use crate::env::Environment;
use crate::observer::{
    EndReport, EvaluationReport, MetricsReport, Observer, StartReport, UpdateReport,
};

/// Writes one row for each [`MetricsReport`]: step, seconds, episodes, updates, steps_per_second, mean_reward,
/// mean_length, one `mean_<measure>` for each measure, epsilon, learning_rate, loss, mean_q, gradient_norm (of the last
/// update), evaluation (mean score of the last one, if new). Cells without a value are empty.
///
/// ```
/// use rl_agent::observers::CsvLog;
///
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("metrics.csv");
/// let observer = CsvLog::create(&path)?;
/// # drop(observer);
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// Rows are flushed as they are written, so a killed run keeps them. After the first write error nothing more is
/// written; [`CsvLog::error`] tells what it was.
#[derive(Debug)]
pub struct CsvLog {
    writer: csv::Writer<File>,
    header_needed: bool,
    update: Option<UpdateReport>,
    evaluation: Option<f64>,
    error: Option<csv::Error>,
}

impl CsvLog {
    /// A new table at `path`; what was there is replaced.
    ///
    /// # Errors
    /// If the file cannot be created.
    pub fn create(path: &Path) -> io::Result<Self> {
        Ok(Self::on(File::create(path)?, true))
    }

    /// Goes on with the table at `path`, or begins one.
    ///
    /// # Errors
    /// If the file cannot be opened.
    pub fn append(path: &Path) -> io::Result<Self> {
        let file = OpenOptions::new().create(true).append(true).open(path)?;
        let empty = file.metadata()?.len() == 0;
        Ok(Self::on(file, empty))
    }

    /// What went wrong with writing, if anything.
    pub fn error(&self) -> Option<&csv::Error> {
        self.error.as_ref()
    }

    fn on(file: File, header_needed: bool) -> Self {
        Self {
            writer: csv::Writer::from_writer(file),
            header_needed,
            update: None,
            evaluation: None,
            error: None,
        }
    }

    fn write(&mut self, row: &[String]) {
        if self.error.is_none() {
            let written = self
                .writer
                .write_record(row)
                .and_then(|()| self.writer.flush().map_err(csv::Error::from));
            self.error = written.err();
        }
    }
}

fn cell(value: f64) -> String {
    if value.is_nan() {
        String::new()
    } else {
        value.to_string()
    }
}

impl<E: Environment> Observer<E> for CsvLog {
    fn on_start(&mut self, report: &StartReport<'_>) {
        if !std::mem::take(&mut self.header_needed) {
            return;
        }
        let words = |words: &str| words.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let mut header =
            words("step seconds episodes updates steps_per_second mean_reward mean_length");
        header.extend(report.measures.iter().map(|name| format!("mean_{name}")));
        header.extend(words(
            "epsilon learning_rate loss mean_q gradient_norm evaluation",
        ));
        self.write(&header);
    }

    fn on_update(&mut self, report: &UpdateReport) {
        self.update = Some(*report);
    }

    fn on_evaluation(&mut self, report: &EvaluationReport<'_>) {
        self.evaluation = Some(report.evaluation.mean());
    }

    fn on_metrics(&mut self, report: &MetricsReport<'_>) {
        let counts = [report.episodes, report.updates].map(|count| count.to_string());
        let mut row = vec![report.step.to_string(), format!("{:.3}", report.seconds)];
        row.extend(counts);
        row.extend(
            [
                report.steps_per_second.round(),
                report.mean_reward,
                report.mean_length,
            ]
            .map(cell),
        );
        row.extend(report.mean_measures.iter().copied().map(cell));
        row.push(cell(report.epsilon));
        row.extend(match &self.update {
            Some(update) => [
                cell(update.learning_rate),
                update.loss.to_string(),
                update.mean_q.to_string(),
                update.gradient_norm.to_string(),
            ],
            None => Default::default(),
        });
        row.push(self.evaluation.take().map(cell).unwrap_or_default());
        self.write(&row);
    }

    fn on_end(&mut self, _report: &EndReport) {
        if self.error.is_none() {
            self.error = self.writer.flush().err().map(csv::Error::from);
        }
    }
}
