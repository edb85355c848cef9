//! What a run's events say, read from where the last reading ended.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use serde::Deserialize;

use super::open;
use crate::history::History;

/// The keys of all events that matter here. A number that was not finite is null.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Event<'a> {
    #[serde(borrow)]
    event: Cow<'a, str>,
    step: u64,
    seconds: Option<f64>,
    episodes: u64,
    seed: Option<u64>,
    reason: Option<String>,
    episode: u64,
    length: u64,
    reward: Option<f64>,
    measures: Measures,
    mean_reward: Option<f64>,
    mean_length: Option<f64>,
    mean_measures: Measures,
    steps_per_second: Option<f64>,
    updates_per_second: Option<f64>,
    last_update: Option<Update>,
    games: u64,
    mean: Option<f64>,
    ci95_low: Option<f64>,
    ci95_high: Option<f64>,
    best: bool,
}

/// Values by name; the event `start` only lists the names.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Measures {
    Values(BTreeMap<String, Option<f64>>),
    Names(serde::de::IgnoredAny),
}

impl Default for Measures {
    fn default() -> Self {
        Self::Names(serde::de::IgnoredAny)
    }
}

impl Measures {
    fn get(&self, name: &str) -> Option<f64> {
        match self {
            Self::Values(values) => values.get(name).copied().flatten(),
            Self::Names(_) => None,
        }
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Update {
    update: u64,
    loss: Option<f64>,
    td_error: Option<f64>,
    mean_q: Option<f64>,
    gradient_norm: Option<f64>,
    epsilon: Option<f64>,
    learning_rate: Option<f64>,
    buffer_fill: Option<f64>,
}

fn or_nan(value: Option<f64>) -> f64 {
    value.unwrap_or(f64::NAN)
}

fn measure(measures: &Measures, name: &str) -> f64 {
    or_nan(measures.get(name))
}

/// Bytes of the longest line that is read. No event is near it; without line ends, as after a power cut, a file is not taken
/// into memory as a whole.
const LONGEST: u64 = 1 << 20;

/// Hands the whole lines of a file from `from` on to `each`, but those that are too long; answers with where the first begins
/// and the last ends.
///
/// A file that is shorter than `from` was cut back when its run was gone on with: it is read from the beginning.
fn lines(mut file: File, from: u64, mut each: impl FnMut(&[u8])) -> io::Result<(u64, u64)> {
    let begin = if file.metadata()?.len() < from {
        0
    } else {
        from
    };
    file.seek(SeekFrom::Start(begin))?;
    let mut next = begin;
    let mut reader = BufReader::with_capacity(64 << 10, file);
    let mut line = Vec::new();
    loop {
        line.clear();
        let mut count = (&mut reader).take(LONGEST).read_until(b'\n', &mut line)?;
        let fits = count < LONGEST as usize || line.ends_with(b"\n");
        if !fits {
            count += reader.skip_until(b'\n')?;
        } else if line.ends_with(b"\n") {
            each(&line);
        } else {
            return Ok((begin, next));
        }
        next += count as u64;
    }
}

/// Where a run stands.
#[derive(Debug, Default)]
pub(super) struct Summary {
    next: u64,
    pub(super) seed: Option<u64>,
    pub(super) step: u64,
    pub(super) seconds: f64,
    pub(super) episodes: u64,
    pub(super) mean_lines: Option<f64>,
    pub(super) best: Option<f64>,
    /// Why it ended, if the last thing it said was that.
    pub(super) reason: Option<String>,
}

impl Summary {
    /// Reads what has come since the last time.
    pub(super) fn read_on(&mut self, path: &Path) -> io::Result<()> {
        let file = open(path)?;
        if file.metadata()?.len() < self.next {
            *self = Self::default();
        }
        (_, self.next) = lines(file, self.next, |line| {
            // Episodes are nearly all lines, and say nothing that a metrics report does not say too.
            let is_episode = line.windows(EPISODE.len()).any(|part| part == EPISODE);
            if !is_episode && let Ok(event) = serde_json::from_slice(line) {
                self.take(event);
            }
        })?;
        Ok(())
    }

    fn take(&mut self, event: Event<'_>) {
        self.step = self.step.max(event.step);
        match &*event.event {
            "start" => (self.seed, self.reason) = (event.seed, None),
            "metrics" => {
                self.seconds = event.seconds.unwrap_or_default();
                self.episodes = event.episodes;
                self.mean_lines = event.mean_measures.get("lines");
            }
            "evaluation" if event.best => self.best = event.mean,
            "end" => {
                (self.seconds, self.episodes) = (event.seconds.unwrap_or_default(), event.episodes);
                self.reason = event.reason;
            }
            _ => {}
        }
    }
}

const EPISODE: &[u8] = b"\"event\":\"episode\"";

/// The metrics from a position on, and the positions before and after them.
pub(super) fn history(path: &Path, from: u64) -> io::Result<(History, (u64, u64))> {
    let mut history = History::default();
    let read = lines(open(path)?, from, |line| {
        if let Ok(event) = serde_json::from_slice(line) {
            append(&mut history, &event);
        }
    })?;
    Ok((history, read))
}

fn append(history: &mut History, event: &Event<'_>) {
    let (step, seconds, finished) = (
        event.step as f64,
        or_nan(event.seconds),
        event.episodes as f64,
    );
    match &*event.event {
        "episode" => history.episodes.push(&[
            step,
            seconds,
            event.episode as f64,
            event.measures.get("pieces").unwrap_or(event.length as f64),
            or_nan(event.reward),
            measure(&event.measures, "lines"),
            measure(&event.measures, "score"),
        ]),
        "metrics" => {
            history.summaries.push(&[
                step,
                seconds,
                finished,
                or_nan(event.mean_reward),
                measure(&event.mean_measures, "lines"),
                or_nan(event.mean_measures.get("pieces").or(event.mean_length)),
            ]);
            if let Some(update) = &event.last_update {
                history.updates.push(&[
                    step,
                    seconds,
                    finished,
                    update.update as f64,
                    or_nan(update.loss),
                    or_nan(update.td_error),
                    or_nan(update.mean_q),
                    or_nan(update.gradient_norm),
                    or_nan(update.epsilon),
                    or_nan(update.learning_rate),
                    or_nan(event.steps_per_second),
                    or_nan(event.updates_per_second),
                    or_nan(update.buffer_fill),
                ]);
            }
        }
        "evaluation" => history.evaluations.push(&[
            step,
            seconds,
            finished,
            event.games as f64,
            or_nan(event.mean),
            or_nan(event.ci95_low),
            or_nan(event.ci95_high),
            f64::from(u8::from(event.best)),
        ]),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn a_line_that_never_ends_is_passed_over() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(b"one\n").unwrap();
        file.write_all(&vec![0; 3 * LONGEST as usize + 5]).unwrap();
        file.write_all(b"\ntwo\nhal").unwrap();
        let mut seen = Vec::new();
        let read = lines(file.reopen().unwrap(), 0, |line| seen.push(line.to_vec()));
        let end = file.as_file().metadata().unwrap().len();
        assert_eq!(read.unwrap(), (0, end - 3));
        assert_eq!(seen, [b"one\n", b"two\n"]);
    }
}
