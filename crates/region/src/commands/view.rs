//! Commands and what became of them, for who asks once or waits for a change.
//! It changes nothing.

use std::collections::BTreeMap;
use std::time::Duration;

use api::{
    Code, Command, CommandList, CommandQuery, CommandSummary, State, StateGroup, Tally,
    WAIT_MAX_MS, WaitQuery,
};
use arbiter::{IntentState, NodeId, Outcome, Seq};
use nodeset::NodeSet;

use super::resolve::{Chosen, choose};
use crate::accounts::Caller;
use crate::convert::{action, batch, boot, door, order, phase, policy};
use crate::fold::{Fold, Page};
use crate::groups::{Group, cut, verdict_groups, within};
use crate::locks::read;
use crate::region::{Inner, Shared};
use crate::rest::{Answer, Fail};

/// How many commands are listed unless the query tells.
const LISTED: usize = 50;
/// The most commands that are listed.
const LISTED_MAX: usize = 1_000;
/// How long changes are gathered before a waiting caller is answered.
const GATHER: Duration = Duration::from_millis(25);

/// The seq in a path.
pub(crate) fn seq(text: &str) -> Answer<Seq> {
    text.parse().map_err(|_| {
        Fail::new(Code::UnknownCommand, 404, format!("{text:?} is no command's number"))
    })
}

/// A command; with `wait_ms` once something changed.
pub(crate) async fn one(
    region: &Shared,
    caller: &Caller,
    seq: Seq,
    query: &WaitQuery,
) -> Answer<Command> {
    let mut news = region.watchers.watch(seq);
    let open = open(&read(&region.fold), caller, seq)?;
    let changed = query.open.is_some_and(|then| then != open);
    let wait_ms = query.wait_ms.unwrap_or_default().min(WAIT_MAX_MS);
    if wait_ms > 0 && open > 0 && !changed {
        let mut stopping = region.stopping.subscribe();
        let limit = tokio::time::sleep(Duration::from_millis(wait_ms));
        let news = tokio::select! {
            _ = news.changed() => true,
            () = limit => false,
            _ = stopping.changed() => false,
        };
        if news {
            tokio::time::sleep(GATHER).await;
        }
    }
    view(region, &read(&region.fold), caller, seq)
}

/// The newest commands.
pub(crate) fn list(region: &Inner, caller: &Caller, query: &CommandQuery) -> Answer<CommandList> {
    let only = match &query.nodes {
        Some(nodes) => {
            let chosen = Chosen { nodes, selector: None };
            Some(choose(&region.fleet(), caller, chosen)?)
        }
        None => None,
    };
    let limit = query.limit.unwrap_or(LISTED).min(LISTED_MAX);
    let fold = read(&region.fold);
    let before = query.before.unwrap_or(Seq::MAX);
    let mut commands = Vec::new();
    for (seq, page) in fold.book.pages_before(before) {
        if commands.len() >= limit {
            break;
        }
        if query.open.is_some_and(|open| open == page.open.is_empty()) {
            continue;
        }
        let nodes = cut(&page.command.nodes, caller.scope.as_ref());
        let meant = only.as_ref().is_none_or(|only| !only.intersection(&nodes).is_empty());
        if meant && !nodes.is_empty() {
            commands.push(summary(&fold, seq, page, &nodes, caller));
        }
    }
    Ok(CommandList { commands })
}

/// A command and its nodes that the caller may see. Without one there is no such command for them.
pub(super) fn page<'a>(fold: &'a Fold, caller: &Caller, seq: Seq) -> Answer<(&'a Page, NodeSet)> {
    let seen = fold.book.page(seq).map(|page| {
        let nodes = cut(&page.command.nodes, caller.scope.as_ref());
        (page, nodes)
    });
    seen.filter(|(_, nodes)| !nodes.is_empty()).ok_or_else(|| {
        let words = format!("there is no command {seq}, or it is forgotten");
        Fail::new(Code::UnknownCommand, 404, words)
    })
}

fn open(fold: &Fold, caller: &Caller, seq: Seq) -> Answer<usize> {
    let (page, _) = page(fold, caller, seq)?;
    Ok(in_scope(fold, &page.open, caller))
}

fn in_scope<'a>(
    fold: &Fold,
    nodes: impl IntoIterator<Item = &'a NodeId>,
    caller: &Caller,
) -> usize {
    let mut nodes = nodes.into_iter();
    match &caller.scope {
        None => nodes.count(),
        Some(scope) => {
            nodes.by_ref().filter(|node| scope.contains(fold.ledger.name(**node))).count()
        }
    }
}

