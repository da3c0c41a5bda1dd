//! An inventory as a document in the schema of the file, with references where secrets would be.
//! It does not fold nodes back into blocks.

use std::collections::BTreeMap;

use nodeset::NodeSet;
use serde::Serialize;

use super::duration;
use super::endpoint::{Access, Endpoint, Ipmi, Redfish, Transport, Trust};
use super::fence::{Outlet, Parameter};
use super::model::{
    Circuit, CredentialRef, Drift, Identity, Inventory, Node, Policy, Poll, Second,
};
use crate::secret::SecretRef;

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
    #[serde(skip_serializing_if = "Option::is_none")]
    depends_on: Option<&'i str>,
    #[serde(flatten)]
    way: WayBlock<'i>,
    #[serde(flatten)]
    settings: BTreeMap<&'static str, Value>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    labels: BTreeMap<&'i str, &'i str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    second: Option<SecondBlock<'i>>,
}

#[derive(Debug, Serialize)]
struct SecondBlock<'i> {
    is: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    escalate: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    gap: Option<String>,
    #[serde(flatten)]
    way: WayBlock<'i>,
}

/// How a node is reached.
#[derive(Debug, Serialize)]
struct WayBlock<'i> {
    #[serde(skip_serializing_if = "Option::is_none")]
    bmc: Option<String>,
    driver: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    credentials: Option<&'i str>,
    #[serde(flatten)]
    access: BTreeMap<&'static str, Value>,
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Value {
    Text(String),
    Number(u32),
    Switch(bool),
    Secret(SecretRef),
    Table(BTreeMap<String, Value>),
    List(Vec<Value>),
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
            depends_on: self.parents.get(&node.name).map(|parent| &**parent),
            way: way(&node.endpoint),
            second: self.seconds.get(&node.name).map(second),
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

fn second(second: &Second) -> SecondBlock<'_> {
    SecondBlock {
        is: second.is.word(),
        escalate: second.escalate_ms.map(duration::format_ms),
        gap: second.settings.gap_ms.map(|ms| duration::format_ms(ms.into())),
        way: way(&second.endpoint),
    }
}

fn way(endpoint: &Endpoint) -> WayBlock<'_> {
    WayBlock {
        bmc: endpoint.driver().has_bmc().then(|| endpoint.url()),
        driver: endpoint.driver().word(),
        credentials: endpoint.credentials.as_deref(),
        access: access(endpoint),
    }
}

fn access(endpoint: &Endpoint) -> BTreeMap<&'static str, Value> {
    match &endpoint.access {
        Access::Ipmi(Ipmi { cipher, privilege }) => {
            [("cipher", text(cipher.word())), ("privilege", text(privilege.word()))].into()
        }
        Access::Redfish(redfish) => {
            let Redfish { transport, system } = &**redfish;
            let system = system.as_ref().map(|system| ("system", text(system)));
            trust(transport).into_iter().chain(system).collect()
        }
        Access::Fence(fence) => {
            let outlets = fence.outlets.iter().map(outlet).collect();
            [("agent", text(&fence.agent)), ("outlets", Value::List(outlets))].into()
        }
        Access::Webhook(webhook) => {
            let url = |rest: &str| Value::Text(format!("{}{rest}", endpoint.url()));
            let keys = [
                ("power_on_uri", url(&webhook.on)),
                ("power_off_uri", url(&webhook.off)),
                ("power_query_uri", url(&webhook.query)),
                ("power_on_regex", text(webhook.is_on.text())),
                ("power_off_regex", text(webhook.is_off.text())),
                ("authorization", text(webhook.authorization.word())),
            ];
            trust(&webhook.transport).into_iter().chain(keys).collect()
        }
        Access::Manual => BTreeMap::new(),
    }
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

fn outlet(outlet: &Outlet) -> Value {
    let value = |value: &Parameter| match value {
        Parameter::Text(value) => text(value),
        Parameter::Secret(secret) => Value::Secret(secret.clone()),
    };
    let parameters = outlet.parameters.iter();
    Value::Table(parameters.map(|(key, it)| (key.to_string(), value(it))).collect())
}

fn trust(transport: &Transport) -> Option<(&'static str, Value)> {
    match transport {
        Transport::Plain | Transport::Tls(Trust::Roots) => None,
        Transport::Tls(Trust::File(path)) => {
            // from wherever the document is read
            let path = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
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
