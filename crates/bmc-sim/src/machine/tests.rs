//! What a machine really does, and what its BMC says of it, fault by fault.

use super::*;
use crate::ledger::Took;

fn machine(on: bool, faults: &str) -> Machine {
    let mut machine = Machine::new(on, Faults::default(), 1);
    machine.set_faults(0, faults.parse().unwrap());
    machine
}

fn edges(machine: &mut Machine, now: Millis) -> Vec<(Millis, bool)> {
    machine.ledger(now).edges().collect()
}

#[test]
fn a_good_machine_follows_orders_in_its_time() {
    let mut it = machine(false, "takes-on=2s,takes-off=1s");
    it.order(100, Order::On).unwrap();
    assert_eq!(it.read(2_099), Ok(Reading::Off));
    assert_eq!(it.read(2_100), Ok(Reading::On));
    it.order(3_000, Order::Off).unwrap();
    assert_eq!(edges(&mut it, 9_000), [(2_100, true), (4_000, false)]);
    let orders: Vec<_> = it.ledger(9_000).orders().collect();
    let taken = Took::Accepted;
    assert_eq!(orders, [(100, Order::On, taken), (3_000, Order::Off, taken)]);
}

#[test]
fn a_cycle_drops_power_once_and_comes_back() {
    let mut it = machine(true, "takes-on=2s,takes-off=1s");
    it.order(0, Order::Cycle).unwrap();
    assert_eq!(edges(&mut it, 9_000), [(1_000, false), (3_000, true)]);
}

#[test]
fn a_machine_that_is_off_takes_no_reset_no_cycle_no_interrupt_and_no_shutdown() {
    for order in [Order::Reset, Order::Cycle, Order::Nmi, Order::Soft, Order::SoftCycle] {
        let mut it = machine(false, "");
        assert_eq!(it.order(0, order), Err(Refusal::NotNow));
        assert_eq!(it.ledger(9).entries().count(), 1, "{order}");
    }
}

#[test]
fn a_reset_and_an_interrupt_are_no_edge_of_power() {
    let mut it = machine(true, "");
    it.order(5, Order::Reset).unwrap();
    it.order(6, Order::Nmi).unwrap();
    let happened: Vec<_> = it.ledger(9).entries().map(|entry| entry.happened).collect();
    assert!(happened.contains(&Happened::Reset) && happened.contains(&Happened::Interrupted));
    assert_eq!(edges(&mut it, 9), []);
}

#[test]
fn the_newest_order_decides_within_a_transition() {
    let mut it = machine(false, "takes-on=2s,takes-off=2s");
    it.order(0, Order::On).unwrap();
    it.order(1_000, Order::On).unwrap();
    assert_eq!(edges(&mut it, 2_000), [(2_000, true)], "the same order again changes nothing");
    it.order(3_000, Order::Off).unwrap();
    it.order(4_000, Order::On).unwrap();
    assert_eq!(edges(&mut it, 9_000), [(2_000, true)]);
}

#[test]
fn ignores_first_and_does_nothing_say_yes() {
    let mut it = machine(false, "ignores-first=1");
    it.order(0, Order::On).unwrap();
    assert!(!it.is_on(9));
    it.order(10, Order::On).unwrap();
    assert!(it.is_on(10));
    it.set_faults(20, "does-nothing".parse().unwrap());
    it.order(30, Order::Off).unwrap();
    assert!(it.is_on(99));
}

#[test]
fn fires_late_takes_effect_whatever_came_since() {
    let mut it = machine(false, "fires-late=10s");
    it.order(0, Order::On).unwrap();
    it.set_faults(1, Faults::default());
    it.order(2, Order::On).unwrap();
    it.order(3, Order::Off).unwrap();
    assert_eq!(edges(&mut it, 20_000), [(2, true), (3, false), (10_000, true)]);
}

#[test]
fn keeps_needless_off_shuts_the_next_power_on_down() {
    let mut it = machine(false, "keeps-needless-off=30s,takes-off=1s");
    it.order(0, Order::Off).unwrap();
    it.order(20_000, Order::On).unwrap();
    assert_eq!(edges(&mut it, 60_000), [(20_000, true), (21_000, false)]);
    it.order(70_000, Order::Off).unwrap();
    it.order(101_000, Order::On).unwrap();
    assert!(it.is_on(200_000), "it is kept for 30 s only");
}

