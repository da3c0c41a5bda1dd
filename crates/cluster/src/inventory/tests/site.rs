//! Circuits, nodes that depend on others, and which machine a node has to be.

use super::{good, with_head};
use crate::inventory::{Circuit, Identity, SecondIs, diff};

fn wrong(text: &str) -> String {
    with_head(text).expect_err("it is wrong").to_string()
}

#[test]
fn a_circuit_is_a_label_with_a_limit_for_many_at_once() {
    let inventory = good(
        "[[nodes]]\nnames = \"r[1-2]n[1-2]\"\nbmc = \"{name}\"\nlabels = { circuit = \"pdu{1}\" }\n\
         start_watts = 350\n[circuits.\"pdu[1-2]\"]\nstarts = 8\nwithin = \"10s\"\nwatts = 4000\n",
    );
    let circuit =
        Circuit { starts_max: 8, within_ms: 10_000, watts_max: Some(4_000), start_watts: 0 };
    assert_eq!(inventory.circuits.len(), 2);
    let node = inventory.node("r2n1").unwrap();
    assert_eq!(inventory.circuit_of(node), Some((&"pdu2".into(), &circuit)));
    assert_eq!(node.settings.start_watts, Some(350));
}

#[test]
fn a_node_that_can_never_start_is_an_error_and_a_circuit_without_limit_a_warning() {
    let nodes =
        "[[nodes]]\nnames = \"n[1-2]\"\nbmc = \"{name}\"\nlabels = { circuit = \"c{1}\" }\n";
    let said = wrong(&format!(
        "{nodes}[circuits.c1]\nstarts = 1\nwithin = \"1s\"\nwatts = 300\nstart_watts = 400\n"
    ));
    assert!(said.contains("n1 starts with 400 W, circuit c1 bears 300 W"), "{said}");
    let inventory = good(&format!("{nodes}[circuits.c1]\nstarts = 1\nwithin = \"1s\"\n"));
    let said = inventory.warnings.to_string();
    assert!(said.contains("no limit is given for circuit \"c2\" of n2"), "{said}");
}

#[test]
fn what_is_wrong_with_a_circuit_is_told_at_its_place() {
    for (lines, told) in [
        ("starts = 0\nwithin = \"1s\"", "0 is not between 1 and 10000"),
        ("starts = 1\nwithin = \"1\"", "a duration is a whole number and a unit"),
        ("starts = 1", "missing key `within`"),
        ("starts = 1\nwithin = \"1s\"\namperes = 16", "unknown key `amperes`"),
    ] {
        let said = wrong(&format!("[circuits.c1]\n{lines}\n"));
        assert!(said.contains(told), "{lines}: {said}");
    }
    let said = wrong(
        "[circuits.c1]\nstarts = 1\nwithin = \"1s\"\n[circuits.\"c[1-2]\"]\nstarts = 1\nwithin = \"1s\"\n",
    );
    assert!(said.contains("circuit c1 is defined twice"), "{said}");
}

#[test]
fn a_node_depends_on_one_that_there_is_and_never_on_itself() {
    let inventory = good(
        "[[nodes]]\nnames = \"chassis[1-2]\"\nbmc = \"{name}\"\n[[nodes]]\nnames = \"c[1-2]b[1-4]\"\n\
         bmc = \"{name}\"\ndepends_on = \"chassis{1}\"\n",
    );
    assert_eq!(inventory.parents.len(), 8);
    assert_eq!(inventory.parents.get("c2b3"), Some(&"chassis2".into()));
    let said = wrong("[[nodes]]\nnames = \"n1\"\nbmc = \"n1\"\ndepends_on = \"pdu\"\n");
    assert!(said.contains("n1 depends on \"pdu\", which is no node"), "{said}");
    let two = "[[nodes]]\nnames = \"a\"\nbmc = \"a\"\ndepends_on = \"b\"\n[[nodes]]\nnames = \"b\"\n\
               bmc = \"b\"\ndepends_on = \"a\"\n";
    let said = wrong(two);
    assert!(said.contains("nodes that depend on each other: a > b > a"), "{said}");
}

