//! Programs of other projects against our Redfish: they know what a BMC is, and know nothing of us. What they are
//! installed by is `cargo xtask test`; one that is missing is a failure.

#![expect(clippy::unwrap_used, reason = "helpers of tests may panic as tests do")]

mod common;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::thread;

use bmc_sim::{BmcPlan, Happened, Order, RedfishPlan};
use common::{Lab, PASSWORD, USER};

const PYTHON_ENV: &str = "LASTWORD_TEST_PYTHON";

/// The Python in which the clients are, or one of its programs.
fn python(program: &str) -> PathBuf {
    let python = std::env::var_os(PYTHON_ENV).unwrap_or_else(|| {
        panic!(
            "{PYTHON_ENV} is not set: `cargo xtask test` sets it to the Python that has the Redfish clients"
        )
    });
    Path::new(&python).with_file_name(program)
}

/// Runs it and wants it to succeed; what it printed.
fn run(program: impl AsRef<Path>, args: &[&str]) -> String {
    let (output, text) = end(program, args);
    assert!(output.status.success(), "{args:?} ended with {}:\n{text}", output.status);
    text
}

fn end(program: impl AsRef<Path>, args: &[&str]) -> (Output, String) {
    let program = program.as_ref();
    let mut command = Command::new(program);
    // they would trust these rather than do as they are told, and ask somebody else
    for name in ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"] {
        command.env_remove(name).env_remove(name.to_lowercase());
    }
    let output = command.args(args).output();
    let output = output.unwrap_or_else(|error| {
        panic!("can't start {}: {error}; `cargo xtask test` installs it", program.display())
    });
    let text = [output.stdout.as_slice(), &output.stderr].concat();
    (output, String::from_utf8_lossy(&text).into_owned())
}

fn orders(lab: &Lab, name: &str) -> Vec<Order> {
    let (entries, _) = lab.fleet.ledger(name).unwrap();
    let orders = entries.into_iter().filter_map(|entry| {
        let Happened::Ordered(order, _) = entry.happened else { return None };
        Some(order)
    });
    orders.collect()
}

/// Host and port of a URL.
fn host(url: &str) -> SocketAddr {
    url.rsplit('/').next().unwrap().parse().unwrap()
}

#[test]
fn fence_redfish_fences_and_brings_back() {
    let lab = Lab::start(true, &[("n1", true, "takes-on=200ms,takes-off=200ms")]);
    let at = host(&lab.url());
    let (ip, port) = (at.ip().to_string(), at.port().to_string());
    let fence = |action: &str| {
        let who = ["--username", USER, "--password", PASSWORD, "--ssl-insecure"];
        let at = ["--ip", &ip, "--ipport", &port, "--action", action];
        run("/usr/sbin/fence_redfish", &[&who[..], &at].concat())
    };
    assert!(fence("status").contains("Status: ON"));
    assert!(fence("off").contains("OFF"));
    assert_eq!(lab.fleet.is_on("n1"), Some(false));
    assert!(fence("on").contains("ON"));
    assert_eq!(lab.fleet.is_on("n1"), Some(true));
    assert_eq!(orders(&lab, "n1"), [Order::Off, Order::On]);
}

#[test]
fn redfishtool_finds_the_system_and_resets_it() {
    for faults in ["", "answers-task"] {
        let lab = Lab::start(true, &[("n1", false, faults)]);
        let at = host(&lab.url()).to_string();
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
        assert_eq!(orders(&lab, "n1"), [Order::On, Order::Reset]);
        let (entries, _) = lab.fleet.ledger("n1").unwrap();
        assert!(entries.iter().any(|entry| entry.happened == Happened::BootSet));
    }
}

#[test]
fn sushy_reads_boots_and_resets() {
    for (tls, faults) in [(true, ""), (false, "answers-task")] {
        let lab = Lab::start(tls, &[("n1", false, faults)]);
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/sushy_client.py");
        let told = run(python("python"), &["-W", "ignore", script, &lab.url(), USER, PASSWORD]);
        let resets = "ForceOff ForceOn ForceRestart GracefulRestart GracefulShutdown Nmi On PowerCycle PushPowerButton";
        let wanted = format!(
            "power Off\nresets {resets}\nboot Pxe Once UEFI\nOn On\nForceRestart On\nForceOff Off\nmanager True\n"
        );
        assert_eq!(told, wanted);
        assert_eq!(orders(&lab, "n1"), [Order::On, Order::Reset, Order::Off]);
    }
}

#[test]
fn dmtf_finds_no_fault_with_its_power_control() {
    let nodes = [
        ("now", true, "takes-on=1s,takes-off=500ms"),
        ("task", true, "takes-on=1s,takes-off=500ms,answers-task"),
    ];
    let lab = Lab::start(true, &nodes);
    let checks = nodes.map(|(name, ..)| {
        let url = lab.fleet.redfish(name).unwrap();
        // it sleeps for most of the time
        thread::spawn(move || check(name, &url))
    });
    for check in checks {
        let told = check.join().unwrap();
        // passed, warned of, failed, not tested
        let tally = told.lines().find_map(numbers).unwrap_or_default();
        assert!(tally.len() == 4 && tally[0] >= 10 && tally[1..3] == [0, 0], "{told}");
    }
    for (name, ..) in nodes {
        let wanted = [Order::Off, Order::On, Order::Cycle, Order::On, Order::On];
        assert_eq!(orders(&lab, name), wanted, "{name}: a restart of a machine that is off");
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
    let any = SocketAddr::from(([127, 0, 0, 1], 0));
    let lab = Lab::with([BmcPlan {
        name: "n1".to_owned(),
        ipmi: Some(any),
        redfish: Some(RedfishPlan { address: any, tls: true }),
        ..BmcPlan::default()
    }]);
    let at = lab.fleet.ipmi("n1").unwrap();
    let (ip, port) = (at.ip().to_string(), at.port().to_string());
    let ipmitool = |command: &[&str]| {
        let who = ["-I", "lanplus", "-C", "17", "-U", USER, "-P", PASSWORD];
        run("ipmitool", &[&who[..], &["-H", &ip, "-p", &port], command].concat())
    };
    let tool = |command: &[&str]| {
        let at = host(&lab.url()).to_string();
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
    assert_eq!(orders(&lab, "n1"), [Order::On, Order::Off]);
}
