//! Environments whose decisions are computed together.

mod common;
mod worlds;

use std::collections::BTreeMap;
use std::path::Path;

use common::Ladder;
use rl_agent::afterstate_dqn::{AfterstateDqn, AfterstateDqnConfig};
use rl_agent::agent::Agent;
use rl_agent::dqn::{Dqn, DqnConfig};
use rl_agent::env::{AfterstateEnvironment, Resumable};
use rl_agent::schedule::Schedule;
use rl_agent::trainer::{CHECKPOINT_FILE, Trainer, TrainerConfig};
use worlds::grid;

const ENVIRONMENTS: usize = 4;

fn dqn(update_every: u64, noisy: bool) -> Dqn {
    let config = DqnConfig {
        hidden: vec![16],
        epsilon: Schedule::Constant(0.1),
        learning_starts: 100,
        update_every,
        noisy: noisy.then_some(0.5),
        ..DqnConfig::default()
    };
    Dqn::new(&grid(), config, 1).unwrap()
}

fn afterstates(update_every: u64) -> AfterstateDqn<common::LadderModel> {
    let config = AfterstateDqnConfig {
        hidden: vec![16],
        // Fast enough for decisions to change within a round.
        learning_rate: Schedule::Constant(0.05),
        learning_starts: 100,
        update_every,
        ..AfterstateDqnConfig::default()
    };
    AfterstateDqn::new(Ladder::new().model(), config, 1).unwrap()
}

/// Trains to `steps` steps, from the checkpoint in `folder` if there is one; leaves one there and returns the agent's state.
fn train<E: Resumable + Clone, A: Agent<E>>(
    env: &E,
    agent: A,
    batched: bool,
    steps: u64,
    folder: &Path,
) -> Vec<u8> {
    let config = TrainerConfig {
        seed: 1,
        batched,
        total_steps: Some(steps),
        checkpoint_every: 150,
        ..TrainerConfig::default()
    };
    let environments = vec![env.clone(); ENVIRONMENTS];
    let mut trainer = Trainer::new(environments, agent, config)
        .unwrap()
        .save_to(folder, BTreeMap::new());
    let checkpoint = folder.join(CHECKPOINT_FILE);
    if checkpoint.exists() {
        trainer.read_checkpoint(&checkpoint).unwrap();
    }
    let end = trainer.run(()).unwrap();
    let round = ENVIRONMENTS as u64;
    let expected = if batched {
        steps.next_multiple_of(round)
    } else {
        steps
    };
    assert_eq!(end.step, expected);
    postcard::to_stdvec(trainer.agent().state()).unwrap()
}

fn whole<E: Resumable + Clone, A: Agent<E>>(env: &E, agent: A, batched: bool) -> Vec<u8> {
    train(
        env,
        agent,
        batched,
        1_000,
        tempfile::tempdir().unwrap().path(),
    )
}

/// The same in two parts. The first ends in the middle of a round if rounds could be broken.
fn halves<E: Resumable + Clone, A: Agent<E>>(env: &E, agent: impl Fn() -> A) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    train(env, agent(), true, 501, folder.path());
    train(env, agent(), true, 1_000, folder.path())
}

#[test]
fn deciding_together_changes_nothing_while_nothing_is_learnt() {
    let (grid, ladder) = (grid(), Ladder::new());
    // With as many steps between updates as there are environments, they fall between rounds.
    for noisy in [false, true] {
        let agent = || dqn(ENVIRONMENTS as u64, noisy);
        assert!(whole(&grid, agent(), true) == whole(&grid, agent(), false));
    }
    let agent = || afterstates(ENVIRONMENTS as u64);
    assert!(whole(&ladder, agent(), true) == whole(&ladder, agent(), false));
}

#[test]
fn a_round_is_decided_by_the_network_of_its_beginning_and_resumed_bit_for_bit() {
    let (grid, ladder) = (grid(), Ladder::new());
    let together = whole(&grid, dqn(1, false), true);
    assert!(together != whole(&grid, dqn(1, false), false));
    assert!(together == whole(&grid, dqn(1, false), true));
    assert!(together == halves(&grid, || dqn(1, false)));
    assert!(whole(&grid, dqn(3, true), true) == halves(&grid, || dqn(3, true)));

    let together = whole(&ladder, afterstates(1), true);
    assert!(together != whole(&ladder, afterstates(1), false));
    assert!(together == halves(&ladder, || afterstates(1)));
}
