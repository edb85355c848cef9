//! Numbers that are none, and settings that make no sense.

mod common;
mod worlds;

use std::collections::BTreeMap;

use common::Ladder;
use rl_agent::afterstate_dqn::{AfterstateDqn, AfterstateDqnConfig};
use rl_agent::dqn::{Categorical, Dqn, DqnConfig, Prioritized};
use rl_agent::env::{AfterstateEnvironment, Batch, Environment, Resumable, Step};
use rl_agent::nn::{Convolution, Filters, Loss, Optimizer};
use rl_agent::schedule::Schedule;
use rl_agent::trainer::{CHECKPOINT_FILE, TrainError, Trainer, TrainerConfig};
use worlds::{Table, grid};

/// The grid, until something goes wrong at a step.
#[derive(Debug, Clone)]
struct Broken {
    grid: Table,
    steps: u64,
    at: u64,
    reward: f32,
    observation: f32,
    longer: bool,
    /// Whether it becomes longer when that step comes.
    grows: bool,
    /// Whether that step is cut, and another episode begins.
    cut: bool,
    /// Whether nothing can be done any more after that step.
    stuck: bool,
}

fn broken(at: u64) -> Broken {
    Broken {
        grid: grid(),
        steps: 0,
        at,
        reward: 0.0,
        observation: 0.0,
        longer: false,
        grows: false,
        cut: false,
        stuck: false,
    }
}

impl Environment for Broken {
    type Scenario = ();
    type Error = <Table as Environment>::Error;

    fn observation_len(&self) -> usize {
        let grown = self.grows && self.steps >= self.at;
        self.grid.observation_len() + usize::from(self.longer || grown)
    }
    fn action_count(&self) -> usize {
        self.grid.action_count()
    }
    fn reset(&mut self, seed: u64, scenario: &()) -> Result<(), Self::Error> {
        self.grid.reset(seed, scenario)
    }
    fn observe(&self, out: &mut [f32]) {
        self.grid.observe(out);
        let shown = !self.cut || self.steps == self.at;
        if shown && self.steps >= self.at {
            out[0] += self.observation;
        }
    }
    fn legal_actions(&self, out: &mut [bool]) {
        self.grid.legal_actions(out);
        if self.stuck && self.steps >= self.at {
            out.fill(false);
        }
    }
    fn step(&mut self, action: usize) -> Result<Step, Self::Error> {
        let mut step = self.grid.step(action)?;
        self.steps += 1;
        if self.steps >= self.at {
            step.reward += self.reward;
        }
        step.truncated |= self.cut && self.steps == self.at;
        Ok(step)
    }
}

impl Resumable for Broken {
    type State = Table;

    fn save(&self) -> Table {
        self.grid.save()
    }
    fn restore(&mut self, state: Table) -> Result<(), Self::Error> {
        self.grid.restore(state)
    }
}

fn config() -> DqnConfig {
    DqnConfig {
        hidden: vec![8],
        learning_starts: 100,
        loss: Loss::Squared,
        ..DqnConfig::default()
    }
}

/// Trains until it fails; the checkpoint of step 400 is then still there and good.
fn fails(env: Broken) -> TrainError {
    let folder = tempfile::tempdir().unwrap();
    let limits = TrainerConfig {
        total_steps: Some(2_000),
        checkpoint_every: 400,
        ..TrainerConfig::default()
    };
    let trainer = || {
        let agent = Dqn::new(&env, config(), 1).unwrap();
        Trainer::new(vec![env.clone()], agent, limits.clone())
            .unwrap()
            .save_to(folder.path(), BTreeMap::new())
    };
    let error = trainer().run(()).unwrap_err();
    let mut again = trainer();
    again
        .read_checkpoint(&folder.path().join(CHECKPOINT_FILE))
        .unwrap();
    assert_eq!(again.progress().step(), 400);
    error
}

#[test]
fn a_reward_that_is_no_number_stops_training() {
    for reward in [f32::NAN, f32::INFINITY] {
        let error = fails(Broken {
            reward,
            ..broken(500)
        });
        assert_eq!(
            error.to_string(),
            format!("the environment gave the reward {reward} at step 500; rewards must be finite")
        );
    }
}

#[test]
fn an_observation_that_is_no_number_stops_training() {
    let error = fails(Broken {
        observation: f32::NAN,
        ..broken(500)
    });
    // What the 500th step showed is looked at in the 501st.
    let text = error.to_string();
    assert!(
        text.starts_with("an observation is NaN at step 501: training stopped"),
        "{text}"
    );
}

/// The ladder, one of whose features is no number from a step on. What is looked at there is never stored as such.
#[derive(Debug, Clone)]
struct Foggy {
    ladder: Ladder,
    steps: u64,
}

