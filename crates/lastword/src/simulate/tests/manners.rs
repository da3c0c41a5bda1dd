//! What each controller does with two clicks on one machine.

use arbiter::Action::{self, Cycle, Off, On};
use bmc_sim::{Faults, Machine};
use fastrand::Rng;

use super::super::fleet::Wire;
use super::super::people::Told::{self, Done, Failed, Refused, Superseded};
use super::super::people::{Caller, Wish};
use super::super::world::{Node, World};
use super::Policy;

/// What two clicks came to.
#[derive(Debug, PartialEq)]
struct Came {
    told: [Option<Told>; 2],
    is_on: bool,
    edges: usize,
}

/// Two clicks, two seconds apart, on a machine that takes 5 s to come on and 2 s to go off.
fn two(policy: Policy, on: bool, actions: [Action; 2], faults: &str) -> (Came, World) {
    let usual: Faults = "takes-on=5s,takes-off=2s".parse().unwrap();
    let machine = Machine::new(on, usual.changed(faults).unwrap(), 1);
    let node = Node::new(machine, Wire::steady(50), Rng::with_seed(1));
    let callers = [(1_000, actions[0]), (3_000, actions[1])]
        .map(|(at, action)| Caller::once(0, vec![Wish { at, action }]));
    let mut world = World::of(policy, vec![node], callers.to_vec());
    let end = world.run();
    let told = [0, 1].map(|click: usize| world.clicks[click].told.map(|(_, told)| told));
    let machine = &mut world.nodes[0].machine;
    let edges = machine.ledger(end).edges().count();
    (Came { told, is_on: machine.is_on(end), edges }, world)
}

fn check(on: bool, actions: [Action; 2], rows: [(Policy, [Told; 2], bool, usize); 5]) {
    for (policy, told, is_on, edges) in rows {
        let (came, _) = two(policy, on, actions, "");
        let expected = Came { told: told.map(Some), is_on, edges };
        assert_eq!(came, expected, "{} {actions:?}", policy.word());
    }
}

#[test]
fn off_during_on_decides_unless_it_is_refused_or_races_and_a_race_tells_both_that_it_is_done() {
    check(
        false,
        [On, Off],
        [
            (Policy::Supersede, [Superseded, Done], false, 2),
            (Policy::Queue, [Done, Done], false, 2),
            (Policy::Next, [Done, Done], false, 2),
            (Policy::Refuse, [Done, Refused], true, 1),
            (Policy::Race, [Done, Done], true, 1),
        ],
    );
}

#[test]
fn on_during_off_decides_unless_it_is_refused() {
    check(
        true,
        [Off, On],
        [
            (Policy::Supersede, [Superseded, Done], true, 2),
            (Policy::Queue, [Done, Done], true, 2),
            (Policy::Next, [Done, Done], true, 2),
            (Policy::Refuse, [Done, Refused], false, 1),
            (Policy::Race, [Done, Done], true, 2),
        ],
    );
}

#[test]
fn an_equal_click_shares_the_order_waits_or_is_refused() {
    check(
        false,
        [On, On],
        [
            (Policy::Supersede, [Done, Done], true, 1),
            (Policy::Queue, [Done, Done], true, 1),
            (Policy::Next, [Done, Done], true, 1),
            (Policy::Refuse, [Done, Refused], true, 1),
            (Policy::Race, [Done, Done], true, 1),
        ],
    );
}

#[test]
fn a_second_cycle_drops_power_again_where_every_action_is_carried_out() {
    check(
        true,
        [Cycle, Cycle],
        [
            (Policy::Supersede, [Done, Done], true, 2),
            (Policy::Queue, [Done, Done], true, 4),
            (Policy::Next, [Done, Done], true, 4),
            (Policy::Refuse, [Done, Refused], true, 2),
            (Policy::Race, [Done, Done], true, 2),
        ],
    );
}

#[test]
fn a_machine_that_does_nothing_is_given_up_by_all() {
    for policy in Policy::ALL {
        let (came, world) = two(policy, false, [On, On], "does-nothing");
        let second = if policy == Policy::Refuse { Refused } else { Failed };
        let expected = Came { told: [Some(Failed), Some(second)], is_on: false, edges: 0 };
        assert_eq!(came, expected, "{}", policy.word());
        assert!(world.nodes[0].orders > 1, "all of them order again");
    }
}

#[test]
fn the_fields_loop_orders_seven_times_and_the_race_runs_it_three_times() {
    let orders = |policy| two(policy, false, [On, On], "does-nothing").1.nodes[0].orders;
    assert_eq!((orders(Policy::Refuse), orders(Policy::Race)), (7, 2 * 3 * 7));
}
