//! Results of evaluations: their statistics, and the folder in which they lie.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use rl_agent::atomic_file;
use rl_agent::evaluation::{AnyMatch, Evaluation, Game};
use serde::{Deserialize, Serialize};

use super::Failure;
use super::args::EvaluateArgs;

/// Who plays what, from before the first game on.
pub(super) const QUESTION_FILE: &str = "evaluation.json";
const STATE_FILE: &str = "evaluation.bin";
/// The table of the games, once all have been played.
pub(super) const GAMES_FILE: &str = "games.csv";

/// Its first line.
const HEADER: &str = "game,lines,pieces,died";

/// Who plays what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Question {
    pub(super) player: String,
    pub(super) width: u8,
    pub(super) height: u8,
    pub(super) pieces: String,
    #[serde(default)]
    pub(super) hold: bool,
    #[serde(default)]
    pub(super) preview: u8,
    pub(super) seed: u64,
    pub(super) max_pieces: Option<u64>,
    pub(super) first_game: u64,
    pub(super) games: u64,
}

impl Question {
    /// What is asked of a player by the options of an evaluation.
    pub(super) fn of(player: String, args: &EvaluateArgs) -> Self {
        Self {
            player,
            width: args.width,
            height: args.height,
            pieces: args.pieces.to_string(),
            hold: args.hold,
            preview: args.preview,
            seed: args.seed,
            max_pieces: args.max_pieces,
            first_game: args.first_game,
            games: args.games,
        }
    }

    /// The same whichever range of the games is played.
    pub(super) fn whole(&self) -> Self {
        Self {
            first_game: 0,
            games: 0,
            ..self.clone()
        }
    }
}

/// The folder of one evaluation.
#[derive(Debug)]
pub(super) struct Folder(PathBuf);

impl Folder {
    /// The folder at `path`, begun if there is none.
    pub(super) fn of(path: &Path, question: &Question) -> Result<Self, Failure> {
        let folder = Self(path.to_owned());
        let asked = folder.0.join(QUESTION_FILE);
        if !asked.exists() {
            fs::create_dir_all(path).map_err(at(path))?;
            let text = serde_json::to_string_pretty(question).map_err(Failure::failed)?;
            atomic_file::write(&asked, text.as_bytes()).map_err(at(&asked))?;
        } else if question_of(path)? != *question {
            return Err(Failure::usage(format!(
                "{} holds another evaluation (see {}); choose another --out",
                path.display(),
                asked.display()
            )));
        }
        Ok(folder)
    }

    /// Brings games of the same evaluation to where they were put away, if they were.
    pub(super) fn go_on(&self, playing: &mut dyn AnyMatch) -> Result<(), Failure> {
        let path = self.0.join(STATE_FILE);
        let bytes = match fs::read(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            bytes => bytes.map_err(at(&path))?,
        };
        match playing.go_on_from(&bytes) {
            true => Ok(()),
            false => Err(Failure::failed(format!(
                "{} is damaged or of another version; remove it to begin again",
                path.display()
            ))),
        }
    }

    pub(super) fn save_state(&self, playing: &dyn AnyMatch) -> Result<(), Failure> {
        let path = self.0.join(STATE_FILE);
        atomic_file::write(&path, &playing.to_bytes()).map_err(at(&path))
    }

    pub(super) fn save_games(&self, first: u64, games: &[Game]) -> Result<(), Failure> {
        let mut text = format!("{HEADER}\n");
        for (game, index) in games.iter().zip(first..) {
            text += &format!(
                "{index},{},{},{}\n",
                game.score,
                game.steps,
                u8::from(game.terminated)
            );
        }
        let path = self.0.join(GAMES_FILE);
        atomic_file::write(&path, text.as_bytes()).map_err(at(&path))
    }
}

/// What the evaluation in a folder asked.
pub(super) fn question_of(folder: &Path) -> Result<Question, Failure> {
    let path = folder.join(QUESTION_FILE);
    let text = fs::read_to_string(&path).map_err(at(&path))?;
    serde_json::from_str(&text)
        .map_err(|error| Failure::failed(format!("{}: {error}", path.display())))
}

