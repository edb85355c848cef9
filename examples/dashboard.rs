//! Watches an environment of one's own in the browser: a robot that learns the way to its charger.
//!
//!     cargo run --release -p examples --features dashboard --example dashboard
//!     cargo run --release -p examples --features dashboard --example dashboard -- 100000
//!
//! Open the address that it prints: pause, step and slow the robot down there. It ends after the given number of steps,
//! or runs until it is stopped from the page.

use clap::Parser;
use dash_server::board::BoardView;
use dash_server::dashboard::Dashboard;
use dash_server::protocol::Frame;
use rl_agent::control::Control;
use rl_agent::dqn::{Dqn, DqnConfig};
use rl_agent::env::{Environment, Step};
use rl_agent::rng::Rng;
use rl_agent::trainer::{Trainer, TrainerConfig};

/// A room, with walls.
const ROOM: [&[u8; 10]; 8] = [
    b"..........",
    b".####.###.",
    b".#......#.",
    b".#.####.#.",
    b"...#..#...",
    b".#.#..#.#.",
    b".#......#.",
    b"..........",
];
const WIDTH: usize = ROOM[0].len();
const HEIGHT: usize = ROOM.len();
const CHARGER: (usize, usize) = (4, 4);
const PATIENCE: u64 = 200;

/// The robot stands somewhere in the room; each step costs a little, the charger is worth a lot.
#[derive(Debug, Clone, Default)]
struct Robot {
    at: (usize, usize),
    steps: u64,
}

#[derive(Debug, thiserror::Error)]
#[error("there are four actions, and no action {0}")]
struct NoSuchAction(usize);

impl Environment for Robot {
    type Scenario = ();
    type Error = NoSuchAction;

    fn observation_len(&self) -> usize {
        WIDTH + HEIGHT
    }

    fn action_count(&self) -> usize {
        4
    }

    fn reset(&mut self, seed: u64, _scenario: &()) -> Result<(), NoSuchAction> {
        let mut rng = Rng::new(seed, 0);
        self.steps = 0;
        self.at = CHARGER;
        while self.at == CHARGER || is_wall(self.at) {
            self.at = (rng.below(WIDTH), rng.below(HEIGHT));
        }
        Ok(())
    }

    fn observe(&self, out: &mut [f32]) {
        out.fill(0.0);
        out[self.at.0] = 1.0;
        out[WIDTH + self.at.1] = 1.0;
    }

    fn legal_actions(&self, legal: &mut [bool]) {
        legal.fill(true);
    }

    fn step(&mut self, action: usize) -> Result<Step, NoSuchAction> {
        let (x, y) = self.at;
        let to = match action {
            0 => (x.saturating_sub(1), y),
            1 => ((x + 1).min(WIDTH - 1), y),
            2 => (x, y.saturating_sub(1)),
            3 => (x, (y + 1).min(HEIGHT - 1)),
            _ => return Err(NoSuchAction(action)),
        };
        if !is_wall(to) {
            self.at = to;
        }
        self.steps += 1;
        let arrived = self.at == CHARGER;
        Ok(Step {
            reward: if arrived { 1.0 } else { -0.01 },
            terminated: arrived,
            truncated: !arrived && self.steps >= PATIENCE,
        })
    }
}

fn is_wall((x, y): (usize, usize)) -> bool {
    ROOM[y][x] == b'#'
}

/// What the page shows: one method.
impl BoardView for Robot {
    fn draw(&self, frame: &mut Frame) {
        frame.set_board(WIDTH as u8, HEIGHT as u8, |x, y| match (x, y) {
            at if at == self.at => 7,
            CHARGER => 4,
            at if is_wall(at) => 8,
            _ => 0,
        });
        frame.pieces = self.steps;
    }
}

/// A robot that learns the way to its charger, in the browser.
#[derive(Parser)]
struct Args {
    /// Steps to train for; until it is stopped from the page if not given
    steps: Option<u64>,
}

fn main() -> anyhow::Result<()> {
    let Args { steps: total_steps } = Args::parse();
    let agent = Dqn::new(&Robot::default(), DqnConfig::default(), 1)?;
    let config = TrainerConfig {
        seed: 1,
        total_steps,
        ..TrainerConfig::default()
    };
    let control = Control::new();
    let dashboard = Dashboard::bind("127.0.0.1:0".parse()?, control.clone())?;
    println!(
        "Watch at http://{}/ - Stop on the page ends it.",
        dashboard.addr()
    );
    let mut trainer = Trainer::new(vec![Robot::default()], agent, config)?.controlled_by(control);
    let end = trainer.run(dashboard)?;
    println!(
        "{} steps, {} times at the charger or out of patience",
        end.step, end.episodes
    );
    Ok(())
}
