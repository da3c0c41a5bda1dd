//! One realistic file a format: the inventory that is made of it, what the server reads in that, the secrets, and all that
//! was not carried over.

use super::{Format, Import, Protocol, import_with, load, nodes};

macro_rules! fixture {
    ($name:literal) => {
        ($name, include_str!(concat!("fixtures/", $name)))
    };
}

macro_rules! golden {
    ($name:literal) => {
        (
            include_str!(concat!("fixtures/golden/", $name, ".toml")),
            include_str!(concat!("fixtures/golden/", $name, ".left")),
        )
    };
}

/// Imports, and compares the inventory and the list with what they should be.
fn made(
    format: Format,
    files: &[(&str, &str)],
    driver: Option<Protocol>,
    (toml, left): (&str, &str),
) -> Import {
    let import = import_with(format, files, driver, &[]).unwrap();
    assert_eq!(import.written.toml, toml);
    let told: String = import.left.iter().map(|line| format!("{line}\n")).collect();
    assert_eq!(told, left);
    load(&import);
    import
}

/// The secrets, by the names of their files.
fn secrets(import: &Import) -> Vec<String> {
    let secrets = import.written.secrets.iter();
    secrets.map(|(file, secret)| format!("{file} {}", secret.expose())).collect()
}

#[test]
fn powerman_s_nodes_behind_ipmipower_and_redfishpower_are_carried_over() {
    let files = [fixture!("powerman.conf")];
    let import = made(Format::Powerman, &files, None, golden!("powerman"));
    let nodes = nodes(&import);
    assert_eq!(nodes.len(), 47);
    for node in [
        "n001 bmc001:623 power",
        "n040 bmc040:623 power",
        "login2 10.1.0.2:623 bmc",
        "mgmt 10.1.0.9:6230 bmc",
        "lab2 https://lab-bmc2:443 /redfish/v1/Systems/Self root",
    ] {
        assert!(nodes.iter().any(|line| line == node), "{node}: {nodes:#?}");
    }
    assert_eq!(secrets(&import), ["root hunter2:colon", "power hunter2-xA"]);
}

#[test]
fn groups_of_clustershell_are_written_out_and_are_a_file_of_their_own() {
    let files = [fixture!("groups.yaml")];
    let import = made(Format::Clustershell, &files, None, golden!("clustershell"));
    let groups = load(&import).groups;
    for (group, members) in [
        ("all", "login[1-4],n[001-040]"),
        ("off", "n001"),
        ("7", "n[038-040]"),
        ("racks.login", "login[1-2]"),
        ("roles.login", "login[1-4]"),
        ("big", "n[010-020]"),
    ] {
        assert_eq!(groups[group].to_string(), members, "{group}");
    }
    assert!(import.settled.nodes.is_empty());
}

#[test]
fn attributes_of_genders_are_groups_labels_and_bmcs() {
    let import = made(Format::Genders, &[fixture!("genders")], None, golden!("genders"));
    assert_eq!(
        nodes(&import),
        [
            "n1 n1-bmc.example:623 ops rack=r1",
            "n2 n2-bmc.example:623 ops rack=r1",
            "n3 n3-bmc.example:623 ops rack=r1",
            "n4 10.0.0.4:6230 n4 rack=r2",
        ]
    );
    assert_eq!(load(&import).groups["compute"].to_string(), "n[1-4]");
    assert_eq!(secrets(&import), ["ops hunter2%"]);
}

#[test]
fn the_heading_of_a_table_decides() {
    let import = made(Format::Csv, &[fixture!("machines.csv")], None, golden!("csv"));
    assert_eq!(
        nodes(&import),
        [
            "n1 10.0.0.1:623 ops rack=r1",
            "n2 10.0.0.2:623 ops rack=r1",
            "n3 [fd00::3]:6230 ops rack=r2",
            "x1 https://x1-bmc.example:443 /redfish/v1/Systems/1 x1 rack=r2",
        ]
    );
    assert_eq!(secrets(&import), ["ops hunter2,\"quoted\"", "x1 hunter2x"]);
}

#[test]
fn the_table_that_xcat_prints_is_read() {
    let files = [fixture!("ipmi.csv")];
    let import = made(Format::Csv, &files, Some(Protocol::Ipmi), golden!("xcat"));
    assert_eq!(nodes(&import), ["c01 c01-ipmi:623 ADMIN", "c02 c02-ipmi:6230 ADMIN"]);
    assert_eq!(secrets(&import), ["ADMIN hunter2"]);
}

