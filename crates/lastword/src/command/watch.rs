//! `lastword watch`: what happens, as a live view on a terminal and as a line an event elsewhere, until it is
//! interrupted. It changes nothing.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::thread;
use std::time::Duration;

use api::{Client, Event, Events, What};
use clap_complete::ArgValueCompleter;
use nodeset::NodeSet;

use crate::cli::arguments::{Format, Output, Selection};
use crate::cli::output::{Emitter, event_line, expand};
use crate::cli::selection::{self, NODES_MAX};
use crate::cli::{Exit, Globals, Session, complete, view};

/// The pause after a connection broke.
const PAUSE: Duration = Duration::from_millis(200);

/// The flags.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  lastword watch
  lastword watch --lines
  lastword watch @rack12 -o jsonl")]
pub struct Args {
    /// Node sets [default: every node that you may see]
    #[arg(value_name = "NODES", add = ArgValueCompleter::new(complete::nodes))]
    nodes: Vec<String>,
    /// A line an event, also on a terminal
    #[arg(long)]
    lines: bool,
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    selection: Selection,
}

/// Runs it until the server is away for too long.
///
/// # Errors
/// When a node is unknown, or the server is away.
pub fn run(args: Args, globals: &Globals) -> anyhow::Result<Exit> {
    let draft = selection::find(&args.nodes, &args.selection)?;
    let session = Session::open(globals)?;
    let target = draft.map(|draft| draft.target(&session)).transpose()?;
    let wanted = target.map(|target| target.ask(&session)).transpose()?;
    if args.output.format == Format::Text && !args.lines && view::fits() {
        view::show(Arc::new(session), wanted, Vec::new(), &AtomicBool::new(false))?;
        return Ok(Exit::Done);
    }
    follow(&session, wanted.as_ref(), Emitter::new(args.output.format))
}

/// Prints a line an event, for as long as somebody reads them.
///
/// # Errors
/// When the server is away for too long.
pub fn follow(
    session: &Session,
    wanted: Option<&NodeSet>,
    emitter: Emitter,
) -> anyhow::Result<Exit> {
    let mut last_id = None;
    loop {
        let resume = |client: &Client| client.events(last_id.as_deref()).map(Events::once);
        for received in session.ask(resume)? {
            let received = received?;
            last_id = received.id.or(last_id);
            if show(emitter, received.event, wanted)?.is_break() {
                return Ok(Exit::Done);
            }
        }
        // a server that takes connections only to close them is not asked without end
        thread::sleep(PAUSE);
    }
}

fn show(
    emitter: Emitter,
    event: Event,
    wanted: Option<&NodeSet>,
) -> anyhow::Result<ControlFlow<()>> {
    let Some(event) = (match wanted {
        Some(wanted) => within(event, wanted),
        None => Some(event),
    }) else {
        return Ok(ControlFlow::Continue(()));
    };
    emitter.stream(|| event_line(&event), &event, || expand(&event.nodes))
}

/// What an event says of the nodes that are watched; none if nothing. A gap concerns everybody.
fn within(event: Event, wanted: &NodeSet) -> Option<Event> {
    if event.what == What::Reset {
        return Some(event);
    }
    let told = NodeSet::parse(&event.nodes, NODES_MAX).ok()?;
    let both = told.intersection(wanted);
    let (nodes, count) = (both.to_string(), both.len());
    (count > 0).then_some(Event { nodes, count, ..event })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn watching_some_nodes_shows_what_events_say_of_them_and_every_gap() {
        let event = |nodes: &str, what| Event { at_ms: 0, nodes: nodes.into(), count: 3, what };
        let hold = || What::Hold { holder: None, reason: None, until_at_ms: None };
        let wanted = NodeSet::parse("n[2-9]", 9).unwrap();
        let seen = within(event("n[1-3]", hold()), &wanted).unwrap();
        assert_eq!((seen.nodes.as_str(), seen.count), ("n[2-3]", 2));
        assert_eq!(within(event("m1", hold()), &wanted), None);
        assert!(within(event("", What::Reset), &wanted).is_some());
    }
}
