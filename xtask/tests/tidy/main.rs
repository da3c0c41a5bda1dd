//! The rules of the house that no compiler checks. Each test is one rule and lists every place that
//! breaks it. CONTRIBUTING.md gives the reasons.

mod crates;
mod rust;
mod tree;

use std::fmt::Write;

use tree::{Source, sources};

/// Lines of a file, without its tests.
const FILE_LINES_MAX: usize = 500;
/// Lines of a function, from `fn` to the closing brace.
const FUNCTION_LINES_MAX: usize = 70;

/// Functions that may be longer, and why.
const LONG_FUNCTIONS: [(&str, &str, &str); 1] = [(
    "crates/arbiter/tests/model/main.rs",
    "scenarios",
    "a table of the worlds that are explored, one after the other",
)];

/// Modules of one crate, and what is above them: they must not name it.
const BELOW: [(&str, &[&str]); 3] = [
    ("crates/lastword/src/house/", &["crate::command", "crate::cli"]),
    ("crates/lastword/src/import/", &["crate::command", "crate::cli", "std::fs", "println!"]),
    ("crates/lastword/src/inventory.rs", &["crate::"]),
];

/// What marks something unfinished. Put together here, so that this file is none of it.
const UNFINISHED: [&str; 7] = [
    concat!("TO", "DO"),
    concat!("FIX", "ME"),
    concat!("X", "XX"),
    concat!("to", "do!("),
    concat!("unimple", "mented!("),
    concat!("db", "g!("),
    concat!("#[ig", "nore"),
];

/// What belongs to a machine or a network and not to the project.
const MACHINES: [&str; 9] = [
    concat!("/wo", "rk/"),
    concat!("/ro", "ot/"),
    concat!("../sha", "red"),
    concat!("rese", "arch/"),
    concat!("DESI", "GN.md"),
    concat!("index.cra", "tes.io"),
    concat!("artif", "actory"),
    concat!("_pr", "oxy="),
    concat!("_PR", "OXY="),
];

fn none(rule: &str, broken: Vec<String>) {
    let mut list = String::new();
    for place in &broken {
        let _ = writeln!(list, "  {place}");
    }
    assert!(broken.is_empty(), "{rule}; {} places break it:\n{list}", broken.len());
}

fn rust_files() -> impl Iterator<Item = Source> {
    sources().into_iter().filter(|source| source.path.ends_with(".rs"))
}

/// The lines that contain one of the words.
fn lines_with(source: &Source, words: &[&str]) -> Vec<String> {
    let lines = source.text.lines().enumerate();
    let hits = lines.filter_map(|(number, line)| {
        let word = words.iter().find(|word| line.contains(**word))?;
        Some(format!("{}:{}: {word}", source.path, number + 1))
    });
    hits.collect()
}

#[test]
fn files_are_short() {
    let long = rust_files().filter(|source| !source.is_test());
    let long = long.map(|source| (rust::lines_without_tests(&source.text), source.path));
    let broken = long.filter(|(lines, _)| *lines > FILE_LINES_MAX);
    let broken = broken.map(|(lines, path)| format!("{path}: {lines} lines"));
    none("a file has at most 500 lines without its tests", broken.collect());
}

#[test]
fn functions_are_short() {
    let excepted = |path: &str, name: &str| {
        LONG_FUNCTIONS.iter().any(|(file, function, _)| *file == path && *function == name)
    };
    let mut broken = Vec::new();
    for source in rust_files() {
        for function in rust::functions(&source.text) {
            if function.lines > FUNCTION_LINES_MAX && !excepted(&source.path, &function.name) {
                let rust::Function { name, line, lines } = function;
                broken.push(format!("{}:{line}: fn {name} has {lines} lines", source.path));
            }
        }
    }
    none("a function has at most 70 lines", broken);
}

#[test]
fn exceptions_are_needed() {
    let needed = |(file, name, _): &&(&str, &str, &str)| {
        let source = rust_files().find(|source| source.path == *file);
        let functions = source.map(|source| rust::functions(&source.text)).unwrap_or_default();
        functions.iter().any(|f| f.name == *name && f.lines > FUNCTION_LINES_MAX)
    };
    let broken = LONG_FUNCTIONS.iter().filter(|entry| !needed(entry));
    none("an exception is for something", broken.map(|entry| format!("{entry:?}")).collect());
}

#[test]
fn every_module_says_what_it_is_for() {
    let silent = rust_files().filter(|source| !rust::opens_with_its_job(&source.text));
    none("a module opens with //! and its job", silent.map(|source| source.path).collect());
}

#[test]
fn no_documentation_is_empty() {
    let mut broken = Vec::new();
    for source in sources() {
        if source.path.ends_with(".rs") {
            let empty = rust::empty_docs(&source.text).into_iter();
            broken.extend(empty.map(|line| format!("{}:{line}", source.path)));
        } else if source.text.trim().is_empty() {
            broken.push(source.path);
        }
    }
    none("a comment for readers says something", broken);
}

#[test]
fn nothing_is_unfinished() {
    let broken = sources().iter().flat_map(|source| lines_with(source, &UNFINISHED)).collect();
    none("nothing is left for later, printed for debugging or left out of the tests", broken);
}

#[test]
fn every_exemption_from_a_lint_has_a_reason() {
    let mut broken = Vec::new();
    for source in rust_files() {
        let lines = rust::exemptions_without_reason(&source.text).into_iter();
        broken.extend(lines.map(|line| format!("{}:{line}", source.path)));
    }
    none("#[expect(..., reason = \"...\")] says why; #[allow] is for what may not occur", broken);
}

#[test]
fn nothing_tells_of_a_machine_or_a_network() {
    let broken = sources().iter().flat_map(|source| lines_with(source, &MACHINES)).collect();
    none("the repository is the same on every machine", broken);
}

#[test]
fn locked_packages_come_from_the_public_registry() {
    let lock = tree::read("Cargo.lock");
    let wrong = lock.lines().filter(|line| {
        let registry = "source = \"registry+https://github.com/rust-lang/crates.io-index\"";
        line.starts_with("source = ") && *line != registry
    });
    none("Cargo.lock names crates.io alone", wrong.map(str::to_owned).collect());
}

#[test]
fn crates_know_only_what_they_may() {
    none("a crate knows no other than it may (ARCHITECTURE.md)", crates::wrong_dependencies());
}

#[test]
fn modules_know_nothing_of_what_is_above_them() {
    let mut broken = Vec::new();
    for (below, above) in BELOW {
        let lower: Vec<Source> = rust_files().filter(|it| it.path.starts_with(below)).collect();
        assert!(!lower.is_empty(), "{below} is there");
        broken.extend(lower.iter().flat_map(|source| lines_with(source, above)));
    }
    none("a module does not name what is above it", broken);
}

#[test]
fn pure_crates_cannot_reach_the_world() {
    none("a pure crate is no_std and never says std::", crates::impure());
}

#[test]
fn dependencies_are_declared_once_and_with_a_reason() {
    none("a dependency is a line with a reason in the workspace", crates::undeclared());
}

#[test]
fn the_map_shows_every_crate_and_no_place_that_is_not_there() {
    none("ARCHITECTURE.md is true", crates::wrong_map());
}
