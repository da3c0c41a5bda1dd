//! What the agent takes from the inventory for each node: how it is reached and how patient to be.
//!
//! Defaults for what the inventory leaves open are here and nowhere else.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use arbiter::{Drift, Millis, Pacing};

use crate::inventory::{self, CredentialRef, Driver, Endpoint, Inventory, Node, Poll};

/// An exchange may take so long, its wait for a turn included, unless the inventory says otherwise.
const EXCHANGE_MS: Millis = 10_000;
/// The same for a fence agent: it waits by itself until the device shows what it was told to do, and for its turn at a
/// device of many outlets.
const AGENT_EXCHANGE_MS: Millis = 60_000;
/// An idle node that an agent is started for is read so often: that is a program with an interpreter each time.
const AGENT_POLL_MS: Millis = 300_000;
/// What a person told is looked at so often while somebody waits for it: that asks nobody.
const PERSON_BACKOFF_MS: Millis = 1_000;
/// The first reads after a start are spread so that at most so many nodes are read in a millisecond.
const FIRST_READS_PER_MS: usize = 5;

/// How one node is reached.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Target {
    pub(crate) node: Arc<str>,
    pub(crate) endpoint: Arc<Endpoint>,
    /// None when no account is needed.
    pub(crate) credential: Option<Arc<CredentialRef>>,
    pub(crate) exchange_ms: Millis,
}

impl Target {
    /// The endpoint as causes name it.
    pub(crate) fn name(&self) -> String {
        self.endpoint.contact.to_string()
    }

    /// The account.
    ///
    /// # Errors
    /// When there is none.
    pub(crate) fn credential(&self) -> Result<&CredentialRef, &'static str> {
        self.credential.as_deref().ok_or("the inventory names no credentials")
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
        let credential = match &node.endpoint.credentials {
            Some(name) => Some(Arc::clone(credentials.get(&**name)?)),
            None => None,
        };
        Some(Target {
            node: Arc::clone(&node.name),
            endpoint: Arc::clone(&node.endpoint),
            credential,
            exchange_ms: exchange_ms(node),
        })
    })
}

/// The node's patience.
pub(crate) fn pacing(node: &Node) -> Pacing {
    let (usual, set) = (Pacing::default(), &node.settings);
    let mut salt = DefaultHasher::new();
    node.name.hash(&mut salt);
    Pacing {
        endpoint: node.endpoint.contact.to_string().into(),
        exchange_ms: exchange_ms(node),
        dwell_ms: set.dwell_ms.unwrap_or(usual.dwell_ms),
        settle_ms: set.settle_ms.unwrap_or(usual.settle_ms),
        transition_min_ms: set.transition_ms.unwrap_or(usual.transition_min_ms),
        attempts_max: set.attempts.map_or(usual.attempts_max, |n| n.try_into().unwrap_or(u8::MAX)),
        poll_ms: match set.poll {
            None if node.endpoint.driver() == Driver::Fence => Some(AGENT_POLL_MS),
            None => usual.poll_ms,
            Some(Poll::Off) => None,
            Some(Poll::EveryMs(span)) => Some(span),
        },
        drift: match set.drift {
            None | Some(inventory::Drift::Observe) => Drift::Observe,
            Some(inventory::Drift::Enforce) => Drift::Enforce,
        },
        backoff_max_ms: match node.endpoint.driver() {
            Driver::Manual => PERSON_BACKOFF_MS,
            Driver::Ipmi | Driver::Redfish | Driver::Fence | Driver::Webhook => {
                usual.backoff_max_ms
            }
        },
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
    let usual = match node.endpoint.driver() {
        Driver::Fence => AGENT_EXCHANGE_MS,
        Driver::Ipmi | Driver::Redfish | Driver::Webhook | Driver::Manual => EXCHANGE_MS,
    };
    node.settings.exchange_timeout_ms.unwrap_or(usual)
}
