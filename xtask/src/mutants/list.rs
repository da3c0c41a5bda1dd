//! The list of mutations, `crates/arbiter/tests/mutations.toml`: what each changes, which rule that
//! breaks and which proofs may notice. It runs nothing.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use super::copy::Copy;
use super::proof::Proof;

const FILE: &str = "crates/arbiter/tests/mutations.toml";

/// One rule broken on purpose.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mutation {
    /// A few words with hyphens.
    pub name: String,
    /// The file, seen from the core's folder.
    pub file: PathBuf,
    /// A text that occurs in it exactly once.
    pub find: String,
    /// What stands there in the broken core.
    pub replace: String,
    /// The promise or rule that is broken by it.
    pub breaks: String,
    /// The proofs that may notice, each as `--lib`, `--test model` or `--test simulate`, with a filter.
    pub caught_by: Vec<Proof>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct List {
    mutation: Vec<Mutation>,
}

pub fn read(root: &Path) -> Result<Vec<Mutation>> {
    let text =
        std::fs::read_to_string(root.join(FILE)).with_context(|| format!("can't read {FILE}"))?;
    parse(&text).with_context(|| format!("{FILE} is wrong"))
}

fn parse(text: &str) -> Result<Vec<Mutation>> {
    let List { mutation: list } = toml::from_str(text)?;
    ensure!(!list.is_empty(), "it lists no mutation");
    for (place, mutation) in list.iter().enumerate() {
        let name = &mutation.name;
        ensure!(list[..place].iter().all(|other| other.name != *name), "two are called {name:?}");
        ensure!(!mutation.caught_by.is_empty(), "{name:?} names no proof");
        ensure!(mutation.find != mutation.replace, "{name:?} changes nothing");
    }
    Ok(list)
}

impl Mutation {
    /// The file in the copy, and its text with the rule broken.
    pub fn applied(&self, copy: &Copy) -> Result<(PathBuf, String)> {
        let path = copy.core().join(&self.file);
        let text = std::fs::read_to_string(&path)
            .with_context(|| format!("{:?}: can't read {}", self.name, self.file.display()))?;
        let times = text.matches(&self.find).count();
        ensure!(
            times == 1,
            "{:?}: what it shall find occurs {times} times in {}, not once",
            self.name,
            self.file.display()
        );
        Ok((path, text.replace(&self.find, &self.replace)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = r#"
        [[mutation]]
        name = "no-drain"
        file = "src/lib.rs"
        find = "a"
        replace = "b"
        breaks = "3: no older intent fires"
        caught_by = ["--lib", "--test simulate every_promise"]
    "#;

    #[test]
    fn a_list_is_read_with_its_proofs() {
        let list = parse(ONE).unwrap();
        assert_eq!(list[0].caught_by[1].to_string(), "--test simulate every_promise");
    }

    #[test]
    fn a_list_that_can_prove_nothing_is_refused() {
        for (what, with) in [
            ("\"b\"", "\"a\""),
            ("[\"--lib\", \"--test simulate every_promise\"]", "[]"),
            ("\"--lib\"", "\"--bench\""),
            ("find", "seek"),
        ] {
            assert!(parse(&ONE.replacen(what, with, 1)).is_err(), "{with}");
        }
        assert!(parse(&format!("{ONE}{ONE}")).is_err(), "the same name twice");
    }
}