#[test]
fn an_identity_is_of_one_node_and_has_something_to_compare() {
    let inventory = good(
        "[[nodes]]\nnames = \"n[1-2]\"\nbmc = \"{name}\"\ndriver = \"redfish\"\n[identity]\n\
         n1 = { uuid = \"4C4C4544-0042-4410-8051-B7C04F564D32\" }\nn2 = { serial = \" CZ123 \" }\n",
    );
    let uuid = inventory.identities["n1"].uuid.unwrap();
    assert_eq!(Identity::format_uuid(uuid), "4c4c4544-0042-4410-8051-b7c04f564d32");
    assert_eq!(inventory.identities["n2"].serial.as_deref(), Some("CZ123"));
    for (line, told) in [
        ("n3 = { serial = \"x\" }", "\"n3\" is no node"),
        ("n1 = { }", "neither uuid nor serial is given"),
        ("n1 = { uuid = \"xyz\" }", "32 hexadecimal digits"),
        ("n1 = { serial = \"x\" }\nn2 = { serial = \"x\" }", "can't be the same machine"),
    ] {
        let said = wrong(&format!(
            "[[nodes]]\nnames = \"n[1-2]\"\nbmc = \"{{name}}\"\ndriver = \"redfish\"\n[identity]\n{line}\n"
        ));
        assert!(said.contains(told), "{line}: {said}");
    }
}

#[test]
fn ipmi_reads_no_serial_number() {
    let said =
        wrong("[[nodes]]\nnames = \"n1\"\nbmc = \"n1\"\n[identity]\nn1 = { serial = \"x\" }\n");
    assert!(said.contains("over ipmi a serial number is not read: pin the uuid of n1"), "{said}");
}

#[test]
fn all_of_it_is_exported_and_compared() {
    let text = "[[nodes]]\nnames = \"p\"\nbmc = \"p\"\n[[nodes]]\nnames = \"n1\"\nbmc = \"n1\"\n\
                depends_on = \"p\"\ngap = \"50ms\"\nhosts_lastword = true\nlabels = { circuit = \"c1\" }\n\
                [circuits.c1]\nstarts = 2\nwithin = \"5s\"\n[identity]\n\
                n1 = { uuid = \"4c4c4544004244108051b7c04f564d32\" }\n";
    let before = good(text);
    let exported = toml::to_string(&before.redacted()).unwrap();
    let again = crate::inventory::Inventory::from_text("i.toml", &exported).unwrap();
    assert!(diff(&before, &again).is_empty(), "{}\n{exported}", diff(&before, &again));
    let changed = text
        .replace("depends_on = \"p\"\n", "")
        .replace("starts = 2", "starts = 3")
        .replace("4c4c", "5c4c");
    let told = diff(&before, &good(&changed)).to_string();
    assert_eq!(told, "depends_on changed: n1\nidentity changed: n1\ncircuits changed: c1");
}

/// A node with another controller, and one with a switched outlet.
const SECONDS: &str = "[[nodes]]\nnames = \"n1\"\nbmc = \"n1\"\n[nodes.second]\nis = \"machine\"\ndriver = \"redfish\"\n\
    credentials = \"c\"\nbmc = \"https://{name}-bmc\"\nescalate = \"90s\"\ngap = \"50ms\"\n[[nodes]]\n\
    names = \"n[2-3]\"\nbmc = \"{name}\"\nsecond = { is = \"feed\", driver = \"fence\", agent = \"fence_apc_snmp\", \
    parameters = { ip = \"pdu1\", plug = \"{1}\" } }\n";

#[test]
fn a_second_way_is_written_like_a_node_and_holds_for_the_same_names() {
    let inventory = good(SECONDS);
    assert_eq!(inventory.nodes.len(), 3);
    let second = |node: &str| inventory.seconds[node].clone();
    assert_eq!((second("n1").is, second("n1").escalate_ms), (SecondIs::Machine, Some(90_000)));
    assert_eq!(second("n1").endpoint.contact.to_string(), "n1-bmc:443");
    assert_eq!((second("n3").is, second("n3").escalate_ms), (SecondIs::Feed, None));
    assert_ne!(second("n2").endpoint, second("n3").endpoint);
    let exported = toml::to_string(&inventory.redacted()).unwrap();
    let again = crate::inventory::Inventory::from_text("i.toml", &exported).unwrap();
    assert!(diff(&inventory, &again).is_empty(), "{}\n{exported}", diff(&inventory, &again));
    let other = good(&SECONDS.replace("90s", "80s"));
    assert_eq!(diff(&inventory, &other).to_string(), "second way changed: n1");
}

