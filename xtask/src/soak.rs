//! `cargo xtask soak`: the seeded simulations, or the storm over real sockets, for as long as one likes. What they check is in
//! the tests themselves, `crates/arbiter/tests/simulate`, `crates/cluster/src/tests/kindness` and `crates/lastword/tests/storm`.

use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::shell;

/// The test that simulates a fleet for each seed.
pub const TEST: &str = "every_promise_holds_for_every_seed";
/// Where it is.
const FLEETS: [&str; 4] = ["-p", "arbiter", "--test", "simulate"];
/// The test that simulates a site with its drivers for each seed, and where it is.
const KINDNESS: &str = "tests::kindness::bmcs_and_accounts_are_spared_for_every_seed";
const SITES: [&str; 3] = ["-p", "cluster", "--lib"];

pub fn run(args: &[String]) -> Result<()> {
    match args.split_first() {
        Some((first, rest)) if first == "--sockets" => storm(rest),
        Some((first, rest)) if first == "--kindness" => seeds(&SITES, KINDNESS, rest),
        Some(_) | None => seeds(&FLEETS, TEST, args),
    }
}

fn seeds(place: &[&str], test: &str, args: &[String]) -> Result<()> {
    let (seeds, from) = parse(args)?;
    let mut cargo = shell::cargo(&["test", "--release", "--locked"]);
    cargo.args(place).args([test, "--", "--exact", "--nocapture"]);
    cargo.env("LASTWORD_SEEDS", seeds.to_string()).env("LASTWORD_SEED", from.to_string());
    shell::must(with_checks(cargo))
}

/// One storm; unless told otherwise it lasts five minutes.
fn storm(args: &[String]) -> Result<()> {
    let mut cargo = shell::cargo(&["test", "--release", "--locked"]);
    cargo.args(["-p", "lastword", "--test", "storm", "--", "--nocapture"]);
    cargo.env("LASTWORD_STORM_SECONDS", "300");
    for (name, value) in storm_settings(args)? {
        cargo.env(name, value.to_string());
    }
    shell::must(with_checks(cargo))
}

fn storm_settings(args: &[String]) -> Result<Vec<(&'static str, u64)>> {
    let mut settings = Vec::new();
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        let name = match arg.as_str() {
            "--seconds" => "LASTWORD_STORM_SECONDS",
            "--nodes" => "LASTWORD_STORM_NODES",
            "--seed" => "LASTWORD_SEED",
            other => {
                bail!("soak --sockets takes --seconds N, --nodes N and --seed S, not {other:?}")
            }
        };
        settings.push((name, number(arg, args.next())?));
    }
    Ok(settings)
}

fn number(arg: &str, value: Option<&String>) -> Result<u64> {
    let value = value.with_context(|| format!("{arg} needs a value"))?;
    value.parse().with_context(|| format!("{arg}: {value:?} is no number"))
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
        let number = number(arg, args.next())?;
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
        let storm = |line: &str| {
            storm_settings(&line.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
        };
        assert_eq!(storm("--seconds 9 --seed 3").unwrap().len(), 2);
        assert!(storm("").is_ok() && storm("--seeds 3").is_err() && storm("--seed").is_err());
        for wrong in ["", "--seeds", "--seeds x", "--from 1", "--other 1"] {
            assert!(parsed(wrong).is_err(), "{wrong}");
        }
    }
}
