//! Whatever is wrong: an error of a small type that says what was found and what was expected,
//! and everything as it was before.

mod actions;
mod batches;
mod placements;
mod replays;
mod settings;
mod texts;

use std::error::Error;
use std::fmt::Debug;

use tetris_core::Board;

/// What was tried, what came of it, and what the error must say.
type Case = (
    &'static str,
    Result<(), Box<dyn Error>>,
    &'static [&'static str],
);

fn outcome<T, E: Error + 'static>(result: Result<T, E>) -> Result<(), Box<dyn Error>> {
    match result {
        Ok(_) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

fn check(cases: Vec<Case>) {
    for (what, result, expected) in cases {
        let Err(error) = result else {
            panic!("{what} was accepted");
        };
        let text = error.to_string();
        for part in expected {
            assert!(text.contains(part), "{what}: {part:?} is not in {text:?}");
        }
    }
}

fn board(rows: &str, height: usize) -> Board {
    Board::from_rows(rows, height).expect("a well-formed board")
}

/// Each thing is refused, and after it the value and its bytes are what they were.
fn unchanged<T, R, E>(value: &mut T, cases: &[Attempt<T, R, E>])
where
    T: Clone + PartialEq + Debug + serde::Serialize,
    E: Error + PartialEq,
{
    let before = value.clone();
    let bytes = rmp_serde::to_vec(value).expect("writes");
    for (what, attempt, error, expected) in cases {
        let Err(found) = attempt(value) else {
            panic!("{what} was accepted");
        };
        assert_eq!(&found, error, "{what}");
        let text = found.to_string();
        for part in *expected {
            assert!(text.contains(part), "{what}: {part:?} is not in {text:?}");
        }
        assert_eq!(*value, before, "{what}");
        assert_eq!(rmp_serde::to_vec(value).expect("writes"), bytes, "{what}");
    }
}

type Attempt<T, R, E> = (
    &'static str,
    fn(&mut T) -> Result<R, E>,
    E,
    &'static [&'static str],
);
