//! Files with a line for each report, brought back to where a checkpoint stands.

use std::borrow::Cow;
use std::path::Path;
use std::{fs, io};

use rl_agent::atomic_file;
use rl_agent::trainer::Progress;

/// Takes the lines out of a file that are not of the `past`: a run that was killed wrote them after its last checkpoint,
/// and will write them again.
pub(super) fn cut(path: &Path, past: impl Fn(&str) -> bool) -> io::Result<()> {
    let text = match fs::read_to_string(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        text => text?,
    };
    // A last line without its end was cut off by the kill.
    let whole = text
        .split_inclusive('\n')
        .filter(|line| line.ends_with('\n'));
    let kept: String = whole.filter(|line| past(line)).collect();
    if kept.len() < text.len() {
        atomic_file::write(path, kept.as_bytes())?;
    }
    Ok(())
}

/// Whether a row of the table of metrics had been written when a run had come so far; so had the header, without a step.
pub(super) fn is_past_row(line: &str, progress: &Progress) -> bool {
    let step = line.split(',').next().and_then(|cell| cell.parse().ok());
    step.is_none_or(|step: u64| step <= progress.step())
}

/// Whether an event had been written when a run had come so far.
pub(super) fn is_past_event(line: &str, progress: &Progress) -> bool {
    #[derive(serde::Deserialize)]
    struct Event<'a> {
        #[serde(borrow, default)]
        event: Cow<'a, str>,
        step: u64,
    }
    let Ok(Event { event, step }) = serde_json::from_str(line) else {
        return true;
    };
    // An evaluation that is owed is of the same step and yet to come.
    let is_owed = progress.owes_evaluation() && event == "evaluation";
    step < progress.step() || (step == progress.step() && !is_owed)
}

#[cfg(test)]
mod tests {
    use rl_agent::control::Control;
    use rl_agent::env::Environment;
    use rl_agent::observer::{Observer, StepReport};
    use rl_agent::trainer::CHECKPOINT_FILE;

    use super::*;
    use crate::run::tests::small;
    use crate::run::{EVENTS_FILE, Limits, Run, RunFolder};

    struct StopAt(u64, Control);

    impl<E: Environment> Observer<E> for StopAt {
        fn on_step(&mut self, report: &StepReport<'_, E>) {
            if report.step == self.0 {
                self.1.stop();
            }
        }
    }

    #[test]
    fn an_evaluation_that_is_made_up_for_is_written_once() {
        let place = tempfile::tempdir().unwrap();
        let folder = RunFolder::create(place.path(), false).unwrap();
        let mut config = small();
        config.trainer.evaluate_every = 100;
        let control = Control::new();
        let mut run = Run::begin(&config, &folder, control.clone()).unwrap();
        let end = run.train(&mut StopAt(100, control)).unwrap();
        assert_eq!(end.step, 100);
        drop(run);
        let evaluations = || {
            let text = fs::read_to_string(folder.file(EVENTS_FILE)).unwrap();
            text.matches("\"event\":\"evaluation\"").count()
        };
        assert_eq!(evaluations(), 0);
        let checkpoint = folder.file(CHECKPOINT_FILE);
        let owing = fs::read(&checkpoint).unwrap();
        let go_on = |steps: u64| {
            let more = Limits {
                steps: Some(steps),
                ..Limits::default()
            };
            let mut run = Run::resume(&folder, more, Control::new()).unwrap();
            run.train(&mut ()).unwrap();
        };
        go_on(150);
        assert_eq!(evaluations(), 1);
        // As if it had been killed after the evaluation and before the next checkpoint.
        fs::write(&checkpoint, &owing).unwrap();
        go_on(100);
        assert_eq!(evaluations(), 1);
        // The checkpoint of the same step that was written then owes nothing any more.
        go_on(150);
        assert_eq!(evaluations(), 1);
    }
}
