//! `cargo xtask soak`: the seeded simulation for as long as one likes. What it checks is in the
//! simulation itself, `crates/arbiter/tests/simulate`.

use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::shell;

/// The test that simulates a fleet for each seed.
pub const TEST: &str = "every_promise_holds_for_every_seed";

pub fn run(args: &[String]) -> Result<()> {
    let (seeds, from) = parse(args)?;
    let mut cargo = shell::cargo(&["test", "--release", "--locked"]);
    cargo.args(["-p", "arbiter", "--test", "simulate", TEST, "--", "--exact", "--nocapture"]);
    cargo.env("LASTWORD_SEEDS", seeds.to_string()).env("LASTWORD_SEED", from.to_string());
    shell::must(with_checks(cargo))
}

/// An optimised build that still notices when a number overflows.
fn with_checks(mut cargo: Command) -> Command {
    cargo.env("CARGO_PROFILE_RELEASE_OVERFLOW_CHECKS", "true");
    cargo.env("CARGO_PROFILE_RELEASE_DEBUG_ASSERTIONS", "true");
    cargo
}

fn parse(args: &[String]) -> Result<(u64, u64)> {
    let (mut seeds, mut from) = (None, 1);
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        let value = args.next().with_context(|| format!("{arg} needs a value"))?;
        let number = value.parse().with_context(|| format!("{arg}: {value:?} is no number"))?;
        match arg.as_str() {
            "--seeds" => seeds = Some(number),
            "--from" => from = number,
            other => bail!("soak takes --seeds N and --from SEED, not {other:?}"),
        }
    }
    Ok((seeds.context("how many? cargo xtask soak --seeds N [--from SEED]")?, from))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<(u64, u64)> {
        parse(&line.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn seeds_are_wanted_and_the_first_one_may_be_named() {
        assert_eq!(parsed("--seeds 5").unwrap(), (5, 1));
        assert_eq!(parsed("--from 7 --seeds 5").unwrap(), (5, 7));
        for wrong in ["", "--seeds", "--seeds x", "--from 1", "--other 1"] {
            assert!(parsed(wrong).is_err(), "{wrong}");
        }
    }
}
