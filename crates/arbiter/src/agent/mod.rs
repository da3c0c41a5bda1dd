//! A cluster's operations over its own fold of the journal: the whole of an agent but its sockets.
//!
//! Production, the simulation and the model checker drive this very type. It acts only between its own
//! `Led` and the next one, as its own fold shows them.

mod kin;
mod lines;
#[cfg(test)]
mod tests;

use alloc::boxed::Box;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::sync::Arc;
use alloc::vec::Vec;

use nodeset::NodeSet;

use kin::Kin;
use lines::{Lines, Place, Wanted};

use crate::circuit::{Limit, Load};
use crate::ledger::{Change, Ledger, NodeId, Traces};
use crate::operation::{
    Answer, Ask, Event, OpEffect, Operation, Pacing, Progress, Report, Seen, Way,
};
use crate::record::Record;
use crate::{Millis, Seq};

/// A cluster's agent.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Agent {
    cluster: Box<str>,
    name: Box<str>,
    ledger: Ledger,
    epoch: Option<Seq>,
    nodes: Vec<Option<Managed>>,
    timers: BTreeSet<(Millis, NodeId)>,
    lines: Lines,
    kin: Kin,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Managed {
    operation: Operation,
    pacing: Pacing,
    due: Option<Millis>,
    place: Option<Box<Place>>,
    leaving: bool,
}

/// What an agent wants done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Ask the node's BMC. Nothing of it may be sent once `until` has passed.
    Exchange {
        /// Which node.
        node: NodeId,
        /// To be handed back with the answer.
        ticket: u32,
        /// The question.
        ask: Ask,
        /// By which of the node's ways.
        way: Way,
        /// When the answer is given up.
        until: Millis,
    },
    /// Put it on record; retry until it is.
    Append(Record),
    /// Tell people.
    Notice(Notice),
}

/// Something about a node that people should see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Which node.
    pub node: NodeId,
    /// What.
    pub kind: NoticeKind,
}

/// What people should see of a node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoticeKind {
    /// Its observation or progress may have changed: ask `Agent::status`.
    Status,
    /// Something beside outcomes.
    Report(Report),
}

impl Agent {
    /// An agent that has read nothing. `name` must differ between any two lives.
    #[must_use]
    pub fn new(cluster: &str, name: &str) -> Self {
        Self {
            cluster: cluster.into(),
            name: name.into(),
            ledger: Ledger::new(),
            epoch: None,
            nodes: Vec::new(),
            timers: BTreeSet::new(),
            lines: Lines::default(),
            kin: Kin::default(),
        }
    }

    /// The record by which it takes the lead. To claim it again while leading changes nothing but the
    /// epoch: so that retention may pass the older claim.
    #[must_use]
    pub fn claim(&self) -> Record {
        Record::Led { cluster: self.cluster.clone(), agent: self.name.clone() }
    }

    /// Whether it leads, as far as it has read.
    #[must_use]
    pub const fn leads(&self) -> bool {
        self.epoch.is_some()
    }

    /// Its fold of the journal.
    #[must_use]
    pub const fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// What is known of the node's power, and what its operation is doing.
    #[must_use]
    pub fn status(&self, now: Millis, node: NodeId) -> Option<(&Seen, Progress)> {
        let managed = self.managed(node)?;
        let progress = managed.operation.progress(now, &managed.pacing);
        Some((managed.operation.seen(), progress))
    }

    /// What the circuits bear that limit power-ons; nodes name theirs in their pacing.
    pub fn set_circuits(&mut self, limits: impl IntoIterator<Item = Limit>) {
        self.lines.set(limits);
    }

    /// How much is used of the circuits that changed since this was asked last.
    pub fn take_loads(&mut self) -> Vec<Load> {
        self.lines.take_loads()
    }

    /// The nodes that it looks after from now on. One that is no longer listed keeps its open intent
    /// until that ends. `first_poll` says when a new node is read first.
    pub fn manage(
        &mut self,
        now: Millis,
        listed: impl IntoIterator<Item = (Box<str>, Pacing, Option<Millis>)>,
        effects: &mut Vec<Effect>,
    ) {
        let mut gone: BTreeSet<NodeId> = self.ids().collect();
        for (name, pacing, first_poll) in listed {
            let node = self.ledger.intern(&name);
            gone.remove(&node);
            match self.managed_mut(node) {
                Some(managed) => {
                    managed.pacing = pacing;
                    managed.leaving = false;
                }
                None => self.add(now, node, pacing, first_poll),
            }
            self.tell_standing(now, node, effects);
        }
        for node in gone {
            if let Some(managed) = self.managed_mut(node) {
                managed.leaving = true;
            }
            self.let_go(now, node);
        }
        self.follow_up(now, effects);
    }

