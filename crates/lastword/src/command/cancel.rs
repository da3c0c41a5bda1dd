//! `lastword cancel`: withdraws open commands. What was sent to a BMC it can't take back.

use api::{ClientError, WithdrawRequest, Withdrawal};
use clap_complete::ArgValueCompleter;

use crate::cli::arguments::{Output, Selection};
use crate::cli::output::{Emitter, Line, Paint, Tone, expand, fold, verdict_text};
use crate::cli::selection::{self, Draft};
use crate::cli::session::{fresh_key, say};
use crate::cli::{Exit, Failure, Globals, Session, complete};

/// The flags.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Nothing more is fired; what was sent already can't be taken back, so look at the power.

Examples:
  lastword cancel 'n[1-3]' --reason 'wrong rack'
  lastword cancel '#812'
  lastword cancel '#812' n7")]
pub struct Args {
    /// Node sets, and the numbers of commands; quote them: to a shell # begins a comment
    #[arg(value_name = "NODES|#SEQ", add = ArgValueCompleter::new(complete::nodes))]
    subjects: Vec<String>,
    /// Why; others see it
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    /// The same key is the same withdrawal [default: random]
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
/// When a node or command is unknown, or the server is away.
pub fn run(args: Args, globals: &Globals) -> anyhow::Result<Exit> {
    let (seqs, nodes) = split(&args.subjects)?;
    let named = seqs.is_empty() || !nodes.is_empty();
    let draft = named.then(|| selection::need(&nodes, &args.selection)).transpose()?;
    let session = Session::open(globals)?;
    let withdrawals = match draft {
        Some(draft) => vec![on_nodes(&session, &args, draft, seqs.first().copied())?],
        None => whole(&session, &args, &seqs)?,
    };
    Emitter::new(args.output.format).list(
        || withdrawals.iter().map(|one| text(one, Paint::of(globals))).collect(),
        || withdrawals.iter().collect::<Vec<_>>(),
        || withdrawals.iter().flat_map(names).collect(),
    )?;
    if withdrawals.iter().all(|one| one.count == 0 && one.refused.is_empty()) {
        say("nothing was open");
    }
    let refused = withdrawals.iter().any(|one| !one.refused.is_empty());
    Ok(if refused { Exit::Refused } else { Exit::Done })
}

/// Numbers of commands, and the rest.
fn split(subjects: &[String]) -> Result<(Vec<u64>, Vec<String>), Failure> {
    let (mut seqs, mut nodes) = (Vec::new(), Vec::new());
    for subject in subjects {
        match subject.strip_prefix('#') {
            Some(digits) => seqs.push(super::log::seq(digits)?),
            None => nodes.push(subject.clone()),
        }
    }
    if seqs.len() > 1 && !nodes.is_empty() {
        return Err(Failure::usage("of several commands all nodes are withdrawn: name no nodes"));
    }
    Ok((seqs, nodes))
}

fn on_nodes(
    session: &Session,
    args: &Args,
    draft: Draft,
    seq: Option<u64>,
) -> anyhow::Result<Withdrawal> {
    let target = draft.target(session)?.without_labels(session)?;
    let key = args.key.clone().map_or_else(fresh_key, Ok)?;
    let reason = args.reason.clone();
    let request = WithdrawRequest { nodes: target.nodes.clone(), seq, reason };
    let answer = session.ask(|client| client.withdraw(&request, &key));
    answer.map_err(|error| target.explain(error))
}

fn whole(session: &Session, args: &Args, seqs: &[u64]) -> anyhow::Result<Vec<Withdrawal>> {
    if args.reason.is_some() {
        let failure = Failure::usage("--reason is for nodes: name them together with the number");
        return Err(failure.into());
    }
    let key = args.key.clone().map_or_else(fresh_key, Ok)?;
    let one = |&seq| session.ask(|client| client.withdraw_command(seq, &format!("{key}-{seq}")));
    Ok(seqs.iter().map(one).collect::<Result<_, ClientError>>()?)
}

fn text(withdrawal: &Withdrawal, paint: Paint) -> String {
    let line = |seq| Line::new(Tone::Good, "cancelled", Some(format!("#{seq}")));
    let groups = withdrawal.withdrawn.iter();
    fold(groups.map(|group| (line(group.seq), group.nodes.clone())), paint)
        + &verdict_text(&withdrawal.refused, paint)
}

fn names(withdrawal: &Withdrawal) -> Vec<String> {
    withdrawal.withdrawn.iter().flat_map(|group| expand(&group.nodes)).collect()
}
