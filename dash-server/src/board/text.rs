//! What an environment shows that draws nothing: its measures and what the agent sees, in numbers.

use std::fmt::Write;

use rl_agent::env::Environment;

/// Numbers of an observation that are shown.
const SHOWN: usize = 32;

/// The measures of the running episode by name, and the observation.
pub(super) fn view<E: Environment + ?Sized>(env: &E) -> String {
    let mut text = String::new();
    let mut measures = vec![0.0; env.measures().len()];
    env.measure(&mut measures);
    for (name, value) in env.measures().iter().zip(measures) {
        let _ = writeln!(text, "{name} {value}");
    }
    let mut observation = vec![0.0; env.observation_len()];
    env.observe(&mut observation);
    text.push_str("observation");
    for (index, value) in observation.iter().take(SHOWN).enumerate() {
        let _ = write!(text, "\n{index:>4} {value:>10.4}");
    }
    if let Some(more) = observation.len().checked_sub(SHOWN + 1) {
        let _ = write!(text, "\nand {} more", more + 1);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::board::BoardView;
    use crate::protocol::Frame;
    use rl_agent::env::Step;
    use rl_agent::tetris::{Tetris, TetrisConfig};

    /// Two numbers, and nothing to see.
    struct Plain;

    impl Environment for Plain {
        type Scenario = ();
        type Error = std::convert::Infallible;

        fn observation_len(&self) -> usize {
            2
        }

        fn action_count(&self) -> usize {
            1
        }

        fn reset(&mut self, _seed: u64, _scenario: &()) -> Result<(), Self::Error> {
            Ok(())
        }

        fn observe(&self, out: &mut [f32]) {
            out.copy_from_slice(&[0.5, -1.25]);
        }

        fn legal_actions(&self, out: &mut [bool]) {
            out.fill(true);
        }

        fn step(&mut self, _action: usize) -> Result<Step, Self::Error> {
            Ok(Step {
                reward: 0.0,
                terminated: false,
                truncated: false,
            })
        }
    }

    impl BoardView for Plain {}

    #[test]
    fn an_environment_that_draws_nothing_is_seen_in_numbers() {
        let mut frame = Frame::blank();
        Plain.draw(&mut frame);
        let expected = "observation\n   0     0.5000\n   1    -1.2500";
        assert_eq!((frame.text.as_str(), frame.width), (expected, 0));

        let tetris = Tetris::new(TetrisConfig::default()).unwrap();
        let text = view(&tetris);
        assert!(text.starts_with("lines 0\n"), "{text}");
        let more = tetris.observation_len() - SHOWN;
        assert!(text.ends_with(&format!("and {more} more")), "{text}");
    }
}
