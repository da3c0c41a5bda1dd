//! BMCs that ignore, lose, keep silent, refuse the account or fail to read.

use std::time::{Duration, Instant};

use super::fleet::Fleet;
use super::house::{House, QUICK, end, until};
use super::relay::{Manner, Relay};
use super::{folder, scene};

#[test]
fn a_power_on_that_the_bmc_ignores_is_fired_again_and_confirmed() {
    let dir = folder();
    let (fleet, house) = scene(dir.path(), 1);
    fleet.set(1, "ignore", "1");
    let on = house.say(&["on", "n1"]);
    assert_eq!(on.code, 0, "{}", on.all());
    assert_eq!(fleet.orders(1), ["power=1", "power=1"]);
    assert_eq!(fleet.ipmitool(1), "Chassis Power is on");
}

#[test]
fn a_silent_bmc_fails_at_its_deadline_with_a_cause_and_slows_nobody() {
    let dir = folder();
    let fleet = Fleet::start(dir.path(), 20, 100);
    let silent = Relay::start(fleet.port(20), Manner::Silent);
    let mut ports: Vec<u16> = (1..20).map(|node| fleet.port(node)).collect();
    ports.push(silent.port());
    let house = House::start(dir.path(), &ports, QUICK);
    let started = Instant::now();
    let dead = house.begin(&["on", "n20", "--deadline", "12s"]);
    let others = house.say(&["on", "n[1-19]", "-y"]);
    let took = started.elapsed();
    assert_eq!(others.code, 0, "{}", others.all());
    assert!(took < Duration::from_secs(10), "19 good nodes took {took:?} beside a dead one");
    let dead = end(dead);
    assert_eq!(dead.code, 1, "{}", dead.all());
    let port = silent.port();
    assert!(dead.out.contains(&format!("127.0.0.1:{port}")), "{}", dead.all());
    assert!(
        dead.out.contains("did not answer") || dead.out.contains("no answer"),
        "{}",
        dead.all()
    );
    let status = house.say(&["status", "n20"]);
    assert!(status.out.contains("unknown:"), "{}", status.all());
}

#[test]
fn a_wrong_password_is_told_after_two_log_ins_and_not_tried_again() {
    let dir = folder();
    let fleet = Fleet::start(dir.path(), 1, 100);
    let relay = Relay::start(fleet.port(1), Manner::Faithful);
    let house = House::start(dir.path(), &[relay.port()], QUICK);
    until("a good password works", || house.say(&["status", "n1"]).out.contains("off:"));
    std::fs::write(dir.path().join("bmc.secret"), "canary-wrong-91aa").expect("a secret");
    let mut house = house;
    house.kill();
    house.serve();
    let before = relay.openings();
    let on = house.say(&["on", "n1"]);
    assert_eq!(on.code, 1, "{}", on.all());
    assert!(on.out.contains("password"), "{}", on.all());
    let tried = relay.openings();
    // a session that the old server left behind may have to be given up before the new one's first
    assert!(tried - before <= 6, "{} session openings", tried - before);
    std::thread::sleep(Duration::from_secs(8));
    let again = house.say(&["on", "n1"]);
    assert_eq!(again.code, 1, "{}", again.all());
    assert_eq!(relay.openings(), tried, "no more log-ins until the inventory changes");
}

#[test]
fn a_fifth_of_all_datagrams_lost_costs_time_and_nothing_else() {
    let dir = folder();
    let fleet = Fleet::start(dir.path(), 10, 100);
    let relays: Vec<Relay> =
        (1..=10).map(|node| Relay::start(fleet.port(node), Manner::Lossy(20))).collect();
    let ports: Vec<u16> = relays.iter().map(Relay::port).collect();
    let house = House::start(dir.path(), &ports, QUICK);
    for action in ["on", "off"] {
        let said = house.say(&[action, "n[1-10]", "-y"]);
        assert_eq!(said.code, 0, "{}", said.all());
        for node in 1..=10 {
            assert_eq!(fleet.ipmitool(node), format!("Chassis Power is {action}"));
        }
    }
    assert!(relays.iter().all(|relay| relay.requests() > 0));
}

#[test]
fn a_read_error_is_unknown_and_neither_off_nor_on() {
    let dir = folder();
    let (fleet, house) = scene(dir.path(), 2);
    fleet.set(1, "fail", "");
    until("the error is seen", || {
        let status = house.say(&["status", "n[1-2]", "--fresh"]);
        status.out.contains("unknown: n1") && status.out.contains("off:     n2")
    });
    assert_eq!(house.say(&["status", "n1", "--check", "off"]).code, 1);
    assert_eq!(house.say(&["status", "n1", "--check", "on"]).code, 1);
    let off = house.say(&["off", "n1", "--deadline", "3s"]);
    assert_eq!(off.code, 1, "an unreadable node is never confirmed off: {}", off.all());
    fleet.unset(1, "fail");
    until("it is readable again", || {
        house.say(&["status", "n1", "--check", "off", "--fresh"]).code == 0
    });
}
