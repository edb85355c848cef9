//! Fast code against a naive twin in the same run, so that a slow machine does not change the verdict.

use std::time::{Duration, Instant};

/// Prints how many times faster `fast` is than `naive`. Both take a number of units of work and do them; the shortest of
/// several turns of each counts, taken in turn so that both see the same load.
pub fn print_ratio(what: &str, mut fast: impl FnMut(u64), mut naive: impl FnMut(u64)) {
    const FAST_UNITS: u64 = 100_000;
    const NAIVE_UNITS: u64 = 2_000;
    let mut shortest = [Duration::MAX; 2];
    for _ in 0..7 {
        let start = Instant::now();
        fast(FAST_UNITS);
        let middle = Instant::now();
        naive(NAIVE_UNITS);
        shortest[0] = shortest[0].min(middle - start);
        shortest[1] = shortest[1].min(middle.elapsed());
    }
    let nanoseconds = |time: Duration, units| time.as_nanos() as f64 / units as f64;
    let fast = nanoseconds(shortest[0], FAST_UNITS);
    let naive = nanoseconds(shortest[1], NAIVE_UNITS);
    println!(
        "{what}: {fast:.1} ns, naive twin {naive:.1} ns, {:.1} times faster",
        naive / fast
    );
}