    /// Folds one record in and tells the operations what it changed for them.
    pub fn fold(
        &mut self,
        now: Millis,
        (seq, at): (Seq, Millis),
        record: &Record,
        effects: &mut Vec<Effect>,
    ) {
        let mut changes = Vec::new();
        self.ledger.apply(seq, at, record, &mut changes);
        if let Record::Led { cluster, agent } = record
            && *cluster == self.cluster
        {
            let took_over =
                changes.iter().any(|change| matches!(change, Change::Led { took_over: true, .. }));
            if *agent == self.name && self.leads() {
                self.lead_on(seq, now, effects);
            } else {
                self.lead((*agent == self.name).then_some(seq), took_over, now, effects);
            }
            self.follow_up(now, effects);
            return;
        }
        let mut last = None;
        for node in changes.iter().filter_map(Change::node) {
            if last.replace(node) != Some(node) {
                self.tell_standing(now, node, effects);
            }
        }
        // only once everybody knows for whom it acts now
        self.follow_up(now, effects);
    }

    /// An exchange of that node ended.
    pub fn answered(
        &mut self,
        now: Millis,
        node: NodeId,
        ticket: u32,
        answer: Answer,
        effects: &mut Vec<Effect>,
    ) {
        self.tell(now, node, Event::Answered { ticket, answer }, effects);
        self.follow_up(now, effects);
    }

    /// Somebody wants to know the node's power now.
    pub fn look(&mut self, now: Millis, node: NodeId, effects: &mut Vec<Effect>) {
        self.tell(now, node, Event::Look, effects);
        self.follow_up(now, effects);
    }

    /// When `Agent::due` is to be called, if at all.
    #[must_use]
    pub fn next_due(&self) -> Option<Millis> {
        let node = self.timers.first().map(|(at, _)| *at);
        node.into_iter().chain(self.lines.next_due()).min()
    }

    /// Time passed.
    pub fn due(&mut self, now: Millis, effects: &mut Vec<Effect>) {
        while let Some((at, node)) = self.timers.first().copied()
            && at <= now
        {
            self.timers.remove(&(at, node));
            if let Some(managed) = self.managed_mut(node) {
                managed.due = None;
            }
            self.tell(now, node, Event::Due, effects);
            // the next one may be about to act on what this one just gave up
            self.mind_gates(now, effects);
        }
        self.follow_up(now, effects);
    }

    fn add(&mut self, now: Millis, node: NodeId, pacing: Pacing, first_poll: Option<Millis>) {
        let mut operation = Operation::recovered(now, self.traces(now, node, &pacing), &pacing);
        operation.poll_at(first_poll);
        let place = node.0 as usize;
        if self.nodes.len() <= place {
            self.nodes.resize(place + 1, None);
        }
        self.nodes[place] =
            Some(Managed { operation, pacing, due: None, place: None, leaving: false });
    }

    /// Begins or ends to lead. Operations begin anew: whatever an earlier leader left behind is
    /// drained, unless nobody ever led.
    fn lead(
        &mut self,
        epoch: Option<Seq>,
        took_over: bool,
        now: Millis,
        effects: &mut Vec<Effect>,
    ) {
        self.epoch = epoch;
        self.timers.clear();
        self.empty_lines(now, took_over);
        self.kin.mark_all();
        for node in self.ids().collect::<Vec<_>>() {
            // only a take-over asks for them
            let before = self.managed(node).filter(|_| took_over);
            let traces = before.map(|managed| self.traces(now, node, &managed.pacing));
            let Some(managed) = self.managed_mut(node) else { continue };
            let first_poll = managed.operation.next_poll();
            managed.operation = if took_over {
                Operation::recovered(now, traces.unwrap_or_default(), &managed.pacing)
            } else {
                Operation::new()
            };
            managed.operation.poll_at(first_poll);
            managed.due = None;
            managed.place = None;
        }
        for node in self.ids().collect::<Vec<_>>() {
            self.tell_standing(now, node, effects);
        }
    }

    /// It claimed the lead once more. What it put on its way under the older epoch and does not find in
    /// the journal by now is ignored by every reader: it is put on record again.
    fn lead_on(&mut self, epoch: Seq, now: Millis, effects: &mut Vec<Effect>) {
        self.epoch = Some(epoch);
        for node in self.ids().collect::<Vec<_>>() {
            if self.managed_mut(node).is_some_and(|managed| managed.operation.record_again()) {
                self.tell(now, node, Event::Due, effects);
            }
        }
    }

    /// Nobody stands in any line any more. What an earlier leader may have ordered counts.
    fn empty_lines(&mut self, now: Millis, took_over: bool) {
        let mut ordered_until: BTreeMap<Arc<str>, Millis> = BTreeMap::new();
        for managed in self.nodes.iter().flatten().filter(|_| took_over) {
            let Some(circuit) = &managed.pacing.circuit else { continue };
            let until = ordered_until.entry(Arc::clone(circuit)).or_default();
            *until = (*until).max(now + managed.pacing.exchange_ms);
        }
        self.lines.begin_anew(|circuit| ordered_until.get(circuit).copied());
    }

