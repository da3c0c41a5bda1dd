//! Programs of other projects against our Redfish: they know what a BMC is, and know nothing of us. What they are
//! installed by is `cargo xtask test`; one that is missing is a failure.

#![expect(clippy::unwrap_used, reason = "helpers of tests may panic as tests do")]

mod common;

use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;
use std::thread;

use bmc_sim::{BmcPlan, Happened, Order, RedfishPlan};
use common::{ANY, House, PASSWORD, USER, python, told};

/// Runs it and wants it to succeed; what it printed.
fn run(program: impl AsRef<Path>, args: &[&str]) -> String {
    let (ok, text) = told(Command::new(program.as_ref()).args(args));
    assert!(ok, "{args:?}: {text}");
    text
}

/// Host and port of a URL.
fn host(url: &str) -> SocketAddr {
    url.rsplit('/').next().unwrap().parse().unwrap()
}

#[test]
fn fence_redfish_fences_and_brings_back() {
    let house = House::redfish(true, &[(true, "takes-on=200ms,takes-off=200ms")]);
    let at = host(&house.url("n1"));
    let (ip, port) = (at.ip().to_string(), at.port().to_string());
    let fence = |action: &str| {
        let who = ["--username", USER, "--password", PASSWORD, "--ssl-insecure"];
        let at = ["--ip", &ip, "--ipport", &port, "--action", action];
        run("fence_redfish", &[&who[..], &at].concat())
    };
    assert!(fence("status").contains("Status: ON"));
    assert!(fence("off").contains("OFF"));
    assert_eq!(house.fleet.is_on("n1"), Some(false));
    assert!(fence("on").contains("ON"));
    assert_eq!(house.fleet.is_on("n1"), Some(true));
    assert_eq!(house.orders("n1"), [Order::Off, Order::On]);
}

#[test]
fn redfishtool_finds_the_system_and_resets_it() {
    for faults in ["", "answers-task"] {
        let house = House::redfish(true, &[(false, faults)]);
        let at = host(&house.url("n1")).to_string();
        let tool = |auth: &str, command: &[&str]| {
            let who = ["-r", &at, "-S", "Always", "-A", auth, "-u", USER, "-p", PASSWORD];
            run(python("redfishtool"), &[&who[..], command].concat())
        };
        let power = || tool("Session", &["Systems", "-I", "1", "-P", "PowerState"]);
        assert!(power().contains("Off"), "{}", power());
        tool("Basic", &["Systems", "-I", "1", "reset", "On"]);
        assert!(power().contains("On"), "{}", power());
        tool("Session", &["Systems", "-I", "1", "reset", "ForceRestart"]);
        tool("Session", &["Systems", "-I", "1", "setBootOverride", "Once", "Pxe"]);
        assert_eq!(house.orders("n1"), [Order::On, Order::Reset]);
        let (entries, _) = house.fleet.ledger("n1").unwrap();
        assert!(entries.iter().any(|entry| entry.happened == Happened::BootSet));
    }
}

#[test]
fn sushy_reads_boots_and_resets() {
    for (tls, faults) in [(true, ""), (false, "answers-task")] {
        let house = House::redfish(tls, &[(false, faults)]);
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/sushy_client.py");
        let told =
            run(python("python"), &["-W", "ignore", script, &house.url("n1"), USER, PASSWORD]);
        let resets = "ForceOff ForceOn ForceRestart GracefulRestart GracefulShutdown Nmi On PowerCycle PushPowerButton";
        let wanted = format!(
            "power Off\nresets {resets}\nboot Pxe Once UEFI\nOn On\nForceRestart On\nForceOff Off\nmanager True\n"
        );
        assert_eq!(told, wanted);
        assert_eq!(house.orders("n1"), [Order::On, Order::Reset, Order::Off]);
    }
}

#[test]
fn dmtf_finds_no_fault_with_its_power_control() {
    let nodes =
        [(true, "takes-on=1s,takes-off=500ms"), (true, "takes-on=1s,takes-off=500ms,answers-task")];
    let house = House::redfish(true, &nodes);
    let checks = ["n1", "n2"].map(|name| {
        let url = house.url(name);
        // it sleeps for most of the time
        thread::spawn(move || check(name, &url))
    });
    for check in checks {
        let told = check.join().unwrap();
        // passed, warned of, failed, not tested
        let tally = told.lines().find_map(numbers).unwrap_or_default();
        assert!(tally.len() == 4 && tally[0] >= 10 && tally[1..3] == [0, 0], "{told}");
    }
    for name in ["n1", "n2"] {
        let wanted = [Order::Off, Order::On, Order::Cycle, Order::On, Order::On];
        assert_eq!(house.orders(name), wanted, "{name}: a restart of a machine that is off");
    }
}

/// The numbers of a row of a table that has nothing else.
fn numbers(line: &str) -> Option<Vec<u32>> {
    let cells = line.strip_prefix('|')?.strip_suffix('|')?.split('|');
    cells.map(|cell| cell.trim().parse().ok()).collect()
}

fn check(name: &str, url: &str) -> String {
    let reports = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("use-cases-{name}"));
    let reports = reports.to_str().unwrap();
    let who = ["-u", USER, "-p", PASSWORD, "-r", url, "--report-dir", reports];
    run(python("rf_use_case_checkers"), &[&who[..], &["--test-list", "PowerControl"]].concat())
}

#[test]
fn ipmitool_and_redfish_are_about_the_same_machine() {
    let house = House::start([BmcPlan {
        name: "n1".to_owned(),
        ipmi: Some(ANY),
        redfish: Some(RedfishPlan { address: ANY, tls: true }),
        ..BmcPlan::default()
    }]);
    let at = house.fleet.ipmi("n1").unwrap();
    let (ip, port) = (at.ip().to_string(), at.port().to_string());
    let ipmitool = |command: &[&str]| {
        let who = ["-I", "lanplus", "-C", "17", "-U", USER, "-P", PASSWORD];
        run("ipmitool", &[&who[..], &["-H", &ip, "-p", &port], command].concat())
    };
    let tool = |command: &[&str]| {
        let at = host(&house.url("n1")).to_string();
        let who = ["-r", &at, "-S", "Always", "-u", USER, "-p", PASSWORD, "Systems", "-I", "1"];
        run(python("redfishtool"), &[&who[..], command].concat())
    };
    assert!(ipmitool(&["chassis", "power", "status"]).contains("is off"));
    tool(&["reset", "On"]);
    assert!(ipmitool(&["chassis", "power", "status"]).contains("is on"));
    ipmitool(&["chassis", "bootdev", "pxe"]);
    ipmitool(&["chassis", "power", "off"]);
    let shown = tool(&["-P", "PowerState"]);
    assert!(shown.contains("Off"), "{shown}");
    let shown = tool(&["-P", "Boot"]);
    assert!(shown.contains("Pxe") && shown.contains("Once"), "{shown}");
    assert_eq!(house.orders("n1"), [Order::On, Order::Off]);
}
