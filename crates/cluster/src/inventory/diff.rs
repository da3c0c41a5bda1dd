//! What differs between two inventories, as node sets. It applies nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use nodeset::NodeSet;

use super::endpoint::{Access, Endpoint};
use super::model::{CredentialRef, Inventory, Node, names};

/// A kind of difference in a node that is in both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    /// Another driver.
    Driver,
    /// Another host or port.
    Address,
    /// Other credentials, or the same ones defined differently.
    Credentials,
    /// Another cipher suite or privilege level.
    Access,
    /// Another certificate is trusted, or none is asked for.
    Trust,
    /// Another system behind the same address.
    System,
    /// Another fence agent, or other parameters of it.
    Agent,
    /// Other URLs, or something else to look for in their answers.
    Webhook,
    /// Other labels.
    Labels,
    /// Other settings.
    Settings,
    /// It depends on another node.
    DependsOn,
    /// It has to be another machine.
    Identity,
    /// Another second way.
    Second,
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Driver => "driver",
            Self::Address => "address",
            Self::Credentials => "credentials",
            Self::Access => "cipher or privilege",
            Self::Trust => "trust",
            Self::System => "system",
            Self::Agent => "agent or parameters",
            Self::Webhook => "webhook",
            Self::Labels => "labels",
            Self::Settings => "settings",
            Self::DependsOn => "depends_on",
            Self::Identity => "identity",
            Self::Second => "second way",
        })
    }
}

/// The differences.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Diff {
    /// Nodes that are new.
    pub added: NodeSet,
    /// Nodes that are gone.
    pub removed: NodeSet,
    /// Nodes that changed, by kind; a node may be in several.
    pub changed: BTreeMap<Change, NodeSet>,
    /// Groups that are new, gone or have other members.
    pub groups: BTreeSet<String>,
    /// Circuits that are new, gone or bear something else.
    pub circuits: BTreeSet<String>,
}

impl Diff {
    /// Whether the inventories mean the same.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.added.is_empty()
            && self.removed.is_empty()
            && self.changed.is_empty()
            && self.groups.is_empty()
            && self.circuits.is_empty()
    }
}

/// One line for each kind of difference, as `added: n[1-4]`; `no change` when there is none.
impl fmt::Display for Diff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut lines = Vec::new();
        for (what, set) in [("added", &self.added), ("removed", &self.removed)] {
            lines.extend((!set.is_empty()).then(|| format!("{what}: {set}")));
        }
        lines.extend(self.changed.iter().map(|(change, set)| format!("{change} changed: {set}")));
        for (what, set) in [("groups", &self.groups), ("circuits", &self.circuits)] {
            let names: Vec<&str> = set.iter().map(String::as_str).collect();
            lines
                .extend((!set.is_empty()).then(|| format!("{what} changed: {}", names.join(", "))));
        }
        if lines.is_empty() { f.write_str("no change") } else { f.write_str(&lines.join("\n")) }
    }
}

/// Compares two inventories.
#[must_use]
pub fn diff(old: &Inventory, new: &Inventory) -> Diff {
    let mut changed: BTreeMap<Change, Vec<&str>> = BTreeMap::new();
    for (name, after) in &new.nodes {
        let before = old.nodes.get(name);
        for change in before.into_iter().flat_map(|before| changes((old, before), (new, after))) {
            changed.entry(change).or_default().push(name);
        }
    }
    Diff {
        added: new.all.difference(&old.all),
        removed: old.all.difference(&new.all),
        changed: changed.into_iter().map(|(c, list)| (c, names(list.into_iter()))).collect(),
        groups: changed_keys(&old.groups, &new.groups),
        circuits: changed_keys(&old.circuits, &new.circuits),
    }
}

fn changes(
    (old, before): (&Inventory, &Node),
    (new, after): (&Inventory, &Node),
) -> impl Iterator<Item = Change> + use<> {
    let (was, is) = (&before.endpoint, &after.endpoint);
    let credentials = was.credentials == is.credentials && account(old, was) == account(new, is);
    let other = match (&was.access, &is.access) {
        (Access::Ipmi(was), Access::Ipmi(is)) if was != is => Some(Change::Access),
        (Access::Redfish(was), Access::Redfish(is)) if was.transport != is.transport => {
            Some(Change::Trust)
        }
        (Access::Fence(was), Access::Fence(is)) if was != is => Some(Change::Agent),
        (Access::Webhook(was), Access::Webhook(is)) if was != is => {
            let trust = was.transport != is.transport;
            Some(if trust { Change::Trust } else { Change::Webhook })
        }
        // another driver is told as such
        (
            Access::Ipmi(_)
            | Access::Redfish(_)
            | Access::Fence(_)
            | Access::Webhook(_)
            | Access::Manual,
            _,
        ) => None,
    };
    let same = [
        (Change::Driver, was.driver() == is.driver()),
        (Change::Address, was.contact == is.contact),
        (Change::Credentials, credentials),
        (Change::Access, !matches!(other, Some(Change::Access))),
        (Change::Trust, !matches!(other, Some(Change::Trust))),
        (Change::System, was.system() == is.system()),
        (Change::Agent, !matches!(other, Some(Change::Agent))),
        (Change::Webhook, !matches!(other, Some(Change::Webhook))),
        (Change::Labels, before.labels == after.labels),
        (Change::Settings, before.settings == after.settings),
        (Change::DependsOn, old.parents.get(&before.name) == new.parents.get(&after.name)),
        (Change::Second, old.seconds.get(&before.name) == new.seconds.get(&after.name)),
        (Change::Identity, old.identities.get(&before.name) == new.identities.get(&after.name)),
    ];
    same.into_iter().filter(|(_, same)| !same).map(|(change, _)| change)
}

fn account<'i>(inventory: &'i Inventory, endpoint: &Endpoint) -> Option<&'i CredentialRef> {
    inventory.credentials.get(&**endpoint.credentials.as_ref()?)
}

fn changed_keys<K, V>(old: &BTreeMap<K, V>, new: &BTreeMap<K, V>) -> BTreeSet<String>
where
    K: Ord + fmt::Display,
    V: PartialEq,
{
    let names = old.keys().chain(new.keys());
    names.filter(|name| old.get(*name) != new.get(*name)).map(K::to_string).collect()
}