    /// What one node's change means for others: gates first, then whoever may start now is told so.
    fn follow_up(&mut self, now: Millis, effects: &mut Vec<Effect>) {
        self.mind_gates(now, effects);
        while let Some(node) = self.lines.give_turn(now) {
            if let Some(place) = self.managed_mut(node).and_then(|managed| managed.place.as_mut()) {
                place.take_turn();
            }
            self.tell(now, node, Event::Turn, effects);
            self.mind_gates(now, effects);
        }
    }

    fn tell_standing(&mut self, now: Millis, node: NodeId, effects: &mut Vec<Effect>) {
        if self.epoch.is_some() && self.managed(node).is_some() {
            let standing = self.ledger.standing(now, node);
            self.tell(now, node, Event::Standing(standing), effects);
        }
    }

    fn tell(&mut self, now: Millis, node: NodeId, event: Event, effects: &mut Vec<Effect>) {
        let place = node.0 as usize;
        let (Some(epoch), Some(Some(managed))) = (self.epoch, self.nodes.get_mut(place)) else {
            return;
        };
        let transition = managed.operation.step(now, event, &managed.pacing);
        let changed = managed.operation != transition.next;
        managed.operation = transition.next;
        let due = managed.operation.deadline(now, &managed.pacing);
        if due != managed.due {
            if let Some(old) = managed.due {
                self.timers.remove(&(old, node));
            }
            managed.due = due;
            self.timers.extend(due.map(|at| (at, node)));
        }
        let wanted = Wanted {
            circuit: managed.pacing.circuit.as_ref(),
            seq: managed.operation.whose(),
            watts: managed.pacing.start_watts,
            start: managed.operation.start(),
        };
        self.lines.keep(now, node, &mut managed.place, &wanted);
        self.kin.note(node);
        for effect in transition.effects {
            let effect = self.lift(epoch, node, effect);
            effects.push(effect);
        }
        if changed {
            effects.push(Effect::Notice(Notice { node, kind: NoticeKind::Status }));
        }
        self.let_go(now, node);
    }

    fn lift(&self, epoch: Seq, node: NodeId, effect: OpEffect) -> Effect {
        let nodes = || {
            NodeSet::from_names([self.ledger.name(node)])
                .expect("the ledger holds parsed names only")
        };
        let cluster = || self.cluster.clone();
        match effect {
            OpEffect::Exchange { ticket, ask, way, until } => {
                Effect::Exchange { node, ticket, ask, way, until }
            }
            OpEffect::Mark { seq, step, seen } => Effect::Append(Record::Fired {
                cluster: cluster(),
                epoch,
                seq,
                step,
                seen,
                nodes: nodes(),
            }),
            OpEffect::Settle { seq, outcome } => Effect::Append(Record::Settled {
                cluster: cluster(),
                epoch,
                seq,
                seen: self.ledger.seq(),
                outcome,
                nodes: nodes(),
            }),
            OpEffect::Report(report) => {
                Effect::Notice(Notice { node, kind: NoticeKind::Report(report) })
            }
        }
    }

    /// Until when an earlier life may have ordered the node where, for its intents or to bring it back.
    fn traces(&self, now: Millis, node: NodeId, pacing: &Pacing) -> Traces {
        let mut traces = self.ledger.traces(now, node);
        if let Some(kept) = self.ledger.standing(now, node).kept
            && now <= pacing.may_return_until(kept.since)
        {
            traces.note_goal(kept.goal, now);
        }
        traces
    }

    /// A node that left the inventory goes once nothing is open on it.
    fn let_go(&mut self, now: Millis, node: NodeId) {
        let idle = self.ledger.running(node).is_none();
        if !idle || !self.managed(node).is_some_and(|managed| managed.leaving) {
            return;
        }
        let Some(managed) = self.nodes[node.0 as usize].take() else { return };
        if let Some(at) = managed.due {
            self.timers.remove(&(at, node));
        }
        if let Some(place) = managed.place {
            self.lines.leave(now, node, &place);
        }
    }

    fn ids(&self) -> impl Iterator<Item = NodeId> {
        let places = (0..).map(NodeId).zip(&self.nodes);
        places.filter(|(_, managed)| managed.is_some()).map(|(node, _)| node)
    }

    fn managed(&self, node: NodeId) -> Option<&Managed> {
        self.nodes.get(node.0 as usize)?.as_ref()
    }

    fn managed_mut(&mut self, node: NodeId) -> Option<&mut Managed> {
        self.nodes.get_mut(node.0 as usize)?.as_mut()
    }
}
