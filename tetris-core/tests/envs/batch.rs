//! Batches against single environments.

use crate::{ALL, Actions, small};
use tetris_core::{
    BatchBuffers, BatchEnv, BatchError, KeyEnv, Observation, PerPoint, Rules, episode_seed,
};

/// All that a batch writes.
#[derive(Clone, Debug, PartialEq)]
struct Written {
    observations: Vec<f32>,
    final_observations: Vec<f32>,
    rewards: Vec<f32>,
    terminated: Vec<bool>,
    truncated: Vec<bool>,
}

impl Written {
    fn new(games: usize, len: usize) -> Self {
        Self {
            observations: vec![-1.0; games * len],
            final_observations: vec![-1.0; games * len],
            rewards: vec![-1.0; games],
            terminated: vec![false; games],
            truncated: vec![false; games],
        }
    }

    fn buffers(&mut self) -> BatchBuffers<'_, f32> {
        BatchBuffers {
            observations: &mut self.observations,
            final_observations: &mut self.final_observations,
            rewards: &mut self.rewards,
            terminated: &mut self.terminated,
            truncated: &mut self.truncated,
        }
    }
}

fn batch(rules: &Rules, games: usize) -> BatchEnv<PerPoint> {
    let observation = Observation::new(rules, &ALL).expect("the preview has two");
    let seeds: Vec<_> = (0..games as u64).map(|game| 100 + game).collect();
    let batch = BatchEnv::new(rules.clone(), observation, PerPoint(1.0), &seeds);
    batch.expect("fine rules").with_max_steps(70)
}

#[test]
fn a_batch_is_many_single_games() {
    for rules in [small(), Rules::tetris_gymnasium()] {
        let games = 13;
        let mut together = batch(&rules, games);
        let len = together.observation().len();
        let mut written = Written::new(games, len);
        let observation = together.observation().clone();
        let single = KeyEnv::new(rules.clone(), observation, PerPoint(1.0)).expect("fine rules");
        let mut singles = vec![single.with_max_steps(70); games];
        let mut episodes = vec![0; games];
        for (game, env) in singles.iter_mut().enumerate() {
            env.reset(100 + game as u64);
        }
        let mut actions = Actions::new(8);
        let (mut lost, mut cut) = (0, 0);
        let mut numbers = vec![0.0; len];
        for _ in 0..1_000 {
            let taken: Vec<_> = (0..games).map(|_| actions.next() as u8).collect();
            let before = written.final_observations.clone();
            together.step(&taken, written.buffers()).expect("all fits");
            for (game, env) in singles.iter_mut().enumerate() {
                let range = game * len..(game + 1) * len;
                let step = env.step(taken[game].into()).expect("goes on");
                assert_eq!(written.rewards[game], step.reward);
                let ends = (written.terminated[game], written.truncated[game]);
                assert_eq!(ends, (step.terminated, step.truncated));
                let last = &written.final_observations[range.clone()];
                env.observe(&mut numbers);
                if step.terminated || step.truncated {
                    lost += u32::from(step.terminated);
                    cut += u32::from(step.truncated);
                    assert_eq!(last, numbers, "the terminal observation is kept");
                    episodes[game] += 1;
                    env.reset(episode_seed(100 + game as u64, episodes[game]));
                    env.observe(&mut numbers);
                } else {
                    assert_eq!(last, &before[range.clone()]);
                }
                assert_eq!(written.observations[range], numbers);
                assert_eq!(together.game(game), env.game());
                assert_eq!(together.episode(game), episodes[game]);
            }
        }
        assert!(lost > 20 && cut > 20, "{lost} {cut}");
        let mut now = vec![0.0; games * len];
        together.observe(&mut now).expect("all fits");
        assert_eq!(now, written.observations);
    }
}

/// The first games of a large batch are those of a small one.
#[test]
fn size_does_not_matter() {
    let (mut small_batch, mut large) = (batch(&small(), 3), batch(&small(), 50));
    let len = large.observation().len();
    let (mut few, mut many) = (Written::new(3, len), Written::new(50, len));
    let mut actions = Actions::new(9);
    for _ in 0..500 {
        let taken: Vec<_> = (0..50).map(|_| actions.next() as u8).collect();
        small_batch
            .step(&taken[..3], few.buffers())
            .expect("all fits");
        large.step(&taken, many.buffers()).expect("all fits");
        assert_eq!(few.observations, many.observations[..3 * len]);
        assert_eq!(few.rewards, many.rewards[..3]);
    }
}

/// One way to step a batch.
#[cfg(feature = "rayon")]
type StepAll<'a> = dyn Fn(&mut BatchEnv<PerPoint>, &[u8], BatchBuffers<'_, f32>) + 'a;

#[cfg(feature = "rayon")]
#[test]
fn threads_do_not_matter() {
    let pool = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        pool.expect("threads can be had")
    };
    let games = 50;
    let play = |step: &StepAll| {
        let mut batch = batch(&small(), games);
        let mut written = Written::new(games, batch.observation().len());
        let mut actions = Actions::new(10);
        for _ in 0..300 {
            let taken: Vec<_> = (0..games).map(|_| actions.next() as u8).collect();
            step(&mut batch, &taken, written.buffers());
        }
        written
    };
    let alone = play(&|batch, actions, buffers| {
        batch.step(actions, buffers).expect("all fits");
    });
    for threads in [1, 2, 3] {
        for chunk in [1, 7, 16, 50, 1_000, 1 << 60, usize::MAX] {
            let pool = pool(threads);
            let together = play(&|batch, actions, buffers| {
                pool.install(|| batch.par_step(actions, buffers, chunk))
                    .expect("all fits");
            });
            assert!(
                together == alone,
                "{threads} threads, {chunk} games at a time"
            );
        }
    }
}

#[test]
fn what_does_not_fit_changes_nothing() {
    let mut batch = batch(&small(), 4);
    let len = batch.observation().len();
    let mut good = Written::new(4, len);
    let before = good.clone();
    let action = batch.step(&[0, 1, 9, 9], good.buffers());
    let expected = BatchError::Action {
        game: 2,
        action: 9,
        last: 8,
    };
    assert_eq!(action, Err(expected));
    let mut short = Written::new(3, len);
    for (actions, written, buffer, (found, expected)) in [
        (&[0; 3][..], &mut good, "actions", (3, 4)),
        (&[0; 4], &mut short, "observations", (3 * len, 4 * len)),
    ] {
        let error = BatchError::Length {
            buffer,
            found,
            expected,
        };
        assert_eq!(batch.step(actions, written.buffers()), Err(error));
    }
    assert_eq!(good, before);
    assert!((0..4).all(|game| batch.game(game).ticks() == 0));
    assert!(batch.observe(&mut [0.0f32; 3]).is_err());
}

/// Without anything to see, a batch still plays.
#[test]
fn an_empty_observation() {
    let observation = Observation::new(&small(), &[]).expect("nothing asked for");
    let mut batch = BatchEnv::new(small(), observation, PerPoint(1.0), &[1, 2]).expect("fine");
    let mut written = Written::new(2, 0);
    batch.step(&[6, 6], written.buffers()).expect("all fits");
    batch.observe::<f32>(&mut []).expect("all fits");
    assert_eq!((batch.game(0).pieces(), batch.game(1).pieces()), (1, 1));
    #[cfg(feature = "rayon")]
    {
        batch
            .par_step(&[6, 6], written.buffers(), 1)
            .expect("all fits");
        assert_eq!(batch.game(1).pieces(), 2);
    }
}
