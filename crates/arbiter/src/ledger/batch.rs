//! Commands that go through their nodes a few at a time: which have begun, and when the next ones do.
//!
//! It follows from the records alone: a batch begins when the fold has seen the former one end.

use alloc::collections::{BTreeSet, VecDeque};
use alloc::vec::Vec;

use super::outcome::Outcome;
use super::{Change, Ledger, NodeId};
use crate::{Millis, Seq};

/// How far a command has got.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Batches {
    /// Those that have not begun, in their order.
    waiting: VecDeque<NodeId>,
    /// Those that have begun and not ended.
    under_way: BTreeSet<NodeId>,
    failed: u32,
}

impl Batches {
    pub(super) fn add(&mut self, node: NodeId) {
        self.waiting.push_back(node);
    }

    pub(super) fn has_begun(&self, node: NodeId) -> bool {
        self.under_way.contains(&node)
    }
}

impl Ledger {
    /// The next nodes begin at that time, if none is under way.
    pub(super) fn begin_batch(&mut self, seq: Seq, at: Millis, changes: &mut Vec<Change>) {
        let Some(batch) = self.commands.get(&seq).and_then(|entry| entry.command.batch) else {
            return;
        };
        if self.batches(seq).is_none_or(|batches| !batches.under_way.is_empty()) {
            return;
        }
        while let Some(node) = self.next_waiting(seq, batch.size) {
            let open = self.intent(node, seq).is_some_and(|intent| intent.state.is_open());
            if open && let Some(batches) = self.batches(seq) {
                batches.under_way.insert(node);
                self.begin_at(node, seq, at, changes);
            }
        }
    }

    /// One that shared another operation and now has its own waits for its batch like the others.
    pub(super) fn join_batches(&mut self, node: NodeId, seq: Seq, changes: &mut Vec<Change>) {
        if self.is_stopped(seq) {
            self.withdraw(node, seq, Some(seq), changes);
        } else if let Some(batches) = self.batches(seq) {
            batches.add(node);
            self.begin_batch(seq, self.now, changes);
        }
    }

    /// An intent of the command ended: the next ones may begin, or be taken back.
    pub(super) fn batch_ended(
        &mut self,
        node: NodeId,
        seq: Seq,
        outcome: &Outcome,
        changes: &mut Vec<Change>,
    ) {
        let now = self.now;
        let batch = self.commands.get(&seq).and_then(|entry| entry.command.batch);
        let (Some(batch), Some(batches)) = (batch, self.batches(seq)) else { return };
        if !batches.under_way.remove(&node) {
            return;
        }
        let failed = matches!(outcome.result(), Outcome::Failed { .. } | Outcome::Uncertain { .. });
        batches.failed += u32::from(failed);
        let done = batches.under_way.is_empty();
        if self.is_stopped(seq) {
            let waiting = self.batches(seq).map(|batches| core::mem::take(&mut batches.waiting));
            for node in waiting.unwrap_or_default() {
                self.withdraw(node, seq, Some(seq), changes);
            }
        } else if done {
            self.begin_batch(seq, now + batch.delay_ms, changes);
        }
    }

    /// Whether so many nodes of the command have failed that no more begin.
    fn is_stopped(&self, seq: Seq) -> bool {
        let entry = self.commands.get(&seq);
        let failed = entry.and_then(|entry| Some(entry.batches.as_ref()?.failed));
        let max = entry.and_then(|entry| entry.command.batch?.stop_after);
        failed.zip(max).is_some_and(|(failed, max)| failed >= max)
    }

    fn next_waiting(&mut self, seq: Seq, size: u32) -> Option<NodeId> {
        let batches = self.batches(seq)?;
        if batches.under_way.len() < size.max(1) as usize {
            batches.waiting.pop_front()
        } else {
            None
        }
    }

    fn begin_at(&mut self, node: NodeId, seq: Seq, at: Millis, changes: &mut Vec<Change>) {
        let span = self.commands[&seq].command.deadline_ms;
        let Some(running) = self.lane(node).running.as_mut() else { return };
        if running.seq == seq {
            (running.started, running.deadline) = (at, at.saturating_add(span));
            changes.push(Change::Began { node, seq, at });
        }
    }

    fn batches(&mut self, seq: Seq) -> Option<&mut Batches> {
        self.commands.get_mut(&seq)?.batches.as_deref_mut()
    }
}
