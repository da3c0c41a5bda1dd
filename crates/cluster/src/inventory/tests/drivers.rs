//! What `driver = "fence"`, `"webhook"` and `"manual"` mean in an inventory.

use std::sync::Arc;

use super::good;
use crate::inventory::{
    Access, Authorization, Contact, Fence, Inventory, Parameter, Transport, Trust, Webhook, diff,
};

fn read(text: &str) -> Inventory {
    Inventory::from_text("i.toml", text).unwrap_or_else(|error| panic!("{error}"))
}

fn fence(inventory: &Inventory, node: &str) -> Fence {
    let access = &inventory.nodes[node].endpoint.access;
    let Access::Fence(fence) = access else { panic!("{access:?}") };
    (**fence).clone()
}

fn webhook(inventory: &Inventory, node: &str) -> Webhook {
    let access = &inventory.nodes[node].endpoint.access;
    let Access::Webhook(webhook) = access else { panic!("{access:?}") };
    (**webhook).clone()
}

/// The parameters of each outlet, in words.
fn told(fence: &Fence) -> Vec<String> {
    let value = |value: &Parameter| match value {
        Parameter::Text(text) => text.to_string(),
        Parameter::Secret(secret) => format!("({secret})"),
    };
    let outlet = |outlet: &crate::inventory::Outlet| {
        let pairs = outlet.parameters.iter().map(|(key, it)| format!("{key}={}", value(it)));
        pairs.collect::<Vec<_>>().join(" ")
    };
    fence.outlets.iter().map(outlet).collect()
}

const FENCE: &str = r#"
    [defaults]
    driver = "fence"
    agent = "fence_apc_snmp"
    parameters = { ip = "pdu1", ipport = 161, snmp_priv_passwd = { env = "KEY" }, verbose = true }
    [[nodes]]
    names = "n[1-2]"
    parameters = { plug = "{1}" }
    [[nodes]]
    names = "n3"
    agent = "/opt/agents/fence_own"
    parameters = { ipport = "{1}" }
    outlets = [{ plug = 3 }, { ip = "PDU2", plug = "{name}" }]
"#;

#[test]
fn an_agent_is_told_the_parameters_of_each_outlet_filled_in_with_the_nodes_name() {
    let inventory = read(FENCE);
    let key = "snmp_priv_passwd=(environment variable KEY) verbose=1";
    let (second, third) = (fence(&inventory, "n2"), fence(&inventory, "n3"));
    assert_eq!((&*second.agent, &*third.agent), ("fence_apc_snmp", "/opt/agents/fence_own"));
    assert_eq!(told(&second), [format!("ip=pdu1 ipport=161 plug=2 {key}")]);
    assert_eq!(
        told(&third),
        [format!("ip=pdu1 ipport=3 plug=3 {key}"), format!("ip=PDU2 ipport=3 plug=n3 {key}")]
    );
    let contact = Contact::Device(Arc::from("pdu1:3 outlet 3, pdu2:3 outlet n3"));
    assert_eq!(inventory.nodes["n3"].endpoint.contact, contact);
    assert_eq!(inventory.nodes["n3"].endpoint.credentials, None);
    // outlets of one device are one device
    assert_eq!(second.outlets[0].device(), fence(&inventory, "n1").outlets[0].device());
    assert_ne!(third.outlets[0].device(), third.outlets[1].device());
}

#[test]
fn a_device_without_an_address_is_known_by_all_that_is_said_of_it_but_the_outlet() {
    let text = "[[nodes]]\nnames = \"n[1-3]\"\ndriver = \"fence\"\nagent = \"fence_x\"\n\
                parameters = { file = \"/{1}\", plug = 1 }\n[[nodes]]\nnames = \"m1\"\ndriver = \"fence\"\n\
                agent = \"fence_x\"\nparameters = { file = \"/1\", plug = 2 }\n";
    let inventory = read(text);
    let device = |node: &str| fence(&inventory, node).outlets[0].device();
    assert_eq!(device("n1"), device("m1"));
    assert_ne!(device("n1"), device("n2"));
}

const WEBHOOK: &str = r#"
    [defaults]
    driver = "webhook"
    power_on_uri = "https://hook:8443/on?n={name}"
    power_off_uri = "https://hook:8443/off/{1}"
    power_query_uri = "https://HOOK:8443?n={name}"
    [[nodes]]
    names = "n1"
    credentials = "c"
    [[nodes]]
    names = "n2"
    insecure = true
    power_on_regex = "up"
    authorization = "bearer"
    [credentials.c]
    username = "administrator@hook.example"
    password = { env = "P" }
"#;

#[test]
fn a_webhook_has_three_urls_of_one_host_and_looks_for_what_maas_looks_for() {
    let inventory = read(WEBHOOK);
    let (first, second) = (webhook(&inventory, "n1"), webhook(&inventory, "n2"));
    assert_eq!((&*first.on, &*first.off, &*first.query), ("/on?n=n1", "/off/1", "/?n=n1"));
    assert_eq!(first.transport, Transport::Tls(Trust::Roots));
    assert_eq!(second.transport, Transport::Tls(Trust::Any));
    assert!(first.is_on.is_in("{\"status\": \"running\"}"));
    assert!(first.is_off.is_in("{\"status\" : \"stopped\"}"));
    assert!(!first.is_on.is_in("running"));
    assert_eq!(second.is_on.text(), "up");
    let authorization = (first.authorization, second.authorization);
    assert_eq!(authorization, (Authorization::Basic, Authorization::Bearer));
    assert_eq!(inventory.nodes["n1"].endpoint.url(), "https://hook:8443");
    assert!(inventory.warnings.is_empty(), "{}", inventory.warnings);
}

#[test]
fn a_person_needs_no_key_and_defaults_for_others_are_no_mistake() {
    let inventory = good("[[nodes]]\nnames = \"n[1-2]\"\ndriver = \"manual\"\n");
    let endpoint = &inventory.nodes["n2"].endpoint;
    assert_eq!((&endpoint.access, &endpoint.credentials), (&Access::Manual, &None));
    assert_eq!(endpoint.contact.to_string(), "a person at n2");
    assert!(inventory.warnings.is_empty(), "{}", inventory.warnings);
}

#[test]
fn exports_read_back_and_diffs_tell_what_changed() {
    let manual = "[[nodes]]\nnames = \"n1\"\ndriver = \"manual\"\n";
    for text in [FENCE, WEBHOOK, manual] {
        let inventory = read(text);
        let exported = toml::to_string(&inventory.redacted()).unwrap();
        let again = Inventory::from_text("e.toml", &exported);
        assert_eq!(again.unwrap().nodes, inventory.nodes, "{exported}");
    }
    let change = |text: &str, from: &str, to: &str| {
        diff(&read(text), &read(&text.replacen(from, to, 1))).to_string()
    };
    assert_eq!(
        change(FENCE, "verbose = true", "verbose = false"),
        "agent or parameters changed: n[1-3]"
    );
    assert_eq!(change(WEBHOOK, "/off/{1}", "/stop/{1}"), "webhook changed: n[1-2]");
    assert_eq!(change(WEBHOOK, "insecure = true", ""), "trust changed: n2");
}
