//! One proof: a group of the core's tests, built and run in the copy, with an end to patience. It does
//! not know what is broken.

use std::fmt;
use std::fs::File;
use std::path::PathBuf;
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use serde_json::Value;

use super::copy::Copy;
use crate::shell;

/// How long to sleep between two looks at a running proof.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// Which tests, as in the list: `--lib FILTER...` or `--test NAME FILTER...`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Proof {
    target: Vec<String>,
    filters: Vec<String>,
}

/// What a proof said.
#[derive(Debug)]
pub enum Verdict {
    /// Nothing is wrong, says each of so many tests.
    Passed { tests: u64 },
    /// Something is wrong: which tests say so.
    Noticed(String),
}

impl TryFrom<String> for Proof {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let words: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
        let length = match words.first().map(String::as_str) {
            Some("--lib") => 1,
            Some("--test") if words.len() > 1 => 2,
            _ => return Err(format!("a proof is --lib or --test NAME, not {text:?}")),
        };
        let (target, filters) = words.split_at(length);
        Ok(Self { target: target.to_vec(), filters: filters.to_vec() })
    }
}

impl fmt::Display for Proof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words: Vec<&str> =
            self.target.iter().chain(&self.filters).map(String::as_str).collect();
        f.write_str(&words.join(" "))
    }
}

impl Proof {
    /// Builds and runs it. A core that can't be built is no broken rule but a wrong mutation.
    pub fn run(&self, copy: &Copy, patience: Duration) -> Result<Verdict> {
        let program = self.build(copy)?;
        let path = copy.build().join("proof.log");
        let log = File::create(&path).context("can't keep what the proof prints")?;
        let mut command = Command::new(program);
        command.args(&self.filters).current_dir(copy.core());
        command.stdin(Stdio::null()).stderr(log.try_clone()?).stdout(log);
        let Some(status) = wait(command, patience)? else {
            return Ok(Verdict::Noticed(format!("no end within {} s", patience.as_secs())));
        };
        let printed = std::fs::read(&path).context("can't read what the proof printed")?;
        Ok(judge(status, &String::from_utf8_lossy(&printed)))
    }

    fn build(&self, copy: &Copy) -> Result<PathBuf> {
        let mut cargo = shell::cargo(&["test", "-p", "arbiter", "--no-run"]);
        cargo.arg("--message-format=json-render-diagnostics").args(&self.target);
        cargo.current_dir(copy.folder()).env("CARGO_TARGET_DIR", copy.build());
        let built = cargo.output().context("can't start cargo")?;
        if !built.status.success() {
            bail!("the copy can't be built:\n{}", String::from_utf8_lossy(&built.stderr));
        }
        let messages = String::from_utf8_lossy(&built.stdout);
        let mut programs = messages.lines().filter_map(program_of);
        programs.next_back().context("cargo named no test program")
    }
}

/// The test program that a message of cargo tells of.
fn program_of(message: &str) -> Option<PathBuf> {
    let message: Value = serde_json::from_str(message).ok()?;
    message["profile"]["test"].as_bool().filter(|test| *test)?;
    message["executable"].as_str().map(PathBuf::from)
}

/// Waits for its end; none means that patience ended first, and it was stopped.
fn wait(mut command: Command, patience: Duration) -> Result<Option<ExitStatus>> {
    let mut child = command.spawn().context("can't start the proof")?;
    let begun = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if begun.elapsed() > patience {
            child.kill()?;
            child.wait()?;
            return Ok(None);
        }
        std::thread::sleep(LOOK_EVERY);
    }
}

fn judge(status: ExitStatus, printed: &str) -> Verdict {
    if status.success() {
        let passed = printed.lines().find_map(|line| {
            line.strip_prefix("test result: ok. ")?.split_once(" passed")?.0.parse().ok()
        });
        return Verdict::Passed { tests: passed.unwrap_or(0) };
    }
    let failed: Vec<&str> = printed
        .lines()
        .filter_map(|line| line.strip_prefix("test ")?.strip_suffix(" ... FAILED"))
        .collect();
    match failed.as_slice() {
        [] => Verdict::Noticed(format!("it ended with {status}")),
        [only] => Verdict::Noticed((*only).to_owned()),
        [first, rest @ ..] => Verdict::Noticed(format!("{first} and {} more", rest.len())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ended(code: &str, printed: &str) -> String {
        let status = Command::new("sh").args(["-c", &format!("exit {code}")]).status().unwrap();
        format!("{:?}", judge(status, printed))
    }

    #[test]
    fn a_proof_notices_when_a_test_fails_or_the_program_dies() {
        let ok = "test a ... ok\ntest result: ok. 1 passed; 0 failed\n";
        assert_eq!(ended("0", ok), "Passed { tests: 1 }");
        assert_eq!(ended("0", ""), "Passed { tests: 0 }");
        let failed = "test a::b ... FAILED\ntest c ... FAILED\ntest d ... ok\n";
        assert_eq!(ended("101", failed), "Noticed(\"a::b and 1 more\")");
        assert_eq!(ended("7", ""), "Noticed(\"it ended with exit status: 7\")");
    }

    #[test]
    fn patience_ends() {
        let mut sleep = Command::new("sleep");
        sleep.arg("60");
        assert!(wait(sleep, Duration::from_millis(50)).unwrap().is_none());
    }
}
