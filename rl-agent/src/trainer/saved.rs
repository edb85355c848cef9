//! The whole state of training, written and read.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::{Progress, Trainer};
use crate::agent::Agent;
use crate::checkpoint::{CHECKPOINT, CheckpointError};
use crate::env::{Environment, Resumable};
use crate::sealed_file::{self, FileError};

/// A checkpoint as it is written.
#[derive(Serialize)]
struct Saved<'a, S, A> {
    progress: &'a Progress,
    environments: Vec<S>,
    agent: &'a A,
}

/// A checkpoint as it is read.
#[derive(Deserialize)]
struct Restored<S, A> {
    progress: Progress,
    environments: Vec<S>,
    agent: A,
}

impl<E: Environment, A: Agent<E>> Trainer<E, A> {
    /// Writes the whole state of training.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn write_checkpoint(&self, path: &Path) -> Result<(), CheckpointError>
    where
        E: Resumable,
    {
        let small;
        let agent = if self.config.checkpoint_replay {
            self.agent.state()
        } else {
            small = self.agent.state_without_replay(self.progress.step);
            &small
        };
        let saved = Saved {
            progress: &self.progress,
            environments: self.environments.iter().map(Resumable::save).collect(),
            agent,
        };
        sealed_file::save(path, CHECKPOINT, &saved, self.config.compress_checkpoints)?;
        Ok(())
    }

    /// Goes back to a checkpoint written by a trainer of the same configuration. Training then goes on as if it had
    /// never ended, bit for bit.
    ///
    /// # Errors
    /// If the file cannot be read, is damaged, or belongs to another configuration. The trainer is then as it was.
    pub fn read_checkpoint(&mut self, path: &Path) -> Result<(), CheckpointError>
    where
        E: Resumable + Clone,
    {
        let content = |reason| FileError::Content {
            path: path.display().to_string(),
            reason,
        };
        let restored: Restored<E::State, A::State> = sealed_file::load(path, CHECKPOINT)?;
        let (found, expected) = (restored.environments.len(), self.environments.len());
        if found != expected {
            let reason = format!("{found} environments, expected {expected}");
            return Err(content(reason).into());
        }
        if restored.progress.seed != self.config.seed {
            let (found, expected) = (restored.progress.seed, self.config.seed);
            return Err(content(format!("seed {found}, expected {expected}")).into());
        }
        if !restored.progress.window.measured_by(self.measures.len()) {
            let reason = format!(
                "its episodes were not measured by {:?}",
                self.environments[0].measures()
            );
            return Err(content(reason).into());
        }
        let mut environments = self.environments.clone();
        for (environment, state) in environments.iter_mut().zip(restored.environments) {
            environment
                .restore(state)
                .map_err(|error| content(error.to_string()))?;
        }
        self.agent
            .set_state(restored.agent)
            .map_err(|source| CheckpointError::Mismatch {
                path: path.display().to_string(),
                source,
            })?;
        self.environments = environments;
        self.progress = restored.progress;
        Ok(())
    }
}
