//! Draws a snapshot: reads the board and the fold a few nodes at a time, so that nobody waits long for either.
//! What changes meanwhile may or may not be in it: the events after its place tell it again.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use api::{Ages, CauseGroup, IntentGroup, Snapshot};
use arbiter::{IntentState, Phase, Power, Seq};
use nodeset::NodeSet;

use super::{labels, letters};
use crate::board::Status;
use crate::convert::{action, door};
use crate::fleet::Fleet;
use crate::fold::Fold;
use crate::groups::cut;
use crate::holds;
use crate::locks::read;
use crate::nodes::IN_TRANSITION;
use crate::region::Inner;

/// How many nodes are read at once.
const NODES_AT_ONCE: usize = 1_024;
/// The most causes that are told.
const CAUSES_MAX: usize = 100;

/// The document of a `snapshot` event.
pub(super) fn snapshot(region: &Inner, fleet: &Fleet, scope: Option<&NodeSet>) -> String {
    let (at_ms, seq) = (region.now(), read(&region.fold).ledger.seq());
    let nodes = cut(fleet.nodes(), scope);
    let names: Vec<String> = nodes.iter().collect();
    let columns = Columns::read(region, &names, at_ms);
    let groups = columns.groups(region, &names);
    let snapshot = Snapshot {
        at_ms,
        seq,
        cluster: fleet.cluster().to_owned(),
        nodes: nodes.slurm(),
        count: nodes.len(),
        power: columns.power,
        age: columns.age,
        phase: columns.phase,
        attempt: unless_all(columns.attempt, '0'),
        outcome: unless_all(columns.outcome, letters::NONE),
        intents: groups.intents,
        waiting: groups.waiting,
        unknown_because: groups.unknown_because,
        holds: holds::list(region, scope).holds,
        labels: labels::columns(fleet, &names),
        protected: cut(fleet.protected(), scope).to_string(),
    };
    serde_json::to_string(&snapshot).expect("snapshots have string keys only")
}

/// The document of an `ages` event.
pub(super) fn ages(region: &Inner, fleet: &Fleet, scope: Option<&NodeSet>) -> String {
    let at_ms = region.now();
    let names: Vec<String> = cut(fleet.nodes(), scope).iter().collect();
    let mut age = String::with_capacity(names.len());
    for some in names.chunks(NODES_AT_ONCE) {
        region.board.look_up(some, |_, status| age.push(Told::of(status).age(at_ms)));
    }
    let ages = Ages { at_ms, count: names.len(), age };
    serde_json::to_string(&ages).expect("ages have string keys only")
}

/// What an agent told of a node.
struct Told {
    power: Power,
    /// When it was read; 0 for never.
    at: u64,
    cause: Option<Arc<str>>,
    seq: Option<Seq>,
    phase: Phase,
    attempt: u8,
}

impl Told {
    fn of(status: Option<&Status>) -> Self {
        let Some(Status { seen, progress }) = status else {
            let (power, phase) = (Power::Unknown, Phase::Idle);
            return Self { power, at: 0, cause: None, seq: None, phase, attempt: 0 };
        };
        let cause = seen.cause.as_ref().map(|cause| Arc::clone(&cause.words));
        let (seq, phase, attempt) = (progress.seq, progress.phase, progress.attempt);
        Self { power: seen.power, at: seen.at, cause, seq, phase, attempt }
    }

    fn power(&self) -> char {
        if self.at == 0 { letters::UNREAD } else { letters::power(self.power) }
    }

    fn age(&self, now: u64) -> char {
        if self.at == 0 { letters::UNREAD } else { letters::age(now.saturating_sub(self.at)) }
    }
}

/// A character for each node, and which nodes have something in common, by their places.
#[derive(Default)]
struct Columns {
    power: String,
    age: String,
    phase: String,
    attempt: String,
    outcome: String,
    running: BTreeMap<Seq, Vec<usize>>,
    waiting: BTreeMap<Seq, Vec<usize>>,
    unknown: HashMap<Option<Arc<str>>, Vec<usize>>,
}

/// What nodes have in common, in the interface's words.
struct Groups {
    intents: Vec<IntentGroup>,
    waiting: Vec<IntentGroup>,
    unknown_because: Vec<CauseGroup>,
}