impl Environment for Foggy {
    type Scenario = <Ladder as Environment>::Scenario;
    type Error = <Ladder as Environment>::Error;

    fn observation_len(&self) -> usize {
        self.ladder.observation_len()
    }
    fn action_count(&self) -> usize {
        self.ladder.action_count()
    }
    fn reset(&mut self, seed: u64, scenario: &Self::Scenario) -> Result<(), Self::Error> {
        self.ladder.reset(seed, scenario)
    }
    fn observe(&self, out: &mut [f32]) {
        self.ladder.observe(out);
    }
    fn legal_actions(&self, out: &mut [bool]) {
        self.ladder.legal_actions(out);
    }
    fn step(&mut self, action: usize) -> Result<Step, Self::Error> {
        self.steps += 1;
        self.ladder.step(action)
    }
}

impl AfterstateEnvironment for Foggy {
    type Model = <Ladder as AfterstateEnvironment>::Model;

    fn model(&self) -> Self::Model {
        self.ladder.model()
    }
    fn candidates(&self, out: &mut Batch) {
        self.ladder.candidates(out);
        if self.steps >= 500 {
            out.push(0, 0.0)[0] = f32::INFINITY;
        }
    }
    fn outcome(&self) -> usize {
        self.ladder.outcome()
    }
    fn after(&self, action: usize) -> Result<u8, Self::Error> {
        self.ladder.after(action)
    }
}

#[test]
fn a_feature_that_is_no_number_stops_training() {
    for batched in [false, true] {
        let env = Foggy {
            ladder: Ladder::new(),
            steps: 0,
        };
        let config = AfterstateDqnConfig {
            epsilon: Schedule::Constant(0.0),
            ..AfterstateDqnConfig::default()
        };
        let agent = AfterstateDqn::new(env.model(), config, 1).unwrap();
        let limits = TrainerConfig {
            total_steps: Some(2_000),
            batched,
            ..TrainerConfig::default()
        };
        let error = Trainer::new(vec![env], agent, limits).unwrap().run(());
        let text = error.unwrap_err().to_string();
        let expected =
            "a reward or a feature of what can be done is inf at step 501: training stopped";
        assert!(text.starts_with(expected), "{text}");
    }
}

/// What is seen when an episode is cut is learnt from, and nothing else ever shows it.
#[test]
fn a_last_observation_that_is_no_number_stops_training() {
    let error = fails(Broken {
        observation: f32::NAN,
        cut: true,
        ..broken(500)
    });
    let text = error.to_string();
    assert!(
        text.starts_with("an observation is NaN at step 50"),
        "{text}"
    );
}

#[test]
fn a_state_in_which_nothing_can_be_done_stops_training() {
    for epsilon in [0.0, 1.0] {
        let env = Broken {
            stuck: true,
            ..broken(500)
        };
        let config = DqnConfig {
            epsilon: Schedule::Constant(epsilon),
            ..config()
        };
        let agent = Dqn::new(&env, config, 1).unwrap();
        let mut trainer = Trainer::new(vec![env], agent, TrainerConfig::default()).unwrap();
        let error = trainer.run(()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "no action is legal after step 500, and the episode is not over; terminate or truncate it where nothing can \
             be done"
        );
    }
}

#[test]
fn a_loss_that_is_no_number_stops_training() {
    let error = fails(Broken {
        reward: 3e38,
        ..broken(500)
    });
    let TrainError::NonFinite(error) = error else {
        panic!("{error}");
    };
    assert!(error.step > 500 && !error.value.is_finite(), "{error}");
}

#[test]
fn environments_of_different_lengths_are_refused() {
    let other = Broken {
        longer: true,
        ..broken(0)
    };
    let agent = Dqn::new(&broken(0), config(), 1).unwrap();
    let error = Trainer::new(vec![broken(0), other], agent, TrainerConfig::default()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "environments = (13, 4) makes no sense: expected (12, 4) (observation length, actions), as the first has"
    );
}

#[test]
fn an_environment_that_changes_its_lengths_stops_training() {
    let longer = || Broken {
        grows: true,
        ..broken(500)
    };
    let error = fails(longer());
    assert_eq!(
        error.to_string(),
        "the environment's observation length and number of actions are (13, 4) at step 499 and were (12, 4); they must \
         stay the same: make room for the longest observation, and mask actions with `legal_actions`"
    );
    // Threads that act notice it too.
    let agent = Dqn::new(&longer(), config(), 1).unwrap();
    let mut trainer = Trainer::new(vec![longer()], agent, TrainerConfig::default()).unwrap();
    let error = trainer.run_with_actors((), 1).unwrap_err();
    assert!(matches!(error, TrainError::Lengths { .. }), "{error}");
}

