//! `lastword nodes`: expands, folds and counts node sets. It asks the server only for groups, wildcards,
//! labels and all.

use clap::ValueEnum;
use clap_complete::ArgValueCompleter;
use nodeset::NodeSet;

use crate::cli::arguments::Selection;
use crate::cli::output::print;
use crate::cli::selection;
use crate::cli::{Exit, Failure, Globals, Session, complete};

/// The flags.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  lastword nodes 'n[1-3],n5!n2'
  lastword nodes 'rack[1-2]n[01-64]' --count
  lastword nodes n1 n2 n3 --fold
  lastword nodes -a --list
  lastword nodes @rack12 -x n7 --format slurm")]
pub struct Args {
    /// Node sets: n[1-3], @group, n*, a!b, a&b (quote them)
    #[arg(value_name = "EXPR", add = ArgValueCompleter::new(complete::nodes))]
    nodes: Vec<String>,
    #[command(flatten)]
    shape: Shape,
    #[command(flatten)]
    selection: Selection,
}

#[derive(clap::Args, Clone, Copy, Debug)]
#[group(multiple = false)]
struct Shape {
    /// Folded (the default)
    #[arg(long)]
    fold: bool,
    /// Every name, on one line
    #[arg(long)]
    expand: bool,
    /// Every name, one a line
    #[arg(long)]
    list: bool,
    /// How many
    #[arg(long)]
    count: bool,
    /// In another program's grammar
    #[arg(long, value_enum)]
    format: Option<Grammar>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Grammar {
    /// Slurm's host lists: no steps, no suffixes after brackets
    Slurm,
    /// xCAT's noderanges: names alone, because its brackets and `@` mean other things
    Xcat,
}

/// Runs it.
///
/// # Errors
/// When a node set is wrong; if the server is needed, when it is away.
pub fn run(args: Args, globals: &Globals) -> anyhow::Result<Exit> {
    let set = set(&args, globals)?;
    print(&(shaped(&set, args.shape) + "\n"))?;
    Ok(Exit::Done)
}

fn set(args: &Args, globals: &Globals) -> anyhow::Result<NodeSet> {
    let draft = selection::find(&args.nodes, &args.selection)?
        .ok_or_else(|| Failure::usage("which nodes?").hint("give EXPR, or -a for all"))?;
    if let Some(plain) = draft.plain() {
        return Ok(plain);
    }
    let session = Session::open(globals)?;
    draft.target(&session)?.ask(&session)
}

fn shaped(set: &NodeSet, shape: Shape) -> String {
    match shape.format {
        Some(Grammar::Slurm) => set.slurm(),
        Some(Grammar::Xcat) => set.expand(","),
        None if shape.count => set.len().to_string(),
        None if shape.expand => set.expand(" "),
        None if shape.list => set.expand("\n"),
        None => set.to_string(),
    }
}
