//! What a command will do on a node, and how its intents end.
//! It does not decide either: the fold of the journal does.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::words::{Action, Door};

/// Another command, and whose it is. All but `seq` may be forgotten already.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
pub struct Whose {
    /// Its position in the journal.
    pub seq: u64,
    /// Who gave it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// Through which door.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub door: Option<Door>,
    /// What it asked; none for a withdrawal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<Action>,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// What a command does on a node.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(tag = "does", rename_all = "kebab-case")]
pub enum Verdict {
    /// It becomes the node's operation.
    Fire,
    /// As `fire`, but the node was read in the goal already: nothing should need to be sent.
    Already,
    /// It joins a running operation.
    Merge(Whose),
    /// It takes the place of a running operation.
    Supersede(Whose),
    /// It waits for its turn behind a running operation.
    Wait(Whose),
    /// Refused: the caller's own number is not larger than its newest for this node.
    StaleSequence {
        /// The newest number that the caller sent for this node.
        newest: u64,
    },
    /// Refused: `if_newest` is not the newest intent of the node.
    StaleNewest {
        /// The newest intent of the node; seq 0 if there is none.
        newest: Whose,
    },
    /// Refused: somebody else holds the node.
    Held {
        /// The holder.
        holder: String,
        /// The holder's reason.
        reason: String,
        /// When the hold expires.
        until_at_ms: u64,
    },
    /// Refused: an operation runs, and this action does not end it.
    Busy(Whose),
    /// Refused: as many wait as may.
    Full {
        /// How many may wait.
        limit: u16,
    },
}

impl Verdict {
    /// Whether the command was accepted for these nodes.
    #[must_use]
    pub const fn is_accepted(&self) -> bool {
        matches!(
            self,
            Self::Fire | Self::Already | Self::Merge(_) | Self::Supersede(_) | Self::Wait(_)
        )
    }

    /// The word of the design: `fire`, `already`, `merge`, `supersede`, `wait`, or the refusal.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Fire => "fire",
            Self::Already => "already",
            Self::Merge(_) => "merge",
            Self::Supersede(_) => "supersede",
            Self::Wait(_) => "wait",
            Self::StaleSequence { .. } | Self::StaleNewest { .. } => "stale",
            Self::Held { .. } => "held",
            Self::Busy(_) => "busy",
            Self::Full { .. } => "full",
        }
    }
}

/// The nodes that share a verdict.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct VerdictGroup {
    /// The nodes, folded.
    pub nodes: String,
    /// How many they are.
    pub count: usize,
    /// What the command does on them.
    #[serde(flatten)]
    pub verdict: Verdict,
}

/// How an intent ended; every accepted one ends in exactly one of these.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(tag = "outcome", rename_all = "kebab-case")]
pub enum Outcome {
    /// The machine itself confirmed it.
    Confirmed,
    /// It shared an older intent's operation.
    Merged {
        /// The older intent.
        into: u64,
        /// How that one ended.
        #[schema(no_recursion)]
        result: Box<Outcome>,
    },
    /// A newer intent took its place.
    Superseded {
        /// The newer one.
        by: Whose,
    },
    /// It was withdrawn.
    Cancelled {
        /// The withdrawal.
        by: Whose,
    },
    /// It was given up.
    Failed {
        /// The last cause, in words a person can act on.
        cause: String,
    },
    /// An at-most-once step may or may not have happened.
    Uncertain {
        /// What is known.
        cause: String,
    },
}

impl Outcome {
    /// What it really came to: for a merged one, the end of the operation that it shared.
    #[must_use]
    pub fn result(&self) -> &Self {
        match self {
            Self::Merged { result, .. } => result.result(),
            Self::Confirmed
            | Self::Superseded { .. }
            | Self::Cancelled { .. }
            | Self::Failed { .. }
            | Self::Uncertain { .. } => self,
        }
    }

    /// The word of the design.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Confirmed => "confirmed",
            Self::Merged { .. } => "merged",
            Self::Superseded { .. } => "superseded",
            Self::Cancelled { .. } => "cancelled",
            Self::Failed { .. } => "failed",
            Self::Uncertain { .. } => "uncertain",
        }
    }
}

/// The nodes that share an outcome.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OutcomeGroup {
    /// The nodes, folded.
    pub nodes: String,
    /// How many they are.
    pub count: usize,
    /// How the command ended on them.
    #[serde(flatten)]
    pub outcome: Outcome,
}