impl Columns {
    fn read(region: &Inner, names: &[String], now: u64) -> Self {
        let mut columns = Self::default();
        for some in names.chunks(NODES_AT_ONCE) {
            let mut told = Vec::with_capacity(some.len());
            region.board.look_up(some, |_, status| told.push(Told::of(status)));
            let fold = read(&region.fold);
            for (name, told) in some.iter().zip(told) {
                columns.put(&fold, name, told, now);
            }
        }
        columns
    }

    fn put(&mut self, fold: &Fold, name: &str, told: Told, now: u64) {
        let place = self.power.len();
        self.power.push(told.power());
        self.age.push(told.age(now));
        let id = fold.ledger.id(name);
        let running = id.and_then(|id| fold.ledger.running(id)).map(|(seq, _)| seq);
        let (phase, attempt) = match running {
            _ if told.seq == running => (Some(told.phase), told.attempt),
            Some(_) => (None, 0),
            None => (Some(Phase::Idle), 0),
        };
        self.phase.push(letters::phase(phase));
        self.attempt.push(letters::attempt(attempt));
        let mut ended = None;
        for intent in id.map(|id| fold.ledger.intents(id)).unwrap_or_default() {
            match &intent.state {
                IntentState::Waiting => self.waiting.entry(intent.seq).or_default().push(place),
                IntentState::Ended(outcome) => ended = Some(outcome),
                IntentState::Refused(_) | IntentState::Running | IntentState::Joined { .. } => {}
            }
        }
        self.outcome.push(ended.map_or(letters::NONE, letters::outcome));
        if let Some(seq) = running {
            self.running.entry(seq).or_default().push(place);
        }
        if told.power == Power::Unknown && told.at > 0 {
            self.unknown.entry(told.cause).or_default().push(place);
        }
    }

    fn groups(&self, region: &Inner, names: &[String]) -> Groups {
        let set = |places: &[usize]| {
            let names = places.iter().map(|place| &names[*place]);
            NodeSet::from_names(names).expect("the names come from a node set")
        };
        let fold = read(&region.fold);
        // one that is forgotten meanwhile has ended, and the events after tell so
        let intents = |groups: &BTreeMap<Seq, Vec<usize>>| {
            let groups = groups.iter();
            groups.filter_map(|(seq, places)| intent(&fold, *seq, &set(places))).collect()
        };
        Groups {
            intents: intents(&self.running),
            waiting: intents(&self.waiting),
            unknown_because: causes(&self.unknown, set),
        }
    }
}

fn intent(fold: &Fold, seq: Seq, nodes: &NodeSet) -> Option<IntentGroup> {
    let entry = fold.ledger.command(seq)?;
    let command = &entry.command;
    Some(IntentGroup {
        seq,
        action: action(command.action),
        by: command.by.to_string(),
        door: door(&command.door),
        reason: command.reason.as_deref().map(str::to_owned),
        accepted_at_ms: entry.at,
        nodes: nodes.to_string(),
        count: nodes.len(),
    })
}

/// The causes of most nodes first. They name their endpoints, which would keep them apart.
fn causes(
    unknown: &HashMap<Option<Arc<str>>, Vec<usize>>,
    set: impl Fn(&[usize]) -> NodeSet,
) -> Vec<CauseGroup> {
    let mut causes: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (cause, places) in unknown {
        let words = cause.as_deref().unwrap_or(IN_TRANSITION);
        let words = words.split_once(": ").map_or(words, |(_, words)| words);
        causes.entry(words).or_default().extend(places);
    }
    let mut causes: Vec<(&str, Vec<usize>)> = causes.into_iter().collect();
    causes.sort_by_key(|(_, places)| std::cmp::Reverse(places.len()));
    causes.truncate(CAUSES_MAX);
    let group = |(words, places): (&str, Vec<usize>)| CauseGroup {
        because: words.to_owned(),
        nodes: set(&places).to_string(),
        count: places.len(),
    };
    causes.into_iter().map(group).collect()
}

/// A column in which there is nothing is empty.
fn unless_all(column: String, nothing: char) -> String {
    if column.chars().all(|letter| letter == nothing) { String::new() } else { column }
}
