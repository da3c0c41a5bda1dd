//! Many nodes at once: the number has to be repeated, by a flag or by hand.

use std::io::Write;
use std::process::{Command, Stdio};

use crate::site::{Said, Site, said};

const BULK: &str = "off n[1-39] --no-wait";

#[test]
fn many_nodes_without_a_terminal_are_8_and_the_way_on_is_told() {
    let site = Site::new();
    site.reads("n[1-30]", arbiter::Power::On);
    let seq = site.given("on n[1-3]");
    let refused = site.say(BULK);
    assert_eq!(refused.code, 8, "{refused:?}");
    assert_eq!(
        refused.err,
        format!(
            "lastword: needs a confirmation: off for 39 nodes, 30 of them on: n[1-39]\n  \
             supersedes on 3 of them: n[1-3] (by admin: on, seq {seq})\n  \
             if you mean it: --yes, or --max-nodes 39\n"
        )
    );
    assert_eq!(site.say("log n1 -o json").json()["intents"].as_array().unwrap().len(), 1);
    assert_eq!(site.say("log n39 -o json").json()["intents"].as_array().unwrap().len(), 0);
}

#[test]
fn flags_stand_for_the_number() {
    let site = Site::new();
    assert_eq!(site.say(&format!("{BULK} -y")).code, 0);
    assert_eq!(site.say(&format!("{BULK} --max-nodes 39")).code, 0);
    for line in ["--max-nodes 38", "--max-nodes 38 -y"] {
        let said = site.say(&format!("{BULK} {line}"));
        assert!(said.code == 8 && said.err.contains("--max-nodes 39"), "{said:?}");
    }
    let few = site.say("off n[1-3] --no-wait --max-nodes 2");
    assert_eq!(few.code, 8, "{few:?}");
}

#[test]
fn a_prediction_needs_no_number_and_does_nothing() {
    let site = Site::new();
    let said = site.say("off n[1-39] --dry-run");
    let text = "fire:    n[1-39]\nexpect:  about 10 s\nwould ask for the count: 39 nodes (--yes)\n";
    assert_eq!((said.code, said.out.as_str()), (0, text), "{said:?}");
    for flags in ["--yes", "--max-nodes 39"] {
        let said = site.say(&format!("off n[1-39] --dry-run {flags}"));
        assert_eq!(
            (said.code, said.out.as_str()),
            (0, "fire:    n[1-39]\nexpect:  about 10 s\n"),
            "{said:?}"
        );
    }
    let said = site.say("on n[1-39] --dry-run");
    assert_eq!(
        (said.code, said.out.as_str()),
        (0, "fire:    n[1-39]\nexpect:  about 10 s\n"),
        "{said:?}"
    );
    let few = site.say("off n[1-3] --dry-run --max-nodes 2 -o name");
    assert_eq!(few.out, "n1\nn2\nn3\n");
    let notes =
        "lastword: expect:  about 10 s\nlastword: would ask for the count: 3 nodes (--yes)\n";
    assert_eq!(few.err, notes);
    assert_eq!(site.say("log n1 -o json").json()["intents"].as_array().unwrap().len(), 0);
    let seq = site.given("on n[1-3]");
    let said = site.say("off n[1-4] --dry-run");
    let expected =
        format!("fire:    n4\nsupersede(#{seq} by admin: on): n[1-3]\nexpect:  about 10 s\n");
    assert_eq!((said.code, said.out), (0, expected));
    let said = site.say("on n1 --dry-run");
    assert_eq!((said.code, said.out), (0, format!("merge(#{seq}): n1\nexpect:  about 10 s\n")));
}

#[test]
fn a_prediction_tells_which_nodes_are_protected() {
    let site = Site::new();
    let said = site.say("off n[39-40] --dry-run");
    let text = "fire:    n[39-40]\nexpect:  about 10 s\nprotected: n40 (needs --force-protected)\n";
    assert_eq!((said.code, said.out.as_str()), (8, text), "{said:?}");
    let forced = site.say("off n[39-40] --dry-run --force-protected");
    assert_eq!(
        (forced.code, forced.out.as_str()),
        (0, "fire:    n[39-40]\nexpect:  about 10 s\n"),
        "{forced:?}"
    );
    assert_eq!(site.say("on n[39-40] --dry-run").code, 0);
}

/// Runs it on a pseudo-terminal and types that.
fn typed(site: &Site, answer: &str) -> Said {
    let line = format!("{} {BULK}", env!("CARGO_BIN_EXE_lastword"));
    let mut child = Command::new("script")
        .args(["-qec", &line, "/dev/null"])
        .env("LASTWORD_SERVER", site.url())
        .env("LASTWORD_TOKEN_FILE", site.token_file())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(answer.as_bytes()).unwrap();
    said(child.wait_with_output().unwrap())
}

#[test]
fn on_a_terminal_the_number_is_typed() {
    let site = Site::new();
    let wrong = typed(&site, "y\n");
    assert_eq!(wrong.code, 8, "{wrong:?}");
    assert!(wrong.out.contains("type the number of nodes to go on: "), "{wrong:?}");
    assert!(wrong.out.contains("that is not 39: nothing was done"), "{wrong:?}");
    let right = typed(&site, "39\n");
    assert_eq!(right.code, 0, "{right:?}");
    assert!(right.out.contains("fire:") && right.out.contains("n[1-39]"), "{right:?}");
}
