//! The fold of the journal: who asked what, who wins, what became of it.
//!
//! Every reader that applies the same records gets the same ledger. It knows nothing of what BMCs said.

mod batch;
mod commands;
mod decide;
mod holds;
mod lane;
mod outcome;
mod query;
mod settle;

#[cfg(test)]
mod tests;

use alloc::boxed::Box;
use alloc::collections::{BTreeMap, VecDeque};
use alloc::vec::Vec;

pub use commands::CommandEntry;
pub use decide::{Course, Refusal, Verdict};
pub use holds::HoldEntry;
use lane::Lane;
pub use lane::{INTENTS_KEPT_MAX, Intent, IntentState, Kept, Traces};
pub use outcome::Outcome;
pub use query::{Charge, Standing};

use crate::action::Step;
use crate::record::Record;
use crate::{Millis, Seq};

/// How long an idempotency key is remembered: one day, measured by the records' own times.
pub const KEY_KEPT_MS: Millis = 24 * 3_600_000;

/// A caller and its idempotency key.
type Key = (Box<str>, Box<str>);

/// A node's place in one ledger. It means nothing in another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(pub u32);

/// The fold. Apply every record once, in the journal's order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Ledger {
    first: Seq,
    seq: Seq,
    now: Millis,
    ids: BTreeMap<Box<str>, NodeId>,
    names: Vec<Box<str>>,
    lanes: Vec<Lane>,
    commands: BTreeMap<Seq, CommandEntry>,
    holds: BTreeMap<Seq, HoldEntry>,
    keys: BTreeMap<Key, (Seq, Millis)>,
    keys_by_age: VecDeque<(Millis, Key)>,
    numbers: BTreeMap<Box<str>, BTreeMap<NodeId, u64>>,
    leaders: BTreeMap<Box<str>, (Seq, Box<str>)>,
}

/// What one record changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// The verdict on a command for one node.
    Judged {
        /// Whose verdict.
        node: NodeId,
        /// The command.
        seq: Seq,
        /// The verdict.
        verdict: Verdict,
    },
    /// A command repeats the caller's earlier one; nothing else happened.
    Repeated {
        /// The record that was ignored.
        seq: Seq,
        /// The command that it repeats.
        of: Seq,
    },
    /// An intent ended.
    Ended {
        /// On which node.
        node: NodeId,
        /// The command.
        seq: Seq,
        /// How.
        outcome: Outcome,
    },
    /// A step was put on record for the running intent.
    Marked {
        /// On which node.
        node: NodeId,
        /// The running intent.
        seq: Seq,
        /// Which.
        step: Step,
    },
    /// An intent became the node's operation after it had waited or joined, or its batch began.
    Began {
        /// On which node.
        node: NodeId,
        /// The command.
        seq: Seq,
        /// When it begins; `Millis::MAX` while that depends on other nodes of its command.
        at: Millis,
    },
    /// A hold was placed, renewed or ended.
    HoldChanged {
        /// On which node.
        node: NodeId,
    },
    /// A withdrawal or hold was refused because somebody else holds the node.
    Withheld {
        /// On which node.
        node: NodeId,
        /// The refused record.
        seq: Seq,
        /// Why.
        refusal: Refusal,
    },
    /// A leader took over the cluster.
    Led {
        /// Which cluster.
        cluster: Box<str>,
        /// Whether there was a leader before.
        took_over: bool,
    },
}

impl Change {
    /// The node that it concerns, unless it concerns none or all.
    #[must_use]
    pub const fn node(&self) -> Option<NodeId> {
        match self {
            Self::Judged { node, .. }
            | Self::Ended { node, .. }
            | Self::Marked { node, .. }
            | Self::Began { node, .. }
            | Self::HoldChanged { node }
            | Self::Withheld { node, .. } => Some(*node),
            Self::Repeated { .. } | Self::Led { .. } => None,
        }
    }
}

impl Ledger {
    /// An empty ledger, before the first record.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Folds one record in. `at` is the record's own time; `changes` receives what it changed.
    pub fn apply(&mut self, seq: Seq, at: Millis, record: &Record, changes: &mut Vec<Change>) {
        if self.first == 0 {
            self.first = seq;
        }
        self.seq = seq;
        self.now = self.now.max(at);
        match record {
            Record::Command(command) => self.apply_command(seq, command, changes),
            Record::Withdrawn(withdrawn) => self.apply_withdrawn(seq, withdrawn, changes),
            Record::Held(held) => self.apply_held(seq, held, changes),
            Record::Released(released) => self.apply_released(released, changes),
            Record::Led { cluster, agent } => {
                let before = self.leaders.insert(cluster.clone(), (seq, agent.clone()));
                // what retention took away may have held an earlier leader
                let took_over = before.is_some() || self.first > 1;
                changes.push(Change::Led { cluster: cluster.clone(), took_over });
            }
            Record::Fired { cluster, epoch, seq, step, seen, nodes } => {
                if self.is_current(cluster, *epoch) {
                    let mark = settle::Marking { seq: *seq, step: *step, seen: *seen };
                    self.each(nodes, |ledger, node| ledger.mark(node, &mark, changes));
                }
            }
            Record::Settled { cluster, epoch, seq, seen, outcome, nodes } => {
                if self.is_current(cluster, *epoch) {
                    let end = settle::Settling { seq: *seq, seen: *seen, outcome };
                    self.each(nodes, |ledger, node| ledger.settle(node, &end, changes));
                }
            }
        }
    }

    /// The newest record folded in.
    #[must_use]
    pub const fn seq(&self) -> Seq {
        self.seq
    }

    /// The time of the newest record folded in.
    #[must_use]
    pub const fn now(&self) -> Millis {
        self.now
    }

    /// The node's place, if any record named it.
    #[must_use]
    pub fn id(&self, node: &str) -> Option<NodeId> {
        self.ids.get(node).copied()
    }

    /// The node's name.
    ///
    /// # Panics
    /// When the id is not of this ledger.
    #[must_use]
    pub fn name(&self, node: NodeId) -> &str {
        &self.names[node.0 as usize]
    }

    /// The node's place, which is made if no record named it yet. It changes no verdict.
    pub fn intern(&mut self, node: &str) -> NodeId {
        if let Some(id) = self.ids.get(node) {
            return *id;
        }
        let id = NodeId(u32::try_from(self.lanes.len()).expect("fewer than 2^32 nodes"));
        self.ids.insert(node.into(), id);
        self.names.push(node.into());
        self.lanes.push(Lane::default());
        id
    }

    /// The epoch of the cluster's leader: the seq of its newest `Led`.
    #[must_use]
    pub fn epoch(&self, cluster: &str) -> Option<Seq> {
        self.leaders.get(cluster).map(|(epoch, _)| *epoch)
    }

    /// The name of the agent that leads the cluster.
    #[must_use]
    pub fn leader(&self, cluster: &str) -> Option<&str> {
        self.leaders.get(cluster).map(|(_, agent)| &**agent)
    }

    fn is_current(&self, cluster: &str, epoch: Seq) -> bool {
        self.epoch(cluster) == Some(epoch)
    }

    fn each(&mut self, nodes: &nodeset::NodeSet, mut act: impl FnMut(&mut Self, NodeId)) {
        for name in nodes.iter() {
            let node = self.intern(&name);
            act(self, node);
        }
    }

    fn lane(&mut self, node: NodeId) -> &mut Lane {
        &mut self.lanes[node.0 as usize]
    }

    fn seen(&self, node: NodeId) -> &Lane {
        &self.lanes[node.0 as usize]
    }
}
