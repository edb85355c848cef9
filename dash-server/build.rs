//! Builds the page and writes the table of assets that `src/assets.rs` includes.
//!
//! With the feature `ui` off there is nothing to do. With it on, a packaged `web/dist` is taken as it is; in a
//! repository, where `web/src` is there too, the page is bundled from source by Node in a copy under `OUT_DIR`, so that
//! the source tree is never written to. `npm ci` runs only when the lock file has changed.

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs, io};

/// What the bundler reads, beside `web/src`.
const FILES: [&str; 6] = [
    "package.json",
    "package-lock.json",
    ".npmrc",
    "build.mjs",
    "index.html",
    "favicon.svg",
];

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if env::var_os("CARGO_FEATURE_UI").is_none() {
        return;
    }
    if let Err(reason) = embed_page() {
        println!("cargo::error={reason}");
        std::process::exit(1);
    }
}

fn embed_page() -> Result<(), String> {
    let out =
        PathBuf::from(env::var_os("OUT_DIR").ok_or("OUT_DIR is not set: run this through cargo")?);
    let web =
        PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").ok_or("CARGO_MANIFEST_DIR is not set")?)
            .join("web");
    let page = if web.join("src").is_dir() {
        bundle(&web, &out)?
    } else {
        let dist = web.join("dist");
        println!("cargo::rerun-if-changed={}", dist.display());
        dist
    };
    let manifest_file = page.join("manifest.txt");
    let manifest =
        fs::read_to_string(&manifest_file).map_err(|error| because(&manifest_file, &error))?;
    let table = assets_table(&page, &manifest)?;
    let table_file = out.join("assets_table.rs");
    fs::write(&table_file, table).map_err(|error| because(&table_file, &error))
}

/// Bundles the page from `web` and answers with the folder it lies in.
fn bundle(web: &Path, out: &Path) -> Result<PathBuf, String> {
    let (work, page) = (out.join("web"), out.join("page"));
    println!("cargo::rerun-if-changed={}", web.join("src").display());
    fs::create_dir_all(&work).map_err(|error| because(&work, &error))?;
    for file in FILES {
        let source = web.join(file);
        println!("cargo::rerun-if-changed={}", source.display());
        fs::copy(&source, work.join(file)).map_err(|error| because(&source, &error))?;
    }
    // A file deleted from the sources must not live on in the copy.
    let sources = work.join("src");
    if sources.exists() {
        fs::remove_dir_all(&sources).map_err(|error| because(&sources, &error))?;
    }
    copy_folder(&web.join("src"), &sources).map_err(|error| because(&sources, &error))?;

    install(&work)?;
    let mut node = Command::new("node");
    node.arg("build.mjs")
        .arg("--out")
        .arg(&page)
        .current_dir(&work);
    run(node, "bundling the page")?;
    Ok(page)
}

/// Brings in the packages of the lock file, unless those in `work` already are.
fn install(work: &Path) -> Result<(), String> {
    let (lock_file, stamp) = (
        work.join("package-lock.json"),
        work.join("node_modules/.installed-lock"),
    );
    let lock = fs::read(&lock_file).map_err(|error| because(&lock_file, &error))?;
    if fs::read(&stamp).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    let mut npm = Command::new(if cfg!(windows) { "npm.cmd" } else { "npm" });
    npm.args([
        "ci",
        "--omit=dev",
        "--ignore-scripts",
        "--no-audit",
        "--no-fund",
    ])
    .current_dir(work);
    run(npm, "fetching the packages of the page")?;
    fs::write(&stamp, lock).map_err(|error| because(&stamp, &error))
}

fn run(mut command: Command, doing: &str) -> Result<(), String> {
    let output = command.output().map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => "the page is built with Node and npm, which are not on the PATH: install Node 20 or \
            later, or build without the page by `cargo build -p dash-server --no-default-features --features cli`"
            .to_owned(),
        _ => format!("{doing} could not start: {error}"),
    })?;
    if output.status.success() {
        return Ok(());
    }
    let said = [output.stdout, output.stderr].concat();
    for line in String::from_utf8_lossy(&said)
        .lines()
        .filter(|line| !line.trim().is_empty())
    {
        println!("cargo::warning={line}");
    }
    Err(format!(
        "{doing} failed ({}); its output stands above",
        output.status
    ))
}

/// The Rust source of the asset table. Each line of the manifest is path, file, content type, caching and ETag.
fn assets_table(page: &Path, manifest: &str) -> Result<String, String> {
    let mut table = String::from("pub(crate) static ASSETS: &[Asset] = &[\n");
    for line in manifest.lines() {
        let fields: Vec<&str> = line.split('\t').collect();
        let &[path, file, content_type, caching, etag] = fields.as_slice() else {
            return Err(format!(
                "{} has a line of {} fields instead of 5",
                page.display(),
                fields.len()
            ));
        };
        let body = page.join(file);
        let _ = writeln!(
            table,
            "    Asset {{ path: {path:?}, content_type: {content_type:?}, immutable: {}, etag: {:?}, \
             body: include_bytes!({body:?}), gzip: {}, brotli: {} }},",
            caching == "immutable",
            format!("\"{etag}\""),
            packed(&body, "gz"),
            packed(&body, "br"),
        );
    }
    table.push_str("];\n");
    Ok(table)
}

fn packed(body: &Path, extension: &str) -> String {
    let mut name = body.as_os_str().to_owned();
    name.push(OsStr::new("."));
    name.push(extension);
    let file = PathBuf::from(name);
    if file.exists() {
        format!("Some(include_bytes!({file:?}))")
    } else {
        "None".to_owned()
    }
}

fn copy_folder(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_folder(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

fn because(path: &Path, error: &io::Error) -> String {
    format!("{}: {error}", path.display())
}
