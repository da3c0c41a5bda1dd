//! Good files and what they mean.

use nodeset::{Groups, NodeSet};

use super::{HEAD, good};
use crate::inventory::{
    Access, Address, Cipher, Contact, Drift, Driver, Inventory, Ipmi, Policy, Poll, Privilege,
    Settings,
};
use crate::secret::SecretRef;

fn bmcs(inventory: &Inventory) -> Vec<String> {
    inventory.nodes.values().map(|n| format!("{} {}", n.name, n.endpoint.contact)).collect()
}

fn set(text: &str) -> NodeSet {
    NodeSet::parse(text, 1_000).unwrap()
}

#[test]
fn the_documented_example_is_read() {
    let inventory = good(
        r#"
        [[nodes]]
        names  = "r[01-02]n[01-02]"
        bmc    = "{name}-bmc.mgmt.example"
        labels = { rack = "r{1}", role = "compute" }
        [[nodes]]
        names  = "gw[1-2]"
        bmc    = "10.0.9.[1-2]"
        labels = { protect = "true" }
        [groups]
        gpu = "r[01-02]n01"
        lab = "@gpu!r01n01"
        "#,
    );
    let expected = [
        "gw1 10.0.9.1:623",
        "gw2 10.0.9.2:623",
        "r01n01 r01n01-bmc.mgmt.example:623",
        "r01n02 r01n02-bmc.mgmt.example:623",
        "r02n01 r02n01-bmc.mgmt.example:623",
        "r02n02 r02n02-bmc.mgmt.example:623",
    ];
    assert_eq!(bmcs(&inventory), expected);
    assert_eq!(inventory.group("lab"), Some(set("r02n01")));
    assert_eq!(inventory.group("none"), None);
    assert_eq!(inventory.all().to_string(), "gw[1-2],r[01-02]n[01-02]");
    assert_eq!(inventory.wildcard("r?2*"), set("r02n[01-02]"));
    assert_eq!(inventory.select(&[("rack", "r02"), ("role", "compute")]), set("r02n[01-02]"));
    assert_eq!(inventory.select(&[("rack", "r02"), ("protect", "true")]), set(""));
    assert_eq!(inventory.select(&[]).len(), 6);
    assert!(inventory.warnings.is_empty());
    let env = SecretRef::Env("P".to_owned());
    assert_eq!(inventory.credentials["c"].password, env);
}

const EVERY_KEY: &str = r#"
        [defaults]
        driver = "ipmi"
        credentials = "c"
        settle = "10s"
        dwell = "0s"
        labels = { site = "a", rack = "r{1}" }
        [[nodes]]
        names = "n[1-2]"
        bmc = "10.0.0.{1}:6230"
        credentials = "d"
        labels = { rack = "x" }
        cipher = "17"
        privilege = "administrator"
        drift = "enforce"
        policy = "queue"
        settle = "500ms"
        deadline = "5m"
        attempts = 7
        poll = "off"
        exchange_timeout = "3s"
        [[nodes]]
        names = "n3"
        bmc = "10.0.0.3"
        poll = "1m"
        [credentials.c]
        username = "u"
        password = { file = "/p" }
        [credentials.d]
        username = ""
        password = { exec = ["helper", "{node}"] }
        kg = { credential = "kg" }
        "#;

