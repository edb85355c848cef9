//! That options of the DQN change what they should, and nothing else.

mod worlds;

use rl_agent::dqn::{Dqn, DqnConfig, PlayWith, TargetUpdate};
use rl_agent::env::Environment;
use rl_agent::nn::Optimizer;
use rl_agent::observer::{Observer, UpdateReport};
use rl_agent::schedule::Schedule;
use rl_agent::trainer::{Trainer, TrainerConfig};
use worlds::chain;

const STATES: usize = 7;

fn base() -> DqnConfig {
    DqnConfig {
        hidden: vec![16],
        learning_rate: Schedule::Constant(2e-3),
        epsilon: Schedule::Constant(1.0),
        buffer_capacity: 2_000,
        learning_starts: 100,
        update_every: 2,
        double: false,
        ..DqnConfig::default()
    }
}

/// The values of all actions in all states after `steps` steps.
fn values_after(steps: u64, config: DqnConfig, observer: impl Observer<worlds::Table>) -> Vec<f32> {
    let world = chain(20);
    let agent = Dqn::new(&world, config, 4).unwrap();
    let limits = TrainerConfig {
        total_steps: Some(steps),
        ..TrainerConfig::default()
    };
    let mut trainer = Trainer::new(vec![world], agent, limits).unwrap();
    trainer.run(observer).unwrap();
    let mut policy = trainer.agent().policy();
    let states = (0..STATES).flat_map(|state| {
        let mut shown = [0.0; STATES];
        shown[state] = 1.0;
        policy.values(&shown).to_vec()
    });
    states.collect()
}

fn values(steps: u64, config: DqnConfig) -> Vec<f32> {
    values_after(steps, config, ())
}

fn distance(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).sum()
}

#[test]
fn rewards_are_cut() {
    assert_eq!(chain(20).observation_len(), STATES);
    let of = |reward_clip| {
        let config = DqnConfig {
            gamma: 0.0,
            reward_clip,
            ..base()
        };
        let values = values(6_000, config);
        // To the left of the first state there is 0.2, to the right of the last 1.
        (values[0], values[2 * STATES - 1])
    };
    let (first, last) = of(None);
    assert!(
        (first - 0.2).abs() < 0.03 && (last - 1.0).abs() < 0.03,
        "{first} {last}"
    );
    let (first, last) = of(Some(0.5));
    assert!(
        (first - 0.2).abs() < 0.03 && (last - 0.5).abs() < 0.03,
        "{first} {last}"
    );
}

#[test]
fn the_target_network_follows_as_it_is_told() {
    let of = |target, play_with| {
        let config = DqnConfig {
            target,
            play_with,
            ..base()
        };
        values(1_000, config)
    };
    let untrained = values(0, base());
    let never = of(TargetUpdate::Hard { every: 1_000_000 }, PlayWith::Target);
    assert_eq!(never, untrained);
    let online = of(TargetUpdate::Hard { every: 1_000_000 }, PlayWith::Online);
    assert_ne!(online, untrained);
    let always = |play_with| of(TargetUpdate::Hard { every: 1 }, play_with);
    assert_eq!(always(PlayWith::Target), always(PlayWith::Online));
    let behind = |tau| {
        let of = |play_with| of(TargetUpdate::Soft { tau }, play_with);
        distance(&of(PlayWith::Target), &of(PlayWith::Online))
    };
    let [slow, fast, at_once] = [0.002, 0.2, 1.0].map(behind);
    assert!(slow > 1.5 * fast, "{slow} {fast}");
    assert!(fast > 100.0 * at_once, "{fast} {at_once}");
}

#[test]
fn double_matters_only_while_the_networks_differ() {
    let of = |double, every| {
        let config = DqnConfig {
            double,
            target: TargetUpdate::Hard { every },
            ..base()
        };
        values(1_000, config)
    };
    assert_eq!(of(true, 1), of(false, 1));
    assert_ne!(of(true, 50), of(false, 50));
}

#[test]
fn a_short_gradient_hardly_moves_the_network() {
    let moved = |max_gradient_norm| {
        let config = DqnConfig {
            max_gradient_norm,
            optimizer: Optimizer::Sgd { momentum: 0.0 },
            ..base()
        };
        distance(&values(1_000, config), &values(0, base()))
    };
    let (free, short) = (moved(None), moved(Some(1e-4)));
    assert!(short > 0.0 && free > 100.0 * short, "{free} {short}");
}

/// Learning rates, with their steps.
#[derive(Default)]
struct Rates(Vec<(u64, f64)>);

impl<E: Environment> Observer<E> for Rates {
    fn on_update(&mut self, report: &UpdateReport) {
        self.0.push((report.step, report.learning_rate));
    }
}

#[test]
fn every_schedule_sets_the_learning_rate() {
    let (from, to, over) = (1e-2, 1e-4, 600);
    for (schedule, halfway) in [
        (Schedule::Constant(from), from),
        (Schedule::Linear { from, to, over }, 0.00505),
        (Schedule::Exponential { from, to, over }, 1e-3),
        (Schedule::Cosine { from, to, over }, 0.00505),
        (
            Schedule::Piecewise(vec![(0, from), (200, to), (600, to)]),
            to,
        ),
    ] {
        let mut rates = Rates::default();
        let config = DqnConfig {
            learning_rate: schedule.clone(),
            ..base()
        };
        values_after(800, config, &mut rates);
        assert!(
            rates
                .0
                .iter()
                .all(|&(step, rate)| rate == schedule.at(step))
        );
        let found = rates.0.iter().find(|&&(step, _)| step == 300).unwrap().1;
        assert!((found - halfway).abs() < 1e-9, "{schedule:?}: {found}");
    }
}