/// The games of a folder, by their numbers: all that `question` asks for, or the folder is refused. A table that was cut
/// short, by a full disk or on its way from another machine, would give other results without a word.
pub(super) fn games_of(folder: &Path, question: &Question) -> Result<Vec<(u64, Game)>, Failure> {
    let path = folder.join(GAMES_FILE);
    let text = fs::read_to_string(&path).map_err(at(&path))?;
    let wrong = |what: String| {
        Failure::failed(format!(
            "{} {what}; copy it anew, or remove it and give the command that made it once more",
            path.display()
        ))
    };
    let Some(rows) = text.strip_prefix(HEADER) else {
        return Err(wrong(format!("does not begin with {HEADER}")));
    };
    let games: Option<Vec<_>> = rows.lines().skip(1).map(game).collect();
    let games = games.ok_or_else(|| wrong("is no table of games".to_owned()))?;
    let whole = games.len() as u64 == question.games && text.ends_with('\n');
    if !whole {
        let (found, asked) = (games.len(), question.games);
        return Err(wrong(format!("is cut: {found} rows are there of {asked}")));
    }
    let mut numbers = games
        .iter()
        .map(|(number, _)| *number)
        .zip(question.first_game..);
    match numbers.find(|(is, due)| is != due) {
        None => Ok(games),
        Some((is, due)) => Err(wrong(format!("has game {is} where game {due} is due"))),
    }
}

/// A row of the table.
fn game(line: &str) -> Option<(u64, Game)> {
    let cells: Vec<&str> = line.split(',').collect();
    let [number, lines, pieces, died] = cells[..] else {
        return None;
    };
    let steps: u64 = pieces.parse().ok()?;
    let terminated = match died {
        "0" => false,
        "1" => true,
        _ => return None,
    };
    let game = Game {
        score: lines.parse().ok()?,
        reward: steps as f64,
        steps,
        terminated,
    };
    Some((number.parse().ok()?, game))
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> Failure {
    let path = path.display().to_string();
    move |error| Failure::failed(format!("{path}: {error}"))
}

/// The statistics, under the names of the JSON object.
#[derive(Debug, Serialize)]
pub(super) struct Statistics {
    pub(super) games: usize,
    pub(super) deaths: u64,
    /// Games cut by `--max-pieces`: with any, the mean is a lower bound.
    pub(super) cut: u64,
    pub(super) mean_lines: f64,
    median_lines: f64,
    min_lines: f64,
    max_lines: f64,
    /// Null with fewer than two games.
    pub(super) ci95_low: f64,
    pub(super) ci95_high: f64,
    /// Null if nobody died.
    pub(super) lines_per_death: Option<f64>,
    lines_per_death_low: Option<f64>,
    lines_per_death_high: Option<f64>,
    /// Steps: pieces, or keys.
    pieces: u64,
    pieces_per_second: f64,
}

impl Statistics {
    pub(super) fn new(evaluation: &Evaluation) -> Self {
        let (ci95_low, ci95_high) = evaluation.ci95();
        let per_death = evaluation.score_per_death_ci95();
        Self {
            games: evaluation.games.len(),
            deaths: evaluation.deaths(),
            cut: evaluation.cut(),
            mean_lines: evaluation.mean(),
            median_lines: evaluation.median(),
            min_lines: evaluation.min(),
            max_lines: evaluation.max(),
            ci95_low,
            ci95_high,
            lines_per_death: evaluation.score_per_death(),
            lines_per_death_low: per_death.map(|(low, _)| low),
            lines_per_death_high: per_death.map(|(_, high)| high),
            pieces: evaluation.steps(),
            pieces_per_second: evaluation.steps() as f64 / evaluation.seconds,
        }
    }

    /// For people; `unit` is what a step is called.
    pub(super) fn to_text(&self, unit: &str) -> String {
        let interval = |low: f64, high: f64| {
            if low.is_finite() {
                format!("  95 % interval {low:.1} to {high:.1}")
            } else {
                String::new()
            }
        };
        let (cut, bound) = match self.cut {
            0 => (String::new(), ""),
            cut => (format!(", {cut} cut"), "  (a lower bound: games were cut)"),
        };
        let per_death = match (
            self.lines_per_death,
            self.lines_per_death_low,
            self.lines_per_death_high,
        ) {
            (Some(lines), Some(low), Some(high)) => {
                format!("{lines:>12.1}{}", interval(low, high))
            }
            _ => format!("{:>12}", "nobody died"),
        };
        [
            format!(
                "games            {:>12}  {} died{cut}",
                self.games, self.deaths
            ),
            format!(
                "lines, mean      {:>12.1}{}{bound}",
                self.mean_lines,
                interval(self.ci95_low, self.ci95_high)
            ),
            format!("       median    {:>12.1}", self.median_lines),
            format!("       min       {:>12.0}", self.min_lines),
            format!("       max       {:>12.0}", self.max_lines),
            format!("lines per death  {per_death}"),
            format!(
                "{unit:<17}{:>12}  {:.0} a second",
                self.pieces, self.pieces_per_second
            ),
        ]
        .join("\n")
    }
}
