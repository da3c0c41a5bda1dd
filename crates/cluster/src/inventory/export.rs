//! An inventory as a document in the schema of the file, with references where secrets would be.
//! It does not fold nodes back into blocks.

use std::collections::BTreeMap;

use nodeset::NodeSet;
use serde::Serialize;

use super::duration;
use super::model::{
    Access, Circuit, CredentialRef, Drift, Identity, Inventory, Ipmi, Node, Policy, Poll, Redfish,
    Transport, Trust,
};

/// What [`Inventory::redacted`] gives: serializable as TOML or JSON, readable as an inventory.
#[derive(Debug, Serialize)]
pub struct Export<'i> {
    nodes: Vec<Block<'i>>,
    groups: &'i BTreeMap<String, NodeSet>,
    credentials: &'i BTreeMap<String, CredentialRef>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    circuits: BTreeMap<&'i str, &'i Circuit>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    identity: BTreeMap<&'i str, BTreeMap<&'static str, String>>,
}

#[derive(Debug, Serialize)]
struct Block<'i> {
    names: &'i str,
    bmc: String,
    driver: &'static str,
    credentials: &'i str,
    #[serde(skip_serializing_if = "Option::is_none")]
    depends_on: Option<&'i str>,
    #[serde(flatten)]
    access: BTreeMap<&'static str, Value>,
    #[serde(flatten)]
    settings: BTreeMap<&'static str, Value>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    labels: BTreeMap<&'i str, &'i str>,
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Value {
    Text(String),
    Number(u32),
    Switch(bool),
}

impl Inventory {
    /// The inventory as a document that holds no secret: references as they are, a literal
    /// password as `***`.
    #[must_use]
    pub fn redacted(&self) -> Export<'_> {
        Export {
            nodes: self.nodes.values().map(|node| self.block(node)).collect(),
            groups: &self.groups,
            credentials: &self.credentials,
            circuits: self.circuits.iter().map(|(name, circuit)| (&**name, circuit)).collect(),
            identity: self.identities.iter().map(|(node, it)| (&**node, identity(it))).collect(),
        }
    }

    fn block<'i>(&'i self, node: &'i Node) -> Block<'i> {
        Block {
            names: &node.name,
            bmc: node.endpoint.url(),
            driver: node.endpoint.driver().word(),
            credentials: &node.endpoint.credentials,
            depends_on: self.parents.get(&node.name).map(|parent| &**parent),
            access: access(&node.endpoint.access),
            settings: settings(node),
            labels: node.labels.iter().map(|(name, value)| (&**name, &**value)).collect(),
        }
    }
}

fn identity(identity: &Identity) -> BTreeMap<&'static str, String> {
    let uuid = identity.uuid.map(|uuid| ("uuid", Identity::format_uuid(uuid)));
    let serial = identity.serial.as_ref().map(|serial| ("serial", serial.to_string()));
    uuid.into_iter().chain(serial).collect()
}

fn access(access: &Access) -> BTreeMap<&'static str, Value> {
    let text = |text: &str| Value::Text(text.to_owned());
    match access {
        Access::Ipmi(Ipmi { cipher, privilege }) => {
            [("cipher", text(cipher.word())), ("privilege", text(privilege.word()))].into()
        }
        Access::Redfish(redfish) => {
            let Redfish { transport, system } = &**redfish;
            let system = system.as_ref().map(|system| ("system", text(system)));
            trust(transport).into_iter().chain(system).collect()
        }
    }
}

fn trust(transport: &Transport) -> Option<(&'static str, Value)> {
    match transport {
        Transport::Plain | Transport::Tls(Trust::Roots) => None,
        Transport::Tls(Trust::File(path)) => {
            Some(("ca_file", Value::Text(path.display().to_string())))
        }
        Transport::Tls(Trust::Fingerprint(it)) => {
            Some(("fingerprint", Value::Text(it.to_string())))
        }
        Transport::Tls(Trust::Any) => Some(("insecure", Value::Switch(true))),
    }
}

fn settings(node: &Node) -> BTreeMap<&'static str, Value> {
    let settings = &node.settings;
    let length = |ms: Option<u64>| ms.map(|ms| Value::Text(duration::format_ms(ms)));
    let word = |word: Option<&'static str>| word.map(|word| Value::Text(word.to_owned()));
    let poll = settings.poll.map(|poll| match poll {
        Poll::Off => Value::Text("off".to_owned()),
        Poll::EveryMs(ms) => Value::Text(duration::format_ms(ms)),
    });
    let all = [
        ("drift", word(settings.drift.map(Drift::word))),
        ("policy", word(settings.policy.map(Policy::word))),
        ("settle", length(settings.settle_ms)),
        ("transition", length(settings.transition_ms)),
        ("dwell", length(settings.dwell_ms)),
        ("deadline", length(settings.deadline_ms)),
        ("attempts", settings.attempts.map(Value::Number)),
        ("poll", poll),
        ("exchange_timeout", length(settings.exchange_timeout_ms)),
        ("gap", length(settings.gap_ms.map(u64::from))),
        ("start_watts", settings.start_watts.map(Value::Number)),
        ("hosts_lastword", settings.hosts_lastword.map(Value::Switch)),
    ];
    all.into_iter().filter_map(|(key, value)| Some((key, value?))).collect()
}