#[test]
fn every_optional_key_is_read_and_a_block_wins_over_the_defaults() {
    let inventory = Inventory::from_text("i.toml", EVERY_KEY).unwrap();
    let node = inventory.node("n2").unwrap();
    assert_eq!(
        *node.settings,
        Settings {
            drift: Some(Drift::Enforce),
            policy: Some(Policy::Queue),
            settle_ms: Some(500),
            transition_ms: None,
            dwell_ms: Some(0),
            deadline_ms: Some(300_000),
            attempts: Some(7),
            poll: Some(Poll::Off),
            exchange_timeout_ms: Some(3_000),
            gap_ms: None,
            start_watts: None,
            hosts_lastword: None,
        }
    );
    let address = Address::parse("10.0.0.2:6230", 1).unwrap();
    assert_eq!(node.endpoint.contact, Contact::Host(address));
    assert_eq!(node.endpoint.driver(), Driver::Ipmi);
    assert_eq!(node.endpoint.credentials.as_deref(), Some("d"));
    let access = Ipmi { cipher: Cipher::Suite17, privilege: Privilege::Administrator };
    assert_eq!(node.endpoint.access, Access::Ipmi(access));
    assert_eq!((&*node.labels["rack"], &*node.labels["site"]), ("x", "a"));

    let plain = inventory.node("n3").unwrap();
    let settings = Settings {
        settle_ms: Some(10_000),
        dwell_ms: Some(0),
        poll: Some(Poll::EveryMs(60_000)),
        ..Settings::default()
    };
    assert_eq!(*plain.settings, settings);
    assert_eq!(&*plain.labels["rack"], "r3");
    let access = Ipmi { cipher: Cipher::Best, privilege: Privilege::Operator };
    assert_eq!(plain.endpoint.access, Access::Ipmi(access));
    assert_eq!(inventory.credentials["d"].kg, Some(SecretRef::Credential("kg".to_owned())));
}

#[test]
fn a_list_is_paired_in_the_order_in_which_both_are_written() {
    for (names, bmc, expected) in [
        ("n[1-2]", "10.0.0.[5-6]", "n1 10.0.0.5:623,n2 10.0.0.6:623"),
        ("n[2,1]", "10.0.0.[5-6]", "n1 10.0.0.6:623,n2 10.0.0.5:623"),
        ("n[1-2]", "10.0.0.[10,9]", "n1 10.0.0.10:623,n2 10.0.0.9:623"),
        ("z1,a1", "10.0.0.1,10.0.0.2", "a1 10.0.0.2:623,z1 10.0.0.1:623"),
        ("n[1-2]", "[fd00::[a,b]]:624", ""),
        ("n[1-2]", "[fd00::[1-2]]:624", "n1 [fd00::1]:624,n2 [fd00::2]:624"),
        ("n[1-2]", "b[08-09].{1}.x:62[3-3,4]", ""),
        ("n[1-4]", "b[1-2].c[1-2]", "n1 b1.c1:623,n2 b1.c2:623,n3 b2.c1:623,n4 b2.c2:623"),
        ("n[1-2]", "b[08-09].{1}.X", "n1 b08.1.x:623,n2 b09.2.x:623"),
        ("n[1-5/2]", "b[1-3]", "n1 b1:623,n3 b2:623,n5 b3:623"),
    ] {
        let text = format!("{HEAD}[[nodes]]\nnames = \"{names}\"\nbmc = \"{bmc}\"");
        let read = Inventory::from_text("i.toml", &text);
        let read = read.map(|inventory| bmcs(&inventory).join(",")).unwrap_or_default();
        assert_eq!(read, expected, "{names} {bmc}");
    }
}

#[test]
fn groups_may_refer_to_each_other_in_any_order_and_to_all_nodes() {
    let inventory = good(
        r#"
        [[nodes]]
        names = "n[1-9],gw1"
        bmc = "{name}.example"
        [groups]
        a = "@b,@c"
        b = "@c!n1"
        c = "n[1-3]"
        everything = "@*"
        wild = "g*"
        empty = ""
        "#,
    );
    let shown: Vec<_> =
        inventory.groups.iter().map(|(name, set)| format!("{name}={set}")).collect();
    let expected =
        ["a=n[1-3]", "b=n[2-3]", "c=n[1-3]", "empty=", "everything=gw1,n[1-9]", "wild=gw1"];
    assert_eq!(shown, expected);
}

