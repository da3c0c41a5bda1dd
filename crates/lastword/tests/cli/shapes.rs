//! The documents that programs read, and the lines that people read.

use std::io::{BufRead, BufReader};

use arbiter::{Power, Settlement};
use serde_json::Value;

use crate::site::{Site, end};

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

#[test]
fn status_is_an_object_for_each_node() {
    let site = Site::new();
    site.reads("n1", Power::On);
    site.reads("n2", Power::Off);
    let seq = site.given("off n1 --reason 'disk swap'");
    let rows = site.say("status n[1-3] -o json").json();
    let n1 = &rows[0];
    for key in ["node", "power", "confirmed_at", "age_s", "intent", "error"] {
        assert!(keys(n1).contains(&key), "{key}: {n1}");
    }
    for key in ["id", "action", "phase", "by", "via", "seq", "reason", "tries", "accepted_at"] {
        assert!(keys(&n1["intent"]).contains(&key), "{key}: {n1}");
    }
    assert_eq!((&n1["node"], &n1["power"]), (&"n1".into(), &"on".into()));
    assert_eq!(n1["intent"]["id"], format!("n1#{seq}"));
    assert_eq!(n1["intent"]["via"], "cli");
    assert_eq!(n1["intent"]["reason"], "disk swap");
    assert_eq!((&rows[1]["power"], &rows[1]["intent"]), (&"off".into(), &Value::Null));
    assert_eq!((&rows[2]["power"], &rows[2]["confirmed_at"]), (&"unknown".into(), &Value::Null));
    let lines = site.say("status n[1-3] -o jsonl");
    let first: Value = serde_json::from_str(lines.out.lines().next().unwrap()).unwrap();
    assert_eq!((lines.out.lines().count(), &first["node"]), (3, &n1["node"]));
    assert_eq!(site.say("status @gpu -l rack=r1 -o name").out, "n1\nn2\nn3\nn4\n");
}

#[test]
fn wide_and_csv_are_a_line_for_each_node() {
    let site = Site::new();
    site.reads("n[1-2]", Power::On);
    let seq = site.given("off n2 --reason 'disk, \"swap\"'");
    let wide = site.say("status n[1-3] -o wide");
    let words = |line: &str| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    let lines: Vec<_> = wide.out.lines().collect();
    let heads = "NODE POWER AGE ACTION SEQ PHASE BY VIA TRIES ERROR";
    assert_eq!(words(lines[0]), words(heads), "{wide:?}");
    let [node, power, age, rest @ ..] = &words(lines[2])[..] else { panic!("{wide:?}") };
    assert_eq!((node.as_str(), power.as_str()), ("n2", "on"));
    assert!(age.ends_with('s'), "{wide:?}");
    assert_eq!(rest.join(" "), format!("off {seq} pending admin cli 0 -"));
    assert!(lines[3].ends_with("it was not read yet"), "{wide:?}");
    assert!(lines.iter().all(|line| line.find("  -") != Some(0)), "{wide:?}");
    let csv = site.say("status n[2-3] -o csv");
    let lines: Vec<_> = csv.out.lines().collect();
    assert_eq!(
        lines[0],
        "node,power,confirmed_at,age_s,action,seq,phase,by,via,tries,reason,accepted_at,error"
    );
    let row = format!(",off,{seq},pending,admin,cli,0,\"disk, \"\"swap\"\"\",2");
    assert!(lines[1].starts_with("n2,on,2") && lines[1].contains(&row), "{csv:?}");
    assert_eq!(lines[2], "n3,unknown,,,,,,,,,,,it was not read yet");
    let foreseen = site.say("off n[2-3] --dry-run -o csv");
    assert!(foreseen.out.lines().next().unwrap().ends_with(",verdict,outcome,error"));
    assert!(foreseen.out.contains("\nn2,on,"), "{foreseen:?}");
    assert!(
        site.say("token list -o csv").out.starts_with("name,role,scope,prefix,created_at\nadmin,")
    );
    assert_eq!(site.say("holds -o wide").out, "NODES  BY  UNTIL  REASON\n");
}

