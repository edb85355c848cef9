//! The DQN, with every option, on worlds whose exact values are known.

mod worlds;

use rl_agent::afterstate_dqn::TargetUpdate;
use rl_agent::dqn::{Categorical, Dqn, DqnConfig, Prioritized};
use rl_agent::env::Environment;
use rl_agent::experience::Storage;
use rl_agent::nn::{Activation, Convolution, Filters, Loss, Optimizer};
use rl_agent::schedule::Schedule;
use rl_agent::trainer::{Trainer, TrainerConfig};
use worlds::{Table, chain, grid};

const GAMMA: f64 = 0.8;
const STEPS: u64 = 10_000;

fn falling(over: u64) -> Schedule {
    Schedule::Exponential {
        from: 5e-3,
        to: 2e-5,
        over,
    }
}

fn base() -> DqnConfig {
    DqnConfig {
        hidden: vec![32],
        double: false,
        gamma: GAMMA,
        learning_rate: falling(STEPS),
        epsilon: Schedule::Constant(0.5),
        buffer_capacity: 5_000,
        learning_starts: 200,
        update_every: 2,
        target: TargetUpdate::Hard { every: 50 },
        loss: Loss::Squared,
        ..DqnConfig::default()
    }
}

fn prioritized() -> Option<Prioritized> {
    Some(Prioritized {
        alpha: 0.6,
        beta: Schedule::Linear {
            from: 0.4,
            to: 1.0,
            over: STEPS,
        },
        epsilon: 1e-3,
    })
}

fn categorical() -> Option<Categorical> {
    Some(Categorical {
        atoms: 51,
        low: -2.0,
        high: 6.0,
    })
}

/// What is compared with value iteration.
#[derive(Clone, Copy)]
enum Compare {
    /// The value of every legal action, and the policy.
    Values,
    /// The value of the best action of every state, and the policy.
    BestValues,
    /// The policy alone.
    Policy,
}

/// Training is as long as its learning rate falls.
fn length_of(config: &DqnConfig) -> u64 {
    match config.learning_rate {
        Schedule::Exponential { over, .. } => over,
        _ => STEPS,
    }
}

/// Trains in `world` and compares. Values must agree within 1 % of the largest.
fn learns(name: &str, world: &Table, config: DqnConfig, compare: Compare) {
    let agent = Dqn::new(world, config.clone(), 3).unwrap();
    let limits = TrainerConfig {
        seed: 5,
        total_steps: Some(length_of(&config)),
        ..TrainerConfig::default()
    };
    let mut trainer = Trainer::new(vec![world.clone()], agent, limits).unwrap();
    trainer.run(()).unwrap();
    let mut policy = trainer.agent().policy();
    let exact = world.exact(GAMMA);
    let all = exact.iter().flatten().flatten();
    let largest = all.fold(0.0f64, |most, q| most.max(q.abs()));
    let mut worst = 0.0f64;
    for (state, exact) in exact.iter().enumerate() {
        let mut observation = vec![0.0; world.observation_len()];
        observation[state] = 1.0;
        let learned = policy.values(&observation);
        let legal: Vec<(usize, f64)> = (0..exact.len())
            .filter_map(|action| exact[action].map(|q| (action, q)))
            .collect();
        let Some(&(chosen, got)) = legal
            .iter()
            .max_by(|a, b| learned[a.0].total_cmp(&learned[b.0]))
        else {
            continue;
        };
        let best = legal
            .iter()
            .fold(f64::NEG_INFINITY, |most, &(_, q)| most.max(q));
        assert!(
            best - got < 1e-6,
            "{name}: in state {state} it takes action {chosen}, worth {got} and not {best}"
        );
        for (action, q) in legal {
            let off = (f64::from(learned[action]) - q).abs() / largest;
            match compare {
                Compare::Values => worst = worst.max(off),
                Compare::BestValues if action == chosen => worst = worst.max(off),
                _ => {}
            }
        }
    }
    println!("{name}: {:.2} % off at most", 100.0 * worst);
    assert!(
        worst < 0.01,
        "{name}: a value is {:.2} % off",
        100.0 * worst
    );
}

/// In both worlds.
fn learns_both(name: &str, config: DqnConfig) {
    learns(name, &chain(30), config.clone(), Compare::Values);
    learns(name, &grid(), config, Compare::Values);
}

#[test]
fn plain_and_double() {
    learns_both("plain", base());
    let double = DqnConfig {
        double: true,
        ..base()
    };
    learns_both("double", double);
}

