//! `lastword hold`: keeps others from changing nodes, for a while. It changes no power.

use api::HoldRequest;
use clap_complete::ArgValueCompleter;

use crate::cli::arguments::{Output, Selection};
use crate::cli::output::{Emitter, Line, Paint, Tone, expand, fold, verdict_text};
use crate::cli::session::fresh_key;
use crate::cli::span::Span;
use crate::cli::{Exit, Globals, Session, complete, selection};

/// The flags.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  lastword hold 'n[1-3]' --reason 'disk swap' --for 2h
  lastword hold -l rack=r12 --reason 'power work'")]
pub struct Args {
    /// Node sets: n[1-3], @group, n*, a!b, a&b (quote them)
    #[arg(value_name = "NODES", add = ArgValueCompleter::new(complete::nodes))]
    nodes: Vec<String>,
    /// Why; others see it
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// For how long
    #[arg(long = "for", value_name = "SPAN", default_value = "1h")]
    span: Span,
    /// The same key is the same hold [default: random]
    #[arg(long, value_name = "KEY")]
    key: Option<String>,
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
    let key = args.key.map_or_else(fresh_key, Ok)?;
    let request = HoldRequest {
        nodes: target.nodes.clone(),
        reason: args.reason.clone(),
        for_ms: args.span.ms(),
    };
    let asked = session.ask(|client| client.hold(&request, &key));
    let answer = asked.map_err(|error| target.explain(error))?;
    let paint = Paint::of(globals);
    let text = || {
        let line =
            Line::new(Tone::Good, "held", Some(format!("for {}: {}", args.span, args.reason)));
        let held = (answer.count > 0).then(|| (line, answer.nodes.clone()));
        fold(held, paint) + &verdict_text(&answer.refused, paint)
    };
    Emitter::new(args.output.format).one(text, &answer, || expand(&answer.nodes).join("\n"))?;
    Ok(if answer.refused.is_empty() { Exit::Done } else { Exit::Refused })
}
