//! What the agent takes from the inventory for each node: how it is reached and how patient to be.
//!
//! Defaults for what the inventory leaves open are here and nowhere else.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use arbiter::{Drift, Limit, Millis, Pacing};

use crate::inventory::{self, CredentialRef, Endpoint, Identity, Inventory, Node, Poll};

/// An exchange may take so long, its wait for a turn included, unless the inventory says otherwise.
const EXCHANGE_MS: Millis = 10_000;
/// The first reads after a start are spread so that at most so many nodes are read in a millisecond.
const FIRST_READS_PER_MS: usize = 5;

/// How one node is reached.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Target {
    pub(crate) node: Arc<str>,
    pub(crate) endpoint: Arc<Endpoint>,
    pub(crate) credential: Arc<CredentialRef>,
    pub(crate) exchange_ms: Millis,
    /// The least time between two exchanges at the endpoint, in milliseconds.
    pub(crate) gap_ms: u32,
    /// Which machine has to be behind the BMC.
    pub(crate) identity: Option<Arc<Identity>>,
}

impl Target {
    /// The endpoint as causes name it.
    pub(crate) fn name(&self) -> String {
        self.endpoint.address.to_string()
    }
}

/// The targets of all nodes whose credentials are in the inventory. What is equal is shared: a fleet is
/// large, its accounts are few.
pub(crate) fn targets(inventory: &Inventory) -> impl Iterator<Item = Target> {
    let shared = |(name, credential): (&String, &CredentialRef)| {
        (name.clone(), Arc::new(credential.clone()))
    };
    let credentials: HashMap<String, Arc<CredentialRef>> =
        inventory.credentials.iter().map(shared).collect();
    inventory.nodes.values().filter_map(move |node| {
        Some(Target {
            node: Arc::clone(&node.name),
            endpoint: Arc::clone(&node.endpoint),
            credential: Arc::clone(credentials.get(&*node.endpoint.credentials)?),
            exchange_ms: exchange_ms(node),
            gap_ms: node.settings.gap_ms.unwrap_or(0),
            identity: inventory.identities.get(&node.name).cloned(),
        })
    })
}

/// What the circuits bear.
pub(crate) fn limits(inventory: &Inventory) -> impl Iterator<Item = Limit> {
    inventory.circuits.iter().map(|(name, circuit)| Limit {
        circuit: Arc::clone(name),
        starts_max: circuit.starts_max,
        window_ms: circuit.within_ms,
        watts_max: circuit.watts_max,
    })
}

/// The node's patience.
pub(crate) fn pacing(node: &Node, inventory: &Inventory) -> Pacing {
    let (usual, set) = (Pacing::default(), &node.settings);
    let mut salt = DefaultHasher::new();
    node.name.hash(&mut salt);
    let circuit = inventory.circuit_of(node);
    Pacing {
        endpoint: node.endpoint.address.to_string().into(),
        exchange_ms: exchange_ms(node),
        dwell_ms: set.dwell_ms.unwrap_or(usual.dwell_ms),
        settle_ms: set.settle_ms.unwrap_or(usual.settle_ms),
        transition_min_ms: set.transition_ms.unwrap_or(usual.transition_min_ms),
        attempts_max: set.attempts.map_or(usual.attempts_max, |n| n.try_into().unwrap_or(u8::MAX)),
        poll_ms: match set.poll {
            None => usual.poll_ms,
            Some(Poll::Off) => None,
            Some(Poll::EveryMs(span)) => Some(span),
        },
        drift: match set.drift {
            None | Some(inventory::Drift::Observe) => Drift::Observe,
            Some(inventory::Drift::Enforce) => Drift::Enforce,
        },
        circuit: circuit.map(|(name, _)| Arc::clone(name)),
        start_watts: set
            .start_watts
            .unwrap_or_else(|| circuit.map_or(0, |(_, circuit)| circuit.start_watts)),
        salt: salt.finish(),
        ..usual
    }
}

/// When a node is read first: soon, but not all at once. Never, if polling is off.
pub(crate) fn first_poll(now: Millis, pacing: &Pacing, nodes: usize) -> Option<Millis> {
    let spread = (nodes / FIRST_READS_PER_MS) as Millis;
    pacing.poll_ms.map(|poll_ms| now + pacing.salt % (spread.min(poll_ms) + 1))
}

fn exchange_ms(node: &Node) -> Millis {
    node.settings.exchange_timeout_ms.unwrap_or(EXCHANGE_MS)
}