#[test]
fn where_there_are_no_rows_wide_and_csv_are_refused_before_anything_is_done() {
    let site = Site::new();
    for line in ["hold n1 --reason x", "watch", "why n1", "log n1", "cancel n1"] {
        for format in ["wide", "csv"] {
            let said = site.say(&format!("{line} -o {format}"));
            assert_eq!(said.code, 2, "{said:?}");
            assert!(said.err.contains("text, json, jsonl, yaml, name"), "{said:?}");
        }
    }
    assert_eq!(site.say("holds").out, "");
}

#[test]
fn yaml_has_the_documents_of_json_and_every_word_quoted() {
    let site = Site::new();
    site.reads("n1", Power::On);
    site.given("off n1 --reason 'no'");
    let said = site.say("status n1 -o yaml");
    for line in ["- node: \"n1\"\n", "  power: \"on\"\n", "    action: \"off\"\n"] {
        assert!(said.out.contains(line), "{said:?}");
    }
    assert!(said.out.contains("    reason: \"no\"\n") && said.out.contains("  error: null\n"));
    let why = site.say("why n1 -o yaml");
    assert!(why.out.starts_with("sentence: \"") && why.out.contains("\n  intent:\n"), "{why:?}");
}

#[test]
fn status_is_folded_for_people_and_checked_for_scripts() {
    let site = Site::new();
    site.reads("n[1-3,5]", Power::Off);
    site.reads("n4", Power::On);
    let said = site.say("status n[1-6]");
    assert!(
        said.out.starts_with("on:      n4\noff:     n[1-3,5]\nunknown: n6  (never seen"),
        "{said:?}"
    );
    assert_eq!(site.say("status n[1-3] --check off").code, 0);
    assert_eq!(site.say("status n[1-4] --check off").code, 1);
    assert_eq!(site.say("status n6 --check off").code, 1);
}

#[test]
fn a_result_is_an_object_for_each_node_with_what_became_of_it() {
    let site = Site::new();
    let call = site.begin("off n[1-2] -o json");
    let seq = site.later("n1", 0);
    site.reads("n1", Power::Off);
    site.settle(seq, "n1", Settlement::Confirmed);
    site.settle(seq, "n2", Settlement::Failed("dead".into()));
    let said = end(call);
    let rows = said.json();
    assert_eq!(said.code, 1);
    assert_eq!((&rows[0]["node"], &rows[0]["power"]), (&"n1".into(), &"off".into()));
    assert_eq!((&rows[0]["outcome"], &rows[0]["error"]), (&"confirmed".into(), &Value::Null));
    assert_eq!((&rows[1]["outcome"], &rows[1]["error"]), (&"failed".into(), &"dead".into()));
    assert_eq!(rows[1]["intent"]["seq"], seq);
    let call = site.begin("on n[1-2] -o name");
    let seq = site.later("n1", seq);
    site.settle(seq, "n2", Settlement::Confirmed);
    site.settle(seq, "n1", Settlement::Failed("dead".into()));
    assert_eq!(end(call).out, "n2\n");
}

#[test]
fn refusals_are_told_to_programs_too() {
    let site = Site::new();
    site.given("on n1 --seq 7");
    let said = site.say("off n1 --seq 7 -o json");
    let rows = said.json();
    assert_eq!((said.code, &rows[0]["verdict"]), (5, &"stale".into()));
    assert_eq!(rows[0]["error"], "your newest number here is 7");
    assert_eq!(rows[0]["outcome"], Value::Null);
}

