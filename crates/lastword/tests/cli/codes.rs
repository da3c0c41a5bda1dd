//! Exit codes and the words that come with them.

use std::io::{BufRead, BufReader};

use arbiter::Settlement;

use crate::site::{Site, end, until};

#[test]
fn a_confirmed_command_is_0_and_a_failed_one_1() {
    let site = Site::new();
    let call = site.begin("off n[1-3]");
    let seq = site.later("n1", 0);
    site.settle(seq, "n[1-2]", Settlement::Confirmed);
    site.settle(seq, "n3", Settlement::Failed("10.0.0.3: no answer within 5 s".into()));
    let said = end(call);
    assert_eq!(said.out, "off:     n[1-2]\nfailed:  n3  (10.0.0.3: no answer within 5 s)\n");
    assert_eq!((said.code, said.err.as_str()), (1, ""));
    let call = site.begin("on @gpu -x n[2-4]");
    let seq = site.later("n1", seq);
    site.settle(seq, "n1", Settlement::Confirmed);
    let said = end(call);
    assert_eq!((said.code, said.out.as_str()), (0, "on:      n1\n"), "{said:?}");
}

#[test]
fn an_uncertain_reset_is_1_and_a_merged_command_shares_the_end() {
    let site = Site::new();
    let first = site.begin("reset n1");
    let seq = site.later("n1", 0);
    let second = site.begin("reset n1");
    site.later("n1", seq);
    site.settle(seq, "n1", Settlement::Uncertain("reset was sent once and not answered".into()));
    for call in [first, second] {
        let said = end(call);
        assert_eq!(said.code, 1, "{said:?}");
        assert_eq!(said.out, "uncertain: n1 (reset was sent once and not answered)\n");
    }
}

#[test]
fn a_superseded_command_is_3_and_names_who_won() {
    let site = Site::new();
    let slurm = site.caller("slurm", "operator");
    let call = site.begin("on n7");
    let seq = site.later("n7", 0);
    let newer = site.call_as(&slurm, "off n7 --no-wait").output().unwrap();
    assert!(newer.status.success());
    let said = end(call);
    let newest = site.later("n7", seq);
    assert_eq!(
        (said.code, said.out),
        (3, format!("superseded: n7 (by slurm: off, seq {newest})\n"))
    );
}

#[test]
fn a_withdrawn_command_is_3() {
    let site = Site::new();
    let call = site.begin("on n7");
    let seq = site.later("n7", 0);
    let cancelled = site.say(&format!("cancel '#{seq}'"));
    assert_eq!((cancelled.code, cancelled.out), (0, format!("cancelled: n7 (#{seq})\n")));
    let said = end(call);
    assert!(said.code == 3 && said.out.starts_with("cancelled: n7 (by admin, seq "), "{said:?}");
    let nothing = site.say("cancel n7 --reason again");
    assert_eq!((nothing.code, nothing.out.as_str()), (0, ""));
    assert!(nothing.err.contains("nothing was open"), "{nothing:?}");
}

#[test]
fn a_time_out_is_6_and_the_command_stays() {
    let site = Site::new();
    let said = site.say("off n1 --timeout 300ms");
    let seq = site.later("n1", 0);
    assert_eq!(said.code, 6, "{said:?}");
    assert!(said.out.starts_with("firing:  n1  ("), "{said:?}");
    assert!(said.err.contains(&format!("lastword cancel '#{seq}'")), "{said:?}");
    let log = site.say(&format!("log '#{seq}' -o json")).json();
    assert_eq!(log["open"], 1);
}

#[test]
fn unknown_nodes_and_commands_are_2() {
    let site = Site::new();
    for line in ["off nosuch", "off n[1-99]", "status nosuch", "why nosuch", "log nosuch"] {
        let said = site.say(line);
        assert_eq!(said.code, 2, "{line}: {said:?}");
        assert!(said.err.contains("lastword nodes -a"), "{line}: {said:?}");
    }
    assert_eq!(site.say("log '#99999'").code, 2);
    assert_eq!(site.say("off @nosuch").code, 2);
    let file = site.say("off Cargo.toml");
    assert!(file.err.contains("did your shell expand n[1-3]? quote it"), "{file:?}");
}

