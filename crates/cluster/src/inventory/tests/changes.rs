//! Differences between two inventories, and the export.

use super::{HEAD, good};
use crate::inventory::{Inventory, diff};

const OLD: &str = r#"
[[nodes]]
names = "n[1-4]"
bmc = "10.0.0.{1}"
[[nodes]]
names = "m[1-4]"
bmc = "10.0.1.{1}"
labels = { a = "1" }
[groups]
gone = "n1"
same = "n1"
other = "m[1-2]"
"#;

const NEW: &str = r#"
[[nodes]]
names = "n[3-6]"
bmc = "10.0.0.{1}"
[[nodes]]
names = "m1"
bmc = "10.0.2.1"
labels = { a = "1" }
privilege = "administrator"
[[nodes]]
names = "m[2-4]"
bmc = "10.0.1.{1}"
labels = { a = "2" }
attempts = 3
[groups]
new = "n3"
other = "m[2-3]"
"#;

#[test]
fn a_diff_tells_kind_by_kind_what_is_different() {
    let difference = diff(&good(OLD), &good(NEW));
    assert_eq!(
        difference.to_string(),
        "added: n[5-6]
removed: n[1-2]
address changed: m1
cipher or privilege changed: m1
labels changed: m[2-4]
settings changed: m[2-4]
groups changed: gone, new, other, same"
    );
    assert!(!difference.is_empty());
}

#[test]
fn the_same_inventory_has_no_difference() {
    let difference = diff(&good(NEW), &good(NEW));
    assert_eq!(difference.to_string(), "no change");
    assert!(difference.is_empty());
}

#[test]
fn credentials_that_are_defined_differently_change_their_nodes() {
    let head = HEAD.replace("env = \"P\"", "env = \"Q\"");
    let new = Inventory::from_text("i.toml", &format!("{head}{OLD}")).unwrap();
    assert_eq!(diff(&good(OLD), &new).to_string(), "credentials changed: m[1-4],n[1-4]");
}

#[test]
fn an_export_reads_back_as_the_same_inventory() {
    let defaults = "drift = \"enforce\"\npoll = \"off\"\nsettle = \"1500ms\"\n[credentials";
    let text = HEAD.replace("[credentials", defaults) + NEW;
    let inventory = Inventory::from_text("i.toml", &text).unwrap();
    let json = serde_json::to_string(&inventory.redacted()).unwrap();
    let toml = toml::to_string(&inventory.redacted()).unwrap();
    for (name, text) in [("e.json", json), ("e.toml", toml)] {
        let again = Inventory::from_text(name, &text).unwrap();
        assert_eq!(again.nodes, inventory.nodes, "{name}");
        assert!(diff(&inventory, &again).is_empty(), "{name}");
    }
}
