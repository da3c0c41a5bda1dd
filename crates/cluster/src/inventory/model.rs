//! What an inventory means: nodes, how each is reached, groups and where secrets are. It holds no
//! secret but a literal one, and says nothing about what a node does at the moment.

use std::collections::BTreeMap;
use std::sync::Arc;

use nodeset::{Groups, NodeSet};
use serde::Serialize;

use super::circuits;
use super::endpoint::Endpoint;
use super::finding::Findings;
use crate::secret::SecretRef;

/// An inventory has at most so many nodes.
pub const NODES_MAX: usize = 250_000;

/// Labels of a node, shared between all nodes that have the same ones.
pub type Labels = BTreeMap<Arc<str>, Arc<str>>;

/// All nodes of a cluster, checked.
#[derive(Debug, Clone, Default)]
pub struct Inventory {
    /// The nodes by name.
    pub nodes: BTreeMap<Arc<str>, Node>,
    /// The second ways of those nodes that have one.
    pub seconds: BTreeMap<Arc<str>, Second>,
    /// The groups by name, each a subset of the nodes.
    pub groups: BTreeMap<String, NodeSet>,
    /// The credentials by name.
    pub credentials: BTreeMap<String, CredentialRef>,
    /// The circuits by name; a node's is its label `circuit`.
    pub circuits: BTreeMap<Arc<str>, Circuit>,
    /// The nodes that depend on others, each with the one that it depends on.
    pub parents: BTreeMap<Arc<str>, Arc<str>>,
    /// The nodes that have to be certain machines.
    pub identities: BTreeMap<Arc<str>, Arc<Identity>>,
    /// What is doubtful, but no error.
    pub warnings: Findings,
    /// The names of all nodes, folded.
    pub(super) all: NodeSet,
}

/// One machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// Its name.
    pub name: Arc<str>,
    /// Its BMC.
    pub endpoint: Arc<Endpoint>,
    /// Its labels.
    pub labels: Arc<Labels>,
    /// What was set for it; what wasn't is up to the agent.
    pub settings: Arc<Settings>,
}

/// Settings of a node; `None` leaves the choice to the agent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Settings {
    /// What to do about a node that changes its power by itself.
    pub drift: Option<Drift>,
    /// What happens when a newer command meets a running one.
    pub policy: Option<Policy>,
    /// How long a confirmed node is watched for a late command, in milliseconds, at most 1 h.
    pub settle_ms: Option<u64>,
    /// How long a node is known to take to change its power, before that is learned: no order is
    /// repeated sooner. In milliseconds, 100 ms to 2 min.
    pub transition_ms: Option<u64>,
    /// The least time between a fired off and a fired on, in milliseconds, at most 10 min.
    pub dwell_ms: Option<u64>,
    /// How long a command may take in all, in milliseconds, 1 s to 7 days.
    pub deadline_ms: Option<u64>,
    /// How often a command is fired at most, 1 to 255.
    pub attempts: Option<u32>,
    /// How often an idle node's power is read.
    pub poll: Option<Poll>,
    /// How long one exchange with the BMC may take, in milliseconds, 100 ms to 5 min.
    pub exchange_timeout_ms: Option<u64>,
    /// The least time between two exchanges with the BMC, in milliseconds, at most 1 min.
    pub gap_ms: Option<u32>,
    /// What the node draws while it starts, in watts.
    pub start_watts: Option<u32>,
    /// Whether lastword itself runs on it.
    pub hosts_lastword: Option<bool>,
}

/// Another way to a node's power, for when the first does not do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Second {
    /// What it is to the node.
    pub is: SecondIs,
    /// Orders may go to it when the first way has not done it so long after the beginning, in milliseconds, 1 s to
    /// 24 h; never if none.
    pub escalate_ms: Option<u64>,
    /// How it is reached.
    pub endpoint: Arc<Endpoint>,
    /// What was set for it: `gap`.
    pub settings: Arc<Settings>,
}

/// How many nodes of a circuit may start within a span.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Circuit {
    /// At most so many, 1 to 10,000.
    #[serde(rename = "starts")]
    pub starts_max: u16,
    /// The span, in milliseconds, 100 ms to 1 h.
    #[serde(rename = "within", serialize_with = "as_duration")]
    pub within_ms: u64,
    /// At most so many watts may be drawn by those that start.
    #[serde(rename = "watts", skip_serializing_if = "Option::is_none")]
    pub watts_max: Option<u32>,
    /// What a node draws while it starts, unless it says otherwise, in watts; 0 if that is not told.
    #[serde(skip_serializing_if = "is_nothing")]
    pub start_watts: u32,
}

/// What a machine says of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identity {
    /// Its UUID, the bytes in the order in which it is written.
    pub uuid: Option<[u8; 16]>,
    /// Its serial number.
    pub serial: Option<Arc<str>>,
}

/// The reading of idle nodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Poll {
    /// Never.
    Off,
    /// Once in so many milliseconds, 1 s to 24 h.
    EveryMs(u64),
}

/// A user name and where its secrets are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CredentialRef {
    /// The user name, which isn't secret.
    pub username: String,
    /// The password.
    pub password: SecretRef,
    /// The BMC key of two-key logins (IPMI 2.0, 13.31), if it is set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kg: Option<SecretRef>,
}

