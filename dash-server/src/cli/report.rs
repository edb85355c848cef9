//! `tetris-dash report`: one table of all evaluations below a folder, ranges of games from several machines merged.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use rl_agent::evaluation::{Evaluation, Game};

use super::args::ReportArgs;
use super::results::{GAMES_FILE, Question, Statistics, games_of, question_of};
use super::sweep::read_cost;
use super::{Failure, say};

/// Folders within folders that are looked into.
const DEPTH: usize = 4;

/// All games of one player.
#[derive(Debug)]
struct Entry {
    question: Question,
    name: String,
    /// Wall-clock and CPU seconds of the training, where a sweep wrote them down.
    cost: Option<(f64, f64)>,
    games: BTreeMap<u64, Game>,
}

pub(super) fn run(args: &ReportArgs) -> Result<(), Failure> {
    let mut folders = Vec::new();
    find(&args.folder, DEPTH, &mut folders)?;
    folders.sort();
    if folders.is_empty() {
        return Err(Failure::usage(format!(
            "there is no finished evaluation below {}; make one with evaluate --out or sweep",
            args.folder.display()
        )));
    }
    let mut entries: Vec<Entry> = Vec::new();
    for folder in &folders {
        let asked = question_of(folder)?;
        let games = games_of(folder, &asked)?;
        let question = asked.whole();
        match entries.iter_mut().find(|entry| entry.question == question) {
            Some(entry) => entry.games.extend(games),
            None => entries.push(Entry {
                name: name(&args.folder, folder),
                cost: folder
                    .parent()
                    .and_then(read_cost)
                    .map(|cost| (cost.wall_seconds, cost.cpu_seconds)),
                question,
                games: games.into_iter().collect(),
            }),
        }
    }
    let mut lines = vec![
        "| run | board | games | died | mean lines | 95 % interval | lines per death | training wall s | CPU s |".to_owned(),
        "|---|---|---|---|---|---|---|---|---|".to_owned(),
    ];
    let mut groups: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    for entry in &entries {
        let evaluation = Evaluation {
            games: entry.games.values().copied().collect(),
            seconds: f64::NAN,
        };
        let of = Statistics::new(&evaluation);
        lines.push(row(entry, &of));
        let figure = match of.cut {
            0 => of.mean_lines,
            _ => of.lines_per_death.unwrap_or(f64::INFINITY),
        };
        let group = entry.name.rsplit_once('-').map_or(&*entry.name, |(g, _)| g);
        groups.entry(group).or_default().push(figure);
    }
    for (group, mut figures) in groups.into_iter().filter(|(_, figures)| figures.len() > 1) {
        figures.sort_by(f64::total_cmp);
        let n = figures.len();
        let median = (figures[(n - 1) / 2] + figures[n / 2]) / 2.0;
        lines.push(format!(
            "| **{group}**, median of {n} | | | | {median:.0} | {:.0} to {:.0} (least, most) | | | |",
            figures[0],
            figures[n - 1]
        ));
    }
    say(&lines.join("\n"))?;
    Ok(())
}

fn row(entry: &Entry, of: &Statistics) -> String {
    let Question { width, height, .. } = entry.question;
    let bound = if of.cut > 0 { "> " } else { "" };
    let (wall, cpu) = entry.cost.map_or_else(Default::default, |(wall, cpu)| {
        (format!("{wall:.1}"), format!("{cpu:.1}"))
    });
    format!(
        "| {} | {width}x{height} | {} | {} | {bound}{:.0} | {:.0} to {:.0} | {} | {wall} | {cpu} |",
        entry.name,
        of.games,
        of.deaths,
        of.mean_lines,
        of.ci95_low,
        of.ci95_high,
        of.lines_per_death
            .map_or_else(|| "nobody died".to_owned(), |lines| format!("{lines:.0}")),
    )
}

/// The place of an evaluation below `root`, without its own last name.
fn name(root: &Path, folder: &Path) -> String {
    let place = folder.strip_prefix(root).unwrap_or(folder);
    let place = match place.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => place,
    };
    place.display().to_string()
}

fn find(folder: &Path, depth: usize, found: &mut Vec<PathBuf>) -> Result<(), Failure> {
    if folder.join(GAMES_FILE).is_file() {
        found.push(folder.to_owned());
    }
    if depth == 0 {
        return Ok(());
    }
    let failed = |error| Failure::usage(format!("{}: {error}", folder.display()));
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.is_dir() {
            find(&path, depth - 1, found)?;
        }
    }
    Ok(())
}
