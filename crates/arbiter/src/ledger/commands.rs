//! Commands and withdrawals: verdicts become state here.
//!
//! The rules that make the verdict are in `decide`; how intents end is in `settle`.

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::batch::Batches;
use super::decide::{Course, Refusal, Verdict};
use super::holds::HoldEntry;
use super::lane::{IntentState, Running};
use super::outcome::Outcome;
use super::{Change, KEY_KEPT_MS, Ledger, NodeId};
use crate::action::Steps;
use crate::record::{Command, Withdrawn};
use crate::{Millis, Seq};

/// A command that some node still remembers.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CommandEntry {
    /// What was asked.
    pub command: Box<Command>,
    /// When it was accepted.
    pub at: Millis,
    pub(super) nodes: u32,
    pub(super) batches: Option<Box<Batches>>,
}

impl Ledger {
    pub(super) fn apply_command(&mut self, seq: Seq, command: &Command, changes: &mut Vec<Change>) {
        self.forget_old_keys();
        if let Some(of) = self.repeated(self.now, command) {
            changes.push(Change::Repeated { seq, of });
            return;
        }
        self.remember_key(seq, command);
        let batches = command.batch.map(|_| Box::default());
        let command_entry = command.clone().into();
        let entry = CommandEntry { command: command_entry, at: self.now, nodes: 0, batches };
        self.commands.insert(seq, entry);
        self.each(&command.nodes, |ledger, node| ledger.judge(node, seq, command, changes));
        self.begin_batch(seq, self.now, changes);
        self.forget_command(seq);
    }

    pub(super) fn apply_withdrawn(
        &mut self,
        seq: Seq,
        withdrawn: &Withdrawn,
        changes: &mut Vec<Change>,
    ) {
        self.each(&withdrawn.nodes, |ledger, node| {
            match ledger.hold_against(ledger.now, node, &withdrawn.by).map(Refusal::from) {
                Some(refusal) => changes.push(Change::Withheld { node, seq, refusal }),
                None => ledger.withdraw(node, seq, withdrawn.seq, changes),
            }
        });
    }

    fn judge(&mut self, node: NodeId, seq: Seq, command: &Command, changes: &mut Vec<Change>) {
        let verdict = self.decide(self.now, node, command);
        self.remember_number(node, command, &verdict);
        changes.push(Change::Judged { node, seq, verdict: verdict.clone() });
        match verdict {
            Verdict::Refused(refusal) => self.lane(node).set(seq, IntentState::Refused(refusal)),
            Verdict::Accepted(course) => self.accept(node, seq, command, course, changes),
        }
        self.commands.get_mut(&seq).expect("it is being applied").nodes += 1;
        while let Some(old) = self.lane(node).forget_one() {
            self.release_command(old);
        }
    }

    fn accept(
        &mut self,
        node: NodeId,
        seq: Seq,
        command: &Command,
        course: Course,
        changes: &mut Vec<Change>,
    ) {
        self.lane(node).newest = seq;
        self.lane(node).kept = None;
        let batched = !matches!(course, Course::Merge { .. });
        let batches = self.commands.get_mut(&seq).and_then(|entry| entry.batches.as_deref_mut());
        if let Some(batches) = batches.filter(|_| batched) {
            batches.add(node);
        }
        match course {
            Course::Run => self.begin(node, seq),
            Course::Supersede { .. } => {
                self.end_all(node, &Outcome::Superseded { by: seq }, changes);
                self.begin(node, seq);
            }
            Course::Merge { into } => {
                self.end_waiting(node, &Outcome::Superseded { by: seq }, changes);
                self.join(node, seq, into, command.deadline_ms);
            }
            Course::Wait { .. } => {
                self.lane(node).set(seq, IntentState::Waiting);
                self.lane(node).waiting.push_back(seq);
            }
        }
        if let Some(terms) = &command.hold {
            let hold = HoldEntry {
                by: command.by.clone(),
                door: command.door.clone(),
                reason: terms.reason.clone(),
                since: self.now,
                until: self.now.saturating_add(terms.for_ms),
                nodes: 0,
            };
            self.place_hold(node, seq, &hold, changes);
        }
    }

    /// Makes the intent the node's operation, from now on or from when its batch begins.
    pub(super) fn begin(&mut self, node: NodeId, seq: Seq) {
        let entry = &self.commands[&seq];
        let waits = entry.batches.as_ref().is_some_and(|batches| !batches.has_begun(node));
        let started = if waits { Millis::MAX } else { self.now };
        let deadline = started.saturating_add(entry.command.deadline_ms);
        let lane = self.lane(node);
        lane.set(seq, IntentState::Running);
        let steps = Steps::default();
        let (joined, dropped_for) = (Vec::new(), seq);
        let running = Running { seq, joined, started, deadline, steps, dropped_for };
        lane.running = Some(running.into());
    }

    fn join(&mut self, node: NodeId, seq: Seq, into: Seq, deadline_ms: Millis) {
        let deadline = self.now.saturating_add(deadline_ms);
        let lane = self.lane(node);
        lane.set(seq, IntentState::Joined { into });
        if let Some(running) = &mut lane.running {
            running.joined.push(seq);
            running.deadline = running.deadline.max(deadline);
        }
    }

    fn remember_number(&mut self, node: NodeId, command: &Command, verdict: &Verdict) {
        let stale = matches!(verdict, Verdict::Refused(Refusal::StaleSequence { .. }));
        if let (Some(number), false) = (command.sequence, stale) {
            self.numbers.entry(command.by.clone()).or_default().insert(node, number);
        }
    }

    fn remember_key(&mut self, seq: Seq, command: &Command) {
        let Some(key) = &command.key else { return };
        let key = (command.by.clone(), key.clone());
        self.keys_by_age.push_back((self.now, key.clone()));
        self.keys.insert(key, (seq, self.now));
    }

    fn forget_old_keys(&mut self) {
        while let Some((then, _)) = self.keys_by_age.front()
            && then + KEY_KEPT_MS <= self.now
        {
            let Some((_, key)) = self.keys_by_age.pop_front() else { return };
            self.keys.remove(&key);
        }
    }

    fn release_command(&mut self, seq: Seq) {
        if let Some(entry) = self.commands.get_mut(&seq) {
            entry.nodes -= 1;
        }
        self.forget_command(seq);
    }

    fn forget_command(&mut self, seq: Seq) {
        if self.commands.get(&seq).is_some_and(|entry| entry.nodes == 0) {
            self.commands.remove(&seq);
        }
    }
}
