//! The key-press environment, alone and in batches, and the environment of whole moves.

mod allocations;
mod batch;
mod moves;
mod observation;
mod rewards;

use tetris_core::{KeyEnv, Observation, Part, PerLine, Randomizer, RandomizerKind, Rules};

/// Everything that can be seen.
const ALL: [Part; 17] = [
    Part::Board,
    Part::Piece,
    Part::Ghost,
    Part::BoardAndPiece,
    Part::Position,
    Part::Current,
    Part::Hold,
    Part::CanHold,
    Part::Queue,
    Part::Next(2),
    Part::Heights,
    Part::HeightDifferences,
    Part::Holes,
    Part::Bumpiness,
    Part::PileHeight,
    Part::Features,
    Part::Counters,
];

fn env(rules: Rules) -> KeyEnv<PerLine> {
    let observation = Observation::new(&rules, &ALL).expect("the preview has two");
    KeyEnv::new(rules, observation, PerLine(1.0)).expect("fine rules")
}

/// Small boards, on which lines are cleared by chance.
fn small() -> Rules {
    Rules {
        width: 5,
        height: 12,
        ..Rules::guideline()
    }
}

struct Actions(Randomizer);

impl Actions {
    fn new(seed: u64) -> Self {
        Self(Randomizer::new(RandomizerKind::Uniform, seed))
    }

    fn next(&mut self) -> usize {
        (self.0.draw().index() * 7 + self.0.draw().index()) % 9
    }
}