#[test]
fn settings_that_make_no_sense_are_refused_by_name() {
    let convolution = |size, planes| {
        Some(Convolution {
            planes,
            height: 3,
            width: 4,
            layers: vec![Filters {
                count: 4,
                size,
                stride: 1,
            }],
        })
    };
    let prioritized = |alpha, beta| {
        Some(Prioritized {
            alpha,
            beta: Schedule::Constant(beta),
            epsilon: 1e-6,
        })
    };
    let categorical = |atoms, low| {
        Some(Categorical {
            atoms,
            low,
            high: 1.0,
        })
    };
    type Change = Box<dyn Fn(&mut DqnConfig)>;
    let changes: Vec<(&str, Change)> = vec![
        ("hidden", Box::new(|c| c.hidden = vec![])),
        ("hidden", Box::new(|c| c.hidden = vec![8, 0])),
        ("gamma", Box::new(|c| c.gamma = 1.01)),
        ("gamma", Box::new(|c| c.gamma = f64::NAN)),
        ("n_step", Box::new(|c| c.n_step = 0)),
        (
            "learning_rate",
            Box::new(|c| c.learning_rate = Schedule::Constant(0.0)),
        ),
        (
            "learning_rate",
            Box::new(|c| c.learning_rate = Schedule::Piecewise(vec![])),
        ),
        (
            "epsilon",
            Box::new(|c| c.epsilon = Schedule::Constant(-0.1)),
        ),
        ("batch_size", Box::new(|c| c.batch_size = 0)),
        ("buffer_capacity", Box::new(|c| c.buffer_capacity = 31)),
        ("buffer_capacity", Box::new(|c| c.buffer_capacity = 1 << 50)),
        (
            "buffer_capacity",
            Box::new(|c| c.buffer_capacity = usize::MAX),
        ),
        ("learning_starts", Box::new(|c| c.learning_starts = 31)),
        ("update_every", Box::new(|c| c.update_every = 0)),
        ("updates_per_round", Box::new(|c| c.updates_per_round = 0)),
        ("noisy", Box::new(|c| c.noisy = Some(0.0))),
        (
            "convolution.layers.size",
            Box::new(move |c| c.convolution = convolution(4, 1)),
        ),
        (
            "convolution",
            Box::new(move |c| c.convolution = convolution(2, 2)),
        ),
        (
            "prioritized.alpha",
            Box::new(move |c| c.prioritized = prioritized(1.5, 0.4)),
        ),
        (
            "prioritized.beta",
            Box::new(move |c| c.prioritized = prioritized(0.5, 2.0)),
        ),
        (
            "categorical.atoms",
            Box::new(move |c| c.categorical = categorical(1, 0.0)),
        ),
        (
            "categorical.low",
            Box::new(move |c| c.categorical = categorical(51, 1.0)),
        ),
        ("reward_clip", Box::new(|c| c.reward_clip = Some(0.0))),
        (
            "max_gradient_norm",
            Box::new(|c| c.max_gradient_norm = Some(-1.0)),
        ),
        (
            "optimizer.sgd.momentum",
            Box::new(|c| c.optimizer = Optimizer::Sgd { momentum: 1.0 }),
        ),
    ];
    for (field, change) in changes {
        let mut config = DqnConfig::default();
        change(&mut config);
        let error = Dqn::new(&grid(), config, 0).unwrap_err();
        assert_eq!(error.field, field, "{error}");
    }
    for config in [
        DqnConfig::sb3(10_000),
        DqnConfig::rainbow(10_000),
        DqnConfig::default(),
    ] {
        Dqn::new(&grid(), config, 0).unwrap();
    }
}

#[test]
fn a_checkpoint_of_other_options_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("checkpoint");
    let trainer = |config: DqnConfig| {
        let agent = Dqn::new(&grid(), config, 1).unwrap();
        Trainer::new(vec![grid()], agent, TrainerConfig::default()).unwrap()
    };
    trainer(config()).write_checkpoint(&path).unwrap();
    trainer(config()).read_checkpoint(&path).unwrap();
    type Change = fn(&mut DqnConfig);
    let changed: [(&str, Change); 4] = [
        ("the network", |c| c.dueling = true),
        ("the optimiser", |c| {
            c.optimizer = Optimizer::Sgd { momentum: 0.0 }
        }),
        ("the replay buffer", |c| c.n_step = 3),
        ("normalisation of observations is off, expected on", |c| {
            c.normalize_observations = true;
        }),
    ];
    for (what, change) in changed {
        let mut config = config();
        change(&mut config);
        let error = trainer(config)
            .read_checkpoint(&path)
            .unwrap_err()
            .to_string();
        assert!(error.contains(what), "{error}");
    }
}