#[test]
fn starts_over_pushes_the_transition_away_with_every_order() {
    let mut it = machine(false, "takes-on=15s,starts-over");
    for at in [0, 10_000, 20_000] {
        it.order(at, Order::On).unwrap();
    }
    assert_eq!(edges(&mut it, 99_000), [(35_000, true)]);
}

#[test]
fn refusals_are_told_and_change_nothing() {
    let mut it = machine(false, "takes-on=5s,refuses-in-transition,refuses-needless");
    it.order(0, Order::On).unwrap();
    assert_eq!(it.order(1_000, Order::Off), Err(Refusal::NotNow));
    assert!(it.is_on(5_000));
    assert_eq!(it.order(6_000, Order::On), Err(Refusal::NotNow), "it is on already");
    let mut busy = machine(false, "refuses-orders=100%");
    assert_eq!(busy.order(0, Order::On), Err(Refusal::Busy));
    assert!(!busy.is_on(9_000));
}

#[test]
fn reads_lie_as_they_are_told_to() {
    let mut stale = machine(false, "reads-stale=3s");
    stale.order(1_000, Order::On).unwrap();
    assert_eq!(stale.read(3_999), Ok(Reading::Off));
    assert_eq!(stale.read(4_000), Ok(Reading::On));
    assert_eq!(machine(true, "reads-swapped").read(0), Ok(Reading::Off));
    assert_eq!(machine(true, "reads-fail=100%").read(0), Err(Refusal::Failed));
}

#[test]
fn transitions_are_shown_while_they_last_and_after_that() {
    let mut it = machine(false, "takes-on=1s,shows-transitions=2s");
    assert_eq!(it.read(0), Ok(Reading::Off));
    it.order(0, Order::On).unwrap();
    assert_eq!(it.read(500), Ok(Reading::TurningOn));
    assert_eq!(it.read(2_999), Ok(Reading::TurningOn));
    assert_eq!(it.read(3_000), Ok(Reading::On));
    it.set_faults(4_000, "takes-off=1s,reads-null=1s".parse().unwrap());
    it.order(4_000, Order::Off).unwrap();
    assert_eq!(it.read(5_999), Ok(Reading::Nothing));
    assert_eq!(it.read(6_000), Ok(Reading::Off));
}

#[test]
fn odd_words_are_told_in_transition_and_after_a_reset() {
    for (faults, word) in [
        ("takes-off=1s,shows-reset=2s", Reading::Reset),
        ("takes-off=1s,shows-paused=2s", Reading::Paused),
        ("takes-off=1s,shows-unknown=2s", Reading::Unknown),
    ] {
        let mut it = machine(true, faults);
        assert_eq!(it.read(0), Ok(Reading::On));
        it.order(0, Order::Reset).unwrap();
        assert_eq!(it.read(1_999), Ok(word));
        assert_eq!(it.read(2_000), Ok(Reading::On));
        it.order(3_000, Order::Off).unwrap();
        assert_eq!(it.read(5_999), Ok(word));
        assert_eq!(it.read(6_000), Ok(Reading::Off));
    }
}

#[test]
fn reads_early_tell_of_an_end_that_has_not_come() {
    let mut it = machine(true, "takes-off=5s,reads-early");
    it.order(0, Order::Off).unwrap();
    assert_eq!(it.read(1), Ok(Reading::Off));
    assert!(it.is_on(4_999) && !it.is_on(5_000));
}

#[test]
fn a_soft_cycle_waits_for_the_operating_system_and_comes_back() {
    let mut it = machine(true, "takes-soft=5s,takes-off=1s,takes-on=2s");
    it.order(0, Order::SoftCycle).unwrap();
    assert_eq!(edges(&mut it, 60_000), [(5_000, false), (7_000, true)]);
    let mut deaf = machine(true, "deaf");
    deaf.order(0, Order::SoftCycle).unwrap();
    assert_eq!(edges(&mut deaf, 60_000), []);
}

#[test]
fn falls_back_goes_off_once_by_itself() {
    let mut it = machine(false, "falls-back=2s");
    it.order(0, Order::On).unwrap();
    assert_eq!(edges(&mut it, 3_000), [(0, true), (2_000, false)]);
    it.order(4_000, Order::On).unwrap();
    assert!(it.is_on(99_000));
}

