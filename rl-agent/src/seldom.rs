//! A clock that is looked at seldom.

use std::time::{Duration, Instant};

/// Counts that may pass between two looks at the clock.
const MOST: u32 = 1024;
/// About how long may pass between two looks.
const ABOUT: Duration = Duration::from_millis(2);

/// Tells the time at most every few milliseconds' worth of steps: looking at a clock at each of them would cost a part of
/// a short step, and looking at every hundredth would be late by minutes when steps are long.
#[derive(Debug, Clone)]
pub(crate) struct Seldom {
    /// Steps between two looks now.
    stride: u32,
    /// Steps until the next look.
    left: u32,
    looked: Instant,
}

impl Seldom {
    /// Looks at the first step.
    pub(crate) fn new() -> Self {
        Self {
            stride: 1,
            left: 1,
            looked: Instant::now(),
        }
    }

    /// To be called at every step: the time, when it is a step that looks.
    pub(crate) fn look(&mut self) -> Option<Instant> {
        self.left -= 1;
        if self.left > 0 {
            return None;
        }
        let now = Instant::now();
        self.stride = next_stride(self.stride, now - self.looked);
        (self.left, self.looked) = (self.stride, now);
        Some(now)
    }
}

/// Twice as far if that is still soon, and at once back to every step if it was late.
fn next_stride(stride: u32, took: Duration) -> u32 {
    if took < ABOUT / 2 {
        (2 * stride).min(MOST)
    } else if took > 4 * ABOUT {
        1
    } else {
        stride
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_steps_are_looked_at_seldom_and_long_ones_always() {
        let strides = |step: Duration| {
            let mut stride = 1;
            (0..20).for_each(|_| stride = next_stride(stride, stride * step));
            stride
        };
        assert_eq!(strides(Duration::from_nanos(100)), MOST);
        let middling = strides(Duration::from_micros(20));
        assert!((25..=400).contains(&middling), "{middling}");
        assert_eq!(strides(Duration::from_secs(1)), 1);
        assert_eq!(next_stride(MOST, Duration::from_secs(1)), 1);
        assert!(Seldom::new().look().is_some(), "the first step looks");
    }
}
