//! `lastword man`: the manual pages, made from the definition of the command line. It installs nothing.

use std::fs;
use std::path::PathBuf;

use anyhow::Context;
use clap::CommandFactory;

use crate::cli::{Cli, Exit};

/// The flags.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  lastword man /usr/local/share/man/man1")]
pub struct Args {
    /// The folder; made if it is not there
    #[arg(value_name = "DIR")]
    dir: PathBuf,
}

/// Runs it.
///
/// # Errors
/// When the folder can't be written.
pub fn run(args: &Args) -> anyhow::Result<Exit> {
    let failed = || format!("can't write manual pages into {}", args.dir.display());
    fs::create_dir_all(&args.dir).with_context(failed)?;
    clap_mangen::generate_to(Cli::command(), &args.dir).with_context(failed)?;
    Ok(Exit::Done)
}
