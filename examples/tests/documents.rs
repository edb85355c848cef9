//! What the documents say of the workspace: that links lead somewhere, that the examples and benches in their commands
//! exist, and that every dependency has its reason in DESIGN.md.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Every document of the repository, with its text.
fn documents() -> Vec<(PathBuf, String)> {
    let listed = Command::new("git")
        .args(["ls-files", "*.md"])
        .current_dir(root())
        .output()
        .expect("git");
    let names = String::from_utf8(listed.stdout).expect("names in UTF-8");
    let documents: Vec<_> = names
        .lines()
        .map(|name| root().join(name))
        .map(|path| (path.clone(), read(&path)))
        .collect();
    assert!(documents.len() > 10, "documents: {}", documents.len());
    documents
}

fn packages() -> Vec<Value> {
    let told = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--format-version", "1"])
        .current_dir(root())
        .output()
        .expect("cargo");
    let metadata: Value = serde_json::from_slice(&told.stdout).expect("metadata");
    metadata["packages"].as_array().expect("packages").clone()
}

fn name_of(value: &Value) -> String {
    value["name"].as_str().expect("a name").to_owned()
}

/// What leads to a heading: its words in lower case with hyphens between them.
fn anchor_of(heading: &str) -> String {
    let kept = heading.trim().to_lowercase();
    let kept = kept
        .chars()
        .filter(|sign| sign.is_alphanumeric() || " -_".contains(*sign));
    kept.collect::<String>().replace(' ', "-")
}

fn has_heading(document: &str, anchor: &str) -> bool {
    let headings = document.lines().filter(|line| line.starts_with('#'));
    headings
        .map(|line| anchor_of(line.trim_start_matches('#')))
        .any(|heading| heading == anchor)
}

#[test]
fn links_lead_somewhere() {
    let (mut files, mut headings) = (0, 0);
    for (path, text) in documents() {
        let folder = path.parent().expect("a folder");
        for link in text.split("](").skip(1) {
            let link = link.split(')').next().expect("an end");
            if link.contains("://") {
                continue;
            }
            let (target, anchor) = link.split_once('#').unwrap_or((link, ""));
            let place = match target {
                "" => path.clone(),
                target => folder.join(target),
            };
            assert!(place.exists(), "{}: {target}", path.display());
            files += 1;
            if !anchor.is_empty() {
                assert!(
                    has_heading(&read(&place), anchor),
                    "{}: {link}",
                    path.display()
                );
                headings += 1;
            }
        }
    }
    assert!(
        files > 20 && headings > 0,
        "{files} links, {headings} to headings"
    );
}

#[test]
fn files_that_are_named_exist() {
    let folders = [
        "tetris-core/",
        "rl-agent/",
        "dash-server/",
        "examples/",
        "benches/",
        "scripts/",
    ];
    let mut seen = 0;
    for (path, text) in documents() {
        let quoted = text.split('`').skip(1).step_by(2);
        let is_path = |name: &&str| {
            let plain = |sign: char| sign.is_ascii_alphanumeric() || "/-_.".contains(sign);
            folders.iter().any(|folder| name.starts_with(folder)) && name.chars().all(plain)
        };
        for name in quoted.filter(is_path) {
            assert!(root().join(name).exists(), "{}: {name}", path.display());
            seen += 1;
        }
    }
    assert!(seen > 20, "files: {seen}");
}

#[test]
fn examples_and_benches_of_the_commands_exist() {
    let targets: BTreeSet<(String, String)> = packages()
        .iter()
        .flat_map(|package| package["targets"].as_array().expect("targets").clone())
        .flat_map(|target| {
            let kinds = target["kind"].as_array().expect("kinds").clone();
            kinds.into_iter().map(move |kind| {
                let kind = kind.as_str().expect("a kind").to_owned();
                (kind, name_of(&target))
            })
        })
        .collect();
    let mut seen = 0;
    for (path, text) in documents() {
        for kind in ["example", "bench"] {
            for after in text.split(&format!("--{kind} ")).skip(1) {
                let is_part = |sign: char| sign.is_ascii_alphanumeric() || sign == '_';
                let end = after.find(|sign| !is_part(sign)).unwrap_or(after.len());
                let target = (kind.to_owned(), after[..end].to_owned());
                assert!(targets.contains(&target), "{}: {target:?}", path.display());
                seen += 1;
            }
        }
    }
    assert!(seen > 10, "commands: {seen}");
}

#[test]
fn every_dependency_has_its_reason() {
    let design = read(&root().join("DESIGN.md"));
    let section = design.split("## Dependencies").nth(1).expect("a section");
    let explained: BTreeSet<String> = section
        .lines()
        .filter_map(|line| line.strip_prefix("| ")?.split(" |").next())
        .filter(|cell| *cell != "dependency")
        .flat_map(|cell| cell.split(", "))
        .map(str::to_owned)
        .collect();

    let packages = packages();
    let own: BTreeSet<String> = packages.iter().map(name_of).collect();
    let mut used: BTreeSet<String> = packages
        .iter()
        .flat_map(|package| package["dependencies"].as_array().expect("a list").clone())
        .map(|dependency| name_of(&dependency))
        .filter(|name| !own.contains(name))
        .collect();
    let page = read(&root().join("dash-server/web/package.json"));
    let page: Value = serde_json::from_str(&page).expect("package.json");
    for kind in ["dependencies", "devDependencies"] {
        used.extend(page[kind].as_object().expect("a map").keys().cloned());
    }
    assert_eq!(explained, used);
}
