//! `lastword holds`: who asked that which nodes be left alone. It changes nothing.

use api::Hold;

use crate::cli::arguments::Output;
use crate::cli::output::{Emitter, Line, Paint, Tone, clock, expand, fold};
use crate::cli::{Exit, Globals, Session};

/// The flags.
#[derive(clap::Args, Debug)]
pub struct Args {
    #[command(flatten)]
    output: Output,
}

/// Runs it.
///
/// # Errors
/// When the server is away.
pub fn run(args: Args, globals: &Globals) -> anyhow::Result<Exit> {
    let session = Session::open(globals)?;
    let holds = session.ask(api::Client::holds)?.holds;
    Emitter::new(args.output.format).list(
        || fold(holds.iter().map(line), Paint::of(globals)),
        || holds.iter().collect(),
        || holds.iter().flat_map(|hold| expand(&hold.nodes)).collect(),
    )?;
    Ok(Exit::Done)
}

fn line(hold: &Hold) -> (Line, String) {
    let until = clock(hold.until_at_ms);
    let note = format!("by {} until {until}: {}", hold.by, hold.reason);
    (Line::new(Tone::Even, "held", Some(note)), hold.nodes.clone())
}
