//! What a step of the key-press environment is worth.

use crate::game::{Game, Locked};

/// A step that was taken.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Transition<'a> {
    /// The game after the step.
    pub game: &'a Game,
    /// What locked, if something did.
    pub locked: Option<Locked>,
    /// Points of the step by the rules, those for dropping included.
    pub points: u64,
    /// Whether the step lost the game.
    pub terminated: bool,
}

/// A reward for each step.
///
/// Implemented for the structs of this module, for any `Fn(&Transition) -> f32`, and for tuples,
/// whose rewards add up:
///
/// ```
/// use tetris_core::{KeyEnv, Observation, Part, PerLine, AtEnd, Rules, Transition};
///
/// let rules = Rules::tetris_gymnasium();
/// let observation = Observation::new(&rules, &[Part::BoardAndPiece])?;
/// let tidy = |step: &Transition| -0.01 * step.game.board().pile_height() as f32;
/// let mut env = KeyEnv::new(rules, observation, (PerLine(1.0), AtEnd(-5.0), tidy))?;
/// assert_eq!(env.step(0)?.reward, 0.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait Reward {
    /// The reward of a step.
    fn reward(&self, step: &Transition<'_>) -> f32;
}

impl<F: Fn(&Transition<'_>) -> f32> Reward for F {
    #[inline]
    fn reward(&self, step: &Transition<'_>) -> f32 {
        self(step)
    }
}

/// So much for each line cleared.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct PerLine(pub f32);

/// So much for each piece that locks.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct PerPiece(pub f32);

/// So much for each step survived.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct PerStep(pub f32);

/// So much for each point of the rules' score.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct PerPoint(pub f32);

/// So much, usually less than nothing, for losing the game.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct AtEnd(pub f32);

/// The reward of Tetris-Gymnasium (`envs/tetris.py`): for each piece that locks, the square of
/// the lines it clears times the width of the board and `alive`; for the piece that loses the
/// game `game_over` instead.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct TetrisGymnasium {
    /// For a piece that locked and did not lose the game: 1 by default.
    pub alive: f32,
    /// For losing the game: 0 by default.
    pub game_over: f32,
}

impl Default for TetrisGymnasium {
    fn default() -> Self {
        Self {
            alive: 1.0,
            game_over: 0.0,
        }
    }
}

fn lines(step: &Transition<'_>) -> f32 {
    step.locked.map_or(0.0, |locked| locked.clear.lines.into())
}

impl Reward for PerLine {
    #[inline]
    fn reward(&self, step: &Transition<'_>) -> f32 {
        self.0 * lines(step)
    }
}

impl Reward for PerPiece {
    #[inline]
    fn reward(&self, step: &Transition<'_>) -> f32 {
        if step.locked.is_some() { self.0 } else { 0.0 }
    }
}

impl Reward for PerStep {
    #[inline]
    fn reward(&self, step: &Transition<'_>) -> f32 {
        if step.terminated { 0.0 } else { self.0 }
    }
}

impl Reward for PerPoint {
    #[inline]
    fn reward(&self, step: &Transition<'_>) -> f32 {
        self.0 * step.points as f32
    }
}

impl Reward for AtEnd {
    #[inline]
    fn reward(&self, step: &Transition<'_>) -> f32 {
        if step.terminated { self.0 } else { 0.0 }
    }
}

impl Reward for TetrisGymnasium {
    #[inline]
    fn reward(&self, step: &Transition<'_>) -> f32 {
        match step.locked {
            _ if step.terminated => self.game_over,
            None => 0.0,
            Some(_) => {
                let (lines, width) = (lines(step), step.game.board().width() as f32);
                lines * lines * width + self.alive
            }
        }
    }
}

macro_rules! add_up {
    ($($name:ident)+) => {
        impl<$($name: Reward),+> Reward for ($($name,)+) {
            #[inline]
            fn reward(&self, step: &Transition<'_>) -> f32 {
                #[expect(non_snake_case, reason = "one name for a type and its value")]
                let ($($name,)+) = self;
                0.0 $(+ $name.reward(step))+
            }
        }
    };
}

add_up!(A);
add_up!(A B);
add_up!(A B C);
add_up!(A B C D);
add_up!(A B C D E);
