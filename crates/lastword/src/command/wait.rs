//! `lastword wait`: until nodes are on, off or idle. It gives no command.

use std::collections::BTreeMap;
use std::thread;
use std::time::{Duration, Instant};

use api::{Node, NodeQuery, Phase, Power};
use clap::ValueEnum;
use clap_complete::ArgValueCompleter;
use nodeset::NodeSet;

use crate::cli::arguments::{RowOutput, Selection};
use crate::cli::output::{NodeRow, Paint, print_rows, status_text};
use crate::cli::session::say;
use crate::cli::span::Span;
use crate::cli::{Exit, Globals, Session, complete, selection};

/// The pause between two looks.
const PAUSE: Duration = Duration::from_millis(500);
/// An observation older than this is made anew, in milliseconds.
const AGE_MAX_MS: u64 = 1_000;
/// How long one look may take, in milliseconds.
const LOOK_MS: u64 = 5_000;

/// The flags.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  lastword wait 'n[1-3]' --for on --timeout 5m
  lastword wait @rack12 --for idle")]
pub struct Args {
    /// Node sets: n[1-3], @group, n*, a!b, a&b (quote them)
    #[arg(value_name = "NODES", add = ArgValueCompleter::new(complete::nodes))]
    nodes: Vec<String>,
    /// On or off, and nothing is being done about it; or idle: nothing is being done
    #[arg(long = "for", value_name = "STATE", value_enum)]
    goal: Goal,
    /// Wait no longer than this; then exit 6
    #[arg(long, value_name = "SPAN")]
    timeout: Option<Span>,
    #[command(flatten)]
    output: RowOutput,
    #[command(flatten)]
    selection: Selection,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Goal {
    On,
    Off,
    Idle,
}

/// Runs it.
///
/// # Errors
/// When a node is unknown, or the server is away.
pub fn run(args: Args, globals: &Globals) -> anyhow::Result<Exit> {
    let timeout = args.timeout.map(Span::duration);
    let draft = selection::need(&args.nodes, &args.selection)?;
    let session = Session::open(globals)?.patient(timeout);
    let target = draft.target(&session)?;
    let until = timeout.map(|timeout| Instant::now() + timeout);
    let mut query = target.query();
    let mut seen = BTreeMap::new();
    let pending = loop {
        let asked = session.ask(|client| client.nodes(&look(&query, args.goal, until)));
        let nodes = asked.map_err(|error| target.explain(error))?.nodes;
        let there = |node: &&Node| !is_there(node, args.goal);
        let pending = NodeSet::from_names(nodes.iter().filter(there).map(|node| &node.node))?;
        seen.extend(nodes.into_iter().map(|node| (node.node.clone(), node)));
        if pending.is_empty() || until.is_some_and(|until| until <= Instant::now()) {
            break pending;
        }
        query = NodeQuery { nodes: Some(pending.to_string()), ..NodeQuery::default() };
        thread::sleep(PAUSE);
    };
    if !pending.is_empty() {
        // the last look may have been cut short, which is no news of the node
        let query = NodeQuery { nodes: Some(pending.to_string()), ..NodeQuery::default() };
        let known =
            session.ask(|client| client.nodes(&query)).map_err(|error| target.explain(error))?;
        seen.extend(known.nodes.into_iter().map(|node| (node.node.clone(), node)));
    }
    print(&seen.into_values().collect::<Vec<_>>(), args.output, globals)?;
    if pending.is_empty() {
        return Ok(Exit::Done);
    }
    say(&format!("the time is over; still waited for: {pending}"));
    Ok(Exit::TimedOut)
}

/// Power is only believed if it was read just now; whether something is being done is always known.
fn look(query: &NodeQuery, goal: Goal, until: Option<Instant>) -> NodeQuery {
    if goal == Goal::Idle {
        return query.clone();
    }
    let left = until.map(|until| until.saturating_duration_since(Instant::now()).as_millis());
    let left = left.and_then(|left| u64::try_from(left).ok()).unwrap_or(LOOK_MS);
    NodeQuery {
        max_age_ms: Some(AGE_MAX_MS),
        wait_ms: Some(left.clamp(1, LOOK_MS)),
        ..query.clone()
    }
}

fn is_there(node: &Node, goal: Goal) -> bool {
    match goal {
        Goal::Idle => is_idle(node),
        Goal::On => is_idle(node) && node.power == Power::On,
        Goal::Off => is_idle(node) && node.power == Power::Off,
    }
}

/// A confirmed command that is only watched changes nothing any more.
fn is_idle(node: &Node) -> bool {
    let settled = |phase| matches!(phase, Phase::Idle | Phase::Watching);
    node.waiting.is_empty() && node.intent.as_ref().is_none_or(|intent| settled(intent.phase))
}

fn print(nodes: &[Node], output: RowOutput, globals: &Globals) -> anyhow::Result<()> {
    print_rows(
        output.format,
        || status_text(nodes, Paint::of(globals)),
        || nodes.iter().map(NodeRow::of).collect(),
        || nodes.iter().map(|node| node.node.clone()).collect(),
    )
}
