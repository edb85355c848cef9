//! Event files that TensorBoard reads.
//!
//! A file is a sequence of TFRecords (length, masked CRC-32C of the length, data, masked CRC-32C of the data), each a
//! protocol-buffers `Event`; the fields here are those of TensorBoard's `event.proto` and `summary.proto` that scalars
//! need.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use prost::Message;

use crate::env::Environment;
use crate::observer::{
    EndReport, EpisodeReport, EvaluationReport, MetricsReport, Observer, StartReport, UpdateReport,
};

#[derive(Clone, PartialEq, Message)]
struct Event {
    #[prost(double, tag = "1")]
    wall_time: f64,
    #[prost(int64, tag = "2")]
    step: i64,
    #[prost(string, optional, tag = "3")]
    file_version: Option<String>,
    #[prost(message, optional, tag = "5")]
    summary: Option<Summary>,
}

#[derive(Clone, PartialEq, Message)]
struct Summary {
    #[prost(message, repeated, tag = "1")]
    values: Vec<Scalar>,
}

#[derive(Clone, PartialEq, Message)]
struct Scalar {
    #[prost(string, tag = "1")]
    tag: String,
    /// One of several kinds of value in TensorBoard's definition, so it must be written also when it is zero.
    #[prost(float, optional, tag = "2")]
    value: Option<f32>,
}

/// Writes scalars for TensorBoard: `episode/...` for every episode, `train/...` for the last update before and
/// `metrics/...` for every metrics report, `evaluation/...` for every evaluation.
///
/// ```no_run
/// use std::path::Path;
/// use rl_agent::observers::TensorBoard;
///
/// let observer = TensorBoard::create(Path::new("runs/a"))?;
/// // then: tensorboard --logdir runs
/// # drop(observer);
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// The file is flushed with every metrics report. After the first write error nothing more is written;
/// [`TensorBoard::error`] tells what it was.
#[derive(Debug)]
pub struct TensorBoard {
    out: BufWriter<File>,
    path: PathBuf,
    update: Option<UpdateReport>,
    error: Option<io::Error>,
}

impl TensorBoard {
    /// A new event file in `folder`, which is created if need be.
    ///
    /// # Errors
    /// If the folder or the file cannot be created.
    pub fn create(folder: &Path) -> io::Result<Self> {
        std::fs::create_dir_all(folder)?;
        // TensorBoard takes what has `tfevents` in its name, in the order of names.
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        let (seconds, rest) = (now.as_secs(), now.subsec_nanos());
        let path = folder.join(format!(
            "events.out.tfevents.{seconds:010}.{rest:09}.rl-agent"
        ));
        let mut this = Self {
            out: BufWriter::new(File::create_new(&path)?),
            path,
            update: None,
            error: None,
        };
        this.write(&Event {
            wall_time: wall_time(),
            step: 0,
            file_version: Some("brain.Event:2".to_owned()),
            summary: None,
        });
        this.flush();
        match this.error.take() {
            Some(error) => Err(error),
            None => Ok(this),
        }
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What went wrong with writing, if anything.
    pub fn error(&self) -> Option<&io::Error> {
        self.error.as_ref()
    }

    fn scalars(&mut self, step: u64, scalars: impl IntoIterator<Item = (String, f64)>) {
        let known = scalars.into_iter().filter(|(_, value)| !value.is_nan());
        let values: Vec<Scalar> = known
            .map(|(tag, value)| Scalar {
                tag,
                value: Some(value as f32),
            })
            .collect();
        if !values.is_empty() {
            self.write(&Event {
                wall_time: wall_time(),
                step: step as i64,
                file_version: None,
                summary: Some(Summary { values }),
            });
        }
    }

    fn write(&mut self, event: &Event) {
        if self.error.is_none() {
            self.error = write_record(&mut self.out, &event.encode_to_vec()).err();
        }
    }

    fn flush(&mut self) {
        if self.error.is_none() {
            self.error = self.out.flush().err();
        }
    }
}

fn wall_time() -> f64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    now.unwrap_or_default().as_secs_f64()
}

