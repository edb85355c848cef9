//! Episodes played side by side, with a state that can be put away and gone on with.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use super::{EvaluationConfig, Game};
use crate::agent::Policy;
use crate::env::{Environment, Resumable};

/// Episodes that a thread plays side by side, so that a policy looks at the candidates of all of them at once.
const SIDE_BY_SIDE: u64 = 16;
/// Steps between two questions whether to go on.
const PATIENCE: u64 = 1024;

/// An evaluation under way.
#[derive(Debug, Clone)]
pub struct Playing<E> {
    config: EvaluationConfig,
    /// Number of the episode that is begun next.
    next: u64,
    running: Vec<Running<E>>,
    played: BTreeMap<u64, Game>,
}

/// An episode that has not ended.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Running<E> {
    index: u64,
    steps: u64,
    reward: f64,
    env: E,
}

/// [`Playing`] as it lies in a file.
#[derive(Serialize, Deserialize)]
struct Stored<S> {
    config: EvaluationConfig,
    next: u64,
    running: Vec<Running<S>>,
    played: BTreeMap<u64, Game>,
}

impl<E: Environment + Clone + Send> Playing<E> {
    /// Before the first step.
    pub fn new(config: EvaluationConfig) -> Self {
        Self {
            next: config.first_game,
            config,
            running: Vec::new(),
            played: BTreeMap::new(),
        }
    }

    /// Which episodes are played.
    pub fn config(&self) -> &EvaluationConfig {
        &self.config
    }

    /// Whether every episode has ended.
    pub fn is_over(&self) -> bool {
        self.played.len() as u64 == self.config.games
    }

    /// The episodes that have ended, in the order of their numbers. Before the end of all of them short ones are
    /// over-represented.
    pub fn games(&self) -> Vec<Game> {
        self.played.values().copied().collect()
    }

    /// Steps of all episodes so far.
    pub fn steps(&self) -> u64 {
        let running: u64 = self.running.iter().map(|episode| episode.steps).sum();
        running + self.played.values().map(|game| game.steps).sum::<u64>()
    }

    /// Plays on until every episode has ended or `pause` says true, on as many threads as the configuration asks for and the
    /// system has. Every episode is played on an environment of its
    /// own that began as a copy of `env`; what comes out depends neither on threads nor on pauses.
    ///
    /// # Errors
    /// If the environment refuses the scenario or an action of the policy.
    pub fn play<P: Policy<E> + Clone + Send>(
        &mut self,
        env: &E,
        scenario: &E::Scenario,
        policy: &P,
        pause: impl Fn() -> bool + Sync,
    ) -> Result<(), E::Error> {
        let left = self.config.games - self.played.len() as u64;
        let threads = self.config.threads.clamp(1, left.max(1) as usize);
        let config = self.config;
        let share = left.div_ceil(threads as u64).min(SIDE_BY_SIDE) as usize;
        let table = Mutex::new(std::mem::replace(self, Self::new(config)));
        let work = |(env, mut policy): (E, P)| {
            let mut seats = Seats::default();
            let result = seats.play(&env, scenario, &mut policy, share, &table, &pause);
            let mut table = table.lock().unwrap_or_else(PoisonError::into_inner);
            table.running.append(&mut seats.stand_up());
            result
        };
        let result = std::thread::scope(|scope| {
            // What comes out is the same, however many threads the system has for it.
            let others: Vec<_> = (1..threads)
                .map_while(|_| {
                    let own = (env.clone(), policy.clone());
                    let thread = std::thread::Builder::new();
                    thread.spawn_scoped(scope, || work(own)).ok()
                })
                .collect();
            let mut result = work((env.clone(), policy.clone()));
            for other in others {
                let other = other
                    .join()
                    .unwrap_or_else(|p| std::panic::resume_unwind(p));
                result = result.and(other);
            }
            result
        });
        *self = table.into_inner().unwrap_or_else(PoisonError::into_inner);
        self.running.sort_by_key(|episode| episode.index);
        result
    }

    /// Takes an episode that waits, or begins one; None if all have been begun.
    fn seat(&mut self, env: &E, scenario: &E::Scenario) -> Result<Option<Running<E>>, E::Error> {
        if let Some(waiting) = self.running.pop() {
            return Ok(Some(waiting));
        }
        if self.next - self.config.first_game == self.config.games {
            return Ok(None);
        }
        let mut env = env.clone();
        env.reset(self.config.episode_seed(self.next), scenario)?;
        self.next += 1;
        Ok(Some(Running {
            index: self.next - 1,
            steps: 0,
            reward: 0.0,
            env,
        }))
    }
}

