//! Nodes that depend on others: a blade on its chassis, a machine on its outlet.
//!
//! A node is not powered on before what it depends on is on, and nothing is powered off under a node that
//! is not off. Orders wait for that; nobody is told to move because of it.

use alloc::boxed::Box;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;

use super::{Agent, Effect};
use crate::Millis;
use crate::ledger::NodeId;
use crate::operation::{Event, Gate, Operation};

/// Who depends on whom.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Kin {
    parents: BTreeMap<NodeId, NodeId>,
    children: BTreeMap<NodeId, Vec<NodeId>>,
    /// Whose gate is to be looked at again.
    stale: BTreeSet<NodeId>,
    /// When a relative was looked at for another one's sake.
    looked: BTreeMap<NodeId, Millis>,
}

impl Kin {
    fn set(&mut self, pairs: impl Iterator<Item = (NodeId, NodeId)>) {
        let before = self.everybody();
        self.parents = pairs.filter(|(child, parent)| child != parent).collect();
        self.children.clear();
        for (child, parent) in &self.parents {
            self.children.entry(*parent).or_default().push(*child);
        }
        self.stale.extend(before);
        self.mark_all();
    }

    /// Something about the node may have changed: its own gate and those of its relatives.
    pub(super) fn note(&mut self, node: NodeId) {
        let (parent, children) = (self.parents.get(&node), self.children.get(&node));
        if parent.is_some() || children.is_some() {
            self.stale.insert(node);
            self.stale.extend(parent);
            self.stale.extend(children.into_iter().flatten());
        }
    }

    /// Every gate is to be looked at again.
    pub(super) fn mark_all(&mut self) {
        let all = self.everybody();
        self.stale.extend(all);
        self.looked.clear();
    }

    fn everybody(&self) -> BTreeSet<NodeId> {
        self.parents.iter().flat_map(|(child, parent)| [*child, *parent]).collect()
    }

    fn children(&self, node: NodeId) -> &[NodeId] {
        self.children.get(&node).map_or(&[], Vec::as_slice)
    }
}

impl Agent {
    /// Who depends on whom, child first. A node depends on one other at most; circles are the caller's to
    /// refuse: who is in one is never powered.
    pub fn set_parents(
        &mut self,
        now: Millis,
        pairs: impl IntoIterator<Item = (Box<str>, Box<str>)>,
        effects: &mut Vec<Effect>,
    ) {
        let ledger = &mut self.ledger;
        let pairs: Vec<(NodeId, NodeId)> = pairs
            .into_iter()
            .map(|(child, parent)| (ledger.intern(&child), ledger.intern(&parent)))
            .collect();
        self.kin.set(pairs.into_iter());
        self.follow_up(now, effects);
    }

    /// Opens and closes gates until nothing changes any more.
    pub(super) fn mind_gates(&mut self, now: Millis, effects: &mut Vec<Effect>) {
        while let Some(node) = self.kin.stale.pop_first() {
            let Some(managed) = self.managed(node) else { continue };
            let (gate, busy) = (self.gate(now, node), managed.operation.is_busy());
            if gate != managed.operation.gate() {
                self.tell(now, node, Event::Gate(gate), effects);
            }
            if busy && gate != Gate::default() {
                self.look_at_relatives(now, node, effects);
            }
        }
    }

    fn gate(&self, now: Millis, node: NodeId) -> Gate {
        let since = self.managed(node).map_or(0, |managed| managed.operation.begun_at());
        let bears = |parent: &NodeId| {
            self.managed(*parent).is_some_and(|it| it.operation.is_surely_on(now, since))
        };
        let is_off = |child: &NodeId| {
            self.managed(*child).is_none_or(|it| it.operation.is_surely_off(now, since))
        };
        Gate {
            bars_on: self.kin.parents.get(&node).is_some_and(|parent| !bears(parent)),
            bars_off: !self.kin.children(node).iter().all(is_off),
        }
    }

    /// Whoever keeps an intent waiting is read now and then, but no faster than its answer takes at most; whoever
    /// keeps a node from being brought back is read if it never was.
    fn look_at_relatives(&mut self, now: Millis, node: NodeId, effects: &mut Vec<Effect>) {
        let mut relatives = self.kin.children(node).to_vec();
        relatives.extend(self.kin.parents.get(&node));
        let waiting = self.managed(node).map(|managed| &managed.operation);
        let since = waiting.filter(|it| it.is_charged()).map(Operation::begun_at);
        for relative in relatives {
            let Some(managed) = self.managed(relative) else { continue };
            let looked_at = self.kin.looked.get(&relative);
            let again_at = looked_at.map_or(0, |at| at + managed.pacing.exchange_ms);
            let read_at = managed.operation.seen().at;
            let known = match since {
                Some(since) => read_at >= since && managed.operation.is_charged(),
                None => read_at > 0,
            };
            if !known && again_at <= now {
                self.kin.looked.insert(relative, now);
                self.tell(now, relative, Event::Look, effects);
            }
        }
    }
}