#[test]
fn minibatches_of_several_parts() {
    let large = DqnConfig {
        batch_size: 300,
        learning_starts: 400,
        prioritized: prioritized(),
        ..base()
    };
    learns("300 rows", &chain(30), large, Compare::Values);
}

#[test]
fn target_updates_and_losses() {
    let soft = DqnConfig {
        target: TargetUpdate::Soft { tau: 0.02 },
        loss: Loss::Huber { delta: 1.0 },
        ..base()
    };
    learns_both("soft target, Huber", soft);
}

#[test]
fn dueling() {
    let dueling = DqnConfig {
        dueling: true,
        hidden: vec![16, 32],
        ..base()
    };
    learns_both("dueling", dueling);
}

#[test]
fn prioritised_replay() {
    let prioritized = DqnConfig {
        prioritized: prioritized(),
        ..base()
    };
    learns_both("prioritised", prioritized);
}

#[test]
fn distributions() {
    let categorical = DqnConfig {
        categorical: categorical(),
        ..base()
    };
    learns_both("categorical", categorical);
}

#[test]
fn noisy_layers() {
    let noisy = DqnConfig {
        noisy: Some(0.5),
        ..base()
    };
    learns_both("noisy", noisy);
}

#[test]
fn optimisers() {
    let faster = Schedule::Exponential {
        from: 5e-2,
        to: 1e-3,
        over: STEPS,
    };
    for (name, optimizer, learning_rate) in [
        (
            "AdamW",
            Optimizer::AdamW {
                beta1: 0.9,
                beta2: 0.999,
                epsilon: 1e-8,
                weight_decay: 1e-4,
            },
            base().learning_rate,
        ),
        (
            "RMSProp",
            Optimizer::RmsProp {
                decay: 0.95,
                epsilon: 0.01,
            },
            base().learning_rate,
        ),
        ("SGD", Optimizer::Sgd { momentum: 0.9 }, faster),
    ] {
        let config = DqnConfig {
            optimizer,
            learning_rate,
            ..base()
        };
        learns_both(name, config);
    }
}

#[test]
fn storage_activation_and_normalisation() {
    let bytes = DqnConfig {
        storage: Storage::U8,
        activation: Activation::Tanh,
        ..base()
    };
    learns_both("bytes, tanh", bytes);
    let bits = DqnConfig {
        storage: Storage::Bits,
        activation: Activation::LeakyRelu,
        ..base()
    };
    learns_both("bits, leaky", bits);
    let normalized = DqnConfig {
        normalize_observations: true,
        // The scale keeps moving, less and less.
        learning_rate: falling(3 * STEPS),
        ..base()
    };
    learns_both("normalised", normalized);
}

#[test]
fn convolutions() {
    let convolution = DqnConfig {
        convolution: Some(Convolution {
            planes: 1,
            height: 3,
            width: 4,
            layers: vec![Filters {
                count: 8,
                size: 2,
                stride: 1,
            }],
        }),
        ..base()
    };
    learns("convolution", &grid(), convolution, Compare::Values);
}

/// What several rewards add up to is the value of the policy that collected them, so late data must be greedy.
#[test]
fn several_steps_at_once() {
    let n_step = DqnConfig {
        n_step: 3,
        learning_rate: falling(3 * STEPS),
        epsilon: Schedule::Linear {
            from: 1.0,
            to: 0.0,
            over: 2 * STEPS,
        },
        buffer_capacity: 2_000,
        ..base()
    };
    learns("3 steps", &chain(30), n_step.clone(), Compare::BestValues);
    learns("3 steps", &grid(), n_step, Compare::BestValues);
}

#[test]
fn all_of_it_finds_the_best_policy() {
    let rainbow = DqnConfig {
        hidden: vec![64],
        categorical: categorical(),
        prioritized: prioritized(),
        learning_rate: base().learning_rate,
        buffer_capacity: 2_000,
        learning_starts: 200,
        update_every: 2,
        target: TargetUpdate::Hard { every: 50 },
        gamma: GAMMA,
        ..DqnConfig::rainbow(STEPS)
    };
    learns("Rainbow", &chain(30), rainbow.clone(), Compare::Policy);
    learns("Rainbow", &grid(), rainbow, Compare::Policy);
}

/// Had the cut episodes of the chain been taken for ended ones, its values would be smaller by a third and more.
#[test]
fn only_termination_ends_the_sum_of_rewards() {
    let short = chain(6);
    learns("cut early", &short, base(), Compare::Values);
}
