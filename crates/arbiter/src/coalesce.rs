//! Folds records that differ only in their nodes into one.
//!
//! It keeps the order in which the first of each kind came, and changes nothing else.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use crate::Seq;
use crate::action::Step;
use crate::record::{Record, Settlement};

#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Fired(Seq, Step, Seq),
    Settled(Seq, Seq, Settlement),
}

/// One record for each step or end, with all of its nodes.
#[must_use]
pub fn coalesce(records: impl IntoIterator<Item = Record>) -> Vec<Record> {
    let mut kinds: BTreeMap<(Seq, Kind), usize> = BTreeMap::new();
    let mut folded: Vec<Record> = Vec::new();
    for record in records {
        match kind(&record).map(|kind| *kinds.entry(kind).or_insert(folded.len())) {
            Some(place) if place < folded.len() => join(&mut folded[place], &record),
            Some(_) | None => folded.push(record),
        }
    }
    folded
}

fn kind(record: &Record) -> Option<(Seq, Kind)> {
    match record {
        Record::Fired { epoch, seq, step, seen, .. } => {
            Some((*epoch, Kind::Fired(*seq, *step, *seen)))
        }
        Record::Settled { epoch, seq, seen, outcome, .. } => {
            Some((*epoch, Kind::Settled(*seq, *seen, outcome.clone())))
        }
        Record::Command(_)
        | Record::Withdrawn(_)
        | Record::Held(_)
        | Record::Released(_)
        | Record::Led { .. } => None,
    }
}

fn join(into: &mut Record, from: &Record) {
    if let (
        Record::Fired { nodes, .. } | Record::Settled { nodes, .. },
        Record::Fired { nodes: more, .. } | Record::Settled { nodes: more, .. },
    ) = (into, from)
    {
        nodes.extend(more);
    }
}
