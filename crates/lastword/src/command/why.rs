//! `lastword why`: what is going on with a node, in a sentence. It changes nothing.

use clap_complete::ArgValueCompleter;

use crate::cli::arguments::Output;
use crate::cli::output::{Emitter, plain};
use crate::cli::{Exit, Globals, Session, complete};

/// The flags.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  lastword why n7
  lastword why n7 -o json")]
pub struct Args {
    /// A node
    #[arg(value_name = "NODE", add = ArgValueCompleter::new(complete::nodes))]
    node: String,
    #[command(flatten)]
    output: Output,
}

/// Runs it.
///
/// # Errors
/// When the node is unknown, or the server is away.
pub fn run(args: Args, globals: &Globals) -> anyhow::Result<Exit> {
    let session = Session::open(globals)?;
    let why = session.ask(|client| client.why(&args.node))?;
    let text = || plain(&why.sentence) + "\n";
    Emitter::new(args.output.format).one(text, &why, || why.node.node.clone())?;
    Ok(Exit::Done)
}
