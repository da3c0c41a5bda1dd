//! Which nodes a request means: its expression and labels, by the inventory of now.
//! It does not say whether the caller may command them.

use api::Code;
use nodeset::{ErrorKind, Groups, NodeSet, ParseError};

use crate::fleet::Fleet;
use crate::groups::{brief, cut};
use crate::rest::{Answer, Fail};

/// The most labels of one selector.
const LABELS_MAX: usize = 16;

/// What was asked for.
#[derive(Clone, Copy)]
pub(crate) struct Chosen<'a> {
    pub(crate) nodes: &'a str,
    pub(crate) selector: Option<&'a str>,
}

/// The inventory as a caller sees it: *every node* means those in its scope. Whoever names others, one by
/// one or by a group, means them and is refused.
struct Seen<'a> {
    fleet: &'a Fleet,
    scope: Option<&'a NodeSet>,
}

impl Groups for Seen<'_> {
    fn group(&self, name: &str) -> Option<NodeSet> {
        self.fleet.group(name)
    }

    fn all(&self) -> NodeSet {
        cut(self.fleet.nodes(), self.scope)
    }

    fn wildcard(&self, pattern: &str) -> NodeSet {
        self.fleet.wildcard(pattern)
    }
}

/// The nodes that were meant; all of them are in the inventory, and there is at least one.
pub(crate) fn choose(
    fleet: &Fleet,
    scope: Option<&NodeSet>,
    chosen: Chosen<'_>,
) -> Answer<NodeSet> {
    let seen = Seen { fleet, scope };
    let nodes = NodeSet::parse_with(chosen.nodes, &seen, fleet.limits().nodes_max)
        .map_err(|error| bad_node_set(chosen.nodes, &error))?;
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
