//! The repository's own files. What is built, and what git keeps for itself, is no part of them.

use std::fs;
use std::path::{Path, PathBuf};

/// A text file, by its path from the repository's root.
pub struct Source {
    pub path: String,
    pub text: String,
}

impl Source {
    /// Whether it is a test of something else.
    pub fn is_test(&self) -> bool {
        self.path.contains("/tests/") || self.path.ends_with("/tests.rs")
    }
}

/// Folders that hold nothing of ours.
const FOREIGN: [&str; 4] = ["target", ".git", "corpus", "node_modules"];
/// Endings of the files that people write.
const WRITTEN: [&str; 9] = ["rs", "toml", "md", "py", "c", "sh", "txt", "yml", "json"];

pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lies in the repository")
}

pub fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

pub fn sources() -> Vec<Source> {
    let mut found = Vec::new();
    walk(root(), &mut found);
    assert!(found.len() > 100, "the walk lost its way: {} files", found.len());
    let source = |path: PathBuf| {
        let name = path.strip_prefix(root()).expect("it was found there").display().to_string();
        Source { text: read(&name), path: name }
    };
    found.into_iter().map(source).collect()
}

fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> = fs::read_dir(folder)
        .expect("a folder can be read")
        .map(|entry| entry.expect("an entry can be read").path())
        .collect();
    entries.sort();
    for path in entries {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() {
            if !FOREIGN.contains(&name.as_str()) {
                walk(&path, found);
            }
        } else if is_written(&path) {
            found.push(path);
        }
    }
}

fn is_written(path: &Path) -> bool {
    match path.extension() {
        Some(ending) => WRITTEN.contains(&ending.to_string_lossy().as_ref()),
        None => path.ends_with(".ci/run"),
    }
}
