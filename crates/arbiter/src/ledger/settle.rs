//! How intents end, and what runs after them.

use alloc::vec::Vec;

use super::lane::{IntentState, Kept, Running};
use super::outcome::Outcome;
use super::{Change, Ledger, NodeId};
use crate::action::Step;
use crate::record::Settlement;
use crate::{Millis, Seq};

pub(super) struct Marking {
    pub(super) seq: Seq,
    pub(super) step: Step,
    pub(super) seen: Seq,
}

pub(super) struct Settling<'a> {
    pub(super) seq: Seq,
    pub(super) seen: Seq,
    pub(super) outcome: &'a Settlement,
}

impl Ledger {
    pub(super) fn mark(&mut self, node: NodeId, mark: &Marking, changes: &mut Vec<Change>) {
        let running = self.lane(node).running.as_mut();
        let Some(running) = running.filter(|running| running.seq == mark.seq) else { return };
        running.steps = running.steps.with(mark.step);
        if mark.step == Step::Dropped {
            running.dropped_for = mark.seen;
        }
        changes.push(Change::Marked { node, seq: mark.seq, step: mark.step });
    }

    /// Ends the running intent as its leader found it. Intents that joined after the leader decided
    /// are not ended by it: the question that confirmed the older one was asked before them.
    pub(super) fn settle(&mut self, node: NodeId, end: &Settling<'_>, changes: &mut Vec<Change>) {
        let Some(running) = self.take_running(node, |running| running.seq == end.seq) else {
            return;
        };
        let outcome = Outcome::from(end.outcome);
        let action = self.commands[&end.seq].command.action;
        let happened =
            |joined: Seq| outcome != Outcome::Confirmed || self.had_its_event(joined, &running);
        // whoever came after one that has to go on goes on with it: nothing older runs after it ended
        let ended = |joined: &&Seq| **joined <= end.seen && happened(**joined);
        let count = running.joined.iter().take_while(ended).count();
        let (before, after) = (running.joined[..count].to_vec(), running.joined[count..].to_vec());
        self.end_joint(node, end.seq, &before, &outcome, changes);
        if let Some(next) = after.first() {
            self.resume(node, *next, &after[1..], running, changes);
            return;
        }
        if outcome == Outcome::Confirmed && self.seen(node).waiting.is_empty() {
            let since = self.now;
            let kept = |goal| Kept { goal, seq: end.seq, since };
            self.lane(node).kept = action.goal().map(kept);
        }
        self.begin_waiting(node, changes);
    }

    /// A cycle that joined after its leader had asked whether power is off has not seen it off.
    fn had_its_event(&self, joined: Seq, running: &Running) -> bool {
        let event = self.commands[&joined].command.action.event();
        event != Some(Step::Dropped) || joined <= running.dropped_for
    }

    /// Withdraws the node's open intents, or only that of one command.
    pub(super) fn withdraw(
        &mut self,
        node: NodeId,
        by: Seq,
        only: Option<Seq>,
        changes: &mut Vec<Change>,
    ) {
        let outcome = Outcome::Cancelled { by };
        match only {
            None => self.end_all(node, &outcome, changes),
            Some(seq) => self.withdraw_one(node, seq, &outcome, changes),
        }
    }

    /// Ends everything that is open on the node.
    pub(super) fn end_all(&mut self, node: NodeId, outcome: &Outcome, changes: &mut Vec<Change>) {
        self.end_waiting(node, outcome, changes);
        if let Some(running) = self.take_running(node, |_| true) {
            self.end_joint(node, running.seq, &running.joined, outcome, changes);
        }
    }

    /// Ends everything that waits on the node.
    pub(super) fn end_waiting(
        &mut self,
        node: NodeId,
        outcome: &Outcome,
        changes: &mut Vec<Change>,
    ) {
        for seq in core::mem::take(&mut self.lane(node).waiting) {
            self.end(node, seq, outcome.clone(), changes);
        }
    }

    fn withdraw_one(
        &mut self,
        node: NodeId,
        seq: Seq,
        outcome: &Outcome,
        changes: &mut Vec<Change>,
    ) {
        let open = self.seen(node).open().find(|intent| intent.seq == seq);
        let Some(state) = open.map(|intent| intent.state.clone()) else { return };
        match state {
            IntentState::Waiting => self.lane(node).waiting.retain(|waiting| *waiting != seq),
            IntentState::Joined { .. } => {
                if let Some(running) = &mut self.lane(node).running {
                    running.joined.retain(|joined| *joined != seq);
                }
            }
            IntentState::Running => {
                self.withdraw_running(node, seq, outcome, changes);
                return;
            }
            IntentState::Refused(_) | IntentState::Ended(_) => return,
        }
        self.end(node, seq, outcome.clone(), changes);
    }

    /// The running intent is taken back; whoever had joined it still wants what it asked for.
    fn withdraw_running(
        &mut self,
        node: NodeId,
        seq: Seq,
        outcome: &Outcome,
        changes: &mut Vec<Change>,
    ) {
        let Some(running) = self.take_running(node, |_| true) else { return };
        self.end(node, seq, outcome.clone(), changes);
        match running.joined.clone().split_first() {
            Some((next, rest)) => self.resume(node, *next, rest, running, changes),
            None => self.begin_waiting(node, changes),
        }
    }

    /// The node's operation goes. What it ordered leaves its trace.
    fn take_running(&mut self, node: NodeId, which: impl Fn(&Running) -> bool) -> Option<Running> {
        let running = *self.lane(node).running.take_if(|running| which(running))?;
        let (action, now) = (self.commands[&running.seq].command.action, self.now);
        self.lane(node).traces.note(action, now);
        Some(running)
    }

    /// The first of those that had joined carries on with its own operation.
    fn resume(
        &mut self,
        node: NodeId,
        seq: Seq,
        rest: &[Seq],
        older: Running,
        changes: &mut Vec<Change>,
    ) {
        self.begin(node, seq);
        for joined in rest {
            self.lane(node).set(*joined, IntentState::Joined { into: seq });
        }
        if let Some(running) = &mut self.lane(node).running {
            running.joined = rest.to_vec();
            // one whose batch had not begun had no deadline yet
            let later = Some(older.deadline).filter(|_| older.started != Millis::MAX);
            running.deadline = running.deadline.max(later.unwrap_or(0));
        }
        let at = self.started(node);
        changes.push(Change::Began { node, seq, at });
        self.join_batches(node, seq, changes);
    }

    fn begin_waiting(&mut self, node: NodeId, changes: &mut Vec<Change>) {
        if let Some(seq) = self.lane(node).waiting.pop_front() {
            self.begin(node, seq);
            let at = self.started(node);
            changes.push(Change::Began { node, seq, at });
        }
    }

    fn started(&self, node: NodeId) -> Millis {
        self.seen(node).running.as_ref().map_or(self.now, |running| running.started)
    }

    fn end_joint(
        &mut self,
        node: NodeId,
        seq: Seq,
        joined: &[Seq],
        outcome: &Outcome,
        changes: &mut Vec<Change>,
    ) {
        self.end(node, seq, outcome.clone(), changes);
        for newer in joined {
            let merged = Outcome::Merged { into: seq, result: outcome.clone().into() };
            self.end(node, *newer, merged, changes);
        }
    }

    fn end(&mut self, node: NodeId, seq: Seq, outcome: Outcome, changes: &mut Vec<Change>) {
        self.lane(node).set(seq, IntentState::Ended(outcome.clone()));
        changes.push(Change::Ended { node, seq, outcome: outcome.clone() });
        self.batch_ended(node, seq, &outcome, changes);
    }
}
