//! What happens, as it happens: the documents of `GET /api/v1/events`.
//! It does not carry everything: after a `reset` a client has to read what it needs anew.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::verdict::{Outcome, Verdict};
use crate::words::{Action, Door, OnOff, Phase, Power, Report};

/// The query of `GET /api/v1/events`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct EventQuery {
    /// Begin with a `snapshot` of every node, whose data are a `Snapshot` document, unless the events since
    /// `Last-Event-ID` are all there. One comes in place of `reset`, and whenever the inventory changed.
    /// Every 30 s an `ages` event without an id tells how old the readings are (`Ages`).
    #[serde(default)]
    pub snapshot: bool,
}

/// Something that happened to a node set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Event {
    /// When.
    pub at_ms: u64,
    /// To which nodes, folded; empty if it is about no node.
    pub nodes: String,
    /// How many they are.
    pub count: usize,
    /// What happened.
    #[serde(flatten)]
    pub what: What,
}

/// What happened. The SSE field `event` holds the same word as `kind`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum What {
    /// A command was recorded.
    Command {
        /// Its position in the journal.
        seq: u64,
        /// What is asked.
        action: Action,
        /// Who asks.
        by: String,
        /// Through which door.
        door: Door,
        /// Why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    /// What a command does on these nodes.
    Verdict {
        /// The command.
        seq: u64,
        /// The verdict.
        verdict: Verdict,
    },
    /// Intents ended.
    Outcome {
        /// The command.
        seq: u64,
        /// How.
        #[serde(flatten)]
        outcome: Outcome,
    },
    /// The power or the step of the operation changed.
    Status {
        /// The power.
        power: Power,
        /// The step.
        phase: Phase,
        /// For which command.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        seq: Option<u64>,
        /// How often the present order was fired; left out while it was not.
        #[serde(default, skip_serializing_if = "is_zero")]
        attempt: u8,
    },
    /// A hold was placed, renewed or ended.
    Hold {
        /// The holder now; none if it ended.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        holder: Option<String>,
        /// Why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
        /// Until when.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until_at_ms: Option<u64>,
    },
    /// Somebody told what they saw of nodes that only people switch.
    Observed {
        /// What they saw.
        power: OnOff,
        /// Who.
        by: String,
        /// Through which door.
        door: Door,
    },
    /// An agent tells something beside outcomes.
    Report {
        /// What.
        report: Report,
        /// The goal that it is about.
        goal: Power,
        /// The last cause.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        cause: Option<String>,
    },
    /// The inventory was reloaded. Only for those who may see every node.
    Inventory {
        /// What changed, in words.
        changed: String,
    },
    /// Events are missing here: read anew what you show.
    Reset,
}

impl What {
    /// The word in the SSE field `event`.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Command { .. } => "command",
            Self::Verdict { .. } => "verdict",
            Self::Outcome { .. } => "outcome",
            Self::Status { .. } => "status",
            Self::Hold { .. } => "hold",
            Self::Observed { .. } => "observed",
            Self::Report { .. } => "report",
            Self::Inventory { .. } => "inventory",
            Self::Reset => "reset",
        }
    }
}

const fn is_zero(number: &u8) -> bool {
    *number == 0
}
