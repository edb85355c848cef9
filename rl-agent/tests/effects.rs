//! What an agent learns with an option and what without it, in worlds where both are known beforehand.

use std::collections::BTreeSet;

use rl_agent::dqn::{Categorical, Dqn, DqnConfig, Prioritized, TargetUpdate};
use rl_agent::env::{Environment, Step};
use rl_agent::nn::{Loss, QWorkspace};
use rl_agent::observer::{Observer, StepReport};
use rl_agent::schedule::Schedule;
use rl_agent::trainer::{Trainer, TrainerConfig};

/// A conveyor belt: every action leads on to the next state, and the last one ends the episode. Where an agent stands is
/// shown by one number of several that is higher by `contrast` than the others, which are `level`.
#[derive(Debug, Clone)]
struct Belt {
    states: usize,
    actions: usize,
    /// The reward of an action in a state, in the episode with this number.
    reward: fn(usize, usize, u64) -> f32,
    level: f32,
    contrast: f32,
    at: usize,
    episode: u64,
}

impl Belt {
    fn new(states: usize, actions: usize, reward: fn(usize, usize, u64) -> f32) -> Self {
        Self {
            states,
            actions,
            reward,
            level: 0.0,
            contrast: 1.0,
            at: 0,
            episode: 0,
        }
    }

    fn shown(&self, state: usize) -> Vec<f32> {
        let number = |place| self.level + if place == state { self.contrast } else { 0.0 };
        (0..self.states).map(number).collect()
    }
}

#[derive(Debug, thiserror::Error)]
#[error("there is no action {0}")]
struct NoSuchAction(usize);

impl Environment for Belt {
    type Scenario = ();
    type Error = NoSuchAction;

    fn observation_len(&self) -> usize {
        self.states
    }

    fn action_count(&self) -> usize {
        self.actions
    }

    fn reset(&mut self, _seed: u64, _scenario: &()) -> Result<(), NoSuchAction> {
        self.at = 0;
        self.episode += 1;
        Ok(())
    }

    fn observe(&self, out: &mut [f32]) {
        out.copy_from_slice(&self.shown(self.at));
    }

    fn legal_actions(&self, out: &mut [bool]) {
        out.fill(true);
    }

    fn step(&mut self, action: usize) -> Result<Step, NoSuchAction> {
        if action >= self.actions {
            return Err(NoSuchAction(action));
        }
        let reward = (self.reward)(self.at, action, self.episode);
        self.at = (self.at + 1) % self.states;
        Ok(Step {
            reward,
            terminated: self.at == 0,
            truncated: false,
        })
    }
}

const STEPS: u64 = 6_000;

/// Any action, a learning rate that falls until values stand still, and nothing that is tried here.
fn plain() -> DqnConfig {
    DqnConfig {
        hidden: vec![32],
        double: false,
        gamma: 0.9,
        learning_rate: Schedule::Exponential {
            from: 5e-3,
            to: 2e-5,
            over: STEPS,
        },
        epsilon: Schedule::Constant(1.0),
        buffer_capacity: 5_000,
        learning_starts: 200,
        update_every: 2,
        loss: Loss::Squared,
        max_gradient_norm: None,
        ..DqnConfig::default()
    }
}

/// The same with a target network that stays what it was before training: every target is then known beforehand.
fn frozen() -> DqnConfig {
    DqnConfig {
        target: TargetUpdate::Hard { every: 1_000_000 },
        ..plain()
    }
}

/// The values of all actions in each state of the belt after so many steps.
fn values(belt: &Belt, config: DqnConfig, steps: u64) -> Vec<Vec<f32>> {
    let mut policy = train(belt, config, steps).agent().policy();
    let states = (0..belt.states).map(|state| policy.values(&belt.shown(state)).to_vec());
    states.collect()
}

fn train(belt: &Belt, config: DqnConfig, steps: u64) -> Trainer<Belt, Dqn> {
    let mut trainer = trainer(belt, config, steps);
    trainer.run(()).unwrap();
    trainer
}

fn trainer(belt: &Belt, config: DqnConfig, steps: u64) -> Trainer<Belt, Dqn> {
    let agent = Dqn::new(belt, config, 4).unwrap();
    let limits = TrainerConfig {
        seed: 2,
        total_steps: Some(steps),
        ..TrainerConfig::default()
    };
    Trainer::new(vec![belt.clone()], agent, limits).unwrap()
}

#[track_caller]
fn assert_close(got: f32, want: f32, off: f32) {
    assert!((got - want).abs() < off, "{got} for {want}");
}

/// One state and one action; nothing to be had nine times in ten, and 10 the tenth time.
fn lottery() -> Belt {
    Belt::new(1, 1, |_, _, episode| {
        if episode.is_multiple_of(10) {
            10.0
        } else {
            0.0
        }
    })
}

/// The squared loss is least at the mean, 1. Huber's with delta = 1 is least where its slopes cancel out: nine times v
/// against one time delta, so at 1/9.
#[test]
fn a_rare_prize_moves_the_squared_loss_by_its_size_and_hubers_by_its_direction() {
    let with = |loss| values(&lottery(), DqnConfig { loss, ..plain() }, STEPS)[0][0];
    assert_close(with(Loss::Squared), 1.0, 0.1);
    assert_close(with(Loss::Huber { delta: 1.0 }), 1.0 / 9.0, 0.03);
}

