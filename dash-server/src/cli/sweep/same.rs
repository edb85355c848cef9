//! Whether what lies in the folder of a job is of the job as it is planned now.

use std::path::Path;

use dash_server::config::{self, RunConfig};
use dash_server::run::CONFIG_FILE;
use serde::Serialize;
use serde_json::Value;

use super::plan::Job;
use crate::cli::Failure;
use crate::cli::args::EvaluateArgs;
use crate::cli::results::{QUESTION_FILE, Question, question_of};

/// Differences that are told; the first ones are enough to see what happened.
const TOLD: usize = 4;

/// Refuses a folder that holds something else: its results would be shown as those of the plan. `games` are those of the
/// job's evaluation.
pub(super) fn check(job: &Job, games: &EvaluateArgs, folder: &Path) -> Result<(), Failure> {
    let mut differences = Vec::new();
    let config = folder.join(CONFIG_FILE);
    if config.exists() {
        let held = RunConfig::from_tables(&config::read(&config)?)?;
        compare("", &held.tables(), &job.config.tables(), &mut differences)?;
    }
    if let Some(judged) = &games.out
        && judged.join(QUESTION_FILE).exists()
    {
        let held = question_of(judged)?;
        // The player is known by its model alone, and that is of the run that has been compared.
        let planned = Question::of(held.player.clone(), games);
        compare("evaluation", &held, &planned, &mut differences)?;
    }
    if differences.is_empty() {
        return Ok(());
    }
    let more = differences.len().saturating_sub(TOLD);
    differences.truncate(TOLD);
    let more = match more {
        0 => String::new(),
        more => format!(", and {more} more"),
    };
    Err(Failure::usage(format!(
        "{} is of another plan: {}{more}. Choose another --out, put the plan back as it was, or remove the folder to do \
         the job anew",
        folder.display(),
        differences.join(", ")
    )))
}

/// Adds what differs between two structures, by the keys that lead there.
fn compare(
    key: &str,
    held: &impl Serialize,
    planned: &impl Serialize,
    differences: &mut Vec<String>,
) -> Result<(), Failure> {
    let held = serde_json::to_value(held).map_err(Failure::failed)?;
    let planned = serde_json::to_value(planned).map_err(Failure::failed)?;
    compare_values(key, &held, &planned, differences);
    Ok(())
}

fn compare_values(key: &str, held: &Value, planned: &Value, differences: &mut Vec<String>) {
    let shown = |value: &Value| match value {
        Value::Null => "not set".to_owned(),
        value => value.to_string(),
    };
    match (held, planned) {
        (Value::Object(held), Value::Object(planned)) => {
            let new = planned.keys().filter(|name| !held.contains_key(*name));
            for name in held.keys().chain(new) {
                let key = [key, name].join(".");
                let of =
                    |object: &serde_json::Map<_, _>| object.get(name).cloned().unwrap_or_default();
                compare_values(
                    key.trim_start_matches('.'),
                    &of(held),
                    &of(planned),
                    differences,
                );
            }
        }
        _ if held == planned => {}
        _ => differences.push(format!(
            "{key} is {} there and {} in the plan",
            shown(held),
            shown(planned)
        )),
    }
}
