//! Games as seeds and keys.

mod bytes;
mod rules;

use alloc::vec::Vec;

use crate::error::{ConfigError, GameOver, ReplayError};
use crate::game::{Game, Input, Locked, Pressed, Rules};
use crate::hash::Mixer;
use crate::pieces::Turn;
use bytes::{Reader, Writer};

/// What every file starts with: the bytes of "TRIS" and the version of the format.
const MAGIC: [u8; 5] = *b"TRIS\x01";

/// Something that was done to a game.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// [`Game::press`].
    Press(Input),
    /// [`Game::tick`], so many times, one at least.
    Ticks(u64),
    /// [`Game::set_soft_drop`].
    SoftDrop(bool),
    /// [`Game::set_initial`].
    Initial {
        /// The turn.
        turn: Option<Turn>,
        /// Whether to hold.
        hold: bool,
    },
    /// [`Game::receive_garbage`].
    Garbage(u16),
}

/// A game that can be played again: rules, seed and everything that was done to it.
///
/// Most keys take one byte, in which the ticks after them are; pauses of more than twelve ticks
/// take one more. The bytes hold a version, a checksum, and how the game ended, so that damage
/// is found when they are read, and rules that changed when the game is played.
///
/// ```
/// use tetris_core::{Input, Recorder, Replay, Rules};
///
/// let mut recorder = Recorder::new(Rules::guideline(), 5)?;
/// for input in [Input::Left, Input::Clockwise, Input::HardDrop] {
///     recorder.press(input)?;
///     recorder.tick()?;
/// }
/// let (game, replay) = recorder.finish();
///
/// let bytes = replay.to_bytes();
/// let again = Replay::from_bytes(&bytes)?;
/// assert_eq!(again.play()?, game);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replay {
    rules: Rules,
    seed: u64,
    /// The events, encoded and known to be well-formed.
    events: Vec<u8>,
    ending: u64,
}

impl Replay {
    /// The rules.
    #[must_use]
    pub const fn rules(&self) -> &Rules {
        &self.rules
    }

    /// The seed.
    #[must_use]
    pub const fn seed(&self) -> u64 {
        self.seed
    }

    /// What was done, in order.
    pub fn events(&self) -> impl Iterator<Item = Event> {
        let mut reader = Reader::new(&self.events);
        let mut ticks = 0;
        core::iter::from_fn(move || {
            if ticks > 0 {
                return Some(Event::Ticks(core::mem::take(&mut ticks)));
            }
            if reader.is_empty() {
                return None;
            }
            let (event, after) = reader.event().ok()?;
            ticks = after;
            event.or_else(|| Some(Event::Ticks(core::mem::take(&mut ticks))))
        })
    }

    /// How many ticks the game takes. To play it again takes time in proportion, so look at this
    /// first in a replay that a stranger sent: a few bytes can say that ages pass.
    #[must_use]
    pub fn ticks(&self) -> u64 {
        let ticks = self.events().map(|event| match event {
            Event::Ticks(ticks) => ticks,
            _ => 0,
        });
        ticks.fold(0, u64::saturating_add)
    }

    /// Bytes of the events alone, without rules and checks.
    #[must_use]
    pub fn events_len(&self) -> usize {
        self.events.len()
    }

    /// The game before the first event, without colours.
    #[must_use]
    pub fn start(&self) -> Game {
        Game::new(self.rules.clone(), self.seed).expect("the rules of a replay were checked")
    }

    /// Does an event to a game. Calls `locked` for everything that locks.
    ///
    /// # Errors
    /// If the game is over before the event is.
    pub fn apply(
        game: &mut Game,
        event: Event,
        locked: &mut impl FnMut(&Game, Locked),
    ) -> Result<(), GameOver> {
        match event {
            Event::Press(input) => {
                if let Some(what) = game.press(input)?.locked {
                    locked(game, what);
                }
            }
            Event::Ticks(ticks) => {
                for _ in 0..ticks {
                    if let Some(what) = game.tick()? {
                        locked(game, what);
                    }
                }
            }
            Event::SoftDrop(down) => game.set_soft_drop(down),
            Event::Initial { turn, hold } => game.set_initial(turn, hold),
            Event::Garbage(rows) => game.receive_garbage(rows),
        }
        Ok(())
    }

    /// Plays the whole game and checks that it ends as it did.
    ///
    /// # Errors
    /// If it does not: the replay was made by other code.
    pub fn play(&self) -> Result<Game, ReplayError> {
        let mut game = self.start();
        for event in self.events() {
            Self::apply(&mut game, event, &mut |_, _| {}).map_err(|_| ReplayError::Diverged)?;
        }
        if ending(&game) == self.ending {
            Ok(game)
        } else {
            Err(ReplayError::Diverged)
        }
    }

