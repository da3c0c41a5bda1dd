//! The circuits of a cluster, and which node stands in which line.
//!
//! It does not know operations: it is told how they stand with their circuit.

use alloc::boxed::Box;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::sync::Arc;
use alloc::vec::Vec;

use crate::circuit::{Circuit, Limit, Load};
use crate::ledger::NodeId;
use crate::operation::Start;
use crate::{Millis, Seq};

/// The circuits.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Lines {
    circuits: BTreeMap<Arc<str>, Circuit>,
    /// When each circuit may give a turn, if it does not wait for an answer.
    dues: BTreeMap<Arc<str>, Millis>,
    timers: BTreeSet<(Millis, Arc<str>)>,
    /// Those about which there is something new.
    changed: BTreeSet<Arc<str>>,
}

/// Where a node stands.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Place {
    circuit: Arc<str>,
    seq: Seq,
    start: Start,
}

/// A start as its operation wants it.
pub(super) struct Wanted<'a> {
    pub(super) circuit: Option<&'a Arc<str>>,
    pub(super) seq: Seq,
    pub(super) watts: u32,
    pub(super) start: Start,
}

impl Lines {
    /// What the circuits bear from now on. One that is gone ends when nobody stands in it.
    pub(super) fn set(&mut self, limits: impl IntoIterator<Item = Limit>) {
        for limit in limits {
            let name = Arc::clone(&limit.circuit);
            match self.circuits.get_mut(&name) {
                Some(circuit) => circuit.set_limit(limit),
                None => drop(self.circuits.insert(Arc::clone(&name), Circuit::new(limit))),
            }
            self.note_due(&name);
        }
    }

    /// Everybody leaves. An earlier life may have ordered starts on a circuit until then.
    pub(super) fn begin_anew(&mut self, ordered_until: impl Fn(&str) -> Option<Millis>) {
        for (name, circuit) in &mut self.circuits {
            circuit.begin_anew(ordered_until(name));
            self.changed.insert(Arc::clone(name));
        }
        self.dues.clear();
        self.timers.clear();
    }

    /// Brings a node's place into line with what its operation wants.
    pub(super) fn keep(
        &mut self,
        now: Millis,
        node: NodeId,
        place: &mut Option<Box<Place>>,
        wanted: &Wanted<'_>,
    ) {
        if let Some(stands) = place.take_if(|stands| !stands.stays(wanted)) {
            self.leave(now, node, &stands);
        }
        match (place, wanted.circuit) {
            (Some(stands), _) => stands.start = wanted.start,
            (place @ None, Some(circuit)) if wanted.start == Start::Waiting => {
                let (circuit, seq) = (Arc::clone(circuit), wanted.seq);
                self.circuit(&circuit).join(seq, node, wanted.watts);
                self.note_due(&circuit);
                *place = Some(Place { circuit, seq, start: Start::Waiting }.into());
            }
            (None, _) => {}
        }
    }

    /// The node goes from where it stands.
    pub(super) fn leave(&mut self, now: Millis, node: NodeId, stands: &Place) {
        let circuit = self.circuit(&stands.circuit);
        match stands.start {
            Start::None | Start::Waiting => circuit.leave(stands.seq, node),
            Start::Turn => circuit.end_turn(now, node, false),
            Start::Firing => circuit.end_turn(now, node, true),
        }
        self.note_due(&stands.circuit);
    }

    /// When a turn can be given next.
    pub(super) fn next_due(&self) -> Option<Millis> {
        self.timers.first().map(|(at, _)| *at)
    }

    /// The next node whose turn it is.
    pub(super) fn give_turn(&mut self, now: Millis) -> Option<NodeId> {
        while let Some((at, name)) = self.timers.first().cloned()
            && at <= now
        {
            let node = self.circuit(&name).give_turn(now);
            self.note_due(&name);
            if node.is_some() {
                return node;
            }
        }
        None
    }

    /// How much is used of the circuits that changed since this was asked last.
    pub(super) fn take_loads(&mut self) -> Vec<Load> {
        let changed = core::mem::take(&mut self.changed);
        changed.iter().filter_map(|name| Some(self.circuits.get(name)?.load())).collect()
    }

    /// The circuit of that name; one that nobody has set bears everything.
    fn circuit(&mut self, name: &Arc<str>) -> &mut Circuit {
        self.circuits.entry(Arc::clone(name)).or_insert_with(|| {
            let circuit = Arc::clone(name);
            Circuit::new(Limit { circuit, starts_max: u16::MAX, window_ms: 0, watts_max: None })
        })
    }

    fn note_due(&mut self, name: &Arc<str>) {
        self.changed.insert(Arc::clone(name));
        if let Some(at) = self.dues.remove(name) {
            self.timers.remove(&(at, Arc::clone(name)));
        }
        if let Some(at) = self.circuits.get(name).and_then(Circuit::due) {
            self.dues.insert(Arc::clone(name), at);
            self.timers.insert((at, Arc::clone(name)));
        }
    }
}

impl Place {
    /// Its turn has come.
    pub(super) fn take_turn(&mut self) {
        self.start = Start::Turn;
    }

    fn stays(&self, wanted: &Wanted<'_>) -> bool {
        let same = wanted.circuit == Some(&self.circuit) && wanted.seq == self.seq;
        match (self.start, wanted.start) {
            (Start::Waiting, Start::Waiting) | (Start::Turn, Start::Turn) => same,
            (Start::Turn | Start::Firing, Start::Firing) => true,
            (Start::None | Start::Waiting | Start::Turn | Start::Firing, _) => false,
        }
    }
}