#[test]
fn an_on_too_soon_after_an_off_is_lost() {
    let mut it = machine(true, "ignores-on-after-off=2s");
    it.order(0, Order::Off).unwrap();
    it.order(1_999, Order::On).unwrap();
    assert!(!it.is_on(9_000));
    it.order(9_000, Order::On).unwrap();
    assert!(it.is_on(9_000));
}

#[test]
fn an_on_too_soon_after_an_off_leaves_it_dead_until_a_person_comes() {
    let mut it = machine(true, "stuck-by-on-after-off=2s");
    it.order(0, Order::Off).unwrap();
    it.order(1_999, Order::On).unwrap();
    it.order(60_000, Order::On).unwrap();
    assert!(!it.is_on(99_000));
    it.set_power(100_000, false);
    it.order(100_001, Order::On).unwrap();
    assert!(it.is_on(100_001));
}

#[test]
fn the_first_power_ons_come_to_nothing_when_their_time_is_up() {
    let mut it = machine(false, "takes-on=5s,fails-first-on=2,shows-transitions=0ms");
    for at in [0, 10_000] {
        it.order(at, Order::On).unwrap();
        assert_eq!(it.read(at + 4_999), Ok(Reading::TurningOn));
        assert_eq!(it.read(at + 5_000), Ok(Reading::Off));
    }
    it.order(20_000, Order::On).unwrap();
    assert_eq!(edges(&mut it, 99_000), [(25_000, true)]);
}

#[test]
fn an_order_may_be_followed_and_denied_or_ignored_and_confirmed() {
    let mut it = machine(false, "denies-orders=100%");
    assert_eq!(it.order(0, Order::On), Err(Refusal::Failed));
    assert!(it.is_on(0));
    let orders: Vec<_> = it.ledger(0).orders().collect();
    assert_eq!(orders, [(0, Order::On, Took::Accepted)]);
    let mut it = machine(false, "ignores-orders=100%");
    it.order(0, Order::On).unwrap();
    assert!(!it.is_on(9_000));
}

#[test]
fn an_on_too_soon_after_an_off_is_refused() {
    let mut it = machine(true, "refuses-on-after-off=2s");
    it.order(0, Order::Off).unwrap();
    assert_eq!(it.order(1_999, Order::On), Err(Refusal::NotNow));
    it.order(2_000, Order::On).unwrap();
    assert!(it.is_on(2_000));
}

#[test]
fn a_bmc_that_reboots_is_away_and_may_leave_the_machine_off() {
    let mut it = machine(true, "");
    it.set_faults(100, "reboots=5s,reboots-to-off".parse().unwrap());
    assert!(it.is_away(5_099) && !it.is_away(5_100));
    assert_eq!(edges(&mut it, 9_000), [(5_100, false)]);
    assert_eq!(it.faults().to_string(), "reboots-to-off", "it reboots once");
}

#[test]
fn a_boot_override_for_once_is_used_up_by_the_boot() {
    let options =
        BootOptions { device: BootDevice::Pxe, lifetime: Lifetime::Once, firmware: Firmware::Uefi };
    let pxe = BootFlags { valid: true, options };
    let mut it = machine(false, "");
    it.set_boot(0, pxe);
    assert_eq!(it.boot(), pxe);
    it.order(1, Order::On).unwrap();
    assert!(!it.boot().valid);
    let booted =
        it.ledger(2).entries().filter(|entry| entry.happened == Happened::BootedByOverride);
    assert_eq!(booted.count(), 1);
    let mut forgetful = machine(false, "forgets-boot");
    forgetful.set_boot(0, pxe);
    assert!(!forgetful.boot().valid);
}

#[test]
fn an_operating_system_takes_its_time_or_does_not_listen() {
    let mut it = machine(true, "takes-soft=30s,takes-off=1s");
    it.order(0, Order::Soft).unwrap();
    assert_eq!(edges(&mut it, 60_000), [(30_000, false)]);
    let mut deaf = machine(true, "deaf");
    deaf.order(0, Order::Soft).unwrap();
    assert!(deaf.is_on(60_000));
}

#[test]
fn power_that_a_person_pulls_is_an_edge_without_an_order() {
    let mut it = machine(true, "");
    it.set_power(7, false);
    assert_eq!(edges(&mut it, 9), [(7, false)]);
    assert_eq!(it.ledger(9).orders().count(), 0);
}
