//! Whatever is in a file, nothing breaks, and what is made of it is an inventory.

use clap::ValueEnum;
use proptest::prelude::*;

use super::{Format, Import, import, load, nodes};

const FIXTURES: [(Format, &str); 11] = [
    (Format::Powerman, include_str!("fixtures/powerman.conf")),
    (Format::Powerman, include_str!("fixtures/redfish-lab.dev")),
    (Format::Clustershell, include_str!("fixtures/groups.yaml")),
    (Format::Genders, include_str!("fixtures/genders")),
    (Format::Csv, include_str!("fixtures/machines.csv")),
    (Format::Maas, include_str!("fixtures/machines.json")),
    (Format::Ironic, include_str!("fixtures/ironic.yaml")),
    (Format::Metal3, include_str!("fixtures/hosts.yaml")),
    (Format::Tinkerbell, include_str!("fixtures/machines.yaml")),
    (Format::Ansible, include_str!("fixtures/hosts.json")),
    (Format::Warewulf, include_str!("fixtures/nodes.conf")),
];

/// One change of a text: some characters at a place, told in thousandths, give way to others.
type Change = (usize, usize, String);

fn changed(text: &str, changes: &[Change]) -> String {
    changes.iter().fold(text.to_owned(), |text, (place, count, new)| {
        let chars: Vec<char> = text.chars().collect();
        let at = chars.len() * place / 1_000;
        let after = (at + count).min(chars.len());
        chars[..at]
            .iter()
            .copied()
            .chain(new.chars())
            .chain(chars[after..].iter().copied())
            .collect()
    })
}

fn changes() -> impl Strategy<Value = Vec<Change>> {
    let new = prop_oneof![
        "[\\[\\]{}\",:&*!#%@ \\-\\\\|>$\n]{0,3}",
        "[a-z0-9]{0,3}",
        "\\PC{0,2}",
        Just("\u{0}".to_owned()),
    ];
    prop::collection::vec((0_usize..1_000, 0_usize..4, new), 1..6)
}

proptest! {
    #[test]
    fn a_damaged_file_is_an_error_or_an_inventory(
        fixture in 0..FIXTURES.len(),
        changes in changes(),
    ) {
        let (format, text) = FIXTURES[fixture];
        if let Ok(import) = import(format, &[("f", &changed(text, &changes))]) {
            load(&import);
        }
    }

    #[test]
    fn any_text_is_an_error_or_an_inventory(text in "(?s).{0,200}", format in 0_usize..10) {
        let format = Format::value_variants()[format];
        if let Ok(import) = import(format, &[("f", &text)]) {
            load(&import);
        }
    }

    #[test]
    fn every_node_of_a_table_is_read_back_as_it_was(
        rows in prop::collection::btree_map(
            "[a-c]{1,2}[0-9]{1,2}(n[0-9]{1,2})?",
            ("[xy][0-9]{1,2}(\\.[0-9]{1,2})?q", "[uv]", "r[0-9]{0,2}"),
            1..40,
        ),
    ) {
        let mut text = "name,bmc,driver,username,password,label.rack\n".to_owned();
        let mut expected = Vec::new();
        for (name, (bmc, user, rack)) in &rows {
            // one account for each BMC, so that no two reach it in different ways
            let (bmc, login) = (format!("{bmc}{user}"), user);
            text += &format!("{name},{bmc},ipmi,{login},{login}pw,{rack}\n");
            expected.push(format!("{name} {bmc}:623 rack={rack}"));
        }
        let import: Import = import(Format::Csv, &[("f", &text)]).unwrap();
        let without_account = |line: String| {
            let parts: Vec<&str> = line.split(' ').collect();
            format!("{} {} {}", parts[0], parts[1], parts[3])
        };
        let mut read: Vec<String> = nodes(&import).into_iter().map(without_account).collect();
        read.sort();
        expected.sort();
        prop_assert_eq!(read, expected);
        prop_assert!(import.left.is_empty());
    }
}
