//! The seam between the session and what it runs: a start request becomes a job for a thread.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use rl_agent::control::Control;
use thiserror::Error;

use crate::feed::Feed;
use crate::protocol::{ConfigMap, FormField};

/// What a start was asked to be.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct StartRequest {
    /// The preset to begin with; the launcher's default if `None`.
    pub preset: Option<String>,
    /// Overrides keys of the preset.
    pub config: Option<ConfigMap>,
    /// Overrides the seed.
    pub seed: Option<u64>,
}

/// What a running job holds of the session.
#[derive(Debug, Clone)]
pub struct JobContext {
    /// Where commands come in; a job that does not look here cannot be paused or stopped.
    pub control: Control,
    /// Where reports go out; see [`DashObserver`](crate::observer::DashObserver).
    pub feed: Arc<Feed>,
}

/// The work of a job: returns in one line why it ended, or what went wrong.
pub type Work = Box<dyn FnOnce(JobContext) -> Result<String, String> + Send>;

/// Ends the work of a job without asking.
pub type Kill = Box<dyn Fn() + Send>;

/// A run that is ready to begin.
pub struct Job {
    /// Name of the run.
    pub name: String,
    /// The preset it was made from, if any.
    pub preset: Option<String>,
    /// Its whole configuration, as pages see it.
    pub config: ConfigMap,
    /// What its thread does. A panic in there fails the run and nothing else.
    pub work: Work,
    /// Ends that work when it does not obey; `None` if nothing can.
    pub kill: Option<Kill>,
}

/// Does some work; a panic in it is an error like any other.
pub(crate) fn guarded(work: impl FnOnce() -> Result<String, String>) -> Result<String, String> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|payload| {
        // `panic!` carries a `&str` or a `String`.
        let text = payload.downcast_ref::<&str>().copied();
        let text = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
        let text = text.unwrap_or("without a message");
        Err(format!("training panicked: {text}"))
    })
}

impl std::fmt::Debug for Job {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Job")
            .field("name", &self.name)
            .field("preset", &self.preset)
            .finish_non_exhaustive()
    }
}

/// Why a run cannot begin.
#[derive(Debug, Error)]
pub enum LaunchError {
    /// The configuration is wrong; the message names the field and what is allowed.
    #[error("{message}")]
    Config {
        /// What is wrong.
        message: String,
        /// The field, `agent.gamma`, if it is a single one.
        field: Option<String>,
    },
    /// There is no such run, or nothing of it to go on with.
    #[error("{0}")]
    NoRun(String),
    /// Something outside the configuration failed.
    #[error("{0}")]
    Failed(String),
}

/// Makes jobs of start requests.
pub trait Launcher: Send + Sync + 'static {
    /// Names that a start request may give as its preset, the default first.
    fn presets(&self) -> Vec<String>;

    /// The whole configuration that each preset stands for; the page shows what it is told.
    fn configs(&self) -> BTreeMap<String, ConfigMap> {
        BTreeMap::new()
    }

    /// The fields of a configuration that a form offers; none means that a start is offered as it is.
    fn form(&self) -> Vec<FormField> {
        Vec::new()
    }

    /// Whether what it runs learns; pages show nothing about learning where a trained model only plays.
    fn learns(&self) -> bool {
        true
    }

    /// Steps a second that a run begins with; as fast as it goes if `None`.
    fn speed_limit(&self) -> Option<f64> {
        None
    }

    /// Checks a request. Quick: whatever takes time belongs into the job's work.
    ///
    /// # Errors
    /// If the configuration is wrong or the run's folder cannot be made.
    fn prepare(&self, request: &StartRequest) -> Result<Job, LaunchError>;

    /// Has a run that ended go on from its checkpoint.
    ///
    /// # Errors
    /// If there is no run of that name, it has no checkpoint, or somebody trains it.
    fn go_on(&self, run: &str) -> Result<Job, LaunchError> {
        let message = format!("the run {run:?} cannot be gone on with from here");
        Err(LaunchError::NoRun(message))
    }
}
