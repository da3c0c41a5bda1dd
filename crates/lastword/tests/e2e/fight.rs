//! Many hands on one machine: the newest wins, equal ones merge, everybody is told.

use std::process::Stdio;
use std::thread;
use std::time::Duration;

use super::house::{end, until};
use super::{folder, scene};

#[test]
fn an_off_while_an_on_is_driven_wins_and_both_are_told() {
    let dir = folder();
    let (fleet, house) = scene(dir.path(), 1);
    let on = house.begin(&["on", "n1"]);
    until("the power-on reached the BMC", || fleet.orders(1).contains(&"power=1".into()));
    let off = house.say(&["off", "n1", "--reason", "fire drill"]);
    let on = end(on);
    assert_eq!(on.code, 3, "{}", on.all());
    assert!(on.out.contains("superseded") && on.out.contains("off"), "{}", on.all());
    assert_eq!(off.code, 0, "{}", off.all());
    assert!(off.out.contains("off:") && off.out.contains("n1"), "{}", off.all());
    assert_eq!(fleet.ipmitool(1), "Chassis Power is off");
    assert_eq!(house.say(&["status", "n1", "--check", "off"]).code, 0);
}

#[test]
fn two_equal_ons_are_one_order_at_the_bmc_and_both_succeed() {
    let dir = folder();
    let (fleet, house) = scene(dir.path(), 1);
    let callers = [house.begin(&["on", "n1"]), house.begin(&["on", "n1"])];
    for caller in callers.map(end) {
        assert_eq!(caller.code, 0, "{}", caller.all());
    }
    assert_eq!(fleet.orders(1), ["power=1"]);
    assert_eq!(fleet.ipmitool(1), "Chassis Power is on");
}

#[test]
fn a_cycle_after_a_finished_on_drops_power_once_and_an_on_during_it_merges() {
    let dir = folder();
    let (fleet, house) = scene(dir.path(), 1);
    assert_eq!(house.say(&["on", "n1"]).code, 0);
    let cycle = house.begin(&["cycle", "n1"]);
    until("the power-off reached the BMC", || fleet.orders(1).contains(&"power=0".into()));
    let preview = house.say(&["on", "n1", "--dry-run"]);
    assert!(preview.out.contains("merge"), "{}", preview.all());
    let on = house.say(&["on", "n1"]);
    let cycle = end(cycle);
    assert_eq!((cycle.code, on.code), (0, 0), "{}\n{}", cycle.all(), on.all());
    assert_eq!(fleet.orders(1), ["power=1", "power=0", "power=1"]);
    assert_eq!(fleet.edges(1), ["0>1", "1>0", "0>1"]);
}

#[test]
fn nothing_is_fired_at_a_node_that_is_already_there() {
    let dir = folder();
    let (fleet, house) = scene(dir.path(), 1);
    assert_eq!(house.say(&["off", "n1"]).code, 0);
    assert_eq!(fleet.orders(1), [] as [&str; 0]);
}

#[test]
fn two_hundred_commands_by_ten_callers_end_as_the_last_accepted_ones_say() {
    let dir = folder();
    let (fleet, house) = scene(dir.path(), 20);
    let callers: Vec<_> = (0..10).map(|caller| house.caller(&format!("caller{caller}"))).collect();
    thread::scope(|scope| {
        for (caller, token) in callers.iter().enumerate() {
            let house = &house;
            scope.spawn(move || storm(house, token, caller as u64));
        }
    });
    let idle = house.say(&["wait", "n[1-20]", "--for", "idle", "--timeout", "120s"]);
    assert_eq!(idle.code, 0, "{}", idle.all());
    let mut intents = 0;
    for node in 1..=20 {
        let log = house.say(&["log", &format!("n{node}"), "-o", "json"]);
        let log: serde_json::Value = serde_json::from_str(&log.out).expect("JSON");
        let entries = log["intents"].as_array().expect("a list");
        intents += entries.len();
        assert!(entries.iter().all(|intent| intent["state"]["state"] == "ended"), "n{node}: {log}");
        let last = entries.iter().max_by_key(|intent| intent["seq"].as_u64()).expect("one");
        let goal = if last["action"] == "off" { "off" } else { "on" };
        assert_eq!(fleet.ipmitool(node), format!("Chassis Power is {goal}"), "n{node}: {log}");
    }
    assert!(intents >= 200, "{intents} intents");
}

/// Twenty commands, each for some nodes, as fast as they are accepted.
fn storm(house: &super::House, token: &std::path::Path, caller: u64) {
    let mut seed = caller * 7_919 + 13;
    for _ in 0..20 {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let action = ["on", "off", "cycle"][(seed >> 33) as usize % 3];
        let first = (seed >> 40) % 20 + 1;
        let nodes = format!("n[{first}-{}]", (first + (seed >> 50) % 4).min(20));
        let mut call = house.call_as(token, &[action, &nodes, "--no-wait", "-y"]);
        let status = call.stdout(Stdio::null()).status().expect("it runs");
        assert_eq!(status.code(), Some(0), "{action} {nodes}");
        thread::sleep(Duration::from_millis(seed >> 56));
    }
}