fn view(region: &Inner, fold: &Fold, caller: &Caller, seq: Seq) -> Answer<Command> {
    let (page, nodes) = page(fold, caller, seq)?;
    let scope = caller.scope.as_ref();
    let command = &page.command;
    let states = within(states(region, fold, seq, page), scope);
    let text = |text: &Option<Box<str>>| text.as_deref().map(str::to_owned);
    Ok(Command {
        seq,
        accepted_at_ms: page.at,
        action: action(command.action),
        nodes: nodes.to_string(),
        count: nodes.len(),
        by: command.by.to_string(),
        door: door(&command.door),
        reason: text(&command.reason),
        sequence: command.sequence,
        if_newest: command.if_newest,
        boot: command.boot.map(boot),
        force_after_ms: command.force_after_ms,
        batch: command.batch.map(batch),
        deadline_ms: command.deadline_ms,
        policy: policy(command.policy),
        open: in_scope(fold, &page.open, caller),
        escalated: escalated(fold, page, scope),
        verdicts: verdict_groups(within(fold.verdicts(page), scope)),
        states: states.into_iter().map(state_group).collect(),
    })
}

/// The nodes of a command at which orders went to the second way.
fn escalated(fold: &Fold, page: &Page, scope: Option<&NodeSet>) -> Option<String> {
    let names = page.escalated.iter().map(|node| fold.ledger.name(*node));
    let shown = names.filter(|name| scope.is_none_or(|scope| scope.contains(name)));
    let nodes = NodeSet::from_names(shown).expect("names come from node sets");
    (!nodes.is_empty()).then(|| nodes.to_string())
}

fn state_group(group: Group<State>) -> StateGroup {
    StateGroup { nodes: group.nodes.to_string(), count: group.nodes.len(), state: group.what }
}

/// How the command stands: refused, ended, or what is being done.
fn states(region: &Inner, fold: &Fold, seq: Seq, page: &Page) -> Vec<Group<State>> {
    let refused = fold.verdicts(page).into_iter().filter(|group| !group.what.is_accepted());
    let mut groups: Vec<Group<State>> = refused
        .map(|group| Group { nodes: group.nodes, what: State::Refused { verdict: group.what } })
        .collect();
    groups.extend(page.ended.iter().map(|(outcome, ends)| Group {
        nodes: if ends.nodes.len() == page.count {
            page.command.nodes.clone()
        } else {
            fold.names(ends.nodes.iter().copied())
        },
        what: State::Ended { outcome: fold.outcome(outcome) },
    }));
    let mut open: BTreeMap<State, Vec<NodeId>> = BTreeMap::new();
    for node in &page.open {
        open.entry(open_state(region, fold, seq, *node)).or_default().push(*node);
    }
    groups.extend(open.into_iter().map(|(what, nodes)| Group { nodes: fold.names(nodes), what }));
    groups
}

fn open_state(region: &Inner, fold: &Fold, seq: Seq, node: NodeId) -> State {
    match fold.ledger.intent(node, seq).map(|intent| &intent.state) {
        Some(IntentState::Joined { into }) => State::Joined { into: *into },
        Some(IntentState::Waiting) => State::Waiting,
        Some(IntentState::Running | IntentState::Refused(_) | IntentState::Ended(_)) | None => {
            running(region, fold.ledger.name(node), seq)
        }
    }
}

/// What the agent says that it does for that command.
pub(crate) fn running(region: &Inner, node: &str, seq: Seq) -> State {
    let status = region.board.status(node);
    let progress = status.map(|status| status.progress).filter(|it| it.seq == Some(seq));
    let Some(progress) = progress else {
        return State::Running { phase: api::Phase::Pending, order: None, attempt: 0, cause: None };
    };
    State::Running {
        phase: phase(progress.phase),
        order: progress.phase.order().map(order),
        attempt: progress.attempt,
        cause: progress.cause.map(|cause| cause.to_string()),
    }
}

fn summary(fold: &Fold, seq: Seq, page: &Page, nodes: &NodeSet, caller: &Caller) -> CommandSummary {
    let command = &page.command;
    CommandSummary {
        seq,
        accepted_at_ms: page.at,
        action: action(command.action),
        nodes: nodes.to_string(),
        count: nodes.len(),
        by: command.by.to_string(),
        door: door(&command.door),
        reason: command.reason.as_deref().map(str::to_owned),
        tally: tally(fold, page, nodes.len(), caller),
    }
}

fn tally(fold: &Fold, page: &Page, count: usize, caller: &Caller) -> Tally {
    let mut tally = Tally { open: in_scope(fold, &page.open, caller), ..Tally::default() };
    let mut ended = 0;
    for (outcome, ends) in &page.ended {
        let nodes = in_scope(fold, &ends.nodes, caller);
        ended += nodes;
        match outcome.result() {
            Outcome::Confirmed => tally.confirmed += nodes,
            Outcome::Superseded { .. } => tally.superseded += nodes,
            Outcome::Cancelled { .. } => tally.cancelled += nodes,
            Outcome::Failed { .. } => tally.failed += nodes,
            Outcome::Uncertain { .. } => tally.uncertain += nodes,
            Outcome::Merged { .. } => {}
        }
    }
    tally.refused = count.saturating_sub(ended + tally.open);
    tally
}