impl<E: Resumable + Clone> Playing<E> {
    /// The whole state and a CRC-32 of it, to be read by [`from_bytes`](Self::from_bytes).
    pub fn to_bytes(&self) -> Vec<u8> {
        let stored = Stored {
            config: self.config,
            next: self.next,
            running: self
                .running
                .iter()
                .map(|episode| Running {
                    index: episode.index,
                    steps: episode.steps,
                    reward: episode.reward,
                    env: episode.env.save(),
                })
                .collect(),
            played: self.played.clone(),
        };
        let mut bytes = postcard::to_allocvec(&stored).expect("plain data");
        bytes.extend(crc32fast::hash(&bytes).to_le_bytes());
        bytes
    }

    /// Reads what [`to_bytes`](Self::to_bytes) wrote; the episodes go on on copies of `env`. None if the bytes are
    /// damaged, of another environment, or of other episodes than `config` asks for (threads may differ).
    pub fn from_bytes(bytes: &[u8], env: &E, config: EvaluationConfig) -> Option<Self> {
        let (content, checksum) = bytes.split_last_chunk()?;
        if crc32fast::hash(content).to_le_bytes() != *checksum {
            return None;
        }
        let (stored, rest): (Stored<E::State>, _) = postcard::take_from_bytes(content).ok()?;
        let threads = config.threads;
        if (EvaluationConfig {
            threads,
            ..stored.config
        }) != config
        {
            return None;
        }
        // What was begun either goes on or has ended.
        let begun = stored.next.checked_sub(config.first_game)?;
        let mut numbers: Vec<u64> = (stored.running.iter().map(|episode| episode.index))
            .chain(stored.played.keys().copied())
            .collect();
        numbers.sort_unstable();
        let expected = config.first_game..stored.next;
        if !rest.is_empty() || begun > config.games || !numbers.into_iter().eq(expected) {
            return None;
        }
        let running = stored.running.into_iter().map(|episode| {
            let mut env = env.clone();
            env.restore(episode.env).ok()?;
            Some(Running {
                index: episode.index,
                steps: episode.steps,
                reward: episode.reward,
                env,
            })
        });
        Some(Self {
            config,
            next: stored.next,
            running: running.collect::<Option<_>>()?,
            played: stored.played,
        })
    }
}

/// The episodes that one thread plays; the environments lie side by side for the policy.
struct Seats<E> {
    envs: Vec<E>,
    /// Number, steps and reward of each.
    counts: Vec<(u64, u64, f64)>,
    actions: Vec<usize>,
}

impl<E> Default for Seats<E> {
    fn default() -> Self {
        Self {
            envs: Vec::new(),
            counts: Vec::new(),
            actions: Vec::new(),
        }
    }
}

impl<E: Environment + Clone + Send> Seats<E> {
    fn play<P: Policy<E>>(
        &mut self,
        env: &E,
        scenario: &E::Scenario,
        policy: &mut P,
        seats: usize,
        table: &Mutex<Playing<E>>,
        pause: &impl Fn() -> bool,
    ) -> Result<(), E::Error> {
        let max_steps = {
            let table = table.lock().unwrap_or_else(PoisonError::into_inner);
            table.config.max_steps.unwrap_or(u64::MAX)
        };
        let mut ended: Vec<(u64, Game)> = Vec::new();
        loop {
            {
                let mut table = table.lock().unwrap_or_else(PoisonError::into_inner);
                table.played.extend(ended.drain(..));
                while self.envs.len() < seats {
                    let Some(episode) = table.seat(env, scenario)? else {
                        break;
                    };
                    self.envs.push(episode.env);
                    self.counts
                        .push((episode.index, episode.steps, episode.reward));
                }
            }
            if self.envs.is_empty() || pause() {
                return Ok(());
            }
            for _ in 0..PATIENCE {
                self.step(policy, max_steps, &mut ended)?;
                if !ended.is_empty() {
                    break;
                }
            }
        }
    }

    /// One step of every episode.
    fn step<P: Policy<E>>(
        &mut self,
        policy: &mut P,
        max_steps: u64,
        ended: &mut Vec<(u64, Game)>,
    ) -> Result<(), E::Error> {
        self.actions.clear();
        policy.act_all(&self.envs, &mut self.actions);
        for seat in (0..self.envs.len()).rev() {
            let env = &mut self.envs[seat];
            let (index, steps, reward) = &mut self.counts[seat];
            let step = env.step(self.actions[seat])?;
            *steps += 1;
            *reward += f64::from(step.reward);
            if step.done() || *steps >= max_steps {
                let mut measures = vec![0.0; env.measures().len()];
                env.measure(&mut measures);
                let game = Game {
                    score: measures.first().copied().unwrap_or(*reward),
                    reward: *reward,
                    steps: *steps,
                    terminated: step.terminated,
                };
                ended.push((*index, game));
                self.envs.swap_remove(seat);
                self.counts.swap_remove(seat);
            }
        }
        Ok(())
    }

    /// What has not ended.
    fn stand_up(self) -> Vec<Running<E>> {
        let episodes = self.envs.into_iter().zip(self.counts);
        episodes
            .map(|(env, (index, steps, reward))| Running {
                index,
                steps,
                reward,
                env,
            })
            .collect()
    }
}