#[test]
fn who_may_not_is_4() {
    let site = Site::new();
    let viewer = site.caller("eve", "viewer");
    let said = |line: &str| {
        let output = site.call_as(&viewer, line).output().unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    assert_eq!(said("status n1").0, Some(0));
    assert_eq!(said("off n1").0, Some(4));
    std::fs::write(&viewer, "lw_wrong").unwrap();
    assert_eq!(said("status n1").0, Some(4));
    std::fs::remove_file(&viewer).unwrap();
    let (code, words) = said("status n1");
    assert!(code == Some(4) && words.contains("eve.token"), "{words}");
    let mut call = crate::site::program("status n1");
    call.env("LASTWORD_SERVER", site.url()).env("LASTWORD_TOKEN", "lw_secret_canary");
    let output = call.output().unwrap();
    assert_eq!(output.status.code(), Some(4));
    assert!(!String::from_utf8(output.stderr).unwrap().contains("canary"));
}

#[test]
fn stale_commands_are_5_and_fire_nothing() {
    let site = Site::new();
    let seq = site.given("on n1 --seq 7");
    let said = site.say("off n1 --seq 7");
    assert_eq!(
        (said.code, said.out.as_str()),
        (5, "stale:   n1  (your newest number here is 7)\n")
    );
    let said = site.say(&format!("off n1 --if-newest {}", seq - 1));
    let expected = format!("stale:   n1  (newest is #{seq} by admin: on)\n");
    assert_eq!((said.code, said.out), (5, expected));
    assert_eq!(site.say(&format!("off n1 --if-newest {seq} --no-wait")).code, 0);
}

#[test]
fn held_protected_and_busy_nodes_are_8() {
    let site = Site::new();
    let ops = site.caller("ops", "operator");
    let hold = site.call_as(&ops, "hold n[1-2] --reason 'disk swap'").output().unwrap();
    assert_eq!(String::from_utf8(hold.stdout).unwrap(), "held:    n[1-2]  (for 1h: disk swap)\n");
    let said = site.say("off n2");
    assert_eq!(said.code, 8, "{said:?}");
    assert!(
        said.out.starts_with("held:    n2  (by ops until 2") && said.out.contains(": disk swap)")
    );
    assert!(said.err.contains("lastword holds"), "{said:?}");
    let partly = site.say("off n[2-3] --no-wait");
    assert_eq!(partly.code, 8, "{partly:?}");
    assert!(
        partly.out.contains("fire:    n3\n") && partly.out.contains("held:    n2"),
        "{partly:?}"
    );
    let protected = site.say("off n40");
    assert_eq!(protected.code, 8);
    assert!(protected.err.contains("--force-protected"), "{protected:?}");
    assert_eq!(site.say("off n40 --force-protected --no-wait").code, 0);
    for (given, foreseen) in [(0, 0), (0, 8), (8, 8)] {
        let said = site.say("cycle n30 --no-wait");
        assert_eq!(said.code, given, "{said:?}");
        let said = site.say("reset n30 --dry-run");
        assert_eq!(said.code, foreseen, "{said:?}");
    }
}

#[test]
fn a_journal_without_room_is_8_and_the_server_says_why() {
    let site = Site::new();
    site.fill();
    let said = until("no room is left", || {
        let said = site.say("off n1 --no-wait");
        (said.code != 0).then_some(said)
    });
    assert_eq!(said.code, 8, "{said:?}");
    assert!(said.err.contains("nothing was recorded or done"), "{said:?}");
    assert!(said.err.contains("no space is left for the journal"), "{said:?}");
    assert!(!said.err.contains("no daemon"), "{said:?}");
}

#[test]
fn nodes_that_are_not_in_the_state_that_was_meant_are_8_and_nothing_is_done() {
    let site = Site::new();
    site.reads("n[1-4]", arbiter::Power::On);
    site.reads("n5", arbiter::Power::Off);
    for line in ["off n[1-5] --if-state off", "off n[1-5] --if-state off --dry-run"] {
        let said = site.say(line);
        assert_eq!(
            said.err,
            "lastword: off is refused, it is for nodes that are off: n[1-4] are on\n  \
             on:      n[1-4]\n  \
             look again: lastword status NODES --fresh; or leave them out: -x NODES\n"
        );
        assert_eq!((said.code, said.out.as_str()), (8, ""), "{line}");
    }
    assert_eq!(site.say("log n5 -o json").json()["intents"].as_array().unwrap().len(), 0);
    assert_eq!(site.say("boot n5 pxe --and on --if-state on").code, 8);
    assert_eq!(site.say("boot n5 pxe --and on --if-state off --no-wait").code, 0);
    assert_eq!(site.say("off n1 --if-state unknown").code, 2);
}

#[test]
fn holds_end_by_their_holder_or_by_an_administrator() {
    let site = Site::new();
    let ops = site.caller("ops", "operator");
    let hold =
        site.call_as(&ops, "off n1 --hold fenced --hold-for 10m --no-wait").output().unwrap();
    assert!(hold.status.success());
    let holds = site.say("holds");
    assert!(holds.out.starts_with("held:    n1  (by ops until "), "{holds:?}");
    let kept = site.say("unhold n1");
    assert_eq!(kept.code, 8, "{kept:?}");
    let broken = site.say("unhold n1 --break");
    assert_eq!((broken.code, broken.out.as_str()), (0, "released: n1\n"), "{broken:?}");
    let nothing = site.say("unhold n1");
    assert!(nothing.code == 0 && nothing.err.contains("nothing was held"), "{nothing:?}");
}

#[test]
fn what_a_person_saw_is_told_of_nodes_that_nobody_reads() {
    let site = Site::new();
    let told = site.say("observed n[1-2] off");
    let line = "noted:   n[1-2]  (seen off)\n";
    assert_eq!((told.code, told.out.as_str()), (0, line), "{told:?}");
    let json = site.say("observed n3 on -o json");
    let json: serde_json::Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!((&json["nodes"], &json["power"]), (&"n3".into(), &"on".into()), "{json}");
    let read = site.say("observed n[3-5] off");
    assert!(read.code == 2 && read.err.contains("n[4-5]: the power is read"), "{read:?}");
    assert_eq!(site.say("observed n1").code, 2);
    assert_eq!(site.say("observed n1 unknown").code, 2);
    assert_eq!(site.say("observed nosuch off").code, 2);
}

#[test]
fn ctrl_c_is_130_and_says_that_the_command_stays() {
    let site = Site::new();
    let call = site.begin("off n1");
    let seq = site.later("n1", 0);
    let pid = call.id().to_string();
    // the handler is in place before the command is sent
    std::process::Command::new("kill").args(["-INT", &pid]).status().unwrap();
    let said = end(call);
    assert_eq!(said.code, 130, "{said:?}");
    assert!(said.err.contains(&format!("lastword cancel '#{seq}'")), "{said:?}");
    assert_eq!(site.say(&format!("log '#{seq}' -o json")).json()["open"], 1);
}

#[test]
fn waiting_outlasts_a_restart_of_the_server() {
    let site = Site::new();
    let call = site.begin("off n1 -v");
    let seq = site.later("n1", 0);
    let start = site.stop();
    std::thread::sleep(std::time::Duration::from_millis(500));
    let site = start();
    let status = until("the server is back", || {
        let said = site.say("status n1");
        (said.code == 0).then_some(said)
    });
    assert!(status.out.contains("n1"), "{status:?}");
    site.settle(seq, "n1", Settlement::Confirmed);
    let said = end(call);
    assert_eq!((said.code, said.out.as_str()), (0, "off:     n1\n"), "{said:?}");
    assert!(said.err.contains("trying again"), "{said:?}");
}

#[test]
fn watching_tells_once_that_the_server_is_away_and_when_it_is_back() {
    let site = Site::new();
    let mut watching = site.begin("watch");
    let mut shown = BufReader::new(watching.stdout.take().unwrap()).lines();
    std::thread::scope(|scope| {
        let connected = scope.spawn(|| shown.next());
        while !connected.is_finished() {
            site.given("on n9");
        }
    });
    let mut told = BufReader::new(watching.stderr.take().unwrap()).lines().map(Result::unwrap);
    let start = site.stop();
    let away = told.next().unwrap();
    assert!(away.contains("trying again for 60 s"), "{away}");
    let _site = start();
    assert_eq!(told.next().unwrap(), "lastword: the server answers again");
    watching.kill().unwrap();
    watching.wait().unwrap();
    assert_eq!(told.next(), None);
}

#[test]
fn the_same_key_is_the_same_command() {
    let site = Site::new();
    let first = site.given("off n1 --key k1");
    assert_eq!(site.given("off n1 --key k1"), first);
    assert_ne!(site.given("off n1"), first);
    let other = site.say("on n1 --key k1 --no-wait");
    assert_eq!(other.code, 2, "{other:?}");
}
