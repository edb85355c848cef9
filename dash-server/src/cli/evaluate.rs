//! `tetris-dash evaluate`: how well a model or a controller plays.

use std::num::NonZero;
use std::path::Path;
use std::thread;

use rl_agent::afterstate_dqn::AfterstatePolicy;
use rl_agent::agent::Policy;
use rl_agent::env::{AfterstateEnvironment, AfterstateModel};
use rl_agent::evaluation::{Evaluation, EvaluationConfig, evaluate};
use rl_agent::model::Model;
use rl_agent::tetris::{Scenario, Tetris, TetrisConfig};
use rl_agent::trainer::MODEL_FILE;
use serde::Serialize;

use super::args::EvaluateArgs;
use super::{Failure, say};

/// The statistics, under the names of the JSON object.
#[derive(Debug, Serialize)]
struct Report {
    games: usize,
    deaths: u64,
    mean_lines: f64,
    median_lines: f64,
    min_lines: f64,
    max_lines: f64,
    /// Null with fewer than two games.
    ci95_low: f64,
    ci95_high: f64,
    /// Null if nobody died.
    lines_per_death: Option<f64>,
    pieces: u64,
    pieces_per_second: f64,
}

pub(super) fn run(args: &EvaluateArgs) -> Result<(), Failure> {
    let config = TetrisConfig {
        width: args.width,
        height: args.height,
        pieces: args.pieces,
        ..TetrisConfig::default()
    };
    let env = Tetris::without_colours(config).map_err(Failure::usage)?;
    let evaluation = match (&args.controller, &args.model) {
        (Some(controller), _) => play(&env, controller, args)?,
        (None, Some(path)) => play(&env, &policy(path, &env)?, args)?,
        (None, None) => return Err(Failure::usage("--model or --controller is needed")),
    };
    let report = Report::new(&evaluation);
    say(&if args.json {
        serde_json::to_string(&report).map_err(Failure::failed)?
    } else {
        report.to_text()
    });
    Ok(())
}

fn play<P: Policy<Tetris> + Clone + Send>(
    env: &Tetris,
    policy: &P,
    args: &EvaluateArgs,
) -> Result<Evaluation, Failure> {
    let cores = || thread::available_parallelism().map_or(1, NonZero::get);
    let config = EvaluationConfig {
        games: args.games,
        seed: args.seed,
        max_steps: args.max_pieces,
        threads: args.threads.map_or_else(cores, usize::from),
    };
    evaluate(env, &Scenario::default(), policy, &config, || false).map_err(Failure::failed)
}

/// The player of a model file or of a run's folder.
fn policy(path: &Path, env: &Tetris) -> Result<AfterstatePolicy, Failure> {
    let path = if path.is_dir() {
        path.join(MODEL_FILE)
    } else {
        path.to_owned()
    };
    let model = Model::load(&path).map_err(Failure::usage)?;
    let expected = env.model().feature_names();
    if model.features != expected {
        let (found, expected) = (model.features.join(", "), expected.join(", "));
        return Err(Failure::usage(format!(
            "{} is of another kind: it looks at {found}; this program offers {expected}",
            path.display()
        )));
    }
    Ok(model.policy())
}

impl Report {
    fn new(evaluation: &Evaluation) -> Self {
        let (ci95_low, ci95_high) = evaluation.ci95();
        Self {
            games: evaluation.games.len(),
            deaths: evaluation.deaths(),
            mean_lines: evaluation.mean(),
            median_lines: evaluation.median(),
            min_lines: evaluation.min(),
            max_lines: evaluation.max(),
            ci95_low,
            ci95_high,
            lines_per_death: evaluation.score_per_death(),
            pieces: evaluation.steps(),
            pieces_per_second: evaluation.steps() as f64 / evaluation.seconds,
        }
    }

    fn to_text(&self) -> String {
        let interval = if self.ci95_low.is_finite() {
            format!(
                "  95 % interval {:.1} to {:.1}",
                self.ci95_low, self.ci95_high
            )
        } else {
            String::new()
        };
        let per_death = match self.lines_per_death {
            Some(lines) => format!("{lines:.1}"),
            None => "nobody died".to_owned(),
        };
        [
            format!("games            {:>12}  {} died", self.games, self.deaths),
            format!("lines, mean      {:>12.1}{interval}", self.mean_lines),
            format!("       median    {:>12.1}", self.median_lines),
            format!("       min       {:>12.0}", self.min_lines),
            format!("       max       {:>12.0}", self.max_lines),
            format!("lines per death  {per_death:>12}"),
            format!(
                "pieces           {:>12}  {:.0} a second",
                self.pieces, self.pieces_per_second
            ),
        ]
        .join("\n")
    }
}
