//! `lastword completions`: a completion script for a shell. It does not install it.

use clap::CommandFactory;
use clap_complete::Shell;

use crate::cli::output::print;
use crate::cli::{Cli, Exit};

/// The flags.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  lastword completions bash
  lastword completions zsh")]
pub struct Args {
    /// Which shell
    #[arg(value_enum)]
    shell: Shell,
}

/// Runs it.
///
/// # Errors
/// When standard output can't be written.
pub fn run(args: &Args) -> anyhow::Result<Exit> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "lastword", &mut script);
    print(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Done)
}
