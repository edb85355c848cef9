//! Deciding, recording and updating allocate nothing once warm.

use rl_agent::afterstate_dqn::{AfterstateDqn, AfterstateDqnConfig};
use rl_agent::agent::Agent;
use rl_agent::dqn::{Dqn, DqnConfig};
use rl_agent::env::{AfterstateEnvironment, Environment};
use rl_agent::schedule::Schedule;
use rl_agent::tetris::{Scenario, Tetris, TetrisConfig};

/// Plays and learns; returns the updates counted and the allocations in them, and those of the decisions and records.
fn count<A: Agent<Tetris>>(mut agent: A) -> (u64, u64, u64) {
    let mut env = Tetris::without_colours(TetrisConfig::default()).unwrap();
    let scenario = Scenario {
        ceiling: Some(10),
        ..Scenario::default()
    };
    agent.environments(1);
    env.reset(0, &scenario).unwrap();
    let (mut updates, mut in_updates, mut in_steps) = (0, 0, 0);
    for step in 0..6_000 {
        let warm = step >= 4_000;
        let mut action = 0;
        let decided = allocation_counter::measure(|| {
            action = agent.decide(&env, step).expect("a legal action").action
        });
        let outcome = env.step(action).unwrap();
        let recorded = allocation_counter::measure(|| agent.record(&env, &outcome));
        if outcome.done() {
            env.reset(step, &scenario).unwrap();
        }
        let mut updated = false;
        let update = allocation_counter::measure(|| {
            updated = agent.update(step + 1).unwrap().is_some();
        });
        if warm {
            updates += u64::from(updated);
            in_updates += update.count_total;
            in_steps += decided.count_total + recorded.count_total;
        }
    }
    (updates, in_updates, in_steps)
}

#[test]
fn afterstate_dqn_allocates_nothing() {
    let env = Tetris::without_colours(TetrisConfig::default()).unwrap();
    let config = AfterstateDqnConfig {
        buffer_capacity: 3_000,
        epsilon: Schedule::Constant(0.1),
        ..AfterstateDqnConfig::default()
    };
    let agent = AfterstateDqn::new(env.model(), config, 1).unwrap();
    assert_eq!(count(agent), (250, 0, 0));
}

#[test]
fn dqn_allocates_nothing_with_all_its_options() {
    let env = Tetris::without_colours(TetrisConfig::default()).unwrap();
    let rainbow = DqnConfig {
        hidden: vec![32],
        buffer_capacity: 3_000,
        learning_starts: 1_000,
        update_every: 8,
        normalize_observations: true,
        epsilon: Schedule::Constant(0.1),
        ..DqnConfig::rainbow(6_000)
    };
    let cells = DqnConfig {
        buffer_capacity: 3_000,
        update_every: 8,
        hidden: vec![32],
        ..DqnConfig::tetris(10, 20)
    };
    for config in [rainbow, cells] {
        let agent = Dqn::new(&env, config, 1).unwrap();
        assert_eq!(count(agent), (250, 0, 0));
    }
}

/// Bytes that the replay buffer of `agent` takes for each of the steps it remembers.
fn bytes_a_step<A: Agent<Tetris>>(mut agent: A, steps: u64) -> f64 {
    let mut env = Tetris::without_colours(TetrisConfig::default()).unwrap();
    env.reset(0, &Scenario::default()).unwrap();
    let mut kept = 0;
    for step in 0..steps {
        let action = agent.decide(&env, step).expect("a legal action").action;
        let outcome = env.step(action).unwrap();
        kept += allocation_counter::measure(|| agent.record(&env, &outcome)).bytes_current;
        if outcome.done() {
            env.reset(step, &Scenario::default()).unwrap();
        }
    }
    kept as f64 / steps as f64
}

#[test]
fn a_transition_of_tetris_takes_at_most_64_bytes() {
    let env = Tetris::without_colours(TetrisConfig::default()).unwrap();
    // Not a power of two: growth must not leave room that is never used.
    let config = AfterstateDqnConfig {
        buffer_capacity: 5_000,
        ..AfterstateDqnConfig::default()
    };
    let agent = AfterstateDqn::new(env.model(), config, 1).unwrap();
    let bytes = bytes_a_step(agent, 6_000) * 6_000.0 / 5_000.0;
    assert!((1.0..=64.0).contains(&bytes), "{bytes} bytes an afterstate");

    // The rings of the DQN over actions are reserved when it is made.
    let cells = |buffer_capacity| {
        let config = DqnConfig {
            buffer_capacity,
            hidden: vec![8],
            ..DqnConfig::tetris(10, 20)
        };
        let made = allocation_counter::measure(|| {
            std::mem::forget(Dqn::new(&env, config.clone(), 1).unwrap());
        });
        made.bytes_current as f64
    };
    let bytes = (cells(50_000) - cells(10_000)) / 40_000.0;
    assert!((1.0..=64.0).contains(&bytes), "{bytes} bytes a step");
}
