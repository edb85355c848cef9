//! Replays: played again to the same game, small, and never believed when damaged.

use tetris_core::{
    Event, Game, Gravity, Input, LockDelay, LockReset, Randomizer, RandomizerKind, Recorder,
    Replay, ReplayError, Rules, Turn,
};

fn some_rules() -> Vec<Rules> {
    let mut sequence = Rules {
        pieces: "IOLJSZT".parse().expect("well-formed"),
        gravity: Gravity::Rows {
            rows: 3,
            ticks: 700,
        },
        lock_delay: LockDelay::Ticks {
            ticks: 1_000,
            reset: LockReset::EveryMove,
        },
        ..Rules::guideline()
    };
    sequence.garbage.messiness = 40;
    sequence.score.combo = u32::MAX;
    vec![
        Rules::guideline(),
        Rules::tetris_gymnasium(),
        Rules::classic_research(),
        sequence,
    ]
}

/// A game of a player who thinks: keys with pauses of a few ticks, sometimes long ones.
fn recorded(rules: Rules, seed: u64) -> (Game, Replay, usize) {
    let mut recorder = Recorder::new(rules, seed).expect("fine rules");
    let mut random = Randomizer::new(RandomizerKind::Uniform, seed);
    let mut keys = 0;
    for key in 0..400 {
        let mut draw = |range: usize| (random.draw().index() * 7 + random.draw().index()) % range;
        match draw(49) {
            0 => recorder.set_soft_drop(key % 2 == 0),
            1 => recorder.set_initial(Some(Turn::ALL[draw(3)]), draw(2) == 0),
            2 => recorder.receive_garbage(draw(4) as u16),
            input => {
                if recorder.press(Input::ALL[input % 8]).is_err() {
                    break;
                }
            }
        }
        keys += 1;
        let pause = [0, 1, 2, 3, 5, 8, 12, 13, 40, 268, 269, 5_000][[draw(8), draw(12)][draw(2)]];
        for _ in 0..pause {
            let _ = recorder.tick();
        }
    }
    let (game, replay) = recorder.finish();
    (game, replay, keys)
}

#[test]
fn games_are_played_again() {
    for rules in some_rules() {
        for seed in 0..30 {
            let (game, replay, _) = recorded(rules.clone(), seed);
            let bytes = replay.to_bytes();
            let again = Replay::from_bytes(&bytes).expect("undamaged");
            assert_eq!(again, replay);
            assert_eq!(again.play().expect("the same rules"), game);
            assert_eq!((again.seed(), again.rules()), (seed, &rules));

            // Taken down once more while it plays, it is the same bytes.
            let mut recorder = Recorder::new(rules.clone(), seed).expect("fine rules");
            for event in again.events() {
                match event {
                    Event::Press(input) => {
                        let _ = recorder.press(input).expect("goes on");
                    }
                    Event::Ticks(ticks) => {
                        for _ in 0..ticks {
                            recorder.tick().expect("goes on");
                        }
                    }
                    Event::SoftDrop(down) => recorder.set_soft_drop(down),
                    Event::Initial { turn, hold } => recorder.set_initial(turn, hold),
                    Event::Garbage(rows) => recorder.receive_garbage(rows),
                    other => panic!("{other:?} is new"),
                }
            }
            assert_eq!(recorder.finish().1.to_bytes(), bytes);
        }
    }
}

#[test]
fn less_than_two_bytes_a_key() {
    let (mut bytes, mut keys) = (0, 0);
    for seed in 0..50 {
        let (_, replay, count) = recorded(Rules::guideline(), seed);
        bytes += replay.events_len();
        keys += count;
    }
    assert!(bytes < 2 * keys, "{bytes} bytes for {keys} keys");

    // One key a tick, as an agent plays: one byte each and none for doing nothing, but for the
    // tick before the first key.
    let mut recorder = Recorder::new(Rules::guideline(), 1).expect("fine rules");
    for key in 0..300 {
        if key % 3 > 0 {
            let _ = recorder.press(Input::ALL[key % 5]).expect("goes on");
        }
        recorder.tick().expect("goes on");
    }
    assert_eq!(recorder.finish().1.events_len(), 201);
}

#[test]
fn locks_are_told_on_the_way() {
    let (game, replay, _) = recorded(Rules::guideline(), 3);
    let (mut again, mut pieces, mut points) = (replay.start(), 0, 0);
    for event in replay.events() {
        let mut locked = |_: &Game, locked: tetris_core::Locked| {
            pieces += 1;
            points += u64::from(locked.points);
        };
        Replay::apply(&mut again, event, &mut locked).expect("goes on");
    }
    assert_eq!((&again, pieces), (&game, game.pieces()));
    assert!(points <= game.score());
}

/// Every byte changed in every bit, every cut, and bytes from elsewhere.
#[test]
fn damage_is_found() {
    let (_, replay, _) = recorded(Rules::guideline(), 8);
    let good = replay.to_bytes();
    for at in 0..good.len() {
        for bit in 0..8 {
            let mut bad = good.clone();
            bad[at] ^= 1 << bit;
            let expected = match at {
                0..4 => ReplayError::NoReplay,
                4 => ReplayError::Version { found: bad[4] },
                _ => ReplayError::Damaged,
            };
            assert_eq!(
                Replay::from_bytes(&bad),
                Err(expected),
                "bit {bit} of byte {at}"
            );
        }
        assert!(Replay::from_bytes(&good[..at]).is_err(), "cut at {at}");
    }
    let mut longer = good.clone();
    longer.push(0);
    assert_eq!(Replay::from_bytes(&longer), Err(ReplayError::Damaged));
    assert_eq!(Replay::from_bytes(b"RIFF"), Err(ReplayError::NoReplay));
}

/// Replays are kept for years: these bytes, of this version, must always be read and played.
#[test]
fn golden_replay() {
    let mut recorder = Recorder::new(Rules::guideline(), 42).expect("fine rules");
    for (input, ticks) in [(0, 3), (3, 0), (6, 13), (7, 300), (1, 0), (5, 1), (6, 0)] {
        let _ = recorder.press(Input::ALL[input]).expect("goes on");
        for _ in 0..ticks {
            recorder.tick().expect("goes on");
        }
    }
    let (game, replay) = recorder.finish();
    let text: String = replay
        .to_bytes()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let golden = include_str!("../data/golden.replay.hex").trim();
    assert_eq!(text, golden);
    let bytes: Vec<u8> = (0..golden.len() / 2)
        .map(|at| u8::from_str_radix(&golden[2 * at..2 * at + 2], 16).expect("hex digits"))
        .collect();
    let read = Replay::from_bytes(&bytes).expect("of this version");
    assert_eq!(read.play(), Ok(game));
}