/// A closed list of words that the file may use.
macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$doc])* $variant,)* }

        impl $name {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The word in the file.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }
        }

        impl Word for $name {
            const ALL: &[Self] = Self::ALL;
            fn word(self) -> &'static str {
                $name::word(self)
            }
        }
    };
}

/// Lets one function read all closed lists of words.
pub(super) trait Word: Copy + 'static {
    const ALL: &[Self];
    fn word(self) -> &'static str;
}

words! {
    /// How a node's power is switched.
    Driver {
        /// IPMI 2.0 over RMCP+.
        Ipmi = "ipmi",
        /// Redfish over HTTP.
        Redfish = "redfish",
        /// A ClusterLabs fence agent.
        Fence = "fence",
        /// Three URLs.
        Webhook = "webhook",
        /// A person, who is asked.
        Manual = "manual",
    }
}

words! {
    /// How credentials are presented over HTTP.
    Authorization {
        /// User name and password (RFC 7617).
        Basic = "basic",
        /// The password as a token (RFC 6750).
        Bearer = "bearer",
    }
}

words! {
    /// What a second way is to a node.
    SecondIs {
        /// Another controller of the same machine.
        Machine = "machine",
        /// What feeds it.
        Feed = "feed",
    }
}

words! {
    /// IPMI cipher suites (IPMI 2.0, table 22-20).
    Cipher {
        /// The best that the BMC offers.
        Best = "best",
        /// Suite 17: SHA-256, AES.
        Suite17 = "17",
        /// Suite 3: SHA-1, AES.
        Suite3 = "3",
    }
}

words! {
    /// IPMI privilege levels (IPMI 2.0, 6.8) that may change power.
    Privilege {
        /// Enough for power commands, and all that many accounts have.
        Operator = "operator",
        /// Everything.
        Administrator = "administrator",
    }
}

words! {
    /// What to do about a node that changes its power by itself.
    Drift {
        /// Report it.
        Observe = "observe",
        /// Bring it back.
        Enforce = "enforce",
    }
}

words! {
    /// What happens when a newer command meets a running one.
    Policy {
        /// The newer one wins.
        Supersede = "supersede",
        /// It waits for its turn.
        Queue = "queue",
        /// One runs, one waits, more are refused.
        Next = "next",
    }
}

impl Node {
    /// How long one exchange by its first way may take, its wait for a turn included, in milliseconds.
    pub(crate) fn exchange_ms(&self) -> u64 {
        self.settings.exchange_timeout_ms.unwrap_or(self.endpoint.driver().exchange_ms())
    }
}

impl Identity {
    /// Reads a UUID: 32 hexadecimal digits, with hyphens or without.
    #[must_use]
    pub fn parse_uuid(text: &str) -> Option<[u8; 16]> {
        let digits: Vec<u32> =
            text.chars().filter(|c| *c != '-').map(|c| c.to_digit(16)).collect::<Option<_>>()?;
        let pairs = digits.chunks(2);
        let bytes = pairs.map(|pair| u8::try_from(pair.iter().fold(0, |byte, it| byte * 16 + it)));
        let bytes: Vec<u8> = bytes.collect::<Result<_, _>>().ok()?;
        if digits.len() == 32 { bytes.try_into().ok() } else { None }
    }

    /// The UUID as it is usually written.
    #[must_use]
    pub fn format_uuid(uuid: [u8; 16]) -> String {
        let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        let [a, b, c, d, e] = [&uuid[..4], &uuid[4..6], &uuid[6..8], &uuid[8..10], &uuid[10..]];
        [a, b, c, d, e].map(hex).join("-")
    }
}

impl Inventory {
    /// The node of that name.
    #[must_use]
    pub fn node(&self, name: &str) -> Option<&Node> {
        self.nodes.get(name)
    }

    /// All ways to its nodes, the second ones too.
    pub fn endpoints(&self) -> impl Iterator<Item = &Endpoint> {
        let first = self.nodes.values().map(|node| &*node.endpoint);
        first.chain(self.seconds.values().map(|second| &*second.endpoint))
    }

    /// The node's circuit, if it has one whose limit is given.
    #[must_use]
    pub fn circuit_of(&self, node: &Node) -> Option<(&Arc<str>, &Circuit)> {
        self.circuits.get_key_value(circuits::of(&node.labels)?)
    }

    /// The nodes that have all of these labels with these values; all nodes when there are none.
    #[must_use]
    pub fn select(&self, selector: &[(&str, &str)]) -> NodeSet {
        let matches = |node: &Node| {
            selector
                .iter()
                .all(|(label, value)| node.labels.get(*label).is_some_and(|v| **v == **value))
        };
        names(self.nodes.values().filter(|node| matches(node)).map(|node| &*node.name))
    }
}

impl Groups for Inventory {
    fn group(&self, name: &str) -> Option<NodeSet> {
        self.groups.get(name).cloned()
    }

    fn all(&self) -> NodeSet {
        self.all.clone()
    }

    fn wildcard(&self, pattern: &str) -> NodeSet {
        self.all.matching(pattern)
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
const fn is_nothing(watts: &u32) -> bool {
    *watts == 0
}

fn as_duration<S: serde::Serializer>(ms: &u64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&super::duration::format_ms(*ms))
}

/// Folds names that were parsed as node names before.
pub(super) fn names<'n>(names: impl Iterator<Item = &'n str>) -> NodeSet {
    NodeSet::from_names(names).expect("names of nodes were parsed when they were read")
}
