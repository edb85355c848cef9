//! A world small enough to be solved exactly.

// Each test file takes what it needs.
#![allow(dead_code)]

use rl_agent::env::{AfterstateEnvironment, AfterstateModel, Batch, Environment, Resumable, Step};
use rl_agent::rng::Rng;
use serde::{Deserialize, Serialize};

pub(crate) const RUNGS: usize = 6;
pub(crate) const ROLLS: usize = 4;

/// On a ladder a die is rolled. `TAKE` earns the roll and leads a rung down, `CLIMB` earns nothing
/// and leads a rung up. On the lowest rung nothing can be taken, and a roll of 0 there ends the game.
/// With storms a roll of 0 leaves one choice, `TAKE`, which then leads two rungs down; whoever is not that high falls.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Ladder {
    rung: usize,
    roll: usize,
    rng: Rng,
    over: bool,
    taken: f64,
    storms: bool,
}

pub(crate) const TAKE: usize = 0;
pub(crate) const CLIMB: usize = 1;

#[derive(Debug, thiserror::Error)]
#[error("the action {0} is illegal")]
pub(crate) struct Illegal(usize);

/// Reward and rung after an action, if it is legal.
pub(crate) fn transition(
    storms: bool,
    rung: usize,
    roll: usize,
    action: usize,
) -> Option<(f32, usize)> {
    match action {
        _ if storms && roll == 0 => (action == TAKE && rung > 1).then(|| (0.0, rung - 2)),
        TAKE if rung > 0 => Some((roll as f32, rung - 1)),
        CLIMB if rung > 0 || roll > 0 => Some((0.0, (rung + 1).min(RUNGS - 1))),
        _ => None,
    }
}

/// -ln E[gamma^T] of every rung of the stormy ladder, T being the steps until nothing can be done, by value iteration.
pub(crate) fn exact_survival(gamma: f64) -> Vec<f64> {
    let mut danger = [1.0; RUNGS];
    for _ in 0..10_000 {
        danger = std::array::from_fn(|rung| {
            let least = |roll| {
                let options = [TAKE, CLIMB]
                    .into_iter()
                    .filter_map(|a| transition(true, rung, roll, a));
                options
                    .map(|(_, next)| gamma * danger[next])
                    .reduce(f64::min)
            };
            (0..ROLLS)
                .map(|roll| least(roll).unwrap_or(1.0))
                .sum::<f64>()
                / ROLLS as f64
        });
    }
    danger.map(|danger| -danger.ln()).to_vec()
}

/// The value of every rung as an afterstate, by value iteration.
pub(crate) fn exact_values(gamma: f64) -> Vec<f64> {
    let mut values = vec![0.0; RUNGS];
    for _ in 0..10_000 {
        values = (0..RUNGS)
            .map(|rung| {
                let best = |roll| {
                    let options = [TAKE, CLIMB]
                        .into_iter()
                        .filter_map(|a| transition(false, rung, roll, a));
                    options
                        .map(|(r, next)| f64::from(r) + gamma * values[next])
                        .reduce(f64::max)
                };
                (0..ROLLS)
                    .map(|roll| best(roll).unwrap_or(0.0))
                    .sum::<f64>()
                    / ROLLS as f64
            })
            .collect();
    }
    values
}

impl Ladder {
    pub(crate) fn new() -> Self {
        Self::with_storms(false)
    }

    pub(crate) fn with_storms(storms: bool) -> Self {
        Self {
            rung: 3,
            roll: 0,
            rng: Rng::new(0, 0),
            over: true,
            taken: 0.0,
            storms,
        }
    }
}

impl Environment for Ladder {
    type Scenario = ();
    type Error = Illegal;

    fn observation_len(&self) -> usize {
        RUNGS + ROLLS
    }

    fn action_count(&self) -> usize {
        2
    }

    fn reset(&mut self, seed: u64, _scenario: &()) -> Result<(), Illegal> {
        *self = Self {
            rung: 3,
            rng: Rng::new(seed, 0),
            over: false,
            ..Self::with_storms(self.storms)
        };
        self.roll = self.rng.below(ROLLS);
        Ok(())
    }

    fn observe(&self, out: &mut [f32]) {
        out.fill(0.0);
        out[self.rung] = 1.0;
        out[RUNGS + self.roll] = 1.0;
    }

    fn legal_actions(&self, out: &mut [bool]) {
        for (action, legal) in out.iter_mut().enumerate() {
            *legal = !self.over && transition(self.storms, self.rung, self.roll, action).is_some();
        }
    }

    fn step(&mut self, action: usize) -> Result<Step, Illegal> {
        if self.over {
            return Err(Illegal(action));
        }
        let (reward, rung) =
            transition(self.storms, self.rung, self.roll, action).ok_or(Illegal(action))?;
        self.rung = rung;
        self.roll = self.rng.below(ROLLS);
        self.taken += f64::from(reward);
        let mut actions = [TAKE, CLIMB].into_iter();
        self.over = actions.all(|a| transition(self.storms, self.rung, self.roll, a).is_none());
        Ok(Step {
            reward,
            terminated: self.over,
            truncated: false,
        })
    }

    fn measures(&self) -> &'static [&'static str] {
        &["taken"]
    }

    fn measure(&self, out: &mut [f64]) {
        out[0] = self.taken;
    }
}

impl Resumable for Ladder {
    type State = Self;

    fn save(&self) -> Self {
        self.clone()
    }

    fn restore(&mut self, state: Self) -> Result<(), Illegal> {
        *self = state;
        Ok(())
    }
}

/// What follows from a rung.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LadderModel {
    pub(crate) storms: bool,
}

impl AfterstateModel for LadderModel {
    type After = u8;

    fn feature_len(&self) -> usize {
        RUNGS
    }

    fn feature_names(&self) -> Vec<String> {
        (0..RUNGS).map(|rung| format!("rung {rung}")).collect()
    }

    fn features(&self, after: &u8, out: &mut [f32]) {
        out.fill(0.0);
        out[usize::from(*after)] = 1.0;
    }

    fn outcome_count(&self) -> usize {
        ROLLS
    }

    fn outcomes(&self, _after: &u8, out: &mut [f32]) {
        out.fill(1.0 / ROLLS as f32);
    }

    fn successors(&self, after: &u8, outcome: usize, out: &mut Batch) {
        for action in [TAKE, CLIMB] {
            if let Some((reward, rung)) =
                transition(self.storms, usize::from(*after), outcome, action)
            {
                out.push(action, reward)[rung] = 1.0;
            }
        }
    }
}

impl AfterstateEnvironment for Ladder {
    type Model = LadderModel;

    fn model(&self) -> LadderModel {
        LadderModel {
            storms: self.storms,
        }
    }

    fn candidates(&self, out: &mut Batch) {
        self.model().successors(&(self.rung as u8), self.roll, out);
    }

    fn outcome(&self) -> usize {
        self.roll
    }

    fn after(&self, action: usize) -> Result<u8, Illegal> {
        let (_, rung) =
            transition(self.storms, self.rung, self.roll, action).ok_or(Illegal(action))?;
        Ok(rung as u8)
    }
}