/// Drawn in proportion to its error, the prize pulls until nine times v squared is one time 10 - v squared: at 2.5. With
/// its gradient weighed as it should be, it is the mean again.
#[test]
fn surprises_drawn_more_often_count_more_unless_they_are_weighed() {
    let with = |beta| {
        let prioritized = Some(Prioritized {
            alpha: 1.0,
            beta: Schedule::Constant(beta),
            epsilon: 1e-6,
        });
        let config = DqnConfig {
            prioritized,
            ..plain()
        };
        values(&lottery(), config, STEPS)[0][0]
    };
    assert_close(with(0.0), 2.5, 0.2);
    assert_close(with(1.0), 1.0, 0.1);
}

/// Which actions were taken.
#[derive(Default)]
struct Taken(BTreeSet<usize>);

impl Observer<Belt> for Taken {
    fn on_step(&mut self, report: &StepReport<'_, Belt>) {
        self.0.insert(report.action);
    }
}

/// Where there is nothing to be had and nothing is learnt yet, whoever never acts at random repeats itself.
#[test]
fn noisy_weights_try_other_actions_without_epsilon() {
    let taken = |noisy| {
        let belt = Belt::new(1, 3, |_, _, _| 0.0);
        let config = DqnConfig {
            noisy,
            epsilon: Schedule::Constant(0.0),
            learning_starts: 10_000,
            ..plain()
        };
        let mut taken = Taken::default();
        trainer(&belt, config, 200).run(&mut taken).unwrap();
        taken.0.len()
    };
    assert_eq!((taken(None), taken(Some(0.5))), (1, 3));
}

/// The mean is the same as without, and the network knows that it is never drawn.
#[test]
fn a_distribution_tells_the_prize_from_the_mean() {
    let atoms = 11;
    let categorical = Some(Categorical {
        atoms,
        low: 0.0,
        high: 10.0,
    });
    let config = DqnConfig {
        categorical,
        ..plain()
    };
    let trainer = train(&lottery(), config, STEPS);
    let network = trainer.agent().network();
    let mut memory = QWorkspace::default();
    let logits = network.forward(network.weights(), &lottery().shown(0), 1, &mut memory);
    let total: f32 = logits.iter().map(|logit| logit.exp()).sum();
    let chances: Vec<f32> = logits.iter().map(|logit| logit.exp() / total).collect();
    assert_close(chances[0], 0.9, 0.03);
    assert_close(chances[atoms - 1], 0.1, 0.03);
    assert!(chances[1] < 0.01, "nobody ever wins 1: {chances:?}");
}

/// What tells the states apart is a ten-thousandth of what is common to them.
#[test]
fn normalised_observations_tell_faint_differences_apart() {
    let belt = Belt {
        level: 100.0,
        contrast: 0.01,
        ..Belt::new(2, 1, |state, _, _| state as f32)
    };
    let apart = |normalize_observations| {
        let config = DqnConfig {
            gamma: 0.0,
            normalize_observations,
            ..plain()
        };
        let values = values(&belt, config, STEPS);
        values[1][0] - values[0][0]
    };
    assert_close(apart(false), 0.0, 0.1);
    assert_close(apart(true), 1.0, 0.05);
}

/// The reward at the end is seen from as many states as steps are summed; before them stands what the target network says
/// of the state where the sum ends.
#[test]
fn rewards_are_seen_from_as_far_as_steps_are_summed() {
    let belt = Belt::new(6, 2, |state, _, _| if state == 5 { 1.0 } else { 0.0 });
    let before = values(&belt, frozen(), 0);
    let best = |state: usize| before[state].iter().copied().fold(f32::MIN, f32::max);
    let mut seen = Vec::new();
    for n in [1, 3, 5] {
        let config = DqnConfig {
            n_step: n,
            ..frozen()
        };
        let learned = values(&belt, config, STEPS);
        for (state, actions) in learned.iter().enumerate() {
            let steps = belt.states - 1 - state;
            let want = match belt.states.checked_sub(state + n + 1) {
                None => 0.9f32.powi(steps as i32),
                Some(_) => 0.9f32.powi(n as i32) * best(state + n),
            };
            actions.iter().for_each(|&q| assert_close(q, want, 0.03));
        }
        seen.push(learned[2][0]);
    }
    assert!(
        seen[2] > seen[0] + 0.2,
        "the test sees a difference: {seen:?}"
    );
}

/// In the second state the last action is worth most. Both ways the first state is worth what the target network says of
/// the second; but plainly of the action that it likes best itself, and doubly of the last one.
#[test]
fn double_asks_the_target_network_of_the_action_that_the_other_chose() {
    let belt = Belt::new(
        2,
        4,
        |state, action, _| {
            if (state, action) == (1, 3) { 3.0 } else { 0.0 }
        },
    );
    let before = values(&belt, frozen(), 0);
    let highest = before[1].iter().copied().fold(f32::MIN, f32::max);
    let chosen = before[1][3];
    assert!(
        highest > chosen + 0.2,
        "the seed shows no difference: {before:?}"
    );
    for (double, want) in [(false, highest), (true, chosen)] {
        let learned = values(&belt, DqnConfig { double, ..frozen() }, STEPS);
        assert_close(learned[1][3], 3.0, 0.1);
        learned[0]
            .iter()
            .for_each(|&q| assert_close(q, 0.9 * want, 0.05));
    }
}
