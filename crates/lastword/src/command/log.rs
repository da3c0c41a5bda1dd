//! `lastword log`: what a node was asked, or what became of a command. It does not explain: `why` does.

use api::LongPoll;
use clap_complete::ArgValueCompleter;

use crate::cli::arguments::Output;
use crate::cli::output::{Emitter, Paint, command_text, history_text};
use crate::cli::{Exit, Failure, Globals, Session, complete};

/// The flags.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  lastword log n7
  lastword log '#812' -o json")]
pub struct Args {
    /// A node, or the number of a command; quote it: to a shell # begins a comment
    #[arg(value_name = "NODE|#SEQ", add = ArgValueCompleter::new(complete::nodes))]
    subject: String,
    #[command(flatten)]
    output: Output,
}

/// Runs it.
///
/// # Errors
/// When the node or command is unknown, or the server is away.
pub fn run(args: Args, globals: &Globals) -> anyhow::Result<Exit> {
    let Args { subject, output } = args;
    let emitter = Emitter::new(output.format);
    if let Some(digits) = subject.strip_prefix('#') {
        let seq = seq(digits)?;
        let session = Session::open(globals)?;
        let command = session.ask(|client| client.command(seq, None::<LongPoll>))?;
        let text = || command_text(&command, Paint::of(globals));
        emitter.one(text, &command, || format!("#{}", command.seq))?;
        return Ok(Exit::Done);
    }
    let session = Session::open(globals)?;
    let history = session.ask(|client| client.history(&subject))?;
    let seqs = || history.intents.iter().map(|intent| format!("#{}", intent.seq));
    emitter.one(|| history_text(&history), &history, || seqs().collect::<Vec<_>>().join("\n"))?;
    Ok(Exit::Done)
}

/// Reads the number of a command.
///
/// # Errors
/// When it is none.
pub fn seq(digits: &str) -> Result<u64, Failure> {
    digits.parse().map_err(|_| Failure::usage(format!("#{digits} is not the number of a command")))
}
