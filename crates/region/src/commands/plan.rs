//! How long a command is expected to take: by what the last ones took, circuits, batches and who waits for whom.
//! A guess for people; nothing depends on it.

use std::collections::BTreeMap;

use api::Plan;
use arbiter::{Action, Command, Goal};

use crate::fleet::{CircuitLimit, Fleet};
use crate::fold::Book;
use crate::groups::Group;

/// What a machine is taken to need for one change of its power while none was seen, in milliseconds.
const CHANGE_MS: u64 = 10_000;
/// So many of the last commands with the same action say what it takes.
const LOOKS_BACK: usize = 8;
/// Commands further back than so many others are not looked for.
const PAGES_MAX: usize = 1_000;

/// The expectation for the nodes at which something will be done.
pub(super) fn plan(
    fleet: &Fleet,
    book: &Book,
    command: &Command,
    verdicts: &[Group<api::Verdict>],
) -> Plan {
    let acts = |group: &&Group<api::Verdict>| {
        !matches!(group.what, api::Verdict::Already) && group.what.is_accepted()
    };
    let names: Vec<String> =
        verdicts.iter().filter(acts).flat_map(|group| group.nodes.iter()).collect();
    if names.is_empty() {
        return Plan { expected_ms: 0, because: None };
    }
    let each_ms = seen_ms(book, command.action).unwrap_or(change_ms(command.action));
    let limits = [
        lines(fleet, command, &names),
        batches(command, names.len(), each_ms),
        levels(fleet, &names, each_ms),
    ];
    let longest = limits.into_iter().flatten().max_by_key(|(span_ms, _)| *span_ms);
    let (span_ms, because) = longest.map_or((0, None), |(ms, words)| (ms, Some(words)));
    Plan { expected_ms: span_ms + each_ms, because }
}

/// What the last commands with that action took at the nodes that waited for nobody: the middle one of them.
fn seen_ms(book: &Book, action: Action) -> Option<u64> {
    let pages = book.pages_before(u64::MAX).take(PAGES_MAX);
    let same = pages.filter(|(_, page)| page.command.action == action);
    let mut times: Vec<u64> =
        same.filter_map(|(_, page)| page.quickest_ms()).take(LOOKS_BACK).collect();
    times.sort_unstable();
    times.get(times.len() / 2).copied()
}

const fn change_ms(action: Action) -> u64 {
    match action {
        Action::Cycle | Action::SoftCycle => 2 * CHANGE_MS,
        Action::On | Action::Off | Action::Soft | Action::Reset | Action::Nmi => CHANGE_MS,
    }
}

/// The longest line at a circuit.
fn lines(fleet: &Fleet, command: &Command, names: &[String]) -> Option<(u64, String)> {
    if !command.action.may_order(Goal::On) {
        return None;
    }
    let mut starts: BTreeMap<&str, u64> = BTreeMap::new();
    for circuit in names.iter().filter_map(|name| fleet.circuit_of(name)) {
        *starts.entry(circuit).or_default() += 1;
    }
    let line = |(name, starts): (&str, u64)| {
        let limit = fleet.circuits().get(name)?;
        let words = format!("{starts} starts on circuit {name}");
        Some((line_ms(limit, starts), words))
    };
    starts.into_iter().filter_map(line).max_by_key(|(span_ms, _)| *span_ms)
}

/// Until the last of so many has its turn.
fn line_ms(limit: &CircuitLimit, starts: u64) -> u64 {
    let by_watts = limit.watts_max.filter(|_| limit.start_watts > 0);
    let by_watts = by_watts.map_or(u64::MAX, |max| u64::from(max / limit.start_watts));
    let at_once = u64::from(limit.starts_max).min(by_watts).max(1);
    let (windows, rest) = ((starts - 1) / at_once, (starts - 1) % at_once);
    windows * limit.within_ms + rest * (limit.within_ms / at_once)
}

fn batches(command: &Command, count: usize, each_ms: u64) -> Option<(u64, String)> {
    let batch = command.batch?;
    let batches = (count as u64).div_ceil(u64::from(batch.size.max(1)));
    let words = format!("{batches} batches");
    Some(((batches - 1) * (each_ms + batch.delay_ms), words))
}

/// Those that depend on each other come one after the other.
fn levels(fleet: &Fleet, names: &[String], each_ms: u64) -> Option<(u64, String)> {
    let depth = |name: &String| {
        let parents = std::iter::successors(fleet.parent(name), |parent| fleet.parent(parent));
        parents.filter(|parent| names.iter().any(|name| name == parent)).count() as u64
    };
    let depending = names.iter().filter(|name| fleet.parent(name).is_some());
    let deepest = depending.map(depth).max().filter(|depth| *depth > 0)?;
    Some((deepest * each_ms, format!("{} levels of nodes that depend on each other", deepest + 1)))
}
