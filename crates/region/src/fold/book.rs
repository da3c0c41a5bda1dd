//! What became of recent commands, for longer than each node remembers, and of other records.
//! It is bounded, and a restart writes it anew from the journal.

use std::collections::{BTreeMap, BTreeSet};

use arbiter::{
    Action, Change, Command, Course, Ledger, Millis, NodeId, Outcome, Record, Refusal, Seq, Step,
    Verdict,
};

use super::IsThere;

/// How many commands are kept, unless they are open.
const PAGES_MAX: usize = 20_000;
/// How many nodes of commands are kept, unless they are open.
const CELLS_MAX: usize = 4_000_000;
/// How many other records are kept.
const NOTES_MAX: usize = 4_000;

/// The kept commands and other records.
#[derive(Debug, Default)]
pub(crate) struct Book {
    pages: BTreeMap<Seq, Page>,
    notes: BTreeMap<Seq, Note>,
    cells: usize,
}

/// One command.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) command: Box<Command>,
    pub(crate) at: Millis,
    pub(crate) count: usize,
    /// What it did at first, and on which nodes; whether the node was there already.
    pub(crate) verdicts: Vec<((Verdict, bool), Ids)>,
    /// How it ended.
    pub(crate) ended: BTreeMap<Outcome, Ends>,
    /// Where it has not ended.
    pub(crate) open: BTreeSet<NodeId>,
    /// Where orders went to the second way.
    pub(crate) escalated: BTreeSet<NodeId>,
}

/// The nodes on which a command ended in one way, and when: both in the same order.
#[derive(Debug, Default)]
pub(crate) struct Ends {
    pub(crate) nodes: Vec<NodeId>,
    /// Milliseconds since the command.
    after_ms: Vec<u32>,
}

/// Some of a command's nodes, or all of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Ids {
    All,
    Some(Vec<NodeId>),
}

/// A record other than a command, and what it did.
#[derive(Debug, Default)]
pub(crate) struct Note {
    pub(crate) by: Box<str>,
    pub(crate) door: Box<str>,
    pub(crate) reason: Option<Box<str>>,
    /// The command that it repeats.
    pub(crate) repeats: Option<Seq>,
    /// The intents that it ended, by command.
    pub(crate) ended: BTreeMap<Seq, Vec<NodeId>>,
    /// Where it was refused.
    pub(crate) withheld: BTreeMap<Refusal, Vec<NodeId>>,
    /// Where it changed a hold.
    pub(crate) holds: Vec<NodeId>,
}

impl Book {
    pub(crate) fn page(&self, seq: Seq) -> Option<&Page> {
        self.pages.get(&seq)
    }

    pub(crate) fn note(&self, seq: Seq) -> Option<&Note> {
        self.notes.get(&seq)
    }

    /// The commands, newest first, older than that one.
    pub(crate) fn pages_before(&self, before: Seq) -> impl Iterator<Item = (Seq, &Page)> {
        self.pages.range(..before).rev().map(|(seq, page)| (*seq, page))
    }

    /// Writes down what a record did.
    pub(super) fn write(
        &mut self,
        ledger: &Ledger,
        seq: Seq,
        record: &Record,
        changes: &[Change],
        is_there: IsThere<'_>,
    ) {
        match record {
            Record::Command(command) => self.write_command(ledger, seq, command, changes, is_there),
            Record::Withdrawn(it) => {
                self.note_down(seq, &it.by, &it.door, it.reason.as_deref(), changes)
            }
            Record::Held(it) => self.note_down(seq, &it.by, &it.door, Some(&it.reason), changes),
            Record::Released(it) => self.note_down(seq, &it.by, &it.door, None, changes),
            Record::Led { .. } | Record::Fired { .. } | Record::Settled { .. } => {}
        }
        for change in changes {
            if let Change::Ended { node, seq, outcome } = change {
                self.end(*node, *seq, outcome, ledger.now());
            } else if let Change::Marked { node, seq, step: Step::Escalated } = change
                && let Some(page) = self.pages.get_mut(seq)
            {
                page.escalated.insert(*node);
            }
        }
        self.forget();
    }

    fn write_command(
        &mut self,
        ledger: &Ledger,
        seq: Seq,
        command: &Command,
        changes: &[Change],
        is_there: IsThere<'_>,
    ) {
        if let Some(Change::Repeated { of, .. }) = changes.first() {
            self.notes.insert(seq, Note { repeats: Some(*of), ..Note::default() });
            return;
        }
        let at = ledger.now();
        let goal = command.action.goal().filter(|_| is_level(command));
        let already = |node: NodeId, verdict: &Verdict| {
            let runs = *verdict == Verdict::Accepted(Course::Run);
            runs && goal.is_some_and(|goal| is_there(ledger.name(node), goal, at))
        };
        let page = Page::new(command, at, changes, already);
        self.cells += page.count;
        self.pages.insert(seq, page);
    }

