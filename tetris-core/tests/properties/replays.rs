//! Replays of any game.

use proptest::collection::vec;
use proptest::prelude::*;
use tetris_core::{Recorder, Replay, ReplayError, Turn};

use crate::strategies::{keys, rules};

proptest! {
    #[test]
    fn replays_are_read_and_played_again(
        rules in rules(),
        seed: u64,
        keys in keys(80),
        others in vec((0..4u8, any::<u16>()), 0..10),
    ) {
        let mut recorder = Recorder::new(rules, seed).expect("valid rules");
        let mut others = others.into_iter();
        for (place, (key, ticks)) in keys.into_iter().enumerate() {
            if recorder.press(key).is_err() {
                break;
            }
            for _ in 0..ticks {
                let _ = recorder.tick();
            }
            if place % 8 == 7 && let Some((what, number)) = others.next() {
                match what {
                    0 => recorder.set_soft_drop(number % 2 == 0),
                    1 => recorder.receive_garbage(number),
                    2 => recorder.set_initial(None, true),
                    _ => recorder.set_initial(Some(Turn::ALL[usize::from(number) % 3]), false),
                }
            }
        }
        let (game, replay) = recorder.finish();
        let bytes = replay.to_bytes();
        let again = Replay::from_bytes(&bytes).expect("undamaged");
        prop_assert_eq!(&again, &replay);
        prop_assert_eq!(again.ticks(), game.ticks());
        prop_assert_eq!(again.play(), Ok(game));
    }

    /// One byte changed, anywhere and to anything.
    #[test]
    fn a_changed_byte_is_found(rules in rules(), keys in keys(20), at: usize, change in 1..=255u8) {
        let mut recorder = Recorder::new(rules, 1).expect("valid rules");
        for (key, _) in keys {
            let _ = recorder.press(key);
        }
        let mut bytes = recorder.finish().1.to_bytes();
        let at = at % bytes.len();
        bytes[at] ^= change;
        let expected = match at {
            0..4 => ReplayError::NoReplay,
            4 => ReplayError::Version { found: bytes[4] },
            _ => ReplayError::Damaged,
        };
        prop_assert_eq!(Replay::from_bytes(&bytes), Err(expected));
    }

    #[test]
    fn any_bytes_are_refused_and_nothing_else(bytes in vec(any::<u8>(), 0..300)) {
        prop_assert!(Replay::from_bytes(&bytes).is_err());
    }
}
