//! What the server told about every intent, held against what really happened to the machines.

use std::collections::BTreeMap;

use api::{Action, Client, Outcome, State, Verdict};
use bmc_sim::fault::Span;
use bmc_sim::{Entry, Happened, Order, Took};
use nodeset::NodeSet;

use super::EXCHANGE_MS;
use super::machines::Machines;
use super::people::Asked;

/// Two clocks on one host, and a busy one.
const MARGIN_MS: u64 = 500;

/// An intent as the server tells it.
#[derive(Debug, Clone)]
#[expect(dead_code, reason = "the number is for people who read what is wrong")]
struct Intent {
    seq: u64,
    at: u64,
    action: Action,
    verdict: Verdict,
    outcome: Option<Outcome>,
}

/// What runs on a node from then on.
#[derive(Debug, Clone, Copy)]
struct Running {
    at: u64,
    action: Action,
}

pub fn check(client: &Client, machines: &Machines, asked: &[Asked], seed: u64) {
    let told = told(client, asked);
    let mut wrong = Vec::new();
    let mut confirmed = 0;
    for name in machines.names() {
        let none = Vec::new();
        let intents = told.get(&name).unwrap_or(&none);
        wrong.extend(one_outcome(&name, intents));
        wrong.extend(last_word(&name, intents, machines));
        wrong.extend(only_the_newest_fires(&name, intents, machines));
        wrong.extend(at_most_once(&name, intents, machines));
        wrong.extend(one_at_a_time(&name, machines));
        let is_confirmed =
            |it: &&Intent| it.outcome.as_ref().map(Outcome::result) == Some(&Outcome::Confirmed);
        confirmed += intents.iter().filter(is_confirmed).count();
    }
    let intents: usize = told.values().map(Vec::len).sum();
    println!("seed {seed}: {} commands, {intents} intents, {confirmed} confirmed", asked.len());
    assert!(wrong.is_empty(), "seed {seed}, {} wrong:\n{}", wrong.len(), wrong.join("\n"));
    assert!(confirmed * 10 > intents, "a storm in which hardly anything is done shows nothing");
}

/// Every command that was accepted is known, with what became of it on each node.
fn told(client: &Client, asked: &[Asked]) -> BTreeMap<String, Vec<Intent>> {
    let mut asked = asked.to_vec();
    asked.sort_by_key(|asked| asked.seq);
    let mut told: BTreeMap<String, Vec<Intent>> = BTreeMap::new();
    for Asked { seq, action, nodes } in asked {
        let command = client.command(seq, None).expect("what was accepted is known");
        assert_eq!((command.action, command.seq), (action, seq));
        let set = |nodes: &str| NodeSet::parse(nodes, 1_000).expect("a node set");
        assert_eq!(set(&command.nodes), set(&nodes), "#{seq}");
        for group in &command.verdicts {
            for name in set(&group.nodes).iter() {
                let state = command.states.iter().find(|state| set(&state.nodes).contains(&name));
                let outcome = state.and_then(|group| match &group.state {
                    State::Ended { outcome } => Some(outcome.clone()),
                    State::Refused { .. }
                    | State::Waiting
                    | State::Joined { .. }
                    | State::Running { .. } => None,
                });
                let (at, verdict) = (command.accepted_at_ms, group.verdict.clone());
                let intent = Intent { seq, at, action, verdict, outcome };
                told.entry(name).or_default().push(intent);
            }
        }
    }
    told
}

/// Promise 4: each accepted intent has one outcome, and a refused one none.
fn one_outcome(name: &str, intents: &[Intent]) -> Vec<String> {
    let odd = |it: &&Intent| it.verdict.is_accepted() != it.outcome.is_some();
    intents.iter().filter(odd).map(|it| format!("{name}: no one outcome: {it:?}")).collect()
}

