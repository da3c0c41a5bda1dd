//! What is made one of what was found: doubles, contradictions, what the inventory does not take.

use super::{Field, Format, Protocol, import, import_with, load, nodes};

fn table(rows: &str) -> super::Import {
    let text = format!("name,bmc,driver,username,password,kg,label.a,system\n{rows}");
    import(Format::Csv, &[("f", &text)]).unwrap()
}

#[test]
fn of_two_machines_with_one_name_the_first_counts() {
    let import =
        table("n1,b1,ipmi,u,p,,x,\nn1,b1,ipmi,u,p,,y,\nn1,b2,ipmi,u,p,,,\nn1,b1,ipmi,v,p,,,\n");
    assert_eq!(nodes(&import), ["n1 b1:623 u a=x"]);
    assert_eq!(
        import.left,
        [
            "f:3: n1: label \"a\" is \"x\" at f:2 already",
            "f:4: n1: is at f:2 already, with another BMC or account",
        ]
    );
}

#[test]
fn two_ways_to_one_bmc_are_no_inventory() {
    let import = table(
        "n1,b1,redfish,u,p,,,1\nn2,b1,redfish,u,p,,,2\nn3,b1,redfish,v,p,,,3\nn4,b1,ipmi,v,p,,,\n",
    );
    assert_eq!(nodes(&import).len(), 3);
    let words = "shares bmc b1:443 with n1, and reaches it in another way";
    assert_eq!(import.left, [format!("f:4: n3: {words}")]);
}

#[test]
fn what_the_inventory_does_not_take_is_told() {
    for (row, told) in [
        ("a b,b1,ipmi,u,p,,,", "no name for a node"),
        ("-n,b1,ipmi,u,p,,,", "it must start with a letter or digit"),
        ("n1,b 1,ipmi,u,p,,,", "not a host name"),
        ("n1,0.0.0.0,ipmi,u,p,,,", "not the address of one host"),
        ("n1,b1,ipmi,seventeen-letters,p,,,", "a user name of 17 bytes: 16 are possible"),
        ("n1,b1,ipmi,u,p,0x6,,", "its BMC key is not carried over"),
        ("n1,b1,ipmi,u,p,123456789012345678901,,", "it has more than 20 bytes"),
        ("n1,b1,ipmi,u,p,,,1", "a system is for Redfish"),
        ("n1,b1,redfish,u,p,,,a{b", "a brace in it"),
        ("n1,b1,redfish,u,p,,,a b", "not the id or path of a resource"),
        ("n1,b1,ipmi,u,p,,{name},", "label \"a\": only letters"),
        ("n1,,ipmi,u,p,,,", "no address of a BMC"),
    ] {
        let import = table(row);
        let left = import.left.join("\n");
        assert!(left.contains(told), "{row}: {left}");
        load(&import);
    }
}

#[test]
fn an_account_is_one_and_has_a_file_of_its_own() {
    let import = table(
        "n1,b1,ipmi,u,p,,,\nn2,b2,ipmi,u,p,,,\nn3,b3,ipmi,u,q,,,\nn4,b4,ipmi,u/v,r,,,\nn5,b5,ipmi,u,q,k,,\n\
         n6,b6,ipmi,u,s,,,\nn7,b7,ipmi,u,s,,,\n",
    );
    let names: Vec<_> = import.written.secrets.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["u", "n3", "n4", "n5", "n5.kg", "u-2"]);
    assert!(import.left.is_empty(), "{:?}", import.left);
}

#[test]
fn a_fleet_is_a_few_blocks() {
    let mut rows = "name,bmc,driver,username,password,label.rack\n".to_owned();
    for rack in 1..=20 {
        for node in 1..=40 {
            rows +=
                &format!("r{rack:02}n{node:02},r{rack:02}n{node:02}-bmc,ipmi,u,p,rack{rack:02}\n");
        }
    }
    for node in 1..=200 {
        rows += &format!("gw{node},10.9.0.{},ipmi,u,p,\n", node + 20);
    }
    for node in 1..=8 {
        rows += &format!("blade{node},https://chassis{},redfish,u,p,\n", (node + 3) / 4);
    }
    let import = import(Format::Csv, &[("f", &rows)]).unwrap();
    let toml = &import.written.toml;
    assert_eq!(load(&import).nodes.len(), 1_008);
    for block in [
        "names = \"r[01-20]n[01-40]\"\nbmc = \"{name}-bmc\"",
        "labels = { rack = \"rack{1}\" }",
        "names = \"gw[1-200]\"\nbmc = \"10.9.0.[21-220]\"",
        "names = \"blade[1-4]\"\nbmc = \"https://chassis1\"",
    ] {
        assert!(toml.contains(block), "{block}\n{toml}");
    }
    assert_eq!(toml.matches("[[nodes]]").count(), 4, "{toml}");
}

