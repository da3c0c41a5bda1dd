//! `lastword unhold`: ends holds. It changes no power.

use api::{KeptGroup, ReleaseAnswer, ReleaseRequest};
use clap_complete::ArgValueCompleter;

use crate::cli::arguments::{Output, Selection};
use crate::cli::output::{Emitter, Line, Paint, Tone, clock, expand, fold};
use crate::cli::session::{fresh_key, say};
use crate::cli::{Exit, Globals, Session, complete, selection};

/// The flags.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  lastword unhold 'n[1-3]'
  lastword unhold n7 --break")]
pub struct Args {
    /// Node sets: n[1-3], @group, n*, a!b, a&b (quote them)
    #[arg(value_name = "NODES", add = ArgValueCompleter::new(complete::nodes))]
    nodes: Vec<String>,
    /// Also holds of others; for administrators
    #[arg(long = "break")]
    break_others: bool,
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    selection: Selection,
}

/// Runs it.
///
/// # Errors
/// When a node is unknown, or the server is away.
pub fn run(args: Args, globals: &Globals) -> anyhow::Result<Exit> {
    let draft = selection::need(&args.nodes, &args.selection)?;
    let session = Session::open(globals)?;
    let target = draft.target(&session)?.without_labels(&session)?;
    let key = fresh_key()?;
    let request = ReleaseRequest { nodes: target.nodes.clone(), break_others: args.break_others };
    let asked = session.ask(|client| client.release(&request, &key));
    let answer = asked.map_err(|error| target.explain(error))?;
    let names = || expand(&answer.nodes).join("\n");
    let text = || text(&answer, Paint::of(globals));
    Emitter::new(args.output.format).one(text, &answer, names)?;
    if answer.count == 0 && answer.kept.is_empty() {
        say("nothing was held");
    }
    Ok(if answer.kept.is_empty() { Exit::Done } else { Exit::Refused })
}

fn text(answer: &ReleaseAnswer, paint: Paint) -> String {
    let released =
        (answer.count > 0).then(|| (Line::new(Tone::Good, "released", None), answer.nodes.clone()));
    fold(released.into_iter().chain(answer.kept.iter().map(kept)), paint)
}

fn kept(group: &KeptGroup) -> (Line, String) {
    let until = clock(group.until_at_ms);
    let note = format!("by {} until {until}: {}", group.holder, group.reason);
    (Line::new(Tone::Bad, "held", Some(note)), group.nodes.clone())
}
