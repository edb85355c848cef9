//! Worlds given by a table, small enough to be solved exactly.

// Each test file takes what it needs.
#![allow(dead_code)]

use rl_agent::env::{Environment, Resumable, Step};
use rl_agent::rng::Rng;
use serde::{Deserialize, Serialize};

/// Reward, next state, and whether the rules end the episode there; `None` if the action is illegal.
type Move = Option<(f32, usize, bool)>;

/// States are shown one-hot. Episodes begin in any state from which something can be done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Table {
    moves: Vec<Vec<Move>>,
    /// Steps after which an episode is cut.
    limit: Option<u64>,
    state: usize,
    steps: u64,
}

#[derive(Debug, thiserror::Error)]
#[error("the action {0} is illegal")]
pub(crate) struct Illegal(usize);

/// Seven states in a row that are never left: to the left of the first there is 0.2 to be had, to the right of the last
/// 1. Episodes are cut after `limit` steps, which the values must not show.
pub(crate) fn chain(limit: u64) -> Table {
    const LAST: usize = 6;
    let moves = (0..=LAST).map(|state| {
        let left = (if state == 0 { 0.2 } else { 0.0 }, state.saturating_sub(1));
        let right = (if state == LAST { 1.0 } else { 0.0 }, (state + 1).min(LAST));
        [left, right]
            .map(|(reward, next)| Some((reward, next, false)))
            .to_vec()
    });
    Table::new(moves.collect(), Some(limit))
}

/// The 4 x 3 grid of Russell and Norvig's "Artificial intelligence" (section 17.1) without slipping: a step costs 0.04,
/// the top right corner ends the episode with 1, the cell below it with -1. Walls cannot be walked into.
pub(crate) fn grid() -> Table {
    let wall = |x: i32, y: i32| !(0..4).contains(&x) || !(0..3).contains(&y) || (x, y) == (1, 1);
    let cell = |x: i32, y: i32| (y * 4 + x) as usize;
    let ends = |x: i32, y: i32| match (x, y) {
        (3, 2) => Some(1.0),
        (3, 1) => Some(-1.0),
        _ => None,
    };
    let mut moves = vec![vec![None; 4]; 12];
    for (x, y) in (0..12).map(|i| (i % 4, i / 4)) {
        if wall(x, y) || ends(x, y).is_some() {
            continue;
        }
        for (action, (dx, dy)) in [(1, 0), (-1, 0), (0, 1), (0, -1)].into_iter().enumerate() {
            let (to_x, to_y) = (x + dx, y + dy);
            if !wall(to_x, to_y) {
                let end = ends(to_x, to_y);
                let reward = -0.04 + end.unwrap_or(0.0);
                moves[cell(x, y)][action] = Some((reward, cell(to_x, to_y), end.is_some()));
            }
        }
    }
    Table::new(moves, None)
}

impl Table {
    fn new(moves: Vec<Vec<Move>>, limit: Option<u64>) -> Self {
        Self {
            moves,
            limit,
            state: 0,
            steps: 0,
        }
    }

    /// Q of every state and legal action, by value iteration.
    pub(crate) fn exact(&self, gamma: f64) -> Vec<Vec<Option<f64>>> {
        let mut values = vec![0.0; self.moves.len()];
        let q = |values: &[f64], of: &Move| {
            of.map(|(reward, next, end)| {
                f64::from(reward) + if end { 0.0 } else { gamma * values[next] }
            })
        };
        for _ in 0..2_000 {
            values = self
                .moves
                .iter()
                .map(|moves| {
                    let options = moves.iter().filter_map(|of| q(&values, of));
                    options.reduce(f64::max).unwrap_or(0.0)
                })
                .collect();
        }
        let of_state = |moves: &Vec<Move>| moves.iter().map(|of| q(&values, of)).collect();
        self.moves.iter().map(of_state).collect()
    }
}

impl Environment for Table {
    type Scenario = ();
    type Error = Illegal;

    fn observation_len(&self) -> usize {
        self.moves.len()
    }

    fn action_count(&self) -> usize {
        self.moves[0].len()
    }

    fn reset(&mut self, seed: u64, _scenario: &()) -> Result<(), Illegal> {
        let mut rng = Rng::new(seed, 0);
        self.steps = 0;
        loop {
            self.state = rng.below(self.moves.len());
            if self.moves[self.state].iter().any(Option::is_some) {
                return Ok(());
            }
        }
    }

    fn observe(&self, out: &mut [f32]) {
        out.fill(0.0);
        out[self.state] = 1.0;
    }

    fn legal_actions(&self, out: &mut [bool]) {
        for (legal, of) in out.iter_mut().zip(&self.moves[self.state]) {
            *legal = of.is_some();
        }
    }

    fn step(&mut self, action: usize) -> Result<Step, Illegal> {
        let (reward, next, terminated) = self.moves[self.state][action].ok_or(Illegal(action))?;
        self.state = next;
        self.steps += 1;
        Ok(Step {
            reward,
            terminated,
            truncated: self.limit.is_some_and(|limit| self.steps >= limit),
        })
    }
}

impl Resumable for Table {
    type State = Self;

    fn save(&self) -> Self {
        self.clone()
    }

    fn restore(&mut self, state: Self) -> Result<(), Illegal> {
        *self = state;
        Ok(())
    }
}