#[test]
fn of_powerman_s_scripts_what_can_t_be_followed_is_told() {
    let device = "device \"d\" \"t\" \"/redfishpower -h b[1-2] OPTIONS |&\" node \"n[1-2]\" \"d\" \"b[1-2]\"";
    let script =
        |sent: &str| format!("specification \"t\" {{ script login {{ send \"{sent}\\n\" }} }}\n");
    for (text, told) in [
        (script("setplugs b[1-2] [0-1]"), "f:2: n[1-2]: its plugs are those of a script"),
        (
            script("setstatpath redfish/v1/Chassis/b1"),
            "path \"/redfish/v1/Chassis/b1\" is not that",
        ),
        ("-S redfish/v1/Systems/{{plug}}".to_owned(), "a brace in it"),
        ("-Z hunter2 -v --odd=hunter2".to_owned(), "device \"d\": \"-Z\" is not known"),
        ("-f hunter2".to_owned(), "device \"d\": --hostsfile is not carried over"),
    ] {
        let (script, options) =
            if text.starts_with('-') { ("", text.as_str()) } else { (&*text, "") };
        let conf = format!("{script}{}", device.replace("OPTIONS", options));
        let left = import(Format::Powerman, &[("f", &conf)]).unwrap().left.join("\n");
        assert!(left.contains(told) && !left.contains("hunter2"), "{conf}\n{left}");
    }
}

#[test]
fn what_two_formats_tell_of_a_node_is_joined() {
    let hints = super::Hints {
        driver: Some(Protocol::Ipmi),
        map: std::collections::BTreeMap::new(),
        include: &|_| Err("nothing is included".to_owned()),
    };
    let mut found = super::Found::default();
    let genders = [super::source("g", "n[1-3] compute,rack=r%n\nn3 gpu\n")];
    super::read(Format::Genders, &genders, &hints, &mut found).unwrap();
    let bmcs = [super::source("c", "name,bmc\nn1,b1\nn2,b2\n")];
    super::read(Format::Csv, &bmcs, &hints, &mut found).unwrap();
    let import = super::finish(found);
    assert_eq!(nodes(&import), ["n1 b1:623 bmc rack=rn1", "n2 b2:623 bmc rack=rn2"]);
    let groups = load(&import).groups;
    let groups: Vec<String> = groups.iter().map(|(name, set)| format!("{name} {set}")).collect();
    assert_eq!(groups, ["compute n[1-2]", "rack n[1-2]"]);
    assert!(
        import.left.contains(&"g:1: n3: label \"rack\": no BMC of the node is known here".into())
    );
    assert!(import.left.contains(&"group gpu: none of its nodes is carried over".into()));
}

#[test]
fn what_is_called_port_or_user_of_a_machine_is_not_its_bmc_s() {
    let text = r#"{"_meta": {"hostvars": {"n1": {"bmc": "b1", "port": 22, "user": "deploy", "password": "x",
        "driver": "docker", "bmc_user": "u"}}}}"#;
    let import = import_with(Format::Ansible, &[("f", text)], Some(Protocol::Ipmi), &[]).unwrap();
    assert_eq!(nodes(&import), ["n1 b1:623 u"]);
    assert!(import.written.secrets.is_empty());
}

#[test]
fn columns_and_variables_may_be_called_anything() {
    let map = [(Field::Bmc, "mgmt IP"), (Field::Name, "Asset"), (Field::Password, "pw")];
    let text = "asset;Mgmt IP;pw;User;label.Rack\nn1;b1;hunter2;u;R1\n";
    let import = import_with(Format::Csv, &[("f", text)], Some(Protocol::Redfish), &map).unwrap();
    assert_eq!(nodes(&import), ["n1 https://b1:443 u Rack=R1"]);
    assert_eq!(import.written.secrets.len(), 1);
    assert!(import.left.is_empty(), "{:?}", import.left);
}

#[test]
fn a_machine_s_text_may_be_after_what_the_client_says() {
    let text = "Success.\nMachine-readable output follows:\n\
                {\"system_id\": \"x\", \"hostname\": \"n1\", \"power_type\": \"ipmi\"}\n\
                {\"x\": {\"power_address\": \"b1\", \"power_user\": \"u\", \"power_pass\": \"p\"}}\n";
    assert_eq!(nodes(&import(Format::Maas, &[("f", text)]).unwrap()), ["n1 b1:623 u"]);
}

#[test]
fn a_list_of_kubernetes_may_be_json() {
    let text = r#"{"kind": "List", "items": [{"kind": "BareMetalHost", "metadata": {"name": "h"},
        "spec": {"bmc": {"address": "redfish://b1/redfish/v1/Systems/1/", "credentialsName": "s"}}},
        {"kind": "Secret", "metadata": {"name": "s"}, "data": {"username": "dQ==", "password": "cA=="}}]}"#;
    let import = import(Format::Metal3, &[("f", text)]).unwrap();
    assert_eq!(nodes(&import), ["h https://b1:443 /redfish/v1/Systems/1 s"]);
    assert_eq!(import.written.secrets[0].1.expose(), "p");
}
