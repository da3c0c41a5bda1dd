//! What `driver = "redfish"` means in an inventory.

use std::path::Path;
use std::sync::Arc;

use super::good;
use crate::inventory::{Access, Fingerprint, Inventory, Redfish, Transport, Trust, diff};

const PIN: &str = "00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:aa:bb:cc:dd:ee:ff";

/// What a block with these lines makes of n1, and its address.
fn read(lines: &str) -> (String, Redfish) {
    let text = format!("[[nodes]]\nnames = \"n1\"\ndriver = \"redfish\"\n{lines}");
    let endpoint = good(&text).nodes["n1"].endpoint.clone();
    let Access::Redfish(redfish) = endpoint.access.clone() else { panic!("{lines}") };
    (endpoint.contact.to_string(), *redfish)
}

#[test]
fn what_is_below_http_is_in_the_url_and_whom_to_trust_in_one_key() {
    let pin = Fingerprint::parse(PIN).unwrap();
    assert_eq!(pin.to_string(), PIN.replace(':', "").to_lowercase());
    for (lines, address, transport) in [
        ("bmc = \"h\"", "h:443", Transport::Tls(Trust::Roots)),
        ("bmc = \"https://10.0.0.1\"", "10.0.0.1:443", Transport::Tls(Trust::Roots)),
        ("bmc = \"https://[fd00::{1}]:8443\"", "[fd00::1]:8443", Transport::Tls(Trust::Roots)),
        ("bmc = \"http://h\"", "h:80", Transport::Plain),
        ("bmc = \"h\"\ninsecure = true", "h:443", Transport::Tls(Trust::Any)),
        ("bmc = \"h\"\ninsecure = false", "h:443", Transport::Tls(Trust::Roots)),
        (
            "bmc = \"h\"\nca_file = \"ca.pem\"",
            "h:443",
            Transport::Tls(Trust::File(Arc::from(Path::new("ca.pem")))),
        ),
        (
            &format!("bmc = \"h\"\nfingerprint = \"{PIN}\""),
            "h:443",
            Transport::Tls(Trust::Fingerprint(pin)),
        ),
    ] {
        assert_eq!(read(lines), (address.to_owned(), Redfish { transport, system: None }));
    }
}

#[test]
fn a_block_trusts_whom_it_says_and_else_whom_the_defaults_say() {
    let text = "[defaults]\ndriver = \"redfish\"\ncredentials = \"c\"\ninsecure = true\nsystem = \"s{1}\"\n\
                cipher = \"3\"\n[[nodes]]\nnames = \"n[1-2]\"\nbmc = \"{name}\"\n[[nodes]]\nnames = \"n3\"\n\
                bmc = \"n3\"\nca_file = \"/ca\"\nsystem = \"/x\"\n[[nodes]]\nnames = \"i\"\nbmc = \"i\"\n\
                driver = \"ipmi\"\n[credentials.c]\nusername = \"u\"\npassword = { env = \"P\" }\n";
    let inventory = Inventory::from_text("i.toml", text).unwrap();
    let access = |node: &str| inventory.nodes[node].endpoint.access.clone();
    let redfish = |trust, system: &str| {
        let (transport, system) = (Transport::Tls(trust), Some(Arc::from(system)));
        Access::Redfish(Redfish { transport, system }.into())
    };
    assert_eq!(access("n2"), redfish(Trust::Any, "s2"));
    assert_eq!(access("n3"), redfish(Trust::File(Arc::from(Path::new("/ca"))), "/x"));
    assert!(matches!(access("i"), Access::Ipmi(_)));
}

#[test]
fn a_diff_tells_another_trust_and_another_system_and_an_export_reads_back() {
    let block = |names: &str, lines: &str| {
        format!(
            "[[nodes]]\nnames = \"{names}\"\ndriver = \"redfish\"\nbmc = \"https://{{name}}\"\n{lines}\n"
        )
    };
    let old = good(&(block("n1", "") + &block("n2", "") + &block("n3", "insecure = true")));
    let pinned = block("n3", &format!("fingerprint = \"{PIN}\""));
    let new = good(&(block("n1", "ca_file = \"/ca\"") + &block("n2", "system = \"7\"") + &pinned));
    assert_eq!(diff(&old, &new).to_string(), "trust changed: n[1,3]\nsystem changed: n2");
    for inventory in [old, new] {
        let text = toml::to_string(&inventory.redacted()).unwrap();
        let again = Inventory::from_text("e.toml", &text).unwrap();
        assert_eq!(again.nodes, inventory.nodes, "{text}");
    }
}
