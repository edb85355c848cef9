//! Brings an environment of one's own: CartPole, written from its published equations, learnt by a DQN.
//!
//!     cargo run --release --example custom_env -- --seed 1
//!     cargo run --release --example custom_env -- --seeds 5
//!
//! Stops as soon as the greedy policy holds the pole for 475 of 500 steps on average over 100 episodes, and says after
//! how many steps that was.

use std::f32::consts::PI;

use clap::Parser;
use rl_agent::afterstate_dqn::TargetUpdate;
use rl_agent::control::Control;
use rl_agent::dqn::{Dqn, DqnConfig};
use rl_agent::env::{Environment, Step};
use rl_agent::evaluation::EvaluationConfig;
use rl_agent::observer::{EvaluationReport, Observer};
use rl_agent::observers::Stop;
use rl_agent::rng::Rng;
use rl_agent::schedule::Schedule;
use rl_agent::trainer::{Trainer, TrainerConfig};

/// A pole on a cart that is pushed left or right with the same force at every step (Barto, Sutton and Anderson,
/// "Neuronlike adaptive elements that can solve difficult learning control problems", 1983), with the constants, limits
/// and starts of Gymnasium's CartPole-v1.
#[derive(Debug, Clone, Default)]
pub(crate) struct CartPole {
    position: f32,
    speed: f32,
    angle: f32,
    turn: f32,
    steps: u64,
    over: bool,
}

const GRAVITY: f32 = 9.8;
const CART: f32 = 1.0;
const POLE: f32 = 0.1;
const HALF_LENGTH: f32 = 0.5;
const FORCE: f32 = 10.0;
const SECONDS_A_STEP: f32 = 0.02;
const FAR: f32 = 2.4;
const STEEP: f32 = 12.0 / 180.0 * PI;
const LONG: u64 = 500;

#[derive(Debug, thiserror::Error)]
pub(crate) enum Refused {
    #[error("there are two actions, 0 and 1, and no action {0}")]
    Action(usize),
    #[error("the episode is over: reset first")]
    Over,
}

impl Environment for CartPole {
    type Scenario = ();
    type Error = Refused;

    fn observation_len(&self) -> usize {
        4
    }

    fn action_count(&self) -> usize {
        2
    }

    fn reset(&mut self, seed: u64, _scenario: &()) -> Result<(), Refused> {
        let mut rng = Rng::new(seed, 0);
        let mut start = || (rng.unit() * 0.1 - 0.05) as f32;
        *self = Self {
            position: start(),
            speed: start(),
            angle: start(),
            turn: start(),
            ..Self::default()
        };
        Ok(())
    }

    fn observe(&self, out: &mut [f32]) {
        out.copy_from_slice(&[self.position, self.speed, self.angle, self.turn]);
    }

    fn legal_actions(&self, out: &mut [bool]) {
        out.fill(!self.over);
    }

    fn step(&mut self, action: usize) -> Result<Step, Refused> {
        let force = match action {
            0 => -FORCE,
            1 => FORCE,
            _ => return Err(Refused::Action(action)),
        };
        if self.over {
            return Err(Refused::Over);
        }
        let (sine, cosine) = self.angle.sin_cos();
        let both = CART + POLE;
        let push = (force + POLE * HALF_LENGTH * self.turn * self.turn * sine) / both;
        let lever = HALF_LENGTH * (4.0 / 3.0 - POLE * cosine * cosine / both);
        let turning = (GRAVITY * sine - cosine * push) / lever;
        let pulling = push - POLE * HALF_LENGTH * turning * cosine / both;
        self.position += SECONDS_A_STEP * self.speed;
        self.speed += SECONDS_A_STEP * pulling;
        self.angle += SECONDS_A_STEP * self.turn;
        self.turn += SECONDS_A_STEP * turning;
        self.steps += 1;
        let terminated = self.position.abs() > FAR || self.angle.abs() > STEEP;
        let truncated = self.steps >= LONG;
        self.over = terminated || truncated;
        Ok(Step {
            reward: 1.0,
            terminated,
            truncated,
        })
    }
}

/// Prints every evaluation.
struct Print;

impl Observer<CartPole> for Print {
    fn on_evaluation(&mut self, report: &EvaluationReport<'_>) {
        let (step, mean) = (report.step, report.evaluation.mean());
        println!("  after {step:>6} steps: {mean:>5.1} steps an episode");
    }
}

/// The settings that Stable-Baselines3's zoo found for CartPole-v1 on top of its defaults.
fn tuned() -> DqnConfig {
    DqnConfig {
        hidden: vec![256, 256],
        learning_rate: Schedule::Constant(2.3e-3),
        batch_size: 64,
        buffer_capacity: 100_000,
        learning_starts: 1_000,
        epsilon: Schedule::Linear {
            from: 1.0,
            to: 0.04,
            over: 8_000,
        },
        update_every: 256,
        updates_per_round: 128,
        // Its copies every 10 steps all fall between two rounds.
        target: TargetUpdate::Hard { every: 128 },
        ..DqnConfig::sb3(50_000)
    }
}

/// Steps until the pole was held, if it was.
fn train(seed: u64, steps: u64) -> anyhow::Result<Option<u64>> {
    let control = Control::new();
    let limits = TrainerConfig {
        seed,
        total_steps: Some(steps),
        evaluate_every: 2_560,
        ..TrainerConfig::default()
    };
    let hundred = EvaluationConfig {
        games: 100,
        seed: 1_000,
        ..EvaluationConfig::default()
    };
    let cart = CartPole::default();
    let agent = Dqn::new(&cart, tuned(), seed)?;
    let mut trainer = Trainer::new(vec![cart.clone()], agent, limits)?
        .evaluate(cart, (), hundred)
        .controlled_by(control.clone());
    let mut stop = Stop::at_evaluation(&control, 475.0);
    let end = trainer.run((Print, &mut stop))?;
    println!("seed {seed}: {} steps in {:.1} s", end.step, end.seconds);
    Ok(stop.reason().map(|_| end.step))
}

/// Teaches a DQN to hold a pole upright.
#[derive(Parser)]
struct Args {
    /// The first seed
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many seeds to train with, one after the other
    #[arg(long, default_value_t = 1)]
    seeds: u64,
    /// Steps of training at most
    #[arg(long, default_value_t = 100_000)]
    steps: u64,
}

fn main() -> anyhow::Result<()> {
    let Args { seed, seeds, steps } = Args::parse();
    let mut held = 0;
    for seed in seed..seed + seeds {
        println!("seed {seed}");
        held += u64::from(train(seed, steps)?.is_some());
    }
    println!("{held} of {seeds} seeds held the pole for 475 steps and more");
    Ok(())
}
