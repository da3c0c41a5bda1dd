//! Which nodes a request means: its expression and labels, by the inventory of now and the caller's
//! scope. It does not say whether the caller may command nodes at all.
//!
//! Whoever has a scope learns nothing of what is outside of it: groups and wildcards mean their part
//! within the scope, and a name outside is answered in the same way whether the inventory knows it
//! or not.

use api::Code;
use nodeset::{ErrorKind, Groups, NodeSet, ParseError};

use crate::accounts::Caller;
use crate::fleet::Fleet;
use crate::groups::brief;
use crate::rest::{Answer, Fail};

/// The most labels of one selector.
const LABELS_MAX: usize = 16;

/// What was asked for.
#[derive(Clone, Copy)]
pub(crate) struct Chosen<'a> {
    pub(crate) nodes: &'a str,
    pub(crate) selector: Option<&'a str>,
}

/// The nodes that were meant; all of them are in the inventory and in the caller's scope, and there is
/// at least one.
pub(crate) fn choose(fleet: &Fleet, caller: &Caller, chosen: Chosen<'_>) -> Answer<NodeSet> {
    let nodes = meant(fleet, caller, chosen.nodes)?;
    caller.covers(&nodes)?;
    narrowed(fleet, chosen, nodes)
}

/// What the expression says. Of nodes outside of the scope only those are in it that it names itself.
fn meant(fleet: &Fleet, caller: &Caller, text: &str) -> Answer<NodeSet> {
    let nodes_max = fleet.limits().nodes_max;
    let meant = match &caller.scope {
        None => NodeSet::parse_with(text, fleet, nodes_max),
        Some(scope) => NodeSet::parse_with(text, &Visible { fleet, scope }, nodes_max),
    };
    meant.map_err(|error| bad_node_set(text, &error))
}

/// Refuses what the inventory does not know, and keeps what has the labels.
fn narrowed(fleet: &Fleet, chosen: Chosen<'_>, nodes: NodeSet) -> Answer<NodeSet> {
    let unknown = nodes.difference(fleet.nodes());
    if !unknown.is_empty() {
        let words = format!("the inventory does not know {}", brief(&unknown));
        return Err(Fail::new(Code::UnknownNode, 404, words).nodes(&unknown));
    }
    let nodes = match chosen.selector {
        Some(selector) => fleet.select(&nodes, &labels(selector)?),
        None => nodes,
    };
    if nodes.is_empty() {
        let words = format!("no node is in {:?}{}", chosen.nodes, with(chosen.selector));
        return Err(Fail::new(Code::NoNodes, 400, words));
    }
    Ok(nodes)
}

/// The inventory as far as a scope goes. A group without a node in there is none.
struct Visible<'a> {
    fleet: &'a Fleet,
    scope: &'a NodeSet,
}

impl Groups for Visible<'_> {
    fn group(&self, name: &str) -> Option<NodeSet> {
        let nodes = self.fleet.group(name)?.intersection(self.scope);
        if nodes.is_empty() { None } else { Some(nodes) }
    }

    fn all(&self) -> NodeSet {
        self.fleet.nodes().intersection(self.scope)
    }

    fn wildcard(&self, pattern: &str) -> NodeSet {
        self.fleet.wildcard(pattern).intersection(self.scope)
    }
}

/// The text that is no node set, with a mark where.
pub(crate) fn bad_node_set(text: &str, error: &ParseError) -> Fail {
    let code = if matches!(error.kind(), ErrorKind::UnknownGroup { .. }) {
        Code::UnknownNode
    } else {
        Code::BadNodeSet
    };
    let status = if code == Code::UnknownNode { 404 } else { 400 };
    let shown: String = text.chars().take(80).collect();
    Fail::new(code, status, format!("node set {shown:?}, {error}")).column(error.column())
}

fn labels(selector: &str) -> Answer<Vec<(String, String)>> {
    let wrong = || {
        let words = format!("selector {selector:?}: write label=value[,label=value...]");
        Fail::value(words)
    };
    let pair = |text: &str| {
        let (label, value) = text.split_once('=').ok_or_else(wrong)?;
        if label.trim().is_empty() {
            Err(wrong())
        } else {
            Ok((label.trim().into(), value.trim().into()))
        }
    };
    let labels: Vec<(String, String)> = selector.split(',').map(pair).collect::<Answer<_>>()?;
    if labels.len() > LABELS_MAX {
        return Err(Fail::value(format!("a selector has {LABELS_MAX} labels at most")));
    }
    Ok(labels)
}

fn with(selector: Option<&str>) -> String {
    selector.map_or_else(String::new, |selector| format!(" with {selector}"))
}
