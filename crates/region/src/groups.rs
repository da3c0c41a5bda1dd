//! Node sets with something in common, cut to what a caller may see.
//! It does not know what they have in common.

use nodeset::NodeSet;

/// The nodes that have something in common.
#[derive(Clone, Debug)]
pub(crate) struct Group<T> {
    pub(crate) nodes: NodeSet,
    pub(crate) what: T,
}

/// Cuts groups to a scope; those that are empty then are dropped.
pub(crate) fn within<T>(groups: Vec<Group<T>>, scope: Option<&NodeSet>) -> Vec<Group<T>> {
    let Some(scope) = scope else { return groups };
    let cut = groups
        .into_iter()
        .map(|group| Group { nodes: group.nodes.intersection(scope), what: group.what });
    cut.filter(|group| !group.nodes.is_empty()).collect()
}

/// The nodes within a scope.
pub(crate) fn cut(nodes: &NodeSet, scope: Option<&NodeSet>) -> NodeSet {
    scope.map_or_else(|| nodes.clone(), |scope| nodes.intersection(scope))
}

pub(crate) fn verdict_groups(groups: Vec<Group<api::Verdict>>) -> Vec<api::VerdictGroup> {
    let group = |group: Group<api::Verdict>| api::VerdictGroup {
        nodes: group.nodes.to_string(),
        count: group.nodes.len(),
        verdict: group.what,
    };
    groups.into_iter().map(group).collect()
}

/// A node set in a sentence: folded, cut short if it is long.
pub(crate) fn brief(nodes: &NodeSet) -> String {
    const BYTES_MAX: usize = 200;
    let mut text = nodes.to_string();
    if text.len() > BYTES_MAX {
        text.truncate(BYTES_MAX);
        text.push_str(&format!("... ({} nodes)", nodes.len()));
    }
    text
}
