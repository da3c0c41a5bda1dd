//! Giving a command: checks at the door, the record, the fold's verdict.
//! It decides no verdict.

use api::{Code, CommandAnswer, CommandRequest, Role};
use arbiter::{Command, HoldTerms, Record, Seq};

use super::check::check;
use super::condition::in_state;
use super::guard::{Needs, guard, needs, predict};
use super::record::record;
use super::resolve::{Chosen, choose};
use super::{kin, plan};
use crate::accounts::Caller;
use crate::convert::{action, asked, asked_batch, asked_boot};
use crate::fleet::Fleet;
use crate::groups::{Group, verdict_groups};
use crate::locks::read;
use crate::log::request_id;
use crate::region::{Inner, Shared};
use crate::rest::{Answer, Fail};

/// Gives a command, or tells what it would do.
pub(crate) async fn give(
    region: &Shared,
    caller: &Caller,
    key: Option<String>,
    request: CommandRequest,
) -> Answer<CommandAnswer> {
    caller.needs(Role::Operator)?;
    check(&request)?;
    region.ready().await?;
    let fleet = region.fleet();
    let command = command(&fleet, caller, key, &request)?;
    if request.dry_run {
        kin::check(region, &fleet, &command, caller.scope.as_ref())?;
        return foretell(region, &fleet, &request, &command).await;
    }
    if let Some(seq) = repeated(region, &command) {
        return original(region, seq, &command, true);
    }
    kin::check(region, &fleet, &command, caller.scope.as_ref())?;
    guard(region, &fleet, &request, &command)?;
    if let Some(state) = request.if_state
        && let Err(differs) = in_state(region, &command, state).await
    {
        // the same request may have been accepted meanwhile, and be what changed the state
        let head = *region.log.head().borrow();
        region.folded_to(head).await;
        let older = repeated(region, &command).ok_or(differs)?;
        return original(region, older, &command, true);
    }
    let id = request_id("command", &command.by, command.key.as_deref());
    let seq = record(region, id, &Record::Command(command.clone().into())).await?;
    original(region, seq, &command, false)
}

/// What a command would do that is no repetition.
async fn foretell(
    region: &Inner,
    fleet: &Fleet,
    request: &CommandRequest,
    command: &Command,
) -> Answer<CommandAnswer> {
    if let Some(seq) = repeated(region, command) {
        let fold = read(&region.fold);
        let other = fold.book.page(seq).is_some_and(|page| !is_same(&page.command, command));
        if other {
            return Err(key_reused(seq));
        }
    }
    if let Some(state) = request.if_state {
        in_state(region, command, state).await?;
    }
    let fold = read(&region.fold);
    let verdicts = predict(region, &fold, command);
    let plan = plan::plan(fleet, &fold.book, command, &verdicts);
    drop(fold);
    let Needs { protected, confirm } = needs(fleet, request, &command.nodes);
    let protected = (!protected.is_empty()).then(|| protected.to_string());
    Ok(CommandAnswer { confirm, protected, plan: Some(plan), ..answer(None, command, verdicts) })
}

/// The request as a record: explicit names, and all that its verdict depends on.
fn command(
    fleet: &Fleet,
    caller: &Caller,
    key: Option<String>,
    request: &CommandRequest,
) -> Answer<Command> {
    let chosen = Chosen { nodes: &request.nodes, selector: request.selector.as_deref() };
    let nodes = kin::with_kin(fleet, request, choose(fleet, caller, chosen)?);
    if caller.covers(&nodes).is_err() {
        // which they are is not for the caller to know
        let words = format!(
            "the scope of {} leaves out nodes that depend on these, or that these depend on",
            caller.name
        );
        return Err(Fail::new(Code::OutOfScope, 403, words));
    }
    let (policy, exceptions) = fleet.policies(&nodes);
    let usual_ms = fleet.deadline_ms(&nodes).unwrap_or_default();
    let hold = request
        .hold
        .as_ref()
        .map(|hold| HoldTerms { reason: hold.reason.as_str().into(), for_ms: hold.for_ms });
    Ok(Command {
        action: asked(request.action),
        cluster: fleet.cluster().into(),
        by: caller.name.as_str().into(),
        door: caller.door.word().into(),
        reason: request.reason.as_deref().map(Into::into),
        sequence: request.sequence,
        if_newest: request.if_newest,
        key: key.map(Into::into),
        policy,
        exceptions,
        hold,
        boot: request.boot.map(asked_boot),
        force_after_ms: request.force_after_ms,
        batch: request.batch.map(asked_batch),
        deadline_ms: request.deadline_ms.unwrap_or(usual_ms),
        nodes,
    })
}

