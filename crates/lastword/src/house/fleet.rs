//! The inventory as the region knows it: no BMC, no address, no credential.

use std::collections::BTreeMap;
use std::collections::HashMap;
use std::sync::Arc;

use arbiter::Policy;
use cluster::inventory::{self, Inventory, Labels, Node};
use nodeset::{NodeSet, ParseError};
use region::{CircuitLimit, Fleet, FleetNode, Limits, Site};

/// The one cluster of a house.
pub const CLUSTER: &str = "default";
/// How long an operation may take unless the inventory or the command says otherwise, in milliseconds.
pub const DEADLINE_MS: u64 = 300_000;
/// How many commands may wait for a node under the policy `queue`.
pub const QUEUE_MAX: u16 = 16;

/// What the region needs of the inventory.
///
/// # Errors
/// When a name is no node name.
pub fn fleet(inventory: &Inventory, confirm_over: Option<usize>) -> Result<Fleet, ParseError> {
    let mut shared: HashMap<*const Labels, Arc<BTreeMap<String, String>>> = HashMap::new();
    let nodes = inventory.nodes.values().map(|node| {
        let labels = shared.entry(Arc::as_ptr(&node.labels)).or_insert_with(|| labels(node));
        let known = FleetNode {
            labels: Arc::clone(labels),
            policy: policy(node),
            deadline_ms: node.settings.deadline_ms.unwrap_or(DEADLINE_MS),
            driver: node.endpoint.driver().word(),
        };
        (Box::from(&*node.name), known)
    });
    let usual = Limits::default();
    let limits = Limits { confirm_over: confirm_over.unwrap_or(usual.confirm_over), ..usual };
    Fleet::new(CLUSTER, nodes, inventory.groups.clone(), limits)?.with_site(site(inventory)?)
}

fn site(inventory: &Inventory) -> Result<Site, ParseError> {
    let circuit = |(name, circuit): (&Arc<str>, &inventory::Circuit)| {
        let inventory::Circuit { starts_max, within_ms, watts_max, start_watts } = *circuit;
        let limit = CircuitLimit { starts_max, within_ms, watts_max, start_watts };
        (Box::from(&**name), limit)
    };
    let pair =
        |(child, parent): (&Arc<str>, &Arc<str>)| (Box::from(&**child), Box::from(&**parent));
    let own = inventory.nodes.values().filter(|node| node.settings.hosts_lastword == Some(true));
    Ok(Site {
        circuits: inventory.circuits.iter().map(circuit).collect(),
        parents: inventory.parents.iter().map(pair).collect(),
        hosts_lastword: NodeSet::from_names(own.map(|node| &*node.name))?,
    })
}

fn labels(node: &Node) -> Arc<BTreeMap<String, String>> {
    let text = |(name, value): (&Arc<str>, &Arc<str>)| (name.to_string(), value.to_string());
    Arc::new(node.labels.iter().map(text).collect())
}

fn policy(node: &Node) -> Policy {
    match node.settings.policy {
        None | Some(inventory::Policy::Supersede) => Policy::Supersede,
        Some(inventory::Policy::Queue) => Policy::Queue { limit: QUEUE_MAX },
        Some(inventory::Policy::Next) => Policy::Next,
    }
}
