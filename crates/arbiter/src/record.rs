//! What the journal holds: every fact that a verdict or a restart depends on.
//!
//! Records say what was asked and what was done. Who wins is not in them: that is the ledger's fold.

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::string::String;

use nodeset::NodeSet;
use serde::{Deserialize, Serialize};

use crate::action::{Action, Boot, Step};
use crate::{Millis, Seq};

/// One entry of the journal.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Record {
    /// Somebody asked for an action.
    Command(Box<Command>),
    /// Somebody takes open intents back.
    Withdrawn(Withdrawn),
    /// Somebody asks that nodes be left alone.
    Held(Held),
    /// A hold ends before its time.
    Released(Released),
    /// An agent leads a cluster from here on; the record's seq is its epoch.
    Led {
        /// Which cluster.
        cluster: Box<str>,
        /// Which agent.
        agent: Box<str>,
    },
    /// A step is about to be taken, or was seen, by the leader of that epoch.
    Fired {
        /// Which cluster.
        cluster: Box<str>,
        /// The leader's epoch.
        epoch: Seq,
        /// The intent's command.
        seq: Seq,
        /// Which step.
        step: Step,
        /// The newest record that the leader had seen when it asked what the step rests on.
        #[serde(default = "everything")]
        seen: Seq,
        /// On which nodes.
        nodes: NodeSet,
    },
    /// The leader of that epoch is done with an intent.
    Settled {
        /// Which cluster.
        cluster: Box<str>,
        /// The leader's epoch.
        epoch: Seq,
        /// The intent's command.
        seq: Seq,
        /// The newest record that the leader had seen when it decided.
        seen: Seq,
        /// How it ended.
        outcome: Settlement,
        /// On which nodes.
        nodes: NodeSet,
    },
}

/// One request for an action on a node set, with everything that its verdict depends on.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Command {
    /// What is asked.
    pub action: Action,
    /// Of which nodes; explicit names, never groups.
    pub nodes: NodeSet,
    /// The cluster that the nodes belong to.
    pub cluster: Box<str>,
    /// Who asks.
    pub by: Box<str>,
    /// Through which door.
    pub door: Box<str>,
    /// Why, in the caller's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Box<str>>,
    /// The caller's own number for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sequence: Option<u64>,
    /// Refuse it unless this is still the newest intent of the node.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub if_newest: Option<Seq>,
    /// The caller's idempotency key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<Box<str>>,
    /// What to do when it meets a running operation.
    #[serde(default)]
    pub policy: Policy,
    /// Nodes with another policy than `policy`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub exceptions: BTreeMap<NodeSet, Policy>,
    /// Place a hold for the caller together with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hold: Option<HoldTerms>,
    /// Set this boot override before power is applied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub boot: Option<Boot>,
    /// For `soft` and `soft-cycle`: after this span go on as `off` does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub force_after_ms: Option<Millis>,
    /// Begin with a few nodes at a time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub batch: Option<Batch>,
    /// How long the operation may take from its start.
    pub deadline_ms: Millis,
}

/// How a command goes through its nodes, in the order of their names: the next few begin when all of the
/// former ones have ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Batch {
    /// How many nodes begin at a time; at least 1.
    pub size: u32,
    /// How long to wait between the end of one batch and the beginning of the next.
    #[serde(default)]
    pub delay_ms: Millis,
    /// When so many nodes have failed, those that have not begun are taken back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stop_after: Option<u32>,
}

impl Command {
    /// One that asks for an action and for nothing else: by whom and through which door, and how long it may take in
    /// milliseconds. The rest is set where it is wanted.
    #[must_use]
    pub fn plain(
        action: Action,
        nodes: NodeSet,
        (cluster, by, door): (&str, &str, &str),
        deadline_ms: Millis,
    ) -> Self {
        Self {
            action,
            nodes,
            cluster: cluster.into(),
            by: by.into(),
            door: door.into(),
            reason: None,
            sequence: None,
            if_newest: None,
            key: None,
            policy: Policy::default(),
            exceptions: BTreeMap::new(),
            hold: None,
            boot: None,
            force_after_ms: None,
            batch: None,
            deadline_ms,
        }
    }

    /// The policy that holds for that node.
    #[must_use]
    pub fn policy_for(&self, node: &str) -> Policy {
        let exception = self.exceptions.iter().find(|(nodes, _)| nodes.contains(node));
        exception.map_or(self.policy, |(_, policy)| *policy)
    }
}

/// Steps that were put on record before `seen` was hold for everybody.
const fn everything() -> Seq {
    Seq::MAX
}

/// What to do when a newer command meets a running operation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Policy {
    /// The newest wins; equal ones merge.
    #[default]
    Supersede,
    /// Every action is carried out in turn; at most `limit` wait.
    Queue {
        /// How many may wait behind the running one.
        limit: u16,
    },
    /// One runs, one waits, more are refused.
    Next,
}

/// The terms of a hold that is placed with a command.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct HoldTerms {
    /// Why the node is to be left alone.
    pub reason: Box<str>,
    /// For how long, from the record's own time.
    pub for_ms: Millis,
}

/// Open intents are taken back.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Withdrawn {
    /// On which nodes.
    pub nodes: NodeSet,
    /// By whom.
    pub by: Box<str>,
    /// Through which door.
    pub door: Box<str>,
    /// Only the intents of this command.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seq: Option<Seq>,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Box<str>>,
}

/// Nodes are to be left alone by everybody but the holder.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Held {
    /// Which nodes.
    pub nodes: NodeSet,
    /// The holder.
    pub by: Box<str>,
    /// Through which door.
    pub door: Box<str>,
    /// Why.
    pub reason: Box<str>,
    /// For how long, from the record's own time.
    pub for_ms: Millis,
}

/// Holds end.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Released {
    /// On which nodes.
    pub nodes: NodeSet,
    /// By whom.
    pub by: Box<str>,
    /// Through which door.
    pub door: Box<str>,
    /// Also holds of others. Who may do that is decided at the door.
    #[serde(default)]
    pub anybodys: bool,
}

/// How the leader ended an intent. The other outcomes are the fold's.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Settlement {
    /// The machine itself was read in the goal, and the event happened.
    Confirmed,
    /// It was given up, for this last cause.
    Failed(String),
    /// An at-most-once step may or may not have happened.
    Uncertain(String),
}
