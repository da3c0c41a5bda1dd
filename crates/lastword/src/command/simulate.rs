//! `lastword simulate`: what each policy does with the same clicks, in numbers. It asks no server and no BMC.

use std::fs;
use std::path::PathBuf;

use anyhow::Context as _;
use clap::ValueEnum;

use crate::cli::Exit;
use crate::cli::output::print;
use crate::simulate::{self, Fleet, Plan, Policy};

/// The flags.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  lastword simulate
  lastword simulate --policy supersede --policy race --fleet nasty --seeds 100
  lastword simulate --svg simulate.svg -o json")]
pub struct Args {
    /// The first seed
    #[arg(long, default_value_t = 1, value_name = "SEED")]
    pub seed: u64,
    /// How many seeds
    #[arg(long, default_value_t = 20, value_name = "N")]
    #[arg(value_parser = clap::value_parser!(u64).range(1..=100_000))]
    pub seeds: u64,
    /// How many nodes for each seed
    #[arg(long, default_value_t = 50, value_name = "N")]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub nodes: u32,
    /// Only this policy (repeat it for more)
    #[arg(long, value_enum, value_name = "POLICY")]
    pub policy: Vec<Policy>,
    /// Only this fleet
    #[arg(long, value_enum, value_name = "FLEET")]
    pub fleet: Option<Fleet>,
    /// Also draw a chart into this file
    #[arg(long, value_name = "FILE")]
    pub svg: Option<PathBuf>,
    /// How to print the result
    #[arg(short = 'o', long = "output", value_name = "FORMAT", value_enum, default_value_t)]
    pub format: Format,
}

/// A way to print numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// A table for people
    #[default]
    Text,
    /// One JSON document
    Json,
}

impl Args {
    /// What is asked for.
    #[must_use]
    pub fn plan(&self) -> Plan {
        let asked = |policy: &Policy| self.policy.is_empty() || self.policy.contains(policy);
        Plan {
            seed: self.seed,
            seeds: self.seeds,
            nodes: self.nodes as usize,
            policies: Policy::ALL.into_iter().filter(asked).collect(),
            fleets: self.fleet.map_or_else(|| Fleet::ALL.to_vec(), |fleet| vec![fleet]),
        }
    }
}

/// Runs it.
///
/// # Errors
/// When the chart or standard output can't be written.
pub fn run(args: &Args) -> anyhow::Result<Exit> {
    let report = simulate::run(&args.plan());
    if let Some(path) = &args.svg {
        fs::write(path, simulate::svg(&report))
            .with_context(|| format!("can't write the chart {}", path.display()))?;
    }
    match args.format {
        Format::Text => print(&simulate::text(&report))?,
        Format::Json => print(&(serde_json::to_string_pretty(&report)? + "\n"))?,
    }
    Ok(Exit::Done)
}