#[test]
fn machines_of_maas_are_joined_with_their_power_parameters() {
    let files = [fixture!("machines.json"), fixture!("power-parameters.json")];
    let import = made(Format::Maas, &files, None, golden!("maas"));
    assert_eq!(
        nodes(&import),
        [
            "bench1   zone=lab",
            "bench2   zone=lab",
            "big https://10.20.0.9:443 1 big zone=rack2",
            "board1  token zone=lab",
            "board2  token zone=lab",
            "plug3  ",
            "rack1-n1 10.20.0.1:623 rack1-n1 pool=default zone=rack1",
            "rack1-n2 10.20.0.2:623 rack1-n2 pool=default zone=rack1",
        ]
    );
    assert_eq!(load(&import).groups["gpu"].to_string(), "rack1-n[1-2]");
    assert_eq!(
        secrets(&import),
        [
            "big hunter2-\u{1f600}",
            "token hunter2-token",
            "rack1-n1 hunter2-maas",
            "rack1-n2 hunter2-other",
            "rack1-n2.kg hunter2-kg",
        ]
    );
}

#[test]
fn nodes_of_ironic_are_read_from_files_and_from_lists() {
    let files = [fixture!("ironic.yaml"), fixture!("nodes.json")];
    let import = made(Format::Ironic, &files, None, golden!("ironic"));
    assert_eq!(
        nodes(&import),
        [
            "0b6b1a5e-4f9a-4b6c-9e60-53c9a1f3a001 https://10.8.1.1:443 root resource_class=gold",
            "node-7-1 10.7.0.1:623 admin resource_class=baremetal",
            "node-7-2 10.7.0.2:623 admin resource_class=baremetal",
            "node-8-1 https://10.8.0.1:8443 /redfish/v1/Systems/System.Embedded.1 root \
             resource_class=baremetal",
            "node-8-2 https://10.8.0.2:443 node-8-2",
        ]
    );
    assert_eq!(secrets(&import), ["admin hunter2-ironic", "node-8-2 hunter2-idrac"]);
}

#[test]
fn hosts_of_metal3_are_read_with_the_secrets_beside_them() {
    let import = made(Format::Metal3, &[fixture!("hosts.yaml")], None, golden!("metal3"));
    assert_eq!(
        nodes(&import),
        [
            "worker-0 192.168.111.1:6230 worker-0-bmc topology.kubernetes.io/zone=zone-a",
            "worker-1 https://192.168.111.2:443 /redfish/v1/Systems/System.Embedded.1 shared-bmc",
            "worker-2 http://[fd00:111::3]:8000 /redfish/v1/Systems/8e1ce5c1 shared-bmc",
            "worker-4 192.168.111.5:623 elsewhere",
        ]
    );
    assert_eq!(secrets(&import), ["worker-0-bmc hunter2-base64", "shared-bmc hunter2-string"]);
}

#[test]
fn machines_of_tinkerbell_say_by_what_they_are_reached() {
    let files = [fixture!("machines.yaml")];
    let import = made(Format::Tinkerbell, &files, None, golden!("tinkerbell"));
    assert_eq!(
        nodes(&import),
        [
            "hw-1 172.16.0.1:623 hw-auth",
            "hw-2 https://172.16.0.2:8443 hw-auth",
            "hw-3 172.16.0.3:6230 hw-auth",
        ]
    );
    assert_eq!(secrets(&import), ["hw-auth hunter2-tink"]);
}

#[test]
fn variables_of_ansible_tell_bmcs_and_its_groups_are_groups() {
    let import = made(Format::Ansible, &[fixture!("hosts.json")], None, golden!("ansible"));
    assert_eq!(
        nodes(&import),
        [
            "db1 https://10.3.0.1:443 root",
            "db2 https://10.3.0.2:443 root",
            "web1 10.3.1.1:623 web1",
        ]
    );
    assert_eq!(load(&import).groups["shop"].to_string(), "db[1-2],web1");
    assert_eq!(secrets(&import), ["root hunter2-db"]);
}

#[test]
fn nodes_of_warewulf_take_what_they_lack_from_their_profiles() {
    let import = made(Format::Warewulf, &[fixture!("nodes.conf")], None, golden!("warewulf"));
    assert_eq!(
        nodes(&import),
        ["n01 10.4.0.1:623 n01 cluster=east", "n02 10.4.0.2:6230 n02 cluster=east rack=r1"]
    );
    assert_eq!(secrets(&import), ["n01 hunter2-ww", "n02 hunter2-ww"]);
}
