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
    ] {
        let said = say(line);
        assert_eq!((said.code, said.out.as_str()), (0, out), "{line}: {said:?}");
    }
}

#[test]
fn a_wrong_use_is_told_before_any_server_is_looked_for() {
    for line in ["off", "off n[5-1]", "off n1 -a", "cancel '#x'", "log '#'", "wait n1", "nosuch"] {
        let said = say(line);
        assert_eq!(said.code, 2, "{line}: {said:?}");
    }
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
