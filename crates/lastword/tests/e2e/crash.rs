//! `kill -9` at bad moments: nothing is lost, nothing happens twice.

use super::house::{end, until};
use super::{folder, scene_with};

/// Slow enough that there is a "between".
const SLOW: &str = "settle = \"1s\"\ntransition = \"2s\"\ndwell = \"1s\"\npoll = \"5s\"\n\
                    exchange_timeout = \"2s\"\n";

#[test]
fn a_cycle_survives_a_kill_between_its_halves_and_drops_power_once() {
    let dir = folder();
    let (fleet, mut house) = scene_with(dir.path(), 1, 1_000, SLOW);
    assert_eq!(house.say(&["on", "n1"]).code, 0);
    let cycle = house.begin(&["cycle", "n1"]);
    until("the first half was fired", || fleet.orders(1).contains(&"power=0".into()));
    house.kill();
    house.serve();
    let cycle = end(cycle);
    assert_eq!(cycle.code, 0, "{}", cycle.all());
    assert_eq!(fleet.ipmitool(1), "Chassis Power is on");
    let drops = fleet.edges(1).iter().filter(|edge| *edge == "1>0").count();
    assert_eq!(drops, 1, "{:?}", fleet.edges(1));
}

#[test]
fn a_reset_that_a_kill_interrupted_is_never_sent_twice() {
    let dir = folder();
    let (fleet, mut house) = scene_with(dir.path(), 1, 100, SLOW);
    assert_eq!(house.say(&["on", "n1"]).code, 0);
    let reset = house.begin(&["reset", "n1"]);
    until("the reset was fired", || fleet.orders(1).contains(&"reset=1".into()));
    house.kill();
    house.serve();
    let reset = end(reset);
    assert!(reset.code <= 1, "{}", reset.all());
    let log = house.say(&["log", "n1"]);
    assert!(
        log.out.contains("confirmed") || log.out.contains("uncertain"),
        "it is said, not guessed: {}",
        log.all()
    );
    let resets = fleet.orders(1).iter().filter(|order| *order == "reset=1").count();
    assert_eq!(resets, 1);
}

#[test]
fn an_accepted_command_is_carried_out_after_a_kill() {
    let dir = folder();
    let (fleet, mut house) = scene_with(dir.path(), 3, 500, SLOW);
    let accepted = house.say(&["on", "n[1-3]", "--no-wait"]);
    assert_eq!(accepted.code, 0, "{}", accepted.all());
    house.kill();
    house.serve();
    let waited = house.say(&["wait", "n[1-3]", "--for", "on", "--timeout", "60s"]);
    assert_eq!(waited.code, 0, "{}", waited.all());
    for node in 1..=3 {
        assert_eq!(fleet.ipmitool(node), "Chassis Power is on");
    }
}