    fn note_down(
        &mut self,
        seq: Seq,
        by: &str,
        door: &str,
        reason: Option<&str>,
        changes: &[Change],
    ) {
        let mut note = Note {
            by: by.into(),
            door: door.into(),
            reason: reason.map(Into::into),
            ..Note::default()
        };
        for change in changes {
            match change {
                Change::Ended { node, seq, .. } => note.ended.entry(*seq).or_default().push(*node),
                Change::Withheld { node, refusal, .. } => {
                    note.withheld.entry(refusal.clone()).or_default().push(*node);
                }
                Change::HoldChanged { node } => note.holds.push(*node),
                Change::Judged { .. }
                | Change::Repeated { .. }
                | Change::Marked { .. }
                | Change::Began { .. }
                | Change::Led { .. } => {}
            }
        }
        self.notes.insert(seq, note);
    }

    fn end(&mut self, node: NodeId, seq: Seq, outcome: &Outcome, at: Millis) {
        let Some(page) = self.pages.get_mut(&seq) else { return };
        if page.open.remove(&node) {
            let after_ms = u32::try_from(at.saturating_sub(page.at)).unwrap_or(u32::MAX);
            // looked up by reference: an outcome is copied once for all of its nodes
            if !page.ended.contains_key(outcome) {
                page.ended.insert(outcome.clone(), Ends::default());
            }
            if let Some(ends) = page.ended.get_mut(outcome) {
                ends.nodes.push(node);
                ends.after_ms.push(after_ms);
            }
        }
    }

    fn forget(&mut self) {
        while self.pages.len() > PAGES_MAX || self.cells > CELLS_MAX {
            let closed = self.pages.iter().find(|(_, page)| page.open.is_empty());
            let Some(seq) = closed.map(|(seq, _)| *seq) else { break };
            if let Some(page) = self.pages.remove(&seq) {
                self.cells -= page.count;
            }
        }
        while self.notes.len() > NOTES_MAX {
            self.notes.pop_first();
        }
    }
}

impl Page {
    /// When it ended in that way on the node.
    pub(crate) fn ended_at(&self, node: NodeId, outcome: &Outcome) -> Option<Millis> {
        let ends = self.ended.get(outcome)?;
        let place = ends.nodes.iter().position(|it| *it == node)?;
        Some(self.at + Millis::from(*ends.after_ms.get(place)?))
    }

    /// After how many milliseconds the quickest node was confirmed of those that were not in the goal before.
    pub(crate) fn quickest_ms(&self) -> Option<Millis> {
        let driven = |((verdict, already), _): &&((Verdict, bool), Ids)| {
            *verdict == Verdict::Accepted(Course::Run) && !already
        };
        let (_, ids) = self.verdicts.iter().find(driven)?;
        let ends = self.ended.get(&Outcome::Confirmed)?;
        let ids: Option<BTreeSet<&NodeId>> = match ids {
            Ids::All => None,
            Ids::Some(ids) => Some(ids.iter().collect()),
        };
        let times = ends.nodes.iter().zip(&ends.after_ms);
        let times = times.filter(|(node, _)| ids.as_ref().is_none_or(|ids| ids.contains(node)));
        times.map(|(_, after_ms)| Millis::from(*after_ms)).min()
    }

    fn new(
        command: &Command,
        at: Millis,
        changes: &[Change],
        already: impl Fn(NodeId, &Verdict) -> bool,
    ) -> Self {
        let mut groups: BTreeMap<(Verdict, bool), Vec<NodeId>> = BTreeMap::new();
        let mut open = Vec::new();
        let mut count = 0;
        for change in changes {
            let Change::Judged { node, verdict, .. } = change else { continue };
            count += 1;
            if matches!(verdict, Verdict::Accepted(_)) {
                open.push(*node);
            }
            groups.entry((verdict.clone(), already(*node, verdict))).or_default().push(*node);
        }
        let whole = |ids: Vec<NodeId>| if ids.len() == count { Ids::All } else { Ids::Some(ids) };
        let open = BTreeSet::from_iter(open);
        let verdicts = groups.into_iter().map(|(verdict, ids)| (verdict, whole(ids))).collect();
        let (command, ended) = (command.clone().into(), BTreeMap::new());
        Self { command, at, count, verdicts, ended, open, escalated: BTreeSet::new() }
    }
}

/// Whether a node in the goal needs nothing more.
pub(crate) fn is_level(command: &Command) -> bool {
    let level = matches!(command.action, Action::On | Action::Off | Action::Soft);
    level && command.boot.is_none()
}
