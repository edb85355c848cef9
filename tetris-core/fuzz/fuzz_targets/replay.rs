//! `cargo +nightly fuzz run replay`, in the folder `tetris-core`.

#![no_main]

#[path = "../../tests/fuzz/checks.rs"]
#[expect(dead_code, reason = "the checks of the other target")]
mod checks;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| checks::replay(bytes));
