//! A person as a driver, end to end: asked, and believed only for what was seen after the order.

use super::folder;
use super::house::{House, end, said, until};

const INVENTORY: &str = "[[nodes]]\nnames = \"n[1-2]\"\ndriver = \"manual\"\ntransition = \"1s\"\n\
                         dwell = \"100ms\"\npoll = \"off\"\n[[nodes]]\nnames = \"r1\"\nbmc = \"127.0.0.1:1\"\n\
                         driver = \"ipmi\"\ncredentials = \"c\"\npoll = \"off\"\n[credentials.c]\nusername = \"u\"\n\
                         password = { env = \"NOT_THERE\" }\n";

fn waits_for_a_person(house: &House, words: &str) {
    until(words, || house.say(&["why", "n1"]).out.contains(words));
}

#[test]
fn an_order_waits_until_somebody_has_looked_after_it() {
    let dir = folder();
    let house = House::start_with(dir.path(), INVENTORY);
    let off = house.begin(&["off", "n1"]);
    waits_for_a_person(
        &house,
        "nobody has looked at it: look, then run `lastword observed n1 on|off`",
    );
    assert_eq!(house.say(&["observed", "n1", "on"]).code, 0);
    waits_for_a_person(
        &house,
        "power it off if that is still wanted, then run `lastword observed n1 off`",
    );
    // an observation confirms what it says, and nothing else
    assert_eq!(house.say(&["observed", "n1", "on"]).code, 0);
    waits_for_a_person(&house, "power it off if that is");
    let told = house.say(&["observed", "n1", "off"]);
    assert_eq!(told.code, 0, "{}", told.all());
    assert!(told.out.contains("n1") && told.out.contains("seen off"), "{}", told.all());
    let off = end(off);
    assert_eq!(off.code, 0, "{}", off.all());
    let status = house.say(&["status", "n[1-2]"]);
    assert!(
        status.out.contains("off:     n1") && status.out.contains("unknown: n2"),
        "{}",
        status.all()
    );
}

#[test]
fn what_a_person_sees_after_the_end_asks_nobody_to_do_it_again() {
    let dir = folder();
    let house = House::start_with(dir.path(), INVENTORY);
    assert_eq!(house.say(&["observed", "n1", "off"]).code, 0);
    let on = house.begin(&["on", "n1"]);
    waits_for_a_person(&house, "power it on if that is still wanted");
    assert_eq!(house.say(&["observed", "n1", "on"]).code, 0);
    assert_eq!(end(on).code, 0);
    assert_eq!(house.say(&["observed", "n1", "off"]).code, 0);
    waits_for_a_person(&house, "n1 is off, read");
    let why = house.say(&["why", "n1"]);
    assert!(why.out.contains("nothing is being done with it"), "{}", why.all());
}

#[test]
fn a_cycle_is_seen_off_and_seen_on_by_a_person() {
    let dir = folder();
    let house = House::start_with(dir.path(), INVENTORY);
    assert_eq!(house.say(&["observed", "n1", "on"]).code, 0);
    let cycle = house.begin(&["cycle", "n1"]);
    waits_for_a_person(
        &house,
        "power it off if that is still wanted, then run `lastword observed n1 off`",
    );
    assert_eq!(house.say(&["observed", "n1", "off"]).code, 0);
    waits_for_a_person(
        &house,
        "power it on if that is still wanted, then run `lastword observed n1 on`",
    );
    assert_eq!(house.say(&["observed", "n1", "on"]).code, 0);
    let cycle = end(cycle);
    assert_eq!(cycle.code, 0, "{}", cycle.all());
    let nmi = house.say(&["nmi", "n1"]);
    assert_eq!(nmi.code, 1, "{}", nmi.all());
    assert!(nmi.out.contains("a person can't send"), "{}", nmi.all());
}

#[test]
fn a_newer_word_wins_over_an_order_that_a_person_was_asked_for() {
    let dir = folder();
    let house = House::start_with(dir.path(), INVENTORY);
    assert_eq!(house.say(&["observed", "n1", "on"]).code, 0);
    let off = house.begin(&["off", "n1"]);
    waits_for_a_person(&house, "power it off if that is still wanted");
    let on = house.begin(&["on", "n1"]);
    let off = end(off);
    assert_eq!(off.code, 3, "{}", off.all());
    // what was told before the order still says nothing
    waits_for_a_person(&house, "nobody has looked since");
    assert_eq!(house.say(&["observed", "n1", "off"]).code, 0);
    waits_for_a_person(&house, "power it on if that is still wanted");
    assert_eq!(house.say(&["observed", "n1", "on"]).code, 0);
    let on = end(on);
    assert_eq!(on.code, 0, "{}", on.all());
}

#[test]
fn after_a_restart_nothing_that_was_told_before_counts() {
    let dir = folder();
    let mut house = House::start_with(dir.path(), INVENTORY);
    assert_eq!(house.say(&["observed", "n1", "off"]).code, 0);
    until("it is taken over", || house.say(&["status", "n1"]).out.contains("off:"));
    house.kill();
    house.serve();
    let status = house.say(&["status", "n1", "--fresh"]);
    assert!(status.out.contains("unknown:"), "{}", status.all());
}

#[test]
fn who_told_is_on_record_and_nobody_tells_what_can_be_read() {
    let dir = folder();
    let house = House::start_with(dir.path(), INVENTORY);
    let bob = house.caller("bob");
    let told = said(house.call_as(&bob, &["observed", "n[1-2]", "on"]).output().expect("it runs"));
    assert_eq!(told.code, 0, "{}", told.all());
    until("it is in the log", || house.log().contains("observed") && house.log().contains("bob"));
    let wrong = house.say(&["observed", "n1,r1", "off"]);
    assert_eq!(wrong.code, 2, "{}", wrong.all());
    assert!(wrong.err.contains("r1: the power is read"), "{}", wrong.all());
    until("nothing of it counts", || house.say(&["status", "n1"]).out.contains("on:"));
}
