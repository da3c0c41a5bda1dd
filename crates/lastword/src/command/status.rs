//! `lastword status`: the power of nodes, and what is being done about it. It changes nothing.

use api::{NodeQuery, Power};
use clap_complete::ArgValueCompleter;

use crate::cli::arguments::{OnOff, RowOutput, Selection};
use crate::cli::output::{NodeRow, Paint, print_rows, status_text};
use crate::cli::span::Span;
use crate::cli::{Exit, Globals, Session, complete, selection};

/// The flags.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  lastword status
  lastword status 'n[1-3]' --fresh
  lastword status @rack12 --check off
  lastword status -l role=compute -o json")]
pub struct Args {
    /// Node sets [default: every node that you may see]
    #[arg(value_name = "NODES", add = ArgValueCompleter::new(complete::nodes))]
    nodes: Vec<String>,
    /// Exit 0 if every node is in this state, else 1
    #[arg(long, value_name = "STATE", value_enum)]
    check: Option<OnOff>,
    /// Ask the BMCs now
    #[arg(long)]
    fresh: bool,
    /// With --fresh: wait no longer than this; what does not answer is unknown
    #[arg(long, value_name = "SPAN", requires = "fresh", default_value = "10s")]
    timeout: Option<Span>,
    #[command(flatten)]
    output: RowOutput,
    #[command(flatten)]
    selection: Selection,
}

/// Runs it.
///
/// # Errors
/// When a node is unknown, or the server is away.
pub fn run(args: Args, globals: &Globals) -> anyhow::Result<Exit> {
    let draft = selection::find(&args.nodes, &args.selection)?;
    let session = Session::open(globals)?;
    let target = draft.map(|draft| draft.target(&session)).transpose()?;
    let fresh = args.fresh.then_some(0);
    let wait_ms = fresh.and(args.timeout).map(|span| span.ms().min(api::WAIT_MAX_MS));
    let named = target.as_ref().map(selection::Target::query).unwrap_or_default();
    let query = NodeQuery { max_age_ms: fresh, wait_ms, ..named };
    let asked = session.ask(|client| client.nodes(&query));
    let nodes = match (asked, &target) {
        (Ok(list), _) => list.nodes,
        (Err(error), Some(target)) => return Err(target.explain(error)),
        (Err(error), None) => return Err(error.into()),
    };
    print_rows(
        args.output.format,
        || status_text(&nodes, Paint::of(globals)),
        || nodes.iter().map(NodeRow::of).collect(),
        || nodes.iter().map(|node| node.node.clone()).collect(),
    )?;
    let wanted = args.check.map(|state| Power::from(api::OnOff::from(state)));
    let fits = wanted.is_none_or(|wanted| nodes.iter().all(|node| node.power == wanted));
    Ok(if fits { Exit::Done } else { Exit::Failed })
}
