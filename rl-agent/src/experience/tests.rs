//! Rings against a plain list of transitions.

use super::*;
use std::collections::BTreeSet;

/// What is drawn against transitions written down one by one, for random episodes in two environments.
#[test]
fn agrees_with_a_list_of_transitions() {
    const GAMMA: f64 = 0.9;
    for (n_step, storage) in [
        (1, Storage::F32),
        (3, Storage::U8),
        (2, Storage::Bits),
        (5, Storage::F32),
    ] {
        let shape = Shape {
            observation_len: 11,
            action_count: 9,
            environments: 2,
            ring: 20,
            n_step,
            storage,
        };
        let mut rng = Rng::new(n_step as u64, 0);
        let mut experience = Experience::new(shape);
        let mut usable = BTreeSet::new();
        // The whole history of each environment: sight, legal actions, action, reward, end (0, 1 terminated, 2 cut).
        type Seen = (Vec<f32>, Vec<bool>);
        type Taken = (Seen, usize, f32, u8, Seen);
        let mut history: [Vec<Taken>; 2] = Default::default();
        let mut ends = [0; 3];
        for turn in 0..600 {
            let environment = turn % 2;
            let mut sight = || -> Seen {
                let top = if storage == Storage::Bits { 2 } else { 256 };
                (
                    (0..11).map(|_| rng.below(top) as f32).collect(),
                    (0..9).map(|_| rng.below(2) == 1).collect(),
                )
            };
            let (now, last) = (sight(), sight());
            let (action, reward) = (rng.below(9), rng.normal() as f32);
            let ended = [0, 0, 0, 0, 1, 2][rng.below(6)];
            ends[usize::from(ended)] += 1;
            let end = match ended {
                0 => End::None,
                1 => End::Terminated,
                _ => End::Truncated(&last.0, &last.1),
            };
            experience.push(
                environment,
                &now.0,
                &now.1,
                action,
                reward,
                end,
                &mut |slot, can| {
                    assert!(if can {
                        usable.insert(slot)
                    } else {
                        usable.remove(&slot)
                    });
                },
            );
            history[environment].push((now, action, reward, ended, last));
            assert_eq!(usable.len(), experience.complete());
            let mut expected: Vec<(Vec<f32>, Drawn, Option<Seen>)> = Vec::new();
            for steps in &history {
                // Complete: n steps and one more sight, or an end before.
                for (i, first) in steps.iter().enumerate() {
                    let (mut reward, mut discount, mut follow) = (0.0, 1.0, None);
                    let mut known = false;
                    for (k, step) in steps[i..].iter().take(n_step + 1).enumerate() {
                        if k == n_step {
                            (follow, known) = (Some(step.0.clone()), true);
                            break;
                        }
                        reward += discount * f64::from(step.2);
                        discount *= GAMMA;
                        if step.3 > 0 {
                            follow = (step.3 == 2).then(|| step.4.clone());
                            known = true;
                            break;
                        }
                    }
                    if known {
                        let drawn = Drawn {
                            action: first.1,
                            reward: reward as f32,
                            discount: if follow.is_some() {
                                discount as f32
                            } else {
                                0.0
                            },
                        };
                        expected.push((first.0.0.clone(), drawn, follow));
                    }
                }
            }
            for &slot in &usable {
                let (mut now, mut next) = (vec![-1.0; 11], vec![-1.0; 11]);
                let mut legal = vec![true; 9];
                let drawn = experience.read(slot, GAMMA, &mut now, &mut next, &mut legal);
                let follow = (drawn.discount > 0.0).then_some((next, legal));
                assert!(
                    expected.contains(&(now, drawn, follow)),
                    "turn {turn}, slot {slot}"
                );
            }
        }
        assert!(ends.iter().all(|&count| count > 50), "{ends:?}");
        let bytes = postcard::to_stdvec(&experience).unwrap();
        assert_eq!(
            postcard::from_bytes::<Experience>(&bytes).unwrap(),
            experience
        );
    }
}

#[test]
fn drawing_is_uniform_over_complete_steps() {
    let shape = Shape {
        observation_len: 1,
        action_count: 2,
        environments: 2,
        ring: 12,
        n_step: 2,
        storage: Storage::F32,
    };
    let mut experience = Experience::new(shape);
    for step in 0..9 {
        for environment in 0..2 {
            let end = match step % 4 {
                3 => End::Truncated(&[0.5], &[true, true]),
                _ => End::None,
            };
            experience.push(environment, &[0.0], &[true; 2], 0, 0.0, end, &mut |_, _| {});
        }
    }
    let mut rng = Rng::new(1, 0);
    let mut counts = [0u32; 24];
    (0..32_000).for_each(|_| counts[experience.draw(&mut rng)] += 1);
    let drawn: Vec<u32> = counts.into_iter().filter(|&count| count > 0).collect();
    assert_eq!((drawn.len(), experience.complete()), (16, 16));
    let chi_square: f64 = drawn
        .iter()
        .map(|&n| (f64::from(n) - 2_000.0).powi(2) / 2_000.0)
        .sum();
    assert!(
        chi_square < 37.7,
        "chi-square {chi_square} with 15 degrees of freedom (p < 0.001)"
    );
}

#[test]
fn a_tetris_board_takes_less_than_64_bytes() {
    let shape = Shape {
        observation_len: 207,
        action_count: 40,
        environments: 1,
        ring: 10,
        n_step: 1,
        storage: Storage::Bits,
    };
    assert_eq!(shape.step_bytes(), 26 + 5 + 9);
}
