//! The simulated BMCs as clients see them that we did not write: ipmitool, ipmipower, fence_ipmilan and pyghmi, with
//! cipher suites 17 and 3.

#![expect(clippy::unwrap_used, reason = "helpers of tests may panic as tests do")]

mod common;

use std::net::SocketAddr;
use std::process::Command;

use bmc_sim::{Happened, Order};
use common::{House, PASSWORD, USER, python, told};

impl House {
    fn address(&self, node: &str) -> SocketAddr {
        self.fleet.ipmi(node).unwrap()
    }

    fn ipmitool(&self, node: &str, suite: &str, words: &[&str]) -> (bool, String) {
        let port = self.address(node).port().to_string();
        let mut command = Command::new("ipmitool");
        command.args(["-I", "lanplus", "-H", "127.0.0.1", "-p", &port, "-U", USER, "-E"]);
        command.args(["-C", suite, "-N", "1", "-R", "3"]).args(words);
        told(command.env("IPMI_PASSWORD", PASSWORD))
    }
}

#[test]
fn ipmitool_switches_reads_and_boots_with_both_suites() {
    let house = House::ipmi(&["takes-on=200ms"]);
    for suite in ["17", "3"] {
        let say = |words: &[&str]| {
            let (ok, text) = house.ipmitool("n1", suite, words);
            assert!(ok, "suite {suite}, {words:?}: {text}");
            text
        };
        assert!(say(&["power", "status"]).contains("is off"));
        say(&["chassis", "bootdev", "pxe", "options=efiboot"]);
        let boot = say(&["chassis", "bootparam", "get", "5"]);
        assert!(boot.contains("Force PXE") && boot.contains("EFI"), "{boot}");
        say(&["power", "on"]);
        house.until("n1", true);
        assert!(say(&["power", "status"]).contains("is on"));
        for order in ["reset", "diag", "cycle"] {
            say(&["power", order]);
        }
        house.until("n1", false);
        house.until("n1", true);
        say(&["power", "soft"]);
        house.until("n1", false);
        assert!(say(&["mc", "info"]).contains("IPMI Version              : 2.0"));
    }
    let once = [Order::On, Order::Reset, Order::Nmi, Order::Cycle, Order::Soft];
    assert_eq!(house.orders("n1"), [once, once].concat());
}

#[test]
fn ipmitool_is_told_what_is_wrong() {
    let faults = ["reads-fail=100%", "wrong-password", "sessions-exhausted", "refuses-orders=100%"];
    let house = House::ipmi(&faults);
    let said = |node: &str, words: &[&str]| {
        let (ok, text) = house.ipmitool(node, "17", words);
        assert!(!ok, "{node}: {text}");
        text
    };
    assert!(said("n1", &["power", "status"]).contains("Unspecified error"));
    assert!(said("n2", &["power", "status"]).contains("Unable to establish"));
    assert!(said("n3", &["power", "status"]).contains("insufficient resources"));
    assert!(said("n4", &["power", "on"]).contains("Node busy"));
    assert_eq!(house.orders("n4"), [Order::On], "it is on the ledger, and refused");
    assert_eq!(house.fleet.is_on("n4"), Some(false));
}

#[test]
fn ipmipower_switches_a_fleet_and_waits_for_it() {
    let house = House::ipmi(&["takes-on=300ms"; 20]);
    let addresses = house.fleet.names().map(|node| house.address(node).to_string());
    let hosts = addresses.collect::<Vec<_>>().join(",");
    for (suite, order, wait, on) in
        [("17", "--on", "--wait-until-on", true), ("3", "--off", "--wait-until-off", false)]
    {
        let mut command = Command::new("ipmipower");
        command.args(["-h", &hosts, "-u", USER, "-p", PASSWORD, "-D", "LAN_2_0"]);
        let (ok, text) = told(command.args(["-I", suite, order, wait]));
        assert!(ok, "{text}");
        assert_eq!(text.lines().filter(|line| line.ends_with(": ok")).count(), 20, "{text}");
        assert!(house.fleet.names().all(|node| house.fleet.is_on(node) == Some(on)));
    }
}

#[test]
fn fence_ipmilan_fences() {
    let house = House::ipmi(&["takes-on=100ms,takes-off=300ms"]);
    let port = house.address("n1").port().to_string();
    let fence = |action: &str| {
        let mut command = Command::new("fence_ipmilan");
        command.args(["--lanplus", "-C", "17", "-a", "127.0.0.1", "-u", &port, "-l", USER]);
        told(command.args(["-p", PASSWORD, "-o", action]))
    };
    let (ok, text) = fence("on");
    assert!(ok && text.contains("Success: Powered ON"), "{text}");
    let (ok, text) = fence("reboot");
    assert!(ok && text.contains("Success: Rebooted"), "{text}");
    assert_eq!(house.fleet.is_on("n1"), Some(true));
    let (entries, _) = house.fleet.ledger("n1").unwrap();
    let edges = entries.iter().filter(|entry| matches!(entry.happened, Happened::Power(_)));
    assert_eq!(edges.count(), 3, "on, off, on");
}

#[test]
fn pyghmi_switches_and_boots() {
    let house = House::ipmi(&[""]);
    let script = "
import sys
from pyghmi.ipmi import command
user, password, port = sys.argv[1:]
it = command.Command(bmc='127.0.0.1', userid=user, password=password, port=int(port))
assert it.get_power() == {'powerstate': 'off'}, it.get_power()
it.set_bootdev('pxe', uefiboot=True)
assert it.get_bootdev()['bootdev'] == 'network', it.get_bootdev()
for power in 'on', 'off':
    it.set_power(power, wait=True)
    assert it.get_power() == {'powerstate': power}, it.get_power()
";
    let mut command = Command::new(python("python"));
    let port = house.address("n1").port().to_string();
    let (ok, text) = told(command.args(["-c", script, USER, PASSWORD, &port]));
    assert!(ok, "{text} (`cargo xtask test` installs pyghmi)");
    assert_eq!(house.orders("n1"), [Order::On, Order::Off]);
}
