//! Small worlds, every interleaving: the agent, its ledger and its operations under a model checker.
//!
//! How: the clock stands still except for `Tick`, all waits are zero but the exchange deadline, which is one
//! tick. So "later" is any later step, and an exchange is dead after the next tick at the latest. What the
//! agents, the journal and the machine do in between is explored in every order.

#![expect(clippy::wildcard_enum_match_arm, reason = "the checks are about a few of many cases")]

mod invariants;
mod world;

use std::collections::BTreeSet;

use arbiter::{Action, Boot, BootDevice, Command, HoldTerms, Policy, Record};
use nodeset::NodeSet;
use stateright::{Checker, Model};
use world::{Scenario, World};

fn nodes() -> NodeSet {
    NodeSet::parse("n1", 1).expect("a name")
}

fn command(action: Action, by: &str) -> Command {
    Command::plain(action, nodes(), ("c", by, "test"), 1_000_000)
}

fn ask(action: Action) -> Record {
    Record::Command(command(action, "ann").into())
}

fn asks(actions: &[Action]) -> Vec<Record> {
    actions.iter().map(|action| ask(*action)).collect()
}

fn withdraw() -> Record {
    Record::Withdrawn(arbiter::Withdrawn {
        nodes: nodes(),
        by: "ann".into(),
        door: "test".into(),
        seq: None,
        reason: None,
    })
}

fn hold(by: &str) -> Record {
    Record::Held(arbiter::Held {
        nodes: nodes(),
        by: by.into(),
        door: "test".into(),
        reason: "maintenance".into(),
        for_ms: 1_000_000,
    })
}

/// Explores everything and returns how many states there were. A broken promise or a promise that
/// nothing could ever break fails.
fn explore(scenario: Scenario) -> usize {
    let name = scenario.name;
    let checker = scenario.checker().threads(2).spawn_bfs().join();
    println!(
        "{name}: {} unique states, depth {}",
        checker.unique_state_count(),
        checker.max_depth()
    );
    checker.assert_properties();
    checker.unique_state_count()
}

#[test]
fn every_promise_holds_in_every_small_world() {
    let mut states = 0;
    for scenario in scenarios() {
        states += explore(scenario);
    }
    println!("{states} unique states in all");
    assert!(states >= 1_000_000, "the worlds got too small to prove anything: {states} states");
}

fn scenarios() -> Vec<Scenario> {
    use Action::{Cycle, Nmi, Off, On, Reset, Soft, SoftCycle};
    let mut held = command(Off, "fence");
    held.hold = Some(HoldTerms { reason: "fencing".into(), for_ms: 1_000_000 });
    let mut boot = command(On, "bob");
    boot.boot = Some(Boot { device: BootDevice::Pxe, persistent: false, uefi: true });
    let queue = |action| {
        let mut queued = command(action, "ann");
        queued.policy = Policy::Queue { limit: 2 };
        Record::Command(queued.into())
    };
    let base = Scenario::default();
    vec![
        Scenario { name: "on off on", asks: asks(&[On, Off, On]), ..base.clone() },
        Scenario {
            name: "off on, restart",
            asks: asks(&[Off, On]),
            restarts: 1,
            on: true,
            ..base.clone()
        },
        Scenario {
            name: "cycle, on, restart",
            asks: asks(&[Cycle, On]),
            restarts: 1,
            on: true,
            ..base.clone()
        },
        Scenario { name: "cycle, cycle", asks: asks(&[Cycle, Cycle]), on: true, ..base.clone() },
        Scenario { name: "cycle, off", asks: asks(&[Cycle, Off]), on: true, ..base.clone() },
        Scenario { name: "on, cycle", asks: asks(&[On, Cycle]), on: true, ..base.clone() },
        Scenario {
            name: "reset, restart",
            asks: asks(&[Reset]),
            restarts: 2,
            on: true,
            ..base.clone()
        },
        Scenario {
            name: "reset reset, off",
            asks: asks(&[Reset, Reset, Off]),
            on: true,
            ..base.clone()
        },
        Scenario {
            name: "nmi, on, restart",
            asks: asks(&[Nmi, On]),
            restarts: 1,
            on: true,
            ..base.clone()
        },
        Scenario {
            name: "soft, off",
            asks: asks(&[Soft, Off]),
            restarts: 1,
            on: true,
            ..base.clone()
        },
        Scenario { name: "soft-cycle", asks: asks(&[SoftCycle, On]), on: true, ..base.clone() },
        Scenario {
            name: "off on off, take-over",
            asks: asks(&[Off, On]),
            agents: 2,
            tickets_max: 3,
            ticks: 1,
            on: true,
            ..base.clone()
        },
        Scenario {
            name: "on on, take-over",
            asks: asks(&[On, On]),
            agents: 2,
            tickets_max: 2,
            ticks: 1,
            on: true,
            ..base.clone()
        },
        Scenario {
            name: "reset, take-over",
            asks: asks(&[Reset]),
            agents: 2,
            tickets_max: 3,
            ticks: 1,
            on: true,
            ..base.clone()
        },
        Scenario {
            name: "fencing off under hold, on",
            asks: vec![Record::Command(held.into()), ask(On), ask(Off)],
            on: true,
            restarts: 1,
            ..base.clone()
        },
        Scenario {
            name: "on, held by somebody else, off",
            asks: vec![ask(On), hold("fence"), ask(Off)],
            ..base.clone()
        },
        Scenario {
            name: "on, withdrawn, off",
            asks: vec![ask(On), withdraw(), ask(Off)],
            ..base.clone()
        },
        Scenario {
            name: "boot override",
            asks: vec![ask(On), Record::Command(boot.into()), ask(Off)],
            ..base.clone()
        },
        Scenario { name: "queue", asks: vec![queue(On), queue(Off), queue(On)], ..base.clone() },
        Scenario {
            name: "deadlines",
            asks: asks(&[On, Off]),
            deadline_ticks: Some(2),
            ticks: 4,
            ..base
        },
    ]
}

#[test]
fn the_worlds_reach_what_they_are_about() {
    let names: BTreeSet<&str> = scenarios().iter().map(|scenario| scenario.name).collect();
    assert_eq!(names.len(), scenarios().len(), "each world has a name of its own");
    let mut seen = invariants::Reached::default();
    for scenario in scenarios().into_iter().take(5) {
        let mut world = World::new(&scenario);
        world.run_straight(&scenario);
        seen.note(&world);
    }
    seen.assert_all();
}
