//! Redfish, end to end: good BMCs, bad ones, and what a question costs.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use bmc_sim::{Happened, Order, Took};

use super::bmcs::Bmcs;
use super::fleet::PASSWORD;
use super::folder;
use super::house::{House, QUICK, end, until};

/// Nothing is asked unless somebody asks for it.
const ON_DEMAND: &str = "settle = \"0s\"\npoll = \"off\"\nsystem = \"1\"\n";
const SLOW: &str = "takes-on=900ms,takes-off=900ms";

#[test]
fn an_off_while_an_on_is_driven_wins_over_redfish_too() {
    let (dir, bmcs) = (folder(), Bmcs::start(true, &[SLOW]));
    let house = bmcs.house(dir.path(), QUICK);
    let on = house.begin(&["on", "n1"]);
    until("the power-on reached the BMC", || bmcs.orders("n1").contains(&Order::On));
    let off = house.say(&["off", "n1"]);
    let on = end(on);
    assert_eq!((on.code, off.code), (3, 0), "{}\n{}", on.all(), off.all());
    assert!(on.out.contains("superseded"), "{}", on.all());
    assert!(!bmcs.is_on("n1"));
    assert_eq!(house.say(&["status", "n1", "--check", "off"]).code, 0);
}

#[test]
fn a_cycle_drops_power_once_and_equal_ons_are_one_order() {
    let (dir, bmcs) = (folder(), Bmcs::start(true, &[SLOW]));
    let house = bmcs.house(dir.path(), QUICK);
    for caller in [house.begin(&["on", "n1"]), house.begin(&["on", "n1"])].map(end) {
        assert_eq!(caller.code, 0, "{}", caller.all());
    }
    assert_eq!(bmcs.orders("n1"), [Order::On]);
    let cycle = house.say(&["cycle", "n1"]);
    assert_eq!(cycle.code, 0, "{}", cycle.all());
    assert_eq!(bmcs.orders("n1"), [Order::On, Order::Off, Order::On]);
    assert!(bmcs.is_on("n1"));
}

#[test]
fn the_manners_of_bmcs_cost_time_and_nothing_else() {
    let manners = [
        "",
        "answers-task,takes-on=600ms",
        "hides-reset-types",
        "few-reset-types",
        "closes-connections",
        "sessions-exhausted",
        "stale-etags",
        "shows-transitions=500ms,takes-on=500ms",
        "reads-null=500ms,takes-off=500ms",
        "shows-reset=500ms,takes-off=500ms",
        "refuses-needless",
        "refuses-in-transition,takes-on=400ms",
        "unavailable=40%",
        "drop=20%",
        "cuts-short=20%",
        "drops-sessions=1s",
        "lag=300ms",
        "ignores-first=1",
        "denies-orders=50%",
        "overloaded-above=8",
    ];
    let (dir, bmcs) = (folder(), Bmcs::start(true, &manners));
    let house = bmcs.house(dir.path(), QUICK);
    for (action, on) in [("on", true), ("off", false)] {
        let said = house.say(&[action, "n[1-20]", "-y"]);
        assert_eq!(said.code, 0, "{}", said.all());
        for (place, manner) in manners.iter().enumerate() {
            assert_eq!(bmcs.is_on(&format!("n{}", place + 1)), on, "{action}: {manner}");
        }
    }
}

#[test]
fn a_reset_is_never_posted_twice_though_answers_are_lost() {
    let (dir, bmcs) = (folder(), Bmcs::start(true, &["drop=40%"; 16]));
    let house = bmcs.house(dir.path(), QUICK);
    for node in 1..=16 {
        bmcs.set_power(&format!("n{node}"), true);
    }
    house.say(&["reset", "n[1-16]", "-y", "--deadline", "20s"]);
    let resets = |node: &str| bmcs.orders(node).iter().filter(|it| **it == Order::Reset).count();
    let all: Vec<usize> = (1..=16).map(|node| resets(&format!("n{node}"))).collect();
    assert!(all.iter().all(|count| *count <= 1), "{all:?}");
    assert!(all.contains(&1), "{all:?}");
}