#[test]
fn nodes_that_share_a_bmc_are_accepted_with_a_warning() {
    let inventory = good("[[nodes]]\nnames = \"n[1-3]\"\nbmc = \"Chassis.example\"\n");
    assert_eq!(inventory.nodes.len(), 3);
    assert_eq!(
        inventory.warnings.to_string(),
        "i.toml:9:7: n[1-3] share bmc chassis.example:623, which over ipmi has one power switch
 9 | bmc = \"Chassis.example\"
   |       ^^^^^^^^^^^^^^^^^"
    );
}

#[test]
fn nodes_that_choose_different_systems_behind_a_redfish_bmc_share_it_without_a_warning() {
    let block = |names: &str, system: &str| {
        format!(
            "[[nodes]]\nnames = \"{names}\"\ndriver = \"redfish\"\nbmc = \"https://chassis\"\n{system}\n"
        )
    };
    let inventory = good(&block("n[1-4]", "system = \"Node{1}\""));
    assert!(inventory.warnings.is_empty(), "{}", inventory.warnings);
    let other = "[[nodes]]\nnames = \"i1\"\nbmc = \"chassis:443\"\n";
    let inventory = good(&(block("n1", "") + other));
    assert!(inventory.warnings.is_empty(), "a port of UDP: {}", inventory.warnings);
    let inventory = good(&(block("n[1-2]", "system = \"a\"") + &block("n3", "")));
    assert_eq!(
        inventory.warnings.list[0].message,
        "n[1-2] share bmc chassis:443, and name no different `system`s behind it"
    );
}

#[test]
fn json_means_the_same_as_toml() {
    let json = r#"
    {
      "defaults": {"driver": "ipmi", "credentials": "c", "attempts": 3},
      "nodes": [
        {"names": "n[1-2]", "bmc": "10.0.0.{1}:6230", "labels": {"a": "b\u002fc", "url": "x\/y"}}
      ],
      "groups": {"g": "n1"},
      "credentials": {"c": {"username": "\ud83d\ude00:\"u\"", "password": {"file": "/p"}}}
    }
    "#;
    let inventory = Inventory::from_text("i.json", json).unwrap();
    assert_eq!(bmcs(&inventory), ["n1 10.0.0.1:6230", "n2 10.0.0.2:6230"]);
    let node = inventory.node("n1").unwrap();
    assert_eq!((&*node.labels["a"], &*node.labels["url"]), ("b/c", "x/y"));
    assert_eq!(node.settings.attempts, Some(3));
    assert_eq!(inventory.credentials["c"].username, "\u{1f600}:\"u\"");
}

#[test]
fn a_hundred_thousand_nodes_share_what_is_equal() {
    let inventory = good(
        r#"
        [[nodes]]
        names = "r[0001-1000]n[001-100]"
        bmc = "{name}.bmc.example"
        labels = { rack = "r{1}" }
        [groups]
        most = "@*!r0001n*"
        "#,
    );
    assert_eq!(inventory.nodes.len(), 100_000);
    assert_eq!(inventory.groups["most"].len(), 99_900);
    let (first, last) = (&inventory.nodes["r0007n001"], &inventory.nodes["r0007n100"]);
    assert!(std::sync::Arc::ptr_eq(&first.labels, &last.labels));
    assert!(std::sync::Arc::ptr_eq(&first.settings, &last.settings));
    let credentials = [first, last].map(|node| node.endpoint.credentials.clone().unwrap());
    assert!(std::sync::Arc::ptr_eq(&credentials[0], &credentials[1]));
}

#[test]
fn a_hundred_thousand_blocks_of_one_node_are_read() {
    let mut text = String::from(HEAD);
    for node in 0..100_000 {
        let (high, low) = (node / 250, node % 250 + 1);
        text.push_str(&format!(
            "[[nodes]]\nnames = \"n{node}\"\nbmc = \"10.{}.{}.{low}\"\n",
            high / 250,
            high % 250
        ));
    }
    assert_eq!(Inventory::from_text("i.toml", &text).unwrap().nodes.len(), 100_000);
}