/// Promise 3: when the newest accepted intent was confirmed, the machine is where it wants it.
fn last_word(name: &str, intents: &[Intent], machines: &Machines) -> Option<String> {
    let newest = intents.iter().rfind(|it| it.verdict.is_accepted())?;
    if newest.outcome.as_ref()?.result() != &Outcome::Confirmed {
        return None;
    }
    let wanted = match newest.action {
        Action::On | Action::Cycle | Action::SoftCycle | Action::Reset => true,
        Action::Off | Action::Soft => false,
        Action::Nmi => return None,
    };
    let is_on = machines.is_on(name);
    let faults = machines.faults(name);
    let ledger = || machines.ledger(name);
    (is_on != wanted)
        .then(|| format!("{name} ({faults}): on: {is_on}, but {newest:?}: {:?}", ledger()))
}

/// Promise 3: what reaches the machine belongs to the intent that is the newest then, or to the one before while the
/// exchange that it had begun may last.
fn only_the_newest_fires(name: &str, intents: &[Intent], machines: &Machines) -> Vec<String> {
    let running = running(intents);
    let belongs = |at: u64, order: Order| {
        running.iter().enumerate().any(|(place, it)| {
            let until =
                running.get(place + 1).map_or(u64::MAX, |next| next.at + EXCHANGE_MS + MARGIN_MS);
            it.at <= at + MARGIN_MS && at <= until && kit(it.action).contains(&order)
        })
    };
    let ledger = machines.ledger(name);
    let orders = orders(&ledger).map(|(at, order, _)| (at, order));
    let strays = orders.filter(|(at, order)| !belongs(*at, *order));
    strays
        .map(|(at, order)| format!("{name}: {order} at {at} belongs to nobody: {running:?}"))
        .collect()
}

/// Promise 5: no more resets and interrupts reached the BMC than were accepted.
fn at_most_once(name: &str, intents: &[Intent], machines: &Machines) -> Vec<String> {
    let ledger = machines.ledger(name);
    let pairs =
        [(Order::Reset, Action::Reset), (Order::Nmi, Action::Nmi), (Order::Soft, Action::Soft)];
    let count = |(order, action): (Order, Action)| {
        let fired = orders(&ledger).filter(|(_, it, _)| *it == order);
        let begun = running(intents).into_iter().filter(|it| it.action == action);
        (order, fired.count(), begun.count())
    };
    let more = pairs.map(count).into_iter().filter(|(_, fired, begun)| fired > begun);
    more.map(|(order, fired, begun)| format!("{name}: {fired} times {order} for {begun} intents"))
        .collect()
}

/// Promise 2: another order reaches a BMC only once the order before it was answered.
fn one_at_a_time(name: &str, machines: &Machines) -> Vec<String> {
    let Some(Span(lag)) = machines.faults(name).lag else { return Vec::new() };
    let ledger = machines.ledger(name);
    let taken = orders(&ledger).filter(|(_, _, took)| *took != Took::Refused);
    let orders: Vec<(u64, Order)> = taken.map(|(at, order, _)| (at, order)).collect();
    let close =
        orders.windows(2).filter(|pair| pair[0].1 != pair[1].1 && pair[1].0 < pair[0].0 + lag);
    close.map(|pair| format!("{name}: {pair:?} are less than {lag} ms apart")).collect()
}

/// The orders that reached the BMC, and what it made of them.
fn orders(ledger: &[Entry]) -> impl Iterator<Item = (u64, Order, Took)> {
    ledger.iter().filter_map(|entry| {
        let Happened::Ordered(order, took) = entry.happened else { return None };
        Some((entry.at, order, took))
    })
}

/// What runs on the node, from when on: a merged intent begins nothing.
fn running(intents: &[Intent]) -> Vec<Running> {
    let begins = intents.iter().filter(|it| {
        matches!(it.verdict, Verdict::Fire | Verdict::Already | Verdict::Supersede(_))
    });
    begins.map(|it| Running { at: it.at, action: it.action }).collect()
}

/// The orders by which an action is carried out, and its goal kept within the settle window.
const fn kit(action: Action) -> &'static [Order] {
    match action {
        Action::On => &[Order::On],
        Action::Off => &[Order::Off],
        Action::Soft => &[Order::Soft, Order::Off],
        Action::Cycle => &[Order::Off, Order::On],
        Action::SoftCycle => &[Order::Soft, Order::Off, Order::On],
        Action::Reset => &[Order::Reset, Order::On],
        Action::Nmi => &[Order::Nmi],
    }
}