#[test]
fn a_wrong_password_is_told_as_such_after_two_tries_and_not_tried_again() {
    let (dir, bmcs) = (folder(), Bmcs::start(true, &["wrong-password"]));
    let house = bmcs.house(dir.path(), &format!("{QUICK}system = \"1\"\n"));
    let on = house.say(&["on", "n1"]);
    assert_eq!(on.code, 1, "{}", on.all());
    assert!(on.out.contains("wrong user name or password"), "{}", on.all());
    assert!(on.out.contains("user admin, credentials bmc"), "{}", on.all());
    assert_eq!(bmcs.traffic("n1").received, 2, "log-ins");
    let again = house.say(&["on", "n1"]);
    assert_eq!(again.code, 1, "{}", again.all());
    assert!(again.out.contains("not tried again"), "{}", again.all());
    assert_eq!(bmcs.traffic("n1").received, 2, "log-ins");
    bmcs.set_faults("n1", "");
    let hup = Command::new("kill").args(["-HUP", &house.pid().to_string()]).status();
    assert!(hup.expect("kill is there").success());
    until("the inventory was read anew", || house.say(&["on", "n1"]).code == 0);
}

#[test]
fn a_silent_bmc_fails_at_its_deadline_with_a_cause_and_slows_nobody() {
    let (dir, bmcs) = (folder(), Bmcs::start(true, &["", "", "silent"]));
    let house = bmcs.house(dir.path(), QUICK);
    let started = Instant::now();
    let dead = house.begin(&["on", "n3", "--deadline", "12s"]);
    let others = house.say(&["on", "n[1-2]"]);
    assert_eq!(others.code, 0, "{}", others.all());
    assert!(started.elapsed() < Duration::from_secs(8), "{:?}", started.elapsed());
    let dead = end(dead);
    assert_eq!(dead.code, 1, "{}", dead.all());
    assert!(dead.out.contains("did not answer"), "{}", dead.all());
    assert!(house.say(&["status", "n3"]).out.contains("unknown:"));
}

#[test]
fn a_power_state_that_is_not_told_is_unknown_with_the_reason() {
    let (dir, bmcs) = (folder(), Bmcs::start(true, &["reads-null=1h,takes-on=1h"]));
    let house = bmcs.house(dir.path(), QUICK);
    let on = house.say(&["on", "n1", "--deadline", "5s"]);
    assert_eq!(on.code, 1, "{}", on.all());
    let status = house.say(&["status", "n1", "--fresh"]);
    assert!(status.out.contains("unknown:"), "{}", status.all());
    assert!(house.say(&["why", "n1"]).out.contains("PowerState is null"));
}

#[test]
fn a_status_is_one_request_over_the_connection_that_there_is() {
    let (dir, bmcs) = (folder(), Bmcs::start(true, &[""]));
    let house = bmcs.house(dir.path(), ON_DEMAND);
    let fresh = || house.say(&["status", "n1", "--fresh"]);
    until("it was read", || fresh().out.contains("off:"));
    let cold = bmcs.traffic("n1");
    assert_eq!((cold.connections, cold.handshakes), (1, 1));
    let before = cold.received;
    assert_eq!(fresh().code, 0);
    let warm = bmcs.traffic("n1");
    assert_eq!((warm.connections, warm.received), (1, before + 1));
}

#[test]
fn tls_sessions_are_resumed_where_connections_are_not_kept() {
    let (dir, bmcs) = (folder(), Bmcs::start(true, &["closes-connections"]));
    let house = bmcs.house(dir.path(), QUICK);
    assert_eq!(house.say(&["on", "n1"]).code, 0);
    let told = bmcs.traffic("n1");
    assert!(told.handshakes > 3, "{told:?}");
    assert_eq!(told.resumed, told.handshakes - 1, "{told:?}");
}

#[test]
fn a_boot_override_is_set_and_read_back_though_no_etag_ever_matches() {
    let (dir, bmcs) = (folder(), Bmcs::start(true, &["", "stale-etags", "forgets-boot"]));
    let house = bmcs.house(dir.path(), QUICK);
    let on = house.say(&["boot", "n[1-2]", "pxe", "--and", "on"]);
    assert_eq!(on.code, 0, "{}", on.all());
    for node in ["n1", "n2"] {
        assert!(bmcs.happened(node).contains(&Happened::BootedByOverride), "{node}");
    }
    let forgotten = house.say(&["boot", "n3", "pxe", "--and", "on", "--deadline", "10s"]);
    assert_eq!(forgotten.code, 1, "{}", forgotten.all());
    assert!(forgotten.out.contains("reads back as"), "{}", forgotten.all());
}

