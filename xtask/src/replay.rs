//! `cargo xtask replay SEED`: what happened in one simulated fleet, event by event. It runs the very
//! simulation again: the same seed is the same run.

use std::io::{BufRead, IsTerminal, Write};

use anyhow::{Context, Result, bail};

use crate::{shell, soak};

#[derive(Debug, PartialEq, Eq)]
struct Wanted {
    seed: u64,
    node: Option<u32>,
    step: bool,
}

pub fn run(args: &[String]) -> Result<()> {
    let wanted = parse(args)?;
    let mut cargo = shell::cargo(&["test", "--quiet", "--locked", "-p", "arbiter"]);
    cargo.args(["--test", "simulate", soak::TEST, "--", "--exact", "--nocapture"]);
    cargo.env("LASTWORD_REPLAY", wanted.seed.to_string());
    let log = shell::output(cargo)?;
    show(&log, &wanted)
}

fn parse(args: &[String]) -> Result<Wanted> {
    let usage = "cargo xtask replay SEED [--node n3] [--step]";
    let (seed, rest) = args.split_first().with_context(|| format!("which seed? {usage}"))?;
    let seed = seed.parse().with_context(|| format!("{seed:?} is no seed: {usage}"))?;
    let mut wanted = Wanted { seed, node: None, step: false };
    let mut rest = rest.iter();
    while let Some(arg) = rest.next() {
        match arg.as_str() {
            "--step" => wanted.step = true,
            "--node" => {
                let name = rest.next().with_context(|| format!("--node needs a name: {usage}"))?;
                let number = name.strip_prefix('n').and_then(|number| number.parse().ok());
                wanted.node =
                    Some(number.with_context(|| format!("{name:?} is no node, as n3 is"))?);
            }
            other => bail!("{other:?} is not understood: {usage}"),
        }
    }
    Ok(wanted)
}

/// Whether the line is about the node, by its name or by its place; lines about none are about all.
fn concerns(line: &str, node: u32) -> bool {
    let (name, place) = (format!("n{node}"), format!("NodeId({node})"));
    let mut words = line.split(|letter: char| !letter.is_alphanumeric());
    line.contains(&place) || words.any(|word| word == name) || !line.contains("NodeId(")
}

fn show(log: &str, wanted: &Wanted) -> Result<()> {
    let step = wanted.step && std::io::stdin().is_terminal();
    let mut keys = std::io::stdin().lock().lines();
    let mut out = std::io::stdout().lock();
    for line in log.lines().filter(|line| wanted.node.is_none_or(|node| concerns(line, node))) {
        if step {
            write!(out, "{line}")?;
            out.flush()?;
            if keys.next().transpose()?.is_none() {
                return Ok(());
            }
        } else {
            writeln!(out, "{line}")?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_seed_comes_first_and_the_node_by_its_name() {
        let parsed =
            |line: &str| parse(&line.split_whitespace().map(str::to_owned).collect::<Vec<_>>());
        assert_eq!(
            parsed("42 --node n3 --step").unwrap(),
            Wanted { seed: 42, node: Some(3), step: true }
        );
        assert!(parsed("").is_err() && parsed("n3").is_err() && parsed("1 --node 3").is_err());
    }

    #[test]
    fn a_line_concerns_its_node_and_not_one_whose_name_begins_the_same() {
        assert!(concerns("12 ms  Turn { node: NodeId(3) }", 3));
        assert!(!concerns("12 ms  Turn { node: NodeId(31) }", 3));
        assert!(concerns("12 ms  Command on n[1-2],n3: NodeId(9)", 3));
        assert!(concerns("12 ms  Crash", 3));
    }
}
