//! Buffers and actions of batches.

use tetris_core::{BatchBuffers, BatchEnv, Observation, Part, PerLine, Rules};

use crate::{check, outcome};

#[test]
fn batches() {
    let observation = Observation::new(&Rules::guideline(), &[Part::Current]).expect("fine");
    let batch = BatchEnv::new(Rules::guideline(), observation, PerLine(1.0), &[1, 2]);
    let mut batch = batch.expect("fine rules");
    let games = [batch.game(0).clone(), batch.game(1).clone()];
    // Lengths of the observations, the final ones, the rewards, lost and cut games.
    let mut step = |actions: &[u8], [seen, last, rewards, lost, cut]: [usize; 5]| {
        let error = batch.step(
            actions,
            BatchBuffers {
                observations: &mut vec![0u8; seen],
                final_observations: &mut vec![0; last],
                rewards: &mut vec![0.0; rewards],
                terminated: &mut vec![false; lost],
                truncated: &mut vec![false; cut],
            },
        );
        outcome(error)
    };
    check(vec![
        (
            "an action too few",
            step(&[0], [14, 14, 2, 2, 2]),
            &["has 1 entries", "have 2"],
        ),
        (
            "an action too many",
            step(&[0; 3], [14, 14, 2, 2, 2]),
            &["has 3 entries", "have 2"],
        ),
        (
            "no such action",
            step(&[0, 9], [14, 14, 2, 2, 2]),
            &["action 9 of game 1", "0 to 8"],
        ),
        (
            "a short observation",
            step(&[0; 2], [13, 14, 2, 2, 2]),
            &["13", "14"],
        ),
        (
            "a short last observation",
            step(&[0; 2], [14, 7, 2, 2, 2]),
            &["7", "14"],
        ),
        (
            "a reward too few",
            step(&[0; 2], [14, 14, 1, 2, 2]),
            &["has 1", "have 2"],
        ),
        (
            "an end too few",
            step(&[0; 2], [14, 14, 2, 1, 2]),
            &["has 1", "have 2"],
        ),
        (
            "a cut too few",
            step(&[0; 2], [14, 14, 2, 2, 1]),
            &["has 1", "have 2"],
        ),
    ]);
    for (place, game) in games.iter().enumerate() {
        assert_eq!((batch.game(place), batch.episode(place)), (game, 0));
    }
}
