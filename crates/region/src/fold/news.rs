//! What people are told of a record once it is folded in: events and numbers.
//! It changes no state of the fold.

use std::collections::BTreeMap;

use api::What;
use arbiter::{Change, Millis, NodeId, Outcome, Record, Seq};
use nodeset::NodeSet;

use super::{Fold, Page};
use crate::convert::{action, door};
use crate::events::Ring;
use crate::metrics::Metrics;

impl Fold {
    /// Tells what the record did.
    pub(super) fn tell(
        &self,
        seq: Seq,
        at: Millis,
        record: &Record,
        changes: &[Change],
        ring: &Ring,
        metrics: &Metrics,
    ) {
        let page = self.book.page(seq);
        if let (Record::Command(_), Some(page)) = (record, page) {
            self.tell_command(seq, at, page, ring, metrics);
        }
        let mut ended: BTreeMap<(Seq, &Outcome), Vec<NodeId>> = BTreeMap::new();
        let mut holds = Vec::new();
        for change in changes {
            match change {
                Change::Ended { node, seq, outcome } => {
                    ended.entry((*seq, outcome)).or_default().push(*node);
                }
                Change::HoldChanged { node } => holds.push(*node),
                Change::Judged { .. }
                | Change::Repeated { .. }
                | Change::Marked { .. }
                | Change::Began { .. }
                | Change::Withheld { .. }
                | Change::Led { .. } => {}
            }
        }
        for ((seq, outcome), nodes) in ended {
            self.count_end(seq, at, outcome, nodes.len(), metrics);
            let what = What::Outcome { seq, outcome: self.outcome(outcome) };
            // a large command ends on many nodes, one after the other
            ring.push_soon(at, self.names(nodes), what);
        }
        for (what, nodes) in self.holds(at, holds) {
            ring.push(at, nodes, what);
        }
    }

    fn tell_command(&self, seq: Seq, at: Millis, page: &Page, ring: &Ring, metrics: &Metrics) {
        let command = &page.command;
        let what = What::Command {
            seq,
            action: action(command.action),
            by: command.by.to_string(),
            door: door(&command.door),
            reason: command.reason.as_deref().map(str::to_owned),
        };
        ring.push(at, command.nodes.clone(), what);
        for group in self.verdicts(page) {
            metrics.judged(command, &group.what, group.nodes.len());
            ring.push(at, group.nodes, What::Verdict { seq, verdict: group.what });
        }
    }

    fn count_end(&self, seq: Seq, at: Millis, outcome: &Outcome, count: usize, metrics: &Metrics) {
        let Some(page) = self.book.page(seq) else { return };
        metrics.ended(&page.command, outcome, count, at.saturating_sub(page.at));
    }

    /// Who holds these nodes now.
    fn holds(&self, at: Millis, nodes: Vec<NodeId>) -> BTreeMap<What, NodeSet> {
        let mut groups: BTreeMap<What, Vec<NodeId>> = BTreeMap::new();
        for node in nodes {
            let hold = self.ledger.live_holds(at, node).next().map(|(_, hold)| hold);
            let what = What::Hold {
                holder: hold.map(|hold| hold.by.to_string()),
                reason: hold.map(|hold| hold.reason.to_string()),
                until_at_ms: hold.map(|hold| hold.until),
            };
            groups.entry(what).or_default().push(node);
        }
        groups.into_iter().map(|(what, nodes)| (what, self.names(nodes))).collect()
    }
}
