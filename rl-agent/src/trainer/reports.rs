//! What observers are told beside steps and episodes, and what is saved.

use super::clock::Clock;
use super::{CHECKPOINT_FILE, MODEL_FILE, RunFolder, TrainError, Trainer, folder};
use crate::agent::Agent;
use crate::checkpoint::CheckpointError;
use crate::env::Environment;
use crate::evaluation::EvaluateError;
use crate::observer::{
    CheckpointReport, EndReason, EndReport, EvaluationReport, MetricsReport, Observer, StartReport,
};
use crate::sealed_file::FileError;

impl<E: Environment, A: Agent<E>> Trainer<E, A> {
    pub(super) fn report_start(&self, observer: &mut impl Observer<E>) {
        observer.on_start(&StartReport {
            step: self.progress.step,
            total_steps: self.config.total_steps,
            episodes: self.progress.episodes,
            seconds: self.progress.seconds,
            seed: self.config.seed,
            measures: self.environments[0].measures(),
        });
    }

    /// Saves what there is at the end, unless training failed, and tells of it.
    pub(super) fn end(
        &mut self,
        observer: &mut impl Observer<E>,
        result: Result<EndReason, TrainError>,
    ) -> Result<EndReport, TrainError> {
        let result = result.and_then(|reason| self.finish(observer).map(|()| reason));
        let report = EndReport {
            step: self.progress.step,
            episodes: self.progress.episodes,
            updates: self.agent.updates(),
            seconds: self.progress.seconds,
            reason: *result.as_ref().unwrap_or(&EndReason::Failed),
        };
        observer.on_end(&report);
        result.map(|_| report)
    }

    pub(super) fn report_metrics(&mut self, observer: &mut impl Observer<E>, clock: &mut Clock) {
        let (step, updates) = (self.progress.step, self.agent.updates());
        let seconds = self.progress.seconds;
        let (then, step_then, updates_then) = clock.mark(seconds, step, updates);
        let elapsed = (seconds - then).max(1e-9);
        let window = &self.progress.window;
        let means: Vec<f64> = (0..self.measures.len())
            .map(|index| window.mean_measure(index))
            .collect();
        observer.on_metrics(&MetricsReport {
            step,
            episodes: self.progress.episodes,
            updates,
            epsilon: self.agent.epsilon(step),
            seconds,
            steps_per_second: (step - step_then) as f64 / elapsed,
            updates_per_second: (updates - updates_then) as f64 / elapsed,
            window: window.len(),
            mean_reward: window.mean_reward(),
            mean_length: window.mean_length(),
            names: self.environments[0].measures(),
            mean_measures: &means,
        });
    }

    /// Evaluates, if that was asked for. A stop command cuts the evaluation short; nothing is then reported, and whoever goes
    /// on begins with it.
    pub(super) fn report_evaluation(
        &mut self,
        observer: &mut impl Observer<E>,
    ) -> Result<(), TrainError> {
        let Some(evaluator) = &self.evaluator else {
            return Ok(());
        };
        let evaluation = match evaluator(&self.agent, &self.control) {
            Ok(evaluation) => evaluation,
            Err(EvaluateError::Cancelled) => {
                self.progress.owed = true;
                return Ok(());
            }
            Err(EvaluateError::Environment(error)) => return Err(self.refused(error)),
        };
        let mean = evaluation.mean();
        let best = self.progress.best.is_none_or(|best| mean >= best);
        if best {
            self.progress.best = Some(mean);
            self.save_model()?;
        }
        observer.on_evaluation(&EvaluationReport {
            step: self.progress.step,
            evaluation: &evaluation,
            best,
        });
        Ok(())
    }

    fn save_model(&self) -> Result<(), TrainError> {
        if let Some(RunFolder { path, notes, .. }) = &self.folder {
            self.agent.save_model(&path.join(MODEL_FILE), notes)?;
        }
        Ok(())
    }

    pub(super) fn save(&self, observer: &mut impl Observer<E>) -> Result<(), TrainError> {
        if let Some(folder) = &self.folder {
            let path = folder.path.join(CHECKPOINT_FILE);
            (folder.write_checkpoint)(self, &path)?;
            folder::rotate(
                &folder.path,
                self.progress.step,
                self.config.keep_checkpoints,
            )
            .map_err(|source| FileError::Io {
                path: folder.path.display().to_string(),
                source,
            })
            .map_err(CheckpointError::from)?;
            observer.on_checkpoint(&CheckpointReport {
                step: self.progress.step,
                path: &path,
            });
        }
        Ok(())
    }

    /// The last thing to do: the model, if no evaluation ever chose one, and a checkpoint.
    fn finish(&mut self, observer: &mut impl Observer<E>) -> Result<(), TrainError> {
        if self.progress.best.is_none() {
            self.save_model()?;
        }
        self.save(observer)
    }
}