fn write_record(out: &mut impl Write, data: &[u8]) -> io::Result<()> {
    let length = (data.len() as u64).to_le_bytes();
    out.write_all(&length)?;
    out.write_all(&masked_crc(&length).to_le_bytes())?;
    out.write_all(data)?;
    out.write_all(&masked_crc(data).to_le_bytes())
}

/// The CRC-32C turned and shifted as TFRecord has it, so that the CRC of data with CRCs in it stays a good one.
fn masked_crc(data: &[u8]) -> u32 {
    crc32c::crc32c(data)
        .rotate_right(15)
        .wrapping_add(0xa282_ead8)
}

impl<E: Environment> Observer<E> for TensorBoard {
    fn on_start(&mut self, _report: &StartReport<'_>) {
        self.update = None;
    }

    fn on_episode(&mut self, report: &EpisodeReport<'_>) {
        let own = [
            ("episode/reward".to_owned(), report.reward),
            ("episode/length".to_owned(), report.length as f64),
        ];
        let measures = report.names.iter().zip(report.measures);
        let measures = measures.map(|(name, value)| (format!("episode/{name}"), *value));
        self.scalars(report.step, own.into_iter().chain(measures));
    }

    fn on_update(&mut self, report: &UpdateReport) {
        self.update = Some(*report);
    }

    fn on_metrics(&mut self, report: &MetricsReport<'_>) {
        let means = report.names.iter().zip(report.mean_measures);
        let means = means.map(|(name, value)| (format!("metrics/mean_{name}"), *value));
        let own = [
            ("metrics/mean_reward", report.mean_reward),
            ("metrics/mean_length", report.mean_length),
            ("metrics/episodes", report.episodes as f64),
            ("metrics/steps_per_second", report.steps_per_second),
        ];
        let update = self.update.take().map(|update| {
            [
                ("train/loss", f64::from(update.loss)),
                ("train/td_error", f64::from(update.td_error)),
                ("train/mean_q", f64::from(update.mean_q)),
                ("train/gradient_norm", f64::from(update.gradient_norm)),
                ("train/learning_rate", update.learning_rate),
                ("train/epsilon", update.epsilon),
                ("train/buffer_fill", f64::from(update.buffer_fill)),
            ]
        });
        let named = own.into_iter().chain(update.into_iter().flatten());
        let named = named.map(|(name, value)| (name.to_owned(), value));
        self.scalars(report.step, named.chain(means));
        self.flush();
    }

    fn on_evaluation(&mut self, report: &EvaluationReport<'_>) {
        let (low, high) = report.evaluation.ci95();
        let values = [
            ("evaluation/mean", report.evaluation.mean()),
            ("evaluation/median", report.evaluation.median()),
            ("evaluation/ci95_low", low),
            ("evaluation/ci95_high", high),
        ];
        let values = values.map(|(name, value)| (name.to_owned(), value));
        self.scalars(report.step, values);
        self.flush();
    }

    fn on_end(&mut self, _report: &EndReport) {
        self.flush();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_framed_as_tensorflow_frames_them() {
        // CRC-32C of "123456789" is the published check value; the mask is that of TFRecord.
        assert_eq!(crc32c::crc32c(b"123456789"), 0xe306_9283);
        assert_eq!(masked_crc(b"123456789"), 0xc78a_b0e5);
        let mut record = Vec::new();
        write_record(&mut record, b"abc").unwrap();
        assert_eq!((record.len(), &record[12..15]), (19, &b"abc"[..]));
    }

    #[test]
    fn an_event_is_what_protocol_buffers_make_of_it() {
        let event = Event {
            wall_time: 1.0,
            step: 5,
            file_version: None,
            summary: Some(Summary {
                values: vec![Scalar {
                    tag: "a".to_owned(),
                    value: Some(2.0),
                }],
            }),
        };
        let expected = [
            0x09, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f, 0x10, 5, 0x2a, 10, 0x0a, 8, 0x0a, 1, b'a', 0x15, 0,
            0, 0, 0x40,
        ];
        assert_eq!(event.encode_to_vec(), expected);
    }
}