fn repeated(region: &Inner, command: &Command) -> Option<Seq> {
    read(&region.fold).ledger.repeated(region.now(), command)
}

/// The answer to the command at that position, which may be an earlier one under the same key.
fn original(region: &Inner, seq: Seq, command: &Command, repeated: bool) -> Answer<CommandAnswer> {
    let fold = read(&region.fold);
    let of = fold.book.note(seq).and_then(|note| note.repeats).unwrap_or(seq);
    let repeated = repeated || of != seq;
    let Some(page) = fold.book.page(of) else {
        let words = format!("command {of} was given under this key; what it did is forgotten");
        return Err(Fail::new(Code::UnknownCommand, 404, words).seq(of));
    };
    if !is_same(&page.command, command) {
        return Err(key_reused(of));
    }
    let verdicts = fold.verdicts(page);
    if verdicts.iter().any(|group| group.what.is_accepted()) {
        return Ok(CommandAnswer { repeated, ..answer(Some(of), command, verdicts) });
    }
    Err(refused(of, command, verdicts))
}

fn key_reused(seq: Seq) -> Fail {
    let words = format!("the idempotency key was used for another request, command {seq}");
    Fail::new(Code::KeyReused, 422, words).seq(seq)
}

fn answer(
    seq: Option<Seq>,
    command: &Command,
    verdicts: Vec<Group<api::Verdict>>,
) -> CommandAnswer {
    let accepted = verdicts.iter().filter(|group| group.what.is_accepted());
    CommandAnswer {
        seq,
        dry_run: seq.is_none(),
        repeated: false,
        action: action(command.action),
        nodes: command.nodes.to_string(),
        count: command.nodes.len(),
        accepted: accepted.map(|group| group.nodes.len()).sum(),
        verdicts: verdict_groups(verdicts),
        confirm: None,
        protected: None,
        plan: None,
    }
}

/// A command that every node refused is a conflict, named after the refusal of most nodes.
fn refused(seq: Seq, command: &Command, verdicts: Vec<Group<api::Verdict>>) -> Fail {
    let most = verdicts.iter().max_by_key(|group| group.nodes.len());
    let (code, words) = most.map_or_else(
        || (Code::NoNodes, "there was no node to command".to_owned()),
        |group| why_refused(&group.what),
    );
    let words = format!("{} is refused: {words}", command.action.word());
    Fail::new(code, 409, words).seq(seq).nodes(&command.nodes).verdicts(verdicts)
}

fn why_refused(verdict: &api::Verdict) -> (Code, String) {
    match verdict {
        api::Verdict::StaleSequence { newest } => (
            Code::Stale,
            format!("your newest sequence number is {newest}, and this one is not larger"),
        ),
        api::Verdict::StaleNewest { newest } => {
            (Code::Stale, format!("the newest command is {}", named(newest)))
        }
        api::Verdict::Held { holder, reason, .. } => {
            (Code::Held, format!("{holder} holds it ({reason})"))
        }
        api::Verdict::Busy(running) => (Code::Busy, format!("{} runs", named(running))),
        api::Verdict::Full { limit } => (Code::Full, format!("{limit} commands wait already")),
        api::Verdict::Fire
        | api::Verdict::Already
        | api::Verdict::Merge(_)
        | api::Verdict::Supersede(_)
        | api::Verdict::Wait(_) => (Code::Internal, "it was accepted".to_owned()),
    }
}

/// A command in a sentence.
fn named(whose: &api::Whose) -> String {
    match (&whose.by, whose.action) {
        (Some(by), Some(action)) => format!("{}, {action} by {by}", whose.seq),
        (Some(_) | None, _) => whose.seq.to_string(),
    }
}

/// Whether two requests under one key ask the same. What the inventory added may differ.
fn is_same(older: &Command, newer: &Command) -> bool {
    older.action == newer.action
        && older.nodes == newer.nodes
        && older.boot == newer.boot
        && older.sequence == newer.sequence
        && older.if_newest == newer.if_newest
        && older.force_after_ms == newer.force_after_ms
        && older.batch == newer.batch
        && older.hold == newer.hold
}
