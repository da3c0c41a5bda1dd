//! What the inventory says of the nodes, a column for each label.
//! It does not know what a label means.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use api::{LabelColumn, LabelGroup};
use nodeset::NodeSet;

use crate::fleet::Fleet;

/// The most values of a label that is told: one that differs from node to node is no column to choose by.
const VALUES_MAX: usize = 4_096;

/// Value → names.
type Values<'a> = BTreeMap<&'a str, Vec<&'a str>>;

/// The labels of those nodes.
pub(super) fn columns(fleet: &Fleet, names: &[String]) -> Vec<LabelColumn> {
    let mut labels: BTreeMap<&str, Values<'_>> = BTreeMap::new();
    for (shared, names) in alike(fleet, names) {
        for (label, value) in shared {
            labels.entry(label).or_default().entry(value).or_default().extend(&names);
        }
    }
    labels.into_iter().map(|(label, values)| column(label, values)).collect()
}

/// The nodes that share their labels.
fn alike<'a>(
    fleet: &'a Fleet,
    names: &'a [String],
) -> impl Iterator<Item = (&'a BTreeMap<String, String>, Vec<&'a str>)> {
    let mut alike: HashMap<*const BTreeMap<String, String>, (&BTreeMap<_, _>, Vec<&str>)> =
        HashMap::new();
    for name in names {
        if let Some(node) = fleet.node(name) {
            let shared = alike.entry(Arc::as_ptr(&node.labels));
            shared.or_insert_with(|| (&node.labels, Vec::new())).1.push(name);
        }
    }
    alike.into_values()
}

fn column(label: &str, values: Values<'_>) -> LabelColumn {
    let label = label.to_owned();
    if values.len() > VALUES_MAX {
        return LabelColumn { label, values: Vec::new(), left_out: Some(values.len()) };
    }
    let group = |(value, names): (&str, Vec<&str>)| {
        let nodes = NodeSet::from_names(names).expect("the names come from a node set");
        LabelGroup { value: value.to_owned(), count: nodes.len(), nodes: nodes.to_string() }
    };
    LabelColumn { label, values: values.into_iter().map(group).collect(), left_out: None }
}

#[cfg(test)]
mod tests {
    use arbiter::Policy;

    use super::*;
    use crate::fleet::{FleetNode, Limits};

    #[test]
    fn a_label_with_a_value_for_each_node_is_left_out_but_told() {
        let node = |number: usize| {
            let rack = if number == 0 { "r1" } else { "r2" };
            let labels = [("rack", rack.to_owned()), ("serial", format!("s{number}"))];
            let labels = labels.map(|(label, value)| (label.to_owned(), value)).into();
            let labels = Arc::new(labels);
            let policy = Policy::Supersede;
            let node = FleetNode { labels, policy, deadline_ms: 1, driver: "ipmi" };
            (format!("n{number}").into_boxed_str(), node)
        };
        let count = VALUES_MAX + 1;
        let nodes = (0..count).map(node);
        let fleet = Fleet::new("c1", nodes, BTreeMap::new(), Limits::default()).unwrap();
        let names: Vec<String> = fleet.nodes().iter().collect();
        let columns = columns(&fleet, &names);
        assert_eq!(columns[0].label, "rack");
        let told: Vec<_> = columns[0].values.iter().map(|it| (&*it.value, &*it.nodes)).collect();
        assert_eq!(told, [("r1", "n0"), ("r2", &*format!("n[1-{VALUES_MAX}]"))]);
        assert_eq!((&*columns[1].label, columns[1].values.len()), ("serial", 0));
        assert_eq!(columns[1].left_out, Some(count));
    }
}