    /// The replay as bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut writer = Writer(MAGIC.to_vec());
        let mut rules = self.rules.clone();
        rules::code(&mut rules, &mut writer).expect("writing to memory does not fail");
        writer.number(self.seed);
        writer.number(self.events.len() as u64);
        writer.0.extend_from_slice(&self.events);
        writer.0.extend_from_slice(&self.ending.to_le_bytes());
        let sum = checksum(&writer.0);
        writer.0.extend_from_slice(&sum.to_le_bytes());
        writer.0
    }

    /// Reads what [`Replay::to_bytes`] wrote.
    ///
    /// # Errors
    /// If the bytes are no replay, of another version, or damaged.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ReplayError> {
        let (magic, rest) = bytes.split_first_chunk().ok_or(ReplayError::NoReplay)?;
        if magic[..4] != MAGIC[..4] {
            return Err(ReplayError::NoReplay);
        }
        if *magic != MAGIC {
            return Err(ReplayError::Version { found: magic[4] });
        }
        let damaged = ReplayError::Damaged;
        let (rest, sum) = rest.split_last_chunk().ok_or(damaged)?;
        if u64::from_le_bytes(*sum) != checksum(&bytes[..bytes.len() - 8]) {
            return Err(damaged);
        }
        let (rest, ending) = rest.split_last_chunk().ok_or(damaged)?;
        let mut reader = Reader::new(rest);
        let mut rules = Rules::guideline();
        rules::code(&mut rules, &mut reader)?;
        rules.validate().map_err(|_| damaged)?;
        let seed = reader.number()?;
        let len = reader.number()?;
        let events = reader.rest();
        if events.len() as u64 != len {
            return Err(damaged);
        }
        let mut check = Reader::new(events);
        while !check.is_empty() {
            check.event()?;
        }
        Ok(Self {
            rules,
            seed,
            events: events.to_vec(),
            ending: u64::from_le_bytes(*ending),
        })
    }
}

/// How a game stands, as far as a replay checks it.
fn ending(game: &Game) -> u64 {
    let mut hash = Mixer(game.position_hash());
    hash.add(game.score());
    hash.add(game.ticks());
    hash.add(u64::from(game.pieces()) << 32 | u64::from(game.lines()));
    hash.finish()
}

/// Not against malice: against a flipped bit, a cut or a mixed-up file.
fn checksum(bytes: &[u8]) -> u64 {
    let mut hash = Mixer(bytes.len() as u64);
    for word in bytes.chunks(8) {
        let mut padded = [0; 8];
        padded[..word.len()].copy_from_slice(word);
        hash.add(u64::from_le_bytes(padded));
    }
    hash.finish()
}

/// A game that takes down what is done to it.
#[derive(Clone, Debug)]
pub struct Recorder {
    game: Game,
    seed: u64,
    events: Writer,
    /// The last event, to which ticks are still added.
    last: Option<Event>,
    ticks: u64,
}

impl Recorder {
    /// A game with its first piece entered.
    ///
    /// # Errors
    /// If a field of the rules is outside its range.
    pub fn new(rules: Rules, seed: u64) -> Result<Self, ConfigError> {
        Ok(Self {
            game: Game::new(rules, seed)?,
            seed,
            events: Writer(Vec::new()),
            last: None,
            ticks: 0,
        })
    }

    /// The game.
    #[must_use]
    pub const fn game(&self) -> &Game {
        &self.game
    }

    /// Switches the colours of the game on or off: see [`Game::set_colours`].
    pub fn set_colours(&mut self, on: bool) {
        self.game.set_colours(on);
    }

    /// [`Game::press`].
    ///
    /// # Errors
    /// If the game is over.
    pub fn press(&mut self, input: Input) -> Result<Pressed, GameOver> {
        let pressed = self.game.press(input)?;
        self.note(Event::Press(input));
        Ok(pressed)
    }

    /// [`Game::tick`].
    ///
    /// # Errors
    /// If the game is over.
    pub fn tick(&mut self) -> Result<Option<Locked>, GameOver> {
        let locked = self.game.tick()?;
        self.ticks += 1;
        Ok(locked)
    }

    /// [`Game::set_soft_drop`].
    pub fn set_soft_drop(&mut self, down: bool) {
        self.game.set_soft_drop(down);
        self.note(Event::SoftDrop(down));
    }

    /// [`Game::set_initial`].
    pub fn set_initial(&mut self, turn: Option<Turn>, hold: bool) {
        self.game.set_initial(turn, hold);
        self.note(Event::Initial { turn, hold });
    }

    /// [`Game::receive_garbage`].
    pub fn receive_garbage(&mut self, rows: u16) {
        self.game.receive_garbage(rows);
        self.note(Event::Garbage(rows));
    }

    /// The game and its replay.
    #[must_use]
    pub fn finish(mut self) -> (Game, Replay) {
        self.flush();
        let replay = Replay {
            rules: self.game.rules().clone(),
            seed: self.seed,
            events: self.events.0,
            ending: ending(&self.game),
        };
        (self.game, replay)
    }

    fn note(&mut self, event: Event) {
        self.flush();
        self.last = Some(event);
    }

    fn flush(&mut self) {
        let (last, ticks) = (self.last.take(), core::mem::take(&mut self.ticks));
        if last.is_some() || ticks > 0 {
            self.events.event(last, ticks);
        }
    }
}