#[test]
fn what_makes_no_sense_in_a_second_way_is_told() {
    for (lines, told) in [
        (
            "driver = \"ipmi\"\ncredentials = \"c\"\nbmc = \"b\"",
            "\"is\" is missing: machine or feed",
        ),
        (
            "is = \"spare\"\ndriver = \"ipmi\"\ncredentials = \"c\"\nbmc = \"b\"",
            "unknown second way \"spare\"",
        ),
        ("is = \"feed\"\ncredentials = \"c\"\nbmc = \"b\"", "driver is missing"),
        ("is = \"feed\"\ndriver = \"ipmi\"\ncredentials = \"c\"", "bmc is missing"),
        (
            "is = \"feed\"\ndriver = \"ipmi\"\ncredentials = \"c\"\nbmc = \"b\"\npoll = \"1m\"",
            "poll belongs to the node itself",
        ),
        (
            "is = \"machine\"\ndriver = \"ipmi\"\ncredentials = \"c\"\nbmc = \"n1\"",
            "the second way of n1 is its first one",
        ),
    ] {
        let said =
            wrong(&format!("[[nodes]]\nnames = \"n1\"\nbmc = \"n1\"\n[nodes.second]\n{lines}\n"));
        assert!(said.contains(told), "{lines}: {said}");
    }
    let said = wrong("[[nodes]]\nnames = \"n1\"\nbmc = \"n1\"\nescalate = \"1m\"\n");
    assert!(said.contains("escalate belongs in [nodes.second]"), "{said}");
}

#[test]
fn a_feed_that_several_nodes_share_can_t_be_escalated_to() {
    let feed = |lines: &str, plug: &str| {
        format!(
            "[[nodes]]\nnames = \"n[1-2]\"\nbmc = \"{{name}}\"\n[nodes.second]\nis = \"feed\"\ndriver = \"fence\"\n\
             agent = \"fence_apc_snmp\"\nparameters = {{ ip = \"pdu1\", plug = \"{plug}\" }}\n{lines}"
        )
    };
    good(&feed("escalate = \"2m\"", "{1}"));
    let read_only = good(&feed("", "7"));
    assert!(read_only.warnings.to_string().contains("n[1-2] share"), "{}", read_only.warnings);
    let said = wrong(&feed("escalate = \"2m\"", "7"));
    assert!(said.contains("escalate: n[1-2] share pdu1 outlet 7"), "{said}");
    assert!(said.contains("an order for one of them would be one for all"), "{said}");
}

#[test]
fn an_escalation_leaves_the_first_way_the_time_of_an_exchange() {
    let node = |escalate: &str, lines: &str| {
        SECONDS.replace("90s", escalate).replacen(
            "bmc = \"n1\"\n",
            &format!("bmc = \"n1\"\n{lines}"),
            1,
        )
    };
    let said = wrong(&node("9s", ""));
    assert!(said.contains("escalate: 9s leaves the first way of n1 no time"), "{said}");
    good(&node("10s", ""));
    good(&node("5s", "exchange_timeout = \"4s\"\n"));
    wrong(&node("90s", "exchange_timeout = \"2m\"\n"));
}

#[test]
fn a_second_way_is_of_its_node_alone() {
    let second = |lines: &str| {
        format!("[[nodes]]\nnames = \"n[1-2]\"\nbmc = \"{{name}}\"\n[nodes.second]\n{lines}\n")
    };
    let crossed = wrong(
        "[[nodes]]\nnames = \"x1\"\nbmc = \"x1\"\n[nodes.second]\nis = \"machine\"\ndriver = \"ipmi\"\n\
         credentials = \"d\"\nbmc = \"x2\"\n[[nodes]]\nnames = \"x2\"\nbmc = \"x2\"\n\
         [credentials.d]\nusername = \"u\"\npassword = { env = \"D\" }\n",
    );
    assert!(crossed.contains("second ways: x[1-2] share x2:623"), "{crossed}");
    let outlets = "is = \"feed\"\ndriver = \"fence\"\nagent = \"fence_apc\"\nescalate = \"2m\"\n\
        outlets = [{ ip = \"p\", plug = \"{1}\" }, { ip = \"P\", plug = \"02\" }]";
    let overlapping = wrong(&second(outlets));
    assert!(overlapping.contains("escalate: n[1-2] share p outlet 1"), "{overlapping}");
    for (lines, told) in [
        (
            "names = \"n1\"\nis = \"feed\"\ndriver = \"fence\"\nagent = \"fence_apc\"",
            "names are those of the node",
        ),
        ("is = \"machine\"\ndriver = \"manual\"", "a person is no second way"),
    ] {
        let said = wrong(&second(lines));
        assert!(said.contains(told), "{said}");
    }
    let said = wrong("[defaults.second]\nis = \"feed\"\ndriver = \"manual\"\n");
    assert!(said.contains("a second way belongs in [[nodes]]"), "{said}");
}
