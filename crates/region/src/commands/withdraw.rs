//! Taking open intents back.
//! It does not undo anything: what was sent was sent.

use std::collections::BTreeSet;

use api::{Role, WithdrawRequest, Withdrawal, WithdrawnGroup};
use arbiter::{NodeId, Record, Seq, Withdrawn};
use nodeset::NodeSet;

use super::check::reason;
use super::record::record;
use super::resolve::{Chosen, choose};
use super::view::page;
use crate::accounts::Caller;
use crate::fold::Fold;
use crate::groups::{Group, verdict_groups, within};
use crate::locks::read;
use crate::log::request_id;
use crate::region::Shared;
use crate::rest::Answer;

/// Withdraws what is open on nodes.
pub(crate) async fn withdraw(
    region: &Shared,
    caller: &Caller,
    key: Option<String>,
    request: WithdrawRequest,
) -> Answer<Withdrawal> {
    caller.needs(Role::Operator)?;
    reason(request.reason.as_deref())?;
    let chosen = Chosen { nodes: &request.nodes, selector: None };
    let nodes = choose(&region.fleet(), caller, chosen)?;
    carry_out(region, caller, key, &nodes, request.seq, request.reason).await
}

/// Withdraws what is open of one command on the nodes that the caller may see.
pub(crate) async fn withdraw_one(
    region: &Shared,
    caller: &Caller,
    key: Option<String>,
    seq: Seq,
) -> Answer<Withdrawal> {
    caller.needs(Role::Operator)?;
    let (_, nodes) = page(&read(&region.fold), caller, seq)?;
    carry_out(region, caller, key, &nodes, Some(seq), None).await
}

async fn carry_out(
    region: &Shared,
    caller: &Caller,
    key: Option<String>,
    nodes: &NodeSet,
    seq: Option<Seq>,
    reason: Option<String>,
) -> Answer<Withdrawal> {
    let id = request_id("withdrawal", &caller.name, key.as_deref());
    if let Some(seq) = region.recent.seq(id) {
        return Ok(told(&read(&region.fold), caller, seq));
    }
    let nodes = with_open_intents(&read(&region.fold), nodes, seq);
    if nodes.is_empty() {
        return Ok(Withdrawal { seq: None, count: 0, withdrawn: Vec::new(), refused: Vec::new() });
    }
    let withdrawn = Withdrawn {
        nodes,
        by: caller.name.as_str().into(),
        door: caller.door.word().into(),
        seq,
        reason: reason.map(Into::into),
    };
    let seq = record(region, id, &Record::Withdrawn(withdrawn)).await?;
    region.recent.remember(id, seq);
    Ok(told(&read(&region.fold), caller, seq))
}

fn with_open_intents(fold: &Fold, nodes: &NodeSet, only: Option<Seq>) -> NodeSet {
    let is_open = |node: NodeId| {
        let mut intents = fold.ledger.intents(node).iter();
        intents.any(|intent| intent.state.is_open() && only.is_none_or(|seq| seq == intent.seq))
    };
    let ids: BTreeSet<NodeId> = nodes.iter().filter_map(|name| fold.ledger.id(&name)).collect();
    fold.names(ids.into_iter().filter(|node| is_open(*node)))
}

fn told(fold: &Fold, caller: &Caller, seq: Seq) -> Withdrawal {
    let Some(note) = fold.book.note(seq) else {
        return Withdrawal { seq: Some(seq), count: 0, withdrawn: Vec::new(), refused: Vec::new() };
    };
    let scope = caller.scope.as_ref();
    let ended = note
        .ended
        .iter()
        .map(|(seq, nodes)| Group { nodes: fold.names(nodes.iter().copied()), what: *seq });
    let withdrawn = within(ended.collect(), scope).into_iter().map(|group| WithdrawnGroup {
        nodes: group.nodes.to_string(),
        count: group.nodes.len(),
        seq: group.what,
    });
    let withdrawn: Vec<WithdrawnGroup> = withdrawn.collect();
    let refused = note.withheld.iter().map(|(refusal, nodes)| Group {
        nodes: fold.names(nodes.iter().copied()),
        what: fold.refusal(refusal),
    });
    Withdrawal {
        seq: Some(seq),
        count: withdrawn.iter().map(|group| group.count).sum(),
        withdrawn,
        refused: verdict_groups(within(refused.collect(), scope)),
    }
}
