//! `lastword observed`: tells what a person saw of nodes that only people switch. It changes no power.

use api::{Observed, ObservedAnswer, OnOff};
use clap::ValueEnum;
use clap_complete::ArgValueCompleter;

use crate::cli::arguments::{Output, Selection};
use crate::cli::output::{Emitter, Line, Paint, Tone, expand, fold};
use crate::cli::{Exit, Globals, Session, complete, selection};

/// The flags.
#[derive(clap::Args, Debug)]
#[command(allow_missing_positional = true)]
#[command(after_help = "\
Look first, then tell at once: only what was seen after an order confirms it.

Examples:
  lastword observed n7 off
  lastword observed 'n[1-3]' on")]
pub struct Args {
    /// Node sets: n[1-3], @group, n*, a!b, a&b (quote them)
    #[arg(value_name = "NODES", add = ArgValueCompleter::new(complete::nodes))]
    nodes: Vec<String>,
    /// What they are now
    #[arg(value_name = "POWER", value_enum, required = true)]
    power: Seen,
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    selection: Selection,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Seen {
    /// They run
    On,
    /// They have no power
    Off,
}

/// Runs it.
///
/// # Errors
/// When a node is unknown or its power is read, or the server is away.
pub fn run(args: Args, globals: &Globals) -> anyhow::Result<Exit> {
    let draft = selection::need(&args.nodes, &args.selection)?;
    let session = Session::open(globals)?;
    let target = draft.target(&session)?.without_labels(&session)?;
    let power = match args.power {
        Seen::On => OnOff::On,
        Seen::Off => OnOff::Off,
    };
    let told = Observed { nodes: target.nodes.clone(), power };
    let answer = session.ask(|client| client.observed(&told));
    let answer = answer.map_err(|error| target.explain(error))?;
    let names = || expand(&answer.nodes).join("\n");
    let text = || text(&answer, Paint::of(globals));
    Emitter::new(args.output.format).one(text, &answer, names)?;
    Ok(Exit::Done)
}

fn text(answer: &ObservedAnswer, paint: Paint) -> String {
    let line = Line::new(Tone::Good, "noted", Some(format!("seen {}", answer.power)));
    fold([(line, answer.nodes.clone())], paint)
}
