//! `lastword on|off|soft|cycle|soft-cycle|reset|nmi`: one power action for many nodes.
//! It does not choose what a boot starts from: `boot` does.

use api::Action;
use clap_complete::ArgValueCompleter;

use crate::cli::arguments::{Order, RowOutput, Selection};
use crate::cli::give::{Said, Wish, give};
use crate::cli::span::Span;
use crate::cli::{Exit, Globals, complete};

/// The flags of a power action.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  lastword off 'n[1-3]' --reason 'disk swap'
  lastword on @rack12 -x n7 --timeout 2m
  lastword off -l role=compute --dry-run
  lastword off @rack12 --if-state on
  lastword off n7 --hold 'fenced by ops' --hold-for 30m
  lastword cycle n7 --no-wait -o json")]
pub struct Args {
    /// Node sets: n[1-3], @group, n*, a!b, a&b (quote them)
    #[arg(value_name = "NODES", add = ArgValueCompleter::new(complete::nodes))]
    nodes: Vec<String>,
    #[command(flatten)]
    order: Order,
    #[command(flatten)]
    output: RowOutput,
    #[command(flatten)]
    selection: Selection,
}

/// The flags of an action that asks the operating system.
#[derive(clap::Args, Debug)]
pub struct SoftArgs {
    /// Power off hard if the operating system has not done it by then
    #[arg(long, value_name = "SPAN")]
    force_after: Option<Span>,
    #[command(flatten)]
    args: Args,
}

/// Runs it.
///
/// # Errors
/// See [`give`].
pub fn run(action: Action, args: &Args, globals: &Globals) -> anyhow::Result<Exit> {
    command(Wish { action, boot: None, force_after: None }, args, globals)
}

/// Runs an action that asks the operating system.
///
/// # Errors
/// See [`give`].
pub fn run_soft(action: Action, soft: &SoftArgs, globals: &Globals) -> anyhow::Result<Exit> {
    command(Wish { action, boot: None, force_after: soft.force_after }, &soft.args, globals)
}

fn command(wish: Wish, args: &Args, globals: &Globals) -> anyhow::Result<Exit> {
    let Args { nodes, order, output, selection } = args;
    give(wish, Said { words: nodes, selection, order, output: *output }, globals)
}