#[test]
fn the_log_and_why_tell_what_a_node_was_asked() {
    let site = Site::new();
    let first = site.given("on n7 --reason 'job 7'");
    let second = site.given("off n7");
    let log = site.say("log n7");
    let lines: Vec<_> = log.out.lines().collect();
    assert!(lines[0].starts_with(&format!("#{first}  2")), "{log:?}");
    assert!(lines[0].ends_with(&format!("superseded (by admin: off, seq {second})  \"job 7\"")));
    assert!(lines[1].starts_with(&format!("#{second}  2")), "{log:?}");
    let command = site.say(&format!("log '#{first}'"));
    assert!(command.out.ends_with(&format!("superseded: n7 (by admin: off, seq {second})\n")));
    let why = site.say("why n7");
    assert!(why.out.contains("off") && why.out.contains("admin") && why.out.lines().count() == 1);
    assert_eq!(site.say("why n7 -o json").json()["node"]["node"], "n7");
}

#[test]
fn waiting_ends_when_the_nodes_are_there() {
    let site = Site::new();
    site.reads("n[1-2]", Power::On);
    assert_eq!(site.say("wait n[1-2] --for idle").code, 0);
    let seq = site.given("off n2");
    let late = site.say("wait n[1-2] --for idle --timeout 300ms");
    assert!(late.code == 6 && late.err.contains("still waited for: n2"), "{late:?}");
    let call = site.begin("wait n[1-2] --for idle");
    site.settle(seq, "n2", Settlement::Confirmed);
    assert_eq!(end(call).code, 0);
}

#[test]
fn waiting_in_vain_tells_what_was_read_last() {
    let site = Site::new();
    site.reads("n[1-2]", Power::On);
    std::thread::sleep(std::time::Duration::from_millis(1_100));
    let late = site.say("wait n[1-2] --for off --timeout 300ms");
    assert_eq!((late.code, late.out.as_str()), (6, "on:      n[1-2]\n"), "{late:?}");
}

#[test]
fn watching_shows_commands_and_their_ends_of_the_nodes_that_are_watched() {
    let site = Site::new();
    let mut child = site.begin("watch n[2-3] -o jsonl");
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    std::thread::sleep(std::time::Duration::from_millis(500));
    site.given("on n9");
    let seq = site.given("on n[1-2]");
    let mut seen = Vec::new();
    while !seen.iter().any(|event: &Value| event["kind"] == "verdict") {
        seen.push(serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap());
    }
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(seen.iter().all(|event| event["nodes"] == "n2"), "{seen:?}");
    assert!(seen.iter().any(|event| event["kind"] == "command" && event["seq"] == seq), "{seen:?}");
}

#[test]
fn tokens_are_made_listed_and_deleted() {
    let site = Site::new();
    let made = site.say("token create slurm --role operator --scope @gpu");
    assert!(made.code == 0 && made.out.lines().count() == 1, "{made:?}");
    assert!(!made.err.contains(made.out.trim()), "{made:?}");
    let list = site.say("token list");
    assert!(list.out.contains("slurm") && !list.out.contains(made.out.trim()), "{list:?}");
    assert_eq!(site.say("token list -o name").out, "admin\nslurm\n");
    assert_eq!(site.say("token delete slurm").code, 0);
    assert_eq!(site.say("token delete slurm").code, 2);
    assert_eq!(site.say("token delete admin").code, 8);
}

#[test]
fn node_sets_with_groups_wildcards_and_labels_ask_the_server() {
    let site = Site::new();
    for (line, out) in [
        ("nodes @gpu -x n2", "n[1,3-4]\n"),
        ("nodes n3* --count", "11\n"),
        ("nodes -a -l rack=r2", "n[21-40]\n"),
        ("nodes -l rack=r1 --count", "20\n"),
    ] {
        let said = site.say(line);
        assert_eq!((said.code, said.out.as_str()), (0, out), "{line}: {said:?}");
    }
    let version = site.say("version");
    assert!(version.out.contains("cluster c1, 40 nodes\nyou:     admin (admin)"), "{version:?}");
}
