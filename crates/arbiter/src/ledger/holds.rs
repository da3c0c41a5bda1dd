//! Named, expiring "leave this node alone".
//!
//! A hold ends by its own time without any record: whoever asks says at which time.

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::decide::Refusal;
use super::{Change, Ledger, NodeId};
use crate::record::{Held, Released};
use crate::{Millis, Seq};

/// A hold that was placed.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct HoldEntry {
    /// The holder.
    pub by: Box<str>,
    /// Through which door.
    pub door: Box<str>,
    /// Why.
    pub reason: Box<str>,
    /// Since when.
    pub since: Millis,
    /// Until when.
    pub until: Millis,
    pub(super) nodes: u32,
}

impl Ledger {
    /// The hold that keeps `by` from acting on the node at that time, if any.
    #[must_use]
    pub fn hold_against(&self, at: Millis, node: NodeId, by: &str) -> Option<&HoldEntry> {
        self.live_holds(at, node).map(|(_, hold)| hold).find(|hold| &*hold.by != by)
    }

    /// The holds on the node that are live at that time, with the seq of the record that placed them.
    pub fn live_holds(&self, at: Millis, node: NodeId) -> impl Iterator<Item = (Seq, &HoldEntry)> {
        let entries = self.seen(node).holds.iter().map(|seq| (*seq, &self.holds[seq]));
        entries.filter(move |(_, hold)| hold.until > at)
    }

    pub(super) fn apply_held(&mut self, seq: Seq, held: &Held, changes: &mut Vec<Change>) {
        let hold = HoldEntry {
            by: held.by.clone(),
            door: held.door.clone(),
            reason: held.reason.clone(),
            since: self.now,
            until: self.now.saturating_add(held.for_ms),
            nodes: 0,
        };
        self.each(&held.nodes, |ledger, node| {
            match ledger.hold_against(ledger.now, node, &held.by).map(Refusal::from) {
                Some(refusal) => changes.push(Change::Withheld { node, seq, refusal }),
                None => ledger.place_hold(node, seq, &hold, changes),
            }
        });
    }

    pub(super) fn place_hold(
        &mut self,
        node: NodeId,
        seq: Seq,
        hold: &HoldEntry,
        changes: &mut Vec<Change>,
    ) {
        self.drop_holds(node, |ledger, old| {
            ledger.holds[&old].by == hold.by || ledger.holds[&old].until <= ledger.now
        });
        self.holds.entry(seq).or_insert_with(|| hold.clone()).nodes += 1;
        self.lane(node).holds.push(seq);
        changes.push(Change::HoldChanged { node });
    }

    pub(super) fn apply_released(&mut self, released: &Released, changes: &mut Vec<Change>) {
        self.each(&released.nodes, |ledger, node| {
            let before = ledger.seen(node).holds.len();
            ledger.drop_holds(node, |ledger, hold| {
                released.anybodys || ledger.holds[&hold].by == released.by
            });
            if ledger.seen(node).holds.len() != before {
                changes.push(Change::HoldChanged { node });
            }
        });
    }

    fn drop_holds(&mut self, node: NodeId, ends: impl Fn(&Self, Seq) -> bool) {
        let (gone, kept): (Vec<Seq>, Vec<Seq>) =
            self.seen(node).holds.iter().partition(|hold| ends(self, **hold));
        self.lane(node).holds = kept;
        for seq in gone {
            self.forget_hold(seq);
        }
    }

    fn forget_hold(&mut self, seq: Seq) {
        let Some(hold) = self.holds.get_mut(&seq) else { return };
        hold.nodes -= 1;
        if hold.nodes == 0 {
            self.holds.remove(&seq);
        }
    }
}
