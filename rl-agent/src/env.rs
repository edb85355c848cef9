//! The first seam: what a learner needs from the world it acts in.
//!
//! [`Environment`] is the least that any learner asks for. [`AfterstateEnvironment`] is for worlds in which the
//! outcome of an action is known before chance strikes (Tetris: where the piece lies is certain, which piece comes
//! next is not); its [`AfterstateModel`] lets the learner look at every action and at every chance outcome at once.

use std::fmt::Debug;
use std::ops::Range;

use serde::Serialize;
use serde::de::DeserializeOwned;

/// What one action brought.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    /// The immediate reward of the action.
    pub reward: f32,
    /// The episode ended by the rules of the world. The value of what follows is zero.
    pub terminated: bool,
    /// The episode was cut from outside (a step limit). The value of what follows is still bootstrapped.
    pub truncated: bool,
}

impl Step {
    /// Whether the episode is over, for whichever reason.
    pub fn done(&self) -> bool {
        self.terminated || self.truncated
    }
}

/// A world with a fixed number of discrete actions.
///
/// Lengths are constants: [`observation_len`](Self::observation_len) and [`action_count`](Self::action_count) never
/// change during the life of a value. After the same [`reset`](Self::reset) the same actions give the same
/// observations, rewards and ends, bit for bit.
pub trait Environment {
    /// How an episode begins (ceiling, starting position, time limit ...), so that a curriculum needs no back door.
    type Scenario: Clone + Debug + Default + Send + Sync;
    /// Why an action or a scenario was refused.
    type Error: std::error::Error + Send + Sync + 'static;

    /// Number of floats that [`observe`](Self::observe) writes.
    fn observation_len(&self) -> usize;

    /// Number of actions; an action is an index below it.
    fn action_count(&self) -> usize;

    /// Begins a new episode. Everything random in it follows from `seed`.
    ///
    /// # Errors
    /// If the scenario does not suit the environment; the state is then unchanged.
    fn reset(&mut self, seed: u64, scenario: &Self::Scenario) -> Result<(), Self::Error>;

    /// Writes the observation.
    ///
    /// # Panics
    /// If `out.len() != self.observation_len()`.
    fn observe(&self, out: &mut [f32]);

    /// Writes which actions may be taken now. Until the episode is over at least one may be.
    ///
    /// # Panics
    /// If `out.len() != self.action_count()`.
    fn legal_actions(&self, out: &mut [bool]);

    /// Takes an action.
    ///
    /// # Errors
    /// If the action is illegal or the episode is over; the state is then unchanged.
    fn step(&mut self, action: usize) -> Result<Step, Self::Error>;

    /// Names of what an episode can be measured by beside reward and length, the most telling one first
    /// (Tetris: lines, score).
    fn measures(&self) -> &'static [&'static str] {
        &[]
    }

    /// Writes the running episode's value of each of [`measures`](Self::measures), in that order.
    ///
    /// # Panics
    /// If `out.len() != self.measures().len()`.
    fn measure(&self, out: &mut [f64]) {
        debug_assert!(out.is_empty());
    }
}

/// An environment whose whole state can be written down, so that training resumes bit for bit.
pub trait Resumable: Environment {
    /// The state, random generators included.
    type State: Serialize + DeserializeOwned;

    /// The state of now.
    fn save(&self) -> Self::State;

    /// Goes back to `state`.
    ///
    /// # Errors
    /// If `state` belongs to a differently configured environment; the environment is then unchanged.
    fn restore(&mut self, state: Self::State) -> Result<(), Self::Error>;
}

/// Candidates side by side: one row for each legal action.
///
/// Rows are appended, so one batch can gather the candidates of many states and go through the network once.
#[derive(Debug, Clone, Default)]
pub struct Batch {
    feature_len: usize,
    actions: Vec<u32>,
    rewards: Vec<f32>,
    features: Vec<f32>,
}

impl Batch {
    /// An empty batch of rows of `feature_len` features each.
    pub fn new(feature_len: usize) -> Self {
        Self {
            feature_len,
            ..Self::default()
        }
    }

    /// Forgets the rows and keeps the memory.
    pub fn clear(&mut self) {
        self.actions.clear();
        self.rewards.clear();
        self.features.clear();
    }

    /// Appends a candidate and returns its row of features, all zero, to be filled in.
    pub fn push(&mut self, action: usize, reward: f32) -> &mut [f32] {
        self.actions.push(action as u32);
        self.rewards.push(reward);
        let start = self.features.len();
        self.features.resize(start + self.feature_len, 0.0);
        &mut self.features[start..]
    }

    /// Appends a candidate with its features.
    ///
    /// # Panics
    /// If `features.len() != self.feature_len()`.
    #[inline]
    pub fn push_row(&mut self, action: usize, reward: f32, features: &[f32]) {
        assert_eq!(features.len(), self.feature_len, "number of features");
        self.actions.push(action as u32);
        self.rewards.push(reward);
        self.features.extend_from_slice(features);
    }

