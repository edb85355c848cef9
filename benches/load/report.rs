//! What clients found out, as one line of JSON.

use std::time::Duration;

use serde::Serialize;

use super::Failure;

/// Latencies in microseconds, from the making of a message to its having been read.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Latency {
    /// Half of the messages were faster.
    pub p50: u32,
    /// Nine of ten were faster.
    pub p90: u32,
    /// Ninety-nine of a hundred were faster.
    pub p99: u32,
    /// None was slower.
    pub max: u32,
}

impl Latency {
    /// Sorts `micros` and picks; zeros if there are none.
    pub fn of(micros: &mut [u32]) -> Self {
        micros.sort_unstable();
        let at = |share: f64| {
            let index = micros.len().saturating_sub(1) as f64 * share;
            micros.get(index as usize).copied().unwrap_or(0)
        };
        Self {
            p50: at(0.5),
            p90: at(0.9),
            p99: at(0.99),
            max: at(1.0),
        }
    }
}

/// What good clients found out together in a stretch of time.
#[derive(Debug, Serialize)]
pub struct Report {
    /// Clients that read.
    pub clients: usize,
    /// Clients that did not, and how many of them the server had let go of at the end.
    pub stalled: usize,
    /// See there.
    pub evicted: usize,
    /// Length of the stretch.
    pub seconds: f64,
    /// Messages that came, all clients together.
    pub messages: u64,
    /// Bytes of a message, on average.
    pub bytes: f64,
    /// Boards a second of the client that got the fewest, and of the one that got the most.
    pub slowest_rate: f64,
    /// See there.
    pub fastest_rate: f64,
    /// How long messages were under way.
    pub latency_us: Latency,
    /// Messages that are missing, by their numbers.
    pub gaps: u64,
    /// Clients whose connection ended.
    pub lost: usize,
    /// The server's processor time a message, in microseconds.
    pub cpu_us: f64,
    /// The server's processor time, in percent of a core.
    pub cpu_percent: f64,
    /// The server's memory at the end, in KiB.
    pub resident_kib: Option<u64>,
    /// The most memory that the server ever had, in KiB.
    pub peak_kib: Option<u64>,
}

/// Memory that a client which never reads may take of the server, in KiB.
const STALLED_KIB: u64 = 64;

impl Report {
    /// What clients must find who watch beside some that never read, compared with what they found without them.
    ///
    /// # Errors
    /// If they got half as many boards, or waited twice as long for the slowest in a hundred messages (and longer than
    /// `patience`), or those that never read took too much memory or were kept.
    pub fn stands_beside(&self, without: &Self, patience: Duration) -> Result<(), Failure> {
        let (p99, before) = (self.latency_us.p99, without.latency_us.p99);
        let slow = p99 > 2 * before && u128::from(p99) > patience.as_micros();
        let grown = self
            .resident_kib
            .unwrap_or(0)
            .saturating_sub(without.resident_kib.unwrap_or(0));
        let wrong = if self.slowest_rate < 0.5 * without.slowest_rate {
            format!(
                "{:.1} boards a second, {:.1} without",
                self.slowest_rate, without.slowest_rate
            )
        } else if self.lost + without.lost > 0 {
            format!("{} clients that read were lost", self.lost + without.lost)
        } else if slow {
            format!("one message in a hundred took {p99} us, {before} without")
        } else if grown > STALLED_KIB * self.stalled as u64 {
            format!("memory grew by {grown} KiB")
        } else if self.evicted < self.stalled {
            format!(
                "{} of {} that never read were let go of",
                self.evicted, self.stalled
            )
        } else {
            return Ok(());
        };
        Err(wrong.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_of_the_sorted_values() {
        let mut micros: Vec<u32> = (1..=101).rev().collect();
        let expected = Latency {
            p50: 51,
            p90: 91,
            p99: 100,
            max: 101,
        };
        assert_eq!(Latency::of(&mut micros), expected);
        assert_eq!(Latency::of(&mut []).max, 0);
    }
}
