//! An inventory as a document in the schema of the file, with references where secrets would be.
//! It does not fold nodes back into blocks.

use std::collections::BTreeMap;

use nodeset::NodeSet;
use serde::Serialize;

use super::duration;
use super::fence::{Outlet, Parameter};
use super::model::{
    Access, CredentialRef, Drift, Endpoint, Inventory, Ipmi, Node, Policy, Poll, Redfish,
    Transport, Trust,
};
use crate::secret::SecretRef;

/// What [`Inventory::redacted`] gives: serializable as TOML or JSON, readable as an inventory.
#[derive(Debug, Serialize)]
pub struct Export<'i> {
    nodes: Vec<Block<'i>>,
    groups: &'i BTreeMap<String, NodeSet>,
    credentials: &'i BTreeMap<String, CredentialRef>,
}

#[derive(Debug, Serialize)]
struct Block<'i> {
    names: &'i str,
    #[serde(skip_serializing_if = "Option::is_none")]
    bmc: Option<String>,
    driver: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    credentials: Option<&'i str>,
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
            nodes: self.nodes.values().map(block).collect(),
            groups: &self.groups,
            credentials: &self.credentials,
        }
    }
}

fn block(node: &Node) -> Block<'_> {
    Block {
        names: &node.name,
        bmc: has_bmc(node).then(|| node.endpoint.url()),
        driver: node.endpoint.driver().word(),
        credentials: node.endpoint.credentials.as_deref(),
        access: access(&node.endpoint),
        settings: settings(node),
        labels: node.labels.iter().map(|(name, value)| (&**name, &**value)).collect(),
    }
}

fn has_bmc(node: &Node) -> bool {
    matches!(node.endpoint.access, Access::Ipmi(_) | Access::Redfish(_))
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
    ];
    all.into_iter().filter_map(|(key, value)| Some((key, value?))).collect()
}
