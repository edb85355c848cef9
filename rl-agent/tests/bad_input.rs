//! Environments that break their promises, and those that an agent was not made for.

mod common;
mod worlds;

use std::collections::BTreeMap;

use common::Ladder;
use rl_agent::afterstate_dqn::{AfterstateDqn, AfterstateDqnConfig};
use rl_agent::dqn::{Dqn, DqnConfig};
use rl_agent::env::{AfterstateEnvironment, Batch, Environment, Resumable, Step};
use rl_agent::evaluation::EvaluationConfig;
use rl_agent::nn::Loss;
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
    for (batched, actors) in [(false, 0), (true, 0), (false, 1)] {
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
        let mut trainer = Trainer::new(vec![env], agent, limits).unwrap();
        let result = match actors {
            0 => trainer.run(()),
            _ => trainer.run_with_actors((), actors),
        };
        let text = result.unwrap_err().to_string();
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
fn an_agent_of_another_environment_is_refused() {
    let longer = Broken {
        longer: true,
        ..broken(0)
    };
    let agent = || Dqn::new(&grid(), config(), 1).unwrap();
    let lengths = (grid().observation_len(), longer.observation_len());
    let expected = format!(
        "observation_len = {} makes no sense: expected {}, as the agent was made for",
        lengths.1, lengths.0
    );
    let error = Trainer::new(vec![longer.clone()], agent(), TrainerConfig::default()).unwrap_err();
    assert_eq!(error.to_string(), expected);

    let games = EvaluationConfig::default();
    let mut trainer = Trainer::new(vec![broken(0)], agent(), TrainerConfig::default())
        .unwrap()
        .evaluate(longer, (), games);
    assert_eq!(
        trainer.run(()).unwrap_err().to_string(),
        format!("the environment of the evaluations does not suit the agent: {expected}")
    );
    assert_eq!(trainer.progress().step(), 0);
}
