//! Replays that are none, and damaged ones.

use tetris_core::{Input, Recorder, Replay, Rules};

use crate::{check, outcome};

#[test]
fn replays() {
    let mut recorder = Recorder::new(Rules::guideline(), 3).expect("fine rules");
    for input in [Input::Left, Input::HardDrop, Input::Clockwise] {
        let _ = recorder.press(input).expect("goes on");
    }
    let good = recorder.finish().1.to_bytes();
    let read = |change: fn(&mut Vec<u8>)| {
        let mut bad = good.clone();
        change(&mut bad);
        outcome(Replay::from_bytes(&bad))
    };
    let no_replay: &[&str] = &["no replay", "letters TRIS"];
    let damaged: &[&str] = &["damaged", "checksum"];
    check(vec![
        ("nothing", read(|bytes| bytes.clear()), no_replay),
        ("four letters", read(|bytes| bytes.truncate(4)), no_replay),
        (
            "a picture",
            read(|bytes| bytes[..4].copy_from_slice(b"\x89PNG")),
            no_replay,
        ),
        (
            "a later version",
            read(|bytes| bytes[4] = 2),
            &["version 2", "version 1 is the one"],
        ),
        (
            "a cut",
            read(|bytes| bytes.truncate(bytes.len() - 1)),
            damaged,
        ),
        ("the head alone", read(|bytes| bytes.truncate(5)), damaged),
        ("a byte more", read(|bytes| bytes.push(0)), damaged),
        ("a flipped bit", read(|bytes| bytes[9] ^= 4), damaged),
        (
            "a flipped bit of the checksum",
            read(|bytes| *bytes.last_mut().unwrap() ^= 1),
            damaged,
        ),
    ]);
}