#[test]
fn an_order_that_a_bmc_does_not_have_is_told_and_not_posted() {
    let (dir, bmcs) = (folder(), Bmcs::start(true, &["few-reset-types"]));
    let house = bmcs.house(dir.path(), QUICK);
    bmcs.set_power("n1", true);
    let reset = house.say(&["reset", "n1", "--deadline", "5s"]);
    assert_eq!(reset.code, 1, "{}", reset.all());
    let why = "has no reset type ForceRestart, only On, ForceOff, GracefulShutdown";
    assert!(reset.out.contains(why), "{}", reset.all());
    assert_eq!(bmcs.taken("n1"), [] as [(Order, Took); 0]);
}

#[test]
fn only_the_certificate_that_is_to_be_trusted_is_and_nothing_is_sent_to_another() {
    let (dir, bmcs) = (folder(), Bmcs::start(true, &[""; 5]));
    let pin = openssl_fingerprint(dir.path(), bmcs.certificate());
    let (good, wrong) = (format!("fingerprint = \"{pin}\"\n"), "00".repeat(32));
    fs::write(dir.path().join("ca.pem"), bmcs.certificate()).expect("a certificate");
    let trust = [
        "",
        "insecure = true\n",
        &good,
        &format!("fingerprint = \"{wrong}\"\n"),
        "ca_file = \"ca.pem\"\n",
    ];
    let mut inventory = bmcs.inventory(dir.path(), "TRUST");
    for trust in trust {
        inventory = inventory.replacen("TRUST", &format!("{trust}{QUICK}"), 1);
    }
    let house = House::start_with(dir.path(), &inventory);
    until("three of them are read", || {
        house.say(&["status", "--fresh"]).out.contains("off:     n[2-3,5]")
    });
    for (node, words) in [("n1", "nobody who is trusted signed it"), ("n4", "another certificate")]
    {
        let why = house.say(&["why", node]);
        assert!(why.out.contains(words), "{node}: {}", why.all());
        let told = pin.replace(':', "").to_lowercase();
        assert!(why.out.contains(&told), "{node}: {}", why.all());
        assert_eq!(bmcs.traffic(node).received, 0, "{node}");
    }
}

#[test]
fn plain_http_is_spoken_where_the_inventory_says_so() {
    let (dir, bmcs) = (folder(), Bmcs::start(false, &[""]));
    let house = bmcs.house(dir.path(), QUICK);
    let on = house.say(&["on", "n1"]);
    assert_eq!(on.code, 0, "{}", on.all());
    assert!(bmcs.is_on("n1"));
}

#[test]
fn passwords_and_tokens_of_sessions_are_in_no_log() {
    let (dir, bmcs) = (folder(), Bmcs::start(true, &["", "sessions-exhausted", "wrong-password"]));
    let mut house = bmcs.house(dir.path(), QUICK);
    house.say(&["on", "n[1-3]", "--deadline", "5s"]);
    let line = fs::read(format!("/proc/{}/cmdline", house.pid())).expect("a command line");
    house.kill();
    let log = house.log() + &String::from_utf8_lossy(&line);
    assert!(log.len() > 10_000 && log.contains("rustls"), "the trace log is being read");
    // base64 of admin:PASSWORD, and the beginning of that of a token
    let basic = "YWRtaW46Y2FuYXJ5";
    for secret in [PASSWORD, basic, "x-auth-token: "] {
        assert!(!log.to_lowercase().contains(&secret.to_lowercase()), "{secret}");
    }
}

/// The SHA-256 as people would get it.
fn openssl_fingerprint(dir: &Path, certificate: &str) -> String {
    let file = dir.join("bmc.pem");
    fs::write(&file, certificate).expect("a certificate");
    let mut openssl = Command::new("openssl");
    openssl.args(["x509", "-noout", "-fingerprint", "-sha256", "-in"]).arg(file);
    let told = String::from_utf8(openssl.output().expect("openssl is there").stdout);
    let told = told.expect("text");
    told.trim().split_once('=').expect("a fingerprint").1.to_owned()
}
