//! What needs no server.

use crate::site::{Said, program, said};

fn say(line: &str) -> Said {
    said(program(line).output().unwrap())
}

#[test]
fn plain_node_sets_need_no_server() {
    for (line, out) in [
        ("nodes n[1-3] n5 -x n2", "n[1,3,5]\n"),
        ("nodes n[1-3] --count", "3\n"),
        ("nodes n[08-10] --expand", "n08 n09 n10\n"),
        ("nodes n[1-2] --list", "n1\nn2\n"),
        ("nodes n[1-9/2]-ib --format slurm", "n1-ib,n3-ib,n5-ib,n7-ib,n9-ib\n"),
        ("nodes r[1-2]n[1-2] --format xcat", "r1n1,r1n2,r2n1,r2n2\n"),
    ] {
        let said = say(line);
        assert_eq!((said.code, said.out.as_str()), (0, out), "{line}: {said:?}");
    }
}

#[test]
fn a_wrong_use_is_told_before_any_server_is_looked_for() {
    for line in [
        "off",
        "off n[5-1]",
        "off n1 -a",
        "cancel '#x'",
        "log '#'",
        "wait n1",
        "nosuch",
        "nodes ''",
        "off ''",
    ] {
        let said = say(line);
        assert_eq!(said.code, 2, "{line}: {said:?}");
    }
    assert!(say("nodes ''").err.contains("the node set is empty"));
    let mut call = program("boot n1 pxe");
    let said_of_boot = said(call.env("LASTWORD_SERVER", "http://127.0.0.1:9").output().unwrap());
    assert!(said_of_boot.err.contains("--and <ACTION>"), "{said_of_boot:?}");
    assert!(!said_of_boot.err.contains("--server"), "{said_of_boot:?}");
    let said = say("off n1,n[5-1]");
    assert_eq!(
        said.err,
        "lastword: bad node set, column 6: end of the range is below its start\n  n1,n[5-1]\n       ^\n"
    );
}

#[test]
fn no_daemon_is_7_and_tells_how_to_start_one() {
    let said = say("status --server http://127.0.0.1:9");
    assert_eq!(said.code, 7, "{said:?}");
    for word in ["http://127.0.0.1:9", "lastword serve --inventory", "LASTWORD_SERVER"] {
        assert!(said.err.contains(word), "{said:?}");
    }
    assert_eq!(say("status --server 127.0.0.1:9").code, 2);
}

#[test]
fn completions_are_made_for_every_shell() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let said = say(&format!("completions {shell}"));
        assert_eq!(said.code, 0, "{said:?}");
        assert!(said.out.contains("LASTWORD_COMPLETE") && said.out.contains(shell), "{shell}");
    }
}

#[test]
fn there_is_a_manual_page_for_each_subcommand() {
    let dir = tempfile::tempdir().unwrap();
    let said = say(&format!("man {}", dir.path().join("man1").display()));
    assert_eq!(said.code, 0, "{said:?}");
    for page in ["lastword.1", "lastword-off.1", "lastword-boot.1", "lastword-token-create.1"] {
        let text = std::fs::read_to_string(dir.path().join("man1").join(page)).unwrap();
        assert!(text.contains(".SH") && text.contains("lastword"), "{page}");
        assert!(text.contains("LASTWORD_SERVER"), "{page} names the variables");
    }
}

#[test]
fn a_reader_that_leaves_is_no_error() {
    use std::io::Read;
    let mut child = program("nodes r[1-999]n[1-99] --list").spawn().unwrap();
    let mut first = [0; 5];
    child.stdout.take().unwrap().read_exact(&mut first).unwrap();
    let ended = said(child.wait_with_output().unwrap());
    assert_eq!((ended.code, ended.err.as_str()), (0, ""));
}

#[test]
fn the_version_is_told_without_a_server() {
    let said = say("version --server http://127.0.0.1:9");
    assert_eq!(said.code, 0, "{said:?}");
    assert!(
        said.out.starts_with(concat!("lastword ", env!("CARGO_PKG_VERSION"), "\n")),
        "{said:?}"
    );
}

#[test]
fn a_simulation_needs_no_server_and_is_told_as_json_and_drawn_too() {
    let dir = tempfile::tempdir().unwrap();
    let chart = dir.path().join("chart.svg");
    let flags = "--seeds 1 --nodes 3 --policy race --policy queue --fleet lazy -o json --svg";
    let said = say(&format!("simulate {flags} {}", chart.display()));
    assert_eq!(said.code, 0, "{said:?}");
    let report: serde_json::Value = serde_json::from_str(&said.out).unwrap();
    let policies = report["results"].as_array().unwrap().iter().map(|cell| &cell["policy"]);
    assert_eq!(policies.collect::<Vec<_>>(), ["queue", "race"]);
    assert!(std::fs::read_to_string(&chart).unwrap().starts_with("<svg"));
    let said = say(&format!("simulate {flags} {}", dir.path().join("no/chart.svg").display()));
    assert_eq!((said.code, said.out.as_str()), (1, ""), "{said:?}");
    assert!(said.err.contains("can't write the chart"), "{said:?}");
    for wrong in ["simulate --seeds 0", "simulate --nodes 0", "simulate --policy luck"] {
        assert_eq!(say(wrong).code, 2, "{wrong}");
    }
}

#[test]
fn an_exported_inventory_is_read_back_as_it_was_and_holds_references_only() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let text = "[[nodes]]\nnames = \"n[1-3]\"\nbmc = \"10.0.0.[1-3]\"\ndriver = \"ipmi\"\n\
                credentials = \"c\"\nsettle = \"5s\"\nlabels = { rack = \"r1\" }\n\
                [groups]\nall = \"n[1-3]\"\n\
                [credentials.c]\nusername = \"u\"\npassword = { env = \"CANARY_PASSWORD\" }\n";
    std::fs::write(path("a.toml"), text).unwrap();
    let exported = say(&format!("inventory export {}", path("a.toml")));
    assert_eq!(exported.code, 0, "{exported:?}");
    assert!(exported.out.contains("\"env\": \"CANARY_PASSWORD\""), "{exported:?}");
    std::fs::write(path("b.json"), &exported.out).unwrap();
    let same = say(&format!("inventory diff {} {}", path("a.toml"), path("b.json")));
    let itself = say(&format!("inventory diff {} {}", path("a.toml"), path("a.toml")));
    assert_eq!((same.code, same.out), (0, itself.out));
}
