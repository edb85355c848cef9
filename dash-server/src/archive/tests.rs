//! Runs as they are listed, and their histories.

use super::*;
use crate::config::RunConfig;
use crate::run::{Run, RunFolder};
use rl_agent::control::Control;

fn trained(place: &Path, steps: u64) -> RunFolder {
    trained_by(place, steps, 0)
}

fn trained_by(place: &Path, steps: u64, seed: u64) -> RunFolder {
    let text = "scenario.ceiling = 8\nagent.learning_starts = 64\nagent.buffer_capacity = 1000";
    let mut config = RunConfig::from_tables(&text.parse().unwrap()).unwrap();
    config.trainer.metrics_every = 50;
    config.trainer.evaluate_every = 100;
    config.trainer.total_steps = Some(steps);
    config.trainer.seed = seed;
    config.evaluation.games = 2;
    config.evaluation.max_steps = Some(20);
    let folder = RunFolder::create(place, true).unwrap();
    let mut run = Run::begin(&config, &folder, Control::new()).unwrap();
    run.train(&mut ()).unwrap();
    folder
}

#[test]
fn a_run_is_what_its_files_say() {
    let place = tempfile::tempdir().unwrap();
    let archive = Archive::new(place.path().join("runs"));
    assert_eq!(archive.list().unwrap(), []);
    let folder = trained(&place.path().join("runs/a"), 300);
    fs::create_dir(place.path().join("runs/no-run")).unwrap();
    let runs = archive.list().unwrap();
    let [run] = runs.as_slice() else {
        panic!("one run: {runs:?}")
    };
    assert_eq!(
        (run.name.as_str(), run.state, run.step),
        ("a", RunState::Ended, 300)
    );
    assert_eq!(
        (run.reason.as_deref(), run.seed),
        (Some("Finished"), Some(0))
    );
    assert!(
        run.best.is_some() && run.mean_lines.is_some() && run.episodes > 0 && run.seconds > 0.0
    );
    assert!(run.files[EVENTS_FILE] > 0 && run.files.contains_key("checkpoint.bin"));

    archive.set_note("a", "the good one").unwrap();
    assert_eq!(archive.list().unwrap()[0].note, "the good one");
    archive.set_note("a", "").unwrap();
    archive.set_note("a", "").unwrap();
    assert_eq!(archive.list().unwrap()[0].note, "");
    assert!(archive.set_note("b", "x").is_err());

    // As if it were going on, and then as if it had been killed.
    let events = folder.path().join(EVENTS_FILE);
    let text = fs::read_to_string(&events).unwrap();
    let (without_end, _) = text.trim_end().rsplit_once('\n').unwrap();
    fs::write(&events, format!("{without_end}\n{{\"event\":\"episo")).unwrap();
    let lock = folder.lock().unwrap();
    let again = Archive::new(place.path().join("runs"));
    assert_eq!(again.list().unwrap()[0].state, RunState::Running);
    drop(lock);
    assert_eq!(again.list().unwrap()[0].state, RunState::BrokenOff);

    fs::remove_dir_all(folder.path()).unwrap();
    assert_eq!(again.list().unwrap(), []);
}

#[test]
fn of_a_run_that_was_overwritten_nothing_is_remembered() {
    let place = tempfile::tempdir().unwrap();
    let archive = Archive::new(place.path().to_owned());
    trained(&place.path().join("a"), 100);
    let old = archive.list().unwrap().remove(0);
    trained_by(&place.path().join("a"), 300, 7);
    let new = archive.list().unwrap().remove(0);
    // Where it was shorter, its length alone would tell.
    assert!(new.files[EVENTS_FILE] > old.files[EVENTS_FILE]);
    assert_eq!((old.seed, new.seed), (Some(0), Some(7)));
    let again = Archive::new(place.path().to_owned());
    assert_eq!(new, again.list().unwrap().remove(0));
}

