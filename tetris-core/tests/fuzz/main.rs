//! The corpus of the fuzz targets (`fuzz/fuzz_targets`), input by input.

mod checks;

use std::fs;
use std::path::Path;

/// Calls a check with every file of a folder.
fn each(folder: &str, check: fn(&[u8])) {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/corpus");
    let mut files = 0;
    for entry in fs::read_dir(corpus.join(folder)).expect("the folder is there") {
        let path = entry.expect("the folder is read").path();
        // A panic is then printed with the file that made it.
        println!("{}", path.display());
        check(&fs::read(&path).expect("the file is read"));
        files += 1;
    }
    assert!(files >= 20, "{files} files in {folder}");
}

#[test]
fn replays() {
    each("replay", checks::replay);
}

#[test]
fn texts() {
    each("text", checks::text);
}
