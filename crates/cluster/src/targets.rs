//! What the agent takes from the inventory for each node: how it is reached and how patient to be.
//!
//! Defaults for what the inventory leaves open are here and nowhere else.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use arbiter::{Drift, Limit, Millis, Pacing, Second, SecondIs};

use crate::inventory::{self, CredentialRef, Driver, Endpoint, Identity, Inventory, Node, Poll};

/// An idle node that an agent is started for is read so often: that is a program with an interpreter each time.
const AGENT_POLL_MS: Millis = 300_000;
/// What a person told is looked at so often while somebody waits for it: that asks nobody.
const PERSON_BACKOFF_MS: Millis = 1_000;
/// A person who did what was asked does not do it once more by themselves later: there is nothing to watch for.
const PERSON_SETTLE_MS: Millis = 0;
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
    /// The least time between two exchanges at the endpoint, in milliseconds.
    pub(crate) gap_ms: u32,
    /// Which machine has to be behind the BMC.
    pub(crate) identity: Option<Arc<Identity>>,
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
    let credentials: HashMap<String, Arc<CredentialRef>> =
        inventory.credentials.iter().map(shared).collect();
    inventory.nodes.values().filter_map(move |node| {
        Some(Target {
            node: Arc::clone(&node.name),
            endpoint: Arc::clone(&node.endpoint),
            credential: credential(&credentials, &node.endpoint)?,
            exchange_ms: node.exchange_ms(),
            gap_ms: node.settings.gap_ms.unwrap_or(0),
            identity: inventory.identities.get(&node.name).cloned(),
        })
    })
}

/// The second ways of those nodes that have one. Each way has its own time for an exchange.
pub(crate) fn seconds(inventory: &Inventory) -> impl Iterator<Item = Target> {
    let credentials: HashMap<String, Arc<CredentialRef>> =
        inventory.credentials.iter().map(shared).collect();
    inventory.seconds.iter().filter_map(move |(name, second)| {
        let identity = inventory.identities.get(name).cloned();
        Some(Target {
            node: Arc::clone(name),
            endpoint: Arc::clone(&second.endpoint),
            credential: credential(&credentials, &second.endpoint)?,
            exchange_ms: second_exchange_ms(inventory.nodes.get(name)?, second),
            gap_ms: second.settings.gap_ms.unwrap_or(0),
            identity: identity.filter(|_| second.endpoint.tells_identity()),
        })
    })
}

fn shared((name, credential): (&String, &CredentialRef)) -> (String, Arc<CredentialRef>) {
    (name.clone(), Arc::new(credential.clone()))
}

/// The account of an endpoint, if it needs one; none when it is not in the inventory.
#[expect(clippy::option_option, reason = "no account is needed, or the one that is is missing")]
fn credential(
    credentials: &HashMap<String, Arc<CredentialRef>>,
    endpoint: &Endpoint,
) -> Option<Option<Arc<CredentialRef>>> {
    match &endpoint.credentials {
        Some(name) => Some(Some(Arc::clone(credentials.get(&**name)?))),
        None => Some(None),
    }
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
        endpoint: node.endpoint.contact.to_string().into(),
        exchange_ms: exchange_ms(node, inventory),
        dwell_ms: set.dwell_ms.unwrap_or(usual.dwell_ms),
        settle_ms: set.settle_ms.unwrap_or(match node.endpoint.driver() {
            Driver::Manual => PERSON_SETTLE_MS,
            Driver::Ipmi | Driver::Redfish | Driver::Fence | Driver::Webhook => usual.settle_ms,
        }),
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
        second: inventory.seconds.get(&node.name).map(|it| Arc::new(second(it))),
        circuit: circuit.map(|(name, _)| Arc::clone(name)),
        start_watts: set
            .start_watts
            .unwrap_or_else(|| circuit.map_or(0, |(_, circuit)| circuit.start_watts)),
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

fn second(second: &inventory::Second) -> Second {
    Second {
        is: match second.is {
            inventory::SecondIs::Machine => SecondIs::Machine,
            inventory::SecondIs::Feed => SecondIs::Feed,
        },
        endpoint: second.endpoint.contact.to_string().into(),
        escalate_ms: second.escalate_ms,
    }
}

/// When a node is read first: soon, but not all at once. Never, if polling is off.
pub(crate) fn first_poll(now: Millis, pacing: &Pacing, nodes: usize) -> Option<Millis> {
    let spread = (nodes / FIRST_READS_PER_MS) as Millis;
    pacing.poll_ms.map(|poll_ms| now + pacing.salt % (spread.min(poll_ms) + 1))
}

/// By the second way: what was set for the node may be meant for a quicker first one.
fn second_exchange_ms(node: &Node, second: &inventory::Second) -> Millis {
    let set = node.settings.exchange_timeout_ms.unwrap_or(0);
    set.max(second.endpoint.driver().exchange_ms())
}

/// By either way.
fn exchange_ms(node: &Node, inventory: &Inventory) -> Millis {
    let second = inventory.seconds.get(&node.name);
    node.exchange_ms().max(second.map_or(0, |second| second_exchange_ms(node, second)))
}
