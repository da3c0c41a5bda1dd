//! Files that nothing can be made of: each is told with its name and line, and never with what may be a secret.

use super::{Format, import};

#[test]
fn a_file_that_is_wrong_is_told_with_its_name_and_line() {
    for (format, text, expected) in [
        (Format::Powerman, "\n\nnode \"n1\" \"d", "f:3: a string without its end"),
        (Format::Powerman, "node \"n1\"\n\"d\n", "f:2: a string without its end"),
        (Format::Powerman, "# x\nnod \"n1\" \"d\"", "f:2: \"nod\" is no statement of powerman"),
        (Format::Powerman, "device \"d\" \"t\"\n", "f:2: a string in quotes is missing"),
        (Format::Powerman, "\"d\"", "f:1: a string where a statement should begin"),
        (
            Format::Powerman,
            "specification \"s\" {\n script {",
            "f:2: a specification without its block, or its end",
        ),
        (Format::Genders, "n1 a\nn[1- b", "f:2: a [ without its ]"),
        (Format::Genders, "n[1-999999999] b", "f:1: more than 250000 items"),
        (Format::Csv, "name,bmc\n\"n1,b", "f:2: a quote without its end"),
        (Format::Csv, "name,bmc\n\"n1\"x,b", "f:2: text after a closing quote"),
        (Format::Csv, "name,bmc\n\"a\nb\",c\nn1,b,c\n", "f:4: 3 cells, of 2"),
        (Format::Csv, "node2,bmc\n", "f:1: no column is called name"),
        (Format::Csv, "name,bmc,bmc\n", "f:1: column \"bmc\" twice"),
        (Format::Maas, "[\n{\"a\": }]", "f:2: not JSON: expected value"),
        (Format::Maas, "Success.\nMachine-readable output follows:\n{\"a\":\n1,}", "f:4: "),
        (Format::Maas, "{\"a\":\n1, \"a\": 2}", "f:2: not JSON: key \"a\" twice"),
        (Format::Ironic, "nodes: []", "f:1: no nodes of Ironic in it"),
        (Format::Ironic, "\n\nnodes:\n  - a: b\n c: d", "f:5: not YAML: "),
        (Format::Ironic, "a: b\na: c", "f:2: key \"a\" twice"),
        (Format::Metal3, "a: &a [*a]", "f:1: "),
        (Format::Ansible, "{\"all\": {}}", "f: no _meta.hostvars"),
        (Format::Warewulf, "n: 1", "f:1: no nodes of Warewulf"),
        (Format::Clustershell, "- a", "f:1: expected sources with groups"),
    ] {
        let error = import(format, &[("f", text)]).err().map(|error| error.to_string());
        let error = error.unwrap_or_default();
        assert!(error.starts_with(expected), "{text:?}\nwanted {expected}\ngot    {error}");
    }
}

#[test]
fn aliases_make_no_more_values_than_a_document_may_have() {
    let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..30 {
        let below = level - 1;
        let items = vec![format!("*a{below}"); 10].join(", ");
        text += &format!("a{level}: &a{level} [{items}]\n");
    }
    let error = import(Format::Ironic, &[("f", &text)]).err().unwrap().to_string();
    assert!(error.contains("aliases for more than 1000000 values"), "{error}");
    let mut deep = "a0: &a0 [x]\n".to_owned();
    for level in 1..100 {
        deep += &format!("a{level}: &a{level} [*a{}]\n", level - 1);
    }
    for text in [deep, "[".repeat(100_000), "{\"a\":".repeat(100_000), "- ".repeat(100_000)] {
        let error = import(Format::Ironic, &[("f", &text)]).err().unwrap().to_string();
        assert!(error.contains("deeper than") || error.contains("recursion"), "{error}");
    }
}

#[test]
fn ranges_stand_for_no_more_names_than_the_bound() {
    let many = "alias \"a\" \"n[1-250000]\"\n".repeat(30);
    let told = import(Format::Powerman, &[("f", &many)]).unwrap().left.join("\n");
    assert!(told.contains("alias \"a\": more than 0 items"), "{told}");
    let groups: String = (0..30).map(|number| format!(" g{number}: 'n[1-250000]'\n")).collect();
    let error = import(Format::Clustershell, &[("f", &format!("s:\n{groups}"))]).err().unwrap();
    assert!(error.to_string().contains("more than 2000000 members"), "{error}");
}

#[test]
fn files_that_include_each_other_have_an_end() {
    let include = |path: &str| Ok(super::source(path, "include \"again\" include \"again\""));
    let hints = super::Hints { driver: None, map: Default::default(), include: &include };
    let files = [super::source("f", "include \"again\"\n")];
    let error = super::read(Format::Powerman, &files, &hints, &mut super::Found::default());
    let error = error.unwrap_err().to_string();
    assert_eq!(error, "again:1: files include each other too deep, or too many");
}

#[test]
fn no_message_holds_a_secret() {
    for (format, text) in [
        (Format::Powerman, "device \"d\" \"t\" \"ipmipower -p hunter2\n"),
        (
            Format::Powerman,
            "device \"d\" \"ipmipower\" \"/ipmipower hunter2 -x hunter2 --pass=hunter2 -h b1 |&\" node \"b1\" \"d\"",
        ),
        (Format::Powerman, "specification \"s\" { script login { send \"auth u:hunter2\\n\" } "),
        (Format::Genders, "n1 ipmi_password=hunter2\nn2 bmc=b2,driver=x,password=hunter2\n"),
        (Format::Genders, "n1 ipmi_address=b1,ilo_pass=hunter2\nn2 bmc_password=hunter2\n"),
        (Format::Warewulf, "nodes: {n1: {ipmi: {ipaddr: b1}, tags: {pw: x, bmc_pwd: hunter2}}}"),
        (Format::Csv, "name,bmc,password\nn1,b1,\"hunter2\nn2,b2,hunter2"),
        (Format::Csv, "name,bmc,password,driver\nn1,b1,hunter2,x\nn2,u:hunter2@b2,hunter2,ipmi\n"),
        (Format::Csv, "name,bmc,password,driver\nn1,b1,hunter2\0,ipmi\n"),
        (Format::Maas, "[{\"power_pass\": \"hunter2\", }]"),
        (Format::Maas, "{\"a\": {\"power_pass\": \"hunter2\"}}"),
        (
            Format::Ironic,
            "nodes: [{name: n1, driver_info: {ipmi_password: hunter2, ipmi_address: 'a b'}}]",
        ),
        (Format::Ironic, "nodes: {ipmi_password: 'hunter2}"),
        (Format::Ironic, "a: *hunter2"),
        (Format::Ironic, "a: !hunter2!x y"),
        (Format::Ironic, "a: @hunter2"),
        (Format::Metal3, "kind: Secret\nmetadata: {name: s}\ndata: {password: hunter2.}"),
        (
            Format::Ansible,
            "{\"_meta\": {\"hostvars\": {\"n1\": {\"bmc\": \"b\", \"bmc_password\": \"{{ hunter2 }}\"}}}}",
        ),
    ] {
        let told = match import(format, &[("f", text)]) {
            Ok(import) => format!("{}{}", import.left.join("\n"), import.written.toml),
            Err(error) => format!("{error}{error:?}"),
        };
        assert!(!told.contains("hunter2"), "{text:?}\n{told}");
    }
}
