//! `lastword inventory`: checks, compares, exports and imports inventories. It asks no BMC and no server.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Subcommand;
use cluster::inventory::{Inventory, diff};
use nodeset::Groups as _;

use super::import;
use crate::inventory::load;

/// The flags.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  lastword inventory check inventory.toml
  lastword inventory diff inventory.toml inventory.new.toml
  lastword inventory export inventory.d > inventory.json
  lastword inventory import powerman /etc/powerman/powerman.conf --out inventory.toml")]
pub struct Args {
    /// What to do.
    #[command(subcommand)]
    pub what: What,
}

/// What can be done with inventories.
#[derive(Debug, Subcommand)]
pub enum What {
    /// Say what is wrong with an inventory
    Check {
        /// The inventory
        file: PathBuf,
    },
    /// Say what a new inventory would change
    Diff {
        /// The present one
        old: PathBuf,
        /// The new one
        new: PathBuf,
    },
    /// Print an inventory as one JSON document that can be read as one: references, never secrets
    Export {
        /// The inventory's file or folder
        file: PathBuf,
    },
    /// Make an inventory of what other programs know
    Import(Box<import::Args>),
}

/// Runs it. A wrong inventory is exit code 1, with everything that is wrong on standard error.
///
/// # Errors
/// When a file can't be read, or is wrong.
pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    match args.what {
        What::Check { file } => {
            println!("{}", summary(&load(&file)?));
        }
        What::Export { file } => {
            println!("{}", serde_json::to_string_pretty(&load(&file)?.redacted())?);
        }
        What::Import(args) => return import::run(&args).map(ExitCode::from),
        What::Diff { old, new } => println!("{}", diff(&load(&old)?, &load(&new)?)),
    }
    Ok(ExitCode::SUCCESS)
}

/// How much is in an inventory, and the nodes.
#[must_use]
pub fn summary(inventory: &Inventory) -> String {
    let nodes = inventory.all();
    format!("{} nodes, {} groups: {nodes}", nodes.len(), inventory.groups.len())
}
