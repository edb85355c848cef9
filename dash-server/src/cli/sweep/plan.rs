//! The plan of a sweep. Whatever is wrong with it comes to light before anything is trained.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Component, Path, PathBuf};

use dash_server::config::RunConfig;
use serde::Deserialize;

use crate::cli::Failure;
use crate::cli::args::RunArgs;

/// What is trained, in which variants, with which seeds, and how it is judged.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Plan {
    preset: Option<String>,
    config: Option<PathBuf>,
    seeds: Vec<u64>,
    pub(super) steps: u64,
    #[serde(default = "as_it_is")]
    variants: Vec<Variant>,
    pub(super) evaluation: Judgement,
}

/// Settings on top of the plan's.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Variant {
    name: String,
    #[serde(default)]
    set: Vec<String>,
}

fn as_it_is() -> Vec<Variant> {
    let (name, set) = ("run".to_owned(), Vec::new());
    vec![Variant { name, set }]
}

/// The games every model plays in the end.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Judgement {
    pub(super) games: u64,
    #[serde(default)]
    pub(super) seed: u64,
    pub(super) max_pieces: Option<u64>,
    #[serde(default = "ten")]
    pub(super) width: u8,
    #[serde(default = "twenty")]
    pub(super) height: u8,
}

fn ten() -> u8 {
    10
}

fn twenty() -> u8 {
    20
}

/// A variant with a seed.
#[derive(Debug)]
pub(super) struct Job {
    /// Its folder within that of the sweep.
    pub(super) name: String,
    /// What `train` is told.
    pub(super) run: RunArgs,
    /// What that comes to, the plan's steps included: what the folder of the run holds once it has begun.
    pub(super) config: RunConfig,
}

impl Plan {
    /// The plan of a file, and its jobs: variant by variant, each with every seed.
    pub(super) fn read(path: &Path) -> Result<(Self, Vec<Job>), Failure> {
        let wrong = |error: &dyn ToString| {
            Failure::usage(format!("{}: {}", path.display(), error.to_string()))
        };
        let text = fs::read_to_string(path).map_err(|error| wrong(&error))?;
        let plan: Self = toml::from_str(&text).map_err(|error| wrong(&error))?;
        plan.check().map_err(|error| wrong(&error))?;
        let jobs = plan.jobs().map_err(|error| wrong(&error))?;
        Ok((plan, jobs))
    }

    fn check(&self) -> Result<(), String> {
        if self.seeds.is_empty() || self.variants.is_empty() {
            return Err("a plan needs at least one seed and one variant".to_owned());
        }
        if self.preset.is_some() && self.config.is_some() {
            return Err(
                "a plan begins with a `preset` or with a `config`; take one of them out".to_owned(),
            );
        }
        if self.evaluation.games == 0 {
            return Err("evaluation.games = 0; at least 1 is expected".to_owned());
        }
        if self.evaluation.max_pieces == Some(0) {
            return Err("evaluation.max_pieces = 0; at least 1 is expected".to_owned());
        }
        // Two of a kind would share a folder, and the second one would be taken for done.
        if let Some(seed) = twice(&self.seeds) {
            return Err(format!("the seed {seed} is there twice"));
        }
        let names: Vec<&str> = self.variants.iter().map(|it| &*it.name).collect();
        if let Some(name) = twice(&names) {
            return Err(format!("two variants are called {name:?}"));
        }
        match names.iter().find(|name| !is_plain(name)) {
            None => Ok(()),
            Some(name) => Err(format!(
                "a variant is called {name:?}, but its name becomes that of a folder; take letters, digits, - and _"
            )),
        }
    }

    fn jobs(&self) -> Result<Vec<Job>, String> {
        let pairs = self
            .variants
            .iter()
            .flat_map(|variant| self.seeds.iter().map(move |&seed| (variant, seed)));
        pairs
            .map(|(variant, seed)| self.job(variant, seed))
            .collect()
    }

    fn job(&self, variant: &Variant, seed: u64) -> Result<Job, String> {
        let run = RunArgs {
            preset: self.preset.clone().unwrap_or_else(|| "quick".to_owned()),
            config: self.config.clone(),
            set: variant.set.clone(),
            seed: Some(seed),
        };
        let config = run
            .tables()
            .and_then(|(_, tables)| RunConfig::from_tables(&tables));
        let mut config =
            config.map_err(|error| format!("the variant {:?}: {error}", variant.name))?;
        config.trainer.total_steps = Some(self.steps);
        Ok(Job {
            name: format!("{}-{seed}", variant.name),
            run,
            config,
        })
    }
}

/// What is there more than once, if something is.
fn twice<T: Ord>(all: &[T]) -> Option<&T> {
    let mut seen = BTreeSet::new();
    all.iter().find(|one| !seen.insert(*one))
}

/// Whether a name is that of a folder right where it is made, and not a way to somewhere else.
fn is_plain(name: &str) -> bool {
    let mut parts = Path::new(name).components();
    // "a/" is one part as well, but not the same as its name.
    matches!((parts.next(), parts.next()), (Some(Component::Normal(part)), None) if part == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is said of a plan with one thing changed.
    fn said(from: &str, to: &str) -> String {
        let good = "preset = \"quick\"\nseeds = [1, 2]\nsteps = 100\n[[variants]]\nname = \"a\"\nset = []\n\
            [[variants]]\nname = \"b\"\nset = [\"agent.gamma=0.9\"]\n[evaluation]\ngames = 3\nmax_pieces = 9\n";
        assert!(from.is_empty() || good.contains(from), "{from}");
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("plan.toml");
        fs::write(&path, good.replacen(from, to, 1)).unwrap();
        match Plan::read(&path) {
            Ok((_, jobs)) => format!("{} jobs", jobs.len()),
            Err(failure) => {
                assert_eq!(failure.code, 2);
                assert!(failure.message.contains("plan.toml: "), "{failure:?}");
                failure.message
            }
        }
    }

    #[test]
    fn a_plan_that_cannot_be_is_refused_as_a_whole() {
        assert_eq!(said("", ""), "4 jobs");
        for (from, to, expected) in [
            ("[1, 2]", "[]", "at least one seed"),
            ("[1, 2]", "[1, 1]", "the seed 1 is there twice"),
            ("\"b\"", "\"a\"", "two variants are called \"a\""),
            ("games = 3", "games = 0", "games = 0"),
            ("max_pieces = 9", "max_pieces = 0", "max_pieces = 0"),
            ("agent.gamma", "agent.gama", "the variant \"b\": "),
            ("agent.gamma", "agent.gama", "did you mean `gamma`?"),
            ("=0.9", "=9", "expected a number in [0, 1]"),
            ("\"quick\"", "\"quik\"", "there are: quick"),
            ("preset", "config = \"a.toml\"\npreset", "take one of them"),
            ("preset = \"quick\"", "config = \"a.toml\"", "a.toml"),
        ] {
            let said = said(from, to);
            assert!(said.contains(expected), "{to}: {said}");
        }
        for name in ["../../esc", "..", ".", "", "a/b", "a/", "/a"] {
            let said = said("\"b\"", &format!("{name:?}"));
            assert!(said.contains("becomes that of a folder"), "{name}: {said}");
        }
    }
}
