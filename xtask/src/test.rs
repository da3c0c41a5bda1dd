//! `cargo xtask test`: everything that proves this repository, on a machine that may have nothing but
//! Rust. It leaves the repository's files as they were, and checks that it did.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::{machine, mutants, page, shell};

/// How many tests ended how.
#[derive(Debug, Default, PartialEq, Eq)]
struct Tally {
    passed: u64,
    failed: u64,
    ignored: u64,
}

pub fn run(args: &[String]) -> Result<()> {
    if let Some(arg) = args.first() {
        bail!("test takes no arguments, not {arg:?}; for some of the tests use cargo test");
    }
    let before = tree();
    machine::packages()?;
    let python = machine::python()?;
    let node = machine::node()?;
    let mut cargo = shell::cargo(&["test", "--workspace", "--locked", "--no-fail-fast"]);
    // snapshots that differ fail; they leave no files behind
    cargo.env("LASTWORD_TEST_PYTHON", python).env("INSTA_UPDATE", "no");
    if let Some(node) = &node {
        shell::look_first_in(&mut cargo, node)?;
    }
    let (tally, success) = tallied(cargo)?;
    let page = success.then(|| page::test(node.as_deref()));
    let mutations = success.then(|| mutants::run(&[]));
    println!("{} passed, {} failed, {} ignored", tally.passed, tally.failed, tally.ignored);
    let Some(mutations) = mutations else {
        bail!("tests failed; the mutation check was not begun");
    };
    mutations?;
    if !page.transpose()?.unwrap_or_default() {
        println!("NOT TESTED: the web page was not built (Node 20 and npm build it)");
    }
    unchanged(before.as_deref(), tree().as_deref())
}

/// Runs the tests, shows what they print and adds up their closing lines.
fn tallied(mut cargo: Command) -> Result<(Tally, bool)> {
    shell::announce(&cargo);
    let mut child = cargo.stdout(Stdio::piped()).spawn().context("can't start cargo")?;
    let mut tally = Tally::default();
    for line in BufReader::new(child.stdout.take().expect("it was piped")).lines() {
        let line = line.context("can't read what the tests print")?;
        tally.add(&line);
        println!("{line}");
    }
    let status = child.wait().context("can't wait for cargo")?;
    Ok((tally, status.success()))
}

impl Tally {
    /// Adds a closing line, `test result: ok. 3 passed; 0 failed; 0 ignored; ...`; others are nothing.
    fn add(&mut self, line: &str) {
        let Some((_, counts)) =
            line.strip_prefix("test result: ").and_then(|rest| rest.split_once(". "))
        else {
            return;
        };
        for count in counts.split("; ") {
            match count.split_once(' ') {
                Some((number, "passed")) => self.passed += number.parse().unwrap_or(0),
                Some((number, "failed")) => self.failed += number.parse().unwrap_or(0),
                Some((number, "ignored")) => self.ignored += number.parse().unwrap_or(0),
                _ => {}
            }
        }
    }
}

/// What git says of the repository's files, where there is git.
fn tree() -> Option<String> {
    let mut git = Command::new("git");
    git.args(["status", "--porcelain"]).current_dir(shell::root()).stderr(Stdio::null());
    let done = git.output().ok()?;
    done.status.success().then(|| String::from_utf8_lossy(&done.stdout).into_owned())
}

fn unchanged(before: Option<&str>, after: Option<&str>) -> Result<()> {
    match (before, after) {
        (Some(before), Some(after)) if before == after => {
            println!("the repository is as it was");
            Ok(())
        }
        (Some(before), Some(after)) => {
            bail!("the repository is not as it was; git status said\n{before}and says\n{after}")
        }
        (None, _) | (_, None) => {
            println!("without git nobody can tell whether the repository is as it was");
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn closing_lines_are_added_up_and_others_are_not() {
        let mut tally = Tally::default();
        tally.add("test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out");
        tally.add("test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 measured");
        tally.add("test 5 passed; 1 failed ... ok");
        assert_eq!(tally, Tally { passed: 15, failed: 2, ignored: 1 });
    }

    #[test]
    fn a_changed_repository_is_an_error_that_names_the_files() {
        assert!(unchanged(Some(""), Some("")).is_ok());
        let error = unchanged(Some(""), Some("?? new.txt\n")).unwrap_err();
        assert!(error.to_string().contains("?? new.txt"));
    }
}
