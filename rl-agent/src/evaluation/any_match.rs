//! An evaluation of which nobody needs to know who plays what.

use super::{EvaluationConfig, Game, Playing};
use crate::agent::Policy;
use crate::env::Resumable;

/// Why the games cannot go on.
pub type MatchError = Box<dyn std::error::Error + Send + Sync>;

/// [`Playing`] with its player and its environment, for programs that choose them while they run.
pub trait AnyMatch {
    /// See [`Playing::play`].
    ///
    /// # Errors
    /// As there.
    fn play(&mut self, pause: &(dyn Fn() -> bool + Sync)) -> Result<(), MatchError>;

    /// See [`Playing::is_over`].
    fn is_over(&self) -> bool;

    /// See [`Playing::games`].
    fn games(&self) -> Vec<Game>;

    /// See [`Playing::steps`].
    fn steps(&self) -> u64;

    /// See [`Playing::to_bytes`].
    fn to_bytes(&self) -> Vec<u8>;

    /// Goes on from what [`to_bytes`](Self::to_bytes) wrote; false, and nothing changed, if the bytes are damaged or of
    /// other games.
    fn go_on_from(&mut self, bytes: &[u8]) -> bool;
}

/// A player at its games.
#[derive(Debug)]
pub struct Match<E: Resumable, P> {
    env: E,
    scenario: E::Scenario,
    policy: P,
    config: EvaluationConfig,
    playing: Playing<E>,
}

impl<E: Resumable + Clone + Send, P: Policy<E> + Clone + Send> Match<E, P> {
    /// The games of `config`, before the first step.
    pub fn new(env: E, scenario: E::Scenario, policy: P, config: EvaluationConfig) -> Self {
        Self {
            env,
            scenario,
            policy,
            config,
            playing: Playing::new(config),
        }
    }
}

impl<E: Resumable + Clone + Send, P: Policy<E> + Clone + Send> AnyMatch for Match<E, P> {
    fn play(&mut self, pause: &(dyn Fn() -> bool + Sync)) -> Result<(), MatchError> {
        let played = self
            .playing
            .play(&self.env, &self.scenario, &self.policy, pause);
        Ok(played?)
    }

    fn is_over(&self) -> bool {
        self.playing.is_over()
    }

    fn games(&self) -> Vec<Game> {
        self.playing.games()
    }

    fn steps(&self) -> u64 {
        self.playing.steps()
    }

    fn to_bytes(&self) -> Vec<u8> {
        self.playing.to_bytes()
    }

    fn go_on_from(&mut self, bytes: &[u8]) -> bool {
        match Playing::from_bytes(bytes, &self.env, self.config) {
            None => false,
            Some(playing) => {
                self.playing = playing;
                true
            }
        }
    }
}