    /// Appends some rows of another batch.
    ///
    /// # Panics
    /// If the rows are of other lengths, or not there.
    pub fn extend_from(&mut self, other: &Self, rows: Range<usize>) {
        assert_eq!(other.feature_len, self.feature_len, "number of features");
        self.actions.extend_from_slice(&other.actions[rows.clone()]);
        self.rewards.extend_from_slice(&other.rewards[rows.clone()]);
        let floats = rows.start * self.feature_len..rows.end * self.feature_len;
        self.features.extend_from_slice(&other.features[floats]);
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.actions.len()
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.actions.is_empty()
    }

    /// Number of features in a row.
    pub fn feature_len(&self) -> usize {
        self.feature_len
    }

    /// The action of each row.
    pub fn actions(&self) -> &[u32] {
        &self.actions
    }

    /// The immediate reward of each row.
    pub fn rewards(&self) -> &[f32] {
        &self.rewards
    }

    /// All features, row after row: `len() * feature_len()` floats.
    pub fn features(&self) -> &[f32] {
        &self.features
    }

    /// The features of one row.
    ///
    /// # Panics
    /// If `row >= self.len()`.
    pub fn row(&self, row: usize) -> &[f32] {
        &self.features[row * self.feature_len..(row + 1) * self.feature_len]
    }
}

/// What follows from an afterstate, answered without the live environment.
///
/// With it, Q(s, a) = r(s, a) + gamma * V(afterstate), and the value of an afterstate is the exact expectation
/// V(x) = sum over outcomes o of P(o | x) * max over a of [r + gamma * V(x')], with 0 where no action is left.
/// Everything the answers depend on is inside [`After`](Self::After).
pub trait AfterstateModel: Clone + Send + Sync {
    /// A state after the action and before chance; small, because the replay buffer is full of them.
    type After: Clone + Debug + PartialEq + Send + Sync + Serialize + DeserializeOwned + 'static;

    /// Number of features of an afterstate.
    fn feature_len(&self) -> usize;

    /// Rows and columns of the board whose cells the features are, row after row from the floor, if that is what they are.
    fn board(&self) -> Option<[usize; 2]> {
        None
    }

    /// Names of the features, [`feature_len`](Self::feature_len) of them.
    fn feature_names(&self) -> Vec<String>;

    /// Writes the features of an afterstate: of the move that led there and of the state it left.
    ///
    /// # Panics
    /// If `out.len() != self.feature_len()`.
    fn features(&self, after: &Self::After, out: &mut [f32]);

    /// Number of chance outcomes there can ever be (Tetris: seven pieces).
    fn outcome_count(&self) -> usize;

    /// Writes the probability of each outcome; those that cannot happen are 0.
    ///
    /// # Panics
    /// If `out.len() != self.outcome_count()`.
    fn outcomes(&self, after: &Self::After, out: &mut [f32]);

    /// Appends every legal action's reward and the features of the afterstate it leads to, given that `outcome`
    /// happened. Appending nothing means that the episode has terminated there.
    fn successors(&self, after: &Self::After, outcome: usize, out: &mut Batch);

    /// Appends the successors of every outcome that can happen, and after each outcome calls
    /// `branch` with its probability; the rows appended since the last call are its own.
    ///
    /// The default asks for one outcome after the other. Whoever can share work between them, as
    /// unpacking a stored board once, overrides it.
    fn expand(&self, after: &Self::After, out: &mut Batch, branch: &mut impl FnMut(f32, &Batch)) {
        let mut probabilities = vec![0.0; self.outcome_count()];
        self.outcomes(after, &mut probabilities);
        for (outcome, &probability) in probabilities.iter().enumerate() {
            if probability > 0.0 {
                self.successors(after, outcome, out);
                branch(probability, out);
            }
        }
    }
}

/// An environment with afterstates.
pub trait AfterstateEnvironment: Environment {
    /// The model that answers about stored afterstates.
    type Model: AfterstateModel;

    /// The model; cheap to clone and independent of the live state.
    fn model(&self) -> Self::Model;

    /// Appends the candidates of the present state: for each legal action its reward and the features of its
    /// afterstate, in ascending order of actions.
    fn candidates(&self, out: &mut Batch);

    /// The chance outcome that led to the present state (Tetris: the current piece), below the model's
    /// [`outcome_count`](AfterstateModel::outcome_count).
    fn outcome(&self) -> usize;

    /// The afterstate of a legal action.
    ///
    /// # Errors
    /// If the action is illegal or the episode is over.
    fn after(&self, action: usize) -> Result<<Self::Model as AfterstateModel>::After, Self::Error>;
}
