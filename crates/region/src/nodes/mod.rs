//! Nodes: what is known of them, what is being done with them, and why.
//! It reads no machine itself.

mod fresh;
mod view;
mod why;

use std::collections::BTreeMap;

use api::{
    Code, GroupEntry, GroupList, History, Node, NodeList, NodeQuery, Power, ResolveQuery, Resolved,
    TryList, Why, WhyQuery,
};
use nodeset::NodeSet;

use crate::accounts::Caller;
use crate::commands::{Chosen, choose};
use crate::groups::{Group, cut};
use crate::locks::read;
use crate::region::Inner;
use crate::rest::{Answer, Fail};
use fresh::{Freshness, freshen};
pub(crate) use view::IN_TRANSITION;

/// The chosen nodes that the caller may see.
pub(crate) async fn list(region: &Inner, caller: &Caller, query: &NodeQuery) -> Answer<NodeList> {
    let nodes = chosen(region, caller, query.nodes.as_deref(), query.selector.as_deref())?;
    let since = freshen(region, &nodes, Freshness::new(query.max_age_ms, query.wait_ms)).await;
    let (fold, fleet) = (read(&region.fold), region.fleet());
    let now = region.now();
    let node = |name: String| view::node(region, &fold, &fleet, &name, now, since);
    Ok(NodeList { nodes: nodes.iter().map(node).collect() })
}

/// The nodes that an expression means, as far as the caller may see them.
pub(crate) fn resolve(region: &Inner, caller: &Caller, query: &ResolveQuery) -> Answer<Resolved> {
    let nodes = chosen(region, caller, query.nodes.as_deref(), query.selector.as_deref())?;
    Ok(Resolved { nodes: nodes.to_string(), count: nodes.len() })
}

/// The names of nodes and groups that the caller may see.
pub(crate) fn groups(region: &Inner, caller: &Caller) -> GroupList {
    let fleet = region.fleet();
    let all = cut(fleet.nodes(), caller.scope.as_ref());
    let groups = fleet.groups().iter().map(|(group, nodes)| (group, nodes.intersection(&all)));
    let groups = groups.filter(|(_, nodes)| !nodes.is_empty()).map(|(group, nodes)| GroupEntry {
        group: group.clone(),
        nodes: nodes.to_string(),
        count: nodes.len(),
    });
    GroupList { nodes: all.to_string(), count: all.len(), groups: groups.collect() }
}

/// One node.
pub(crate) async fn one(
    region: &Inner,
    caller: &Caller,
    name: &str,
    query: &WhyQuery,
) -> Answer<Node> {
    let nodes = known(region, caller, name)?;
    let since = freshen(region, &nodes, Freshness::new(query.max_age_ms, query.wait_ms)).await;
    Ok(view::node(region, &read(&region.fold), &region.fleet(), name, region.now(), since))
}

/// The nodes by what they read; those that can't be read in time are unknown.
pub(crate) async fn powers(region: &Inner, nodes: &NodeSet, max_age_ms: u64) -> Vec<Group<Power>> {
    let since = freshen(region, nodes, Freshness::new(Some(max_age_ms), None)).await;
    let now = region.now();
    let mut groups: BTreeMap<Power, Vec<String>> = BTreeMap::new();
    for name in nodes.iter() {
        groups.entry(view::read_power(region, &name, now, since)).or_default().push(name);
    }
    let group = |(what, names): (Power, Vec<String>)| Group {
        nodes: NodeSet::from_names(names).expect("the names come from a node set"),
        what,
    };
    groups.into_iter().map(group).collect()
}

/// The intents of a node that are remembered.
pub(crate) fn history(region: &Inner, caller: &Caller, name: &str) -> Answer<History> {
    known(region, caller, name)?;
    let intents = view::history(region, &read(&region.fold), name);
    Ok(History { node: name.to_owned(), intents })
}

/// The exchanges with a node's BMC that are remembered.
pub(crate) fn tries(region: &Inner, caller: &Caller, name: &str) -> Answer<TryList> {
    known(region, caller, name)?;
    Ok(TryList { node: name.to_owned(), tries: region.board.tries.of(name) })
}

/// What is going on with a node.
pub(crate) async fn why(
    region: &Inner,
    caller: &Caller,
    name: &str,
    query: &WhyQuery,
) -> Answer<Why> {
    let node = one(region, caller, name, query).await?;
    let fold = read(&region.fold);
    let mut past = view::history(region, &fold, name);
    past.retain(|intent| matches!(intent.state, api::State::Ended { .. }));
    let agent = fold.ledger.leader(region.fleet().cluster()).map(str::to_owned);
    drop(fold);
    let last = past.pop();
    let rest = why::Rest {
        progress: region.board.status(name).map(|status| status.progress),
        report: region.board.reported(name),
    };
    let sentence = why::sentence(&node, &rest, last.as_ref(), agent.as_deref(), region.now());
    Ok(Why { sentence, node, last, agent })
}

fn chosen(
    region: &Inner,
    caller: &Caller,
    nodes: Option<&str>,
    selector: Option<&str>,
) -> Answer<NodeSet> {
    let fleet = region.fleet();
    if nodes.is_none() && cut(fleet.nodes(), caller.scope.as_ref()).is_empty() {
        return Ok(NodeSet::default());
    }
    choose(&fleet, caller, Chosen { nodes: nodes.unwrap_or("@*"), selector })
}

/// Refuses a node that is not in the inventory, unless something is still being done with it. One
/// outside of the caller's scope is refused first, so that nobody learns whether there is one.
fn known(region: &Inner, caller: &Caller, name: &str) -> Answer<NodeSet> {
    let unknown = || {
        let shown: String = name.chars().take(80).collect();
        Fail::new(Code::UnknownNode, 404, format!("the inventory does not know {shown:?}"))
    };
    let node = NodeSet::from_names([name]).map_err(|_| unknown())?;
    caller.covers(&node)?;
    let fold = read(&region.fold);
    let in_use = fold.ledger.id(name).is_some_and(|id| fold.ledger.running(id).is_some());
    if region.fleet().node(name).is_none() && !in_use {
        return Err(unknown());
    }
    Ok(node)
}