#[test]
fn a_history_read_in_parts_is_the_history() {
    let place = tempfile::tempdir().unwrap();
    trained(&place.path().join("a"), 400);
    let archive = Archive::new(place.path().to_owned());
    let whole = archive.history("a", 0).unwrap();
    assert_eq!(whole.summaries.rows, 8);
    assert_eq!((whole.evaluations.rows, whole.updates.rows), (4, 7));
    assert!(whole.config.unwrap().contains_key("agent"));
    let losses = whole.updates.column("loss").unwrap();
    assert!(losses.iter().all(|loss| loss.is_finite()));
    assert_eq!(archive.history("a", whole.next).unwrap().episodes.rows, 0);

    // The file grows between two readings, the first time in the middle of a line.
    let events = place.path().join("a").join(EVENTS_FILE);
    let text = fs::read(&events).unwrap();
    let (mut from, mut steps) = (0, Vec::new());
    for part in [text.len() / 3, text.len() / 2, text.len()] {
        fs::write(&events, &text[..part]).unwrap();
        let rows = archive.history("a", from).unwrap();
        steps.extend(rows.episodes.column("step").unwrap());
        from = rows.next;
    }
    assert_eq!(Some(steps), whole.episodes.column("step"));
    assert_eq!(from, whole.next);

    fs::write(&events, &text[..text.len() / 2]).unwrap();
    let anew = archive.history("a", whole.next).unwrap();
    assert!(anew.from == 0 && anew.config.is_some());
}

#[cfg(unix)]
#[test]
fn only_plain_files_of_a_run_are_read_and_a_note_no_further_than_it_may_go() {
    let place = tempfile::tempdir().unwrap();
    let folder = trained(&place.path().join("runs/a"), 100);
    let secret = place.path().join("secret");
    fs::write(&secret, "{\"event\":\"end\",\"reason\":\"secret\"}\n").unwrap();
    let listed = || {
        let (told, listed) = std::sync::mpsc::channel();
        let archive = Archive::new(place.path().join("runs"));
        std::thread::spawn(move || {
            told.send(archive.list().unwrap().remove(0)).unwrap();
        });
        let patience = std::time::Duration::from_secs(30);
        listed
            .recv_timeout(patience)
            .expect("nothing is waited for")
    };
    let file = |name: &str| folder.path().join(name);
    let events = fs::read(file(EVENTS_FILE)).unwrap();
    for name in [NOTE_FILE, EVENTS_FILE, "run.lock"] {
        let _ = fs::remove_file(file(name));
        std::os::unix::fs::symlink(&secret, file(name)).unwrap();
        let run = listed();
        assert_eq!(run.note, "", "{name}");
        assert!(run.reason.is_none_or(|reason| reason != "secret"), "{name}");
        assert!(!run.files.contains_key(name));
        // Whoever opens a pipe waits for somebody at its other end.
        fs::remove_file(file(name)).unwrap();
        let made = std::process::Command::new("mkfifo")
            .arg(file(name))
            .status();
        assert!(made.unwrap().success());
        assert!(!listed().files.contains_key(name));
        fs::remove_file(file(name)).unwrap();
    }
    let history = Archive::new(place.path().join("runs"));
    std::os::unix::fs::symlink(&secret, file(EVENTS_FILE)).unwrap();
    assert!(history.history("a", 0).is_err());
    fs::remove_file(file(EVENTS_FILE)).unwrap();
    fs::write(file(EVENTS_FILE), events).unwrap();

    // The last letter, of three bytes, does not fit in any more.
    let long = "\u{20ac}".repeat(LONGEST_NOTE);
    fs::write(file(NOTE_FILE), &long).unwrap();
    assert_eq!(listed().note, long[..LONGEST_NOTE / 3 * 3]);
}

#[test]
fn names_lead_nowhere_else() {
    let place = tempfile::tempdir().unwrap();
    trained(&place.path().join("outside"), 100);
    fs::create_dir(place.path().join("runs")).unwrap();
    let archive = Archive::new(place.path().join("runs"));
    for name in [
        "..",
        ".",
        "",
        "../outside",
        "/",
        "a/../../outside",
        "outside\0",
        "..\\outside",
    ] {
        assert_eq!(archive.run(name), None, "{name:?}");
    }
}
