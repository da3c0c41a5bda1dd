//! What was not carried over, in lines for people: nodes with the same reason in one line. It prints nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use nodeset::NodeSet;

use super::found::Left;
use super::source::quoted;

/// One line for each reason in each file, with the first place.
#[must_use]
pub fn listing(left: &BTreeSet<Left>) -> Vec<String> {
    let mut lines: BTreeMap<(Option<Arc<str>>, &str, bool), Line<'_>> = BTreeMap::new();
    for one in left {
        let file = one.place.as_ref().map(|place| Arc::clone(&place.file));
        let line = lines.entry((file, &one.reason, one.node.is_none())).or_default();
        line.first = match (line.first, one.place.as_ref().and_then(|place| place.line)) {
            (Some(first), Some(here)) => Some(here.min(first)),
            (first, here) => first.or(here),
        };
        line.nodes.extend(one.node.as_deref());
    }
    let mut lines: Vec<_> = lines.into_iter().collect();
    lines.sort_by(|((file, ..), line), ((other, ..), its)| {
        (file, line.first).cmp(&(other, its.first))
    });
    lines.into_iter().map(|((file, reason, _), line)| line.told(file.as_deref(), reason)).collect()
}

#[derive(Default)]
struct Line<'l> {
    first: Option<usize>,
    nodes: BTreeSet<&'l str>,
}

impl Line<'_> {
    fn told(&self, file: Option<&str>, reason: &str) -> String {
        let mut told = String::new();
        if let Some(file) = file {
            told += file;
            told += &self.first.map_or_else(String::new, |line| format!(":{line}"));
            told += ": ";
        }
        if !self.nodes.is_empty() {
            told += &folded(&self.nodes);
            told += ": ";
        }
        told + reason
    }
}

/// The names as a node set, or as they are if they make none.
fn folded(names: &BTreeSet<&str>) -> String {
    match NodeSet::from_names(names) {
        Ok(set) => set.to_string(),
        Err(_) => names.iter().map(|name| quoted(name)).collect::<Vec<_>>().join(", "),
    }
}
