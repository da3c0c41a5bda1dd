//! Nodes: what is known of their power, what is being done about it, and why.
//! It does not know how a node is reached.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::command::State;
use crate::words::{Action, Asked, Door, OnOff, Order, Phase, Power, TryEnd};

/// `GET /api/v1/nodes/{node}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Node {
    /// Its name.
    pub node: String,
    /// What its BMC said last; `unknown` if it could not be asked.
    pub power: Power,
    /// When the question was sent; none before the first answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed_at_ms: Option<u64>,
    /// How old the observation is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub age_ms: Option<u64>,
    /// Whether it was asked by the node's second way, because the first did not answer.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub by_second_way: bool,
    /// Why the power is unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unknown_because: Option<String>,
    /// The last state that was read, if the power is unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_known: Option<LastKnown>,
    /// What the inventory says of it.
    pub labels: BTreeMap<String, String>,
    /// The newest accepted intent's seq; 0 if there is none.
    pub newest: u64,
    /// What is being done with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub intent: Option<Intent>,
    /// The commands that wait for their turn.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waiting: Vec<u64>,
    /// Who asked that it be left alone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub holds: Vec<HeldBy>,
}

/// A state that was read some time ago.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LastKnown {
    /// The state.
    pub power: Power,
    /// When the question was sent.
    pub at_ms: u64,
    /// How old it is.
    pub age_ms: u64,
}

/// The nodes that read the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PowerGroup {
    /// The nodes, folded.
    pub nodes: String,
    /// How many they are.
    pub count: usize,
    /// What they read.
    pub power: Power,
}

/// `GET /api/v1/groups`: the names that node sets can be made of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct GroupList {
    /// Every node that the caller may see, folded: what `@*` means.
    pub nodes: String,
    /// How many they are.
    pub count: usize,
    /// The groups in which there is one of them.
    pub groups: Vec<GroupEntry>,
}

/// A group of the inventory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct GroupEntry {
    /// Its name, without the `@`.
    pub group: String,
    /// Those of its nodes that the caller may see, folded.
    pub nodes: String,
    /// How many they are.
    pub count: usize,
}

/// A hold, seen from a node.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HeldBy {
    /// The holder.
    pub holder: String,
    /// Why.
    pub reason: String,
    /// Until when.
    pub until_at_ms: u64,
}

/// The intent that a node's operation works on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Intent {
    /// The command.
    pub seq: u64,
    /// What was asked.
    pub action: Action,
    /// Who asked.
    pub by: String,
    /// Through which door.
    pub door: Door,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The caller's own number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sequence: Option<u64>,
    /// When it was accepted.
    pub accepted_at_ms: u64,
    /// When it began to run, or will; none while its batch waits for the former one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at_ms: Option<u64>,
    /// When it is given up; none while its batch waits for the former one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline_at_ms: Option<u64>,
    /// Which step.
    pub phase: Phase,
    /// What is or was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<Order>,
    /// How often the present order was fired.
    pub attempt: u8,
    /// When something happens next, if nothing comes before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_at_ms: Option<u64>,
    /// Whether orders go to the node's second way.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub escalated: bool,
    /// What went wrong last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
    /// The newer commands that joined it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub joined: Vec<u64>,
}

/// `GET /api/v1/nodes`, in the order of node sets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NodeList {
    /// The nodes.
    pub nodes: Vec<Node>,
}

/// The query of `GET /api/v1/nodes`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct NodeQuery {
    /// A node set expression; every node in scope if there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nodes: Option<String>,
    /// Only those with these labels: `label=value[,label=value...]`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub selector: Option<String>,
    /// Read those again whose observation is older; what can't be read in time is `unknown`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_age_ms: Option<u64>,
    /// How long to wait for that at most; 10000 unless told, 60000 at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wait_ms: Option<u64>,
}

/// The query of `GET /api/v1/nodes/{node}` and its `why`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct WhyQuery {
    /// Read it again if its observation is older.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_age_ms: Option<u64>,
    /// How long to wait for that at most; 10000 unless told, 60000 at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wait_ms: Option<u64>,
}

/// `GET /api/v1/nodes/{node}/history`: the intents that are remembered, oldest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct History {
    /// The node.
    pub node: String,
    /// Its intents.
    pub intents: Vec<PastIntent>,
}

/// One intent of a node.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PastIntent {
    /// The command.
    pub seq: u64,
    /// What was asked.
    pub action: Action,
    /// Who asked.
    pub by: String,
    /// Through which door.
    pub door: Door,
    /// When it was accepted or refused.
    pub accepted_at_ms: u64,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The caller's own number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sequence: Option<u64>,
    /// When its end was put on record, if it ended and that is remembered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at_ms: Option<u64>,
    /// Whether orders went to the node's second way.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub escalated: bool,
    /// What became of it.
    pub state: State,
}

/// `GET /api/v1/nodes/{node}/tries`: exchanges with its BMC that belonged to an operation or changed what was known
/// of its power, oldest first. The newest of the fleet are remembered, until the server restarts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TryList {
    /// The node.
    pub node: String,
    /// The exchanges.
    pub tries: Vec<Try>,
}

/// One exchange with a node's BMC.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Try {
    /// When it ended.
    pub at_ms: u64,
    /// How long it took since it had its turn; none if it did not get that far.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub took_ms: Option<u64>,
    /// The command whose operation ran.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seq: Option<u64>,
    /// In which protocol.
    pub driver: String,
    /// What was asked.
    pub asked: Asked,
    /// What came of it.
    pub end: TryEnd,
    /// What a read found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub power: Option<Power>,
    /// What went wrong, or why the power that was read is neither on nor off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
}

/// The query of `GET /api/v1/resolve`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ResolveQuery {
    /// A node set expression; every node in scope if there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nodes: Option<String>,
    /// Only those with these labels: `label=value[,label=value...]`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub selector: Option<String>,
}

/// `GET /api/v1/resolve`: which nodes an expression means.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Resolved {
    /// The nodes, folded.
    pub nodes: String,
    /// How many they are.
    pub count: usize,
}

/// `GET /api/v1/nodes/{node}/why`: what is going on, in a sentence and in fields.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Why {
    /// By whom, why, which step, which attempt, since when, what next.
    pub sentence: String,
    /// The same in fields.
    pub node: Node,
    /// The newest intent that ended, if any is remembered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<PastIntent>,
    /// The agent that acts on the node; none if no agent leads its cluster.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<String>,
}

/// `POST /api/v1/observations`: somebody looked at nodes that only people switch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Observed {
    /// A node set expression.
    pub nodes: String,
    /// What they are now.
    pub power: OnOff,
}

/// The answer to an observation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ObservedAnswer {
    /// The nodes, folded.
    pub nodes: String,
    /// How many they are.
    pub count: usize,
    /// What they were seen to be.
    pub power: OnOff,
}
