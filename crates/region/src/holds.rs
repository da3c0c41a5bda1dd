//! Holds: placing, listing, ending them.
//! It does not say what a hold forbids: the fold does.

use std::collections::BTreeMap;

use api::{
    Code, Hold, HoldAnswer, HoldList, HoldRequest, KeptGroup, ReleaseAnswer, ReleaseRequest, Role,
};
use arbiter::{Held, NodeId, Record, Released, Seq};
use nodeset::NodeSet;

use crate::accounts::Caller;
use crate::commands::{Chosen, choose, hold_terms, record};
use crate::convert::door;
use crate::fold::Fold;
use crate::groups::{Group, cut, verdict_groups, within};
use crate::locks::read;
use crate::log::request_id;
use crate::region::{Inner, Shared};
use crate::rest::{Answer, Fail};

/// The live holds, cut to a scope.
pub(crate) fn list(region: &Inner, scope: Option<&NodeSet>) -> HoldList {
    let fold = read(&region.fold);
    let mut holds = Vec::new();
    for (seq, hold, ids) in fold.ledger.holds(region.now()) {
        let nodes = cut(&fold.names(ids), scope);
        if nodes.is_empty() {
            continue;
        }
        holds.push(Hold {
            seq,
            nodes: nodes.to_string(),
            count: nodes.len(),
            by: hold.by.to_string(),
            door: door(&hold.door),
            reason: hold.reason.to_string(),
            since_at_ms: hold.since,
            until_at_ms: hold.until,
        });
    }
    HoldList { holds }
}

/// Places a hold.
pub(crate) async fn place(
    region: &Shared,
    caller: &Caller,
    key: Option<String>,
    request: HoldRequest,
) -> Answer<HoldAnswer> {
    caller.needs(Role::Operator)?;
    hold_terms(&request.reason, request.for_ms)?;
    let chosen = Chosen { nodes: &request.nodes, selector: None };
    let nodes = choose(&region.fleet(), caller, chosen)?;
    let id = request_id("hold", &caller.name, key.as_deref());
    if let Some(seq) = region.recent.seq(id) {
        return placed(&read(&region.fold), caller, seq);
    }
    let held = Held {
        nodes,
        by: caller.name.as_str().into(),
        door: caller.door.word().into(),
        reason: request.reason.into(),
        for_ms: request.for_ms,
    };
    let seq = record(region, id, &Record::Held(held)).await?;
    region.recent.remember(id, seq);
    placed(&read(&region.fold), caller, seq)
}

/// Ends holds: the caller's own, or with `break` everybody's.
pub(crate) async fn release(
    region: &Shared,
    caller: &Caller,
    key: Option<String>,
    request: &ReleaseRequest,
) -> Answer<ReleaseAnswer> {
    caller.needs(if request.break_others { Role::Admin } else { Role::Operator })?;
    let chosen = Chosen { nodes: &request.nodes, selector: None };
    let nodes = choose(&region.fleet(), caller, chosen)?;
    let id = request_id("release", &caller.name, key.as_deref());
    if let Some(seq) = region.recent.seq(id) {
        return Ok(released(region, caller, &nodes, Some(seq)));
    }
    let ending = ending(region, caller, &nodes, request.break_others);
    if ending.is_empty() {
        let answer = released(region, caller, &nodes, None);
        return match answer.kept.first() {
            Some(kept) => Err(not_yours(kept, &nodes)),
            None => Ok(answer),
        };
    }
    let record_it = Record::Released(Released {
        nodes: ending,
        by: caller.name.as_str().into(),
        door: caller.door.word().into(),
        anybodys: request.break_others,
    });
    let seq = record(region, id, &record_it).await?;
    region.recent.remember(id, seq);
    Ok(released(region, caller, &nodes, Some(seq)))
}

fn placed(fold: &Fold, caller: &Caller, seq: Seq) -> Answer<HoldAnswer> {
    let Some(note) = fold.book.note(seq) else {
        return Ok(HoldAnswer { seq, nodes: String::new(), count: 0, refused: Vec::new() });
    };
    let refused: Vec<Group<api::Verdict>> = note
        .withheld
        .iter()
        .map(|(refusal, nodes)| Group {
            nodes: fold.names(nodes.iter().copied()),
            what: fold.refusal(refusal),
        })
        .collect();
    let refused = within(refused, caller.scope.as_ref());
    if note.holds.is_empty() {
        let words = "somebody else holds every one of these nodes";
        return Err(Fail::new(Code::Held, 409, words).seq(seq).verdicts(refused));
    }
    let nodes = cut(&fold.names(note.holds.iter().copied()), caller.scope.as_ref());
    let refused = verdict_groups(refused);
    Ok(HoldAnswer { seq, count: nodes.len(), nodes: nodes.to_string(), refused })
}

/// The nodes on which a hold would end.
fn ending(region: &Inner, caller: &Caller, nodes: &NodeSet, anybodys: bool) -> NodeSet {
    let (fold, now) = (read(&region.fold), region.now());
    let ends = |node: &NodeId| {
        let mut holds = fold.ledger.live_holds(now, *node);
        holds.any(|(_, hold)| anybodys || *hold.by == *caller.name)
    };
    fold.names(nodes.iter().filter_map(|name| fold.ledger.id(&name)).filter(ends))
}

fn released(region: &Inner, caller: &Caller, asked: &NodeSet, seq: Option<Seq>) -> ReleaseAnswer {
    let fold = read(&region.fold);
    let note = seq.and_then(|seq| fold.book.note(seq));
    let nodes = fold.names(note.iter().flat_map(|note| note.holds.iter().copied()));
    let nodes = cut(&nodes, caller.scope.as_ref());
    let mut kept: BTreeMap<(String, String, u64), Vec<NodeId>> = BTreeMap::new();
    for node in asked.iter().filter_map(|name| fold.ledger.id(&name)) {
        if let Some(hold) = fold.ledger.hold_against(region.now(), node, &caller.name) {
            let whose = (hold.by.to_string(), hold.reason.to_string(), hold.until);
            kept.entry(whose).or_default().push(node);
        }
    }
    let group = |((holder, reason, until_at_ms), ids): ((String, String, u64), Vec<NodeId>)| {
        let count = ids.len();
        KeptGroup { nodes: fold.names(ids).to_string(), count, holder, reason, until_at_ms }
    };
    ReleaseAnswer {
        seq,
        count: nodes.len(),
        nodes: nodes.to_string(),
        kept: kept.into_iter().map(group).collect(),
    }
}

fn not_yours(kept: &KeptGroup, nodes: &NodeSet) -> Fail {
    let words = format!(
        "{} holds {} ({}): an administrator may break it",
        kept.holder, kept.nodes, kept.reason
    );
    Fail::new(Code::Held, 409, words).nodes(nodes)
}
