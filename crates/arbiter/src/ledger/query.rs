//! What readers ask of a ledger.

use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use super::commands::CommandEntry;
use super::holds::HoldEntry;
use super::lane::{Intent, Kept, Traces};
use super::{Ledger, NodeId};
use crate::action::{Action, Boot, Order, Step, Steps};
use crate::{Millis, Seq};

/// What the agent is to carry out on a node.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Charge {
    /// The intent's command.
    pub seq: Seq,
    /// The newest intent that shares it; its own if none does.
    pub newest: Seq,
    /// What to do.
    pub action: Action,
    /// What to set before power is applied.
    pub boot: Option<Boot>,
    /// When it began to run, or will; `Millis::MAX` while that depends on other nodes of its command.
    pub started: Millis,
    /// When to give up.
    pub deadline: Millis,
    /// For `soft` and `soft-cycle`: the span after which to go on as `off` does.
    pub force_after: Option<Millis>,
    /// The steps on record.
    pub steps: Steps,
}

impl Charge {
    /// The order of on or off that it comes to next, as far as its steps tell.
    #[must_use]
    pub const fn next_order(&self) -> Option<Order> {
        let dropped = self.steps.has(Step::Dropped);
        match self.action {
            Action::On => Some(Order::On),
            Action::Off | Action::Soft => Some(Order::Off),
            Action::Cycle | Action::SoftCycle if dropped => Some(Order::On),
            Action::Cycle | Action::SoftCycle => Some(Order::Off),
            Action::Reset if dropped => Some(Order::On),
            Action::Reset | Action::Nmi => None,
        }
    }
}

/// A node's standing for its operation: what to do, what to keep, what forbids it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Standing {
    /// The running intent.
    pub charge: Option<Charge>,
    /// The goal of the newest intent, if that one was confirmed.
    pub kept: Option<Kept>,
    /// Until when somebody else's hold forbids firing.
    pub held_until: Option<Millis>,
}

impl Ledger {
    /// The node's standing at that time.
    #[must_use]
    pub fn standing(&self, at: Millis, node: NodeId) -> Standing {
        let charge = self.charge(node);
        let kept = self.seen(node).kept;
        let whose = charge.as_ref().map(|charge| charge.seq).or(kept.map(|kept| kept.seq));
        Standing { held_until: self.held_until(at, node, whose), charge, kept }
    }

    /// A command that some node still remembers.
    #[must_use]
    pub fn command(&self, seq: Seq) -> Option<&CommandEntry> {
        self.commands.get(&seq)
    }

    /// The commands that some node still remembers, oldest first.
    pub fn commands(&self) -> impl DoubleEndedIterator<Item = (Seq, &CommandEntry)> {
        self.commands.iter().map(|(seq, entry)| (*seq, entry))
    }

    /// The node's intents that are remembered, oldest first.
    #[must_use]
    pub fn intents(&self, node: NodeId) -> &[Intent] {
        &self.seen(node).intents
    }

    /// What became of that command on the node, if it is remembered.
    #[must_use]
    pub fn intent(&self, node: NodeId, seq: Seq) -> Option<&Intent> {
        self.intents(node).iter().rev().find(|intent| intent.seq == seq)
    }

    /// The node's running intent and those that joined it.
    #[must_use]
    pub fn running(&self, node: NodeId) -> Option<(Seq, &[Seq])> {
        let running = self.seen(node).running.as_ref()?;
        Some((running.seq, &running.joined))
    }

    /// The newest accepted intent of the node; 0 if there is none.
    #[must_use]
    pub fn newest(&self, node: NodeId) -> Seq {
        self.seen(node).newest
    }

    /// Every node that a record or the inventory named.
    pub fn nodes(&self) -> impl Iterator<Item = (NodeId, &str)> {
        (0..).map(NodeId).zip(self.names.iter().map(|name| &**name))
    }

    /// The oldest record that still matters: of open intents and live holds. Retention stops before it.
    #[must_use]
    pub fn floor(&self, at: Millis) -> Option<Seq> {
        let open = self.lanes.iter().flat_map(|lane| lane.open().map(|intent| intent.seq));
        let held = self.holds.iter().filter(|(_, hold)| hold.until > at).map(|(seq, _)| *seq);
        open.chain(held).min()
    }

    /// The holds that are live at that time, with their nodes' ids.
    #[must_use]
    pub fn holds(&self, at: Millis) -> Vec<(Seq, &HoldEntry, Vec<NodeId>)> {
        let live: BTreeSet<Seq> =
            self.holds.iter().filter(|(_, hold)| hold.until > at).map(|(seq, _)| *seq).collect();
        let nodes_of = |seq: Seq| {
            let ids = (0..).map(NodeId).zip(&self.lanes);
            ids.filter(|(_, lane)| lane.holds.contains(&seq)).map(|(id, _)| id).collect()
        };
        live.into_iter().map(|seq| (seq, &self.holds[&seq], nodes_of(seq))).collect()
    }

    /// Until when the node may have been ordered where, if whoever carried it out is gone at that time.
    #[must_use]
    pub fn traces(&self, at: Millis, node: NodeId) -> Traces {
        let mut traces = self.seen(node).traces;
        if let Some(charge) = self.charge(node) {
            traces.note(charge.action, at);
        }
        traces
    }

    fn charge(&self, node: NodeId) -> Option<Charge> {
        let running = self.seen(node).running.as_ref()?;
        let command = &self.commands[&running.seq].command;
        Some(Charge {
            seq: running.seq,
            newest: running.joined.last().copied().unwrap_or(running.seq),
            action: command.action,
            boot: command.boot,
            started: running.started,
            deadline: running.deadline,
            force_after: command.force_after_ms,
            steps: running.steps,
        })
    }

    /// The latest end of the holds by others than the owner of that intent.
    fn held_until(&self, at: Millis, node: NodeId, whose: Option<Seq>) -> Option<Millis> {
        let owner = whose.and_then(|seq| self.commands.get(&seq)).map(|entry| &entry.command.by);
        let others = self.live_holds(at, node).filter(|(_, hold)| Some(&hold.by) != owner);
        others.map(|(_, hold)| hold.until).max()
    }
}
